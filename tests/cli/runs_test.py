"""`runtask runs`: what is recorded of runs, repeating and forgetting them."""
import json
import os
import signal
import sqlite3
import unittest

from runs_support import RunsSandbox
from support import NamedSandbox, json_lines, wait_until


class AgainSandbox(RunsSandbox):
    def test_again_is_the_same_plan_as_a_new_run_with_the_same_exit_code(self):
        self.register("manage", ("main", "echo hello $WHO; exit 7"))
        first = self.run_local("manage", "-e", "WHO=world", "--count", "2", "--report", "out.json")
        self.assertEqual(first.code, 7, first)
        os.remove(self.path("out.json"))
        again = self.runtask("runs", "again", "last")
        self.assertEqual(again.code, 7, again)
        self.assertIn(" on default (the embedded ECS), again ", again.err)
        self.assertEqual(sorted(again.out.splitlines()), sorted(first.out.splitlines()))
        self.assertEqual(json.loads(self.text("out.json"))["run"], self.run_ids()[0])
        ids = self.run_ids()
        self.assertEqual(len(set(ids)), 2)
        self.assertEqual(len(set(self.task_arns())), 4, "other tasks, not those of the first run")
        self.assertIn("runs again " + ids[1], self.listed()["command"])

    def test_again_reads_secrets_anew_and_names_those_that_are_missing(self):
        self.register("manage", ("main", "echo got $FIRST $SECOND | tr a-z A-Z"))
        self.run_local("manage", "--secret", "FIRST", "--secret", "SECOND",
                       env={"FIRST": "hunter-one", "SECOND": "b"})
        missing = self.runtask("runs", "again", "last", "--json")
        self.assertEqual(missing.code, 2)
        self.assertIn("FIRST, SECOND", missing.err)
        self.assertIn("hint: set them; their values are not kept for another run\n", missing.err)
        self.assertEqual(json.loads(missing.out)["verdict"], "never_started")
        again = self.runtask("runs", "again", "last", env={"FIRST": "other-one", "SECOND": "c"})
        self.assertEqual(again.out, "GOT OTHER-ONE C\n", again)
        self.assertEqual(len(self.run_ids()), 2, "the one that could not be started is none")

    def test_its_plan_is_shown_with_its_checks_and_starts_nothing(self):
        self.register("manage", ("main", "echo hello $WHO"))
        self.run_local("manage", "-e", "WHO=world", "--secret", "TOKEN", env={"TOKEN": "hunter22"})
        planned = self.ok("runs", "again", "last", "--plan", env={"TOKEN": "hunter23"})
        for words in ("+ main: WHO=world", "+ main: TOKEN=****", "fine     the task definition is ACTIVE",
                      "fine     the cluster is active"):
            self.assertIn(words, planned.out)
        self.assertNotIn("hunter", planned.out)
        self.assertEqual(json_lines(self.ok("runs", "again", "last", "--plan", "--json", env={"TOKEN": "x"}).out)[0]["type"],
                         "plan")
        self.assertEqual((len(self.run_ids()), len(self.task_arns())), (1, 1))

    def test_lines_of_several_launches_begin_with_their_names(self):
        self.register("sim", {"name": "main", "image": "simulated", "command": ["print=hello", "exit=0"]})
        self.run_local("sim", "--count", "2", "--order", "listed")
        self.assertEqual(self.ok("runs", "logs", "last").out, "sim/1 main | hello\nsim/2 main | hello\n")
        names = [line["name"] for line in json_lines(self.ok("runs", "logs", "last", "--json").out)]
        self.assertEqual(names, ["sim/1", "sim/2"])

    def test_many_launches_need_yes_again(self):
        self.register("sim", {"name": "main", "image": "simulated", "command": ["exit=0"]})
        self.assertEqual(self.run_local("sim", "--count", "101", "--max-parallel", "101", "--yes").code, 0)
        refused = self.runtask("runs", "again", "last")
        self.assertEqual(refused.code, 2, refused)
        self.assertIn("--yes", refused.err)
        self.assertEqual(len(self.run_ids()), 1)
        self.assertEqual(self.runtask("runs", "again", "last", "--plan").code, 0)
        self.ok("runs", "again", "last", "--yes")
        none = self.runtask("runs", "logs", "last", "--launch", "102")
        self.assertEqual((none.code, none.out), (1, ""))
        self.assertIn("the run has no launch 102", none.err)

    def test_it_can_be_left_running_unless_the_run_needs_somebody(self):
        self.register("manage", ("main", "sleep $HOW_LONG"))
        self.run_local("manage", "-e", "HOW_LONG=0")
        again = self.ok("runs", "again", "last", "--detach")
        self.assertEqual(again.out.strip(), self.run_ids()[0])
        self.run_local("manage", "-e", "HOW_LONG=0", "--timeout", "1h")
        refused = self.runtask("runs", "again", "last", "--detach")
        self.assertEqual(refused.code, 2, refused)
        self.assertIn("--timeout", refused.err)
        self.assertEqual(len(self.run_ids()), 3)

    def test_it_is_as_alone_as_the_run_was(self):
        self.register("manage", ("main", "sleep 30"))
        self.run_local("manage", "--only-one", "--timeout", "10ms")
        self.run_local("manage", "--detach")
        alone, detached = self.run_ids()[1], self.run_ids()[0]
        for flags in ((), ("--plan",)):
            refused = self.runtask("runs", "again", alone, *flags)
            self.assertEqual(refused.code, 125, refused)
            self.assertIn("--only-one: a task of family `manage` is alive", refused.err)
        self.ok("runs", "again", detached, "--detach")

    def test_what_cannot_be_repeated_says_why(self):
        nothing = self.runtask("runs", "again", "last")
        self.assertEqual(nothing.code, 125)
        self.assertIn("no runs", nothing.err)


class NamedAgainSandbox(NamedSandbox):
    def test_again_of_a_run_by_hamlet_s_names_needs_no_cmdb(self):
        first = self.named("-x", "*", "--environment", "integration", "-e", "WHAT=it")
        self.assertEqual(first.code, 0, first)
        os.rename(self.cmdb, self.cmdb + "-gone")
        again = self.ok("runs", "again", "last", "--json")
        names = [launch["name"] for launch in json_lines(again.out)[-1]["launches"]]
        self.assertEqual(names, ["integration/default", "integration/tenant2"])


class SecretsSandbox(RunsSandbox):
    def test_a_secret_is_kept_while_the_run_goes_on_and_nowhere_afterwards(self):
        self.register("manage", ("main", "echo $TOKEN; while [ ! -e %s ]; do sleep 0.02; done; echo $TOKEN"
                                 % self.path("go")))
        process = self.start("run", "--local", "--task-definition", "manage", "--secret", "TOKEN", "--command-json",
                             json.dumps(["sh", "-c", 'echo "{\\"k\\":\\"$TOKEN\\"}" \'hunter"22\'; '
                                         "while [ ! -e %s ]; do sleep 0.02; done" % self.path("go")]),
                             env={"TOKEN": 'hunter"22'})
        wait_until(self.task_arns, "it runs")
        held = self.everywhere("hunter")
        self.assertEqual([name.split(".")[-1] for name in held], ["secrets"])
        self.assertEqual(os.stat(os.path.join(self.state, "runs", held[0])).st_mode & 0o777, 0o600)
        self.write("go", "")
        self.assertEqual(self.finish(process).code, 0)
        self.assertEqual(self.everywhere("hunter"), [])
        self.assertEqual(self.files(), [])


class LivenessSandbox(RunsSandbox):
    def test_a_run_whose_process_is_gone_is_told_from_one_that_is_under_way(self):
        self.register("manage", ("main", "echo one; sleep 30"))
        process = self.start("run", "--local", "--task-definition", "manage")
        wait_until(self.task_arns, "it runs")
        state = self.listed()
        self.assertEqual((state["verdict"], state["can_attach"]), ("running", False))
        self.assertNotIn("attach", self.ok("runs", "show", "last").out)
        process.kill()
        self.finish(process)
        state = self.listed()
        self.assertEqual((state["verdict"], state["can_attach"]), ("process gone", True))
        command = "runtask runs attach " + state["run"]
        self.assertIn("its process is gone; %s goes on" % command, self.ok("runs", "show", "last").out)
        self.assertIn(command, self.ok("runs", "list").err)
        followed = self.ok("runs", "logs", "last", "-f")
        self.assertIn(command, followed.err)
        self.assertEqual(self.ok("runs", "list", "--json").err, "")

    def test_the_second_signal_prints_the_command_that_attaches(self):
        self.register("manage", ("main", "trap '' TERM; echo one; while :; do sleep 0.1; done"))
        process = self.start("run", "--local", "--task-definition", "manage")
        wait_until(self.task_arns, "it runs")
        process.send_signal(signal.SIGINT)
        wait_until(lambda: b"once more" in os.read(process.stderr.fileno(), 65536), "the first is taken")
        process.send_signal(signal.SIGINT)
        result = self.finish(process)
        self.assertEqual(result.code, 130)
        self.assertIn("runtask runs attach " + self.listed()["run"], result.err)

    def test_whoever_follows_the_log_of_a_run_that_left_its_tasks_running_is_told_so(self):
        self.register("manage", ("main", "sleep 30"))
        self.assertEqual(self.run_local("manage", "--detach").code, 0)
        followed = self.ok("runs", "logs", "last", "-f")
        self.assertIn("its tasks were left running; `runtask runs attach %s` goes on with it" % self.listed()["run"],
                      followed.err)
        self.assertEqual(self.ok("runs", "logs", "last").err, "")

    def test_detach_prints_the_run_and_the_command_that_attaches(self):
        self.register("manage", ("main", "sleep 30"))
        result = self.run_local("manage", "--detach")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(result.out.strip(), self.listed()["run"])
        self.assertIn("runtask runs attach " + self.listed()["run"], result.err)
        self.assertTrue(self.listed()["can_attach"])
        self.assertIn("left running", self.ok("runs", "show", "last").out)


class PruneSandbox(RunsSandbox):
    def age(self, run, days):
        with sqlite3.connect(os.path.join(self.state, "history.db")) as database:
            for statement in ("UPDATE events SET at = at - ? WHERE run = (SELECT number FROM runs WHERE id = ?)",
                              "UPDATE runs SET started_at = started_at - ?1, ended_at = ended_at - ?1 WHERE id = ?2"):
                database.execute(statement, (days * 86_400_000, run))

    def is_seen_running(self, run):
        with sqlite3.connect(os.path.join(self.state, "history.db")) as database:
            return database.execute(
                "SELECT count(*) FROM events WHERE run = (SELECT number FROM runs WHERE id = ?) AND kind = 'observed' "
                "AND data LIKE '%\"lastStatus\":\"RUNNING\"%'", (run,)).fetchone()[0] > 0

    def test_old_runs_are_forgotten_and_no_others(self):
        self.register("manage", ("main", "echo hello"))
        for _ in range(2):
            self.run_local("manage")
        young, old = self.run_ids()
        self.age(old, 11)
        self.assertEqual(json.loads(self.ok("runs", "prune", "--keep-days", "12", "--json").out)["pruned"], 0)
        result = self.ok("runs", "prune", "--keep-days", "10")
        self.assertIn("1 run", result.err)
        self.assertEqual(self.run_ids(), [young])
        self.assertEqual(self.ok("runs", "logs", young).out, "hello\n")
        self.assertEqual(self.runtask("runs", "show", old).code, 1)

    def test_a_run_that_goes_on_stays_and_one_whose_process_is_gone_goes_with_its_secrets(self):
        self.register("manage", ("main", "sleep 30"))
        self.start_and_kill("manage", "--secret", "TOKEN", env={"TOKEN": "hunter22"})
        gone = self.listed()["run"]
        self.start("run", "--local", "--task-definition", "manage")
        wait_until(lambda: len(self.task_arns()) == 2, "both run")
        alive = self.listed()["run"]
        # What it still had to record would make it younger.
        wait_until(lambda: self.is_seen_running(alive), "the second one is seen to run")
        for run in (gone, alive):
            self.age(run, 11)
        self.assertEqual(self.everywhere("hunter22"), [gone + ".secrets"])
        result = json.loads(self.ok("runs", "prune", "--keep-days", "10", "--json").out)
        self.assertEqual(result, {"pruned": 1, "under_way": 1, "left_running": 0})
        self.assertEqual(self.run_ids(), [alive])
        self.assertEqual(self.everywhere("hunter22"), [])
        self.assertEqual(self.files(), [alive + ".lock"])

    def test_a_run_that_was_left_running_stays_for_30_days(self):
        self.register("manage", ("main", "sleep 30"))
        self.assertEqual(self.run_local("manage", "--detach").code, 0)
        left = self.run_ids()
        self.assertIn("kept: 1 run left running or without a process", self.ok("runs", "prune", "--keep-days", "0").err)
        self.age(left[0], 29)
        result = json.loads(self.ok("runs", "prune", "--keep-days", "10", "--json").out)
        self.assertEqual(result, {"pruned": 0, "under_way": 0, "left_running": 1})
        self.assertEqual(self.run_ids(), left)
        self.age(left[0], 2)
        self.assertEqual(self.ok("runs", "prune", "--keep-days", "10").err, "forgotten: 1 run\n")
        self.assertEqual(self.run_ids(), [])

    def test_a_run_whose_process_was_killed_stays_for_7_days(self):
        self.register("manage", ("main", "sleep 30"))
        self.start_and_kill("manage")
        killed = self.run_ids()
        self.age(killed[0], 6)
        result = json.loads(self.ok("runs", "prune", "--keep-days", "0", "--json").out)
        self.assertEqual(result, {"pruned": 0, "under_way": 0, "left_running": 1})
        self.age(killed[0], 2)
        self.ok("runs", "prune", "--keep-days", "0")
        self.assertEqual(self.run_ids(), [])

    def test_days_are_required_and_a_number(self):
        self.assertEqual(self.runtask("runs", "prune").code, 2)
        self.assertEqual(self.runtask("runs", "prune", "--keep-days", "-1").code, 2)


if __name__ == "__main__":
    unittest.main()
