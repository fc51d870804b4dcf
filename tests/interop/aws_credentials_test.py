"""The same AWS files, environment and servers give the same credentials in runtask and in botocore: one row, one case.

botocore says which keys it finds. runtask shows none, so it is told by what it does: `whoami` calls a scripted STS with the
same access key and session token, and with a signature that only the same secret makes.
"""
import hashlib
import os
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "cli"))

from support import *  # noqa: E402

PYTHON = "/usr/bin/python3"
FOREVER = "2099-01-01T00:00:00Z"
SOON = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 300))

# What botocore finds, a case a line. It knows no AWS_ENDPOINT_URL in Debian's version, so its clients are given one.
BOTOCORE = r"""
import json, os, sys
import botocore.credentials, botocore.loaders, botocore.session, botocore.tokens
make = botocore.session.Session.create_client
def create_client(self, service, *args, **kwargs):
    kwargs["endpoint_url"] = os.environ["FAKE"]
    kwargs.setdefault("region_name", "eu-west-1")
    return make(self, service, *args, **kwargs)
botocore.session.Session.create_client = create_client
loader = botocore.loaders.create_loader()  # One for all: what it has read it keeps.
for line in sys.stdin:
    case = json.loads(line)
    os.environ.clear()
    os.environ.update(case["env"])
    cache = os.path.join(case["env"]["HOME"], ".aws", "sso", "cache")  # As it is made of HOME when botocore is imported.
    botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = cache
    botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = cache
    try:
        session = botocore.session.Session(profile=case["profile"])
        session.register_component("data_loader", loader)
        found = session.get_credentials()
        keys = found.get_frozen_credentials() if found else None
        print(json.dumps(keys and [keys.access_key, keys.secret_key, keys.token or ""]))
    except Exception as error:
        print(json.dumps({"error": str(error)}))
"""

# Signs again what runtask has sent, with what botocore has found.
SIGN = r"""
import json, sys
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
import botocore.auth, datetime
for line in sys.stdin:
    case = json.loads(line)
    class Fixed(datetime.datetime):
        @classmethod
        def utcnow(cls):
            return datetime.datetime.strptime(case["date"], "%Y%m%dT%H%M%SZ")
    botocore.auth.datetime.datetime = Fixed
    request = AWSRequest("POST", case["url"], data=case["body"].encode(), headers=case["headers"])
    SigV4Auth(Credentials(*case["keys"][:2], case["keys"][2] or None), "sts", "eu-west-1").add_auth(request)
    print(request.headers["Authorization"])
"""


def section(name, **values):
    return "[%s]\n" % name + "".join("%s = %s\n" % pair for pair in values.items())


def keys(name):
    return {"aws_access_key_id": name, "aws_secret_access_key": "secret-of-" + name}


def env_keys(name, **more):
    return {"AWS_ACCESS_KEY_ID": name, "AWS_SECRET_ACCESS_KEY": "secret-of-" + name, **more}


BASE = section("base", **keys("BASE"))
WEB = {"web_identity_token_file": "HOME/token", "role_arn": "arn:aws:iam::123456789012:role/web"}
SSO = {"sso_start_url": "https://start", "sso_region": "eu-west-1", "sso_account_id": "123456789012", "sso_role_name": "Reader"}
SESSION = section("profile p", sso_session="corp", sso_account_id="123456789012", sso_role_name="Reader") + section(
    "sso-session corp", sso_start_url="https://start", sso_region="eu-west-1")
TOKEN = {"accessToken": "cached-token", "expiresAt": FOREVER}
AGED = {**TOKEN, "expiresAt": SOON, "refreshToken": "refresh", "clientId": "id", "clientSecret": "cs",
        "registrationExpiresAt": FOREVER}
WEB_ENV = {"AWS_WEB_IDENTITY_TOKEN_FILE": "HOME/token", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/web"}
ROLE = "arn:aws:iam::123456789012:role/"
PROCESS = "HOME/program"


class Case:
    """`found`: what the access key begins with; None: neither finds any, or both refuse."""

    def __init__(self, found, config="", credentials="", env=None, profile=None, files=None):
        self.found, self.config, self.credentials = found, config, credentials
        self.env, self.profile, self.files = env or {}, profile, files or {}


CASES = {
    # ---- The environment
    "environment": Case("ENV", env=env_keys("ENV")),
    "environment with a token": Case("ENV", env=env_keys("ENV", AWS_SESSION_TOKEN="t1")),
    "environment with the old token": Case("ENV", env=env_keys("ENV", AWS_SECURITY_TOKEN="t2")),
    "environment before files": Case("ENV", credentials=section("default", **keys("DEFAULT")), env=env_keys("ENV")),
    "environment before AWS_PROFILE": Case("ENV", credentials=BASE, env=env_keys("ENV", AWS_PROFILE="base")),
    "explicit profile before environment": Case("BASE", credentials=BASE, env=env_keys("ENV"), profile="base"),
    "half a pair in the environment": Case(None, env={"AWS_ACCESS_KEY_ID": "ENV"}),
    # ---- Keys in the files
    "default": Case("DEFAULT", credentials=section("default", **keys("DEFAULT"))),
    "AWS_PROFILE": Case("BASE", credentials=BASE, env={"AWS_PROFILE": "base"}),
    "AWS_DEFAULT_PROFILE": Case("BASE", credentials=BASE, env={"AWS_DEFAULT_PROFILE": "base"}),
    "missing profile": Case(None, credentials=BASE, profile="nobody"),
    "config file": Case("CONFIG", config=section("profile p", **keys("CONFIG")), profile="p"),
    "default of the config file": Case("CONFIG", config=section("default", **keys("CONFIG"))),
    "credentials before config": Case("STORED", config=section("profile p", **keys("CONFIG")),
                                      credentials=section("p", **keys("STORED")), profile="p"),
    "token in a file": Case("STORED", credentials=section("p", **keys("STORED"), aws_session_token="t3"), profile="p"),
    "old token in a file": Case("STORED", credentials=section("p", **keys("STORED"), aws_security_token="t4"), profile="p"),
    "half a pair in a file": Case(None, credentials=section("p", aws_access_key_id="STORED"), profile="p"),
    "name with blanks": Case("STORED", config='[profile "a b"]\nregion = x\n', credentials=section("a b", **keys("STORED")),
                             profile="a b"),
    "files elsewhere": Case("ELSEWHERE", credentials=section("default", **keys("HERE")),
                            files={"other": section("default", **keys("ELSEWHERE"))},
                            env={"AWS_SHARED_CREDENTIALS_FILE": "~/other"}),
    "comments, capitals and nested settings": Case(
        "STORED", config="# c\n[profile p]\ns3 =\n  a = b\n  c = d\nRegion=eu-west-1\n; d\n",
        credentials="\n[p]\n\n# c\nAWS_ACCESS_KEY_ID=STORED\naws_secret_access_key   =   s3==\n", profile="p"),
    "files that are indented": Case(
        "STORED", config="[default]\n  region = x\n  output = json\n  [profile p]\n\tregion = eu-west-1\n\toutput = json\n",
        credentials="[p]\n    aws_access_key_id = STORED\n    aws_secret_access_key = secret-of-STORED\n    aws_session_token = t5\n",
        profile="p"),
    "colons": Case("STORED", credentials="[p]\naws_access_key_id: STORED\naws_secret_access_key : secret=:of-STORED\n", profile="p"),
    "not a profile in the config file": Case(None, config=section("p", **keys("CONFIG")), profile="p"),
    # ---- Roles
    "role": Case("ROLE-a<BASE", config=section("profile p", role_arn=ROLE + "a", source_profile="base"), credentials=BASE,
                 profile="p"),
    "role with all settings": Case(
        "ROLE-a<BASE", config=section("profile p", role_arn=ROLE + "a", source_profile="base", external_id="e x",
                                      role_session_name="me", duration_seconds="1800"), credentials=BASE, profile="p"),
    "role in the credentials file": Case(
        "ROLE-a<BASE", credentials=BASE + section("p", role_arn=ROLE + "a", source_profile="base"), profile="p"),
    "role in one file and its source in the other": Case(
        "ROLE-a<BASE", config=section("profile p", role_arn=ROLE + "a"),
        credentials=BASE + section("p", source_profile="base"), profile="p"),
    "role in both files": Case(
        "ROLE-a<BASE", config=section("profile p", role_arn=ROLE + "b", source_profile="base"),
        credentials=BASE + section("p", role_arn=ROLE + "a"), profile="p"),
    "role of the default profile": Case(
        "ROLE-a<DEFAULT", config=section("profile p", role_arn=ROLE + "a", source_profile="default"),
        credentials=section("default", **keys("DEFAULT")), env={"AWS_PROFILE": "p"}),
    "role of a role": Case("ROLE-a<ROLE-b<BASE", config=section("profile p", role_arn=ROLE + "a", source_profile="q") +
                           section("profile q", role_arn=ROLE + "b", source_profile="base"), credentials=BASE, profile="p"),
    "its own source": Case("ROLE-a<OWN", config=section("profile p", role_arn=ROLE + "a", source_profile="p", **keys("OWN")),
                           profile="p"),
    "source with keys and a role": Case(
        "ROLE-a<OWN", config=section("profile p", role_arn=ROLE + "a", source_profile="q") +
        section("profile q", role_arn=ROLE + "b", source_profile="base", **keys("OWN")), credentials=BASE, profile="p"),
    "a circle": Case(None, config=section("profile p", role_arn=ROLE + "a", source_profile="q") +
                     section("profile q", role_arn=ROLE + "b", source_profile="p"), profile="p"),
    "role without a source": Case(None, config=section("profile p", role_arn=ROLE + "a"), profile="p"),
    "role with two sources": Case(None, config=section("profile p", role_arn=ROLE + "a", source_profile="base",
                                                       credential_source="Environment"), credentials=BASE, profile="p"),
    "source that is missing": Case(None, config=section("profile p", role_arn=ROLE + "a", source_profile="q"), profile="p"),
    "credential_source Environment": Case(
        "ROLE-a<ENV", config=section("profile p", role_arn=ROLE + "a", credential_source="Environment"), env=env_keys("ENV"),
        profile="p"),
    "credential_source EcsContainer": Case(
        "ROLE-a<CONTAINER", config=section("profile p", role_arn=ROLE + "a", credential_source="EcsContainer"),
        env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "FAKE/container"}, profile="p"),
    "credential_source Ec2InstanceMetadata": Case(
        "ROLE-a<MACHINE", config=section("profile p", role_arn=ROLE + "a", credential_source="Ec2InstanceMetadata"),
        env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "FAKE", "AWS_EC2_METADATA_DISABLED": ""}, profile="p"),
    "credential_source of nobody": Case(
        None, config=section("profile p", role_arn=ROLE + "a", credential_source="Moon"), profile="p"),
    "credential_source in small letters": Case(
        None, config=section("profile p", role_arn=ROLE + "a", credential_source="environment"), env=env_keys("ENV"),
        profile="p"),
    # ---- Web identity
    "web identity of the environment": Case("WEB", env=WEB_ENV),
    "web identity with a session's name": Case("WEB", env={**WEB_ENV, "AWS_ROLE_SESSION_NAME": "me"}),
    "web identity of a profile": Case("WEB", config=section("profile p", **WEB), profile="p"),
    "web identity's role of the environment, file of the profile": Case(
        "WEB", config=section("default", web_identity_token_file="HOME/token"), env={"AWS_ROLE_ARN": ROLE + "web"}),
    "web identity before keys": Case("WEB", credentials=section("default", **keys("DEFAULT")), env=WEB_ENV),
    "explicit profile before a web identity": Case("BASE", credentials=BASE, env=WEB_ENV, profile="base"),
    "web identity without a role": Case(None, env={"AWS_WEB_IDENTITY_TOKEN_FILE": "HOME/token"}),
    "role of a web identity": Case("ROLE-a<WEB", config=section("profile p", role_arn=ROLE + "a", source_profile="q") +
                                   section("profile q", **WEB), profile="p"),
    # ---- IAM Identity Center
    "sign-in with a session": Case("SSO-cached-token", config=SESSION, profile="p", files={"corp": TOKEN}),
    "sign-in of the older form": Case("SSO-cached-token", config=section("profile p", **SSO), profile="p",
                                      files={"https://start": TOKEN}),
    "sign-in that is prolonged": Case("SSO-new-token", config=SESSION, profile="p", files={"corp": AGED}),
    "older form is not prolonged": Case("SSO-cached-token", config=section("profile p", **SSO), profile="p",
                                        files={"https://start": AGED}),
    "sign-in before keys": Case("SSO-cached-token", config=section("profile p", **SSO),
                                credentials=section("p", **keys("STORED")), profile="p", files={"https://start": TOKEN}),
    "nobody signed in": Case(None, config=SESSION, profile="p"),
    "sign-in without a region": Case(None, config=section("profile p", sso_start_url="https://start", sso_account_id="1",
                                                          sso_role_name="R"), profile="p"),
    "session that is missing": Case(None, config=section("profile p", sso_session="x", sso_account_id="1",
                                                         sso_role_name="R"), profile="p"),
    "session and profile that differ": Case(None, config=SESSION.replace("[sso", "sso_region = us-east-1\n[sso"), profile="p",
                                            files={"corp": TOKEN}),
    "only a session is no sign-in": Case("STORED", config="[profile p]\nsso_session = corp\n" + SESSION.partition("\n[")[2].join(
        ("[", "")), credentials=section("p", **keys("STORED")), profile="p"),
    # ---- Programs
    "program": Case("PROCESS", config=section("profile p", credential_process=PROCESS), profile="p"),
    "program with words": Case("PROCESS-a b", config=section("profile p", credential_process=PROCESS + " 'a b'"), profile="p"),
    "program of another version": Case(None, config=section("profile p", credential_process=PROCESS + " v2"), profile="p"),
    "program that fails": Case(None, config=section("profile p", credential_process=PROCESS + " fail"), profile="p"),
    "program in the credentials file": Case("PROCESS", credentials=section("p", credential_process=PROCESS), profile="p"),
    "keys before a program": Case("STORED", config=section("profile p", credential_process=PROCESS),
                                  credentials=section("p", **keys("STORED")), profile="p"),
    "program before keys of the config file": Case(
        "PROCESS", config=section("profile p", credential_process=PROCESS, **keys("CONFIG")), profile="p"),
    "role of a program": Case("ROLE-a<PROCESS", config=section("profile p", role_arn=ROLE + "a", source_profile="q") +
                              section("profile q", credential_process=PROCESS), profile="p"),
    # ---- Container and machine
    "container": Case("CONTAINER", env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "FAKE/container"}),
    "container with a token": Case("CONTAINER-auth", env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "FAKE/container",
                                                          "AWS_CONTAINER_AUTHORIZATION_TOKEN": "auth"}),
    "container elsewhere": Case(None, env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/container"}),
    "files before the container": Case("DEFAULT", credentials=section("default", **keys("DEFAULT")),
                                       env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "FAKE/container"}),
    "machine": Case("MACHINE", env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "FAKE", "AWS_EC2_METADATA_DISABLED": ""}),
    "machine where the token does not arrive": Case("V1-MACHINE", env={
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": "FAKE/far", "AWS_EC2_METADATA_DISABLED": "", "AWS_METADATA_SERVICE_TIMEOUT": "1"}),
    "machine that is asked once": Case(None, env={
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": "FAKE/busy", "AWS_EC2_METADATA_DISABLED": ""}),
    "machine that is asked twice": Case("MACHINE", env={
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": "FAKE/busy", "AWS_EC2_METADATA_DISABLED": "",
        "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "2"}),
    "machine that the profile asks twice": Case(
        "MACHINE", config=section("default", metadata_service_num_attempts="2"), env={
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": "FAKE/busy", "AWS_EC2_METADATA_DISABLED": ""}),
    "container before the machine": Case("CONTAINER", env={
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "FAKE/container", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "FAKE",
        "AWS_EC2_METADATA_DISABLED": ""}),
    "machine switched off": Case(None, env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "FAKE"}),
    "nothing": Case(None),
}

PROGRAM = """#!/bin/sh
[ "$1" != fail ] || exit 1
version=1
name=PROCESS${1:+-$1}
[ "$1" != v2 ] || version=2
printf '{"Version": %s, "AccessKeyId": "%s", "SecretAccessKey": "process-secret", "SessionToken": "process-token"}' $version "$name"
"""


class FakeCloud:
    """STS, IAM Identity Center, a container's and a machine's servers, in one. Keys are named after what was asked."""

    def __init__(self):
        self.identity_calls = []  # (headers, body)
        self.is_busy = False  # The busy machine, for one request after its token.
        self.closed = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def log_message(self, *_):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                try:
                    status, kind, text = outer.answer(self.command, self.path, self.headers, body)
                except ConnectionAbortedError:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_PUT = do_POST = answer

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, method, path, headers, body):
        plain = path.split("?")[0]
        machine = "/latest/meta-data/iam/security-credentials/"
        if plain == "/far/latest/api/token":
            self.closed.wait(30)  # As in a container beyond the hop limit of the token.
            raise ConnectionAbortedError
        if plain.startswith("/far/"):
            if plain.endswith("/agent"):
                return self.json_keys("V1-MACHINE") if "x-aws-ec2-metadata-token" not in headers else (401, "text/plain", "")
            return 200, "text/plain", "agent"
        if plain.startswith("/busy/"):
            plain = plain[len("/busy"):]
            if plain == "/latest/api/token":
                self.is_busy = True
            if plain == machine and self.is_busy:
                self.is_busy = False
                return 503, "text/plain", ""
        if plain == "/container":
            return self.json_keys("CONTAINER" + ("-" + headers["Authorization"] if "Authorization" in headers else ""))
        if plain == "/latest/api/token":
            return 200, "text/plain", "imds-token"
        if plain == machine:
            return 200, "text/plain", "agent"
        if plain == machine + "agent":
            return self.json_keys("MACHINE") if headers.get("x-aws-ec2-metadata-token") == "imds-token" else (401, "text/plain", "")
        if plain == "/federation/credentials":
            query = urllib.parse.parse_qs(path.partition("?")[2])
            assert (query["role_name"], query["account_id"]) == (["Reader"], ["123456789012"]), path
            return 200, "application/json", json.dumps({"roleCredentials": {
                "accessKeyId": "SSO-" + headers["x-amz-sso_bearer_token"], "secretAccessKey": "sso-secret",
                "sessionToken": "sso-session", "expiration": 4070908800000}})
        if plain == "/token":
            asked = json.loads(body)
            assert asked == {"grantType": "refresh_token", "clientId": "id", "clientSecret": "cs", "refreshToken": "refresh"}, asked
            return 200, "application/json", json.dumps({"accessToken": "new-token", "expiresIn": 3600, "refreshToken": "refresh2"})
        return self.sts(headers, body)

    @staticmethod
    def json_keys(name):
        return 200, "application/json", json.dumps({
            "Code": "Success", "AccessKeyId": name, "SecretAccessKey": "secret-of-" + name, "Token": "token-of-" + name,
            "Expiration": FOREVER})

    def sts(self, headers, body):
        form = {name: values[0] for name, values in urllib.parse.parse_qs(body).items()}
        action = form.pop("Action")
        signer = headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0]
        if action == "GetCallerIdentity":
            self.identity_calls.append((dict(headers), body))
            result = "<Arn>arn:aws:iam::1:user/x</Arn><UserId>U</UserId><Account>123456789012</Account>"
        else:
            if form["RoleSessionName"].startswith(("botocore-session", "runtask")):
                form["RoleSessionName"] = "the program's"
            name = ("WEB" if "WebIdentityToken" in form else "ROLE-%s<%s" % (form["RoleArn"].rpartition("/")[2], signer))
            secret = hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()
            result = ("<Credentials><AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken>st-%s"
                      "</SessionToken><Expiration>%s</Expiration></Credentials>" % (
                          name.replace("<", "&lt;"), secret, secret[:8], FOREVER))
        return 200, "text/xml", ("<%sResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><%sResult>%s</%sResult>"
                                 "<ResponseMetadata/></%sResponse>" % (action, action, result, action, action))

    def close(self):
        self.closed.set()
        self.server.shutdown()
        self.server.server_close()


class AwsCredentials(Sandbox):
    def setUp(self):
        super().setUp()
        self.cloud = FakeCloud()
        self.addCleanup(self.cloud.close)

    def home(self, case, name):
        """The case's files in a home of their own, because a token that is prolonged is written back."""
        home = self.path(name)
        os.makedirs(os.path.join(home, ".aws", "sso", "cache"))

        def put(path, text):
            with open(os.path.join(home, path), "w", encoding="utf-8") as file:
                file.write(text.replace("HOME", home))

        put(".aws/config", case.config)
        put(".aws/credentials", case.credentials)
        put("token", "header.payload.signature")
        put("program", PROGRAM)
        os.chmod(os.path.join(home, "program"), 0o700)
        for path, content in case.files.items():
            if isinstance(content, dict):
                put(".aws/sso/cache/%s.json" % hashlib.sha1(path.encode()).hexdigest(), json.dumps(content))
            else:
                put(path, content)
        env = {name: value.replace("HOME", home).replace("FAKE", self.cloud.url) for name, value in case.env.items()}
        return {**self.env, "HOME": home, "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", **env}

    def of_botocore(self):
        """For each case its keys, or none and why."""
        questions = [json.dumps({"profile": case.profile, "env": {
            "AWS_METADATA_SERVICE_TIMEOUT": "5", **self.home(case, "%d-botocore" % number), "FAKE": self.cloud.url}})
                     for number, case in enumerate(CASES.values())]
        done = subprocess.run([PYTHON, "-B", "-c", BOTOCORE], input="\n".join(questions).encode(), stdout=subprocess.PIPE,
                              timeout=300, check=True)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        return [(None, found["error"]) if isinstance(found, dict) else (found, "nothing found") for found in answers]

    def of_runtask(self, case, name):
        """The request that it makes with what it finds, and what it says."""
        env = {**self.home(case, name + "-runtask"), **{
            "AWS_ENDPOINT_URL_" + service: self.cloud.url for service in ("STS", "SSO", "SSO_OIDC")}}
        del self.cloud.identity_calls[:]
        result = self.runtask("whoami", *(["--profile", case.profile] if case.profile else []), env=env)
        self.assertEqual(result.code == 0, len(self.cloud.identity_calls) == 1, (name, result))
        return self.cloud.identity_calls[0] if result.code == 0 else None, result

    def test_the_same_files_give_the_same_keys(self):
        self.assertGreaterEqual(len(CASES), 30)
        to_sign, signatures = [], []
        found = self.of_botocore()
        self.assertEqual(len(found), len(CASES))
        for number, ((name, case), (theirs, why)) in enumerate(zip(CASES.items(), found)):
            ours, result = self.of_runtask(case, str(number))
            with self.subTest(case=name):
                if case.found is None:
                    self.assertIsNone(theirs, why)
                    self.assertIsNone(ours, result)
                    self.assertEqual(result.err.count("error:"), 1, result.err)
                    continue
                self.assertIsNotNone(theirs, why)
                self.assertIsNotNone(ours, result)
                headers, body = ours
                self.assertEqual(theirs[0], case.found)
                self.assertEqual(headers["Authorization"].partition("Credential=")[2].partition("/")[0], theirs[0])
                self.assertEqual(headers.get("X-Amz-Security-Token", ""), theirs[2])
                self.assertNotIn(theirs[1], result.out + result.err)
                to_sign.append({"url": self.cloud.url + "/", "body": body, "keys": theirs, "date": headers["X-Amz-Date"],
                                "headers": {"Content-Type": headers["Content-Type"]}})
                signatures.append((name, headers["Authorization"]))
        done = subprocess.run([PYTHON, "-B", "-c", SIGN], input="\n".join(map(json.dumps, to_sign)).encode(),
                              stdout=subprocess.PIPE, timeout=LONGEST, check=True)
        for (name, ours), theirs in zip(signatures, done.stdout.decode().splitlines()):
            with self.subTest(case=name):
                self.assertEqual(ours, theirs, "another secret")
        self.assertEqual(len(signatures), len(done.stdout.decode().splitlines()))


if __name__ == "__main__":
    main()
