"""Containers of `runtask pipeline run`, with a stand-in for docker that says what it was asked for and runs the rest here."""
import json
import os
import signal
import unittest

import support

DOCKER = r"""#!/bin/sh
echo "$*" >>"$BASE/docker.log"
case $1 in
  inspect) [ "$4" = known ] ;;
  pull) echo "pulling $2"; [ "$2" != nowhere ] ;;
  build) echo "built here: $PWD" ;;
  run) echo "a warning"; echo "id$(grep -c '^run' "$BASE/docker.log")" ;;
  login) echo "password $(cat)" >>"$BASE/docker.log" ;;
  port) echo "0.0.0.0:32768" ;;
  exec)
    shift
    cd "$2" || exit 125
    shift 2
    while [ "$1" = --env ]; do names="$names $2"; shift 2; done
    id=$1
    shift
    exec env CONTAINER="$id" PASSED="$names" "$@" ;;
esac
"""


class PipelineDockerSandbox(support.Sandbox):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("product"))
        os.mkdir(self.path("bin"))
        os.chmod(self.write("bin/docker", DOCKER), 0o755)
        self.env["BASE"] = self.directory
        self.env["PATH"] = self.path("bin") + ":/usr/bin:/bin"

    def build(self, text, *words, **options):
        return self.runtask("pipeline", "run", self.write("product/Jenkinsfile", text), *words, **options)

    def pipeline(self, agent, steps, more=""):
        return ("pipeline {\n  agent %s\n%s\n  stages {\n    stage('Only') {\n      steps {\n%s\n      }\n    }\n  }\n}\n"
                % (agent, more, steps))

    def asked(self):
        """What docker was asked for, paths without what differs."""
        text = self.text("docker.log").replace(os.path.join(self.state, "jenkins", "workspaces", "product+Jenkinsfile"), "WS")
        return text.replace("%d:%d" % (os.geteuid(), os.getegid()), "USER").splitlines()

    def commands(self):
        return [line for line in self.asked() if not line.startswith("exec")]

    def test_scripts_run_in_the_container_of_the_agent_and_it_is_removed(self):
        steps = ("sh 'echo \"in $CONTAINER at $(basename \"$PWD\"): $GREETING\"; echo \"passed$PASSED\"'\n"
                 "dir('sub') { sh '''#!/bin/sh\necho \"still in $CONTAINER at $(basename \"$PWD\")\"''' }\n"
                 "script { echo \"got ${sh(returnStdout: true, script: 'echo $CONTAINER').trim()}\" }\n"
                 "writeFile file: 'x', text: 'of the host\\n'\nsh 'cat x; exit 3'")
        result = self.build(self.pipeline("{ docker { image 'known'; args '-v $HOME/cache:/cache --net=host $NOBODY' } }", steps,
                                          "environment { GREETING = 'hello \"you\"' }"))
        self.assertEqual(result.code, 1, result)
        for words in ('in id1 at product+Jenkinsfile: hello "you"', "still in id1 at sub", "got id1", "of the host",
                      "ERROR: script returned exit code 3"):
            self.assertIn("\n%s\n" % words, result.out)
        passed = next(line for line in result.out.splitlines() if line.startswith("passed"))
        self.assertIn(" GREETING ", passed)
        self.assertIn(" WORKSPACE ", passed)
        for name in ("HOME", "PATH", "BASE"):  # As they are outside: the image's own count.
            self.assertNotIn(" %s " % name, passed)
        self.assertEqual(self.commands(), [
            "inspect -f . known",
            "run -t -d -u USER -v %s/cache:/cache --net=host $NOBODY -w WS -v WS:WS:rw,z -v WS@tmp:WS@tmp:rw,z known cat"
            % self.directory,
            "rm -f --volumes id1"])

    def test_an_image_that_is_not_here_is_pulled_and_always_pull_pulls(self):
        self.assertEqual(self.build(self.pipeline("{ docker 'other' }", "sh 'true'")).code, 0)
        self.assertEqual([line.split()[0] for line in self.commands()], ["inspect", "pull", "run", "rm"])
        os.remove(self.path("docker.log"))
        self.assertEqual(self.build(self.pipeline("{ docker { image 'known'; alwaysPull true } }", "sh 'true'")).code, 0)
        self.assertEqual([line.split()[0] for line in self.commands()], ["pull", "run", "rm"])
        os.remove(self.path("docker.log"))
        result = self.build(self.pipeline("{ docker 'nowhere' }", "echo 'never'", "post { always { echo 'post ran' } }"))
        self.assertEqual(result.code, 1, result)
        self.assertIn("ERROR: docker pull ended with 1\n", result.out)
        self.assertIn("post ran\n", result.out)
        self.assertNotIn("never\n", result.out)
        self.assertNotIn("run", [line.split()[0] for line in self.commands()])

    def test_a_stage_has_a_container_of_its_own_in_the_workspace_that_it_asks_for(self):
        result = self.build("""pipeline {
          agent { docker 'known' }
          stages {
            stage('Outer') { steps { sh 'echo outer $CONTAINER $(basename "$PWD")' } }
            stage('Own') {
              agent { docker { image 'known'; reuseNode true } }
              steps { sh 'echo own $CONTAINER $(basename "$PWD")' }
            }
            stage('Other') {
              agent { docker { image 'known' } }
              steps { sh 'echo other $CONTAINER $(basename "$PWD")' }
            }
            stage('None') { agent any; steps { sh 'echo "none [$CONTAINER]"' } }
            stage('Outer again') { steps { sh 'echo again $CONTAINER $(basename "$PWD")' } }
          }
        }""")
        self.assertEqual(result.code, 0, result)
        for words in ("outer id1 product+Jenkinsfile", "own id2 product+Jenkinsfile", "other id3 product+Jenkinsfile@2",
                      "none []", "again id1 product+Jenkinsfile"):
            self.assertIn("\n%s\n" % words, result.out)
        self.assertEqual([line for line in self.commands() if line.startswith("rm")],
                         ["rm -f --volumes id2", "rm -f --volumes id3", "rm -f --volumes id1"])

    def test_with_new_container_per_stage_each_stage_has_one_and_post_none(self):
        result = self.build("""pipeline {
          agent { docker 'known' }
          options { newContainerPerStage() }
          stages {
            stage('One') { steps { sh 'echo one $CONTAINER $(basename "$PWD")' } }
            stage('Two') {
              stages {
                stage('Inner') { steps { sh 'echo inner $CONTAINER $(basename "$PWD")' } }
                stage('Elsewhere') { agent any; steps { sh 'echo "elsewhere [$CONTAINER]"' } }
              }
            }
          }
          post { always { sh 'echo "post [$CONTAINER]"' } }
        }""")
        self.assertEqual(result.code, 0, result)
        for words in ("one id1 product+Jenkinsfile", "inner id2 product+Jenkinsfile", "elsewhere []", "post []"):
            self.assertIn("\n%s\n" % words, result.out)
        self.assertEqual([line for line in self.commands() if line.startswith("rm")],
                         ["rm -f --volumes id1", "rm -f --volumes id2"])

    def test_a_dockerfile_is_built_and_the_same_one_has_the_same_name(self):
        os.mkdir(self.path("product/ci"))
        self.write("product/Dockerfile", "FROM x")
        self.write("product/ci/Build.docker", "FROM y")
        names = []
        for agent, words in (("{ dockerfile true }", "-f Dockerfile ."), ("{ dockerfile true }", "-f Dockerfile ."),
                             ("{ dockerfile { filename 'Build.docker'; dir 'ci'; additionalBuildArgs '--build-arg A=\"b c\"' } }",
                              "--build-arg A=b c -f ci/Build.docker ci")):
            result = self.build(self.pipeline(agent, "sh 'echo in $CONTAINER'"))
            self.assertEqual(result.code, 0, result)
            self.assertIn("\nin id", result.out)
            command = [line for line in self.commands() if line.startswith("build")][-1].split(" ", 3)
            names.append(command[2])
            self.assertEqual(command[3], words)
            self.assertIn(" %s cat" % command[2], [line for line in self.commands() if line.startswith("run")][-1])
        self.assertEqual(names[0], names[1])
        self.assertNotEqual(names[0], names[2])
        result = self.build(self.pipeline("{ dockerfile { filename 'none' } }", "echo 'never'"))
        self.assertIn("java.nio.file.NoSuchFileException", result.out)

    def test_without_docker_the_error_says_what_to_do_and_podman_will_do(self):
        os.rename(self.path("bin/docker"), self.path("bin/podman"))
        self.assertEqual(self.build(self.pipeline("{ docker 'known' }", "sh 'true'")).code, 0)
        self.assertEqual(self.commands()[0], "inspect -f . known")
        os.remove(self.path("bin/podman"))
        for agent in ("{ docker 'known' }", "{ dockerfile true }"):
            result = self.build(self.pipeline(agent, "echo 'never'"))
            self.assertEqual(result.code, 1, result)
            self.assertIn("ERROR: containers need the command docker or podman, and there is none on PATH: install one of them, or "
                          "use agent any\n", result.out)
            self.assertNotIn("never\n", result.out)
        result = self.build(self.pipeline("{ kubernetes { yaml 'x' } }", "echo 'never'"))
        self.assertEqual(result.code, 1, result)
        self.assertIn("ERROR: agent kubernetes is not available here: steps run on this machine itself; use agent any, or agent { "
                      "docker '...' } with docker or podman\n", result.out)

    def test_a_registry_is_logged_into_without_showing_the_password(self):
        secrets = self.write("secrets.json", json.dumps({"hub": {"username": "me", "password": "pass-w0rd"}}))
        os.chmod(secrets, 0o600)
        agent = "{ docker { image 'team/app:1'; registryUrl 'https://hub.test:5000/v2/'; registryCredentialsId 'hub' } }"
        result = self.build(self.pipeline(agent, "sh 'true'"), "--credentials", secrets)
        self.assertEqual(result.code, 0, result)
        self.assertNotIn("pass-w0rd", result.out + result.err)
        self.assertEqual(self.commands()[:4], ["login -u me --password-stdin hub.test:5000", "password pass-w0rd",
                                               "inspect -f . hub.test:5000/team/app:1", "pull hub.test:5000/team/app:1"])

    def test_the_global_docker_starts_containers_and_builds_images(self):
        self.write("product/Dockerfile", "FROM x")
        result = self.build(self.pipeline("any", """script {
          def got = docker.image('known').inside('-e A=b') { sh 'echo inside $CONTAINER'; return 'value' }
          echo "got ${got}"
          sh 'echo "outside [$CONTAINER]"'
          def image = docker.build("team/app:${env.BUILD_NUMBER}", '--pull .')
          echo image.id
          docker.withRegistry('https://hub.test') {
            image.push()
            image.push('latest')
            echo image.imageName()
          }
          docker.image('db').withRun('-p 5432', '--fast') { c -> echo "runs ${c.id} ${c.port(5432)}" }
          docker.image('known').inside { error 'broke' }
        }"""))
        self.assertEqual(result.code, 1, result)
        for words in ("inside id1", "got value", "outside []", "team/app:1", "hub.test/team/app:1", "runs id2 0.0.0.0:32768",
                      "ERROR: broke"):
            self.assertIn("\n%s\n" % words, result.out)
        asked = [line for line in self.commands() if not line.startswith(("inspect", "run -t"))]
        self.assertEqual(asked, [
            "rm -f --volumes id1", "build -t team/app:1 --pull -f ./Dockerfile .", "tag team/app:1 hub.test/team/app:1",
            "push hub.test/team/app:1", "tag team/app:1 hub.test/team/app:latest", "push hub.test/team/app:latest",
            "run -d -p 5432 db --fast", "port id2 5432", "rm -f --volumes id2", "rm -f --volumes id3"])

    def test_an_interrupted_build_removes_its_container_even_the_second_time(self):
        for times in (1, 2):
            with self.subTest(times):
                path = self.write("product/Jenkinsfile", self.pipeline(
                    "{ docker 'known' }", "sh '''#!/bin/sh\ntrap \"[ %d = 1 ] && exit 1\" TERM\ntouch \"$BASE/started\"\n"
                    "while :; do sleep 0.05; done'''" % times))
                process = self.start("pipeline", "run", path)
                support.wait_until(lambda: os.path.exists(self.path("started")), "the script")
                process.send_signal(signal.SIGINT)
                while times == 2 and b"Sending interrupt" not in process.stdout.readline():
                    pass
                if times == 2:
                    process.send_signal(signal.SIGINT)
                self.assertEqual(self.finish(process).code, 130)
                self.assertEqual(self.commands()[-1], "rm -f --volumes id1")
                os.remove(self.path("started"))
                os.remove(self.path("docker.log"))


if __name__ == "__main__":
    unittest.main()
