"""Tasks by hamlet's names on the embedded ECS: `runtask run -t -i -w -x` and runTask.sh, over instances and environments."""
import json
import os
import shutil
import subprocess

from support import *

class NamedRun(NamedSandbox):
    def test_the_unnamed_instance_runs_with_its_own_configuration(self):
        result = self.named("--environment", "integration", "-e", "WHAT=this")
        self.assertEqual((result.code, result.out), (0, "here this\n"), result)
        self.assertEqual(self.trace(), ["integration/default"])

    def test_instances_of_a_list_run_and_their_lines_say_whose_they_are(self):
        result = self.named("--environment", "integration", "-x", "default,tenant2", "-e", "WHAT=x")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(sorted(result.out.splitlines()),
                         ["integration/default django | here x", "integration/tenant2 django | here x"])

    def test_a_star_is_every_instance_that_the_cmdb_defines(self):
        result = self.named("--environment", "production", "-x", "*", "-e", "WHAT=x")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(sorted(self.trace()), ["production/default", "production/tenant2"])

    def test_the_next_environment_runs_only_when_the_last_succeeded(self):
        both = self.named("--environment", "integration,production", "-x", "default,tenant2", "-e", "WHAT=fine")
        self.assertEqual(both.code, 0, both)
        trace = self.trace()
        self.assertEqual([sorted(trace[:2]), sorted(trace[2:])],
                         [["integration/default", "integration/tenant2"], ["production/default", "production/tenant2"]])
        os.remove(self.path("trace"))
        failed = self.named("--environment", "production,integration", "-x", "default,tenant2",
                            "-e", "WHAT=production/tenant2")
        self.assertEqual(failed.code, 1, failed)
        self.assertEqual(sorted(self.trace()), ["production/default", "production/tenant2"])
        verdicts = {launch["name"]: launch["verdict"] for launch in self.last_outcome()["launches"]}
        self.assertEqual(verdicts, {"production/default": "succeeded", "production/tenant2": "failed",
                                    "integration/default": "skipped", "integration/tenant2": "skipped"})

    def test_an_instance_that_does_not_exist_anywhere_starts_nothing_at_all(self):
        result = self.named("--environment", "integration,production", "-x", "default,tenant3", "-e", "WHAT=x")
        self.assertEqual(result.code, 125, result)
        self.assertIn("tenant3", result.err)
        self.assertIn("tenant2", result.err, "the nearest one is named")
        self.assertEqual(self.trace(), [])
        self.assertEqual(self.ok("runs", "list", "--json").out, "")

    def test_repeated_words_count_once(self):
        result = self.runtask("run", "-t", "application", "-i", "host", "-w", "manage,manage", "-x", "tenant2, tenant2,default,",
                              "--environment", "integration,integration", "--plan", "--json")
        self.assertEqual(result.code, 0, result)
        self.assertEqual([launch["name"] for launch in json.loads(result.out)["launches"]],
                         ["integration/tenant2", "integration/default"])

    def test_a_scope_that_resolves_to_nothing_starts_nothing_and_says_what_there_is(self):
        for words, there in ((["--environment", "nowhere"], "production"),
                             (["--environment", "integration,nowhere"], "production"),
                             (["--environment", "integration", "--product", "nothing"], "root of the CMDB")):
            result = self.named(*words)
            self.assertIn(result.code, (2, 125), result)
            self.assertEqual(result.err.count("error:"), 1, result.err)
            self.assertIn(there, result.err)
            self.assertEqual(self.trace(), [])

    def test_every_environment_task_instance_and_count_is_a_launch(self):
        result = self.named("--environment", "integration,production", "-x", "default,tenant2", "--count", "3", "--plan", "--json")
        self.assertEqual(result.code, 0, result)
        self.assertEqual([launch["name"] for launch in json.loads(result.out)["launches"]],
                         ["%s/%s/%d" % (e, i, n) for e in ("integration", "production") for i in ("default", "tenant2")
                          for n in (1, 2, 3)])
        many = self.named("--environment", "integration,production", "-x", "default,tenant2", "--count", "26")
        self.assertEqual(many.code, 2, many)
        self.assertIn("104 launches", many.err)
        self.assertEqual(self.trace(), [])

    def test_a_parameter_that_nobody_set_is_named(self):
        result = self.named("--environment", "integration", "-x", "null")
        self.assertEqual(result.code, 2, result)
        self.assertIn("`null`", result.err)

    def test_a_task_that_was_never_deployed_names_the_output_and_the_files(self):
        os.remove(os.path.join(self.cmdb, "library/state/cf/production/default/soln-host-sandbox-us-east-1-stack.json"))
        result = self.named("--environment", "integration,production")
        self.assertEqual(result.code, 125, result)
        self.assertIn("ecsXappXhost", result.err)
        self.assertIn("app-manage-sandbox-us-east-1-stack.json", result.err)
        self.assertEqual(self.trace(), [])

    def test_the_embedded_ecs_has_what_the_cmdb_names_in_another_account_and_region(self):
        for name in ("app-manage", "soln-host"):
            path = os.path.join(self.cmdb, "library/state/cf/integration/default/%s-sandbox-us-east-1-stack.json" % name)
            with open(path, encoding="utf-8") as file:
                state = file.read()
            self.assertIn("us-east-1:000000000000", state)
            with open(path, "w", encoding="utf-8") as file:
                file.write(state.replace("us-east-1:000000000000", "eu-west-1:123456789012"))
        result = self.named("--environment", "integration", "-e", "WHAT=ran")
        self.assertEqual((result.code, result.out), (0, "here ran\n"), result)

    def test_without_an_output_the_newest_active_revision_of_the_family_is_taken(self):
        path = os.path.join(self.cmdb, "library/state/cf/integration/default/app-manage-sandbox-us-east-1-stack.json")
        os.remove(path)
        with open(os.path.join(EXAMPLE, "task-definitions", "integration-default.json"), encoding="utf-8") as file:
            definition = json.load(file)
        definition["containerDefinitions"][0].update(image="host", command=["/bin/echo", "revision two"])
        self.ok("local", "register", self.write("second.json", json.dumps(definition)))
        definition["family"] = "x-" + definition["family"]
        self.ok("local", "register", self.write("other.json", json.dumps(definition)))
        result = self.named("--environment", "integration")
        self.assertEqual((result.code, result.out), (0, "revision two\n"), result)

    def test_the_cmdbs_own_definition_is_kept_when_there_is_a_newer_revision(self):
        with open(os.path.join(EXAMPLE, "task-definitions", "integration-default.json"), encoding="utf-8") as file:
            definition = json.load(file)
        definition["containerDefinitions"][0].update(image="host", command=["/bin/echo", "revision two"])
        self.ok("local", "register", self.write("second.json", json.dumps(definition)))
        self.assertEqual(self.named("--environment", "integration", "-e", "WHAT=one").out, "here one\n")

    def test_a_fixed_name_gives_way_to_the_output_of_the_environments_own_stack(self):
        self.change(FixedName=True)
        self.assertIn("manage-ecsTaskXappXhostXmanage-1EXAMPLE:1", self.planned()["taskDefinition"])
        os.remove(os.path.join(self.cmdb, "library/state/cf/integration/default/app-manage-sandbox-us-east-1-stack.json"))
        fixed = self.named("--environment", "integration")
        self.assertEqual(fixed.code, 125, fixed)
        self.assertIn("`application-host-manage` was not found", fixed.err)

    def change(self, **members):
        """Changes the task in the CMDB."""
        path = os.path.join(self.cmdb, "library/infrastructure/solutions/shared/default/solution.json")
        with open(path, encoding="utf-8") as file:
            solution = json.load(file)
        solution["Tiers"]["app"]["Components"]["host"]["Tasks"]["manage"].update(members)
        self.write(path, json.dumps(solution))

    def add_output(self, key, value):
        path = os.path.join(self.cmdb, "library/state/cf/integration/default/soln-host-sandbox-us-east-1-stack.json")
        with open(path, encoding="utf-8") as file:
            stack = json.load(file)
        stack["Stacks"][0]["Outputs"].append({"OutputKey": key, "OutputValue": value})
        self.write(path, json.dumps(stack))

    def planned(self, *words, code=0):
        result = self.named("--environment", "integration", "--plan", "--json", *words)
        self.assertEqual(result.code, code, result)
        return json_lines(result.out)[0]["launches"][0]["request"]

    def test_engine_and_network_of_the_cmdb_become_the_request_and_flags_win(self):
        self.change(Engine="aws:fargate", NetworkMode="awsvpc", **{"aws:FargatePlatform": "1.4.0"})
        missing = self.named("--environment", "integration")
        self.assertEqual(missing.code, 125, missing)
        self.assertIn("subnetXmgmtXvpcXappXa", missing.err)
        self.add_output("subnetXmgmtXvpcXappXa", "subnet-1")
        self.add_output("securityGroupXappXhostXmanage", "sg-1")
        # The example's definitions are not for awsvpc, and the plan says so.
        request = self.planned(code=125)
        self.assertEqual(request["capacityProviderStrategy"], [{"capacityProvider": "FARGATE"}])
        self.assertNotIn("launchType", request)
        self.assertEqual(request["platformVersion"], "1.4.0")
        self.assertEqual(request["networkConfiguration"]["awsvpcConfiguration"]["subnets"], ["subnet-1"])
        self.assertEqual(request["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"], ["sg-1"])
        request = self.planned("--launch-type", "ec2", code=125)
        self.assertEqual(request["launchType"], "EC2")
        self.assertNotIn("platformVersion", request, "what only Fargate has goes with it")
        request = self.planned("--launch-type", "fargate", "--subnet", "subnet-9", "--platform-version", "1.3.0", code=125)
        self.assertEqual(request["launchType"], "FARGATE")
        self.assertNotIn("capacityProviderStrategy", request)
        self.assertEqual(request["networkConfiguration"]["awsvpcConfiguration"]["subnets"], ["subnet-9"])
        self.assertEqual(request["platformVersion"], "1.3.0")

    def test_hamlets_container_is_not_asked_for_where_it_need_not_be_there(self):
        self.change(Containers={"web-v1": {"MemoryReservation": 256}})
        self.assertEqual(self.named("--environment", "integration").code, 0)
        configured = self.named("--environment", "integration", "-e", "WHAT=x")
        self.assertEqual(configured.code, 125, configured)
        self.assertIn("`web`", configured.err)
        self.assertIn("django", configured.err)
        chosen = self.named("--environment", "integration", "-e", "WHAT=x", "-c", "django")
        self.assertEqual((chosen.code, chosen.out), (0, "here x\n"), chosen)

    def test_a_task_that_two_components_have_needs_the_component(self):
        path = os.path.join(self.cmdb, "library/infrastructure/solutions/shared/default/solution.json")
        with open(path, encoding="utf-8") as file:
            solution = json.load(file)
        components = solution["Tiers"]["app"]["Components"]
        components["second"] = components["host"]
        self.write(path, json.dumps(solution))
        result = self.runtask("run", "-w", "manage", "--environment", "integration")
        self.assertEqual(result.code, 2, result)
        self.assertIn("application/second", result.err)
        self.assertEqual(self.runtask("run", "-w", "manage", "-i", "host", "--environment", "integration").code, 0)

    def test_a_definition_that_was_never_deployed_names_the_output_and_the_files(self):
        folder = os.path.join(self.cmdb, "library/state/cf/integration/default")
        os.remove(os.path.join(folder, "app-manage-sandbox-us-east-1-stack.json"))
        self.change(Instances={"fresh": {}})
        for result in (self.named("--environment", "integration", "-x", "fresh"),
                       self.run_task_script("-t", "application", "-i", "host", "-w", "manage", "-x", "fresh",
                                            env={"ENVIRONMENT": "integration"})):
            self.assertIn(result.code, (1, 125), result)
            self.assertIn("ecsTaskXappXhostXmanageXfresh", result.err)
            self.assertIn(os.path.join(folder, "soln-host-sandbox-us-east-1-stack.json"), result.err)
        self.assertEqual(self.trace(), [])

    def test_two_ways_of_saying_which_task_are_refused_and_so_is_none(self):
        for words in (["--task-definition", "x"], ["--cluster", "c"]):
            self.assertEqual(self.named("--environment", "integration", *words).code, 2)
        none = self.runtask("run", "--local")
        self.assertEqual(none.code, 2, none)
        self.assertIn("--task-definition", none.err)

    def test_a_plan_shows_every_launch_and_starts_nothing(self):
        result = self.named("--environment", "integration,production", "-x", "*", "--plan", "--json", "-e", "WHAT=x")
        self.assertEqual(result.code, 0, result)
        plan = json.loads(result.out)
        self.assertEqual([launch["name"] for launch in plan["launches"]],
                         ["integration/default", "integration/tenant2", "production/default", "production/tenant2"])
        self.assertEqual(self.trace(), [])


class Accounts(AwsSandbox):
    """Two environments of one CMDB in two accounts and regions; a scripted AWS that knows whose keys they are."""

    NUMBERS = {"sandbox": "111111111111", "live": "222222222222"}

    def setUp(self):
        super().setUp()
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
            del self.env[name]
        self.cmdb = self.path("cmdb")
        for part in ("accounts", "library"):
            shutil.copytree(os.path.join(EXAMPLE, "cmdb", part), os.path.join(self.cmdb, part))
        self.write("cmdb/root.json", "")
        shutil.copytree(os.path.join(self.cmdb, "accounts", "sandbox"), os.path.join(self.cmdb, "accounts", "live"))
        for account, number in self.NUMBERS.items():
            self.write("cmdb/accounts/%s/config/account.json" % account, json.dumps(
                {"Account": {"Id": account, "Name": account, "ProviderId": number, "Provider": "aws"}}))
        for environment, account in (("integration", "sandbox"), ("production", "live")):
            folder = os.path.join(self.cmdb, "library/state/cf", environment, "default")
            for name in os.listdir(folder):
                text = self.text(os.path.join(folder, name)).replace("000000000000", self.NUMBERS[account])
                os.remove(os.path.join(folder, name))
                self.write(os.path.join(folder, name.replace("-sandbox-", "-%s-" % account)), text)
        self.env.update({
            "ROOT_DIR": self.cmdb, "PRODUCT": "library", "SEGMENT": "default",
            "HAMLET_SANDBOX_AWS_AUTH_SOURCE": "USER", "HAMLET_SANDBOX_AWS_AUTH_USER": "ANNE",
            "ANNE_AWS_ACCESS_KEY_ID": "AKIDANNE", "ANNE_AWS_SECRET_ACCESS_KEY": "secret-of-anne",
            "AWS_ACCESS_KEY_ID": "AKIDMINE", "AWS_SECRET_ACCESS_KEY": "secret-of-mine"})
        self.owners = {"AKIDANNE": self.NUMBERS["sandbox"], "AKIDMINE": self.NUMBERS["live"]}
        self.aws.operations.update({
            "Sts": self.identify,
            "DescribeTaskDefinition": lambda _: definition("manage", ("django", True)),
            "DescribeClusters": lambda request: {"clusters": [{"clusterName": "c", "status": "ACTIVE"}], "failures": []},
            "RunTask": self.start_task,
        })
        self.script = [self.task_now("STOPPED", stopCode="EssentialContainerExited", containers=("django",),
                                     exit_codes={"django": 0})]

    def identify(self, _):
        number = self.owners[self.aws.keys[-1]]
        return Reply(("<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::%s:user/u</Arn><UserId>U"
                      "</UserId><Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
                      % (number, number)).encode(), 200, "text/xml")

    def start_task(self, request):
        self.arn = task_arn("c", "%032x" % len(self.aws.calls))
        self.describes = 0
        self.script = [self.task_now("STOPPED", stopCode="EssentialContainerExited", containers=("django",),
                                     exit_codes={"django": 0})]
        return {"tasks": [self.task_now("PENDING", containers=("django",))], "failures": []}

    def both(self, *words, **options):
        return self.runtask("run", "-t", "application", "-i", "host", "-w", "manage", "--environment",
                            "integration,production", "--account", "integration=sandbox", "--account", "production=live",
                            "--drain", "0", "-e", "A=1", *words, **options)


    def test_each_environment_is_called_with_the_keys_of_its_own_account(self):
        result = self.both()
        self.assertEqual(result.code, 0, result)
        starts = [(key, request["cluster"], request["taskDefinition"].split(":")[4])
                  for (name, request), key in zip(self.aws.calls, self.aws.keys) if name == "RunTask"]
        self.assertEqual([start[:2] for start in starts],
                         [("AKIDANNE", "library-integration"), ("AKIDMINE", "library-production")])
        for secret in ("secret-of-anne", "secret-of-mine"):
            self.assertNotIn(secret, result.out + result.err)
            for folder, _, names in os.walk(self.state):
                for name in names:
                    with open(os.path.join(folder, name), "rb") as file:
                        self.assertNotIn(secret.encode(), file.read(), name)

    def test_a_wrong_account_number_stops_before_anything_starts(self):
        self.owners["AKIDMINE"] = "333333333333"
        result = self.both()
        self.assertEqual(result.code, 125, result)
        self.assertIn("333333333333", result.err)
        self.assertIn("222222222222", result.err)
        self.assertEqual(self.aws.count("RunTask"), 0)

    def test_a_cluster_that_may_not_be_described_is_left_to_run_task_and_a_failed_call_is_not(self):
        self.aws.operations["DescribeClusters"] = lambda _: Reply.error("AccessDeniedException", "no")
        denied = self.both()
        self.assertEqual(denied.code, 0)
        self.assertIn("the cluster is not checked", denied.err)
        self.assertIn("(Warn) ", self.in_script().err)
        started = self.aws.count("RunTask")
        self.aws.operations["DescribeClusters"] = lambda _: Reply.error("ClientException", "broken")
        result = self.both()
        self.assertEqual(result.code, 125, result)
        self.assertIn("while looking at the cluster `library-integration`", result.err)
        self.assertEqual(self.aws.count("RunTask"), started)

    def test_only_one_looks_into_the_cluster_of_every_environment_before_anything_starts(self):
        other = task_arn("library-production", "f" * 32)
        self.aws.operations["ListTasks"] = lambda request: {
            "taskArns": [other] if request["cluster"].endswith("library-production") else []}
        self.script = [{**self.task_now("RUNNING"), "taskArn": other}]
        result = self.both("--only-one")
        self.assertEqual(result.code, 125, result)
        self.assertIn(other, result.err)
        self.assertEqual(self.aws.count("RunTask"), 0)
        asked = {(request["cluster"], key) for (name, request), key in zip(self.aws.calls, self.aws.keys)
                 if name == "ListTasks"}
        self.assertEqual(asked, {("library-integration", "AKIDANNE"), ("library-production", "AKIDMINE")})

    def test_each_cluster_has_a_service_of_its_own_that_the_network_is_taken_from(self):
        described = definition("manage", ("django", True))
        described["taskDefinition"]["networkMode"] = "awsvpc"
        self.aws.operations.update({
            "DescribeTaskDefinition": lambda _: described,
            "DescribeServices": lambda request: {"services": [{
                "serviceName": "web", "status": "ACTIVE", "networkConfiguration": {
                    "awsvpcConfiguration": {"subnets": ["subnet-of-" + request["cluster"]]}}}], "failures": []}})
        self.assertEqual(self.both("--network-from-service", "web").code, 0)
        networks = [request["networkConfiguration"]["awsvpcConfiguration"]["subnets"]
                    for request in self.aws.requests("RunTask")]
        self.assertEqual(networks, [["subnet-of-library-integration"], ["subnet-of-library-production"]])

    def in_script(self):
        self.env.update({"ACCOUNT": "sandbox", "ENVIRONMENT": "integration"})
        return self.run_task_script("-t", "application", "-i", "host", "-w", "manage", "-x", "", "-e", "A", "-v", "1")

    def test_the_scripts_request_stays_what_it_was_and_run_uses_the_capacity_provider(self):
        path = "cmdb/library/infrastructure/solutions/shared/default/solution.json"
        solution = json.loads(self.text(path))
        solution["Tiers"]["app"]["Components"]["host"]["Tasks"]["manage"]["Engine"] = "fargate"
        self.write(path, json.dumps(solution))
        self.assertEqual(self.in_script().code, 0)
        self.assertEqual(self.both().code, 0)
        scripts, runs = self.aws.requests("RunTask")[:2]
        self.assertEqual((scripts["launchType"], scripts["platformVersion"]), ("FARGATE", "LATEST"))
        self.assertNotIn("capacityProviderStrategy", scripts)
        self.assertEqual(runs["capacityProviderStrategy"], [{"capacityProvider": "FARGATE"}])
        self.assertNotIn("launchType", runs)

    def test_the_script_asks_once_for_a_task_that_cannot_be_placed(self):
        self.aws.operations["RunTask"] = lambda _: {
            "tasks": [], "failures": [{"arn": "arn:aws:ecs:x:1:container-instance/i", "reason": "RESOURCE:MEMORY"}]}
        result = self.in_script()
        self.assertEqual(result.code, 1, result)
        self.assertIn("(Fatal) Task could not be started", result.err)
        self.assertIn("RESOURCE:MEMORY", result.err)
        self.assertEqual(self.aws.count("RunTask"), 1)

    def test_a_plan_says_the_account_and_region_of_each_launch(self):
        self.write("cmdb/library/infrastructure/solutions/production/segment.json",
                   json.dumps({"Product": {"Region": "eu-central-1"}}))
        result = self.both("--plan")
        self.assertEqual(result.code, 0, result)
        for words in ("sandbox", "live", "us-east-1", "eu-central-1"):
            self.assertIn(words, result.out)
        self.assertEqual(self.aws.count("RunTask"), 0)


class NamedScript(NamedSandbox):
    WORDS = ["-t", "application", "-i", "host", "-w", "manage", "-y", "", "-c", "django"]

    def test_all_environments_and_instances_in_order_with_the_scripts_words(self):
        result = self.run_task_script(*self.WORDS, "-x", "default,tenant2", "-e", "WHAT", "-v", "a b", "-d", "1",
                             env={"ENVIRONMENT": "integration,production"})
        self.assertEqual(result.code, 0, result)
        trace = self.trace()
        self.assertEqual([sorted(trace[:2]), sorted(trace[2:])],
                         [["integration/default", "integration/tenant2"], ["production/default", "production/tenant2"]])
        self.assertIn("integration/tenant2 django | here a b", result.out)
        self.assertIn("...STOPPED production/tenant2", result.out)
        self.assertEqual(len(json.loads(result.out.partition("(Info) Task Results\n")[2])), 4)

    def test_after_a_failure_nothing_new_starts_and_the_code_is_the_containers(self):
        result = self.run_task_script(*self.WORDS, "-x", "", "-e", "WHAT", "-v", "integration/default",
                             env={"ENVIRONMENT": "integration,production"})
        self.assertEqual(result.code, 1, result)
        self.assertEqual(self.trace(), ["integration/default"])

    def test_what_does_not_exist_starts_nothing_and_says_what_does(self):
        result = self.run_task_script(*self.WORDS, "-x", "tenant3", env={"ENVIRONMENT": "integration"})
        self.assertEqual(result.code, 1, result)
        self.assertIn("(Error) Could not find ECS Task - Task: manage - Instance: tenant3 - Version: ", result.err)
        self.assertIn("tenant2", result.err)
        self.assertEqual(self.trace(), [])

    def test_a_component_that_does_not_exist_or_is_no_cluster_is_said_in_the_scripts_words(self):
        path = os.path.join(self.cmdb, "library/infrastructure/solutions/shared/default/solution.json")
        with open(path, encoding="utf-8") as file:
            solution = json.load(file)
        solution["Tiers"]["app"]["Components"]["bucket-task"] = {"Type": "s3"}
        self.write(path, json.dumps(solution))
        for component in ("nope", "bucket-task"):
            result = self.run_task_script("-t", "application", "-i", component, "-w", "manage", env={"ENVIRONMENT": "integration"})
            self.assertEqual(result.code, 1, result)
            self.assertIn("(Error) Could not find ECS Component - Tier: application - Component: %s - "
                          "Component_Instance:  - Component_Version: " % component, result.err)
            self.assertIn("host", result.err, "what does exist is named")

    def test_task_args_are_understood_or_refused(self):
        words = self.WORDS + ["-x", ""]
        env = {"ENVIRONMENT": "integration", "TASK_ARGS": "--group  g1 --tags key=a,value=b=c key=d,value= --started-by me"}
        self.assertEqual(self.run_task_script(*words, env=env).code, 0)
        plan = json.loads(self.runtask("runs", "show", "last", "--json").out)
        self.assertEqual(plan["launches"][0]["verdict"], "succeeded")
        refused = self.run_task_script(*words, env={**env, "TASK_ARGS": "--count 3"})
        self.assertEqual(refused.code, 1, refused)
        self.assertIn("`--count` is not understood", refused.err)
        self.assertEqual(len(self.trace()), 1)

    def test_a_terminal_gets_lines_where_a_pipe_gets_them(self):
        primary, secondary = os.openpty()
        os.symlink(RUNTASK, self.path("runTask.sh"))
        process = subprocess.Popen(
            [self.path("runTask.sh"), *self.WORDS, "-x", ""], stdin=subprocess.DEVNULL, stdout=secondary, stderr=secondary,
            env={**self.env, "TERM": "dumb", "ENVIRONMENT": "integration"})
        os.close(secondary)
        self.addCleanup(self._end, process)
        seen = b""
        while True:
            try:
                piece = os.read(primary, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        os.close(primary)
        self.assertEqual(process.wait(LONGEST), 0, seen)
        text = seen.decode().replace("\r\n", "\n")
        self.assertNotIn("\\x0a", text)
        self.assertIn(" * ClusterARN=library-integration \n * TaskDefinitionArn=", text)
        json.loads(text.partition("(Info) Task Results\n")[2])

    def test_an_unset_parameter_is_said_to_be_one(self):
        result = self.run_task_script(*self.WORDS, "-x", "null", env={"ENVIRONMENT": "integration"})
        self.assertEqual(result.code, 1, result)
        self.assertIn("`null`", result.err)

    def test_help_and_missing_arguments_exit_with_1(self):
        self.assertEqual(self.run_task_script("-h").code, 1)
        missing = self.run_task_script("-t", "application", "-w", "manage")
        self.assertEqual(missing.code, 1, missing)
        self.assertIn("Mandatory argument missing", missing.err)

    def test_an_inherited_result_changes_nothing(self):
        result = self.run_task_script(*self.WORDS, "-x", "", "-e", "WHAT", "-v", "integration/default",
                             env={"ENVIRONMENT": "integration", "RESULT": "0"})
        self.assertEqual(result.code, 1, result)


if __name__ == "__main__":
    main()
