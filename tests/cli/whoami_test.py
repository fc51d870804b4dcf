"""Whose credentials a run would use, for every way to get them; and what runs with them shows of them: nothing."""
import hashlib
import re
import urllib.parse

from support import *

FOREVER = "2099-01-01T00:00:00Z"
SECRETS = ("processsecret", "processtoken", "websecret", "jsonwebtoken", "signinsecret", "accesstoken1", "accesstoken2",
           "refreshtoken1", "clientsecret1")


class Ways:
    """STS that says who called, and IAM Identity Center; `self.called` are (path or action, access key)."""

    def setUp(self):
        super().setUp()
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            del self.env[name]
        self.called = []
        self.aws.operations.update({"Sts": self.sts, "GET": self.portal, "RunTask": self.aws.operations["RunTask"]})
        os.makedirs(self.path(".aws/sso/cache"))

    def sts(self, request):
        form = urllib.parse.parse_qs(request["form"])
        if "clientSecret" in request["form"]:  # A POST without target, too.
            return Reply({}, 400)
        action, key = form["Action"][0], self.aws.keys[-1]
        self.called.append((action, key))
        if action == "GetCallerIdentity":
            result = "<Arn>arn:aws:iam::1:user/%s</Arn><UserId>U</UserId><Account>%s</Account>" % (key, ACCOUNT)
        else:
            self.assertEqual(form["WebIdentityToken"], ["jsonwebtoken"])
            result = ("<Credentials><AccessKeyId>WEB</AccessKeyId><SecretAccessKey>websecret</SecretAccessKey><SessionToken>"
                      "t</SessionToken><Expiration>%s</Expiration></Credentials>" % FOREVER)
        return Reply(("<%sResponse><%sResult>%s</%sResult></%sResponse>" % (action, action, result, action, action)).encode(),
                     content_type="text/xml")

    def portal(self, path):
        self.called.append((path.split("?")[0], ""))
        return {"roleCredentials": {"accessKeyId": "SIGNIN", "secretAccessKey": "signinsecret", "sessionToken": "t",
                                    "expiration": 4070908800000}}

    def program(self, text, code=0, says=""):
        self.write("keys.json", text)
        path = self.write("program", "#!/bin/sh\n[ -z '%s' ] || echo '%s' >&2\ncat %s\necho run >>%s\nexit %d\n" % (
            says, says, self.path("keys.json"), self.path("runs"), code))
        os.chmod(path, 0o700)
        self.write(".aws/config", "[profile p]\ncredential_process = %s 'a b'\n" % path)

    def keys(self, **more):
        return json.dumps({"Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": "processsecret",
                           "SessionToken": "processtoken", **more})

    def whoami(self, *arguments, code=0, **options):
        result = self.runtask("whoami", *arguments, **options)
        self.assertEqual(result.code, code, result)
        self.assertLessEqual(result.err.count("error:"), 1, result.err)
        texts = [result.out, result.err]
        for folder, _, names in os.walk(self.state):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    texts.append(file.read().decode("latin-1"))
        for secret in SECRETS:
            self.assertFalse([text for text in texts if secret in text], (secret, result))
        return result

    def sign_in(self, expires, **more):
        self.write(".aws/config", "[profile s]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R\n[sso-session corp]\n"
                   "sso_start_url = https://start\nsso_region = eu-west-1\n")
        return self.write(".aws/sso/cache/%s.json" % hashlib.sha1(b"corp").hexdigest(),
                          json.dumps({"accessToken": "accesstoken1", "expiresAt": expires, **more}))


class Whoami(Ways, AwsSandbox):
    def test_keys_of_the_environment(self):
        env = {"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "processsecret"}
        result = self.whoami(env=env)
        self.assertEqual([line.split(None, 1) for line in result.out.splitlines()],
                         [["account", ACCOUNT], ["arn", "arn:aws:iam::1:user/ENV"], ["source", "the environment"],
                          ["until", "they do not say when they end"], ["region", REGION]])
        self.assertEqual(json.loads(self.whoami("--json", env=env).out),
                         {"account": ACCOUNT, "arn": "arn:aws:iam::1:user/ENV", "user_id": "U", "source": "the environment",
                          "expires_at": None, "region": REGION})

    def test_a_program(self):
        self.program(self.keys(Expiration=FOREVER), says="touch your key")
        result = self.whoami("--profile", "p", "--json")
        who = json.loads(result.out)
        self.assertEqual(who["arn"], "arn:aws:iam::1:user/PROCESS")
        self.assertEqual(who["expires_at"], "2099-01-01T00:00:00.000Z")
        self.assertIn("program", who["source"])
        self.assertIn("touch your key", result.err)
        self.assertEqual(self.text("runs"), "run\n", "once, for all that was asked")

    def test_a_program_that_fails_shows_its_words_but_not_its_output(self):
        for text, code, words in ((self.keys(), 3, "code 3"), (self.keys()[:-5], 0, "not one JSON object"),
                                  (self.keys(Version=2), 0, "Version"), ("processsecret", 0, "JSON")):
            self.program(text, code, says="cannot reach the vault")
            result = self.whoami("--profile", "p", code=1)
            self.assertIn(words, result.err)
            self.assertIn("cannot reach the vault", result.err)
        self.write(".aws/config", "[profile p]\ncredential_process = %s\n" % self.path("nowhere"))
        self.assertIn("cannot be started", self.whoami("--profile", "p", code=1).err)
        self.assertEqual(self.called, [])

    def test_a_web_identity(self):
        env = {"AWS_WEB_IDENTITY_TOKEN_FILE": self.write("token", "jsonwebtoken\n"), "AWS_ROLE_ARN": "arn:aws:iam::1:role/r"}
        who = json.loads(self.whoami("--json", env=env).out)
        self.assertEqual(who["arn"], "arn:aws:iam::1:user/WEB")
        self.assertEqual(self.called, [("AssumeRoleWithWebIdentity", ""), ("GetCallerIdentity", "WEB")])

    def test_a_web_identity_that_has_expired(self):
        env = {"AWS_WEB_IDENTITY_TOKEN_FILE": self.write("token", "jsonwebtoken\n"), "AWS_ROLE_ARN": "arn:aws:iam::1:role/r"}
        self.aws.operations["Sts"] = lambda _: Reply(
            b"<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredTokenException</Code><Message>Token expired: jsonwebtoken"
            b"</Message></Error></ErrorResponse>", 400, "text/xml")
        self.assertIn("Token expired", self.whoami(env=env, code=1).err)
        self.assertEqual(self.aws.count("Sts"), 1)

    def test_a_sign_in(self):
        self.sign_in(FOREVER)
        who = json.loads(self.whoami("--profile", "s", "--json").out)
        self.assertEqual(who["arn"], "arn:aws:iam::1:user/SIGNIN")
        self.assertIn("role R in account 1", who["source"])
        self.assertEqual(self.called[0], ("/federation/credentials", ""))

    def test_an_ended_sign_in_says_what_to_type(self):
        self.sign_in("2020-01-01T00:00:00Z")
        self.assertIn("aws sso login --sso-session corp", self.whoami("--profile", "s", code=1).err)
        os.unlink(self.sign_in(FOREVER))
        self.assertIn("aws sso login --sso-session corp", self.whoami("--profile", "s", code=1).err)
        self.sign_in(FOREVER)
        self.aws.operations["GET"] = lambda _: Reply({"__type": "UnauthorizedException", "message": "no"}, 401)
        self.assertIn("aws sso login --sso-session corp", self.whoami("--profile", "s", code=1).err)
        self.assertEqual(self.called, [])

    def test_a_sign_in_near_its_end_is_prolonged(self):
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 300))
        path = self.sign_in(soon, refreshToken="refreshtoken1", clientId="id", clientSecret="clientsecret1",
                            registrationExpiresAt=FOREVER)
        self.aws.operations["Sts"] = lambda request: (
            {"accessToken": "accesstoken2", "expiresIn": 3600} if "grantType" in request else self.sts(request))
        self.whoami("--profile", "s")
        with open(path, encoding="utf-8") as file:
            kept = json.load(file)
        self.assertEqual((kept["accessToken"], kept["refreshToken"]), ("accesstoken2", "refreshtoken1"))
        self.assertRegex(kept["expiresAt"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

    def test_errors_say_what_to_do(self):
        self.assertIn("no AWS credentials", self.whoami(code=1).err)
        self.assertIn("AWS_REGION", self.whoami(code=1, env={"AWS_REGION": ""}).err)
        self.assertIn("`nobody`", self.whoami("--profile", "nobody", code=1).err)
        self.aws.operations["Sts"] = lambda _: Reply(
            b"<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>m</Message></Error></ErrorResponse>", 403, "text/xml")
        env = {"AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "processsecret"}
        self.assertIn("InvalidClientTokenId", self.whoami(code=1, env=env).err)


class RunsWithThem(Ways, AwsSandbox):
    def test_a_program_is_asked_again_when_its_keys_have_expired(self):
        self.program(self.keys())
        self.script = [self.task_now("RUNNING"), Reply.error("ExpiredTokenException", "processtoken has expired"),
                       self.task_now("STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 3})]
        result = self.run_aws("--profile", "p")
        self.assertEqual(result.code, 3, result)
        self.assertEqual(self.text("runs"), "run\nrun\n")
        self.assertEqual(self.aws.count("RunTask"), 1)

    def test_history_is_private_and_holds_no_key_and_nobody_sees_one_in_ps(self):
        self.program(self.keys())
        self.script = [self.task_now("RUNNING")]
        process = self.start("run", "--cluster", "c", "--task-definition", "manage", "--drain", "0", "--profile", "p")
        wait_until(lambda: self.describes > 0, "the first DescribeTasks")
        with open("/proc/%d/cmdline" % process.pid, "rb") as file:
            self.assertNotIn(b"process", file.read().replace(RUNTASK.encode(), b""))
        with open("/proc/%d/limits" % process.pid, encoding="utf-8") as file:
            core = re.search(r"Max core file size\s+(\S+)\s+(\S+)", file.read())
        self.assertEqual(core.groups(), ("0", "0"), "no core dump of its memory")
        self.script = [self.task_now("STOPPED", stopCode="EssentialContainerExited", exit_codes={"main": 0})]
        self.describes = 0
        self.assertEqual(self.finish(process).code, 0)
        seen = 0
        for folder, _, names in os.walk(self.state):
            self.assertEqual(os.stat(folder).st_mode & 0o077, 0, folder)
            for name in names:
                path = os.path.join(folder, name)
                self.assertEqual(os.stat(path).st_mode & 0o777, 0o600, path)
                with open(path, "rb") as file:
                    content = file.read()
                for secret in SECRETS:
                    self.assertNotIn(secret.encode(), content, path)
                seen += 1
        self.assertGreater(seen, 0)


class EmbeddedWhoami(Sandbox):
    def test_the_embedded_ecs_says_who_its_keys_are(self):
        who = json.loads(self.ok("whoami", "--local", "--json").out)
        self.assertEqual(who["account"], "000000000000")
        self.assertIn("embedded", who["source"])


if __name__ == "__main__":
    main()
