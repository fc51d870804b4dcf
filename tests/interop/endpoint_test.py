"""Where we call a region's services, against botocore's own rules for every service, region, FIPS and dual stack; and
where the user says that they are, against a botocore of 2023 or later, where some python3 on this machine has one."""
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import botocore.session
from botocore.endpoint_provider import EndpointProvider

import probe

SERVICES = ("ecs", "logs", "sts", "sso", "sso-oidc")
REGIONS = ("us-east-1", "eu-west-1", "eu-central-2", "ap-southeast-4", "me-central-1", "mars-north-1", "cn-north-1",
           "cn-northwest-1", "us-gov-west-1", "us-gov-east-1")
# The isolated partitions, which have few services: where botocore's rules know them.
ISOLATED = ("us-iso-east-1", "us-isob-east-1")
# botocore's rules before 2023 did not know that in US GovCloud these are FIPS' under their one name.
FORGIVEN = {(service, "https://%s-fips.%s.amazonaws.com" % (host, region))
            for service, host in (("sso", "portal.sso"), ("sso-oidc", "oidc")) for region in ("us-gov-west-1", "us-gov-east-1")}


# What a newer botocore calls, a case a line.
NEWER = r"""
import json, os, sys
import botocore.loaders, botocore.session
assert tuple(map(int, botocore.__version__.split(".")[:2])) >= (1, 31)  # Since then it reads AWS_ENDPOINT_URL.
loader = botocore.loaders.create_loader()  # One for all: what it has read it keeps.
for line in sys.stdin:
    case, urls = json.loads(line), {}
    os.environ.clear()
    os.environ.update(case["variables"], AWS_ACCESS_KEY_ID="A", AWS_SECRET_ACCESS_KEY="s")
    for service in case["services"]:
        try:
            session = botocore.session.Session()
            session.register_component("data_loader", loader)
            client = session.create_client(service, region_name=case["region"])
            model = client.meta.service_model
            urls[service] = client._resolve_endpoint_ruleset(model.operation_model(model.operation_names[0]), {}, {})[0]
        except Exception:
            urls[service] = None
    print(json.dumps(urls))
"""


def newer_python():
    for python in (os.environ.get("MOTO_PYTHON"), shutil.which("python3")):
        if python and subprocess.run([python, "-c", NEWER], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                     check=False).returncode == 0:
            return python
    return None


A, B, C = ("http://127.0.0.1:%d" % port for port in (1001, 1002, 1003))
SECTION = "[profile p]\nservices = mine\nendpoint_url = %s\n[services mine]\n" % C
CONFIGURED = {
    "nothing": ("", {}),
    "all": ("", {"AWS_ENDPOINT_URL": A}),
    "one": ("", {"AWS_ENDPOINT_URL_ECS": A}),
    "one before all": ("", {"AWS_ENDPOINT_URL": A, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": B}),
    "a name that is none": ("", {"AWS_ENDPOINT_URL_LOGS": A}),
    "of a sign-in": ("", {"AWS_ENDPOINT_URL_SSO": A, "AWS_ENDPOINT_URL_SSO_OIDC": B}),
    "with a path": ("", {"AWS_ENDPOINT_URL": A + "/some/path"}),
    "of the profile": ("[profile p]\nendpoint_url = %s\n" % A, {"AWS_PROFILE": "p"}),
    "of another profile": ("[profile p]\nendpoint_url = %s\n" % A, {}),
    "of the default profile": ("[default]\nendpoint_url = %s\n" % A, {}),
    "all before the profile's": ("[profile p]\nendpoint_url = %s\n" % A, {"AWS_PROFILE": "p", "AWS_ENDPOINT_URL": B}),
    "services": (SECTION + "ecs =\n  endpoint_url = %s\ncloudwatch_logs =\n  endpoint_url = %s\n" % (A, B), {"AWS_PROFILE": "p"}),
    "services, indented": ((SECTION + "ecs =\n  endpoint_url = %s\nsts =\n  endpoint_url = %s\n" % (A, B)).replace("\n", "\n  "),
                           {"AWS_PROFILE": "p"}),
    "services without ours": (SECTION + "s3 =\n  endpoint_url = %s\n" % A, {"AWS_PROFILE": "p"}),
    "all before services": (SECTION + "ecs =\n  endpoint_url = %s\n" % A, {"AWS_PROFILE": "p", "AWS_ENDPOINT_URL": B}),
    "one before services": (SECTION + "ecs =\n  endpoint_url = %s\n" % A, {"AWS_PROFILE": "p", "AWS_ENDPOINT_URL_ECS": B}),
    "services that are missing": ("[profile p]\nservices = nowhere\n", {"AWS_PROFILE": "p"}),
    "all ignored": (SECTION + "ecs =\n  endpoint_url = %s\n" % A, {
        "AWS_PROFILE": "p", "AWS_ENDPOINT_URL": B, "AWS_ENDPOINT_URL_STS": B, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}),
    "ignored by the profile": ("[default]\nignore_configured_endpoint_urls = true\n", {"AWS_ENDPOINT_URL": B}),
    "not ignored": ("", {"AWS_ENDPOINT_URL": B, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}),
    "FIPS of the profile": ("[default]\nuse_fips_endpoint = true\n", {}),
    "dual stack of the profile": ("[default]\nuse_dualstack_endpoint = true\n", {}),
    "FIPS not any more": ("[default]\nuse_fips_endpoint = true\n", {"AWS_USE_FIPS_ENDPOINT": "false"}),
}


class Endpoints(unittest.TestCase):
    def rules(self):
        session = botocore.session.Session()
        loader = session.get_component("data_loader")
        partitions = loader.load_data("partitions")
        return {name: EndpointProvider(loader.load_service_model(name, "endpoint-rule-set-1"), partitions) for name in SERVICES}

    @staticmethod
    def host_of(rules, service, region, fips, dualstack):
        more = {"UseGlobalEndpoint": False} if service == "sts" else {}
        try:
            return rules[service].resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dualstack, **more).url
        except Exception:  # pylint: disable=broad-except
            return None  # The partition has no such endpoints.

    def test_every_region_is_called_where_botocore_calls_it(self):
        rules = self.rules()
        questions, expected = [], []
        for region, fips, dualstack in itertools.product(REGIONS + ISOLATED, (False, True), (False, True)):
            if region in ISOLATED and dualstack:
                continue
            questions.append({"region": region, "variables": {
                "HOME": "/nowhere", "AWS_USE_FIPS_ENDPOINT": str(fips).lower(), "AWS_USE_DUALSTACK_ENDPOINT": str(dualstack).lower()}})
            expected.append({service: self.host_of(rules, service, region, fips, dualstack) for service in SERVICES})
        compared = 0
        for question, answer, urls in zip(questions, probe.ask(questions), expected):
            self.assertNotIn("error", answer, question)
            for service, url in urls.items():
                if url is None or (service, url) in FORGIVEN:
                    continue
                with self.subTest(service=service, **question):
                    self.assertEqual(answer[service].rstrip("/"), url)
                    compared += 1
        self.assertGreater(compared, 150)

    def test_what_is_configured_is_called_as_a_newer_botocore_calls_it(self):
        python = newer_python()
        if python is None:
            self.skipTest("no python3 has a botocore that reads AWS_ENDPOINT_URL")
        home = tempfile.mkdtemp(prefix="runtask-test-")
        self.addCleanup(shutil.rmtree, home)
        questions = []
        for number, (config, variables) in enumerate(CONFIGURED.values()):
            path = os.path.join(home, "config-%d" % number)
            with open(path, "w", encoding="utf-8") as file:
                file.write(config)
            questions.append({"region": "eu-west-1", "services": SERVICES, "variables": {
                "HOME": home, "AWS_CONFIG_FILE": path, "AWS_STS_REGIONAL_ENDPOINTS": "regional", **variables}})
        done = subprocess.run([python, "-c", NEWER], input="\n".join(map(json.dumps, questions)).encode(), stdout=subprocess.PIPE,
                              check=True, timeout=200)
        expected = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(expected), len(questions))
        for name, answer, urls in zip(CONFIGURED, probe.ask(questions), expected):
            with self.subTest(case=name):
                if None in urls.values():
                    self.assertIn("error", answer, urls)
                    continue
                self.assertNotIn("error", answer)
                self.assertEqual({service: answer[service].rstrip("/") for service in SERVICES},
                                 {service: url.rstrip("/") for service, url in urls.items()})


if __name__ == "__main__":
    unittest.main()
