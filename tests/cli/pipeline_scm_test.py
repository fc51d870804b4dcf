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
          sh '#!/bin/sh\\necho "three=$(cat a)"'
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
        self.assertIn("\nthree=2\n", result.out)
        self.assertIn("caught AbortException", result.out)


    def test_git_is_on_a_local_branch_from_which_it_can_push(self):
        self.commit("first", a="1")
        self.git("branch", "other")
        url = self.path("product")
        who = "git -c user.name=Me -c user.email=me@example.org"
        self.jenkinsfile("""pipeline {
  agent any
  options { skipDefaultCheckout() }
  stages {
    stage('Git') {
      steps {
        script {
          def got = git url: '%(url)s', branch: 'other'
          echo "local ${got.GIT_LOCAL_BRANCH} remote ${got.GIT_BRANCH}"
          sh 'echo 2 > a; %(who)s commit -qam second'
          sh 'git rev-parse --abbrev-ref HEAD; git push -q origin other'
          got = git url: '%(url)s', branch: 'other'
          sh 'git log -1 --format=%%s; git status -sb'
          dir('scm') {
            got = checkout([$class: 'GitSCM', branches: [[name: '*/other']], userRemoteConfigs: [[url: '%(url)s']],
                            extensions: [[$class: 'CleanCheckout'], [$class: 'LocalBranch', localBranch: 'mine']]])
            echo "local ${got.GIT_LOCAL_BRANCH} " + sh(returnStdout: true, script: 'git rev-parse --abbrev-ref HEAD')
            got = checkout scmGit(branches: [[name: '*/other']], userRemoteConfigs: [[url: '%(url)s']], extensions: [localBranch('**')])
            echo "local ${got.GIT_LOCAL_BRANCH}"
            got = checkout scmGit(branches: [[name: '*/other']], userRemoteConfigs: [[url: '%(url)s']])
            echo "local ${got.GIT_LOCAL_BRANCH} " + sh(returnStdout: true, script: 'git rev-parse --abbrev-ref HEAD')
          }
        }
      }
    }
  }
}
""" % {"url": url, "who": who})
        result = self.build()
        self.assertEqual(result.code, 0, result.out)
        for line in ("local other remote origin/other", "other", "second", "## other", "local mine mine", "local other", "local null HEAD"):
            self.assertIn("\n%s\n" % line, result.out)
        self.assertEqual(self.git("log", "-1", "--format=%s", "other"), "second")

    def test_change_sets_are_the_commits_since_the_commit_given(self):
        first = self.commit("first", gone="1", kept="1")
        self.git("rm", "-q", "gone")
        second = self.commit("Fix the thing\n\nSee more", src__new_file="1", kept="2")
        self.git("checkout", "-q", "-b", "side", first)
        self.commit("aside", other="1")
        self.git("checkout", "-q", "main")
        self.git("merge", "-q", "--no-ff", "-m", "merge", "side")
        self.stages("""script {
            def sets = currentBuild.changeSets
            for (int i = 0; i < sets.size(); i++) {
              def entries = sets[i].items
              for (int j = 0; j < entries.length; j++) {
                def entry = entries[j]
                echo "${entry.commitId} ${entry.author} <${entry.authorEmail}> ${entry.msg} ${entry.timestamp > 1700000000000}"
                for (file in new ArrayList(entry.affectedFiles)) { echo "${file.editType.name} ${file.path}" }
              }
            }
            currentBuild.changeSets.each { set -> set.each { echo "each ${it.msg} ${it.affectedPaths} ${it.author.fullName}" } }
            echo currentBuild.changeSets.collectMany { it.items.collect { it.comment } }.inspect()
        }""")
        result = self.build("--since", first)
        self.assertEqual(result.code, 0, result.out + result.err)
        self.assertIn("\n%s Me <me@example.org> Fix the thing true\ndelete gone\nedit kept\nadd src/new_file\n" % second, result.out)
        self.assertRegex(result.out, "\n[0-9a-f]{40} Me <me@example.org> aside true\nadd other\n")
        self.assertIn("\neach Fix the thing [gone, kept, src/new_file] Me\n", result.out)
        self.assertIn("Fix the thing\\n\\nSee more\\n", result.out)
        self.assertNotIn(" merge ", result.out)
        self.stages("echo \"[${currentBuild.changeSets.size()}]\"")
        self.assertIn("\n[0]\n", self.build().out)


if __name__ == "__main__":
    unittest.main()
