"""Our SigV4 against botocore's, for requests of every odd kind."""
import unittest
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import probe

REQUESTS = 1000
PATHS = ("", "/", "//", "/a", "/a/", "/a//b", "/a/./b/../c", "/..", "/a/..", "/a%20b", "/%E1%88%B4", "/\u1234", "/arn:aws:x",
         "/a+b=c~d-e_f.g", "/a%2Fb", "/a;b,c@d!$&'()*")
QUERIES = ("", "a=1", "b=2&a=1", "a=2&a=1&a=10", "a-b=1&a=1&aa=1", "key", "k=", "=v", "k=a=b", "k=%2f&k=%2F", "k=/:+", "a=1&&b=2",
           "\u1234=bar", "B=1&a=1&_=1&~=1")
BLANKS = (" ", "  ", "\t", " \t ", "   ")
WORDS = ("x", "application/x-amz-json-1.1", "two", "a,b", "\u00e9t\u00e9", "\u65e5\u672c", "\"q\"", "=", "0")
NAMES = ("X-Amz-Target", "Content-Type", "x-amz-a", "X-Amz", "x-amz-a-b", "My-Header1", "zoo", "X-Empty", "Accept", "p")
HOSTS = ("https://ecs.eu-west-1.amazonaws.com", "http://127.0.0.1:8000", "http://LocalHost:80", "https://Example.COM:443",
         "https://example.com:8443", "http://[::1]:4566", "http://[::1]", "http://example.com:443")
BODIES = (b"", b"{}", b'{"cluster":"\xc3\xa9"}', b"\x00\xff\xfe", b"x" * 5000)


def random_request(random):
    host = random.choice(HOSTS)
    headers = []
    for _ in range(random.randrange(6)):
        words = [random.choice(WORDS) for _ in range(random.randrange(4))]
        value = random.choice(("",) + BLANKS) + random.choice(BLANKS).join(words) + random.choice(("",) + BLANKS)
        name = random.choice(NAMES)
        headers.append((random.choice((name, name.lower(), name.upper())), value))
    if random.random() < 0.1:
        headers.append(("X-Amz-Content-SHA256", random.choice(("UNSIGNED-PAYLOAD", "ab" * 32))))
    body = random.choice(BODIES) if random.random() < 0.99 else random.randbytes(2_000_000)
    return {"method": random.choice(("POST", "POST", "GET", "PUT")), "endpoint": host, "path": random.choice(PATHS),
            "query": random.choice(QUERIES), "headers": headers, "body": body.hex(),
            "key": random.choice(("AKIDEXAMPLE", "local-0123")), "secret": random.choice(("wJalrXUtnFEMI/K7MDENG+b", "s")),
            "token": random.choice(("", "", "FwoGZXIvYXdzE/+==", "t" * 1500)),
            "region": random.choice(("us-east-1", "cn-north-1")), "service": random.choice(("ecs", "logs", "sts"))}


def sign_with_botocore(question):
    url = question["endpoint"] + question["path"] + ("?" + question["query"] if question["query"] else "")
    request = AWSRequest(method=question["method"], url=url, data=bytes.fromhex(question["body"]))
    for name, value in question["headers"]:
        request.headers.add_header(name, value)
    credentials = Credentials(question["key"], question["secret"], question["token"] or None)
    signer = SigV4Auth(credentials, question["service"], question["region"])
    signer.add_auth(request)
    authorization = request.headers["Authorization"]
    question["date"] = request.headers["X-Amz-Date"]
    split = urlsplit(url)
    question["path"], question["query"] = split.path, split.query
    del request.headers["Authorization"]
    return authorization, signer.canonical_request(request)


class SigV4(unittest.TestCase):
    maxDiff = None

    def test_random_requests_get_botocores_signature(self):
        random = probe.seeded()
        questions = [random_request(random) for _ in range(REQUESTS)]
        expected = [sign_with_botocore(question) for question in questions]
        for question, answer, (authorization, canonical) in zip(questions, probe.ask(questions), expected):
            shown = dict(question, body=question["body"][:80], seed=probe.SEED)
            self.assertNotIn("error", answer, shown)
            self.assertEqual(answer["canonical"], canonical, shown)
            self.assertEqual(answer["Authorization"], authorization, shown)
            self.assertEqual(answer["X-Amz-Date"], question["date"])
            self.assertEqual(answer.get("X-Amz-Security-Token", ""), question["token"])


if __name__ == "__main__":
    unittest.main()
