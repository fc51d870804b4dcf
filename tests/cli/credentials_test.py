"""Credentials that must be fetched: roles, a container's, a machine's; with the real client on loopback."""
import pty
import select

from support import *

SECRETS = ("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "containersecret", "sessionsecret", "sessiontoken",
           "authorizationtoken", "metadatatoken")
FOREVER = "2099-01-01T00:00:00Z"


def keys(name):
    return {"Code": "Success", "AccessKeyId": name, "SecretAccessKey": "containersecret", "Token": "sessiontoken",
            "Expiration": FOREVER}


class Metadata:
    """A server of the kind that clouds have beside a container or a machine: "METHOD /path" -> text or status."""

    def __init__(self, answers):
        self.calls = []  # (method and path, headers), in order.
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def log_message(self, *_):
                pass

            def answer(self):
                call = self.command + " " + self.path
                outer.calls.append((call, dict(self.headers)))
                answer = answers.get(call, 404)
                body = b"" if isinstance(answer, int) else answer.encode()
                self.send_response(answer if isinstance(answer, int) else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = answer

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class FetchedKeys:
    """AWS that writes down who called, and an STS whose sessions are called SESSION1, SESSION2, ..."""

    def setUp(self):
        super().setUp()
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            del self.env[name]
        self.signers = []  # (operation, access key), in order.
        self.sessions = 0
        handler = self.aws.server.RequestHandlerClass
        answer = handler.do_POST

        def do_post(this):
            key = this.headers["Authorization"].split("Credential=")[1].split("/")[0]
            self.signers.append((this.headers.get("X-Amz-Target", "x.Sts").split(".")[-1], key))
            answer(this)

        handler.do_POST = do_post
        self.aws.operations["Sts"] = self.assume

    def assume(self, _):
        self.sessions += 1
        return Reply(("<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>SESSION%d</AccessKeyId>"
                      "<SecretAccessKey>sessionsecret</SecretAccessKey><SessionToken>sessiontoken</SessionToken>"
                      "<Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
                      % (self.sessions, FOREVER)).encode(), content_type="text/xml")

    def metadata(self, answers):
        server = Metadata(answers)
        self.addCleanup(server.close)
        return server

    def role_profile(self, more=""):
        os.makedirs(self.path(".aws"), exist_ok=True)
        self.write(".aws/config", "[profile base]\naws_access_key_id = BASE\naws_secret_access_key = %s\n"
                   "[profile role]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n%s\n"
                   % (SECRETS[0], more))

    def check_no_secret(self, *results):
        """In nothing that was printed, and in nothing that was stored."""
        texts = [part for result in results for part in (result.out, result.err)]
        for folder, _, names in os.walk(self.state):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    texts.append(file.read().decode("latin-1"))
        for secret in SECRETS:
            self.assertFalse([text for text in texts if secret in text], secret)


class FetchedCredentials(FetchedKeys, AwsSandbox):
    def test_a_containers_credentials_are_used_and_fetched_once(self):
        server = self.metadata({"GET /keys": json.dumps(keys("CONTAINER"))})
        self.env.update({"AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/keys",
                         "AWS_CONTAINER_AUTHORIZATION_TOKEN": "authorizationtoken"})
        result = self.run_aws()
        self.assertEqual(result.code, 0, result)
        self.assertEqual({key for _, key in self.signers}, {"CONTAINER"})
        self.assertEqual([call for call, _ in server.calls], ["GET /keys"])
        self.assertEqual(server.calls[0][1]["Authorization"], "authorizationtoken")
        self.check_no_secret(result)

    def test_a_machines_role_is_used(self):
        roles = "/latest/meta-data/iam/security-credentials/"
        server = self.metadata({"PUT /latest/api/token": "metadatatoken", "GET " + roles: "agent",
                                "GET " + roles + "agent": json.dumps(keys("MACHINE"))})
        self.env.update({"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url})
        result = self.run_aws()
        self.assertEqual(result.code, 0, result)
        self.assertEqual({key for _, key in self.signers}, {"MACHINE"})
        self.assertEqual(server.calls[2][1]["x-aws-ec2-metadata-token"], "metadatatoken")
        self.check_no_secret(result)

    def test_without_anything_the_answer_says_what_to_do(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            self.env.update({"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT":
                             "http://127.0.0.1:%d" % unused.getsockname()[1]})
            result = self.run_aws()
        self.assertEqual(result.code, 125, result)
        self.assertIn("no AWS credentials", result.err)
        self.assertEqual(self.signers, [])

    def test_a_profiles_role_is_assumed(self):
        self.role_profile()
        result = self.run_aws("--profile", "role")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(self.signers[0], ("Sts", "BASE"))
        self.assertEqual({key for _, key in self.signers[1:]}, {"SESSION1"})
        form = self.aws.requests("Sts")[0]["form"]
        self.assertIn("Action=AssumeRole&", form)
        self.assertIn("RoleSessionName=runtask", form)
        self.check_no_secret(result)

    def test_expired_sessions_are_replaced_while_the_task_runs(self):
        self.role_profile()
        self.script = [self.task_now("RUNNING"), Reply.error("ExpiredTokenException", "expired"),
                       self.task_now("STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 3})]
        result = self.run_aws("--profile", "role")
        self.assertEqual(result.code, 3, result)
        self.assertEqual(self.sessions, 2)
        self.assertEqual(self.signers[-1][1], "SESSION2")
        self.assertEqual(self.aws.count("RunTask"), 1)

    def test_a_refused_role_starts_nothing_and_shows_no_secret(self):
        self.role_profile()
        message = "no: " + ", ".join(SECRETS)
        self.aws.operations["Sts"] = lambda _: Reply(
            ("<ErrorResponse><Error><Code>AccessDenied</Code><Message>%s</Message></Error></ErrorResponse>"
             % SECRETS[0]).encode(), 403, "text/xml")
        refused = self.run_aws("--profile", "role")
        self.assertEqual(refused.code, 125, refused)
        self.assertIn("arn:aws:iam::1:role/r", refused.err)
        self.assertIn("AccessDenied", refused.err)
        self.assertEqual(self.aws.count("RunTask"), 0)
        server = self.metadata({"GET /keys": message})
        broken = self.run_aws(env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/keys",
                                   "AWS_CONTAINER_AUTHORIZATION_TOKEN": "authorizationtoken"})
        self.assertEqual(broken.code, 125, broken)
        self.check_no_secret(refused, broken)

    def test_a_failing_call_shows_no_secret_of_a_session(self):
        self.role_profile()
        self.aws.operations["RunTask"] = lambda _: Reply.error("ClientException", "you sent sessiontoken, sessionsecret")
        result = self.run_aws("--profile", "role")
        self.assertNotEqual(result.code, 0)
        self.assertIn("ClientException", result.err)
        self.check_no_secret(result)


class EmbeddedSts(Sandbox):
    def test_a_profiles_role_works_on_the_embedded_endpoint_too(self):
        self.register("manage", ("main", "exit 5"))
        exports = dict(line[len("export "):].split("=", 1) for line in self.ok("local", "env").out.splitlines()
                       if line.startswith("export "))
        base = {name: exports.pop(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
        os.makedirs(self.path(".aws"), exist_ok=True)
        self.write(".aws/config", "[profile base]\naws_access_key_id = %s\naws_secret_access_key = %s\n"
                   "[profile role]\nrole_arn = arn:aws:iam::000000000000:role/any\nsource_profile = base\n"
                   % (base["AWS_ACCESS_KEY_ID"], base["AWS_SECRET_ACCESS_KEY"]))
        result = self.runtask("run", "--profile", "role", "--cluster", "default", "--task-definition", "manage",
                              "--drain", "0", env=exports)
        self.assertEqual(result.code, 5, result)


class OnATerminal(FetchedKeys):
    def run_on_terminal(self, profile, question, typed):
        """Types when asked; returns the exit code and what was on the screen."""
        child, screen = pty.fork()
        if child == 0:
            os.chdir(self.directory)
            os.execve(RUNTASK, [RUNTASK, "run", "--cluster", "c", "--task-definition", "manage", "--drain", "0",
                                "--profile", profile], self.env)
        shown, is_typed, deadline = b"", False, time.monotonic() + LONGEST
        try:
            while time.monotonic() < deadline:
                if not select.select([screen], [], [], 1)[0]:
                    continue
                try:
                    part = os.read(screen, 4096)
                except OSError:  # The child has closed it.
                    break
                if not part:
                    break
                shown += part
                if question in shown and not is_typed:
                    is_typed = True
                    os.write(screen, typed)
            else:
                os.kill(child, signal.SIGKILL)
        finally:
            os.close(screen)
            _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status), shown.decode("utf-8", "replace")


class Program(OnATerminal, AwsSandbox):
    """credential_process, as the AWS CLI runs it: it may ask."""

    def program(self, pin_from):
        os.makedirs(self.path(".aws"), exist_ok=True)
        path = self.write("program", "#!/bin/sh\necho $$ >%s\nprintf 'PIN of the vault: ' >&2\nread -r pin %s || exit 3\n"
                          "echo '{\"Version\": 1, \"AccessKeyId\": \"PIN'$pin'\", \"SecretAccessKey\": \"containersecret\"}'\n"
                          % (self.path("pid"), pin_from))
        os.chmod(path, 0o700)
        self.write(".aws/config", "[profile p]\ncredential_process = %s\n" % path)

    def test_may_ask_at_the_terminal_and_by_standard_input(self):
        for pin_from in ("</dev/tty", ""):
            with self.subTest(pin_from=pin_from):
                del self.signers[:]
                self.program(pin_from)
                code, shown = self.run_on_terminal("p", b"PIN of the vault: ", b"1234\n")
                self.assertEqual(code, 0, shown)
                self.assertEqual({key for _, key in self.signers}, {"PIN1234"})
                self.assertNotIn("containersecret", shown)

    def test_ctrl_c_ends_the_question(self):
        self.program("")
        code, shown = self.run_on_terminal("p", b"PIN of the vault: ", b"\x03")
        self.assertIn(code, (-signal.SIGINT, 130), shown)
        self.assertEqual(self.signers, [])
        pid = int(self.text("pid"))
        wait_until(lambda: not os.path.exists("/proc/%d" % pid), "the program's end")

    def test_it_does_not_outlive_whoever_asked(self):
        self.program("</dev/null; exec sleep 1000")
        for number in (signal.SIGTERM, signal.SIGKILL):
            process = self.start("whoami", "--profile", "p", stderr=self.sink("err"))
            pid = int(wait_until(lambda: os.path.exists(self.path("pid")) and self.text("pid"), "the program's start"))
            process.send_signal(number)
            process.wait()
            wait_until(lambda p=pid: not os.path.exists("/proc/%d" % p), "the program's end")
            os.unlink(self.path("pid"))

    def test_without_a_terminal_the_program_says_so(self):
        self.program("</dev/tty")
        result = self.run_aws("--profile", "p", start_new_session=True)
        self.assertEqual(result.code, 125, result)
        self.assertIn("/dev/tty", result.err)
        self.assertEqual(self.signers, [])


class MfaDevice(OnATerminal, AwsSandbox):
    def setUp(self):
        super().setUp()
        self.role_profile("mfa_serial = arn:aws:iam::1:mfa/jane")

    def test_without_a_terminal_it_is_an_error_that_says_so(self):
        result = self.run_aws("--profile", "role", start_new_session=True)
        self.assertEqual(result.code, 125, result)
        self.assertIn("arn:aws:iam::1:mfa/jane", result.err)
        self.assertIn("no terminal", result.err)
        self.assertEqual(self.aws.count("RunTask"), 0)
        self.assertEqual(self.sessions, 0)

    def test_on_a_terminal_the_code_is_asked_for(self):
        code, shown = self.run_on_terminal("role", b"MFA code", b"123456\n")
        self.assertEqual(code, 0, shown)
        self.assertIn("arn:aws:iam::1:mfa/jane", shown)
        self.assertIn("TokenCode=123456", self.aws.requests("Sts")[0]["form"])
        self.assertEqual(self.sessions, 1)

    def test_what_is_no_code_is_refused(self):
        code, shown = self.run_on_terminal("role", b"MFA code", b"what?\n")
        self.assertEqual(code, 125, shown)
        self.assertIn("6 digits", shown)
        self.assertEqual(self.sessions, 0)


if __name__ == "__main__":
    main()
