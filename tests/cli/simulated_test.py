"""Containers that are only simulated, and the limits of AWS, through the real binary."""
from support import *


class Simulated(Sandbox):
    def simulate(self, family, *words, **members):
        self.register(family, {"name": "main", "image": "simulated", "command": list(words), **members})

    def test_a_run_of_a_simulated_container_is_a_run_like_any_other(self):
        self.simulate("sim", "run=300ms", "print=hello", "lines=3", "exit=7")
        result = self.run_local("sim")
        self.assertEqual(result.code, 7, result)
        self.assertEqual(result.out, "hello\nline 1 of 3\nline 2 of 3\nline 3 of 3\n")
        self.assertEqual(self.last_outcome()["verdict"], "failed")

    def test_the_verdict_is_said_with_the_end_and_not_only_after_the_log(self):
        self.simulate("sim", "exit=7")
        self.assertIn("sim: STOPPED  exit code 7 of container main\n", self.run_local("sim").err)
        records = [json.loads(line) for line in self.run_local("sim", "--json").out.splitlines()]
        stopped = [it for it in records if it["type"] == "status" and it["status"] == "STOPPED"]
        self.assertEqual([(it["verdict"], it["exit_code"]) for it in stopped], [("failed", 7)])

    def test_the_end_of_one_that_we_stop_is_no_verdict_by_its_code(self):
        self.simulate("sim", "run=1h")
        result = self.run_local("sim", "--timeout", "100ms", "--json")
        stopped = [json.loads(line) for line in result.out.splitlines() if '"STOPPED"' in line][0]
        self.assertEqual((result.code, stopped["type"]), (124, "status"), result)
        self.assertNotIn("verdict", stopped)

    def test_the_command_of_a_run_says_what_is_simulated(self):
        self.simulate("sim", "exit=7")
        self.assertEqual(self.run_local("sim", "--command", "print=other").out, "other\n")

    def test_a_timeout_stops_it(self):
        self.simulate("sim", "run=1h", "print=up")
        result = self.run_local("sim", "--timeout", "200ms")
        self.assertEqual((result.code, result.out), (124, "up\n"), result)

    def test_a_word_that_says_nothing_is_named(self):
        self.simulate("sim", "sleep", "5")
        result = self.run_local("sim")
        self.assertEqual(result.code, 125, result)
        self.assertIn("`sleep` says nothing to a simulated container", result.err)

    def test_it_survives_its_endpoint_no_better_than_a_process(self):
        self.simulate("sim", "run=1h", "print=up")
        self.ok("run", "--local", "--task-definition", "sim", "--detach")
        self.kill_endpoint()
        listed = self.ok("local", "aws", "ecs", "list-tasks", "--desired-status", "STOPPED", "--output", "json")
        self.assertEqual(len(json.loads(listed.out)["taskArns"]), 1)


class AwsLimits(Sandbox):
    def test_an_endpoint_with_limits_says_so(self):
        self.ok("local", "start", "--limits", "aws")
        self.assertEqual(json.loads(self.ok("local", "status", "--json").out)["limits"], "aws")
        self.assertIn("with AWS's limits", self.ok("local", "status").out)

    def test_a_running_one_keeps_its_limits(self):
        self.ok("local", "start")
        self.assertEqual(json.loads(self.ok("local", "status", "--json").out)["limits"], "none")
        result = self.runtask("local", "start", "--limits", "aws")
        self.assertEqual(result.code, 1, result)
        self.assertIn("runs already, with --limits none", result.err)
        self.assertIn("runtask local stop", result.err)
        self.ok("local", "stop")
        self.ok("local", "start", "--limits", "aws")
        self.assertIn("runs already", self.ok("local", "start").err)


if __name__ == "__main__":
    main()
