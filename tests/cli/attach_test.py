"""`runtask runs attach` and `runs stop`: going on with a run that another process began."""
import datetime
import json
import os
import signal
import subprocess
import time
import unittest

from runs_support import GatedSandbox
from support import LONGEST, RUNTASK, AwsSandbox, NamedSandbox, Reply, definition, json_lines, task_arn, wait_until


class AttachSandbox(GatedSandbox):
    def test_after_a_kill_in_the_middle_of_a_task(self):
        self.gated(7)
        printed = self.killed()
        self.write("go", "")
        attached = self.runtask("runs", "attach", "last")
        self.assertEqual(attached.code, 7, attached)
        self.assertIn("run %s: manage:1 on default (the embedded ECS)\n" % self.listed()["run"], attached.err)
        self.assertEqual(printed + attached.out, self.expected())
        self.assertEqual(self.tasks_started(), 1)
        self.assertEqual(self.listed()["verdict"], "failed")
        self.assertEqual(self.last_outcome()["launches"][0]["log_lines"], 6)
        self.assertEqual(self.ok("runs", "logs", "last").out, self.expected())
        self.assertEqual(self.files(), [])
        # Once more: there is nothing left to print, and the code is still the run's.
        again = self.runtask("runs", "attach", "last")
        self.assertEqual((again.code, again.out), (7, ""))

    def test_after_the_task_has_ended_meanwhile(self):
        self.gated(3)
        printed = self.killed()
        self.write("go", "")
        wait_until(lambda: "after 3" in self.runtask("local", "logs", "last").out, "it has ended")
        time.sleep(0.3)
        attached = self.runtask("runs", "attach", "last")
        self.assertEqual(attached.code, 3, attached)
        self.assertEqual(printed + attached.out, self.expected())
        self.assertEqual(self.tasks_started(), 1)

    def test_after_the_endpoint_has_died_too(self):
        self.gated()
        self.killed()
        self.kill_endpoint()
        attached = self.runtask("runs", "attach", "last", "--json")
        outcome = json_lines(attached.out)[-1]
        self.assertEqual((attached.code, outcome["verdict"]), (125, "infrastructure"), attached)
        self.assertEqual(self.tasks_started(), 1)

    def test_after_detach_it_watches_to_the_end(self):
        self.gated(5)
        self.assertEqual(self.run_local("manage", "--detach").code, 0)
        self.write("go", "")
        attached = self.runtask("runs", "attach", "last")
        self.assertEqual(attached.code, 5, attached)
        self.assertEqual(attached.out, self.expected())
        self.assertEqual(self.listed()["verdict"], "failed")
        self.assertEqual(self.files(), [])

    def test_what_an_interrupt_kept_from_starting_is_not_started_and_no_success(self):
        self.gated(0)
        process = self.start("run", "--local", "--task-definition", "manage", "--count", "2", "--max-parallel", "1",
                             "--on-interrupt", "detach", stdout=self.sink("out"))
        wait_until(lambda: self.text("out").count("\n") == 3, "the first one runs")
        process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(process).code, 130)
        self.write("go", "")
        attached = self.runtask("runs", "attach", "last", "--json")
        outcome = json_lines(attached.out)[-1]
        self.assertEqual([launch["verdict"] for launch in outcome["launches"]], ["succeeded", "skipped"])
        self.assertEqual((attached.code, outcome["verdict"], self.tasks_started()), (130, "interrupted", 1))

    def test_launches_that_wait_are_started_in_their_turn_and_none_twice(self):
        self.gated(0, lines=1)
        self.killed("--count", "3", "--order", "listed", lines=1)
        self.write("go", "")
        attached = self.runtask("runs", "attach", "last", "--json")
        self.assertEqual(attached.code, 0, attached)
        self.assertEqual(self.tasks_started(), 3)
        outcome = json_lines(attached.out)[-1]
        self.assertEqual([launch["verdict"] for launch in outcome["launches"]], ["succeeded"] * 3)
        self.assertEqual(len({launch["task_arn"] for launch in outcome["launches"]}), 3)

    def test_one_that_is_to_be_alone_starts_nothing_beside_somebody_else(self):
        self.gated(0, lines=1)
        self.killed("--count", "2", "--order", "listed", "--only-one", lines=1)
        run = self.listed()["run"]
        self.run_local("manage", "--detach")
        other = self.task_arns()[-1]
        refused = self.runtask("runs", "attach", run)
        self.assertEqual(refused.code, 125, refused)
        self.assertIn(json.loads(other)["task_arn"], refused.err)
        self.write("go", "")
        self.ok("runs", "attach", "last")
        self.assertEqual(self.runtask("runs", "attach", run).code, 0, "nobody is in its way any more")

    def test_one_that_is_to_be_alone_counts_its_own_tasks_for_nobody_and_keeps_others_out(self):
        self.gated(0, lines=1)
        self.killed("--count", "2", "--order", "listed", "--only-one", lines=1)
        run = self.listed()["run"]
        attached = self.start("runs", "attach", run, stderr=self.sink("err"))
        wait_until(lambda: "RUNNING" in self.text("err"), "it has taken over")
        refused = self.run_local("manage", "--only-one")
        self.assertEqual(refused.code, 125, refused)
        self.assertIn("run %s of family `manage` is under way on this machine" % run, refused.err)
        self.write("go", "")
        self.assertEqual(self.finish(attached).code, 0)

    def test_a_second_one_follows_and_takes_over_when_the_first_dies(self):
        self.gated(7)
        printed = self.killed()
        first = self.start("runs", "attach", "last", stdout=self.sink("first"))
        wait_until(lambda: self.listed()["verdict"] == "running", "the first has taken over")
        second = self.start("runs", "attach", "last", stdout=self.sink("second"), stderr=self.sink("second-err"))
        wait_until(lambda: "following" in self.text("second-err"), "the second follows")
        first.kill()
        self.finish(first)
        wait_until(lambda: "going on" in self.text("second-err"), "the second goes on")
        self.write("go", "")
        self.assertEqual(self.finish(second).code, 7, self.text("second-err"))
        self.assertEqual(printed + self.text("first") + self.text("second"), self.expected())
        self.assertEqual(self.tasks_started(), 1)

    def test_a_follower_shows_the_same_and_ends_with_the_same_code_and_its_interrupt_stops_nothing(self):
        self.gated(7)
        owner = self.start("run", "--local", "--task-definition", "manage", stdout=self.sink("out"))
        wait_until(lambda: self.text("out").count("\n") == 3, "the first lines")
        followers = [self.start("runs", "attach", "last", stdout=self.sink("f%d" % i), stderr=self.sink("e%d" % i))
                     for i in range(2)]
        for i in range(2):
            wait_until(lambda i=i: "following" in self.text("e%d" % i), "it follows")
        followers[1].send_signal(signal.SIGINT)
        self.assertEqual(self.finish(followers[1]).code, 130)
        self.write("go", "")
        self.assertEqual(self.finish(owner).code, 7)
        self.assertEqual(self.finish(followers[0]).code, 7, self.text("e0"))
        self.assertEqual(self.text("out"), self.expected())
        self.assertTrue(self.expected().endswith(self.text("f0")) and "after 1\n" in self.text("f0"), self.text("f0"))
        self.assertIn("exit code 7", self.text("e0"))

    def test_secrets_are_masked_after_an_attach_and_gone_after_the_end(self):
        self.register("manage", ("main", "echo before; while [ ! -e %s ]; do sleep 0.02; done; echo it is $TOKEN"
                                 % self.path("go")))
        self.killed("--secret", "TOKEN", lines=1, env={"TOKEN": "hunter22"})
        self.assertEqual(self.everywhere("hunter22"), [self.listed()["run"] + ".secrets"])
        self.write("go", "")
        self.assertEqual(self.ok("runs", "attach", "last").out, "it is ****\n")
        self.assertEqual(self.everywhere("hunter22"), [])

    def test_a_secret_of_which_the_first_process_saw_the_head_is_masked_after_an_attach(self):
        self.register("manage", {"name": "main", "command": [
            "/usr/bin/python3", "-c", "import os, time\nprint('x' * (2**18 - 4) + os.environ['TOKEN'], end='', flush=True)\n"
            "while not os.path.exists(%r): time.sleep(0.02)\nprint()" % self.path("go")]})
        self.killed("--secret", "TOKEN", lines=1, env={"TOKEN": "hunter22-and-more"})
        self.write("go", "")
        self.assertEqual(self.ok("runs", "attach", "last").out, "****\n")
        self.assertEqual(self.everywhere("er22-and-more"), [])

    def test_an_interrupt_of_the_one_that_attached_stops_the_tasks(self):
        self.gated()
        self.killed()
        attached = self.start("runs", "attach", "last")
        wait_until(lambda: self.listed()["verdict"] == "running", "it has taken over")
        time.sleep(0.2)
        attached.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(attached).code, 130)
        self.assertEqual(self.listed()["verdict"], "interrupted")

    def test_lines_that_the_reader_never_got_are_printed_by_the_next(self):
        count = 6000
        self.register("manage", ("main", "i=0; while [ $i -lt %d ]; do echo a line of the log, number $i; "
                                 "i=$((i+1)); done; exit 9" % count))
        process = self.start("run", "--local", "--task-definition", "manage")
        wait_until(lambda: self.ok("runs", "logs", "last").out.count("\n") > 3000 if self.task_arns() else False,
                   "much more is recorded than a pipe holds")
        process.kill()
        printed = self.finish(process).out
        self.assertLess(printed.count("\n"), 3000, "the pipe was full")
        attached = self.runtask("runs", "attach", "last")
        self.assertEqual(attached.code, 9)
        self.assertEqual(printed + attached.out, "".join("a line of the log, number %d\n" % i for i in range(count)))

    def test_the_reports_are_written_by_whoever_sees_the_end(self):
        self.gated()
        self.killed("--report", "out.json")
        self.write("go", "")
        self.ok("runs", "attach", "last", cwd="/")
        self.assertEqual(json.loads(self.text("out.json"))["verdict"], "succeeded")

    def test_what_cannot_be_attached_to_says_why(self):
        result = self.runtask("runs", "attach", "last", "--json")
        self.assertEqual(result.code, 125)
        self.assertEqual(json.loads(result.out)["verdict"], "never_started")


class ReadOnlySandbox(GatedSandbox):
    """The state directory has become one that may only be read."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.make_writable, True)

    def make_writable(self, is_writable):
        for path in (self.state, os.path.join(self.state, "runs")):
            os.chmod(path, 0o700 if is_writable else 0o500)
            for file in os.scandir(path):
                if file.is_file():
                    os.chmod(file, 0o600 if is_writable else 0o400)

    def runs(self, *arguments):
        """`runtask runs` without root's right to write everywhere."""
        unprivileged = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
        process = subprocess.run([*unprivileged, RUNTASK, "runs", *arguments], env=self.env, stdin=subprocess.DEVNULL,
                                 capture_output=True, timeout=60, check=False, text=True)
        self.assertEqual(process.stderr.count("error:"), 0, process.stderr)
        return process

    def test_a_run_whose_process_is_gone_is_watched_to_its_end(self):
        self.gated(7)
        printed = self.killed()
        self.make_writable(False)
        self.write("go", "")
        attached = self.runs("attach", "last", "--json")
        outcome = json_lines(attached.stdout)[-1]
        self.assertEqual((attached.returncode, outcome["verdict"], outcome["history_incomplete"]), (7, "failed", True))
        self.assertEqual(attached.stderr.count("the history of this run is incomplete"), 1, attached.stderr)
        lines = [it["message"] + "\n" for it in json_lines(attached.stdout) if it["type"] == "log"]
        self.assertEqual(printed + "".join(lines), self.expected())
        self.assertEqual(self.tasks_started(), 1)
        self.make_writable(True)
        self.assertEqual(self.runtask("runs", "attach", "last").code, 7, "it can be gone on with where one can write")

    def test_nothing_is_started_that_cannot_be_recorded(self):
        self.gated(0, lines=1)
        for number, alone in enumerate(((), ("--only-one",)), 1):
            self.killed("--count", "2", "--order", "listed", *alone, lines=1)
            self.make_writable(False)
            self.write("go", "")
            attached = self.runs("attach", "last", "--json")
            outcome = json_lines(attached.stdout)[-1]
            self.assertEqual([it["verdict"] for it in outcome["launches"]], ["succeeded", "never_started"])
            self.assertEqual((attached.returncode, self.tasks_started()), (125, number))
            self.make_writable(True)
            os.remove(self.path("go"))

    def test_the_end_of_one_that_has_ended_is_shown(self):
        self.gated(7)
        self.write("go", "")
        self.run_local("manage")
        self.make_writable(False)
        self.assertEqual(self.runs("attach", "last").returncode, 7)

    def test_one_can_be_stopped(self):
        self.gated()
        self.killed()
        self.make_writable(False)
        stopped = self.runs("stop", "last", "--json")
        self.assertEqual((stopped.returncode, json_lines(stopped.stdout)[-1]["verdict"]), (0, "interrupted"))


class StopSandbox(GatedSandbox):
    def test_stop_of_a_run_that_somebody_carries_out(self):
        self.gated()
        owner = self.start("run", "--local", "--task-definition", "manage", stdout=self.sink("out"))
        wait_until(lambda: self.text("out").count("\n") == 3, "it runs")
        stopped = self.ok("runs", "stop", "last", "--json")
        self.assertEqual(json_lines(stopped.out)[-1]["verdict"], "interrupted")
        self.assertEqual(self.finish(owner).code, 143)

    def test_stop_of_a_run_whose_process_is_gone(self):
        self.gated()
        self.killed()
        stopped = self.ok("runs", "stop", "last")
        self.assertEqual(stopped.out, "")
        self.assertIn("interrupted", stopped.err)
        self.assertEqual(self.listed()["verdict"], "interrupted")
        self.assertEqual(self.files(), [])

    def test_lines_that_came_while_it_was_stopped_are_for_whoever_attaches(self):
        self.register("manage", ("main", "trap 'echo late 1; echo late 2; exit 3' TERM; "
                                 "for i in 1 2 3; do echo before $i; done; while :; do sleep 0.02; done"))
        self.killed()
        stopped = self.ok("runs", "stop", "last")
        self.assertEqual(stopped.out, "")
        self.assertIn("lines of its log were not shown; to see them: runtask runs attach", stopped.err)
        attached = self.runtask("runs", "attach", "last")
        self.assertEqual((attached.code, attached.out), (143, "late 1\nlate 2\n"), attached)
        self.assertIn("stopped by runtask runs stop", attached.err)
        self.assertEqual(self.files(), [])

    def test_stop_of_a_run_that_was_left_running(self):
        self.gated()
        self.run_local("manage", "--detach", "--on-interrupt", "detach")
        self.ok("runs", "stop", "last")
        self.assertEqual(self.listed()["verdict"], "interrupted")

    def test_stop_of_one_whose_process_would_leave_its_tasks_running(self):
        self.gated()
        owner = self.start("run", "--local", "--task-definition", "manage", "--on-interrupt", "detach",
                           stdout=self.sink("out"))
        wait_until(lambda: self.text("out").count("\n") == 3, "it runs")
        self.ok("runs", "stop", "last")
        self.finish(owner)
        self.assertEqual(self.listed()["verdict"], "interrupted")

    def test_stop_of_one_that_has_ended_says_how(self):
        self.gated(7)
        self.write("go", "")
        self.run_local("manage")
        self.assertIn("exit code 7", self.ok("runs", "stop", "last").err)


class NamedAttachSandbox(NamedSandbox):
    def test_a_run_over_several_environments_goes_on_without_the_cmdb(self):
        go = self.path("go")
        process = self.start("run", "-t", "application", "-i", "host", "-w", "manage", "-x", "*", "--environment",
                             "integration,production", "--command-json",
                             json.dumps(["/bin/sh", "-c", "echo x >>%s; while [ ! -e %s ]; do sleep 0.02; done; exit 4"
                                         % (self.path("trace"), go)]), "--keep-going")
        wait_until(lambda: len(self.trace()) == 2, "the first environment runs")
        process.kill()
        self.finish(process)
        os.rename(self.cmdb, self.cmdb + "-gone")
        self.write("go", "")
        attached = self.runtask("runs", "attach", "last", "--json")
        self.assertEqual(attached.code, 4, attached)
        self.assertEqual(len(self.trace()), 4)
        names = [launch["name"] for launch in json_lines(attached.out)[-1]["launches"]]
        self.assertEqual(names, ["integration/default", "integration/tenant2", "production/default",
                                 "production/tenant2"])


class AwsAttachSandbox(AwsSandbox):
    def begin(self):
        process = self.start("run", "--cluster", "c", "--task-definition", "manage")
        # With the second question the first answer is on record.
        wait_until(lambda: self.aws.count("DescribeTasks") > 1, "it is watched")
        process.kill()
        self.finish(process)

    def lose_a_start(self):
        """A run killed before RunTask was answered, which would be now."""
        self.aws.operations["RunTask"] = lambda _: Reply({}, fault="stall")
        process = self.start("run", "--cluster", "c", "--task-definition", "manage")
        wait_until(lambda: self.aws.count("RunTask") == 1, "the call is under way")
        process.kill()
        self.finish(process)
        self.aws.operations["RunTask"] = lambda _: {"tasks": [self.task_now("PENDING")], "failures": []}

    def attach(self):
        # ECS is given a minute to show a task again.
        attached = self.runtask("runs", "attach", "last", "--json", seconds=3 * LONGEST)
        return attached, json_lines(attached.out)[-1]

    def test_a_task_that_ecs_has_forgotten_is_unknown_and_what_is_known_is_said(self):
        self.script = [self.task_now("RUNNING")]
        self.begin()
        self.aws.operations["DescribeTasks"] = lambda request: {
            "tasks": [], "failures": [{"arn": self.arn, "reason": "MISSING"}]}
        self.aws.operations["ListTasks"] = lambda _: {"taskArns": []}
        attached, outcome = self.attach()
        self.assertEqual(attached.code, 125, attached)
        launch = outcome["launches"][0]
        self.assertIn(launch["verdict"], ("unknown", "infrastructure"))
        self.assertEqual(launch["task_arn"], self.arn)
        self.assertEqual(self.aws.count("RunTask"), 1)

    def test_a_task_that_ended_meanwhile_ended_when_ecs_says_and_not_when_somebody_looked(self):
        self.script = [self.task_now("RUNNING")]
        self.begin()
        created = time.time() - 100  # By its clock, which need not be ours.
        self.script = [self.task_now("STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 0},
                                     createdAt=created, executionStoppedAt=created + 0.5, stoppedAt=created + 20)]
        launch = self.attach()[1]["launches"][0]
        times = [datetime.datetime.strptime(launch[name], "%Y-%m-%dT%H:%M:%S.%fZ") for name in ("started_at", "ended_at")]
        self.assertAlmostEqual((times[1] - times[0]).total_seconds(), 0.5, delta=0.002)

    def test_a_clock_of_ecs_that_is_off_makes_no_task_end_before_its_start_or_in_the_future(self):
        for off in (-3600, 3600):
            with self.subTest(off=off):
                self.script = [self.task_now("STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 0},
                                             executionStoppedAt=time.time() + off, stoppedAt=time.time() + off)]
                ran = self.runtask("run", "--cluster", "c", "--task-definition", "manage", "--json")
                outcome = json_lines(ran.out)[-1]
                launch = outcome["launches"][0]
                self.assertLessEqual(outcome["started_at"], launch["started_at"])
                self.assertLessEqual(launch["started_at"], launch["ended_at"])
                self.assertLessEqual(launch["ended_at"], outcome["ended_at"])

    def test_a_start_whose_reply_never_came_is_asked_for_again_with_the_same_token(self):
        self.lose_a_start()
        attached, outcome = self.attach()
        self.assertEqual((attached.code, outcome["verdict"]), (0, "succeeded"), attached)
        tokens = [request["clientToken"] for request in self.aws.requests("RunTask")]
        self.assertGreaterEqual(len(tokens), 2)
        self.assertEqual(len(set(tokens)), 1)

    def test_to_stop_a_run_sends_no_start_that_may_be_the_first(self):
        self.lose_a_start()
        self.aws.operations["ListTasks"] = lambda _: {"taskArns": []}
        stopping = self.start("runs", "stop", "last")
        wait_until(lambda: self.aws.count("ListTasks") > 3, "it looks for what may have been started")
        stopping.kill()
        self.finish(stopping)
        self.assertEqual(self.aws.count("RunTask"), 1)

    def test_a_start_whose_reply_never_came_is_in_nobodys_way_when_it_is_to_be_alone(self):
        self.aws.operations["RunTask"] = lambda _: Reply({}, fault="stall")
        self.aws.operations["ListTasks"] = lambda _: {"taskArns": []}
        process = self.start("run", "--cluster", "c", "--task-definition", "manage", "--only-one")
        wait_until(lambda: self.aws.count("RunTask") == 1, "the call is under way")
        process.kill()
        self.finish(process)
        sent = self.aws.requests("RunTask")[0]
        self.aws.operations["RunTask"] = lambda _: {"tasks": [self.task_now("PENDING")], "failures": []}
        self.aws.operations["ListTasks"] = lambda request: {
            "taskArns": [self.arn] if request["desiredStatus"] == "RUNNING" else []}
        self.script = [self.task_now("RUNNING", startedBy="somebody")]
        attached, _ = self.attach()
        self.assertEqual(attached.code, 125, attached)
        self.assertIn("started by somebody", attached.err)
        self.describes = 0
        self.script = [self.task_now("RUNNING", startedBy=sent["startedBy"]),
                       self.task_now("STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 0})]
        attached, outcome = self.attach()
        self.assertEqual((attached.code, outcome["verdict"]), (0, "succeeded"), attached)
        self.assertEqual({request["clientToken"] for request in self.aws.requests("RunTask")}, {sent["clientToken"]})

    def test_a_hang_up_is_told_to_ecs_as_one(self):
        self.script = [self.task_now("RUNNING")]
        process = self.start("run", "--cluster", "c", "--task-definition", "manage")
        wait_until(lambda: self.aws.count("DescribeTasks") > 0, "it is watched")
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.aws.count("StopTask") > 0, "it is stopped")
        self.script = [self.task_now("STOPPED", stopCode="UserInitiated")]
        result = self.finish(process)
        self.assertEqual(result.code, 143, result)
        self.assertIn("interrupted by a hang-up (SIGHUP)", self.aws.requests("StopTask")[0]["reason"])
        self.assertIn("stopped by a hang-up (SIGHUP)", result.err)

    def test_who_waits_for_ecs_is_told_so_once_and_when_it_answers_again(self):
        self.script = [self.task_now("RUNNING")]
        self.begin()
        self.script = [Reply({}, fault="stall")] * 2 + [
            self.task_now("STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 0})]
        self.describes = 0
        attached = self.runtask("runs", "attach", "last")
        self.assertEqual(attached.code, 0, attached)
        self.assertEqual(attached.err.count("waiting for ECS at http://127.0.0.1:%d: no answer yet\n" % self.aws.port), 1, attached)
        self.assertEqual(attached.err.count("ECS at http://127.0.0.1:%d answers again\n" % self.aws.port), 1, attached)

    def test_who_is_quiet_is_not_told_what_is_waited_for(self):
        self.script = [Reply({}, fault="stall"),
                       self.task_now("STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 0})]
        result = self.runtask("run", "--cluster", "c", "--task-definition", "manage", "-q", "--no-logs")
        self.assertEqual((result.code, result.err), (0, ""), result)

    def test_what_an_interrupt_could_not_stop_in_time_is_stopped_later(self):
        self.script = [self.task_now("RUNNING")]  # StopTask is answered, and the task goes on.
        process = self.start("run", "--cluster", "c", "--task-definition", "manage", "--json")
        wait_until(lambda: self.aws.count("DescribeTasks") > 0, "it is watched")
        process.send_signal(signal.SIGINT)
        result = self.finish(process)
        launch = json_lines(result.out)[-1]["launches"][0]
        self.assertEqual((result.code, launch["verdict"], launch["may_still_run"]), (130, "interrupted", True), result)
        self.assertIn("runtask runs attach ", result.err)
        self.describes = 0
        self.script = [self.task_now("RUNNING"), self.task_now("STOPPED", stopCode="UserInitiated")]
        self.aws.calls.clear()
        outcome = json_lines(self.ok("runs", "stop", "last", "--json").out)[-1]
        self.assertEqual(outcome["launches"][0]["verdict"], "interrupted")
        self.assertFalse(outcome["launches"][0]["may_still_run"])
        self.assertEqual([request["task"] for request in self.aws.requests("StopTask")], [self.arn])
        self.assertEqual(os.listdir(os.path.join(self.state, "runs")), [])

    def test_when_the_credentials_expire_in_the_middle_new_ones_go_on_with_the_run(self):
        def run_task(_):
            self.arn = task_arn("c", "%032x" % len(self.aws.calls))
            return {"tasks": [self.task_now("PENDING")], "failures": []}

        self.aws.operations["RunTask"] = run_task
        self.script = [self.task_now("RUNNING"), Reply.error("ExpiredTokenException", "The security token has expired")]
        result = self.runtask("run", "--cluster", "c", "--task-definition", "manage", "--json", "--count", "2", "--order",
                              "listed")
        outcome = json_lines(result.out)[-1]
        self.assertEqual((result.code, outcome["verdict"]), (125, "unknown"), result)
        self.assertEqual([launch["verdict"] for launch in outcome["launches"]], ["unknown", "skipped"])
        self.assertIn("runtask runs attach ", result.err)
        self.assertIn("the credentials have expired", json.dumps(outcome))
        listed = json_lines(self.ok("runs", "list", "--json").out)[0]
        self.assertTrue(listed["can_attach"])
        self.aws.operations["DescribeTasks"] = lambda _: {"tasks": [self.task_now(
            "STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 0})], "failures": []}
        attached, outcome = self.attach()
        self.assertEqual((attached.code, [launch["verdict"] for launch in outcome["launches"]]), (0, ["succeeded"] * 2))
        self.assertEqual(self.aws.count("RunTask"), 2, "what waited is started now, and nothing twice")

    def test_without_credentials_nothing_is_lost(self):
        self.script = [self.task_now("RUNNING")]
        self.begin()
        attached = self.runtask("runs", "attach", "last", env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
        self.assertEqual(attached.code, 125, attached)
        self.script = [self.task_now("STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 0})]
        attached, outcome = self.attach()
        self.assertEqual((attached.code, outcome["verdict"]), (0, "succeeded"), attached)


if __name__ == "__main__":
    unittest.main()
