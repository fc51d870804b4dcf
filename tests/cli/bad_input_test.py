"""Bad input, bad servers, bad disks: one clear message that says what to do, the documented code, nothing lost."""
import contextlib
import resource
import sqlite3

from support import *


class Words(Sandbox):
    """What a user may type wrong. Exit code 2, before anything is started."""

    def refused(self, expected, *arguments, code=2):
        result = self.runtask(*arguments)
        self.assertEqual(result.code, code, result)
        self.assertEqual(result.out, "")
        self.assertIn(expected, result.err)
        self.assertEqual(result.err.count("error:"), 1, result.err)
        for word in ("terminate called", "Assertion", "what():", "std::"):
            self.assertNotIn(word, result.err)
        return result

    def test_misspelt_commands_and_flags_get_the_nearest_name(self):
        self.refused("did you mean `run`", "runn")
        self.refused("`bogus` is not known", "bogus")
        self.refused("`resume` is not known", "runs", "resume", "last")
        self.refused("did you mean `--cluster`", "run", "--clustr", "x", "--task-definition", "y")

    def test_the_beginning_of_a_flag_gets_the_flag(self):
        self.refused("`--task-def` is not known\nhint: did you mean `--task-definition`?", "run", "--task-def", "x")
        self.refused("did you mean `--task-definition`?", "run", "--task-def=x", "--cluster", "y")
        self.refused("did you mean `--security-group`?", "run", "--secur", "x")
        self.refused("did you mean `--no-logs`?", "run", "--task-definition", "x", "--no-log")

    def test_words_that_nothing_takes_are_named_in_their_order(self):
        self.refused("`--xyzzyxyzzy` is not known\nhint: see `runtask run --help`", "run", "a", "--xyzzyxyzzy", "b")
        self.refused("`-Z` is not known", "run", "--task-definition", "x", "-Z")
        self.refused("not expected: b c", "run", "--task-definition", "a", "b", "c")
        # A value that looks like a flag is a value.
        self.refused("--count", "run", "--command", "--task-def", "--count", "0")

    def test_RUNTASK_LOCAL_is_a_yes_or_a_no(self):
        for word in ("maybe", "2", "yes please"):
            for command in (("run", "--task-definition", "x"), ("whoami",)):
                result = self.runtask(*command, env={"RUNTASK_LOCAL": word})
                self.assertEqual(result.code, 2, result)
                self.assertIn("RUNTASK_LOCAL is `%s`" % word, result.err)
                self.assertIn("1, true, yes or on, and 0, false, no, off", result.err)
        self.register("x", ("main", "true"))
        for word in ("1", "true", "YES", "on"):
            self.ok("run", "--task-definition", "x", "--plan", env={"RUNTASK_LOCAL": word})
        for word in ("0", "False", "no", "off", ""):
            result = self.runtask("run", "--task-definition", "x", "--plan", env={"RUNTASK_LOCAL": word})
            self.assertEqual(result.code, 125, result)
            self.assertNotIn("embedded", result.err)
            self.ok("run", "--local", "--task-definition", "x", "--plan", env={"RUNTASK_LOCAL": word})

    def test_what_is_missing_is_named(self):
        self.refused("--task-definition", "run", "--cluster", "x")

    def test_malformed_variables(self):
        for bad in ("=x", ""):
            self.refused("-e", "run", "--local", "--task-definition", "x", "-e", bad)
        self.refused("-v", "run", "--local", "--task-definition", "x", "-v", "x")

    def test_what_is_not_utf8_is_refused_and_not_changed(self):
        self.refused("the value of A is not UTF-8", "run", "--local", "--task-definition", "x", "-e", b"A=x\xff\xfey")
        with open(self.path("env"), "wb") as file:
            file.write(b"B=q\xffz\n")
        self.refused("the value of B is not UTF-8", "run", "--local", "--task-definition", "x", "--env-file", self.path("env"))
        self.env["TOKEN"] = b"hunter2-\xe9-pass"
        result = self.refused("the value of TOKEN is not UTF-8", "run", "--local", "--task-definition", "x",
                              "--secret", "TOKEN")
        self.assertNotIn("hunter2", result.err)
        self.refused("the command is not UTF-8", "run", "--local", "--task-definition", "x", "--command", b"echo \xff")

    def test_an_empty_command_is_refused(self):
        for flag in (("--command", ""), ("--command-json", "[]")):
            self.refused("the command is empty", "run", "--local", "--task-definition", "x", *flag)

    def test_malformed_numbers_and_durations(self):
        self.refused("--count", "run", "--task-definition", "x", "--count", "0")
        self.refused("3x", "run", "--task-definition", "x", "--timeout", "3x")
        self.refused("longer than 0", "run", "--task-definition", "x", "--timeout", "0")
        for flag, values in (("--count", ("-1", "99999999999999999999", "1.5", "x", "")),
                             ("--max-parallel", ("0", "-1", "99999999999999999999", "many")),
                             ("--retries", ("-1", "99999999999999999999")),
                             ("--retry-on-spot", ("-1", "1001", "x")),
                             ("--start-timeout", ("0", "-1s", "99999999999999999999h")),
                             ("--cpu", ("-1", "0", "99999999999999999999", "much")),
                             ("--memory", ("-1", "0", "3", "99999999999999999999", "much")),
                             ("--capacity-provider", (":1", "a:-1", "a:1001", "a:1:100001", "a:1:1:1", "a:x"))):
            for value in values:
                self.refused(flag, "run", "--local", "--task-definition", "x", flag + "=" + value)

    def test_flags_that_contradict_each_other_are_said_all_at_once(self):
        result = self.refused("--detach and --timeout", "run", "--task-definition", "x", "--detach", "--timeout", "1m",
                              "--no-logs", "--drain", "1s", "--fail-fast", "--keep-going")
        for words in ("--no-logs and --drain", "--fail-fast and --keep-going"):
            self.assertIn(words, result.err)

    def test_a_flag_that_takes_one_value_is_not_given_two(self):
        self.refused("--cluster", "run", "--task-definition", "x", "--cluster", "a", "--cluster", "b")

    def test_a_flag_that_takes_no_value_is_given_none(self):
        for flag in ("--assign-public-ip", "--only-one", "--keep-going", "--no-logs", "--plan"):
            self.refused("`%s` takes no value" % flag, "run", "--task-definition", "x", flag + "=false")
            for value in ("", "true", "1"):
                self.refused("`%s` takes no value" % flag, "run", "--task-definition", "x", flag + "=" + value)
        self.refused("`--json` takes no value", "runs", "list", "--json=no")
        self.refused("`--follow` takes no value", "local", "logs", "--follow=0")
        self.refused("`-q` takes no value", "run", "--local", "--task-definition", "x", "-q=false")
        self.refused("`--help` takes no value", "local", "env", "--help=false")

    def test_more_than_100_launches_need_yes(self):
        for count in ("101", "10001"):
            self.refused("--yes", "run", "--local", "--task-definition", "x", "--count", count)

    def test_malformed_json_files_show_the_line(self):
        bad = self.write("bad.json", '{\n  "family": "x",,\n}\n')
        result = self.refused("bad.json:2:", "local", "register", bad)
        self.assertIn("^", result.err)
        self.refused("bad.json:2:", "run", "--local", "--task-definition", "x", "--override-json", bad)
        self.refused("nowhere.json", "local", "register", "nowhere.json")
        wrong = self.write("wrong.json", '{"family": "x", "containerDefinitions": [{"name": 7}]}')
        self.refused("/containerDefinitions[0]/name", "local", "register", wrong)

    def test_a_file_that_is_not_there_is_a_wrong_word_wherever_it_is_named(self):
        for flag in ("--override-json", "--env-file"):
            self.refused("nowhere", "run", "--local", "--task-definition", "x", flag, "nowhere")
            self.refused("cannot read", "run", "--local", "--task-definition", "x", flag, self.directory)

    def test_an_empty_value_is_not_the_same_as_none(self):
        for flag in ("--override-json", "--env-file"):
            self.refused("an empty name names no file", "run", "--local", "--task-definition", "x", flag + "=")
        self.refused("unexpected end of input", "run", "--local", "--task-definition", "x", "--command-json", "")

    def test_a_misspelt_override_is_not_dropped(self):
        for text, near in (('{"containerOverides": []}', "containerOverrides"),
                           ('{"containerOverrides": [{"name": "a", "enviroment": []}]}', "environment"),
                           ('{"containerOverrides": [{"name": "a", "environment": [{"name": "A", "valeu": "0"}]}]}',
                            "value")):
            bad = self.write("bad.json", text)
            self.refused("did you mean `%s`" % near, "run", "--local", "--task-definition", "x", "--override-json", bad)

    def test_an_override_of_no_container_and_a_variable_without_a_name_are_named_by_their_place(self):
        for text, place in (('{"containerOverrides": [{"name": "main"}, {"command": ["a"]}]}', "containerOverrides[1]"),
                            ('{"containerOverrides": [{"name": "main", "environment": [{"value": "0"}]}]}',
                             "containerOverrides[0].environment[0]")):
            bad = self.write("bad.json", text)
            self.refused("bad.json: %s has no `name`" % place, "run", "--local", "--task-definition", "x",
                         "--override-json", bad)

    def test_overrides_that_ecs_takes_from_nobody_are_refused_in_the_plan_too(self):
        container = '{"containerOverrides": [{"name": "main", %s}]}'
        for text, expected in ((container % '"memory": 0', "0 MiB are no memory for a container"),
                               (container % '"memory": 3', "3 MiB are no memory for a container"),
                               (container % '"memoryReservation": -1', "-1 MiB are no memory for a container"),
                               (container % '"cpu": -1', "container `main`: `cpu` is -1"),
                               (container % '"environment": [{"name": "", "value": "0"}]', "in the override of container `main`"),
                               ('{"ephemeralStorage": {"sizeInGiB": 20}}', "no size that Fargate has"),
                               ('{"ephemeralStorage": {"sizeInGiB": 201}}', "`sizeInGiB` is 21 to 200"),
                               ('{"cpu": "1"}', "the overrides' cpu `1` is no size that ECS has")):
            bad = self.write("bad.json", text)
            for plan in ((), ("--plan",)):
                self.refused(expected, "run", "--local", "--task-definition", "x", "--override-json", bad, *plan)

    def test_two_overrides_of_one_container_are_not_merged(self):
        bad = self.write("bad.json", '{"containerOverrides": [{"name": "main", "command": ["a"]}, {"name": "main"}]}')
        self.refused("two entries for the container `main`", "run", "--local", "--task-definition", "x",
                     "--override-json", bad)

    def test_malformed_environment_files_show_the_line(self):
        for text in ("A=1\nB\n", "A=1\nB=\"open\n"):
            self.refused("vars:2:", "run", "--local", "--task-definition", "x", "--env-file", self.write("vars", text))

    def test_malformed_command_json(self):
        for bad in ("[", '"x"', "[1]"):
            self.refused("--command-json", "run", "--local", "--task-definition", "x", "--command-json", bad)


class Requests(Sandbox):
    """What the endpoint refuses. Exit code 125, nothing started."""

    def refused(self, expected, *arguments, **options):
        result = self.runtask("run", "--local", *arguments, **options)
        self.assertEqual(result.code, 125, result)
        self.assertIn(expected, result.err)
        self.assertLessEqual(result.err.count("error:"), 1, result.err)
        self.assertEqual(result.out, "")
        return result

    def setUp(self):
        super().setUp()
        self.register("x", ("main", "echo hi"), ("other", "true"))

    def test_unknown_cluster(self):
        result = self.refused("Cluster not found", "--cluster", "nowhere", "--task-definition", "x")
        self.assertIn("runtask local cluster create nowhere", result.err)
        plan = self.runtask("run", "--local", "--cluster", "nowhere", "--task-definition", "x", "--plan")
        self.assertEqual(plan.code, 125, plan)
        self.assertIn("Cluster not found", plan.err)
        self.assertIn("WRONG    Cluster not found", plan.out)

    def test_json_always_ends_with_an_outcome(self):
        result = self.runtask("run", "--local", "--task-definition", "nothing", "--json")
        self.assertEqual(result.code, 125, result)
        outcome = json_lines(result.out)[-1]
        self.assertEqual((outcome["type"], outcome["verdict"], outcome["exit_code"]), ("outcome", "never_started", 125))

    def test_json_ends_with_an_outcome_whatever_is_wrong_with_the_words(self):
        for words, expected in ((("--count", "0"), "--count"), (("-e", "=B"), "-e `=B`"), (("--cuont", "2"), "`--cuont` is not known"),
                                (("--plan=no",), "`--plan` takes no value"), (("--timeout", "x"), "x"), (("-e", "A B"), "A B"),
                                (("--fail-fast", "--keep-going"), "--fail-fast and --keep-going")):
            result = self.runtask("run", "--local", "--task-definition", "x", "--json", *words)
            self.assertEqual(result.code, 2, result)
            (outcome,) = json_lines(result.out)
            self.assertEqual((outcome["type"], outcome["verdict"], outcome["exit_code"], outcome["launches"]),
                             ("outcome", "never_started", 2, []))
            self.assertIn(expected, outcome["error"])
            self.assertIn("error: " + outcome["error"], result.err)
        self.assertEqual(self.runtask("runs", "list", "--json", "--cuont", "2").out, "")

    def test_a_report_that_cannot_be_written_is_refused_before_anything_starts(self):
        result = self.refused("there is no directory", "--task-definition", "x", "--report", self.path("no/x.json"))
        self.assertNotIn("RUNNING", result.err)

    def test_unknown_task_definition(self):
        self.refused("local register", "--task-definition", "nothing")

    def test_unknown_container_gets_the_nearest_name(self):
        result = self.refused("mian", "--task-definition", "x", "-c", "mian", "-e", "A=1")
        self.assertIn("did you mean `main`", result.err)

    def test_an_empty_value_does_not_take_the_next_word(self):
        for option in ("--started-by=", "--group=", "--platform-version=", "--task-role="):
            with self.subTest(option=option):
                result = self.runtask("run", "--local", "--task-definition", "x", option, "--plan", "--json")
                self.assertEqual(result.code, 0, result)
                self.assertEqual(json.loads(result.out)["type"], "plan")
                self.assertNotIn('"--plan"', result.out)
        result = self.runtask("run", "--local", "--task-definition", "x", "--capacity-provider=", "--plan")
        self.assertEqual(result.code, 2, result)
        # Where a value is due, a word with a sign in it is one.
        self.refused("`--count=` was not found", "--task-definition", "--count=", "--plan")

    def test_a_plan_with_an_unknown_container_is_shown_all_the_same(self):
        result = self.runtask("run", "--local", "--task-definition", "x", "-c", "mian", "-e", "A=1", "--plan")
        self.assertEqual(result.code, 125, result)
        self.assertRegex(result.out, "WRONG.*x:1 has no container `mian`")
        self.assertIn("did you mean `main`", result.err)

    def test_overrides_over_8192_characters_name_the_largest_variables(self):
        result = self.run_local("x", "-e", "BIG=" + "x" * 9000, "-e", "SMALL=y")
        self.assertEqual(result.code, 2, result)
        self.assertIn("8192", result.err)
        self.assertIn("BIG (9000)", result.err)
        self.assertIn("9111", result.err)
        self.assertIn("919 more", result.err)


class Servers(AwsSandbox):
    """Endpoints that do not play along."""

    def check(self, expected, *arguments, env=None, seconds=LONGEST):
        result = self.runtask("run", "--cluster", "c", "--task-definition", "manage", *arguments, env=env, seconds=seconds)
        self.assertEqual(result.code, 125, result)
        self.assertLessEqual(result.err.count("error:"), 1, result.err)
        self.assertIn(expected, result.err)
        for word in ("terminate called", "Assertion", "what():", "std::"):
            self.assertNotIn(word, result.err)
        self.assertNotIn("wJalrXUtnFEMI", result.err)
        return result

    def everything(self, answer):
        for name in self.aws.operations:
            self.aws.operations[name] = lambda _: answer

    def test_no_credentials(self):
        self.check("credentials", env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})

    def test_no_region(self):
        self.check("region", env={"AWS_REGION": ""})

    def test_wrong_key(self):
        self.everything(Reply.error("UnrecognizedClientException", "The security token included in the request is invalid."))
        self.check("security token")

    def test_refused(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self.check("refused", env={"AWS_ENDPOINT_URL": "http://127.0.0.1:%d" % unused.getsockname()[1]})

    def test_reset(self):
        self.everything(Reply({}, fault="reset"))
        self.check("connection")

    def test_a_stall_is_found_soon(self):
        self.everything(Reply({}, fault="stall"))
        result = self.check("within 5.0s", env={"AWS_MAX_ATTEMPTS": "1"})
        self.assertIn("127.0.0.1:%d" % self.aws.port, result.err)

    def test_html(self):
        self.everything(Reply(b"<html><body>Bad Gateway</body></html>", 200, "text/html"))
        self.check("text/html")

    def test_half_a_body(self):
        self.everything(Reply({"x" * 100: "y" * 1000}, fault="half"))
        self.check("")

    def test_plain_http_to_another_machine_is_refused(self):
        self.check("--insecure-http", env={"AWS_ENDPOINT_URL": "http://192.0.2.1:1"})

    def test_a_lying_server(self):
        for body in ({"tasks": 7}, {"tasks": [{"taskArn": 1}]}, [], "x", {"tasks": [], "failures": []}):
            self.aws.operations["RunTask"] = lambda _, b=body: b
            self.check("may have been started", "--start-timeout", "1s")


# Root may write everywhere, unless that is taken from it.
AS_OTHERS = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []


class Disks(Sandbox):
    def test_a_read_only_state_directory_is_refused_before_anything_starts(self):
        self.register("x", ("main", "touch %s" % self.path("ran")))
        os.chmod(self.state, 0o500)
        self.addCleanup(os.chmod, self.state, 0o700)
        run = (*AS_OTHERS, RUNTASK, "run", "--local", "--task-definition", "x")
        result = self.execute(*run)
        self.assertEqual(result.code, 125, result)
        self.assertIn("--no-history", result.err)
        self.assertFalse(os.path.exists(self.path("ran")))
        self.assertEqual(self.execute(*run, "--no-history").code, 0)
        self.assertTrue(os.path.exists(self.path("ran")))

    def test_a_history_that_cannot_be_written_is_refused_before_anything_starts(self):
        self.register("x", ("main", "touch %s" % self.path("ran")))
        os.mkdir(os.path.join(self.state, "history.db"))  # Nobody can open that as a file, not even root.
        result = self.run_local("x")
        self.assertEqual(result.code, 125, result)
        self.assertIn("--no-history", result.err)
        self.assertFalse(os.path.exists(self.path("ran")))
        self.assertEqual(self.run_local("x", "--no-history").code, 0)
        self.assertTrue(os.path.exists(self.path("ran")))

    def start_without_room_later(self, *arguments, **options):
        """Like start(); its process gets an error from write() where no_room() allows no more."""
        return self.start_program("/bin/sh", "-c", 'trap "" XFSZ; exec "$0" "$@"', RUNTASK, *arguments, **options)

    @staticmethod
    def no_room(process, room=4096):
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, hard))

    def endpoint_without_room_later(self):
        endpoint = self.start_without_room_later("local", "start", "--foreground", stderr=subprocess.DEVNULL)
        wait_until(lambda: os.path.exists(os.path.join(self.state, "local", "endpoint.json")), "the endpoint")
        return endpoint

    def test_a_disk_that_fills_up_in_the_middle_changes_no_verdict(self):
        endpoint = self.endpoint_without_room_later()
        self.register("x", ("main", "echo started; while [ ! -e %s ]; do sleep 0.02; done; echo lost; exit 7" % self.path("go")))
        self.register("y", ("main", "touch %s" % self.path("ran")))
        process = self.start_without_room_later("run", "--local", "--task-definition", "x", "--json")
        while b'"started"' not in process.stdout.readline():
            self.assertIsNone(process.poll())
        self.no_room(process)
        self.no_room(endpoint)
        # Nothing new is started, and that is said at once.
        refused = self.run_local("y", "--no-history")
        self.assertEqual(refused.code, 125, refused)
        self.assertIn("nothing was done", refused.err)
        self.assertIn("make room", refused.err)
        self.assertNotIn("trying again", refused.err)
        self.assertFalse(os.path.exists(self.path("ran")))
        self.write("go", "")
        result = self.finish(process)
        self.assertEqual(result.code, 7, result)
        outcome = json_lines(result.out)[-1]
        self.assertEqual((outcome["verdict"], outcome["history_incomplete"]), ("failed", True))
        self.assertIn("history of this run is incomplete", result.err)
        self.assertIn("could not store its last log lines; lost: 1", result.err)
        # With room again what has happened is known, also to the next endpoint.
        self.no_room(endpoint, resource.RLIM_INFINITY)
        self.ok("local", "stop")
        self.ok("local", "start")
        task = outcome["launches"][0]["task_arn"]
        described = json.loads(self.ok("local", "aws", "ecs", "describe-tasks", "--tasks", task).out)["tasks"][0]
        self.assertEqual((described["lastStatus"], described["containers"][0]["exitCode"]), ("STOPPED", 7))

    def test_a_limit_on_the_size_of_files_is_a_full_disk_and_not_the_end(self):
        """As `ulimit -f` sets it; the signal that comes with it would end a program by default."""
        self.register("x", ("main", "i=0; while [ $i -lt 400 ]; do echo line $i of a long log; i=$((i+1)); done; exit 7"))
        process = self.start("run", "--local", "--task-definition", "x",
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
        refused = self.finish(process)
        self.assertEqual(refused.code, 125, refused)
        self.assertIn("--no-history", refused.err)
        result = self.finish(self.start("run", "--local", "--task-definition", "x", "--no-history",
                                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))))
        self.assertEqual((result.code, len(result.out.splitlines())), (7, 400), result)

    def damage(self, name):
        """Writes over the middle of a state file, as a failing disk does, and takes its journal."""
        path = os.path.join(self.state, name)
        size = os.path.getsize(path)
        with open(path, "r+b") as file:
            file.write(b"\xa5" * size)
        for journal in (path + "-wal", path + "-shm"):
            if os.path.exists(journal):
                os.remove(journal)
        return path

    def follow_the_hint(self, path):
        os.rename(path, path + ".damaged")
        for journal in (path + "-wal", path + "-shm"):
            if os.path.exists(journal):
                os.remove(journal)

    def test_a_damaged_history_says_what_to_move_away(self):
        self.register("x", ("main", "echo ran"))
        self.run_local("x")
        path = self.damage("history.db")
        refused = self.run_local("x")
        self.assertEqual(refused.code, 125, refused)
        for words in (path, "move it away", "-wal", "--no-history"):
            self.assertIn(words, refused.err)
        self.assertNotIn("make room", refused.err)
        self.assertEqual(refused.out, "")
        listed = self.runtask("runs", "list")
        self.assertEqual(listed.code, 1, listed)
        self.assertIn("move it away", listed.err)
        self.assertEqual(self.run_local("x", "--no-history").out, "ran\n")
        self.follow_the_hint(path)
        self.assertEqual(self.run_local("x").out, "ran\n")

    def test_a_damaged_endpoint_state_says_what_to_move_away(self):
        self.register("x", ("main", "echo ran"))
        self.ok("local", "stop")
        path = self.damage("local/endpoint.db")
        for code, *command in ((1, "local", "start"), (125, "run", "--local", "--task-definition", "x")):
            refused = self.runtask(*command)
            self.assertEqual(refused.code, code, refused)
            for words in (path, "move it away", "-wal"):
                self.assertIn(words, refused.err)
        self.follow_the_hint(path)
        self.register("x", ("main", "echo ran"))
        self.assertEqual(self.run_local("x").out, "ran\n")

    def test_a_damaged_record_in_the_endpoints_state_says_what_to_move_away(self):
        self.register("x", ("main", "echo ran"))
        self.ok("local", "stop")
        path = os.path.join(self.state, "local/endpoint.db")
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.execute("UPDATE definitions SET record = '{'")
        refused = self.runtask("local", "start")
        self.assertEqual(refused.code, 1, refused)
        for words in (path, "move ", "task definitions"):
            self.assertIn(words, refused.err)

    def test_damaged_keys_are_not_repeated_and_can_be_removed(self):
        self.register("x", ("main", "echo ran"))
        self.ok("local", "stop")
        path = os.path.join(self.state, "local/keys")
        with open(path, encoding="utf-8") as file:
            secret = json.load(file)["secretAccessKey"]
        with open(path, "a", encoding="utf-8") as file:
            file.write("}")
        for code, *command in ((1, "local", "start"), (125, "run", "--local", "--task-definition", "x")):
            refused = self.runtask(*command)
            self.assertEqual(refused.code, code, refused)
            for words in (path, "remove it"):
                self.assertIn(words, refused.err)
            self.assertNotIn(secret, refused.err)
        os.remove(path)
        self.assertEqual(self.run_local("x").out, "ran\n")

    def test_a_state_directory_that_may_only_be_read_is_said_with_what_to_do(self):
        os.makedirs(os.path.join(self.state, "local"))
        # A file that even root may only read.
        os.symlink("/proc/sys/kernel/ostype", os.path.join(self.state, "local", "endpoint.log"))
        for code, *command in ((1, "local", "start"), (125, "run", "--local", "--task-definition", "x", "--no-history")):
            refused = self.runtask(*command)
            self.assertEqual(refused.code, code, refused)
            for words in ("cannot write " + os.path.join(self.state, "local", "endpoint.log"), "RUNTASK_STATE_DIR"):
                self.assertIn(words, refused.err)

    def test_a_state_directory_that_is_a_file(self):
        self.write("file", "")
        result = self.runtask("run", "--local", "--task-definition", "x",
                              env={"RUNTASK_STATE_DIR": self.path("file")})
        self.assertEqual(result.code, 125, result)
        self.assertEqual(result.err.count("error:"), 1, result.err)


if __name__ == "__main__":
    main()
