"""`runtask find` as a user meets it: tables, errors, several environments, a generated blueprint."""
import json
import os

import support


class Find(support.Sandbox):
    def setUp(self):
        super().setUp()
        self.root = self.path("cmdb")
        self.json_file("root.json", {})
        self.json_file("acme/tenant.json", {"Tenant": {"Id": "acme"}})
        for account, number in (("acct01", "111"), ("acct02", "222")):
            self.json_file(account + "/config/account.json", {"Account": {"Id": account, "ProviderId": number}})
            self.json_file(account + "/config/settings/shared/settings.json", {})
            self.json_file(account + "/infrastructure/operations/shared/settings.json", {})
        self.json_file("shop/config/product.json", {"Product": {"Id": "shop", "Region": "eu-west-1"}})
        self.json_file("shop/config/settings/shared/settings.json", {})
        self.json_file("shop/infrastructure/operations/shared/settings.json", {})
        task = {"Containers": {"web-1": {"MemoryReservation": 64}}, "Instances": {"default": {}, "tenant2": {}}}
        self.components = {"web": {"Type": "ecs", "Tasks": {"migrate": task}}, "store": {"Type": "s3"}}
        self.json_file("shop/config/solutionsv2/shared/default/segment.json", {"Segment": {"Id": "default"}})
        self.solution()
        for name, account, number in (("int", "acct01", "111"), ("prod", "acct02", "222")):
            self.json_file("shop/config/solutionsv2/%s/environment.json" % name, {"Environment": {"Id": name}})
            outputs = {"Account": number, "Region": "eu-west-1", "DeploymentUnit": "u", "vpcXmgmtXvpc": "vpc",
                       "ecsXappXweb": "cluster-" + name, "ecsTaskXappXwebXmigrate": "arn:" + name,
                       "ecsTaskXappXwebXmigrateXarn": "arn:" + name}
            self.json_file("shop/infrastructure/cf/%s/default/app-all-%s-stack.json" % (name, account),
                           {"Stacks": [{"Outputs": outputs}]})
        self.env.update(PRODUCT="shop", ROOT_DIR=self.root)

    def json_file(self, name, content):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        return path

    def solution(self):
        self.json_file("shop/config/solutionsv2/shared/default/solution.json",
                       {"Tiers": {"app": {"Components": self.components}}})

    def find(self, *arguments, **options):
        return self.runtask("find", "--environment", "int", "--account", "acct01", *arguments, **options)

    def error(self, code, *arguments):
        found = self.find(*arguments)
        self.assertEqual((found.code, found.out), (code, ""), found.err)
        return found.err

    def test_a_table_without_flags_lists_everything(self):
        found = self.find()
        self.assertEqual((found.code, found.err), (0, ""))
        lines = [line.split() for line in found.out.splitlines()]
        self.assertEqual([line[3:5] for line in lines[1:]], [["migrate", "-"], ["migrate", "tenant2"]])
        self.assertEqual(lines[1][-1], "deployed")
        self.assertEqual(lines[2][-2:], ["not", "deployed"])

    def test_json_has_every_field_in_the_order_of_the_contract(self):
        found = self.find("-x", "tenant2", "--json")
        self.assertEqual(list(json.loads(found.out)), [
            "tier", "component", "component_instance", "component_version", "task", "instance", "version", "enabled",
            "deployed", "cluster", "engine", "platform_version", "network_mode", "containers", "container",
            "resource_id", "definition", "capacity_provider", "security_group", "subnet", "log_group", "region",
            "environment", "account"])
        task = json.loads(found.out)
        self.assertIsNone(task["definition"])
        self.assertEqual((task["container"], task["cluster"], task["account"]), ("web", "cluster-int", "acct01"))

    def test_what_does_not_exist_names_what_does_the_nearest_first(self):
        self.assertIn("the one with the id `app` is called `application`", self.error(1, "-t", "app"))
        self.assertIn("there is no tier `aplication`", self.error(1, "-t", "aplication"))
        self.assertIn("hint: there are `application`,", self.error(1, "-t", "aplication"))
        self.assertIn("there is no component `wep` in tier `application`",
                      self.error(1, "-t", "application", "-i", "wep"))
        self.assertIn("hint: there is only `web`", self.error(1, "-i", "wep"))
        self.assertIn("is of type `s3`: only an `ecs` component", self.error(1, "-i", "store"))
        self.assertIn("hint: there is only `migrate`", self.error(1, "-w", "migrat"))
        wrong = self.error(1, "-w", "migrate", "-x", "tenant3")
        self.assertIn("the task `migrate` has no instance `tenant3`", wrong)
        self.assertIn("there are `tenant2`, the unnamed one", wrong)
        self.assertIn("no instance `blue`", self.error(1, "-i", "web", "-j", "blue"))
        self.assertIn("no version `v9`", self.error(1, "-w", "migrate", "-y", "v9"))

    def test_lists_of_tasks_and_instances(self):
        found = self.find("-w", "migrate", "-x", "tenant2,default", "--json")
        self.assertEqual([json.loads(line)["instance"] for line in found.out.splitlines()], ["tenant2", ""])
        self.assertEqual(len(self.find("-w", "migrate", "-x", "*", "--json").out.splitlines()), 2)
        self.env["TASK_INSTANCE"] = "tenant2"
        self.assertEqual(json.loads(self.find("--json").out)["instance"], "tenant2")

    def test_an_unset_parameter_is_said_to_be_one(self):
        self.assertIn("the text `null`: a parameter that nobody set", self.error(2, "-x", "null"))

    def test_two_components_of_one_name_are_both_named(self):
        self.components["web2"] = dict(self.components["web"], Name="web")
        self.solution()
        self.assertIn("`web` and `web2`", self.error(1, "-i", "web"))

    def test_several_environments_each_with_its_account(self):
        found = self.runtask("find", "--environment", "int,prod", "--account", "int=acct01", "--account",
                             "prod=acct02", "-x", "default", "--json")
        self.assertEqual([(json.loads(line)["cluster"], json.loads(line)["account"])
                          for line in found.out.splitlines()],
                         [("cluster-int", "acct01"), ("cluster-prod", "acct02")])
        self.env.update({"ENVIRONMENT": "prod,int", "CONTEXT_COUNT": "2", "CONTEXT_1_ENVIRONMENT": "prod",
                         "CONTEXT_1_ACCOUNT": "acct02", "CONTEXT_2_ENVIRONMENT": "int", "CONTEXT_2_ACCOUNT": "acct01"})
        found = self.runtask("find", "-x", "default", "--json")
        self.assertEqual([json.loads(line)["cluster"] for line in found.out.splitlines()],
                         ["cluster-prod", "cluster-int"])

    def test_an_environment_that_is_not_there_fails_but_hides_nothing(self):
        found = self.runtask("find", "--environment", "int,Prdo", "--account", "acct01", "--segment", "default",
                             "-x", "default", "--root-dir", self.root, "--json")
        self.assertEqual(found.code, 1)
        self.assertEqual([json.loads(line)["resource_id"] for line in found.out.splitlines()],
                         ["ecsTaskXappXwebXmigrate"])
        self.assertIn("there is no environment `Prdo` of product `shop`", found.err)
        self.assertIn("there are `prod`, `int`", found.err)
        ran = self.runtask("run", "--environment", "null", "--account", "acct01", "-i", "web", "-w", "migrate")
        self.assertEqual((ran.code, ran.out), (125, ""))
        self.assertIn("there is no environment `null` of product `shop`: the text `null` is a parameter", ran.err)
        found = self.runtask("find", "--environment", "int,prod", "--account", "int=acct01", "--account",
                             "prod=nosuch", "-x", "default", "--json")
        self.assertEqual(found.code, 1)
        self.assertEqual(len(found.out.splitlines()), 1)
        self.assertIn("in environment prod", found.err)

    def test_a_root_or_blueprint_that_is_not_there_is_a_mistake_in_the_words(self):
        for command in (["find"], ["run", "-i", "web", "-w", "migrate"]):
            for flag, said in (("--root-dir", "--root-dir /nowhere is no directory"),
                               ("--blueprint", "--blueprint /nowhere does not exist")):
                found = self.runtask(*command, flag, "/nowhere")
                self.assertEqual((found.code, found.out), (2, ""), found)
                self.assertIn(said, found.err)
        file = self.runtask("find", "--root-dir", os.path.join(self.root, "shop/config/product.json"))
        self.assertEqual(file.code, 2, file)

    def test_the_working_directory_is_a_scope(self):
        del self.env["ROOT_DIR"], self.env["PRODUCT"]
        self.json_file("shop/config/solutionsv2/int/default/segment.json", {"Segment": {}})
        here = os.path.join(self.root, "shop/config/solutionsv2/int/default")
        found = self.runtask("find", "--account", "acct01", "--json", cwd=here)
        self.assertEqual(len(found.out.splitlines()), 2, found.err)
        found = self.runtask("find", cwd=self.directory)
        self.assertEqual(found.code, 1)
        self.assertIn("no CMDB here", found.err)
        found = self.runtask("find", cwd=self.root)
        self.assertEqual(found.code, 2)
        self.assertIn("product and environment missing", found.err)

    def test_broken_json_is_shown_with_its_place(self):
        with open(os.path.join(self.root, "shop/config/product.json"), "w", encoding="utf-8") as file:
            file.write('{"Product": {\n  "Id": shop\n}}')
        wrong = self.error(1)
        self.assertIn("product.json:2:9", wrong)
        self.assertIn('2 |   "Id": shop', wrong)
        self.assertIn("^", wrong)

    def test_a_file_that_is_a_directory(self):
        os.makedirs(os.path.join(self.root, "shop/config/solutionsv2/int/solution.json"))
        self.assertIn("solution.json", self.error(1))

    def test_a_pipe_in_the_tree_is_not_waited_for(self):
        pipe = os.path.join(self.root, "shop/config/solutionsv2/int/solution-a.json")
        os.mkfifo(pipe)
        os.symlink(pipe, os.path.join(self.root, "shop/config/solutionsv2/int/segment.json"))
        os.mkfifo(os.path.join(self.root, "shop/infrastructure/cf/int/default/x-acct01-stack.json"))
        found = self.find("-x", "default", "--json")
        self.assertEqual((found.code, found.err), (0, ""))
        self.assertEqual(json.loads(found.out)["cluster"], "cluster-int")

    def test_a_broken_stack_file_warns_once(self):
        path = os.path.join(self.root, "shop/infrastructure/cf/int/default/b-acct01-stack.json")
        for text in ('{"Stacks": [{"Outputs": {"ecsXappXweb": 5}',
                     '{"Stacks": [{"Outputs": {"ecsXappXweb": "x", "Region": "r"}}]}'):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            self.assertEqual(self.find().err.count("b-acct01-stack.json"), 1, self.find().err)

    def test_tasks_that_are_repeated_count_once(self):
        self.assertEqual(len(self.find("-w", "migrate, migrate", "-x", "default,default", "--json")
                             .out.splitlines()), 1)

    def test_a_loop_of_links_ends(self):
        os.symlink(self.root, os.path.join(self.root, "shop", "loop"))
        self.assertEqual(self.find().code, 0)

    def test_a_mistake_elsewhere_warns_and_one_here_is_an_error(self):
        self.components["bad"] = {"Type": "ecs", "Tasks": {"broken": {"NetworkMode": "wrong"}}}
        self.solution()
        found = self.find("-w", "migrate", "-x", "default")
        self.assertEqual(found.code, 0)
        self.assertIn("warning: `NetworkMode` is `wrong`", found.err)
        self.assertIn("solution.json at /Tiers/app/Components/bad/Tasks/broken/NetworkMode", found.err)
        self.assertIn("`NetworkMode` is `wrong`", self.error(1, "-w", "broken"))

    def test_a_task_that_was_never_deployed_says_what_was_looked_for_and_where(self):
        found = self.find("-w", "migrate", "-x", "tenant2")
        self.assertEqual(found.code, 0)
        self.assertIn("no stack output ecsTaskXappXwebXmigrateXtenant2", found.err)
        self.assertIn("app-all-acct01-stack.json", found.err)
        self.assertEqual(self.find("-w", "migrate", "-x", "default").err, "")

    def test_what_is_deployed_in_another_account_alone_says_so(self):
        path = self.json_file("shop/infrastructure/cf/int/default/app-all-acct01-stack.json", {"Stacks": [{"Outputs": {
            "Account": "999", "Region": "eu-west-1", "DeploymentUnit": "u", "vpcXmgmtXvpc": "vpc"}}]})
        found = self.find("-w", "migrate", "-x", "default")
        self.assertIn("note: migrate: its network is not deployed: no stack output vpcXmgmtXvpc", found.err)
        self.assertIn("`vpcXmgmtXvpc` is there for account 999 alone, not for 111: " + path, found.err)

    def test_explain_names_file_and_path(self):
        found = self.find("-x", "default", "--explain", "--json")
        sources = json.loads(found.out)["sources"]
        self.assertTrue(sources["cluster"]["file"].endswith("app-all-acct01-stack.json"))
        self.assertEqual(sources["cluster"]["path"], "/Stacks/0/Outputs/ecsXappXweb")
        self.assertEqual(sources["containers"]["path"], "/Tiers/app/Components/web/Tasks/migrate/Containers/web-1")
        self.assertEqual(set(json.loads(found.out)) - set(sources), {"sources"})
        self.assertEqual(sources["environment"], {
            "file": os.path.join(self.root, "shop/config/solutionsv2/int"), "rule": "as asked for"})
        self.assertEqual(sources["task"]["path"], "/Tiers/app/Components/web/Tasks/migrate")
        self.assertEqual(sources["account"]["path"], "/Account/Id")
        self.assertEqual(sources["deployed"]["path"], "/Stacks/0/Outputs/ecsTaskXappXwebXmigrate")
        text = self.find("-x", "default", "--explain")
        self.assertIn("  task = migrate  (its key)\n      %s /Tiers/app/Components/web/Tasks/migrate\n" % os.path.join(
            self.root, "shop/config/solutionsv2/shared/default/solution.json"), text.out)
        self.assertIn("region = eu-west-1", text.out)
        self.assertIn("product.json /Product/Region", text.out)

    def test_nothing_at_all_is_exit_code_1(self):
        self.components.clear()
        self.solution()
        self.assertIn("the CMDB defines no task for environment int", self.error(1))

    def blueprint(self, **state):
        core = {"Type": "task", "SubComponent": {"Id": "mgmt", "RawName": "mgmt"}, "Instance": {"Name": ""},
                "Version": {"Name": ""}}
        task = {"Core": core, "State": state,
                "Configuration": {"Solution": {"Engine": "ec2", "NetworkMode": "bridge",
                                               "Containers": {"www-v1": {}, "sidecar": {}}}}}
        cluster = {"Core": {"Type": "ecs", "Instance": {"Name": ""}, "Version": {"Name": ""}}, "Occurrences": [task]}
        tiers = [{"Id": "a", "Name": "app", "Components": [{"Id": "e", "Name": "ecs", "Occurrences": [cluster]}]}]
        return self.write("blueprint-config.json", json.dumps(
            {"Tenants": [{"Products": [{"Environments": [{"Segments": [{"Tiers": tiers}]}]}]}]}))

    def test_a_generated_blueprint_takes_the_place_of_the_cmdb(self):
        del self.env["ROOT_DIR"], self.env["PRODUCT"]
        path = self.blueprint(Attributes={"ECSHOST": "arn:cluster", "SUBNET": {"Ref": "x"}},
                              ResourceGroups={"default": {"Resources": {"task": {"Id": "ecsTaskXaXeXmgmt"}}}})
        found = self.runtask("find", "--blueprint", path, "-t", "app", "-i", "ecs", "-w", "mgmt", "--json",
                             cwd=self.directory)
        task = json.loads(found.out)
        self.assertEqual((task["cluster"], task["resource_id"], task["container"], task["subnet"], task["region"]),
                         ("arn:cluster", "ecsTaskXaXeXmgmt", "sidecar", None, None))
        self.env["RUNTASK_BLUEPRINT"] = path
        self.assertEqual(self.runtask("find", "-w", "mgmt").code, 0)
        explained = json.loads(self.runtask("find", "-w", "mgmt", "--json", "--explain").out)
        names = {"tier", "component", "component_instance", "component_version", "task", "instance", "version",
                 "deployed", "environment", "account"}
        self.assertEqual(names - set(explained["sources"]), set())
        self.assertTrue(explained["sources"]["task"]["path"].endswith("/Core/SubComponent/RawName"))
        wrong = self.runtask("find", "-t", "a")
        self.assertEqual(wrong.code, 1)
        self.assertIn("the one with the id `a` is called `app`", wrong.err)
        self.env["RUNTASK_BLUEPRINT"] = self.write("empty.json", "")
        self.assertIn("the blueprint is empty", self.runtask("find").err)
        self.env["RUNTASK_BLUEPRINT"] = self.write("other.json", "{}")
        self.assertIn("not a blueprint of hamlet's", self.runtask("find").err)
