"""A Jenkinsfile that leaves its pipeline to a shared library: `pipeline { }` in the `call` of vars/*.groovy."""
import json
import os

import support

STANDARD = """import org.example.Names

def call(Map config) {
  def greeting = "hello ${config.name}"
  pipeline {
    agent any
    options { buildDiscarder(logRotator(numToKeepStr: '2')) }
    parameters {
      string(name: 'TARGET', defaultValue: 'nowhere')
      string(name: 'BRANCH', defaultValue: config.branch)
      choice(name: 'SIZE', choices: config.sizes ?: ['s', 'm'])
    }
    environment {
      WHO = "${config.name}"
      TIDY = Names.tidy(greeting)
    }
    stages {
      stage('Greet') {
        when { expression { config.greets != false } }
        steps {
          echo "${greeting} of ${env.WHO}, ${env.TIDY}, to ${params.TARGET} from ${params.BRANCH} ${env.BRANCH} as ${SIZE}"
          tell(greeting)
          other config.name
        }
      }
      stage('Extra') {
        steps { script { config.extra?.call() } }
      }
    }
    post { always { echo "${greeting} is over" } }
  }
}

def tell(text) {
  echo "told ${text}"
}
"""
OTHER = "def call(name) { echo \"other of ${name}\" }\n"
NAMES = "package org.example\nclass Names { static String tidy(text) { text.replace(' ', '-') } }\n"
CHOICE = """def call(int number) {
  if (number % 2 == 0) {
    pipeline { agent any; parameters { string(name: 'EVEN') }; stages { stage('Even') { steps { echo 'even' } } } }
  } else {
    pipeline { agent any; parameters { string(name: 'ODD') }; stages { stage('Odd') { steps { echo 'odd' } } } }
  }
}
"""
BROKEN = """def call(Map config) {
  pipeline {
    agent any
    stages {
      stage('One') {
        stepz { echo 'never' }
      }
    }
  }
}
"""


class PipelineOfLibrarySandbox(support.Sandbox):
    def setUp(self):
        super().setUp()
        for folder in ("product", "library/src/org/example", "library/vars"):
            os.makedirs(self.path(folder))
        self.write("library/src/org/example/Names.groovy", NAMES)
        self.write("library/vars/standard.groovy", STANDARD)
        self.write("library/vars/other.groovy", OTHER)

    def jenkinsfile(self, text):
        return self.write("product/Jenkinsfile", "@Library('mine') _\n" + text)

    def command(self, verb, *arguments):
        return self.runtask("pipeline", verb, self.path("product/Jenkinsfile"), "--library",
                            "mine=" + self.path("library"), *arguments)

    def test_it_runs_with_what_the_call_was_given(self):
        self.jenkinsfile("standard(name: 'you', branch: 'main', extra: { echo 'of the Jenkinsfile' })\necho 'after it'\n")
        result = self.command("run", "-p", "TARGET=there")
        self.assertEqual(result.code, 0, result)
        for line in ("hello you of you, hello-you, to there from main main as s", "told hello you", "other of you",
                     "of the Jenkinsfile", "hello you is over", "after it", "Finished: SUCCESS"):
            self.assertIn("\n%s\n" % line, result.out)

    def test_parameters_with_a_value_keep_it(self):
        self.jenkinsfile("standard(name: 'you', branch: 'main', sizes: ['x', 'y'])\n")
        result = self.command("run", "-p", "BRANCH=mine", "-p", "SIZE=y")
        self.assertIn("to nowhere from mine mine as y\n", result.out, result)

    def test_a_default_that_cannot_be_computed_fails_before_the_agent_and_post_runs(self):
        self.jenkinsfile("standard(name: 'you', branch: [][0].length())\n")
        self.write("library/vars/standard.groovy", STANDARD.replace("config.branch", "config.branch.missing.length()"))
        self.jenkinsfile("standard(name: 'you')\n")
        result = self.command("run")
        self.assertEqual(result.code, 1, result)
        self.assertNotIn("Running on", result.out)
        self.assertIn("\nStage \"Declarative: Post Actions\"\nhello you is over\n", result.out)
        self.assertIn("NullPointerException", result.out)

    def test_old_builds_go_as_its_options_say(self):
        self.jenkinsfile("standard(name: 'you', branch: 'main')\n")
        for _ in range(4):
            self.assertEqual(self.command("run").code, 0)
        builds = os.path.join(self.state, "jenkins", "jobs", "product+Jenkinsfile", "builds")
        self.assertEqual(sorted(os.listdir(builds)), ["3", "4"])

    def test_one_of_several_runs(self):
        self.write("library/vars/evenOrOdd.groovy", CHOICE)
        self.jenkinsfile("evenOrOdd(currentBuild.number)\n")
        self.assertIn("\nodd\n", self.command("run").out)
        self.assertIn("\neven\n", self.command("run").out)
        self.assertIn("ok, 2 pipelines of evenOrOdd: 1 stage, 1 parameter; ...\n", self.command("lint").out)
        self.assertEqual(self.command("params").out.split()[::5][:1], ["EVEN"])

    def test_a_second_one_in_a_build_fails(self):
        self.jenkinsfile("standard(name: 'first', branch: 'main')\nstandard(name: 'second', branch: 'main')\n")
        result = self.command("run")
        self.assertEqual(result.code, 1, result)
        self.assertIn("hello first is over", result.out)
        self.assertNotIn("second", result.out)
        self.assertIn("java.lang.IllegalStateException: Only one pipeline { ... } block can be executed in a single run.",
                      result.out)

    def test_one_called_from_a_stage_is_a_second_one(self):
        self.jenkinsfile("pipeline { agent any\n stages { stage('a') { steps { standard(name: 'x', branch: 'main') } } } }\n")
        result = self.command("run")
        self.assertEqual(result.code, 1, result)
        self.assertIn("Only one pipeline", result.out)

    def test_a_block_elsewhere_in_a_library_is_said_to_run_nowhere(self):
        self.write("library/vars/elsewhere.groovy", STANDARD.replace("def call(", "def standard("))
        self.jenkinsfile("elsewhere.standard(name: 'x', branch: 'main')\n")
        result = self.command("run")
        self.assertEqual(result.code, 1, result)
        self.assertIn("this `pipeline` block cannot run", result.out)

    def test_a_file_that_is_loaded_may_hold_it(self):
        self.write("product/part.groovy", "def who = 'loaded'\npipeline { agent any\n stages { stage('a') { steps { echo \"${who} too\" } } } }\n")
        self.jenkinsfile("node { load '%s' }\n" % self.path("product/part.groovy"))
        result = self.command("run")
        self.assertEqual(result.code, 0, result)
        self.assertIn("\nloaded too\n", result.out)

    def test_mistakes_of_a_file_that_is_loaded_have_their_places(self):
        path = self.write("product/part.groovy", "pipeline {\n  agent any\n  stages { }\n}\n")
        self.jenkinsfile("node { load '%s' }\n" % path)
        result = self.command("run")
        self.assertEqual(result.code, 1, result)
        self.assertIn("ERROR: %s does not compile\nerror: `stages` is empty\n --> %s:3:3\n" % (path, path), result.out)

    def test_a_file_of_a_library_that_cannot_be_used_is_named_with_the_line(self):
        path = self.write("library/vars/broken.groovy", BROKEN)
        self.jenkinsfile("echo 'runs'\n")
        self.assertIn("\nWARNING: %s:5 cannot be used: the stage `One` has nothing to do\n" % path, self.command("run").out)

    def test_mistakes_are_found_before_anything_runs(self):
        path = self.write("library/vars/broken.groovy", BROKEN)
        self.write("library/vars/byAnother.groovy", "def call() { broken([:]) }\n")
        self.jenkinsfile("echo 'runs'\nif (env.X) { byAnother() }\n")
        for verb in ("run", "lint", "params"):
            result = self.command(verb)
            self.assertEqual(result.code, 2, result)
            self.assertNotIn("runs", result.out)
            self.assertIn("error: unknown section `stepz` in the `stage` block\n --> %s:6:9\n" % path, result.err)
            self.assertIn("6 |         stepz { echo 'never' }\n  |         ^^^^^ did you mean `steps`?\n", result.err)
        self.jenkinsfile("echo 'runs'\n")
        self.assertEqual(self.command("run").code, 0)

    def test_a_file_that_does_not_compile_is_found_before_anything_runs(self):
        path = self.write("library/vars/broken.groovy", "def call( {\n")
        self.jenkinsfile("echo 'runs'\nbroken()\n")
        result = self.command("run")
        self.assertEqual(result.code, 2, result)
        self.assertIn(path + ":1:", result.err)

    def test_lint_checks_a_file_of_vars_by_itself(self):
        path = self.write("library/vars/broken.groovy", BROKEN)
        result = self.runtask("pipeline", "lint", path, self.path("library/vars/other.groovy"))
        self.assertEqual(result.code, 2, result)
        self.assertIn("unknown section `stepz`", result.err)
        self.assertIn("other.groovy: ok, a scripted pipeline", result.out)
        result = self.ok("pipeline", "lint", self.path("library/vars/standard.groovy"),
                         "--library", "mine=" + self.path("library"))
        self.assertIn("standard.groovy: ok, the pipeline of standard: 2 stages, 3 parameters\n", result.out)

    def test_lint_says_a_mistake_once_for_all_files_that_lead_to_it(self):
        self.write("library/vars/broken.groovy", BROKEN)
        self.jenkinsfile("broken name: 'x'\n")
        second = self.write("product/Second", "@Library('mine') _\nbroken name: 'y'\n")
        result = self.command("lint", second)
        self.assertEqual(result.code, 2, result)
        self.assertEqual(result.err.count("unknown section"), 1)
        self.assertEqual(result.out, "")

    def test_lint_and_params_see_it_with_the_library_only(self):
        path = self.jenkinsfile("standard name: 'x', branch: 'main'\n")
        self.assertEqual(self.command("lint").out, path + ": ok, the pipeline of standard: 2 stages, 3 parameters\n")
        self.assertIn("with --library NAME=DIR the pipeline of its library", self.ok("pipeline", "lint", path).out)
        names = [json.loads(line)["name"] for line in self.command("params", "--json").out.splitlines()]
        self.assertEqual(names, ["TARGET", "BRANCH", "SIZE"])
        self.assertEqual(self.ok("pipeline", "params", path).out, "")
        result = self.command("run", "-p", "TARGT=x")
        self.assertEqual(result.code, 2, result)
        self.assertIn("did you mean `TARGET`?", result.err)

    def test_a_function_of_the_file_itself_is_not_the_library_s(self):
        self.write("library/vars/broken.groovy", BROKEN)
        self.jenkinsfile("def broken() { echo 'mine' }\nbroken()\ndef standard = { echo 'mine too' }\nstandard()\n")
        result = self.command("run")
        self.assertEqual(result.code, 0, result)
        self.assertIn("\nmine\nmine too\n", result.out)


if __name__ == "__main__":
    support.main()
