"""Where we call a region's services, against botocore's own rules for every service, region, FIPS and dual stack."""
import itertools
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


if __name__ == "__main__":
    unittest.main()
