"""How a build of `runtask pipeline run` ends, and what is left of it."""
import glob
import json
import os
import shutil
import signal
import subprocess
import unittest

import support


class PipelineEndSandbox(support.Sandbox):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("product"))

    def jenkinsfile(self, stages, before=""):
        return self.write("product/Jenkinsfile", "pipeline {\n  agent any\n%s\n  stages {\n%s\n  }\n}\n" % (before, stages))

    @staticmethod
    def stage(name, steps):
        return "    stage('%s') {\n      steps {\n        %s\n      }\n    }\n" % (name, steps)


class PipelineInterruptedSandbox(PipelineEndSandbox):
    def test_gives_the_command_of_a_script_time_to_end_and_runs_nothing_after_it(self):
        self.write("product/child.sh", "trap 'sleep 0.2; echo has tidied; exit 0' TERM\n: > \"$READY\"\n"
                                       "while :; do sleep 0.05; done\n")
        path = self.jenkinsfile(self.stage("Only", "sh 'sh ./child.sh; echo went on'"))
        ready = self.path("ready")
        process = self.start("pipeline", "run", path, env={"READY": ready})
        support.wait_until(lambda: os.path.exists(ready), "the script")
        process.send_signal(signal.SIGTERM)
        result = self.finish(process)
        self.assertEqual(result.code, 143, result)
        self.assertIn("Sending interrupt signal to process\n", result.out)
        self.assertIn("has tidied\n", result.out)
        self.assertNotIn("went on", result.out)
        self.assertIn("Finished: ABORTED\n", result.out)


class PipelineFailFastSandbox(PipelineEndSandbox):
    """A branch that is interrupted in its checkout, by a git that takes as long as the other branch needs to fail."""

    def test_ends_a_branch_in_its_checkout(self):
        real = shutil.which("git", path=self.env.get("PATH", os.defpath))
        os.mkdir(self.path("bin"))
        self.write("bin/git", "#!/bin/sh\ncase \" $* \" in *' clone '*) : > \"$BASE/checks-out\"; exec sleep 1000;; esac\nexec %s \"$@\"\n" % real)
        os.chmod(self.path("bin/git"), 0o755)
        path = self.write("product/Jenkinsfile", """pipeline {
  agent none
  stages {
    stage('Fast') {
      failFast true
      parallel {
        stage('slow') { agent any
          steps { sh 'echo went on' } }
        stage('bad') { agent any
          options { skipDefaultCheckout() }
          steps { sh 'set +x; while [ ! -e "$BASE/checks-out" ]; do sleep 0.05; done'
                  error 'no luck' } }
      }
    }
  }
}
""")
        subprocess.run([real, "init", "-q", self.path("product")], check=True, env=self.env)
        result = self.runtask("pipeline", "run", path, env={
            "BASE": self.directory, "PATH": self.path("bin") + ":" + self.env.get("PATH", os.defpath)})
        self.assertEqual(result.code, 1, result)
        self.assertIn("[slow] Sending interrupt signal to process\n", result.out)
        self.assertIn("Failed in branch slow\n", result.out)
        self.assertNotIn("went on", result.out)


class PipelineBackgroundSandbox(PipelineEndSandbox):
    """What scripts leave in the background."""

    LEAVES = "sh 'sleep 1000 & echo $! >\"$BASE/pid\"'"

    def setUp(self):
        super().setUp()
        self.env["BASE"] = self.directory

    def pid(self):
        return int(self.text("pid"))

    def is_alive(self):
        try:
            with open("/proc/%d/stat" % self.pid(), encoding="utf-8") as file:
                return file.read().rpartition(")")[2].split()[0] != "Z"
        except FileNotFoundError:
            return False

    def test_lives_until_the_build_ends(self):
        path = self.jenkinsfile(self.stage("Leaves", self.LEAVES + "\n sh 'kill -0 $(cat \"$BASE/pid\") && echo lives'"),
                                "  post { always { sh 'kill -0 $(cat \"$BASE/pid\") && echo still lives' } }")
        out = self.ok("pipeline", "run", path).out
        self.assertIn("\nlives\n", out)
        self.assertIn("\nstill lives\n", out)
        self.assertFalse(self.is_alive())

    def test_may_go_on_writing(self):
        path = self.jenkinsfile(self.stage(
            "Leaves", "sh '(while echo tick; do touch \"$BASE/alive\"; sleep 0.01; done) &'\n"
            "sh '''rm -f \"$BASE/alive\"\nwhile [ ! -e \"$BASE/alive\" ]; do sleep 0.01; done\nrm \"$BASE/alive\"\n"
            "while [ ! -e \"$BASE/alive\" ]; do sleep 0.01; done; echo it goes on'''"))
        self.assertIn("\nit goes on\n", self.ok("pipeline", "run", path).out)

    def test_outlives_the_build_with_another_cookie(self):
        path = self.jenkinsfile(self.stage(
            "Leaves", "sh 'JENKINS_NODE_COOKIE=dontKillMe sleep 1000 >/dev/null 2>&1 & echo $! >\"$BASE/pid\"'\n"
            "sh 'sleep 1001 & echo $! >\"$BASE/other\"'\n"
            # Before its exec it still has the environment of the shell.
            "sh 'until grep -q ^sleep \"/proc/$(cat \"$BASE/pid\")/cmdline\"; do sleep 0.01; done'"))
        self.ok("pipeline", "run", path)
        self.addCleanup(os.kill, self.pid(), signal.SIGKILL)
        self.assertTrue(self.is_alive())
        self.assertFalse(os.path.exists("/proc/%s" % self.text("other").strip()))

    def test_ends_with_an_interrupted_script_and_with_a_killed_runner(self):
        waits = "\n sh 'touch \"$BASE/ready\"; while :; do sleep 0.05; done'"
        for end in (signal.SIGINT, signal.SIGKILL):
            with self.subTest(end):
                process = self.start("pipeline", "run", self.jenkinsfile(self.stage("Leaves", self.LEAVES + waits)))
                support.wait_until(lambda: os.path.exists(self.path("ready")), "the second script")
                self.assertTrue(self.is_alive())
                process.send_signal(end)
                process.communicate(timeout=support.LONGEST)
                support.wait_until(lambda: not self.is_alive(), "the end of the process")
                os.remove(self.path("ready"))

    def test_of_an_interrupted_script_ends_with_the_script(self):
        path = self.jenkinsfile(self.stage(
            "Leaves", "timeout(time: 1, unit: 'SECONDS') { sh '''#!/bin/sh\ntrap \"exit 1\" TERM\n"
            "(sleep 1000; sleep 1000) & echo $! >\"$BASE/pid\"\nwhile :; do sleep 0.05; done''' }"),
            "  post { always { sh 'while kill -0 $(cat \"$BASE/pid\"); do sleep 0.05; done; echo it is gone' } }")
        result = self.runtask("pipeline", "run", path)
        self.assertEqual(result.code, 4, result)
        self.assertIn("\nit is gone\n", result.out)


class PipelineKilledSandbox(PipelineEndSandbox):
    def test_leaves_behind_what_it_was_doing_and_not_what_it_had_done(self):
        branch = "stage('%s') { steps { %s } }\n"
        waits = "touch \"$BASE/%s\"; exec sleep 1000"
        path = self.jenkinsfile(self.stage("Past", "sh 'echo done long ago'") + "stage('Now') { parallel {\n"
                                + branch % ("one", "sh '%s'" % (waits % "one"))
                                + branch % ("two", "sh '%s'" % (waits % "two"))
                                + branch % ("short", "sh 'until [ -e \"$BASE/one\" ] && [ -e \"$BASE/two\" ]; do sleep 0.01; done'\n"
                                            "sh 'true the last that began'\n sh 'touch \"$BASE/short\"'") + "} }\n")
        process = self.start("pipeline", "run", path, env={"BASE": self.directory})
        support.wait_until(lambda: os.path.exists(self.path("short")), "the scripts")
        expected = sorted(["stage `Now`", "stage `one`", "stage `two`"] + ["sh `%s`" % (waits % name) for name in ("one", "two")])

        def doing():
            return sorted(step["what"] for step in json.loads(self.ok("runs", "show", "last", "--json").out)["doing"])
        support.wait_until(lambda: doing() == expected, "the end of the short branch")
        process.kill()
        process.communicate(timeout=support.LONGEST)
        self.assertEqual(doing(), expected)
        shown = [line for line in self.ok("runs", "show", "last").out.splitlines() if line.startswith(("doing", "last"))]
        self.assertEqual(sorted(line.rpartition("  ")[0] for line in shown), ["doing  " + what for what in expected])


class PipelineLeftSandbox(PipelineEndSandbox):
    def test_shows_the_stages_of_a_build_in_the_history(self):
        path = self.jenkinsfile(self.stage("Good", "script { currentBuild.description = 'for you' }")
                                + self.stage("Bad", "error 'no luck'") + self.stage("Never", "echo 'x'"))
        self.assertEqual(self.runtask("pipeline", "run", path).code, 1)
        shown = self.ok("runs", "show", "last").out
        for line in ("result       FAILURE", "description  for you", "error        no luck", "stage        Good: SUCCESS",
                     "stage        Bad: FAILURE", "stage        Never: skipped"):
            self.assertIn(line + "\n", shown)
        tree = json.loads(self.ok("runs", "show", "last", "--json").out)
        self.assertEqual([stage["result"] for stage in tree["stages"]], ["SUCCESS", "FAILURE", "skipped"])

    def test_brings_the_history_of_the_repository_and_no_way_to_push_into_it(self):
        def git(*words):
            done = subprocess.run(["git", "-C", self.path("product"), "-c", "user.name=t", "-c", "user.email=t@localhost", *words],
                                  check=True, env=self.env, stdout=subprocess.PIPE)
            return done.stdout.decode().strip()
        path = self.jenkinsfile(self.stage("Only", "sh 'git rev-parse HEAD; git status --porcelain; git remote; git log --format=%s'"))
        self.write("product/kept.txt", "committed")
        git("init", "-q", "-b", "trunk")
        git("add", "-A")
        git("commit", "-q", "-m", "the one commit")
        self.write("product/kept.txt", "changed")
        for _ in range(2):  # The second build finds what the first has left.
            out = self.ok("pipeline", "run", path).out
            self.assertIn("\n%s\n" % git("rev-parse", "HEAD"), out)
            self.assertIn("\n M kept.txt\n+ git remote\n+ git log --format=%s\nthe one commit\n", out)

    def test_reads_files_of_the_repository_and_of_libraries(self):
        os.makedirs(self.path("library/vars"))
        os.makedirs(self.path("library/resources/sub"))
        self.write("library/resources/sub/text.txt", "of the library")
        self.write("product/own.txt", "of the repository")
        path = self.jenkinsfile(self.stage("Only", "echo libraryResource('sub/text.txt')\n echo readTrusted('own.txt')\n"
                                                   "touch 'a/b'\n sh 'ls a'"))
        out = self.ok("pipeline", "run", path, "--library", "mine=" + self.path("library")).out
        self.assertIn("\nof the library\nof the repository\n+ ls a\nb\n", out)
        path = self.jenkinsfile(self.stage("Only", "echo readTrusted('../secrets')"))
        self.assertIn("ERROR: ../secrets is no path inside\n", self.runtask("pipeline", "run", path).out)

    def test_leaves_no_secret_file_behind(self):
        path = self.jenkinsfile(self.stage("Only", "sh 'cat \"$KEY\" | wc -c'"), "  environment { KEY = credentials('key') }")
        secrets = self.write("secrets.json", json.dumps({"key": {"content": "top-secret-text"}}))
        os.chmod(secrets, 0o600)
        result = self.ok("pipeline", "run", path, "--credentials", secrets)
        self.assertIn("\n15\n", result.out)
        for file in glob.glob(os.path.join(self.state, "**"), recursive=True):
            if os.path.isfile(file):
                with open(file, "rb") as opened:
                    self.assertNotIn(b"top-secret-text", opened.read(), file)


if __name__ == "__main__":
    unittest.main()
