"""Steps of `runtask pipeline run` that bring in programs of this machine: ssh-agent, the AWS CLI."""
import json
import os
import subprocess
import unittest

from pipeline_run_test import PipelineSandbox


class PipelineMachine(PipelineSandbox):
    def credentials(self, **entries):
        path = self.write("credentials.json", json.dumps(entries))
        os.chmod(path, 0o600)
        return ("--credentials", path)

    def program(self, name, text):
        os.mkdir(self.path("bin"))
        path = self.write("bin/" + name, "#!/bin/sh\n" + text)
        os.chmod(path, 0o755)
        return {"PATH": self.path("bin") + ":" + os.environ["PATH"]}

    def key(self, name, passphrase):
        path = self.path(name)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", path], check=True)
        with open(path, encoding="utf-8") as file:
            return file.read().rstrip("\n")

    @unittest.skipUnless(os.path.exists("/usr/bin/ssh-agent"), "no openssh-client")
    def test_an_ssh_agent_has_the_keys_for_its_block_and_ends_with_it(self):
        flags = self.credentials(plain={"username": "u", "privateKey": self.key("plain", "")},
                                 locked={"username": "u", "privateKey": self.key("locked", "open sesame"),
                                         "passphrase": "open sesame"})
        self.stages("sshagent(credentials: ['plain', 'locked', 'gone'], ignoreMissing: true) {\n"
                    "sh 'ssh-add -l | cut -d\" \" -f3; echo \"pid=$SSH_AGENT_PID\"'\n}\n"
                    "sh 'echo \"after=${SSH_AGENT_PID:-none}\"'\n"
                    "sshagent(['gone']) { echo 'not reached' }", before="options { skipDefaultCheckout() }")
        result = self.build(*flags)
        self.assertEqual(result.code, 1, result.out)
        lines = result.out.splitlines()
        self.assertIn("plain", lines)
        self.assertIn("locked", lines)
        self.assertIn("after=none", lines)
        self.assertIn("[ssh-agent] Could not find specified credentials: gone", lines)
        self.assertIn("ERROR: Could not find credentials entry with ID 'gone'; give it with --credentials FILE or in CRED_GONE", lines)
        self.assertNotIn("open sesame", result.out)
        pid = next(line for line in lines if line.startswith("pid=")).partition("=")[2]
        self.assertFalse(os.path.exists("/proc/" + pid))
        left = [name for name in os.listdir(os.path.join(self.state, "jenkins", "workspaces", "product+Jenkinsfile@tmp"))
                if name.startswith(("secret", "askpass"))]
        self.assertEqual(left, [])

    def test_a_role_is_assumed_with_the_keys_given_and_its_session_is_masked(self):
        environment = self.program("aws", """echo "$AWS_ACCESS_KEY_ID $*" >>%s
case $* in *refused*) echo 'An error occurred (AccessDenied)' >&2; exit 254;; esac
echo '{"Credentials": {"AccessKeyId": "ASIAROLE", "SecretAccessKey": "r0le-secret", "SessionToken": "r0le-token"}}'
""" % self.path("calls"))
        flags = self.credentials(keys={"username": "AKIAME", "password": "my-secret"})
        self.stages("withAWS(credentials: 'keys', region: 'eu-west-1', role: 'deploy', roleAccount: '123456789012', "
                    "roleSessionName: 'me', duration: 900) {\n"
                    "sh 'echo \"$AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_SESSION_TOKEN $AWS_REGION\"'\n}\n"
                    "sh 'echo \"after=${AWS_SESSION_TOKEN:-none}\"'\n"
                    "script { try { withAWS(role: 'lonely') { } } catch (e) { echo e.message } }\n"
                    "withAWS(role: 'arn:aws:iam::1:role/refused') { echo 'not reached' }",
                    before="options { skipDefaultCheckout() }")
        result = self.build(*flags, env=environment)
        self.assertEqual(result.code, 1, result.out + result.err)
        self.assertIn("\nASIAROLE **** **** eu-west-1\n", result.out)
        self.assertIn("\nafter=none\n", result.out)
        self.assertIn("needs the account too", result.out)
        self.assertIn("ERROR: the role arn:aws:iam::1:role/refused cannot be assumed: An error occurred (AccessDenied)",
                      result.out)
        self.assertNotIn("not reached", result.out)
        with open(self.path("calls"), encoding="utf-8") as file:
            self.assertEqual(file.readline(),
                             "AKIAME sts assume-role --role-arn arn:aws:iam::123456789012:role/deploy --output json "
                             "--role-session-name me --duration-seconds 900\n")

    def test_without_the_programs_the_errors_say_what_to_install(self):
        self.stages("script {\ntry { sshagent([]) { } } catch (e) { echo e.message }\n"
                    "try { withAWS(role: 'arn:aws:iam::1:role/x') { } } catch (e) { echo e.message }\n}",
                    before="options { skipDefaultCheckout() }")
        os.mkdir(self.path("empty"))
        result = self.build(env={"PATH": self.path("empty")})
        self.assertIn("sshagent needs the program ssh-agent (openssh-client)", result.out)
        self.assertIn("withAWS(role: ...) needs the AWS CLI, `aws`", result.out)


if __name__ == "__main__":
    unittest.main()
