"""What `runtask pipeline run` takes from a git repository: conditions of `when`, `git`, `checkout`."""
import os
import subprocess
import unittest

from pipeline_run_test import PipelineSandbox


class PipelineScm(PipelineSandbox):
    def setUp(self):
        super().setUp()
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "me@example.org")
        self.git("config", "user.name", "Me")

    def git(self, *words, directory="product"):
        result = subprocess.run(["git", "-C", self.path(directory), *words], check=True, stdout=subprocess.PIPE,
                                env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null"})
        return result.stdout.decode().strip()

    def commit(self, message, **files):
        for name, text in files.items():
            path = name.replace("__", "/").replace("_dot_", ".")
            os.makedirs(os.path.dirname(self.path("product/" + path)), exist_ok=True)
            self.write("product/" + path, text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD")

    def asked(self, *conditions, arguments=()):
        """Which of the conditions hold."""
        stages = "".join("stage('%d') { when { %s }\n steps { echo 'holds %d' } }\n" % (i, condition, i)
                         for i, condition in enumerate(conditions))
        self.jenkinsfile("pipeline {\nagent any\nstages {\n%s}\n}\n" % stages)
        result = self.build(*arguments)
        self.assertEqual(result.code, 0, result.out + result.err)
        return {conditions[int(line.split()[-1])] for line in result.out.splitlines() if line.startswith("holds ")}

    def test_branch_is_that_of_the_repository_by_glob_regexp_or_name(self):
        self.commit("first", a="1")
        self.git("checkout", "-q", "-b", "feature/Deep")
        holding = {"branch 'feature/*'", "branch 'FEATURE/deep'", "branch pattern: 'feature/D.*', comparator: 'REGEXP'",
                   "branch pattern: 'feature/Deep', comparator: 'EQUALS'", "not { branch 'main' }",
                   "branch pattern: '(main|feature.*)', comparator: 'regexp'"}
        others = {"branch '*'", "branch 'main'", "branch pattern: 'feature', comparator: 'REGEXP'",
                  "branch pattern: 'feature/deep', comparator: 'EQUALS'", "tag '*'", "buildingTag()", "changeRequest()",
                  "isRestartedRun()"}
        self.assertEqual(self.asked(*holding, *others), holding)

    def test_changes_are_those_since_the_commit_given(self):
        first = self.commit("first", src__a_dot_js="1")
        self.commit("Fix the thing\n\nSee [ISSUE-7] for more", src__deep__b_dot_js="1")
        self.commit("second", docs__c_dot_md="1")
        holding = {"changeset 'src/**'", "changeset '**/*.JS'", "changeset 'docs/*.md'", "not { changeset 'src/*.js' }",
                   "changeset pattern: '.*[.](js|md)', comparator: 'REGEXP', shouldMatchAll: true",
                   "changelog 'second'", "changelog '.*ISSUE-\\\\d+.*'", "changelog '^Fix.*'"}
        others = {"changeset '**/*.txt'", "changeset pattern: '**/*.JS', caseSensitive: true",
                  "changeset pattern: '**/*.js', shouldMatchAll: true", "changelog 'first'", "changelog 'ISSUE-7'"}
        self.assertEqual(self.asked(*holding, *others, arguments=("--since", first)), holding)
        self.assertEqual(self.asked("changeset '**'", "changelog '.*'"), set())

    def test_causes_are_those_of_somebody_at_a_terminal(self):
        holding = {"triggeredBy 'UserIdCause'", "triggeredBy cause: 'UserIdCause'"}
        self.assertEqual(self.asked(*holding, "triggeredBy 'TimerTrigger'", "triggeredBy 'SCMTrigger'"), holding)

    def test_git_and_checkout_bring_a_branch_and_return_what_they_have_brought(self):
        self.commit("first", a="1")
        other = self.commit("other", a="2")
        self.git("branch", "other")
        self.git("reset", "-q", "--hard", "HEAD~1")
        url = self.path("product")
        self.jenkinsfile("""pipeline {
  agent any
  options { skipDefaultCheckout() }
  stages {
    stage('Git') {
      steps {
        dir('one') {
          script {
            def got = git url: '%(url)s', branch: 'other', changelog: false, poll: false
            echo "${got.GIT_COMMIT} ${got.GIT_BRANCH} ${got.GIT_URL} [${env.GIT_COMMIT}]"
            echo "a=${readFile 'a'}"
          }
        }
        dir('two') {
          checkout([$class: 'GitSCM', branches: [[name: '%(other)s']], extensions: [], userRemoteConfigs: [[url: '%(url)s']]])
          sh '#!/bin/sh\\ngit rev-parse HEAD; git status --porcelain'
        }
        dir('three') {
          checkout scmGit(branches: [[name: '*/other']], userRemoteConfigs: [[url: '%(url)s']])
          sh '#!/bin/sh\\ncat a'
        }
        dir('four') {
          checkout scm
          sh '#!/bin/sh\\ncat a'
        }
        script {
          try {
            git url: '%(url)s-gone'
          } catch (e) {
            echo "caught ${e.class.simpleName}"
          }
        }
      }
    }
  }
}
""" % {"url": url, "other": other})
        result = self.build()
        self.assertEqual(result.code, 0, result.out)
        self.assertRegex(result.out, r"\n%s (origin/other|other) %s \[null\]\na=2\n" % (other, url))
        self.assertIn("\n%s\n" % other, result.out)
        self.assertIn("caught AbortException", result.out)


if __name__ == "__main__":
    unittest.main()
