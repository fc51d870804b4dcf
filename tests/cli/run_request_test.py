"""What becomes of the flags of `runtask run`: the request that ECS gets, the plan, and who else may run."""
from support import *


def described(**members):
    answer = definition("manage", ("main", True))
    answer["taskDefinition"].update(members)
    return answer


class Network(AwsSandbox):
    """--network-from-service."""

    SERVICE = {"serviceArn": "arn:aws:ecs:eu-west-1:1:service/c/web", "serviceName": "web", "status": "ACTIVE",
               "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1", "subnet-2"],
                                                                "securityGroups": ["sg-1"], "assignPublicIp": "ENABLED"}}}

    def setUp(self):
        super().setUp()
        self.aws.operations["DescribeTaskDefinition"] = lambda _: described(networkMode="awsvpc")
        self.serve({"services": [self.SERVICE], "failures": []})

    def serve(self, answer):
        self.aws.operations["DescribeServices"] = lambda _: answer

    def network(self):
        return self.aws.requests("RunTask")[-1]["networkConfiguration"]["awsvpcConfiguration"]

    def test_the_task_gets_the_network_of_the_service(self):
        result = self.run_aws("--network-from-service", "web")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(self.aws.requests("DescribeServices"), [{"cluster": "c", "services": ["web"]}])
        self.assertEqual(self.network(), self.SERVICE["networkConfiguration"]["awsvpcConfiguration"])

    def test_flags_beside_the_subnets_win(self):
        self.assertEqual(self.run_aws("--network-from-service", "web", "--security-group", "sg-9").code, 0)
        self.assertEqual(self.network()["securityGroups"], ["sg-9"])
        self.assertEqual(self.network()["subnets"], ["subnet-1", "subnet-2"])

    def test_the_public_address_is_the_services_or_the_flags(self):
        configuration = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "DISABLED"}}
        self.serve({"services": [{**self.SERVICE, "networkConfiguration": configuration}], "failures": []})
        self.assertEqual(self.run_aws("--network-from-service", "web").code, 0)
        self.assertNotEqual(self.network().get("assignPublicIp"), "ENABLED")
        self.describes = 0
        self.assertEqual(self.run_aws("--network-from-service", "web", "--assign-public-ip").code, 0)
        self.assertEqual(self.network()["assignPublicIp"], "ENABLED")

    def test_the_services_public_address_is_left_out_where_ecs_gives_none(self):
        for launch_type in ("EC2", "EXTERNAL"):
            self.describes = 0
            result = self.run_aws("--network-from-service", "web", "--launch-type", launch_type)
            self.assertEqual(result.code, 0, result)
            self.assertEqual(self.network(), {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"]})
        self.describes = 0
        self.assertEqual(self.run_aws("--network-from-service", "web", "--launch-type", "FARGATE").code, 0)
        self.assertEqual(self.network()["assignPublicIp"], "ENABLED")

    def refused(self, expected):
        result = self.run_aws("--network-from-service", "web")
        self.assertEqual(result.code, 125, result)
        self.assertIn(expected, result.err)
        self.assertIn("hint:", result.err)
        self.assertEqual(result.err.count("error:"), 1, result.err)
        self.assertEqual(self.aws.count("RunTask"), 0)

    def test_a_service_without_a_network_starts_nothing(self):
        self.serve({"services": [], "failures": [{"arn": "web", "reason": "MISSING"}]})
        self.refused("service `web` was not found in cluster c of eu-west-1")
        self.serve({"services": [{**self.SERVICE, "status": "INACTIVE"}], "failures": []})
        self.refused("has been deleted")
        for network in (None, {}, {"awsvpcConfiguration": {"subnets": []}}):
            service = {**self.SERVICE, "networkConfiguration": network}
            self.serve({"services": [{k: v for k, v in service.items() if v is not None}], "failures": []})
            self.refused("has no subnets")
        self.serve(Reply.error("AccessDeniedException", "not authorized to perform: ecs:DescribeServices"))
        self.refused("ecs:DescribeServices")
        self.serve({"services": [7]})
        self.refused("DescribeServices")

    def test_the_embedded_ecs_has_no_services(self):
        self.register("x", ("main", "true"))
        result = self.run_local("x", "--network-from-service", "web")
        self.assertEqual(result.code, 125, result)
        self.assertIn("the embedded ECS has no services", result.err)


class Plan(AwsSandbox):
    """--plan: everything that is known, and nothing is started."""

    def setUp(self):
        super().setUp()
        self.aws.operations["DescribeClusters"] = lambda _: {
            "clusters": [{"clusterName": "c", "status": "ACTIVE", "capacityProviders": ["FARGATE"]}], "failures": []}

    def planned(self, code, *arguments, **options):
        result = self.run_aws("--plan", *arguments, **options)
        self.assertEqual(result.code, code, result)
        for operation in ("RunTask", "StopTask"):
            self.assertEqual(self.aws.count(operation), 0)
        self.assertEqual(self.runtask("runs", "list").out.count("manage"), 0)
        return result

    def test_it_can_be_added_to_any_command_line(self):
        result = self.planned(0, "--detach", "--max-parallel", "3", "--order", "listed", "--yes", "--no-history")
        self.assertIn("fine     the cluster is active", result.out)
        self.assertIn("fine     the task definition is ACTIVE", result.out)

    def test_what_ecs_would_refuse_is_125_and_all_said(self):
        self.aws.operations["DescribeTaskDefinition"] = lambda _: described(
            status="INACTIVE", networkMode="awsvpc", requiresCompatibilities=["EC2"])
        result = self.planned(125, "--launch-type", "FARGATE")
        for words in ("is INACTIVE", "there is no subnet", "does not support launch type FARGATE"):
            self.assertIn(words, result.out)
            self.assertIn(words, result.err)
        self.assertEqual(result.err.count("error:"), 1)
        tree = json_lines(self.planned(125, "--json").out)[0]
        self.assertFalse(tree["could_run"])

    def test_a_run_refuses_the_same_before_anything_starts(self):
        self.aws.operations["DescribeTaskDefinition"] = lambda _: described(networkMode="awsvpc")
        result = self.run_aws()
        self.assertEqual(result.code, 125, result)
        self.assertIn("--network-from-service", result.err)
        self.assertEqual(self.aws.count("RunTask"), 0)

    def test_the_cluster_must_be_there_and_active(self):
        for answer in ({"clusters": [], "failures": [{"arn": "c", "reason": "MISSING"}]},
                       {"clusters": [{"clusterName": "c", "status": "INACTIVE"}], "failures": []}):
            self.aws.operations["DescribeClusters"] = lambda _, a=answer: a
            result = self.planned(125)
            self.assertIn("WRONG    Cluster not found: `c` on eu-west-1", result.out)
            self.assertIn("Cluster not found", result.err)

    def test_capacity_providers_must_be_the_clusters(self):
        self.planned(0, "--capacity-provider", "FARGATE:1:1")
        result = self.planned(125, "--capacity-provider", "FARGATE:1", "--capacity-provider", "FARGATE_SPOT:3")
        self.assertIn("no capacity provider `FARGATE_SPOT`", result.err)

    def test_a_cluster_that_may_not_be_described_is_not_known(self):
        self.aws.operations["DescribeClusters"] = lambda _: Reply.error("AccessDeniedException", "no")
        self.assertIn("unknown  the cluster may not be described", self.planned(0).out)

    def test_the_request_has_what_the_flags_say_and_flags_win(self):
        self.write("overrides.json", json.dumps({
            "cpu": "256", "memory": "512",
            "containerOverrides": [{"name": "main", "environment": [{"name": "A", "value": "file"},
                                                                    {"name": "B", "value": "file"}]}]}))
        self.write("vars", "\ufeffA=env-file\r\nexport C='quoted value'\n\n# a comment\nD\n")
        result = self.planned(0, "--override-json", "overrides.json", "--env-file", "vars", "-e", "A=flag", "-e", "E=",
                              "--secret", "TOKEN", "--cpu", "512", "--tag", "k=v=w", "--group", "g", "--started-by", "me",
                              "--task-role", "r", "--enable-execute-command", "--platform-version", "1.4.0", "--json",
                              env={"D": "mine", "TOKEN": "t0p"})
        self.assertNotIn("t0p", result.out + result.err)
        request = json_lines(result.out)[0]["launches"][0]["request"]
        variables = {v["name"]: v["value"] for v in request["overrides"]["containerOverrides"][0]["environment"]}
        self.assertEqual(variables, {"A": "flag", "B": "file", "C": "quoted value", "D": "mine", "E": "", "TOKEN": "****"})
        self.assertEqual((request["overrides"]["cpu"], request["overrides"]["memory"]), ("512", "512"))
        self.assertEqual(request["tags"], [{"key": "k", "value": "v=w"}])
        self.assertEqual((request["group"], request["startedBy"], request["platformVersion"]), ("g", "me", "1.4.0"))

    def test_two_hundred_launches_stay_readable(self):
        result = self.planned(0, "--count", "200", "-e", "A=1")  # Which starts nothing: no --yes.
        self.assertLess(len(result.out.splitlines()), 300)
        self.assertEqual(result.out.count("+ main: A=1"), 1)
        self.assertIn("unknown  200 launches are more than 100: the run needs --yes", result.out)
        self.assertNotIn("--yes", self.planned(0, "--count", "200", "--yes").out)
        self.assertNotIn("--yes", self.planned(0, "--count", "100").out)

    def test_overrides_at_the_limits_are_taken(self):
        self.write("overrides.json", json.dumps({"ephemeralStorage": {"sizeInGiB": 21}, "containerOverrides": [
            {"name": "main", "cpu": 0, "memory": 4, "memoryReservation": 4}]}))
        self.planned(0, "--override-json", "overrides.json")
        self.write("overrides.json", json.dumps({"ephemeralStorage": {"sizeInGiB": 200}}))
        self.planned(0, "--override-json", "overrides.json")

    def test_somebody_else_that_runs_is_seen(self):
        self.aws.operations["ListTasks"] = lambda request: {
            "taskArns": [self.arn] if request["desiredStatus"] == "RUNNING" else []}
        self.script = [self.task_now("RUNNING", startedBy="somebody")]
        result = self.planned(125, "--only-one", "--count", "2")
        self.assertIn("started by somebody", result.out)
        self.assertIn("error: 2 launches: manage/1, manage/2: --only-one: a task of family `manage` is alive", result.err)


class OnlyOne(AwsSandbox):
    """--only-one."""

    def setUp(self):
        super().setUp()
        self.running, self.ended = [], []
        self.aws.operations["ListTasks"] = self.list
        self.other = task_arn("c", "f" * 32)

    def list(self, request):
        self.assertEqual((request["cluster"], request["family"]), ("c", "manage"))
        return {"taskArns": self.running if request["desiredStatus"] == "RUNNING" else self.ended}

    def test_nobody_else_runs(self):
        self.assertEqual(self.run_aws("--only-one").code, 0)
        self.assertEqual(self.aws.count("RunTask"), 1)

    def refused(self, expected, *arguments):
        result = self.run_aws("--only-one", *arguments)
        self.assertEqual(result.code, 125, result)
        self.assertIn(expected, result.err)
        self.assertEqual(self.aws.count("RunTask"), 0)
        return result

    def test_a_task_that_runs_or_is_to_run_is_named(self):
        self.running = [self.other]
        for status in ("PROVISIONING", "PENDING", "RUNNING"):
            self.script = [{**self.task_now(status, startedBy="cron"), "taskArn": self.other}]
            self.assertIn("started by cron", self.refused(self.other).err)

    def test_one_that_is_being_stopped_still_runs_and_one_that_has_ended_does_not(self):
        self.ended = [self.other]
        self.script = [{**self.task_now("STOPPING"), "taskArn": self.other}]
        self.refused(self.other)
        self.script = [self.task_now("STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 0})]
        self.assertEqual(self.run_aws("--only-one").code, 0)

    def test_empty_pages_are_not_the_end(self):
        pages = [{"taskArns": [], "nextToken": "n"}, {"taskArns": [self.other]}]
        self.aws.operations["ListTasks"] = lambda request: pages[1 if request.get("nextToken") else 0]
        self.script = [{**self.task_now("RUNNING"), "taskArn": self.other}]
        self.refused(self.other)

    def test_tasks_that_may_not_be_listed_start_nothing(self):
        self.aws.operations["ListTasks"] = lambda _: Reply.error("AccessDeniedException", "no ecs:ListTasks for you")
        self.assertIn("hint:", self.refused("no ecs:ListTasks for you").err)

    def test_one_that_runs_and_may_not_be_described_is_still_in_the_way(self):
        self.running = [self.other]
        self.script = [Reply.error("AccessDeniedException", "no")]
        self.refused(self.other)

    def test_another_family_and_another_cluster_are_nobody_in_the_way(self):
        self.script = [self.task_now("RUNNING")]
        self.aws.operations.update({
            "ListTasks": lambda _: {"taskArns": []},
            "DescribeTaskDefinition": lambda request: definition(request["taskDefinition"], ("main", True))})
        places = (("c", "manage"), ("c", "other"), ("d", "manage"))
        processes = []
        for number, (cluster, family) in enumerate(places, 1):
            processes.append(self.start("run", "--cluster", cluster, "--task-definition", family, "--drain", "0",
                                        "--only-one"))
            wait_until(lambda n=number: self.aws.count("RunTask") == n, "%s in %s starts" % (family, cluster))
        self.script = [self.task_now("STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 0})]
        self.describes = 0
        self.assertEqual([self.finish(process).code for process in processes], [0, 0, 0])

    def test_of_two_runs_at_once_exactly_one_starts(self):
        self.script = [self.task_now("RUNNING")]
        started = []

        def run_task(_):
            started.append(1)
            return {"tasks": [self.task_now("PENDING")], "failures": []}

        self.aws.operations["RunTask"] = run_task
        processes = [self.start("run", "--cluster", "c", "--task-definition", "manage", "--drain", "0", "--only-one")
                     for _ in range(3)]
        wait_until(lambda: sum(p.poll() is not None for p in processes) == 2 and started, "two of three to be refused")
        self.assertEqual(len(started), 1)
        self.script = [self.task_now("STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 0})]
        self.describes = 0
        results = [self.finish(p) for p in processes]
        self.assertEqual(sorted(r.code for r in results), [0, 125, 125], results)
        for result in results:
            if result.code:
                self.assertIn("is under way on this machine", result.err)
        self.assertEqual(self.run_aws("--only-one").code, 0, "the lock has ended with its run")


if __name__ == "__main__":
    main()
