"""`runtask pipeline run` with the real binary: golden pipelines, signals, jobs, and the seed on the Django product."""
import glob
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import unittest

import support

GOLDEN = os.path.join(support.SOURCE, "tests", "golden", "jenkins", "run")
DJANGO = os.path.join(support.SOURCE, "examples", "django")


class PipelineSandbox(support.Sandbox):
    """A directory with a Jenkinsfile that is in no repository."""

    def setUp(self):
        super().setUp()
        self.product = self.path("product")
        os.mkdir(self.product)

    def jenkinsfile(self, text):
        return self.write("product/Jenkinsfile", text)

    def stages(self, steps, before="", after=""):
        return self.jenkinsfile("pipeline {\n  agent any\n%s\n  stages {\n    stage('Only') {\n      steps {\n%s\n"
                                "      }\n    }\n  }\n%s\n}\n" % (before, steps, after))

    def build(self, *arguments, **options):
        return self.runtask("pipeline", "run", self.path("product/Jenkinsfile"), *arguments, **options)

    def job(self):
        return os.path.join(self.state, "jenkins", "jobs", "product+Jenkinsfile")

    def record(self, number):
        with open(os.path.join(self.job(), "builds", str(number), "build.json"), encoding="utf-8") as file:
            return json.load(file)

    def plain(self, text):
        """The console without what differs from run to run."""
        text = text.replace(os.path.join(self.state, "jenkins", "workspaces", "product+Jenkinsfile"), "WORKSPACE")
        text = text.replace(self.directory, "DIRECTORY")
        text = re.sub(r"(script|config|askpass)-\d+-\d+", r"\1-N", text)
        return re.sub(r"\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] ", "[TIME] ", text)


class GoldenPipelines(PipelineSandbox):
    """Each *.Jenkinsfile with the console and the exit code in the *.expected beside it.

    A first line `// run: WORDS` is more of the command line; `sorted` among the words compares the lines in sorted
    order, for branches whose order nobody says. RUNTASK_WRITE_GOLDEN=1 writes the files.
    """

    def check(self, path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        words = re.match(r"// run: (.*)", text)
        words = shlex.split(words.group(1)) if words else []
        is_sorted = "sorted" in words
        words = [word for word in words if word != "sorted"]
        self.jenkinsfile(text)
        self.write("credentials.json", json.dumps(
            {"token": "s3cret-token", "login": {"username": "alice", "password": "hunter2x"}}))
        os.chmod(self.path("credentials.json"), 0o600)
        result = self.build(*words, cwd=self.directory)
        lines = self.plain(result.out).splitlines()
        if is_sorted:
            lines.sort()
        actual = "\n".join(lines + ["exit code: %d" % result.code]) + "\n"
        expected = path.replace(".Jenkinsfile", ".expected")
        if os.environ.get("RUNTASK_WRITE_GOLDEN"):
            with open(expected, "w", encoding="utf-8") as file:
                file.write(actual)
        with open(expected, encoding="utf-8") as file:
            self.assertEqual(file.read(), actual, result.err)
        for secret in ("s3cret-token", "hunter2x"):
            self.assertNotIn(secret, result.out + result.err)

    def test_prints_and_ends_as_expected(self):
        paths = sorted(glob.glob(os.path.join(GOLDEN, "*.Jenkinsfile")))
        self.assertTrue(paths)
        for path in paths:
            with self.subTest(os.path.basename(path)):
                shutil.rmtree(self.state, ignore_errors=True)
                self.check(path)


class PipelineComputedChoices(PipelineSandbox):
    def setUp(self):
        super().setUp()
        self.jenkinsfile("""
def mk(list) { list.collect { "${it}-1" } }
properties([parameters([choice(name: 'SIZE', choices: mk(['s', 'm']))])])
pipeline {
  agent any
  parameters {
    choice(name: 'PLACE', choices: mk(['eu', 'us']))
    extendedChoice(name: 'UNITS', type: 'PT_CHECKBOX', value: mk(['a', 'b']).join(','))
    string(name: 'TAG', defaultValue: "v-${env.BUILD_NUMBER}")
  }
  stages { stage('a') { steps { echo "got ${params.PLACE} ${params.UNITS} ${params.TAG} ${params.SIZE}" } } }
  post { always { echo 'post ran' } }
}
""")

    def test_are_checked_when_the_build_has_computed_them_before_anything_runs(self):
        result = self.build("-p", "PLACE=eu")
        self.assertEqual(result.code, 2, result.out + result.err)
        self.assertIn("ERROR: `eu` is not among the choices of PLACE: eu-1, us-1\nFinished: NOT_BUILT\n", result.out)
        self.assertNotIn("Running on", result.out)
        self.assertNotIn("post ran", result.out)
        self.assertEqual(self.record(1)["result"], "NOT_BUILT")
        self.assertEqual(self.build("-p", "SIZE=l").code, 2)

    def test_are_not_what_a_variable_was_before_it_changed(self):
        for change in ("places << 'us'", "places.add('us')", "places = ['eu', 'us']", "places += 'us'", "places[1] = 'us'"):
            with self.subTest(change=change):
                self.jenkinsfile("""
def places = ['eu']
%s
pipeline {
  agent any
  parameters { choice(name: 'PLACE', choices: places) }
  stages { stage('a') { steps { echo "got ${params.PLACE}" } } }
}
""" % change)
                self.assertIn("one of: computed", self.ok("pipeline", "params", self.path("product/Jenkinsfile")).out)
                self.assertIn("\ngot us\n", self.build("-p", "PLACE=us").out)
                self.assertEqual(self.build("-p", "PLACE=ap").code, 2)

    def test_take_one_of_them_and_the_first_without_any(self):
        self.assertIn("\ngot us-1 null v-1 s-1\n", self.build("-p", "PLACE=us-1").out)
        result = self.build()
        self.assertIn("\ngot eu-1 null v-2 s-1\n", result.out)
        self.assertNotIn("PLACE has neither", result.out + result.err)

    def test_of_properties_in_a_block_with_variables_of_its_own_stay_unknown(self):
        self.jenkinsfile("node {\n  def own = ['a']\n  properties([parameters([choice(name: 'N', choices: own.collect { it })])])\n}\n"
                         "pipeline {\n  agent any\n  stages { stage('a') { steps { echo \"got ${params.N}\" } } }\n}\n")
        self.assertIn("\ngot b\n", self.build("-p", "N=b").out)

    def test_of_several_are_warned_of_or_with_strict_choices_refused(self):
        result = self.build("-p", "UNITS=a-1,z")
        self.assertEqual(result.code, 0, result.out)
        self.assertIn("warning: `z` is not among the choices of UNITS", result.out)
        self.assertEqual(self.build("-p", "UNITS=a-1,z", "--strict-choices").code, 2)


class PipelineDates(PipelineSandbox):
    def test_are_in_the_time_zone_of_the_machine(self):
        self.env["TZ"] = "XST-3:30"
        self.stages("""script {
            echo new Date(0).format('yyyy-MM-dd HH:mm Z z') + ' ' + new Date(0)
            echo new Date(0).format('HH:mm', TimeZone.getTimeZone('UTC'))
            echo readProperties(text: 'AT=${date:Z}', interpolate: true).AT
        }""")
        self.assertIn("\n1970-01-01 03:30 +0330 XST Thu Jan 01 03:30:00 XST 1970\n00:00\n", self.build().out)
        self.assertIn("\n+0330\n", self.build().out)


class PipelineJobs(PipelineSandbox):
    def test_numbers_its_builds_and_knows_the_one_before(self):
        self.stages("script {\nif (params.BAD) { error 'bad' }\n}",
                    before="parameters { booleanParam(name: 'BAD', defaultValue: false) }",
                    after="post {\nchanged { echo 'has changed' }\nfixed { echo 'is fixed' }\n"
                    "regression { echo 'is worse' }\n"
                    "always { echo \"before: ${currentBuild.previousBuild?.result}, this is ${env.BUILD_TAG}\" }\n}")
        first = self.build().out
        self.assertIn("before: null, this is jenkins-product-Jenkinsfile-1\n", first)
        self.assertNotIn("is fixed", first)
        second = self.build("-p", "BAD=true")
        self.assertEqual(second.code, 1)
        self.assertIn("before: SUCCESS, this is jenkins-product-Jenkinsfile-2\nhas changed\nis worse\n", second.out)
        third = self.build().out
        self.assertIn("is fixed", third)
        self.assertIn("before: FAILURE", third)
        self.assertEqual([self.record(n)["result"] for n in (1, 2, 3)], ["SUCCESS", "FAILURE", "SUCCESS"])
        self.assertEqual(self.record(2)["parameters"], {"BAD": "true"})

    def test_knows_better_from_worse_than_the_build_before(self):
        self.stages("script { currentBuild.result = params.RESULT }",
                    before="parameters { string(name: 'RESULT', defaultValue: 'SUCCESS') }",
                    after="post {\nchanged { echo 'has changed' }\nfixed { echo 'is fixed' }\nregression { echo 'is worse' }\n}")
        words = ("has changed", "is fixed", "is worse")
        for result, expected in (("UNSTABLE", {"has changed"}), ("UNSTABLE", set()), ("SUCCESS", {"has changed", "is fixed"}),
                                 ("SUCCESS", set()), ("UNSTABLE", {"has changed", "is worse"}),
                                 ("FAILURE", {"has changed", "is worse"}), ("FAILURE", set()), ("UNSTABLE", {"has changed"})):
            out = self.build("-p", "RESULT=" + result).out
            self.assertEqual({word for word in words if word in out}, expected, out)

    def test_deletes_builds_beyond_the_number_but_not_the_last_good_one(self):
        self.stages("script {\nif (params.BAD) { error 'bad' }\n}",
                    before="options { buildDiscarder(logRotator(numToKeepStr: '2')) }\n"
                    "parameters { booleanParam(name: 'BAD', defaultValue: true) }")
        self.assertEqual(self.build("-p", "BAD=false").code, 0)
        for _ in range(3):
            self.assertEqual(self.build().code, 1)
        self.assertEqual(sorted(os.listdir(os.path.join(self.job(), "builds"))), ["1", "3", "4"])

    def test_deletes_builds_older_than_the_days_but_not_kept_ones(self):
        self.stages("script { currentBuild.keepLog = params.KEEP }",
                    before="options { buildDiscarder(logRotator(daysToKeepStr: '30')) }\n"
                    "parameters { booleanParam(name: 'KEEP', defaultValue: false) }")
        for words in ([], ["-p", "KEEP=true"], []):
            self.assertEqual(self.build(*words).code, 0)
        for number in (1, 2, 3):
            record = self.record(number)
            record["started"] = "2001-02-03T04:05:06.789Z"
            with open(os.path.join(self.job(), "builds", str(number), "build.json"), "w", encoding="utf-8") as file:
                json.dump(record, file)
        self.assertEqual(self.build().code, 0)
        self.assertEqual(sorted(os.listdir(os.path.join(self.job(), "builds"))), ["2", "4"])

    def test_a_new_directory_comes_with_the_next_checkout(self):
        self.stages("sh 'find . -type f | sort'")
        self.write("product/zero.txt", "0")
        self.assertEqual(self.build().code, 0)
        os.mkdir(self.path("product/a-new"))
        self.write("product/a-new/one.txt", "1")
        result = self.build()
        self.assertEqual(result.code, 0, result)
        self.assertIn("./a-new/one.txt\n", result.out)

    def test_brings_the_working_tree_and_takes_away_what_is_gone(self):
        self.stages("sh 'cd sub && find . -type f | sort && cat kept.txt && [ -x run.sh ] && env | grep ^GIT_ | sort'",
                    before="  options { checkoutToSubdirectory 'sub' }")
        git = lambda *words: subprocess.run(["git", "-C", self.product] + list(words), check=True, env=self.env)
        git("init", "-q", "-b", "trunk")
        self.write("product/.gitignore", "ignored\n")
        self.write("product/kept.txt", "committed\n")
        self.write("product/run.sh", "#!/bin/sh\n")
        os.chmod(self.path("product/run.sh"), 0o755)
        self.write("product/gone.txt", "")
        git("add", "-A")
        git("-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-q", "-m", "x")
        self.write("product/kept.txt", "not committed\n")
        self.write("product/ignored", "")
        first = self.build()
        self.assertEqual(first.code, 0, first.out)
        self.assertIn("./gone.txt\n", first.out)
        self.assertIn("not committed\n", first.out)
        self.assertIn("GIT_BRANCH=origin/trunk\n", first.out)
        self.assertNotIn("./ignored", first.out)
        os.remove(self.path("product/gone.txt"))
        second = self.build()
        self.assertNotIn("./gone.txt", second.out)

    def test_runs_two_builds_of_a_job_in_two_workspaces(self):
        self.stages("sh 'basename \"$WORKSPACE\"; touch \"$BASE/$BUILD_NUMBER\"; "
                    "while [ ! -e \"$BASE/1\" ] || [ ! -e \"$BASE/2\" ]; do sleep 0.01; done'")
        self.env["BASE"] = self.directory
        first = self.start("pipeline", "run", self.path("product/Jenkinsfile"))
        support.wait_until(lambda: os.path.exists(self.path("1")), "the first build")
        second = self.build()
        out = first.communicate(timeout=support.LONGEST)[0].decode()
        self.assertIn("\nproduct+Jenkinsfile\n", out)
        self.assertIn("\nproduct+Jenkinsfile@2\n", second.out)

    def test_empties_no_place_but_its_own(self):
        for place in (self.directory, self.product, self.state):
            with self.subTest(place):
                self.stages("dir('%s') {\ndeleteDir()\n}" % place)
                result = self.build()
                self.assertEqual(result.code, 1, result)
                self.assertIn("ERROR: refusing to empty ", result.out)
                self.assertTrue(os.path.exists(self.path("product/Jenkinsfile")))
        self.stages("sh 'touch a'\ndeleteDir()\nsh 'ls -A'\nsh 'touch b'\ncleanWs()\nsh 'ls -A'")
        result = self.build()
        self.assertEqual(result.code, 0, result)
        self.assertNotIn("\na\n", result.out)
        self.assertNotIn("\nb\n", result.out)

    def test_keeps_the_console_and_what_ran_in_the_history(self):
        self.stages("echo 'a line of its own'\nscript { currentBuild.description = 'about it' }")
        result = self.build()
        logged = self.runtask("runs", "logs", "last").out
        self.assertEqual(logged, result.out)
        self.assertIn("product/Jenkinsfile #1", self.runtask("runs", "list").out)
        self.assertEqual(self.record(1)["description"], "about it")
        with open(os.path.join(self.job(), "builds", "1", "log"), encoding="utf-8") as file:
            self.assertEqual(file.read(), result.out)


class PipelineSecrets(PipelineSandbox):
    def build_with(self, steps):
        flags = self.write("credentials.json", json.dumps({"token": "s3cret-token"}))
        os.chmod(flags, 0o600)
        self.stages("withCredentials([string(credentialsId: 'token', variable: 'SECRET')]) {\nscript {\n%s\n}\n}" % steps)
        result = self.build("--credentials", flags)
        self.assertEqual(result.code, 0, result.err)
        return result

    def test_the_name_of_a_branch_is_masked(self):
        result = self.build_with("parallel([(\"br ${SECRET}\".toString()): { echo 'inside' }])")
        self.assertIn("\n[br ****] inside\n", result.out)
        self.assertNotIn("s3cret-token", result.out + result.err)

    def test_the_display_name_is_masked_where_it_is_kept(self):
        self.build_with("currentBuild.displayName = \"dn ${SECRET}\"")
        self.assertEqual(self.record(1)["displayName"], "dn ****")


class PipelineUsage(PipelineSandbox):
    def refused(self, words, *arguments):
        result = self.build(*arguments)
        self.assertEqual(result.code, 2, result)
        self.assertIn(words, result.err)
        self.assertEqual(result.out, "")
        self.assertFalse(os.path.exists(self.job()))

    def test_runs_nothing_when_something_is_wrong(self):
        self.stages("echo 'x'", before="  parameters { choice(name: 'WHERE', choices: ['here', 'there'])\n"
                    "extendedChoice(name: 'MANY', type: 'PT_CHECKBOX', value: 'a,b', multiSelectDelimiter: ',') }")
        self.refused("`WERE`; did you mean `WHERE`?", "-p", "WERE=here")
        self.refused("nowhere", "-p", "WHERE=nowhere")
        self.refused("NAME=VALUE", "-p", "WHERE")
        self.refused("c", "-p", "MANY=a,c", "--strict-choices")
        self.assertEqual(self.build("-p", "MANY=a,c").code, 0)

    def test_does_not_run_what_does_not_compile(self):
        self.stages("eco 'x'\n  if (true) { echo 'y' }", before="  options { timestmaps() }")
        self.refused("timestmaps")

    def test_says_which_file_is_missing(self):
        result = self.runtask("pipeline", "run", self.path("none"))
        self.assertEqual(result.code, 2)
        self.assertIn("none", result.err)


class PipelineSignals(PipelineSandbox):
    LONG = """sh '''#!/bin/sh
        trap "echo cleaned up; exit 1" TERM
        sleep 1000 & echo $! >"$BASE/pids"
        setsid sleep 1001 & echo $! >>"$BASE/pids"
        touch "$BASE/started"
        while :; do sleep 0.1; done
      '''"""

    def started(self, steps=LONG, **options):
        self.env["BASE"] = self.directory
        self.stages(steps, after="post {\naborted { sh 'echo post runs' } }")
        process = self.start("pipeline", "run", self.path("product/Jenkinsfile"), **options)
        support.wait_until(lambda: os.path.exists(self.path("started")), "the script")
        if "pids" in steps:  # A signal between a shell's fork and its exec would be lost.
            for pid in self.text("pids").split():
                support.wait_until(lambda: self.command_of(pid).startswith(b"sleep"), "the children")
        return process

    @staticmethod
    def command_of(pid):
        with open("/proc/%s/cmdline" % pid, "rb") as file:
            return file.read()

    def assert_all_gone(self):
        pids = [int(pid) for pid in self.text("pids").split()]
        self.assertEqual(len(pids), 2)
        support.wait_until(lambda: not any(os.path.exists("/proc/%d" % pid) for pid in pids), "the end of all processes")

    def test_stops_the_whole_tree_and_runs_post(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number):
                process = self.started()
                process.send_signal(number)
                out = process.communicate(timeout=support.LONGEST)[0].decode()
                self.assertEqual(process.returncode, code, out)
                self.assertIn("cleaned up\n", out)
                self.assertIn("post runs\n", out)
                self.assertTrue(out.endswith("Finished: ABORTED\n"), out)
                self.assert_all_gone()
                os.remove(self.path("started"))

    def test_leaves_at_once_the_second_time(self):
        process = self.started(self.LONG.replace('"echo cleaned up; exit 1"', '""'))
        process.send_signal(signal.SIGINT)
        support.wait_until(lambda: b"Sending interrupt" in process.stdout.readline(), "the first signal")
        process.send_signal(signal.SIGINT)
        out = process.communicate(timeout=support.LONGEST)[0].decode()
        self.assertEqual(process.returncode, 130)
        self.assertNotIn("post runs", out)
        self.assert_all_gone()

    def test_leaves_nothing_behind_when_killed_and_says_what_was_running(self):
        process = self.started(self.LONG.replace("sh '''", "sh label: 'the long one', script: '''"))
        process.kill()
        process.communicate(timeout=support.LONGEST)
        self.assert_all_gone()
        shown = self.runtask("runs", "show", "last").out
        self.assertIn("process gone", shown)
        self.assertIn("\ndoing  sh `the long one`", shown)

    def test_a_timeout_ends_the_tree(self):
        self.env["BASE"] = self.directory
        self.stages("timeout(time: 2, unit: 'SECONDS') {\n%s\n}" % self.LONG)
        result = self.build()
        self.assertEqual(result.code, 4, result)
        self.assertIn("Cancelling nested steps due to timeout\n", result.out)
        self.assert_all_gone()

    def test_a_timeout_of_activity_lets_a_talking_script_go_on(self):
        self.stages("timeout(time: 3, unit: 'SECONDS', activity: true) {\n"
                    "sh '''#!/bin/sh\nfor i in 1 2 3 4 5; do sleep 0.8; echo $i; done'''\n}\n"
                    "timeout(time: 300, unit: 'MILLISECONDS', activity: true) {\nsh 'echo one; sleep 1000'\n}")
        result = self.build()
        self.assertEqual(result.code, 4, result)
        self.assertIn("\n5\n", result.out)
        self.assertIn("Cancelling nested steps due to timeout\n", result.out)

    def test_an_endless_loop_can_be_stopped(self):
        process = self.started("sh 'touch \"$BASE/started\"'\nscript { while (true) { } }")
        process.send_signal(signal.SIGINT)
        out = process.communicate(timeout=support.LONGEST)[0].decode()
        self.assertEqual(process.returncode, 130, out)


class PipelineOfTheSeedWithScripts(PipelineSandbox):
    """The same file with stand-ins for the three scripts, which say what they were given."""

    def setUp(self):
        super().setUp()
        for name in ("Jenkinsfile", "library.properties"):
            shutil.copy(os.path.join(DJANGO, name), self.product)
        for name, body in (("setContext.sh", "printf 'SEGMENT=fromfile\\nENVIRONMENT=int\\nTASK_INSTANCE=zzz\\n"
                                             "MANAGE_PY_TASK=other\\n' >\"$WORKSPACE/context.properties\""),
                           ("constructTree.sh", "echo \"tree $TASK_INSTANCE $SEGMENT $PRODUCT_CONFIG_REPO $PWD\""),
                           ("runTask.sh", "echo \"$ENVIRONMENT $SEGMENT\"; printf '[%s]' \"$@\"; echo; exit ${CODE:-0}")):
            os.chmod(self.write(name, "#!/bin/sh\n" + body + "\n"), 0o755)
        for name in ("AUTOMATION_BASE_DIR", "AUTOMATION_DIR", "GENERATION_DIR"):
            self.env[name] = self.directory

    def test_what_it_hands_on_is_what_jenkins_would(self):
        for given, argument, shown in (([], "null", "null"), (["-p", "TASK_INSTANCE="], "", "null"),
                                       (["-p", "TASK_INSTANCE=tenant2"], "tenant2", "tenant2")):
            with self.subTest(given):
                result = self.build(*given)
                self.assertEqual(result.code, 0, result)
                out = re.sub(r"(?m)^\[[0-9TZ:.-]+\] ", "", self.plain(result.out).replace("[TIME] ", ""))
                self.assertIn("\ntree zzz default library-cmdb WORKSPACE\n", out)
                self.assertIn("\nint default\n[-t][application][-i][host][-w][manage][-x][%s][-y][][-c][django]"
                              "[-e][MANAGE_PY_TASK][-v][migrate --no-input]\n" % argument, out)
                self.assertIn("\nDescription: Environment: int - Instance: %s\nFinished: SUCCESS\n" % shown, out)

    def test_a_failure_of_the_first_script_keeps_the_second_stage_from_running(self):
        self.env["AUTOMATION_BASE_DIR"] = self.path("nowhere")
        result = self.build()
        self.assertEqual(result.code, 1, result)
        self.assertIn("No such file or directory", result.out)
        self.assertIn('Stage "Run Provider Task" skipped due to earlier failure(s)\n', result.out)
        self.assertTrue(result.out.endswith("ERROR: script returned exit code 127\nFinished: FAILURE\n"), result.out)

    def test_ends_as_the_task_does_and_goes_on_without_its_properties_file(self):
        os.remove(self.path("product/library.properties"))
        self.env["CODE"] = "3"
        result = self.build()
        self.assertEqual(result.code, 1, result)
        self.assertIn("library.properties does not exist, omitting from properties gathering\n", result.out)
        self.assertIn("ERROR: script returned exit code 3\n", result.out)


class PipelineOfTheSeed(support.Sandbox):
    """hamlet's own pipeline, unchanged but for its placeholders, on the Django product and the embedded ECS."""

    def setUp(self):
        super().setUp()
        repositories = self.path("git")
        for name in ("accounts", "library"):
            shutil.copytree(os.path.join(DJANGO, "cmdb", name), os.path.join(repositories, name + "-cmdb"))
            self.commit(os.path.join(repositories, name + "-cmdb"))
        self.product = os.path.join(repositories, "library")
        os.mkdir(self.product)
        for name in ("Jenkinsfile", "library.properties"):
            shutil.copy(os.path.join(DJANGO, name), self.product)
        self.commit(self.product)
        self.env.update({
            "RUNTASK_LOCAL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "url.file://%s/.insteadOf" % repositories,
            "GIT_CONFIG_VALUE_0": "https://github.com/example/",
        })
        for environment in ("integration", "production"):
            self.done("local", "cluster", "create", "library-" + environment)
        self.done("local", "image", "add", "example/django", "--dir", DJANGO, "--env",
                  "DJANGO_DATABASE_DIR=" + self.directory, "--entry-point", "./entrypoint.sh")
        self.done("local", "register", *sorted(glob.glob(os.path.join(DJANGO, "task-definitions", "*.json"))))

    def commit(self, directory):
        for words in (["init", "-q", "-b", "master"], ["add", "-A"],
                      ["-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-q", "-m", "x"]):
            subprocess.run(["git", "-C", directory] + words, check=True, env=self.env)

    def done(self, *words):
        result = self.runtask(*words)
        self.assertEqual(result.code, 0, result)
        return result.out

    def databases(self):
        return sorted(name for name in os.listdir(self.directory) if name.endswith(".sqlite3"))

    def run_it(self, *parameters):
        words = [word for parameter in parameters for word in ("-p", parameter)]
        return self.runtask("pipeline", "run", os.path.join(self.product, "Jenkinsfile"), *words)

    def test_migrates_the_databases_of_both_instances(self):
        result = self.run_it("ENVIRONMENT=integration", "TASK_INSTANCE=default,tenant2")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(self.databases(), ["integration-default.sqlite3", "integration-tenant2.sqlite3"])
        self.assertIn("\nDescription: Environment: integration - Instance: default,tenant2\nFinished: SUCCESS\n",
                      result.out)
        self.assertIn("] Stage \"Run Provider Task\"\n", result.out)

    def test_goes_through_several_environments(self):
        result = self.run_it("ENVIRONMENT=integration,production", "TASK_INSTANCE=default,tenant2")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(len(self.databases()), 4)

    def test_starts_no_second_environment_after_a_failure(self):
        result = self.run_it("ENVIRONMENT=integration,production", "TASK_INSTANCE=default",
                             "MANAGE_PY_TASK=no_such_command")
        self.assertEqual(result.code, 1, result)
        self.assertIn("ERROR: script returned exit code ", result.out)
        self.assertNotIn("task/library-production/", result.out)

    def test_is_the_page_but_for_its_placeholders(self):
        with open(os.path.join(support.SOURCE, "tests", "golden", "jenkins", "seed-placeholders.Jenkinsfile"),
                  encoding="utf-8") as file:
            page = file.read()
        pattern = re.escape(page)
        pattern = re.sub(r"<[A-Za-z\\ ]+>", "[A-Za-z0-9_,. -]+", pattern.replace(r"\<", "<").replace(r"\>", ">"))
        with open(os.path.join(DJANGO, "Jenkinsfile"), encoding="utf-8") as file:
            self.assertRegex(file.read(), "^" + pattern + "$")


if __name__ == "__main__":
    unittest.main()
