"""How tasks are started and started again, where only an AWS that plays along can produce the case."""
import datetime

from support import *


class Starts(AwsSandbox):
    """Tasks with ids of their own, each with its end as `self.ends` has it, one after the other."""

    def setUp(self):
        super().setUp()
        self.tasks = {}  # By ARN, as DescribeTasks shows them.
        self.ends = []
        self.aws.operations.update({
            "RunTask": self.run_task,
            "DescribeTasks": lambda request: {"tasks": [self.tasks[arn] for arn in request["tasks"]], "failures": []},
            "ListTasks": lambda request: {"taskArns": [] if request.get("desiredStatus") == "STOPPED" else
                                          [arn for arn, task in self.tasks.items()
                                           if task["startedBy"] == request["startedBy"]]},
        })

    def add_task(self, request):
        self.arn = task_arn("c", "%032x" % (len(self.tasks) + 1))
        end = self.ends.pop(0) if self.ends else {"stopCode": "EssentialContainerExited", "exit_codes": {"main": 0}}
        self.tasks[self.arn] = self.task_now("STOPPED", startedBy=request["startedBy"], **end)
        return self.task_now("PENDING")

    def run_task(self, request):
        return {"tasks": [self.add_task(request) for _ in range(request["count"])], "failures": []}

    def run_json(self, code, *arguments, **options):
        result = self.run_aws("--json", *arguments, **options)
        self.assertEqual(result.code, code, result)
        return json_lines(result.out)[-1]["launches"], result.err

    def tokens(self):
        return [request["clientToken"] for request in self.aws.requests("RunTask")]

    SPOT = {"stopCode": "SpotInterruption", "exit_codes": {"main": 137}}

    def test_a_launch_whose_task_spot_took_gets_another_one_as_often_as_is_allowed(self):
        self.ends = [self.SPOT]
        launches, messages = self.run_json(0, "--retry-on-spot", "1")
        self.assertEqual(messages.count("interrupted by Spot; starting it again (1 of 1)"), 1, messages)
        self.assertEqual(launches[0]["task_arn"], list(self.tasks)[1])
        self.assertEqual(len(set(self.tokens())), 2, "another task needs another token")
        self.aws.calls.clear()
        self.ends = [self.SPOT, self.SPOT]
        launches, _ = self.run_json(125, "--retry-on-spot", "1")
        self.assertEqual([launch["verdict"] for launch in launches], ["infrastructure"])
        self.assertEqual(self.aws.count("RunTask"), 2)

    def test_a_task_that_failed_by_itself_is_not_taken_for_one_that_spot_took(self):
        self.ends = [{"stopCode": "EssentialContainerExited", "exit_codes": {"main": 137}}]
        self.run_json(137, "--retry-on-spot", "3")
        self.assertEqual(self.aws.count("RunTask"), 1)

    def test_what_follows_a_task_that_spot_took_does_not_hide_that_it_ran(self):
        self.ends = [self.SPOT, {"stopCode": "TaskFailedToStart", "startedAt": None,
                                 "stoppedReason": "CannotPullContainerError: no such image"}]
        launches, _ = self.run_json(125, "--retry-on-spot", "1")
        self.assertEqual(launches[0]["verdict"], "infrastructure")
        self.assertEqual(launches[0]["task_arn"], list(self.tasks)[1])
        self.assertIn(list(self.tasks)[0], launches[0]["words"])
        self.assertIn("no such image", launches[0]["words"])

    def throttle(self, seconds):
        """RunTask is refused for so long, from its first call on."""
        first = []

        def run_task(request):
            first.append(time.monotonic())
            if first[-1] - first[0] < seconds:
                return Reply.error("ThrottlingException", "Rate exceeded")
            return self.run_task(request)
        self.aws.operations["RunTask"] = run_task

    def test_nothing_is_started_after_start_timeout_however_long_the_throttling_takes(self):
        self.throttle(LONGEST)
        launches, messages = self.run_json(125, "--start-timeout", "1500ms")
        self.assertEqual(launches[0]["verdict"], "never_started", launches)
        self.assertIn("--start-timeout", launches[0]["words"])
        self.assertIn("Rate exceeded", launches[0]["words"])
        self.assertEqual(self.tasks, {}, messages)

    def test_a_task_whose_start_was_throttled_at_first_ended_when_ecs_says(self):
        self.throttle(1)
        throttled = self.aws.operations["RunTask"]
        accepted = []

        def run_task(request):
            accepted[:] = [time.time()]
            self.ends = [{"stopCode": "EssentialContainerExited", "exit_codes": {"main": 0}, "createdAt": accepted[0],
                          "executionStoppedAt": accepted[0] + 0.01, "stoppedAt": accepted[0] + 0.02}]
            return throttled(request)
        self.aws.operations["RunTask"] = run_task
        launches, _ = self.run_json(0)
        self.assertGreater(self.aws.count("RunTask"), 1)
        ended = datetime.datetime.strptime(launches[0]["ended_at"] + "+0000", "%Y-%m-%dT%H:%M:%S.%fZ%z").timestamp()
        self.assertAlmostEqual(ended, accepted[0] + 0.01, delta=0.005)

    def test_a_reply_that_names_one_task_several_times_names_one_task(self):
        def run_task(request):
            if not self.tasks:
                self.add_task(request)
            return {"tasks": [self.task_now("PENDING")] * request["count"], "failures": []}

        self.aws.operations["RunTask"] = run_task
        # What is missing is looked for as long as ECS' lists may lag before it is said not to be there.
        launches, _ = self.run_json(125, "--count", "3", "--keep-going", "--retries", "0", seconds=3 * LONGEST)
        self.assertEqual([launch["verdict"] for launch in launches], ["succeeded", "never_started", "never_started"])
        self.assertEqual(launches[1]["words"], "RunTask started fewer tasks than it was asked for")
        self.assertEqual([len(request["tasks"]) for request in self.aws.requests("DescribeTasks")], [1])


if __name__ == "__main__":
    main()
