"""Builds of `runtask pipeline run` that get into each other's way: locks, and one build of a job at a time."""
import fcntl
import json
import os
import select
import signal
import subprocess
import termios
import unittest

import support


class PipelineTurnSandbox(support.Sandbox):
    def setUp(self):
        super().setUp()
        self.env["BASE"] = self.directory

    def job(self, name, steps, options="", post=""):
        os.makedirs(self.path(name), exist_ok=True)
        return self.write(name + "/Jenkinsfile",
                          "pipeline {\n  agent any\n%s\n  stages {\n    stage('Only') {\n      steps {\n%s\n      }\n"
                          "    }\n  }\n%s\n}\n" % (options and "  options {\n%s\n  }" % options, steps, post))

    def exists(self, *names):
        return all(os.path.exists(self.path(name)) for name in names)

    def holder(self, steps="sh 'touch \"$BASE/held\"; while [ ! -e \"$BASE/go\" ]; do sleep 0.01; done'", **options):
        """A build that has come as far as its script, which waits for `go`."""
        process = self.start("pipeline", "run", self.job("first", steps, **options))
        support.wait_until(lambda: self.exists("held"), "the first build's script")
        return process

    def seen(self, process, words):
        """Reads the console up to a line with these words."""
        lines = []
        while not lines or words not in lines[-1]:
            lines.append(process.stdout.readline().decode())
            self.assertTrue(lines[-1], lines)
        return "".join(lines)


class PipelineLockSandbox(PipelineTurnSandbox):
    LOCKED = "lock(%s) {\n sh 'touch \"$BASE/held\"; while [ ! -e \"$BASE/go\" ]; do sleep 0.01; done' }"

    def test_a_build_waits_for_the_lock_of_another_and_says_so(self):
        first = self.holder(self.LOCKED % "'the printer'")
        second = self.start("pipeline", "run", self.job("second", "lock(resource: 'the printer', variable: 'GOT') {\n"
                                                        "sh 'echo got $GOT after $(cat \"$BASE/go\")' }"))
        told = self.seen(second, "waiting...")
        self.assertIn("Trying to acquire lock on [Resource: the printer]\n"
                      "[Resource: the printer] is locked by first/Jenkinsfile #1, waiting...\n", told)
        self.write("going", "it")
        os.rename(self.path("going"), self.path("go"))
        result = self.finish(second)
        self.assertEqual(result.code, 0, result)
        self.assertIn("Lock acquired on [Resource: the printer]\n", result.out)
        self.assertIn("\ngot the printer after it\n", result.out)
        self.assertIn("Lock released on resource [Resource: the printer]\n", self.finish(first).out)

    def test_a_lock_ends_with_its_runner(self):
        first = self.holder(self.LOCKED % "'x'")
        first.kill()
        first.communicate()
        self.write("go", "")
        result = self.runtask("pipeline", "run", self.job("second", "lock('x') { echo 'mine' }"))
        self.assertEqual(result.code, 0, result)

    def test_who_waits_for_a_lock_can_be_interrupted_and_time_out(self):
        first = self.holder(self.LOCKED % "'x'")
        path = self.job("second", "timeout(time: 300, unit: 'MILLISECONDS') {\nlock('x') { echo 'never' } }")
        result = self.runtask("pipeline", "run", path)
        self.assertEqual(result.code, 4, result)
        second = self.start("pipeline", "run", self.job("second", "lock('x') { echo 'never' }"))
        self.seen(second, "waiting...")
        second.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(second).code, 130)
        first.send_signal(signal.SIGINT)
        self.assertEqual(self.finish(first).code, 130)

    def test_several_resources_are_taken_together_or_not_at_all(self):
        first = self.holder(self.LOCKED % "'a'")
        second = self.start("pipeline", "run", self.job("second", "lock(resource: 'b', extra: [[resource: 'a']]) { echo 'both' }"))
        self.seen(second, "[Resource: a] is locked by first/Jenkinsfile #1, waiting...")
        third = self.runtask("pipeline", "run", self.job("third", "lock('b') { echo 'b is free' }"))
        self.assertIn("b is free\n", third.out)
        skipped = self.runtask("pipeline", "run",
                               self.job("third", "lock(resource: 'a', skipIfLocked: true) { echo 'never' }\necho 'went on'"))
        self.assertIn("[Resource: a] is locked by first/Jenkinsfile #1, skipping execution...\nwent on\n", skipped.out)
        self.assertNotIn("never\n", skipped.out)
        self.write("go", "")
        self.assertIn("\nboth\n", self.finish(second).out)
        self.assertEqual(self.finish(first).code, 0)

    def test_branches_of_one_build_take_turns_and_a_lock_in_itself_is_refused(self):
        path = self.job("first", "script {\nparallel a: { lock('x') { sh 'echo in; sleep 0.1; echo out' } },\n"
                        "b: { lock('x') { sh 'echo in; sleep 0.1; echo out' } }\n}")
        result = self.runtask("pipeline", "run", path)
        words = [line.split()[-1] for line in result.out.splitlines() if line.endswith(("] in", "] out"))]
        self.assertEqual(words, ["in", "out", "in", "out"])
        result = self.runtask("pipeline", "run", self.job("first", "lock('x') { lock('x') { echo 'never' } }"))
        self.assertIn("ERROR: [Resource: x] is locked by this build already", result.out)
        self.assertNotIn("never\n", result.out)

    def test_an_option_locks_the_whole_build(self):
        first = self.holder(options="lock(resource: 'x')")
        second = self.start("pipeline", "run", self.job("second", "echo 'ran'", options="lock(resource: 'x')"))
        self.seen(second, "waiting...")
        self.write("go", "")
        self.assertIn("\nran\n", self.finish(second).out)
        self.assertEqual(self.finish(first).code, 0)


class PipelineOneAtATimeSandbox(PipelineTurnSandbox):
    OPTION = "disableConcurrentBuilds(%s)"

    def test_the_second_build_waits_for_the_first(self):
        first = self.holder(options=self.OPTION % "")
        second = self.start("pipeline", "run", self.path("first/Jenkinsfile"))
        self.assertIn(b"waiting for another build of first/Jenkinsfile to end", second.stderr.readline())
        self.write("go", "")
        self.assertEqual(self.finish(first).code, 0)
        self.assertIn("Started build #2 of", self.finish(second).out)

    def test_a_signal_ends_the_wait_as_that_for_a_lock(self):
        first = self.holder(options=self.OPTION % "")
        for number, (sent, code) in enumerate(((signal.SIGTERM, 143), (signal.SIGINT, 130)), 2):
            with self.subTest(sent):
                second = self.start("pipeline", "run", self.path("first/Jenkinsfile"))
                self.assertIn(b"waiting for another build", second.stderr.readline())
                second.send_signal(sent)
                result = self.finish(second)
                self.assertEqual(result.code, code, result)
                self.assertTrue(result.out.endswith("Started build #%d of first/Jenkinsfile\nAborted by a signal\n"
                                                    "Finished: ABORTED\n" % number), result)
                run = support.json_lines(self.ok("runs", "list", "--json").out)[0]
                self.assertEqual((run["title"], run["verdict"]), ("first/Jenkinsfile #%d" % number, "aborted"))
        self.write("go", "")
        self.assertEqual(self.finish(first).code, 0)

    def test_with_abort_previous_the_first_build_is_aborted_and_its_post_runs(self):
        first = self.holder(options=self.OPTION % "abortPrevious: true", post="post { always { echo 'post ran' } }")
        os.remove(self.path("held"))
        second = self.start("pipeline", "run", self.path("first/Jenkinsfile"))
        result = self.finish(first)
        self.assertEqual(result.code, 1, result)
        self.assertIn("post ran\n", result.out)
        self.assertTrue(result.out.endswith("Superseded by a newer build of first/Jenkinsfile\nFinished: NOT_BUILT\n"), result)
        support.wait_until(lambda: self.exists("held"), "the second build's script")
        self.write("go", "")
        result = self.finish(second)
        self.assertEqual(result.code, 0, result)
        self.assertIn("Started build #2 of", result.out)

    def test_a_build_after_that_is_left_in_peace(self):
        self.write("go", "")
        path = self.job("first", "sh 'sleep 0.5'", options=self.OPTION % "abortPrevious: true")
        for _ in range(2):
            self.assertEqual(self.runtask("pipeline", "run", path).code, 0)


class PipelineInputSandbox(PipelineTurnSandbox):
    """`input` at a terminal."""

    def talk(self, path, *talk):
        """Types each answer when its question stands there; the exit code and what the terminal showed."""
        ours, theirs = os.openpty()
        self.addCleanup(os.close, ours)
        process = subprocess.Popen([support.RUNTASK, "pipeline", "run", path], env=self.env, stdin=theirs, stdout=theirs,
                                   stderr=theirs, start_new_session=True,
                                   preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.addCleanup(self._end, process)
        os.close(theirs)
        shown, at = "", 0
        for question, answer in talk:
            while question not in shown[at:]:
                self.assertTrue(select.select([ours], [], [], support.LONGEST)[0], shown)
                shown += os.read(ours, 4096).decode()
            at = shown.index(question, at) + len(question)
            os.write(ours, answer.encode() + b"\n")
        try:
            while piece := os.read(ours, 4096):
                shown += piece.decode()
        except OSError:  # The end of a terminal.
            pass
        return process.wait(support.LONGEST), shown.replace("\r\n", "\n")

    STEPS = "echo 'got ' + input(message: 'go', parameters: [choice(name: 'C', choices: ['a', 'b'])])"

    def test_asks_for_the_parameter_with_its_choices_and_again_after_a_typo(self):
        code, shown = self.talk(self.job("first", "script { %s }" % self.STEPS), ("go (Proceed / Abort) ", "zzz"),
                                ("go (Proceed / Abort) ", "Proceed"), ("one of: a, b [a]: ", "c"), ("one of: a, b [a]: ", "b"))
        self.assertEqual(code, 0, shown)
        self.assertIn("\ngot b\n", shown)

    def test_abort_refuses_at_the_parameter_too(self):
        code, shown = self.talk(self.job("first", "script { %s }" % self.STEPS), ("go (Proceed / Abort) ", "Proceed"),
                                ("one of: a, b [a]: ", "Abort"))
        self.assertEqual(code, 4, shown)
        self.assertNotIn("\ngot", shown)


class PipelineLeftoversSandbox(PipelineTurnSandbox):
    """What must not stay on the disk when a runner is killed."""

    SECRET = "withCredentials([file(credentialsId: 'id', variable: 'SECRET')]) {\n%s\n}"

    def setUp(self):
        super().setUp()
        self.env["CRED_id"] = json.dumps({"content": "s3cret of the file"})

    def left(self, workspace=""):
        directory = os.path.join(self.state, "jenkins", "workspaces", "first+Jenkinsfile" + workspace + "@tmp")
        return sorted(name for name in os.listdir(directory) if not name.startswith("checkout"))

    def sleeper(self):
        """A build that has a secret and runs no program."""
        process = self.start("pipeline", "run", self.job("first", self.SECRET % "sleep 1000"))
        self.seen(process, "Sleeping for")
        return process

    def kill(self, process):
        process.kill()
        process.communicate()

    def test_what_runs_takes_its_files_with_it(self):
        self.kill(self.holder(self.SECRET % "sh \"\"\"touch '$BASE/held'; sleep 1000 # ${readFile(SECRET)}\"\"\""
                              .replace("$BASE", self.directory)))
        support.wait_until(lambda: not self.left(), "the removal of the script and the secret")

    def test_the_next_build_in_the_workspace_removes_what_is_left_of_a_dead_one_alone(self):
        alive, dead = self.sleeper(), self.sleeper()
        self.kill(dead)
        self.assertEqual((self.left(), self.left("@2")), (["secret-1-1"], ["secret-2-1"]))
        for name in ("build-2-2", "script-2-3.ps1", "mine-2-1", "secret-of-mine"):
            self.write("state/jenkins/workspaces/first+Jenkinsfile@2@tmp/" + name, "")
        self.assertEqual(self.runtask("pipeline", "run", self.job("first", "echo 'on'")).code, 0)
        self.assertEqual((self.left(), self.left("@2")), (["secret-1-1"], ["mine-2-1", "secret-of-mine"]))
        alive.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(alive).code, 143)

    def test_pruning_does_so_in_all_workspaces_that_nobody_uses(self):
        alive, dead = self.sleeper(), self.sleeper()
        self.kill(dead)
        self.ok("runs", "prune", "--keep-days", "1000")
        self.assertEqual((self.left(), self.left("@2")), (["secret-1-1"], []))
        self.kill(alive)
        self.ok("runs", "prune", "--keep-days", "1000")
        self.assertEqual(self.left(), [])

    def test_a_program_that_cannot_be_started_removes_nothing_of_the_build_that_goes_on(self):
        path = self.job("first", self.SECRET % "sh(script: '#!/nowhere/at/all', returnStatus: true)\nsh 'cat $SECRET | wc -c'")
        result = self.runtask("pipeline", "run", path)
        self.assertEqual(result.code, 0, result)
        self.assertIn("\n18\n", result.out)


if __name__ == "__main__":
    unittest.main()
