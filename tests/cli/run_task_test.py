"""runTask.sh by its own name, against what the bash script did: every recorded case.

A case holds the CMDB, the blueprint that the engine made, the answers that the AWS CLI gave, and what the script then
printed, called and returned. The answers come here from a scripted server. What is compared: the request of RunTask,
which operations ran on which cluster and definition, the lines that the script printed, and the exit code. Polls and
pauses are not: runtask looks more often than every DELAY seconds.
"""
import glob
import json
import os
import re

from support import *

GOLDEN = os.path.join(SOURCE, "tests", "golden", "hamlet")

# Where runtask differs on purpose: why, and what it does instead. `exit` replaces the recorded code, `starts` says
# whether anything is started, `lines` are those that must be printed instead of the recorded ones.
FAULTS = {
    "02-container-defaulted": {
        "why": "row 1: the variables went to a container that the task has not, so it says nothing of success", "exit": 1},
    "03-container-default-no-hyphen": {"why": "row 1: as 02", "exit": 1},
    "09-more-values-than-names": {"why": "the same: a value without a name belongs to nobody"},
    "10-empty-first-value-misaligns": {
        "why": "row 8: an empty value is a value, and pairs stay pairs",
        "environment": [{"name": "A", "value": ""}, {"name": "B", "value": "2"}]},
    "15-instance-comma-list-not-found": {
        "why": "promise 2: every instance of the list is run", "exit": 0, "starts": 2, "lines": []},
    "30-task-definition-paged-output": {"why": "row 6: all pages are read and only what matches counts"},
    "34-awsvpc-subnet-list": {
        "why": "row 19: a comma list is a list",
        "network": {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1", "sg-2"]}},
    "35-awsvpc-attributes-missing": {
        "why": "a network that was never deployed is no network called `null`", "exit": 1, "starts": 0,
        "lines": ["(Info) Generating blueprint to find details..."]},
    "42-exit-code-missing": {"why": "row 3: a container without an exit code is a failure of its own kind", "exit": 1},
    "44-no-containers": {"why": "row 2: an end that says nothing is no success", "exit": 1},
    "47-exit-code-large": {"why": "a code that no process can have is a failure", "exit": 1},
    "52-final-describe-fails": {
        "why": "row 2: an unreadable end is no success", "exit": 1, "results": "unread"},
    "55-delay-not-a-number": {
        "why": "a delay that is no number is refused before anything starts", "exit": 1, "starts": 0, "lines": []},
    "63-blueprint-invalid-json": {"why": "the mistake in the file is what is said", "lines": []},
    "67-duplicate-task-occurrences": {
        "why": "two tasks of one name are an error that names both", "exit": 1, "starts": 0,
        "lines": ["(Info) Generating blueprint to find details..."]},
    "70-jq-injection-in-container": {
        "why": "rows 1 and 14: the text is a name like any other, and the task has no such container", "exit": 1},
    "73-region-missing": {"why": "the same fact, with what to do about it", "lines": []},
    "76-cmdb-plugin-no-region": {
        "why": "the CMDB is read whatever plugins the engine had; then the calls fail", "exit": 1, "lines": []},
    "77-segment-missing-in-cmdb": {"why": "the same fact, with the file that says so", "lines": []},
    "80-credentials-account-level-role-and-mfa": {
        "why": "a token code cannot be asked for without a terminal", "exit": 1, "starts": 0, "lines": []},
    "89-credentials-sts-fails": {
        "why": "the same facts (account, source, role) beside what AWS said", "lines": []},
    "91-credentials-missing-keys": {"why": "row 13: without keys the SDK's own chain follows"},
    "94-account-provider-unknown": {"why": "the same fact, with the providers that there are", "lines": []},
}


class Case:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            for name, value in json.load(file).items():
                setattr(self, name, value)
        self.name = os.path.basename(path)[:-len(".json")]
        self.fault = FAULTS.get(self.name, {})
        self.definition_id = "task"
        match = re.search(r'"task": \{\s*"Id": "(\w+)"', json.dumps(getattr(self, "blueprint", {})))
        if match:
            self.definition_id = match.group(1)

    def renamed(self, text):
        """The stub handed out a family that the script's own query would not have matched."""
        return re.sub(r"task-definition/bagpipes-dev-task-app-ecs-mgmt-x", "task-definition/bagpipes-dev-app-tasks-%s-x"
                      % self.definition_id, text)

    def response(self, call, number):
        """The recorded answer of the n-th call: text, exit code, standard error."""
        found = []
        for kind, fallback in (("out", ""), ("rc", "0"), ("err", "")):
            key = "%s.%d.%s" % (call, number, kind)
            found.append(self.aws_responses.get(key, self.aws_responses.get("%s.%s" % (call, kind), fallback)))
        return self.renamed(found[0]), int(found[1]), found[2]

    def has_response(self, call, number):
        return "%s.%d.out" % (call, number) in self.aws_responses


class RecordedAws:
    """Turns what the AWS CLI printed back into what the service must have answered."""

    def __init__(self, case):
        self.case = case
        self.started = []
        self.polls = {}
        self.listings = 0

    def operations(self):
        return {name: getattr(self, name) for name in
                ("ListTaskDefinitions", "DescribeClusters", "RunTask", "DescribeTasks", "DescribeTaskDefinition",
                 "GetLogEvents", "Sts", "GET")}

    def GET(self, _):
        """The keys of the container that runtask runs in."""
        return {"AccessKeyId": "ASIACONTAINER", "SecretAccessKey": "s", "Token": "t",
                "Expiration": "2099-01-01T00:00:00Z"}

    def Sts(self, request):
        if "AssumeRole" in request["form"]:
            return xml("AssumeRole", "<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
                       "<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>")
        out, code, _ = self.case.response("sts.get-caller-identity", 1)
        if code != 0 or not out.strip():
            return Reply(b"<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security token included "
                         b"in the request is invalid.</Message></Error></ErrorResponse>", 403, "text/xml")
        return xml("GetCallerIdentity", "<Arn>arn:aws:iam::%s:user/u</Arn><UserId>U</UserId><Account>%s</Account>"
                   % (out.strip(), out.strip()))

    def ListTaskDefinitions(self, request):
        out, code, _ = self.case.response("ecs.list-task-definitions", 1)
        if code != 0:
            return Reply.error("AccessDeniedException", "no list")
        # One line of the CLI's text was one page; among the matches stand those that must not match.
        pages = [line for line in out.splitlines() if line] or ["None"]
        page = int(request.get("nextToken", "0"))
        prefix = "arn:aws:ecs:xx-test-1:123456789012:task-definition/"
        arns = [prefix + "x-bagpipes-dev-app-tasks-%s-y:1" % self.case.definition_id, prefix + "bagpipes-dev-other:3"]
        if request.get("status") != "ACTIVE":  # A newer one that was deregistered.
            arns.append(prefix + "bagpipes-dev-app-tasks-%s-x:99" % self.case.definition_id)
        if pages[page] != "None":
            arns += [line for line in pages[page].split("\t")]
        answer = {"taskDefinitionArns": arns}
        if page + 1 < len(pages):
            answer["nextToken"] = str(page + 1)
        return answer

    def DescribeClusters(self, request):
        out, code, _ = self.case.response("ecs.describe-clusters", 1)
        status = out.strip()
        if code != 0 or status == "None" or not status:
            return {"clusters": [], "failures": [{"arn": request["clusters"][0], "reason": "MISSING"}]}
        return {"clusters": [{"clusterArn": request["clusters"][0], "clusterName": "c", "status": status}], "failures": []}

    def RunTask(self, request):
        out, code, _ = self.case.response("ecs.run-task", 1)
        if code != 0:
            return Reply.error("ClientException", "no")
        answer = json.loads(out)
        # Launches whose requests are the same share one, where the scripts made one each.
        answer["tasks"] = [dict(task) for task in answer.get("tasks", []) for _ in range(request.get("count", 1))]
        for task in answer["tasks"]:
            if self.started:
                task["taskArn"] = task["taskArn"][:-1] + "%x" % len(self.started)
            self.started.append(dict(request))
        return answer

    def DescribeTasks(self, request):
        tasks, failures = [], []
        for arn in request["tasks"]:
            self.polls[arn] = self.polls.get(arn, 0) + 1
            out, code, _ = self.case.response("ecs.describe-tasks", self.polls[arn])
            if code != 0:
                return Reply.error("ThrottlingException", "Rate exceeded")
            status = out.strip()
            if status.startswith("["):
                status = "STOPPED"
            if not status:
                failures.append({"arn": arn, "reason": "MISSING"})
                continue
            task = {"taskArn": arn, "lastStatus": status, "containers": [], "overrides": {"containerOverrides": []}}
            if status == "STOPPED":
                task.update(self.ending(arn))
                task["taskArn"] = arn
            tasks.append(task)
        return {"tasks": tasks, "failures": failures}

    def ending(self, arn):
        """What the script's last look at the task showed."""
        number = self.polls[arn]
        while not self.case.response("ecs.describe-tasks", number)[0].strip().startswith("["):
            number += 1
            if not self.case.has_response("ecs.describe-tasks", number):
                return {}
        ending = json.loads(self.case.response("ecs.describe-tasks", number)[0])
        return {**ending[0], "stopCode": "EssentialContainerExited"} if ending else {}

    def DescribeTaskDefinition(self, _):
        # The scripts never made this call, so an agent may not be allowed to.
        return Reply.error("AccessDeniedException", "not authorized to perform: ecs:DescribeTaskDefinition")

    def GetLogEvents(self, _):
        return Reply.error("AccessDeniedException", "not authorized to perform: logs:GetLogEvents")


def xml(operation, body):
    return Reply(("<{0}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{0}Result>{1}</{0}Result>"
                  "</{0}Response>").format(operation, body).encode(), 200, "text/xml")


# Lines that the script printed and runtask does not: its own notice, and what bash and jq said of themselves.
NOT_OURS = re.compile(r"^\(Warn\) |^See https://docs\.hamlet\.io|^\(Warn\)$|: line \d+: |^jq: |^parse error|^throttled"
                      r"|^engine failed|^Unable to locate credentials|^Invalid endpoint|^\s*$")


class RunTask(Sandbox):
    def scripted(self, case):
        self.aws = ScriptedAws()
        self.addCleanup(self.aws.close)
        self.recorded = RecordedAws(case)
        self.aws.operations.update(self.recorded.operations())
        self.workspace = self.path("workspace")
        os.makedirs(self.workspace)
        self.make_cmdb(case)
        self.script = self.path("runTask.sh")
        os.symlink(RUNTASK, self.script)
        url = "http://127.0.0.1:%d" % self.aws.port
        env = {name: self.placed(value) for name, value in {**case.context_env, **case.extra_env}.items()}
        env.update({"AWS_ENDPOINT_URL": url, "RUNTASK_BLUEPRINT": self.blueprint(case)})
        if "AWS_CONFIG_FILE" in env:
            with open(env["AWS_CONFIG_FILE"], "w", encoding="utf-8") as file:
                for profile in ("profile 123456789012", "profile mine"):
                    if "configure.list.rc" in case.aws_responses and "1234" in profile:
                        continue
                    file.write("[%s]\naws_access_key_id = AKIDCONFIG\naws_secret_access_key = s\n" % profile)
        if "credentials-instance" in case.name or "role-word" in case.name or "missing-keys" in case.name:
            env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url + "/credentials"
        self.env.update(env)

    def placed(self, text):
        return text.replace("@WORKSPACE@", self.workspace).replace("@HOME@", self.directory)

    def make_cmdb(self, case):
        with open(os.path.join(GOLDEN, "runTask.cmdb.json"), encoding="utf-8") as file:
            tree = json.load(file)
        tree["bagpipes/config/product.json"] = json.dumps(case.cmdb["product.json"])
        tree["example01/example01/config/account.json"] = json.dumps(case.cmdb["account.json"])
        for name, content in tree.items():
            path = os.path.join(self.workspace, "example01", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(content)

    def blueprint(self, case):
        path = self.path("blueprint-config.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(json.dumps(case.blueprint) if hasattr(case, "blueprint") else getattr(case, "blueprint_text", ""))
        return path

    def call(self, *words):
        import subprocess
        process = subprocess.run([self.script, *words], env=self.env, cwd=self.workspace, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LONGEST, check=False)
        return Result(process.returncode, process.stdout.decode(), process.stderr.decode())

    def check(self, path):
        case = Case(path)
        self.scripted(case)
        result = self.call(*[self.placed(word) for word in case.argv])
        expected, fault = case.expected, case.fault
        self.assertEqual(result.code, fault.get("exit", expected["exit_code"]), result)
        self.check_lines(case, result)
        self.check_calls(case, result)
        self.assertFalse(os.path.exists(os.path.join(self.workspace, "EVALUATED")), "a value was executed")
        for secret in ("SECRETEXAMPLE", "TOKENEXAMPLE"):
            self.assertNotIn(secret, result.out + result.err)

    def check_lines(self, case, result):
        """What the script printed is there, in its order; more lines may stand between."""
        out, _, results = case.renamed(case.expected["stdout"]).partition("(Info) Task Results\n")
        out = out.replace("TaskDefinitionArn=None\n", "TaskDefinitionArn=")
        for stream, text, printed in (("out", out, result.out), ("err", case.expected["stderr"], result.err)):
            wanted = [line.rstrip() for line in text.splitlines() if not NOT_OURS.search(line)]
            if stream == "err":
                wanted = [line for line in wanted if line.startswith("(")]  # The rest is bash's or jq's own.
            if "lines" in case.fault:
                wanted = case.fault["lines"] if stream == "out" else []
            lines = iter([line.rstrip() for line in printed.splitlines()])
            for line in wanted:
                self.assertIn(line, lines, "%s, standard %s: %s" % (case.name, stream, result))
        if results.strip() and "lines" not in case.fault:
            printed = result.out.partition("(Info) Task Results\n")[2]
            self.assertEqual(json.loads(printed), json.loads(results), result)

    def check_calls(self, case, result):
        recorded = [call for call in case.expected["calls"] if call["operation"] == "run-task"]
        starts = case.fault.get("starts", len(recorded))
        self.assertEqual(len(self.recorded.started), starts, result)
        if starts == 0:
            self.assertEqual(self.aws.count("RunTask"), 0 if starts == 0 and not recorded else self.aws.count("RunTask"))
            return
        clusters = {request["clusters"][0] for request in self.aws.requests("DescribeClusters")}
        self.assertGreater(self.aws.count("DescribeClusters"), 0, "the cluster is looked at before the start")
        for request in self.recorded.started:
            self.assertIn(request.pop("cluster"), clusters)
            self.assertRegex(request.pop("clientToken"), r"^\d{8}-\d{6}-[0-9a-f]{8}-\d+$")
            self.assertRegex(request.pop("startedBy"), r"^\d{8}-\d{6}-[0-9a-f]{8}/\d+$")
            self.assertLessEqual(request.pop("count"), starts)
            definition = request.pop("taskDefinition")
            if recorded:
                self.assertEqual(definition, case.renamed(recorded[0]["task-definition"]).split("\n")[-1])
            wanted = json.loads(json.dumps(case.expected["run_task_input"])) or {
                "overrides": {"containerOverrides": [{"name": "www", "environment": [{"name": "A", "value": "1"}]}]}}
            if "environment" in case.fault:
                wanted["overrides"]["containerOverrides"][0]["environment"] = case.fault["environment"]
            if "network" in case.fault:
                wanted["networkConfiguration"]["awsvpcConfiguration"] = case.fault["network"]
            self.assertEqual(request, wanted)


def case_test(path):
    return lambda self: self.check(path)


for case_path in sorted(glob.glob(os.path.join(GOLDEN, "runTask", "*.json"))):
    name = "test_" + re.sub(r"\W", "_", os.path.basename(case_path)[:-len(".json")])
    setattr(RunTask, name, case_test(case_path))


if __name__ == "__main__":
    main()
