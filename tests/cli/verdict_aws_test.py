"""Verdict and exit code, where only an AWS that plays along can produce the case."""
from support import *


def two(*_):
    """A definition whose sidecar is listed first; both are essential."""
    return definition("manage", ("sidecar", True), ("main", True))


class Outcomes:
    def outcome(self, result):
        return json_lines(result.out)[-1]

    def ended(self, codes, stop_code="EssentialContainerExited", reasons=None, **members):
        self.script = [self.task_now("STOPPED", exit_codes=codes, reasons=reasons, containers=tuple(codes) or ("main",),
                                     stopCode=stop_code, **members)]

    def run_until_stopped(self):
        """The task runs, and StopTask ends it; `stopped` is what was asked then."""
        self.script = [self.task_now("RUNNING")]

        def stop(request):
            self.stopped = request
            self.script = [self.task_now("STOPPED", exit_codes={"main": 143}, stopCode="UserInitiated")]
            self.describes = 0
            return {"task": self.task_now("RUNNING")}

        self.aws.operations["StopTask"] = stop

    def check(self, code, verdict, *arguments):
        result = self.run_aws("--json", *arguments, seconds=3 * LONGEST)  # ListTasks may lag for a minute.
        self.assertEqual(result.code, code, result)
        outcome = self.outcome(result)
        self.assertEqual(outcome["type"], "outcome")
        self.assertEqual(outcome["launches"][0]["verdict"], verdict, outcome)
        self.assertEqual(outcome["exit_code"], code)
        return outcome


class Verdict(Outcomes, AwsSandbox):
    def test_zero_is_success(self):
        self.ended({"main": 0})
        self.check(0, "succeeded")

    def test_the_containers_code_is_passed_through(self):
        for code in (1, 7, 126, 127, 200, 255):
            self.describes = 0
            self.ended({"main": code})
            self.check(code, "failed")

    def test_codes_outside_0_to_255_become_1_and_stay_exact_in_json(self):
        for code in (256, -1, 4294967295):
            self.describes = 0
            self.ended({"main": code})
            outcome = self.check(1, "failed")
            self.assertIn(code, [c.get("exit_code") for c in outcome["launches"][0]["containers"]])

    def test_spot_interruption_is_infrastructure(self):
        self.ended({"main": 137}, "SpotInterruption", stoppedReason="Your Spot Task was interrupted.")
        self.check(125, "infrastructure")

    def test_spot_interruption_with_code_0_is_no_success(self):
        self.ended({"main": 0}, "SpotInterruption")
        self.check(125, "infrastructure")

    def test_a_lost_host_is_infrastructure(self):
        self.ended({}, "TerminationNotice", stoppedReason="Host EC2 (instance i-1) terminated.")
        self.check(125, "infrastructure")

    def test_stopped_by_somebody_else_with_code_0_is_no_success(self):
        self.ended({"main": 0}, "UserInitiated", stoppedReason="Task stopped by user")
        self.check(125, "stopped")

    def test_stopped_by_somebody_else_keeps_a_code_that_is_not_0(self):
        self.ended({"main": 143}, "UserInitiated", stoppedReason="Task stopped by user")
        self.check(143, "stopped")

    def test_a_code_that_is_missing_is_no_success(self):
        self.ended({}, "EssentialContainerExited")
        result = self.run_aws("--json")
        self.assertNotEqual(result.code, 0)

    def test_never_started_is_125(self):
        self.ended({}, "TaskFailedToStart", reasons={"main": "CannotPullContainerError: image not found"},
                   stoppedReason="Task failed to start", startedAt=None)
        self.check(125, "never_started")

    def test_what_has_run_is_not_started_again_although_the_task_failed_to_start(self):
        self.aws.operations["DescribeTaskDefinition"] = two
        self.script = [self.task_now("RUNNING", containers=("sidecar", "main")), self.task_now(
            "STOPPED", containers=("sidecar", "main"), exit_codes={"sidecar": 7}, stopCode="TaskFailedToStart",
            reasons={"main": "CannotPullContainerError: dial tcp 1.2.3.4:443: i/o timeout"},
            stoppedReason="Task failed to start")]
        outcome = self.check(125, "failed", "--container", "sidecar", "--retries", "1")
        self.assertIn("exit code 7 of container sidecar", outcome["launches"][0]["words"])
        self.assertEqual(self.aws.count("RunTask"), 1)

    def test_a_stop_of_somebody_elses_without_a_stop_code_is_no_success(self):
        self.ended({"main": 0}, None, stoppedReason="Task stopped by user alice")
        outcome = self.check(125, "stopped")
        self.assertIn("Task stopped by user alice", outcome["launches"][0]["words"])

    def test_the_named_container_decides(self):
        self.aws.operations["DescribeTaskDefinition"] = two
        self.ended({"sidecar": 3, "main": 7})
        self.check(7, "failed", "--container", "main")

    def test_a_named_container_that_a_sidecar_took_along_keeps_its_code_and_the_cause_names_the_sidecar(self):
        self.aws.operations["DescribeTaskDefinition"] = two
        self.ended({"sidecar": 3, "main": 143})
        self.check(143, "failed", "--container", "main")
        result = self.run_aws("--container", "main")
        self.assertIn("ECS probably stopped container main because sidecar ended (exit code 3), which is essential",
                      result.err)
        self.assertNotIn("SIGTERM", result.err)
        self.assertIn("because sidecar ended", self.ok("runs", "show", "last").out)

    def test_named_0_and_another_essential_failed_is_a_failure(self):
        self.aws.operations["DescribeTaskDefinition"] = two
        self.ended({"sidecar": 3, "main": 0})
        self.check(3, "failed", "--container", "main")

    def test_named_0_and_a_sidecar_killed_at_the_end_is_success(self):
        self.aws.operations["DescribeTaskDefinition"] = two
        for kill in (137, 143):
            self.describes = 0
            self.ended({"sidecar": kill, "main": 0})
            self.check(0, "succeeded", "--container", "main")

    def test_named_0_and_a_sidecar_out_of_memory_is_a_failure(self):
        self.aws.operations["DescribeTaskDefinition"] = two
        self.ended({"sidecar": 137, "main": 0},
                   reasons={"sidecar": "OutOfMemoryError: Container killed due to memory usage"})
        self.check(137, "failed", "--container", "main")

    def test_nothing_named_the_first_essential_failure_decides(self):
        self.aws.operations["DescribeTaskDefinition"] = two
        self.ended({"sidecar": 0, "main": 7})
        self.check(7, "failed")

    def test_nothing_named_kills_do_not_decide_beside_a_success(self):
        self.aws.operations["DescribeTaskDefinition"] = two
        self.ended({"sidecar": 143, "main": 0})
        self.check(0, "succeeded")

    def test_nothing_named_only_kills_is_a_failure(self):
        self.aws.operations["DescribeTaskDefinition"] = two
        self.ended({"sidecar": 137, "main": 137})
        self.check(137, "failed")

    def test_non_essential_containers_never_decide(self):
        self.aws.operations["DescribeTaskDefinition"] = lambda _: definition("manage", ("main", True), ("log", False))
        self.ended({"main": 0, "log": 9})
        outcome = self.check(0, "succeeded")
        self.assertEqual({c["name"]: c["exit_code"] for c in outcome["launches"][0]["containers"]},
                         {"main": 0, "log": 9})

    def test_a_task_that_nobody_asked_for_is_named_and_stopped(self):
        other = task_arn("c", "f" * 32)
        self.aws.operations["RunTask"] = lambda _: {
            "tasks": [self.task_now("PENDING"), {**self.task_now("PENDING"), "taskArn": other}], "failures": []}
        result = self.run_aws()
        self.assertEqual(result.code, 0, result)
        self.assertIn("ECS has started 1 more than the 1 asked for; stopping: " + other, result.err)
        self.assertEqual([request["task"] for request in self.aws.requests("StopTask")], [other])

    def test_access_denied_to_run_task_is_125_and_says_so(self):
        self.aws.operations["RunTask"] = lambda _: Reply.error("AccessDeniedException", "not authorized to ecs:RunTask")
        result = self.run_aws()
        self.assertEqual(result.code, 125)
        self.assertIn("not authorized", result.err)

    def test_timeout_stops_the_task_and_is_124(self):
        self.run_until_stopped()
        self.check(124, "timed_out", "--timeout", "200ms")
        self.assertEqual(self.stopped["task"], self.arn)

    def test_denied_definition_costs_a_warning_and_not_the_run(self):
        self.aws.operations["DescribeTaskDefinition"] = lambda _: Reply.error("AccessDeniedException", "denied")
        self.ended({"main": 5})
        result = self.run_aws()
        self.assertEqual(result.code, 5, result)
        self.assertIn("DescribeTaskDefinition", result.err)
        self.assertIn("it is not known which containers are essential", result.err)

    def test_without_the_definition_a_named_container_decides_alone_and_nothing_is_called_essential(self):
        self.aws.operations["DescribeTaskDefinition"] = lambda _: Reply.error("AccessDeniedException", "denied")
        self.ended({"sidecar": 2, "main": 0})
        result = self.run_aws("--container", "main")
        self.assertEqual(result.code, 0, result)
        self.assertIn("STOPPED  exit code 0 of container main; it is not known whether sidecar is essential", result.err)
        self.assertIn("sidecar 2; it is not known which are essential", result.err)
        self.assertIn("sidecar 2; it is not known which are essential", self.ok("runs", "show", "last").out)
        self.describes = 0
        self.ended({"sidecar": 2, "main": 143})
        result = self.run_aws("--container", "main")
        self.assertEqual(result.code, 143, result)
        self.assertNotIn("which is essential", result.err)
        self.assertIn("whether sidecar is essential is not known", result.err)

    def test_denied_logs_cost_one_line_and_not_the_run(self):
        self.aws.operations["DescribeTaskDefinition"] = lambda _: definition("manage", ("main", True),
                                                                              log_driver="awslogs")
        self.aws.operations["GetLogEvents"] = lambda _: Reply.error("AccessDeniedException", "no logs:GetLogEvents")
        self.ended({"main": 0})
        result = self.run_aws()
        self.assertEqual(result.code, 0, result)
        self.assertEqual(result.err.count("GetLogEvents"), 1, result.err)

    def test_a_task_definition_is_named_with_its_driver_when_its_log_cannot_be_followed(self):
        self.aws.operations["DescribeTaskDefinition"] = lambda _: definition("manage", ("main", True),
                                                                              log_driver="splunk")
        result = self.run_aws()
        self.assertIn("splunk", result.err)

    def test_describe_errors_do_not_end_the_watch(self):
        self.script = [Reply.error("ServerException", "oops", 500), Reply("<html>", 502, "text/html"),
                       Reply.error("ThrottlingException", "Rate exceeded"), Reply({}, fault="reset"),
                       self.task_now("STOPPED", exit_codes={"main": 3}, stopCode="EssentialContainerExited")]
        self.check(3, "failed")


class Missing(Outcomes, AwsSandbox):
    def test_missing_after_it_was_seen_is_never_success(self):
        self.script = [self.task_now("RUNNING"), "MISSING"]
        outcome = self.check(125, "unknown", "--start-timeout", "5s")
        launch = outcome["launches"][0]
        self.assertEqual(launch["verdict"], "unknown")
        self.assertTrue(launch["may_still_run"])
        self.assertIn("its tasks run on, or may; runtask runs attach", self.ok("runs", "show", "last").out)

    def test_a_cluster_that_is_deleted_takes_its_tasks_along(self):
        self.script = [self.task_now("RUNNING"), Reply.error("ClusterNotFoundException", "Cluster not found.")]
        outcome = self.check(125, "unknown")
        self.assertIn("last seen RUNNING", outcome["launches"][0]["words"])

    def test_missing_for_half_a_minute_is_no_end(self):
        self.script = [self.task_now("RUNNING")] + ["MISSING"] * 15 + [
            self.task_now("STOPPED", exit_codes={"main": 4}, stopCode="EssentialContainerExited")]
        self.check(4, "failed")

    def test_missing_at_first_is_waited_for(self):
        self.script = ["MISSING", "MISSING", self.task_now("STOPPED", exit_codes={"main": 4},
                                                           stopCode="EssentialContainerExited")]
        self.check(4, "failed")


class Refused(Outcomes, AwsSandbox):
    def test_run_task_failures_that_cannot_pass_end_after_a_look(self):
        self.aws.operations["ListTasks"] = lambda _: {"taskArns": []}
        for reason in ("ATTRIBUTE", "MISSING"):
            self.aws.calls.clear()
            self.aws.operations["RunTask"] = lambda _, r=reason: {"tasks": [], "failures": [{"arn": "a", "reason": r}]}
            self.check(125, "never_started")
            self.assertEqual(self.aws.count("RunTask"), 1)
            self.assertGreaterEqual(self.aws.count("ListTasks"), 4, "running and stopped ones, now and later")

    def test_a_task_that_a_call_with_a_failure_for_good_has_started_is_found(self):
        self.aws.operations["RunTask"] = lambda _: {"tasks": [], "failures": [{"arn": "a", "reason": "MISSING"}]}
        self.list_from(3)
        self.check(0, "succeeded")
        self.assertEqual(self.aws.count("RunTask"), 1)

    def list_from(self, call):
        """ListTasks shows the task as running from that call on."""
        calls = []

        def list_tasks(request):
            calls.append(request)
            return {"taskArns": [self.arn] if len(calls) >= call and "desiredStatus" not in request else []}

        self.aws.operations["ListTasks"] = list_tasks

    LATER_REFUSALS = {
        "AccessDeniedException": 400, "ExpiredTokenException": 400, "InvalidParameterException": 400,
        "ClientException": 400, "ConflictException": 400, "ThrottlingException": 400, "ServerException": 500,
    }

    def lose_first_reply(self, then):
        """ECS starts the task, and the connection, which was kept, is closed before it answers."""
        answers = [Reply({}, fault="reset")]
        self.aws.operations["RunTask"] = lambda _: answers.pop(0) if answers else then

    def test_a_refusal_after_a_lost_reply_does_not_hide_the_task(self):
        self.list_from(1)
        for name, status in self.LATER_REFUSALS.items():
            with self.subTest(name):
                self.aws.calls.clear()
                self.lose_first_reply(Reply.error(name, "no", status))
                self.check(0, "succeeded", "--retries", "0", "--start-timeout", "2s")
                tokens = {request["clientToken"] for request in self.aws.requests("RunTask")}
                self.assertEqual(len(tokens), 1)

    def test_who_may_do_nothing_after_a_lost_reply_does_not_know(self):
        denied = Reply.error("AccessDeniedException", "no")
        self.lose_first_reply(denied)
        self.aws.operations["ListTasks"] = lambda _: denied
        outcome = self.check(125, "unknown")
        self.assertTrue(outcome["launches"][0]["may_still_run"])
        self.assertIn("allow ecs:ListTasks, then go on with the run: runtask runs attach",
                      self.ok("runs", "show", "last").out)
        self.lose_first_reply(denied)
        unrecorded = self.run_aws("--no-history")
        self.assertEqual(unrecorded.code, 125, unrecorded)
        self.assertIn("allow ecs:ListTasks, then look for its task in the cluster", unrecorded.err)
        self.assertNotIn("runtask runs", unrecorded.err)

    def test_run_task_failures_that_may_pass_are_retried_with_a_new_start_or_the_same_token(self):
        answers = [{"tasks": [], "failures": [{"arn": "a", "reason": "RESOURCE:MEMORY"}]},
                   {"tasks": [self.task_now("PENDING")], "failures": []}]
        self.aws.operations["RunTask"] = lambda _: answers.pop(0)
        self.check(0, "succeeded")
        self.assertEqual(self.aws.count("RunTask"), 2)

    def test_a_task_that_a_refused_call_has_started_is_found_although_the_lists_lag(self):
        self.aws.operations["RunTask"] = lambda _: {"tasks": [], "failures": [{"arn": "a", "reason": "AGENT"}]}
        lists = []

        def list_tasks(request):
            lists.append(request)
            return {"taskArns": [self.arn] if len(lists) > 4 and "desiredStatus" not in request else []}

        self.aws.operations["ListTasks"] = list_tasks
        self.check(0, "succeeded")
        self.assertEqual(self.aws.count("RunTask"), 1)
        self.assertEqual({request["startedBy"] for request in lists}, {self.aws.requests("RunTask")[0]["startedBy"]})

    def conflict_with_task_of(self, started_by):
        """RunTask names a task that was started by that, or, with None, by the call itself."""
        def conflict(request):
            for task in self.script:
                task["startedBy"] = started_by or request["startedBy"]
            return Reply({"__type": "ConflictException", "message": "token used", "resourceIds": [self.arn]}, 400)
        self.aws.operations["RunTask"] = conflict

    def test_a_conflict_is_not_a_second_start(self):
        self.ended({"main": 3})
        self.conflict_with_task_of(None)
        self.check(3, "failed")
        self.assertEqual(self.aws.count("RunTask"), 1)

    def test_a_conflict_that_names_somebody_elses_task_does_not_make_it_ours(self):
        self.script = [self.task_now("RUNNING")]
        self.conflict_with_task_of("somebody else")
        self.aws.operations["ListTasks"] = lambda _: {"taskArns": []}
        outcome = self.check(125, "unknown")
        self.assertTrue(outcome["launches"][0]["may_still_run"])
        self.assertEqual((self.aws.count("RunTask"), self.aws.count("StopTask")), (1, 0))

    def test_a_conflict_that_names_no_task_is_looked_into(self):
        self.aws.operations["RunTask"] = lambda _: Reply.error("ConflictException", "token used")
        self.list_from(1)
        self.check(0, "succeeded")
        self.assertEqual(self.aws.count("RunTask"), 1)

    def test_a_lost_reply_is_asked_again_with_the_same_token(self):
        answers = [Reply({}, fault="reset"), {"tasks": [self.task_now("PENDING")], "failures": []}]
        self.aws.operations["RunTask"] = lambda _: answers.pop(0)
        self.check(0, "succeeded")
        tokens = {request["clientToken"] for request in self.aws.requests("RunTask")}
        self.assertEqual(self.aws.count("RunTask"), 2)
        self.assertEqual(len(tokens), 1)


class Interrupt(Outcomes, AwsSandbox):
    def interrupted(self, signals, expected):
        self.run_until_stopped()
        process = self.start("run", "--cluster", "c", "--task-definition", "manage", "--drain", "0", "--json")
        wait_until(lambda: self.describes > 0, "the first DescribeTasks")
        process.send_signal(signals)
        result = self.finish(process)
        self.assertEqual(result.code, expected, result)
        self.assertEqual(self.stopped["task"], self.arn)
        self.assertEqual(json_lines(result.out)[-1]["launches"][0]["verdict"], "interrupted")

    def test_after_a_signal_a_lost_start_is_looked_for_and_not_sent_again(self):
        arrived = threading.Event()
        signalled = threading.Event()

        def run_task(_):
            arrived.set()
            signalled.wait(60)
            return Reply({}, fault="reset")

        def stop(request):
            self.stopped = request
            return {"task": self.task_now("RUNNING")}

        self.aws.operations.update({
            "RunTask": run_task, "StopTask": stop,
            "DescribeTasks": lambda _: {"failures": [], "tasks": [
                self.task_now("STOPPED", exit_codes={"main": 143}, stopCode="UserInitiated") if self.stopped else
                self.task_now("RUNNING")]},
            "ListTasks": lambda request: {"taskArns": [] if "desiredStatus" in request else [self.arn]}})
        process = self.start("run", "--cluster", "c", "--task-definition", "manage", "--drain", "0", "--json")
        self.assertTrue(arrived.wait(60))
        process.send_signal(signal.SIGTERM)
        signalled.set()
        result = self.finish(process)
        self.assertEqual(result.code, 143, result)
        self.assertEqual(self.stopped["task"], self.arn)
        self.assertEqual(self.aws.count("RunTask"), 1)

    def deny_stop(self):
        self.script = [self.task_now("RUNNING")]
        self.aws.operations["StopTask"] = lambda _: Reply.error("AccessDeniedException", "not authorized to ecs:StopTask")

    def test_what_may_not_be_stopped_is_left_and_runs_stop_says_that_it_could_not(self):
        self.deny_stop()
        result = self.run_aws("--json", "--timeout", "200ms")
        self.assertEqual(result.code, 124, result)
        launch = json_lines(result.out)[-1]["launches"][0]
        self.assertTrue(launch["may_still_run"])
        self.assertIn("allow ecs:StopTask", result.err)
        self.assertEqual(self.runtask("runs", "stop", "last").code, 1)
        self.script = [self.task_now("STOPPED", exit_codes={"main": 5}, stopCode="EssentialContainerExited")]
        self.assertEqual(self.runtask("runs", "stop", "last").code, 0)
        self.assertEqual(self.runtask("runs", "attach", "last").code, 5)

    def test_a_second_runs_stop_waits_for_the_first(self):
        self.script = [self.task_now("RUNNING")]
        self.aws.operations["StopTask"] = lambda _: {"task": self.task_now("RUNNING")}
        self.assertEqual(self.run_aws("--detach").code, 0)
        first = self.start("runs", "stop", "last")
        wait_until(lambda: self.aws.count("StopTask") > 0, "the first StopTask")
        second = self.start("runs", "stop", "last")
        looks = self.aws.count("DescribeTasks")
        wait_until(lambda: self.aws.count("DescribeTasks") >= looks + 4, "some looks of the first")
        self.script = [self.task_now("STOPPED", exit_codes={"main": 143}, stopCode="UserInitiated")]
        self.describes = 0
        self.assertEqual([self.finish(process).code for process in (first, second)], [0, 0])

    def test_places_of_tasks_that_may_not_be_stopped_are_not_given_to_others(self):
        self.deny_stop()
        result = self.run_aws("--json", "--timeout", "200ms", "--count", "3", "--max-parallel", "1", "--keep-going")
        self.assertEqual(result.code, 124, result)
        verdicts = [launch["verdict"] for launch in json_lines(result.out)[-1]["launches"]]
        self.assertEqual(verdicts, ["timed_out", "skipped", "skipped"])
        self.assertEqual(self.aws.count("RunTask"), 1)

    def test_sigint_stops_the_task_and_is_130(self):
        self.interrupted(signal.SIGINT, 130)

    def test_sigterm_stops_the_task_and_is_143(self):
        self.interrupted(signal.SIGTERM, 143)

    def test_every_task_is_stopped_although_all_connections_wait_for_a_server_that_stalls(self):
        launches = 80
        tasks = {}

        def run_task(request):
            made = []
            for _ in range(request["count"]):
                self.arn = task_arn("c", "%032x" % (len(tasks) + 1))
                tasks[self.arn] = self.task_now("RUNNING")
                made.append(self.task_now("PENDING"))
            return {"tasks": made, "failures": []}

        def stop(request):
            self.arn = request["task"]
            tasks[self.arn] = self.task_now("STOPPED", exit_codes={"main": 143}, stopCode="UserInitiated")
            return {"task": self.task_now("RUNNING")}

        self.aws.operations.update({
            "DescribeTaskDefinition": lambda _: definition("manage", ("main", True), log_driver="awslogs"),
            "RunTask": run_task, "StopTask": stop,
            "DescribeTasks": lambda request: {"tasks": [tasks[arn] for arn in request["tasks"]], "failures": []},
            "FilterLogEvents": lambda _: Reply.error("AccessDeniedException", "no"),
            "GetLogEvents": lambda _: Reply({}, fault="stall")})
        process = self.start("run", "--cluster", "c", "--task-definition", "manage", "--drain", "0", "--count",
                             str(launches), "--max-parallel", str(launches), "--json")
        wait_until(lambda: self.aws.count("GetLogEvents") >= 64, "every connection waits")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(process).code, 143)
        self.assertEqual(len({request["task"] for request in self.aws.requests("StopTask")}), launches)

    def test_a_second_signal_leaves_at_once(self):
        self.script = [self.task_now("RUNNING")]  # StopTask is answered, but the task goes on.
        process = self.start("run", "--cluster", "c", "--task-definition", "manage")
        wait_until(lambda: self.describes > 0, "the first DescribeTasks")
        process.send_signal(signal.SIGINT)
        wait_until(lambda: self.stopped, "StopTask")
        process.send_signal(signal.SIGINT)
        result = self.finish(process, 5)
        self.assertEqual(result.code, 130, result)
        self.assertIn("runtask runs", result.err)


if __name__ == "__main__":
    main()
