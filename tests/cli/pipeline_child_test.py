"""`build job:` of `runtask pipeline run`: a build that another one starts, waits for, and ends."""
import glob
import json
import os
import signal
import unittest

import support


class PipelineChildSandbox(support.Sandbox):
    """Two pipelines side by side: `parent`, whose only stage has the steps given, and `child`."""

    def setUp(self):
        super().setUp()
        os.mkdir(self.path("product"))
        self.env["BASE"] = self.directory

    def pipeline(self, name, steps, before="", after=""):
        return self.write("product/" + name,
                          "pipeline {\n  agent any\n  options { skipDefaultCheckout() }\n%s\n  stages {\n    stage('Only') {\n"
                          "      steps {\n%s\n      }\n    }\n    stage('Next') {\n      steps { echo 'next of %s' }\n"
                          "    }\n  }\n%s\n}\n" % (before, steps, name, after))

    def build(self, *words, **options):
        return self.runtask("pipeline", "run", self.path("product/parent"), *words, **options)

    def record(self, name, number=1):
        with open(os.path.join(self.state, "jenkins", "jobs", "product+" + name, "builds", str(number), "build.json"),
                  encoding="utf-8") as file:
            return json.load(file)

    def exists(self, name):
        return os.path.exists(self.path(name))

    def processes(self):
        """Those that have this test's BASE in their environment."""
        found = []
        for path in glob.glob("/proc/[0-9]*"):
            try:
                with open(path + "/environ", "rb") as file:
                    environment = file.read().split(b"\0")
                with open(path + "/stat", encoding="utf-8", errors="replace") as file:
                    is_dead = file.read().rpartition(")")[2].split()[0] == "Z"
            except OSError:
                continue
            if ("BASE=" + self.directory).encode() in environment and not is_dead:
                found.append(path)
        return found

    def assert_in_order(self, text, *parts):
        at = 0
        for part in parts:
            found = text.find(part, at)
            self.assertNotEqual(found, -1, "%r is not there, or not in its place, in\n%s" % (part, text))
            at = found + len(part.rstrip("\n"))  # One line may begin where another ends.


class PipelineChildStopSandbox(PipelineChildSandbox):
    """What ends the parent ends the child, in peace."""

    WAITS = ("sh '''#!/bin/sh\nsleep 1000 &\ntrap \"echo has tidied; exit 1\" TERM\n: >\"$BASE/ready\"\n"
             "while :; do sleep 0.05; done'''")

    def child(self, steps=WAITS, **options):
        options.setdefault("after", "post {\nalways { sh 'echo child always' }\naborted { echo 'child aborted' }\n}")
        self.pipeline("child", steps, **options)

    def parent(self, steps="build job: 'child'", **options):
        self.pipeline("parent", steps, after="post {\nalways { sh 'echo parent always' }\n"
                      "aborted { echo 'parent aborted' }\n}", **options)

    def check(self, result, why):
        self.assert_in_order(result.out, "Starting building: child\n", "Started build #1 of product/child\n", why,
                             "Calling Pipeline was cancelled\n", "Sending interrupt signal to process\n", "has tidied\n",
                             "\nchild always\n", "\nchild aborted\n", "Finished: ABORTED\n", "\nparent always\n",
                             "\nparent aborted\n", "Finished: ABORTED\n")
        self.assertNotIn("next of", result.out)
        self.assertNotIn("did not stop", result.out)
        self.assertEqual([self.record(name)["result"] for name in ("child", "parent")], ["ABORTED", "ABORTED"])
        self.assertEqual(self.processes(), [])
        listed = [run["verdict"] for run in support.json_lines(self.ok("runs", "list", "--json").out)]
        self.assertEqual(listed, ["aborted", "aborted"])

    def started(self):
        """A build of the parent, whose child is in its script."""
        process = self.start("pipeline", "run", self.path("product/parent"))
        support.wait_until(lambda: self.exists("ready"), "the child's script")
        return process

    def stop_by(self, number, code):
        self.child()
        self.parent()
        process = self.started()
        process.send_signal(number)
        result = self.finish(process)
        self.assertEqual(result.code, code, result)
        self.check(result, "Aborted by a signal\n")

    def test_sigterm_interrupts_the_child_whose_post_runs_and_then_that_of_the_parent(self):
        self.stop_by(signal.SIGTERM, 143)

    def test_ctrl_c_does_as_well(self):
        self.stop_by(signal.SIGINT, 130)

    def test_a_timeout_interrupts_the_child(self):
        self.child()
        # The time begins anew with every line, so that a slow machine gets as far as the script.
        self.parent("timeout(time: 2, unit: 'SECONDS', activity: true) { build job: 'child' }")
        result = self.build()
        self.assertEqual(result.code, 4, result)
        self.check(result, "Cancelling nested steps due to timeout\n")

    def test_a_branch_that_fails_interrupts_the_child_of_another(self):
        self.child()
        self.parent("script { parallel failFast: true, a: { build job: 'child' }, b: {\n"
                    "sh 'until [ -e \"$BASE/ready\" ]; do sleep 0.05; done'\n error 'no luck' } }")
        result = self.build()
        self.assertEqual(result.code, 1, result)
        self.assert_in_order(result.out, "[a] Calling Pipeline was cancelled\n", "[a] child aborted\n",
                             "[a] Finished: ABORTED\n", "ERROR: no luck\n", "Finished: FAILURE\n")
        self.assertEqual(self.record("child")["result"], "ABORTED")
        self.assertEqual(self.processes(), [])

    def test_a_second_signal_ends_both_at_once(self):
        self.child("sh '''trap \"\" TERM\n: >\"$BASE/ready\"\nwhile :; do sleep 0.05; done'''")
        self.parent()
        process = self.started()
        process.send_signal(signal.SIGTERM)
        lines = []
        while not lines or "Sending interrupt" not in lines[-1]:
            lines.append(process.stdout.readline().decode())
            self.assertTrue(lines[-1], lines)
        process.send_signal(signal.SIGTERM)
        result = self.finish(process)
        self.assertEqual(result.code, 143, result)
        self.assertNotIn("+ echo", result.out)
        self.assertEqual([self.record(name)["result"] for name in ("child", "parent")], ["ABORTED", "ABORTED"])
        self.assertEqual(self.processes(), [])

    def test_the_processes_of_both_are_known_by_one_cookie(self):
        self.child("sh 'echo cookie=$JENKINS_NODE_COOKIE'")
        self.parent("sh 'echo cookie=$JENKINS_NODE_COOKIE'\nbuild 'child'")
        cookies = [line for line in self.build(env={"JENKINS_NODE_COOKIE": "of Jenkins"}).out.splitlines()
                   if line.startswith("cookie=")]
        self.assertEqual(len(cookies), 2)
        self.assertEqual(cookies[0], cookies[1])
        self.assertNotEqual(cookies[0], "cookie=of Jenkins")

    def test_what_the_child_has_left_with_another_cookie_outlives_both(self):
        self.child("sh 'JENKINS_NODE_COOKIE=dontKillMe sleep 1000 >/dev/null 2>&1 & echo $! >\"$BASE/pid\"'\n"
                   "sh 'sleep 1001 & until grep -q ^sleep \"/proc/$(cat \"$BASE/pid\")/cmdline\"; do sleep 0.01; done'")
        self.parent()
        self.assertEqual(self.build().code, 0)
        pid = self.text("pid").strip()
        self.addCleanup(os.kill, int(pid), signal.SIGKILL)
        self.assertEqual(self.processes(), ["/proc/" + pid])

    def test_a_child_of_a_child_is_interrupted_too(self):
        self.child("build job: 'grandchild'")
        self.pipeline("grandchild", self.WAITS, after="post { aborted { echo 'grandchild aborted' } }")
        self.parent()
        process = self.started()
        process.send_signal(signal.SIGTERM)
        result = self.finish(process)
        self.assertEqual(result.code, 143, result)
        self.assert_in_order(result.out, "\ngrandchild aborted\n", "\nchild aborted\n", "\nparent aborted\n")
        self.assertEqual([self.record(name)["result"] for name in ("grandchild", "child", "parent")], ["ABORTED"] * 3)
        self.assertEqual(self.processes(), [])

    def runs_gone(self):
        runs = support.json_lines(self.ok("runs", "list", "--json").out)
        return all(run["verdict"] == "process gone" for run in runs) and runs

    def test_nothing_of_the_child_survives_a_killed_parent_and_both_are_told_to_have_broken_off(self):
        self.child("sh 'sleep 1000 & : >\"$BASE/ready\"; sleep 1001; true'")
        self.parent()
        process = self.started()
        process.kill()
        process.communicate()
        support.wait_until(lambda: not self.processes(), "the end of all processes")
        # A dead runner still has its number until somebody has waited for it.
        runs = support.wait_until(self.runs_gone, "the end of both runs")
        self.assertEqual([run["title"] for run in runs], ["product/child #1", "product/parent #1"])
        for run in runs:
            shown = self.ok("runs", "show", run["run"]).out
            self.assertIn("doing  sh `sleep 1000" if "child" in run["title"] else "doing  build `child`", shown)


class PipelineChildResultSandbox(PipelineChildSandbox):
    """What becomes of the parent when the child has ended."""

    def setUp(self):
        super().setUp()
        self.pipeline("child", "script {\nenv.MADE = \"of ${params.RESULT}\"\ncurrentBuild.description = 'for ' + env.MADE\n"
                      "if (params.RESULT != 'SUCCESS') { currentBuild.result = params.RESULT }\n}",
                      before="parameters { string(name: 'RESULT', defaultValue: 'SUCCESS') }")

    def parent(self, steps, after=""):
        self.pipeline("parent", steps, before="parameters { string(name: 'RESULT', defaultValue: 'SUCCESS') }", after=after)

    def test_the_result_is_that_of_the_child(self):
        self.parent("build job: 'child', parameters: [string(name: 'RESULT', value: params.RESULT)]",
                    after="post { always { echo \"post of ${currentBuild.result}\" } }")
        for number, (result, code) in enumerate((("UNSTABLE", 3), ("FAILURE", 1), ("NOT_BUILT", 1), ("ABORTED", 4)), 1):
            with self.subTest(result):
                ended = self.build("-p", "RESULT=" + result)
                self.assertEqual(ended.code, code, ended)
                self.assert_in_order(ended.out, "Build child #%d completed: %s\n" % (number, result),
                                     "Stage \"Next\" skipped due to earlier failure(s)\n", "post of %s\n" % result,
                                     "child #%d completed with status %s (propagate: false to ignore)\n" % (number, result),
                                     "Finished: %s\n" % result)
                self.assertEqual(self.record("parent", number)["result"], result)
        ended = self.build()
        self.assertEqual(ended.code, 0, ended)
        self.assertIn("next of parent\n", ended.out)

    def test_a_script_sees_a_failure_as_an_interruption_that_is_none(self):
        self.parent("script {\ntry {\nbuild job: 'child', parameters: [string(name: 'RESULT', value: 'UNSTABLE')]\n"
                    "} catch (org.jenkinsci.plugins.workflow.steps.FlowInterruptedException e) {\n"
                    "echo \"caught ${e.result} ${e.isActualInterruption()} ${e.causes[0].shortDescription}\"\n}\n"
                    "catchError(catchInterruptions: false) {\n"
                    "retry(2) { build job: 'child', parameters: [string(name: 'RESULT', value: 'UNSTABLE')] }\n}\n"
                    "echo \"so far ${currentBuild.result}\"\n}")
        result = self.build()
        self.assertEqual(result.code, 3, result)
        self.assert_in_order(
            result.out, "caught UNSTABLE false child #1 completed with status UNSTABLE (propagate: false to ignore)\n",
            "child #2 completed with status UNSTABLE", "Retrying\n", "Build child #3 completed: UNSTABLE\n",
            "Setting overall build result to UNSTABLE\n", "so far UNSTABLE\n", "next of parent\n")

    def test_the_step_returns_the_build_when_its_result_is_not_to_count(self):
        self.parent("script {\ndef r = build(job: 'child', propagate: false, "
                    "parameters: [string(name: 'RESULT', value: params.RESULT)])\n"
                    "echo \"${r.result} ${r.currentResult} ${r.number} ${r.getNumber()} ${r.displayName} ${r.fullDisplayName} "
                    "${r.projectName} ${r.description} ${r.resultIsBetterOrEqualTo('FAILURE')} "
                    "${r.resultIsWorseOrEqualTo('FAILURE')} ${r.duration >= 0} ${r.absoluteUrl.startsWith('file:///')}\"\n}")
        for number, (result, is_better, is_worse) in enumerate((("UNSTABLE", "true", "false"), ("FAILURE", "true", "true"),
                                                                ("ABORTED", "false", "true")), 1):
            with self.subTest(result):
                ended = self.build("-p", "RESULT=" + result)
                self.assertEqual(ended.code, 0, ended)
                self.assertIn("\n%s %s %d %d #%d child #%d child for of %s %s %s true true\n" % (
                    result, result, number, number, number, number, result, is_better, is_worse), ended.out)
                self.assertIn("next of parent\n", ended.out)

    def test_what_the_child_has_set_in_its_environment_comes_back(self):
        self.pipeline("child", "script {\nenv.VERSION = '1.2'\nenv.TEXT = 'two\\nlines \"and\" \\\\'\nenv.setProperty('VERSION', '1.3')\n}",
                      before="parameters { string(name: 'GIVEN', defaultValue: 'x') }\n  environment { BLOCK = 'not global' }")
        self.parent("script {\ndef r = build('child')\n"
                    "echo \"${r.buildVariables.VERSION} ${r.buildVariables['TEXT']} ${r.getBuildVariables().size()} "
                    "${r.buildVariables.GIVEN} ${r.buildVariables.BLOCK}\"\n}")
        self.assertIn("\n1.3 two\nlines \"and\" \\ 2 null null\n", self.build().out)

    def test_a_child_that_cannot_begin_fails_the_step_whatever_propagate_says(self):
        self.write("product/child", "pipeline {\n  agent any\n}\n")
        self.parent("build job: 'child', propagate: false")
        result = self.build()
        self.assertEqual(result.code, 1, result)
        self.assert_in_order(result.out, "has no `stages`\n", "ERROR: the build of child could not be started\n")

    def test_a_runner_that_is_killed_is_a_failure(self):
        self.pipeline("child", "sh 'kill -9 $(cut -d" " -f4 /proc/$(cut -d" " -f4 /proc/$$/stat)/stat)'")
        self.parent("script { echo \"it was ${build(job: 'child', propagate: false).result}\" }")
        self.assertIn("\nit was FAILURE\n", self.build().out)

    def test_the_child_knows_which_build_has_started_it(self):
        self.pipeline("child", "script {\ndef by = currentBuild.getBuildCauses('hudson.model.Cause$UpstreamCause')\n"
                      "echo \"${currentBuild.buildCauses[0].shortDescription}, ${by[0].upstreamBuild}, "
                      "${currentBuild.getBuildCauses('hudson.model.Cause\\$UserIdCause')}\"\n}")
        self.parent("build 'child'")
        result = self.build()
        told = "Started by upstream project \"product/parent\" build number 1"
        self.assert_in_order(result.out, "Started build #1 of product/child\n%s\n" % told, "\n%s, 1, []\n" % told)
        run = support.json_lines(self.ok("runs", "list", "--json").out)[0]
        self.assertEqual(run["title"], "product/child #1")
        self.assertIn("upstream     product/parent #1\n", self.ok("runs", "show", run["run"]).out)

    def test_conditions_can_ask_for_it(self):
        names = ("UpstreamCause", "BuildUpstreamCause", "UserIdCause")
        self.write("product/child", "pipeline {\n  agent any\n  options { skipDefaultCheckout() }\n  stages {\n" + "".join(
            "    stage('%s') {\n      when { triggeredBy '%s' }\n      steps { echo 'yes' }\n    }\n" % (name, name)
            for name in names) + "  }\n}\n")
        self.parent("build 'child'")
        out = self.build().out
        self.assertEqual(["Stage \"%s\" skipped due to when conditional\n" % name in out for name in names],
                         [False, False, True])

    def test_parameters_that_the_child_does_not_declare_are_left_out(self):
        self.parent("build job: 'child', parameters: [string(name: 'OTHER', value: 'x'), string(name: 'RESULT', value: 'SUCCESS')]")
        result = self.build()
        self.assertEqual(result.code, 0, result)
        self.assertIn("warning: the parameter OTHER is left out: the pipeline does not declare it\n", result.out)


class PipelineChildApartSandbox(PipelineChildSandbox):
    """`wait: false`: a build that goes on by itself."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.end_all)

    def end_all(self):
        for path in self.processes():
            os.kill(int(path.rpartition("/")[2]), signal.SIGKILL)

    def child(self, steps="sh 'echo $$ >\"$BASE/new\"; mv \"$BASE/new\" \"$BASE/pid\"; until [ -e \"$BASE/go\" ]; do sleep 0.05; done; echo $WORD'"):
        self.pipeline("child", steps, before="parameters { string(name: 'WORD', defaultValue: 'x') }",
                      after="post { always { echo 'child always' } }")

    def has_ended(self, number):
        try:
            return self.record("child", number).get("result")
        except FileNotFoundError:
            return None

    def let_go(self, number=1):
        self.write("go", "")
        support.wait_until(lambda: self.has_ended(number), "the child's end")
        support.wait_until(lambda: not self.processes(), "the end of all processes")
        self.assertEqual(self.record("child", number)["result"], "SUCCESS")

    def test_outlives_the_build_that_wants_it(self):
        self.child()
        self.pipeline("parent", "script {\ndef r = build(job: 'child', wait: false, parameters: [string(name: 'WORD', value: 'given')])\n"
                      "echo \"returned ${r}\"\n}")
        result = self.build()
        self.assertEqual(result.code, 0, result)
        self.assert_in_order(result.out, "Scheduling project: child\n", "returned null\n", "next of parent\n", "Finished: SUCCESS\n")
        self.assertNotIn("Started build #1 of product/child", result.out)
        support.wait_until(lambda: self.exists("pid"), "the child's script")
        runs = support.json_lines(self.ok("runs", "list", "--json").out)
        self.assertEqual({run["title"]: run["verdict"] for run in runs},
                         {"product/child #1": "running", "product/parent #1": "success"})
        self.let_go()
        self.assertIn("\ngiven\n", self.ok("runs", "logs", next(r["run"] for r in runs if "child" in r["title"])).out)
        self.assertEqual(os.listdir(os.path.join(self.state, "jenkins", "workspaces", "product+parent@tmp")), [])

    def test_neither_an_abort_nor_a_killed_runner_of_the_other_build_ends_it(self):
        for number, end in enumerate((signal.SIGTERM, signal.SIGKILL), 1):
            with self.subTest(end):
                self.child()
                self.pipeline("parent", "build job: 'child', wait: false\nsh 'touch \"$BASE/ready\"; sleep 1000'")
                process = self.start("pipeline", "run", self.path("product/parent"))
                support.wait_until(lambda: self.exists("ready") and self.exists("pid"), "both scripts")
                process.send_signal(end)
                process.communicate(timeout=support.LONGEST)
                self.assertTrue(support.alive(int(self.text("pid"))))
                self.let_go(number)
                for name in ("go", "ready", "pid"):
                    os.remove(self.path(name))

    def test_a_failure_of_it_is_nobodys_and_one_that_cannot_begin_is(self):
        self.pipeline("child", "error 'no luck'")
        self.pipeline("parent", "build job: 'child', wait: false")
        self.assertEqual(self.build().code, 0)
        support.wait_until(lambda: self.has_ended(1), "the child's end")
        self.write("product/child", "pipeline {\n  agent any\n}\n")
        result = self.build()
        self.assertEqual(result.code, 1, result)
        self.assert_in_order(result.out, "has no `stages`\n", "ERROR: the build of child could not be started\n")

    def test_its_start_can_be_waited_for(self):
        self.child()
        self.pipeline("parent", "script {\ndef r = build(job: 'child', waitForStart: true)\n"
                      "echo \"${r.number} ${r.result} ${r.currentResult} ${r.fullDisplayName}\"\n}")
        result = self.build()
        self.assertEqual(result.code, 0, result)
        self.assert_in_order(result.out, "Scheduling project: child\n", "Starting building: child #1\n",
                             "\n1 null SUCCESS child #1\n")
        support.wait_until(lambda: self.exists("pid"), "the child's script")
        self.let_go()


class PipelineChildSecretSandbox(PipelineChildSandbox):
    """Secrets that are handed to a child are secrets there too."""

    def setUp(self):
        super().setUp()
        self.secrets = self.write("secrets.json", json.dumps({"token": "s3cret-token"}))
        os.chmod(self.secrets, 0o600)
        self.pipeline("child", "sh 'cat /proc/[0-9]*/cmdline >\"$BASE/commands\" || true'\n"
                      "sh 'echo \"plain: $PLAIN, in a text: $TEXT, password: $WORD\"'\necho \"params: ${params}\"",
                      before="parameters {\nstring(name: 'PLAIN')\nstring(name: 'TEXT')\npassword(name: 'WORD')\n"
                      "string(name: 'OPEN')\n}", after="post { always { sh 'cat /proc/self/environ >/dev/null' } }")

    def read(self, path):
        with open(path, "rb") as file:
            return file.read()

    def test_no_command_line_record_or_console_has_them(self):
        self.pipeline("parent", "withCredentials([string(credentialsId: 'token', variable: 'TOKEN')]) {\n"
                      "build job: 'child', parameters: [string(name: 'PLAIN', value: TOKEN), "
                      "string(name: 'TEXT', value: 'user:' + TOKEN + '@host'), password(name: 'WORD', value: 'hunter2x'), "
                      "string(name: 'OPEN', value: 'seen by all')]\n}")
        result = self.build("--credentials", self.secrets)
        self.assertEqual(result.code, 0, result)
        self.assertIn("plain: ****, in a text: user:****@host, password: ****\n", result.out)
        self.assertEqual(self.record("child")["parameters"],
                         {"PLAIN": "****", "TEXT": "user:****@host", "WORD": "****", "OPEN": "seen by all"})
        command = support.json_lines(self.ok("runs", "list", "--json").out)[0]["command"]
        self.assertIn("OPEN=seen by all", command)
        self.assertIn(b"pipeline", self.read(self.path("commands")))
        paths = [path for path in glob.glob(os.path.join(self.state, "**"), recursive=True) if os.path.isfile(path)]
        for secret in (b"s3cret-token", b"hunter2x"):
            for path in paths + [self.path("commands")]:
                self.assertNotIn(secret, self.read(path), path)
            self.assertNotIn(secret, (result.out + result.err).encode())

    def test_what_is_handed_over_is_for_its_owner_alone_and_taken_away(self):
        temporary = os.path.join(self.state, "jenkins", "workspaces", "product+parent@tmp")
        self.pipeline("child", "sh 'ls -l %s >\"$BASE/while\"'" % temporary)
        self.pipeline("parent", "build job: 'child'")
        result = self.build()
        self.assertEqual(result.code, 0, result)
        listed = [line for line in self.text("while").splitlines() if not line.startswith("total")]
        self.assertEqual([line[:10] for line in listed], ["-rw-------"] * len(listed))
        self.assertEqual([line.split()[-1][:6] for line in listed], ["report"])
        self.assertEqual(os.listdir(temporary), [])

    def test_credentials_libraries_and_answers_of_the_parent_are_those_of_the_child(self):
        os.makedirs(self.path("library/vars"))
        self.write("library/vars/greet.groovy", "def call() { echo 'greetings' }\n")
        self.write("product/child", "@Library('mine') _\n" + self.text("product/child"))
        self.pipeline("child", "withCredentials([string(credentialsId: 'token', variable: 'T')]) { sh 'echo ${#T}' }\n"
                      "library 'mine'\ngreet()\ninput(id: 'go', message: 'Go on?')\necho tool('cc')")
        self.pipeline("parent", "build job: 'child'")
        result = self.build("--credentials", self.secrets, "--library", "mine=" + self.path("library"),
                            "--input", "go=Proceed", "--tool", "cc=/opt/cc")
        self.assertEqual(result.code, 0, result)
        self.assert_in_order(result.out, "\n12\n", "\ngreetings\n", "Go on?\n", "\n/opt/cc\n")


if __name__ == "__main__":
    unittest.main()
