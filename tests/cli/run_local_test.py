"""`runtask run --local`: real processes on the embedded ECS."""
from support import *


class Run(Sandbox):
    def test_prints_the_log_on_stdout_and_ends_with_the_containers_code(self):
        self.register("hello", ("main", "echo hello; echo to stderr >&2; exit 7"))
        result = self.run_local("hello")
        self.assertEqual(result.code, 7, result)
        self.assertEqual(result.out, "hello\nto stderr\n")
        self.assertIn("hello", result.err)

    def test_every_code_from_0_to_255_is_passed_through(self):
        self.register("code", ("main", "exit $CODE"))
        for code in (0, 1, 2, 3, 63, 64, 124, 125, 126, 127, 128, 129, 130, 137, 139, 143, 254, 255):
            self.assertEqual(self.run_local("code", "-e", "CODE=%d" % code).code, code)

    def test_all_codes_in_one_run_of_many_launches(self):
        # 256 launches through the same path; each prints its own code, and each outcome has it.
        self.register("codes", ("main", "exit $CODE"))
        outcomes = {}
        for first in range(0, 256, 64):
            processes = [(code, self.start("run", "--local", "--task-definition", "codes", "-e", "CODE=%d" % code, "-q",
                                           "--no-history"))
                         for code in range(first, first + 64)]
            for code, process in processes:
                outcomes[code] = self.finish(process).code
        self.assertEqual(outcomes, {code: code for code in range(256)})

    def test_the_main_container_decides_and_not_a_sidecar_listed_first(self):
        self.register("pair", ("sidecar", "sleep 60"), ("main", "echo work; exit 7"))
        result = self.run_local("pair", "-c", "main", "--json")
        self.assertEqual(result.code, 7, result)

    def test_a_sidecar_killed_at_the_end_does_not_decide(self):
        self.register("pair", {"name": "sidecar", "command": ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"],
                               "stopTimeout": 1}, ("main", "sleep 0.2; exit 0"))
        result = self.run_local("pair", "--json")
        self.assertEqual(result.code, 0, result)
        codes = {c["name"]: c["exit_code"] for c in json_lines(result.out)[-1]["launches"][0]["containers"]}
        self.assertEqual(codes, {"sidecar": 137, "main": 0})

    def test_a_command_that_is_not_there_never_starts(self):
        self.register("gone", {"name": "main", "command": ["/no/such/program"]})
        result = self.run_local("gone")
        self.assertEqual(result.code, 125, result)
        self.assertIn("/no/such/program", result.err)

    def test_an_unknown_image_is_a_pull_error_that_says_what_to_do(self):
        self.register("pull", {"name": "main", "image": "nobody/nothing:1", "command": ["true"]})
        result = self.run_local("pull")
        self.assertEqual(result.code, 125, result)
        self.assertIn("CannotPullContainerError", result.err)
        self.assertIn("nobody/nothing", result.err)

    def test_a_working_directory_that_is_not_there_is_named(self):
        self.register("lost", {"name": "main", "command": ["/bin/true"], "workingDirectory": "/srv/nope"})
        result = self.run_local("lost")
        self.assertEqual(result.code, 125, result)
        self.assertIn("likely cause    the working directory cannot be entered on this machine: /srv/nope\n", result.err)
        self.assertIn("`workingDirectory`", result.err)

    def test_a_secret_that_is_not_there_is_said_as_ecs_says_it_and_named(self):
        for where in ("/shop/db-password", "arn:aws:secretsmanager:us-east-1:000000000000:secret:db-AbC"):
            self.register("secret", {"name": "main", "command": ["/bin/true"],
                                     "secrets": [{"name": "DB", "valueFrom": where}]})
            result = self.run_local("secret")
            self.assertEqual(result.code, 125, result)
            self.assertIn("ResourceInitializationError: unable to pull secrets or registry auth", result.err)
            self.assertIn("likely cause    the embedded ECS has no value for the secret: %s\n" % where, result.err)
            self.assertIn(os.path.join(self.state, "local", "images.json"), result.err)

    def test_timeout_stops_the_task_drains_its_log_and_is_124(self):
        self.register("slow", ("main", "trap 'echo stopping; exit 3' TERM; echo started; while :; do sleep 0.05; done"))
        result = self.run_local("slow", "--timeout", "500ms")
        self.assertEqual(result.code, 124, result)
        self.assertEqual(result.out, "started\nstopping\n")

    def test_what_can_never_fit_is_said_at_once(self):
        self.register("big", {"name": "main", "image": "host", "memory": 99999999, "command": ["/bin/true"]})
        result = self.run_local("big")
        self.assertEqual(result.code, 125, result)
        self.assertNotIn("trying again", result.err)
        self.assertIn("the task asks for more than this machine has", result.err)
        self.assertNotIn("add instances", result.err)

    def test_one_that_waits_for_an_unhealthy_container_never_starts(self):
        self.register("sick", {"name": "db", "command": ["/bin/sleep", "600"],
                               "healthCheck": {"command": ["CMD", "/bin/false"], "interval": 5, "retries": 1}},
                      {"name": "main", "command": ["/bin/echo", "never"],
                       "dependsOn": [{"containerName": "db", "condition": "HEALTHY"}]})
        result = self.run_local("sick", "--json")
        self.assertEqual(result.code, 125, result)
        outcome = json_lines(result.out)[-1]["launches"][0]
        self.assertEqual(outcome["verdict"], "failed")  # The other one has run.
        self.assertIn("it failed to start as a whole: DependencyError: container db is UNHEALTHY", outcome["words"])
        self.assertIn("of container db", outcome["words"])
        self.assertIn("db is UNHEALTHY", {c["name"]: c.get("reason") for c in outcome["containers"]}["main"])
        self.assertNotIn("never\n", result.out)

    def interrupted(self, number, code):
        self.register("slow", ("main", "trap 'echo stopping; exit 3' TERM; echo started; while :; do sleep 0.05; done"))
        process = self.start("run", "--local", "--task-definition", "slow", "--json",
                             stdout=self.sink("out"))
        wait_until(lambda: "started" in self.text("out"), "the first log line")
        process.send_signal(number)
        result = self.finish(process)
        self.assertEqual(result.code, code, result)
        records = json_lines(self.text("out"))
        self.assertEqual([r["message"] for r in records if r["type"] == "log"], ["started", "stopping"])
        self.assertEqual(records[-1]["launches"][0]["verdict"], "interrupted")
        tasks = json.loads(self.ok("local", "status", "--json").out)
        self.assertEqual(tasks["running_tasks"], 0)

    def test_sigint_stops_the_task_drains_its_log_and_is_130(self):
        self.interrupted(signal.SIGINT, 130)

    def test_sigterm_stops_the_task_drains_its_log_and_is_143(self):
        self.interrupted(signal.SIGTERM, 143)

    def test_out_of_memory_is_137_and_says_so(self):
        self.register("hungry", {"name": "main", "memory": 32, "command": [
            "/usr/bin/python3", "-c", "x = bytearray(400 * 1024 * 1024); print(len(x))"]})
        result = self.run_local("hungry")
        self.assertEqual(result.code, 137, result)
        self.assertIn("OutOfMemoryError", result.err)

    def test_variables_come_from_flags_files_and_the_callers_environment(self):
        self.register("env", {"name": "main", "command": ["/usr/bin/env"],
                              "environment": [{"name": "A", "value": "definition"}, {"name": "B", "value": "definition"}]})
        self.write("vars", "# a comment\nB=file\nC=file with blanks\nexport D='quoted'\n\n")
        result = self.run_local("env", "--env-file", self.path("vars"), "-e", "C=flag", "-e", "E=", "-e", "F", "-e", "G",
                                "-v", "--dashes", "--secret", "S", env={"F": "from me", "S": "s3cr3t-value"})
        self.assertEqual(result.code, 0, result)
        lines = dict(line.split("=", 1) for line in result.out.splitlines())
        expected = {"A": "definition", "B": "file", "C": "flag", "D": "quoted", "E": "", "F": "from me", "G": "--dashes"}
        self.assertEqual({k: lines.get(k) for k in expected}, expected)
        self.assertEqual(lines["S"], "****")  # Masked in every output.
        self.assertNotIn("s3cr3t-value", result.out + result.err)
        self.assertNotIn("HOSTTYPE", lines)
        self.assertNotIn("RUNTASK_STATE_DIR", lines)
        everything = self.ok("runs", "show", "last", "--json").out + self.ok("runs", "logs", "last").out
        self.assertNotIn("s3cr3t-value", everything)

    def test_a_secret_of_several_lines_is_shown_nowhere(self):
        self.register("key", ("main", "echo \"$KEY\"; exit 3"))
        report = self.path("r.xml")
        result = self.run_local("key", "--secret", "KEY", "--report", report,
                                env={"KEY": "-----BEGIN KEY-----\n  first<line\r\nsecond&line\n-----END KEY-----\n"})
        self.assertEqual(result.code, 3, result)
        self.assertEqual(result.out.split(), ["****"] * 4)
        with open(report, encoding="utf-8") as file:
            shown = result.err + file.read() + self.ok("runs", "logs", "last").out + self.ok("runs", "show", "last").out
        self.assertIn("****", shown)
        for line in ("BEGIN KEY", "first", "second", "END KEY"):
            self.assertNotIn(line, shown)

    def test_a_secret_in_which_a_long_line_is_cut_is_shown_nowhere(self):
        secret = "ghp_0123456789abcdefSECRET"
        self.register("long", {"name": "main", "command": [
            "/usr/bin/python3", "-c", "import os; print('x' * (2**18 - 8) + os.environ['TOKEN'] + '.'); exit(3)"]})
        report = self.path("r.json")
        result = self.run_local("long", "--secret", "TOKEN", "--report", report, env={"TOKEN": secret})
        self.assertEqual(result.code, 3, result.err)
        self.assertEqual(result.out.splitlines(), ["x" * (2**18 - 8) + "****", "****."])
        texts = [result.err, self.text("r.json"), self.ok("runs", "logs", "last").out,
                 self.ok("runs", "show", "last", "--json").out]
        for part in (secret[:8], secret[8:]):
            self.assertFalse([text for text in texts if part in text], part)

    def test_a_secret_that_is_a_word_of_json_leaves_it_json(self):
        self.register("word", ("main", "echo $WORD"))
        report = self.path("r.json")
        for word in ("false", "name", "outcome", "succeeded"):
            result = self.run_local("word", "--secret", "WORD", "--json", "--report", report, "--report",
                                    self.path("r.xml"), env={"WORD": word})
            self.assertEqual(result.code, 0, result)
            records = json_lines(result.out)
            self.assertEqual([record["message"] for record in records if record["type"] == "log"], ["****"])
            self.assertEqual(records[-1]["exit_code"], 0)
            with open(report, encoding="utf-8") as file:
                self.assertEqual(json.load(file), records[-1])
            self.assertIn('failures="0"', self.text("r.xml"))

    def test_a_variable_that_is_not_in_the_environment_is_a_usage_error(self):
        self.register("env", ("main", "true"))
        result = self.run_local("env", "-e", "NOT_THERE")
        self.assertEqual(result.code, 2, result)
        self.assertIn("NOT_THERE", result.err)

    def test_the_command_can_be_given_as_words_or_json(self):
        self.register("say", ("main", "echo definition"))
        self.assertEqual(self.run_local("say", "--command", "/bin/echo 'two  words' x").out, "two  words x\n")
        self.assertEqual(self.run_local("say", "--command-json", '["/bin/echo", "a b"]').out, "a b\n")

    def test_count_runs_several_with_a_prefix_each_and_one_outcome(self):
        self.register("many", ("main", "echo here; exit 0"))
        result = self.run_local("many", "--count", "12", "--max-parallel", "3")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(len(result.out.splitlines()), 12)
        self.assertEqual(len(set(result.out.splitlines())), 12)  # Each says which launch it is.
        self.assertTrue(all(line.endswith("| here") for line in result.out.splitlines()), result.out)

    def test_max_parallel_is_never_exceeded(self):
        folder = self.path("alive")
        os.mkdir(folder)
        self.register("count", ("main", "touch %s/$$; ls %s | wc -l; sleep 0.2; rm %s/$$" % (folder, folder, folder)))
        result = self.run_local("count", "--count", "9", "--max-parallel", "3", "--json")
        self.assertEqual(result.code, 0, result)
        alive = [int(r["message"]) for r in json_lines(result.out) if r["type"] == "log"]
        self.assertEqual(len(alive), 9)
        self.assertLessEqual(max(alive), 3)

    def test_one_that_fails_skips_what_waits_and_gives_its_code(self):
        self.register("fails", ("main", "exit 9"))
        result = self.run_local("fails", "--count", "4", "--max-parallel", "1", "--json")
        self.assertEqual(result.code, 9)
        verdicts = [launch["verdict"] for launch in json_lines(result.out)[-1]["launches"]]
        self.assertEqual(verdicts, ["failed", "skipped", "skipped", "skipped"])

    def test_keep_going_runs_everything(self):
        self.register("fails", ("main", "exit 9"))
        result = self.run_local("fails", "--count", "3", "--max-parallel", "1", "--keep-going", "--json")
        self.assertEqual(result.code, 9)
        verdicts = [launch["verdict"] for launch in json_lines(result.out)[-1]["launches"]]
        self.assertEqual(verdicts, ["failed"] * 3)

    def test_fail_fast_stops_what_runs(self):
        self.register("mixed", ("main", "if mkdir %s 2>/dev/null; then sleep 0.3; exit 5; fi; sleep 60" % self.path("first")))
        result = self.run_local("mixed", "--count", "3", "--max-parallel", "3", "--fail-fast", "--json")
        self.assertEqual(result.code, 5, result)
        verdicts = sorted(launch["verdict"] for launch in json_lines(result.out)[-1]["launches"])
        self.assertEqual(verdicts, ["cancelled", "cancelled", "failed"])

    def test_detach_ends_with_0_when_everything_is_started(self):
        self.register("later", ("main", "while [ ! -e %s ]; do sleep 0.02; done; touch %s"
                                % (self.path("go"), self.path("done"))))
        result = self.run_local("later", "--detach")
        self.assertEqual(result.code, 0, result)
        self.assertFalse(os.path.exists(self.path("done")))
        self.write("go", "")
        wait_until(lambda: os.path.exists(self.path("done")), "the detached task's end")

    def test_plan_starts_nothing_and_shows_the_request(self):
        self.register("env", ("main", "touch %s" % self.path("ran")))
        result = self.run_local("env", "-e", "NAME=value", "--secret", "S", "--plan", env={"S": "s3cr3t-value"})
        self.assertEqual(result.code, 0, result)
        self.assertIn("NAME", result.out)
        self.assertNotIn("s3cr3t-value", result.out + result.err)
        self.assertFalse(os.path.exists(self.path("ran")))

    def test_reports_are_written_in_each_form(self):
        self.register("fails", ("main", "echo why; exit 3"))
        paths = [self.path("r.json"), self.path("r.xml"), self.path("r.md")]
        self.run_local("fails", *sum((["--report", p] for p in paths), []))
        with open(paths[0], encoding="utf-8") as file:
            self.assertEqual(json.load(file)["exit_code"], 3)
        import xml.etree.ElementTree
        suite = xml.etree.ElementTree.parse(paths[1]).getroot()
        self.assertEqual(len(list(suite.iter("failure"))), 1)
        with open(paths[2], encoding="utf-8") as file:
            self.assertIn("3", file.read())

    def test_a_report_that_cannot_be_written_any_more_makes_a_success_none_and_a_failure_no_other(self):
        os.mkdir(self.path("reports"))
        for code, expected in ((0, 125), (3, 3)):
            self.register("x", ("main", "rm -rf %s; exit %d" % (self.path("reports"), code)))
            os.makedirs(self.path("reports"), exist_ok=True)
            result = self.run_local("x", "--report", self.path("reports/r.json"))
            self.assertEqual(result.code, expected, result)
            self.assertIn("r.json", result.err)

    def test_a_report_with_an_unknown_suffix_is_refused_before_anything_starts(self):
        self.register("x", ("main", "touch %s" % self.path("ran")))
        result = self.run_local("x", "--report", "r.pdf")
        self.assertEqual(result.code, 2, result)
        self.assertFalse(os.path.exists(self.path("ran")))

    def test_timestamps_stand_before_each_line(self):
        self.register("x", ("main", "echo hi"))
        self.assertRegex(self.run_local("x", "--timestamps").out, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z hi\n$")

    def test_a_failure_block_says_what_happened_and_what_to_do(self):
        self.register("fails", ("main", "echo the reason; exit 3"))
        result = self.run_local("fails")
        for words in ("EssentialContainerExited", "Essential container in task exited", "the reason", "exit code 3"):
            self.assertIn(words, result.err)

    def test_killing_the_client_does_not_touch_the_task(self):
        self.register("later", ("main", "echo started; sleep 1; touch %s" % self.path("done")))
        process = self.start("run", "--local", "--task-definition", "later", stdout=self.sink("out"))
        wait_until(lambda: os.path.getsize(self.path("out")) > 0, "the first log line")
        process.kill()
        wait_until(lambda: os.path.exists(self.path("done")), "the task's own end")

    def test_closed_standard_descriptors_are_no_sockets(self):
        self.register("burst", {"name": "main", "command": ["/usr/bin/seq", "1", "50000"]})
        for closed in (">&-", ">&- 2>&-", "<&- >&- 2>&-"):
            result = subprocess.run(["/bin/sh", "-c", 'exec "$0" run --local --task-definition burst ' + closed, RUNTASK],
                                    env=self.env, timeout=30, check=False)
            self.assertEqual(result.returncode, 0, closed)

    def test_a_hang_up_stops_the_task(self):
        self.register("slow", ("main", "echo started; sleep 600"))
        process = self.start("run", "--local", "--task-definition", "slow", stdout=self.sink("out"))
        wait_until(lambda: self.text("out"), "the first log line")
        process.send_signal(signal.SIGHUP)
        self.assertEqual(self.finish(process).code, 143)
        self.assertEqual(self.last_outcome()["launches"][0]["verdict"], "interrupted")

    def test_closed_stdout_does_not_change_the_verdict(self):
        self.register("talks", ("main", "for i in 1 2 3 4 5; do echo $i; sleep 0.05; done; exit 6"))
        reader, writer = os.pipe()
        process = self.start("run", "--local", "--task-definition", "talks", stdout=writer)
        os.close(writer)
        os.close(reader)
        result = self.finish(process)
        self.assertEqual(result.code, 6, result)


class Runs(Sandbox):
    def test_what_ran_is_listed_shown_and_its_log_kept(self):
        self.register("talks", ("main", "echo one; echo two; exit 4"))
        self.run_local("talks")
        listed = self.ok("runs", "list")
        self.assertIn("failed", listed.out)
        self.assertIn("talks", listed.out)
        shown = self.ok("runs", "show", "last")
        self.assertIn("4", shown.out)
        self.assertEqual(self.ok("runs", "logs", "last").out, "one\ntwo\n")

    def test_no_history_leaves_nothing(self):
        self.register("x", ("main", "echo one"))
        self.run_local("x", "--no-history")
        self.assertEqual(self.ok("runs", "list").out.strip(), "")

    def test_the_command_is_recorded_as_typed_and_the_task_can_be_found(self):
        self.register("later", ("main", "sleep 0.2"))
        self.run_local("later", "--detach", "-e", "A=two words")
        shown = self.ok("runs", "show", "last").out
        self.assertIn("runtask run --local --task-definition later --detach -e 'A=two words'", shown)
        self.assertIn(":task/default/", shown)

    def test_a_result_that_cannot_be_written_is_an_error(self):
        self.register("x", ("main", "true"))
        self.run_local("x")
        plan = ("run", "--local", "--task-definition", "x", "--plan")
        with open("/dev/full", "wb") as full:
            for words, code in ((("runs", "list"), 1), (plan, 125), ((*plan, "--json"), 125), (("--help",), 1),
                                (("--version",), 1), (("run", "--help"), 1), (("runs", "again", "last", "--plan"), 1)):
                result = self.runtask(*words, stdout=full)
                self.assertEqual(result.code, code, words)
                self.assertIn("cannot write to standard output: No space left", result.err)

    def test_a_closed_standard_output_is_one_that_cannot_be_written(self):
        self.register("x", ("main", "echo line"))
        self.run_local("x")
        for words, code, said in (("runs list", 1, "error: cannot write to standard output: Bad file descriptor"),
                                  ("run --local --task-definition x --plan", 125, "error: cannot write"),
                                  ("run --local --task-definition x", 0, "could not be written to standard output: Bad"),
                                  ("local start", 0, "It runs already"), ("local stop", 0, "has ended")):
            result = subprocess.run(["/bin/sh", "-c", 'exec "$0" ' + words + " <&- >&-", RUNTASK], env=self.env,
                                    stderr=subprocess.PIPE, text=True, timeout=LONGEST, check=False)
            self.assertEqual(result.returncode, code, result)
            self.assertIn(said, result.stderr)

    def test_a_run_whose_lines_cannot_be_written_says_so_and_keeps_its_verdict(self):
        self.register("x", ("main", "echo line"))
        with open("/dev/full", "wb") as full:
            for words in (("run", "--local", "--task-definition", "x"), ("runs", "again", "last")):
                result = self.runtask(*words, stdout=full)
                self.assertEqual(result.code, 0, result)
                self.assertIn("could not be written to standard output: No space left", result.err)
                self.assertNotIn("error:", result.err)

    def test_an_unknown_run_is_an_error(self):
        result = self.runtask("runs", "show", "nope")
        self.assertEqual(result.code, 1, result)
        self.assertIn("nope", result.err)


if __name__ == "__main__":
    main()
