"""Logs, where only a CloudWatch that plays along can produce the case."""
from support import *


def logging(*containers):
    """A definition of essential containers: (name, driver, options)."""
    described = definition("manage", *((name, True) for name, _, _ in containers))
    for container, (_, driver, options) in zip(described["taskDefinition"]["containerDefinitions"], containers):
        container["logConfiguration"] = {"logDriver": driver, "options": options}
    return lambda _: described


def awslogs(region=REGION):
    return {"awslogs-group": "/g", "awslogs-region": region, "awslogs-stream-prefix": "p"}


class Logs(AwsSandbox):
    def setUp(self):
        super().setUp()
        self.streams = {}  # Name: pages, each a list of (timestamp, text).
        self.aws.operations["GetLogEvents"] = self.page
        self.log_as(("main", "awslogs", awslogs()))

    def log_as(self, *containers):
        self.aws.operations["DescribeTaskDefinition"] = logging(*containers)
        names = tuple(name for name, _, _ in containers)
        self.script = [self.task_now("STOPPED", containers=names, exit_codes={name: 0 for name in names},
                                     stopCode="EssentialContainerExited")]

    def stream(self, container):
        return "p/%s/%s" % (container, self.id)

    def page(self, request):
        pages = self.streams.get(request["logStreamName"])
        if pages is None:
            return Reply.error("ResourceNotFoundException", "The specified log stream does not exist.")
        number = int(request.get("nextToken", "f/0")[2:])
        events = pages[number] if number < len(pages) else []
        token = "f/%d" % min(number + 1, len(pages))
        return {"events": [{"timestamp": at, "message": text, "ingestionTime": at} for at, text in events],
                "nextForwardToken": token, "nextBackwardToken": "b/0"}

    def run_json(self, *arguments):
        result = self.run_aws("--json", *arguments)
        self.assertEqual(result.code, 0, result)
        records = json_lines(result.out)
        lines = [(record["container"], record["message"]) for record in records if record["type"] == "log"]
        return lines, records[-1]["launches"][0], result.err

    def test_pages_that_are_empty_and_equal_timestamps_and_late_events_lose_and_double_nothing(self):
        now = int(time.time() * 1000)
        self.streams[self.stream("main")] = [
            [], [(now, "a"), (now, "b")], [], [], [(now, "c"), (now - 60_000, "late")], [(now, "a")], []]
        lines, launch, _ = self.run_json()
        self.assertEqual(lines, [("main", text) for text in ("a", "b", "c", "late", "a")])
        self.assertEqual(launch["log_lines"], 5)
        self.assertNotIn("log_notes", launch)

    def test_a_container_that_prints_nothing_has_no_stream_and_costs_no_word(self):
        lines, launch, messages = self.run_json()
        self.assertEqual(lines, [])
        self.assertEqual(launch["log_lines"], 0)
        self.assertNotIn("log_notes", launch)
        self.assertNotIn("stream", messages)

    def endless_drain(self, *arguments):
        """A run whose task has succeeded, and whose log brings a line and then empty pages, each with a new token."""
        def page(request):
            token = request.get("nextToken")
            events = [] if token else [{"timestamp": 1, "message": "line", "ingestionTime": 1}]
            return {"events": events, "nextForwardToken": "f/2" if token == "f/1" else "f/1"}
        self.aws.operations["GetLogEvents"] = page
        process = self.start("run", "--cluster", "c", "--task-definition", "manage", "--drain", "0", *arguments,
                             stdout=self.sink("out"), stderr=self.sink("err"))
        wait_until(lambda: self.aws.count("GetLogEvents") > 4, "empty pages")
        self.assertIsNone(process.poll())
        return process

    def test_a_log_whose_empty_pages_have_no_end_does_not_hold_a_run_that_is_over(self):
        process = self.endless_drain("-q")
        self.assertEqual(process.wait(100), 0, self.text("err"))
        self.assertEqual(self.text("out"), "line\n")
        self.assertEqual(self.text("err"), "warning: the log of container main was not read to its end: "
                                           "its pages had no line and no end for 1m00s\n")
        self.assertLess(self.aws.count("GetLogEvents"), 100)
        self.assertIn("its pages had no line", self.ok("runs", "show", "last").out)

    def test_whose_log_is_left_in_a_hurry_has_no_task_that_may_still_run(self):
        process = self.endless_drain()
        wait_until(lambda: "manage: STOPPED" in self.text("err"), "the end of the task")
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: "once more" in self.text("err"), "the words of the first one")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(30), 143)
        self.assertIn("left at once; the tasks have ended, their logs were not read to the end\n", self.text("err"))
        self.assertNotIn("may still run", self.text("err"))

    def test_each_container_is_read_in_the_region_of_its_own_options(self):
        self.log_as(("main", "awslogs", awslogs("eu-central-1")), ("side", "awslogs", awslogs()))
        self.streams = {self.stream("main"): [[(1, "there")]], self.stream("side"): [[(1, "here")]]}
        lines, launch, _ = self.run_json()
        self.assertEqual(sorted(lines), [("main", "there"), ("side", "here")])
        regions = {}
        for (name, request), region in zip(self.aws.calls, self.aws.regions):
            if name == "GetLogEvents":
                regions.setdefault(request["logStreamName"], set()).add(region)
            else:
                self.assertEqual(region, REGION, name)
        self.assertEqual(regions, {self.stream("main"): {"eu-central-1"}, self.stream("side"): {REGION}})

    def test_a_region_that_cannot_be_one_does_not_become_a_host_name(self):
        self.log_as(("main", "awslogs", awslogs("evil.example.com/#")))
        self.streams = {self.stream("main"): [[(1, "line")]]}
        lines, launch, messages = self.run_json()
        self.assertEqual(lines, [("main", "line")])
        self.assertEqual(set(self.aws.regions), {REGION})
        self.assertEqual(messages.count("the log of container main is looked for in eu-west-1: "), 1, messages)
        self.assertIn("evil.example.com/#", launch["log_notes"][0])

    def test_a_stream_without_prefix_has_the_runtime_id_of_the_container_as_its_name(self):
        options = {"awslogs-group": "/g", "awslogs-region": REGION}
        self.log_as(("main", "awslogs", options))
        ended = self.script[0]
        running = self.task_now("RUNNING")
        for task in (running, ended):
            task["containers"][0]["runtimeId"] = "ab12" * 16
        self.script = [self.task_now("PENDING"), running, ended]
        self.streams = {"ab12" * 16: [[(1, "line")]]}
        lines, launch, messages = self.run_json()
        self.assertEqual(lines, [("main", "line")])
        self.assertNotIn("log_notes", launch)
        self.assertNotIn("awslogs-stream-prefix", messages)
        # A prefix that is said to be there counts.
        self.describes = 0
        self.streams = {"q/main/" + self.id: [[(1, "elsewhere")]]}
        self.assertEqual(self.run_json("--log-stream-prefix", "q")[0], [("main", "elsewhere")])
        # Of one that got no id nobody knows where it would have written.
        self.script = [self.task_now("STOPPED", stopCode="TaskFailedToStart")]
        self.assertIn("the name of its log stream is not known", self.run_aws().err)
        # Where nothing ran, nothing was written: no word on the terminal.
        self.describes = 0
        self.script = [self.task_now("STOPPED", stopCode="TaskFailedToStart", startedAt=None)]
        result = self.run_aws("--json")
        self.assertIn("the name of its log stream is not known", json_lines(result.out)[-1]["launches"][0]["log_notes"][0])
        self.assertNotIn("warning", result.err)

    def test_another_driver_is_named_once_and_followed_where_it_is_said_to_end_up(self):
        self.log_as(("main", "awsfirelens", {}))
        _, launch, messages = self.run_json()
        self.assertEqual(messages.count("awsfirelens"), 1, messages)
        self.assertIn("awsfirelens", launch["log_notes"][0])
        self.streams = {self.stream("main"): [[(1, "line")]]}
        self.describes = 0
        lines, launch, messages = self.run_json("--log-group", "/g", "--log-stream-prefix", "p")
        self.assertEqual(lines, [("main", "line")])
        self.assertNotIn("awsfirelens", messages)

    def test_each_line_of_an_event_of_several_says_whose_it_is(self):
        # As awslogs-multiline-pattern and awslogs-datetime-format make them.
        now = int(time.time() * 1000)
        self.log_as(("main", "awslogs", awslogs()), ("proxy", "awslogs", awslogs()))
        self.streams[self.stream("main")] = [[(now, "Traceback:\n  File x\nError")], []]
        self.script[0]["containers"][0]["exitCode"] = 1
        result = self.run_aws()
        self.assertEqual(result.code, 1, result)
        expected = "main | Traceback:\nmain |   File x\nmain | Error\n"
        self.assertEqual(result.out, expected)
        self.assertIn("    | Traceback:\n    |   File x\n    | Error\n", result.err)
        self.assertRegex(self.ok("runs", "logs", "last", "--timestamps").out,
                         "^(\\S+Z) main \\| Traceback:\n\\1 main \\|   File x\n\\1 main \\| Error\n$")

    def test_throttling_is_no_word_to_the_user_and_costs_no_line(self):
        self.streams = {self.stream("main"): [[(1, "a")], [(2, "b")]]}
        answers = {"GetLogEvents": self.page, "DescribeTasks": self.describe}
        seen = {}

        def throttled(name):
            def operation(request):
                seen[name] = seen.get(name, 0) + 1
                return Reply.error("ThrottlingException", "Rate exceeded") if seen[name] % 2 else answers[name](request)
            return operation

        for name in answers:
            self.aws.operations[name] = throttled(name)
        lines, launch, messages = self.run_json()
        self.assertEqual(lines, [("main", "a"), ("main", "b")])
        self.assertNotIn("rottl", messages)
        self.assertNotIn("Rate", messages)
        self.assertNotIn("log_notes", launch)


if __name__ == "__main__":
    main()
