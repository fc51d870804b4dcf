"""Every line arrives, in order, once; whatever it looks like."""
from support import *


class Logs(Sandbox):
    def test_100_000_lines_in_one_burst_all_arrive_in_order_and_memory_stays_small(self):
        self.register("burst", {"name": "main", "memory": 256, "command": [
            "/usr/bin/python3", "-c",
            "import sys; sys.stdout.write(''.join('line %06d of a burst that is long enough to matter\\n' % i"
            " for i in range(100000)))"]})
        # wait4 gives the peak memory of exactly this child.
        process = self.start("run", "--local", "--task-definition", "burst", stdout=self.sink("out"))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        with open(self.path("out"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertEqual(len(lines), 100000)
        self.assertEqual([int(line.split()[1]) for line in lines], list(range(100000)))
        if not os.environ.get("RUNTASK_TEST_BUILD"):  # A sanitizer takes memory of its own.
            self.assertLess(usage.ru_maxrss, 64 * 1024, "KiB of peak memory")

    def test_a_line_longer_than_64_kib_arrives_whole(self):
        self.register("long", ("main", "head -c 200000 /dev/zero | tr '\\0' x; echo; echo after"))
        result = self.run_local("long")
        self.assertEqual(result.out, "x" * 200000 + "\nafter\n")

    def test_a_line_longer_than_256_kib_arrives_in_pieces_without_loss(self):
        self.register("long", ("main", "head -c 700000 /dev/zero | tr '\\0' x; echo; echo after"))
        result = self.run_local("long")
        self.assertEqual(result.out.replace("\n", ""), "x" * 700000 + "after")
        self.assertEqual([len(line) for line in result.out.splitlines()], [262144, 262144, 175712, 5])

    def test_bytes_that_are_no_utf8_are_shown_as_escapes(self):
        self.register("bytes", ("main", "printf 'caf\\351 \\303\\251 \\000 \\377\\n'"))
        self.assertEqual(self.run_local("bytes").out, "caf\\xe9 \u00e9 \0 \\xff\n")

    def test_a_last_line_without_newline_arrives(self):
        self.register("tail", ("main", "printf 'one\\ntwo'"))
        self.assertEqual(self.run_local("tail").out, "one\ntwo\n")

    def test_empty_lines_stay(self):
        self.register("gaps", ("main", "printf 'a\\n\\n\\nb\\n'"))
        self.assertEqual(self.run_local("gaps").out, "a\n\n\nb\n")

    def test_a_container_that_prints_nothing_is_no_error(self):
        self.register("quiet", ("main", "true"))
        result = self.run_local("quiet")
        self.assertEqual((result.code, result.out), (0, ""))

    def test_two_containers_are_interleaved_with_their_names_and_nothing_is_lost(self):
        self.register("pair", ("one", "for i in $(seq 500); do echo one $i; done; sleep 0.2"),
                      ("two", "for i in $(seq 500); do echo two $i; done; sleep 0.3"))
        result = self.run_local("pair")
        lines = result.out.splitlines()
        for name in ("one", "two"):
            mine = [line for line in lines if line.endswith(tuple("%s %d" % (name, i) for i in range(1, 501)))]
            self.assertEqual([int(line.split()[-1]) for line in mine], list(range(1, 501)), name)
            self.assertTrue(all(name + " |" in line for line in mine))
        self.assertEqual(len(lines), 1000)

    def test_lines_appear_while_the_task_still_runs(self):
        self.register("live", ("main", "echo first; while [ ! -e %s ]; do sleep 0.02; done; echo last" % self.path("go")))
        process = self.start("run", "--local", "--task-definition", "live", stdout=self.sink("out"))
        wait_until(lambda: self.text("out") == "first\n", "the line, live")
        self.assertIsNone(process.poll())
        self.write("go", "")
        self.assertEqual(self.finish(process).code, 0)
        self.assertEqual(self.text("out"), "first\nlast\n")

    def test_no_logs_prints_none(self):
        self.register("talks", ("main", "echo hi"))
        self.assertEqual(self.run_local("talks", "--no-logs").out, "")

    def test_the_log_of_a_container_without_awslogs_is_shown_too(self):
        """The embedded endpoint stores the output of every container, and says where."""
        journal = {"logDriver": "json-file", "options": {"max-size": "1m"}}
        self.register("plain", {"name": "main", "command": ["/bin/echo", "kept"], "logConfiguration": None},
                      {"name": "proxy", "command": ["/bin/echo", "passed"], "logConfiguration": journal})
        result = self.run_local("plain", "--container", "main")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(sorted(result.out.splitlines()), ["main | kept", "proxy | passed"], result)
        self.assertNotIn("not shown", result.err)
        self.assertEqual(self.ok("runs", "logs", "last").out, result.out)
        self.assertEqual(self.ok("runs", "logs", "last", "--launch", "1").out, result.out)
        self.assertIn("kept", self.ok("local", "logs", "last").out)
        self.assertIn("log of main: /runtask/plain main/...", self.run_local("plain", "--plan").out)

    def test_the_log_of_a_task_is_found_wherever_its_options_lead(self):
        awslogs = {"awslogs-group": "/test", "awslogs-region": "us-east-1"}
        for options in (awslogs, None, {**awslogs, "awslogs-stream-prefix": "p"}):
            configuration = options and {"logDriver": "awslogs", "options": options}
            self.register("said", {"name": "main", "command": ["/bin/echo", "here"],
                                   "logConfiguration": configuration})
            result = self.run_local("said")
            self.assertEqual((result.code, result.out), (0, "here\n"), result)
            self.assertNotIn("not known", result.err)
            self.assertEqual(self.ok("local", "logs").out, "here\n", options)
            self.assertEqual(self.ok("local", "logs", "-f").out, "here\n", options)
            record = json.loads(self.ok("local", "logs", "last", "--json").out)
            self.assertEqual((record["type"], record["container"], record["message"]), ("log", "main", "here"))

    def test_the_log_of_a_task_in_any_cluster_is_found(self):
        self.register("said", ("main", "echo here"))
        for number in range(101):  # More than a page of a list; the last one of it is the one.
            self.ok("local", "cluster", "create", "c%03d" % number)
        self.assertEqual(self.run_local("said", "--cluster", "c100").code, 0)
        task = self.last_outcome()["launches"][0]["task_arn"]
        for reference in ("last", task, task.split("/")[-1]):
            self.assertEqual(self.ok("local", "logs", reference).out, "here\n", reference)
        self.register("slow", ("main", "sleep 600"))
        self.assertEqual(self.run_local("slow", "--cluster", "c100", "--detach").code, 0)
        status = json.loads(self.ok("local", "status", "--json").out)
        self.assertEqual(status["running_tasks"] + status["pending_tasks"], 1)

    def test_a_task_that_is_not_there_is_said_to_be_none(self):
        for reference in ("nope", "0" * 32):
            result = self.runtask("local", "logs", reference)
            self.assertEqual(result.code, 1, result)
            self.assertIn("there is no task `%s`" % reference, result.err)

    def test_of_long_lines_only_the_beginning_stands_in_the_failures_block(self):
        self.register("long", ("main", "head -c 200000 /dev/zero | tr '\\0' x; echo; exit 3"))
        result = self.run_local("long")
        self.assertEqual(result.out, "x" * 200000 + "\n")
        self.assertIn("    | " + "x" * 1000 + "... (199000 bytes more)\n", result.err)


if __name__ == "__main__":
    main()
