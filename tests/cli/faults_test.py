"""A fault matrix: what may go wrong between runtask and AWS, each tried again or not as the standard mode says, each with
one clear message, none for ever."""
import ssl

from support import *

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
GOOD = None  # The answer that the operation should get.


def reply(status, body=b"", content_type="application/x-amz-json-1.1", headers="", length=None):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ("HTTP/1.1 %d X\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n%s\r\n" % (
        status, content_type, len(body) if length is None else length, headers)).encode() + body


def named(name, status=400, **more):
    return reply(status, {"__type": "com.amazonaws.ecs#" + name, "message": "server's words"}, **more)


class Step:
    """What happens on one connection: the bytes that are said, after the request was read, and what comes then."""

    def __init__(self, data=b"", then="close", is_read=True):
        self.data, self.then, self.is_read = data, then, is_read


HALF = reply(200, b'{"taskDefinition": {"fam', length=5000)
RETRIED = {
    # The reset may come before the client has seen that it is connected.
    "reset when connected": (Step(then="reset", is_read=False), r"no whole answer|connection reset by peer"),
    "reset after the request": (Step(then="reset"), "no whole answer"),
    "closed without an answer": (Step(), "closed before an answer"),
    "reset in the header": (Step(b"HTTP/1.1 200 OK\r\nContent-Ty", "reset"), "no whole answer"),
    "reset in the body": (Step(HALF, "reset"), "no whole answer"),
    "half a body": (Step(HALF), "in the middle of it"),
    "stall when connected": (Step(then="stall", is_read=False), "no answer from"),
    "stall after the request": (Step(then="stall"), "no answer from"),
    "stall in the header": (Step(b"HTTP/1.1 200 OK\r\nContent-Ty", "stall"), "no whole answer"),
    "stall in the body": (Step(HALF, "stall"), "no whole answer"),
    "no HTTP": (Step(b"SSH-2.0-OpenSSH_9.2\r\n"), "not HTTP"),
    "429": (Step(reply(429)), "HTTP 429"),
    "500": (Step(reply(500)), "HTTP 500"),
    "500 by name": (Step(named("ServerException", 500)), "server's words"),
    "502 with a page": (Step(reply(502, b"<html><title>Bad Gateway</title></html>", "text/html")), "Bad Gateway"),
    "503": (Step(reply(503)), "HTTP 503"),
    "504": (Step(reply(504, b"upstream", "text/plain")), "HTTP 504"),
    "throttling": (Step(named("ThrottlingException")), "server's words"),
    "slow down": (Step(named("TooManyRequestsException")), "server's words"),
    "limit exceeded": (Step(named("LimitExceededException")), "server's words"),
    "request timeout": (Step(named("RequestTimeoutException")), "server's words"),
}
FINAL = {
    "a page instead of an answer": (Step(reply(200, b"<!DOCTYPE html><title>Sign in</title>", "text/html")), "titled `Sign in`"),
    "a wrong content type": (Step(reply(200, {"taskDefinition": {}}, "text/plain")), "text/plain"),
    "no JSON": (Step(reply(200, b"{]")), "cannot be understood"),
    "an empty answer": (Step(reply(200)), "cannot be understood"),
    "301": (Step(reply(301, headers="Location: http://127.0.0.1:1/\r\n")), "HTTP 301"),
    "400": (Step(reply(400)), "HTTP 400"),
    "403": (Step(reply(403)), "HTTP 403"),
    "404": (Step(reply(404, b"not found", "text/plain")), "HTTP 404"),
    "413": (Step(reply(413)), "HTTP 413"),
    "501": (Step(reply(501)), "HTTP 501"),
    "client's mistake": (Step(named("ClientException")), "server's words"),
    "access denied": (Step(named("AccessDenied", 403)), "lack the permission"),
    "unknown key": (Step(named("UnrecognizedClientException")), "does not know the access key"),
    "expired keys that are all there are": (Step(named("ExpiredTokenException")), "expired"),
    "wrong signature, right clock": (Step(named("InvalidSignatureException")), "secret key"),
    "more than can be": (Step(reply(200, length=1 << 30), "flood"), "larger than"),
}


class FaultyServer:
    """One connection after the other as `steps` say; the last one stays. Counts connections and whole requests."""

    def __init__(self, tls=None):
        self.tls = tls
        self.steps = [Step(GOOD)]
        self.connections = 0
        self.requests = []  # (operation, headers, body)
        self.open = []
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            step = self.steps[min(self.connections, len(self.steps) - 1)]
            self.connections += 1
            threading.Thread(target=self.serve, args=(connection, step), daemon=True).start()

    def serve(self, connection, step):
        self.open.append(connection)
        connection.settimeout(20)
        try:
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
                self.open.append(connection)
            operation = self.read(connection) if step.is_read else ""
            data = step.data if step.data is not GOOD else reply(200, self.good(operation))
            if data:
                connection.sendall(data)
            if step.then == "stall":
                return  # Closed with the test.
            if step.then == "flood":
                while True:
                    connection.sendall(b" " * (1 << 20))
            if step.then == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            connection.close()
        except OSError:
            connection.close()

    def read(self, connection):
        text = b""
        while b"\r\n\r\n" not in text:
            part = connection.recv(65536)
            if not part:
                return ""
            text += part
        head, _, body = text.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        while len(body) < int(headers.get("Content-Length", 0)):
            body += connection.recv(65536)
        operation = headers.get("X-Amz-Target", ".").split(".")[1]
        self.requests.append((operation, headers, body))
        return operation

    @staticmethod
    def good(operation):
        if operation == "DescribeClusters":
            return {"clusters": [{"clusterName": "c", "status": "ACTIVE"}], "failures": []}
        return definition("manage", ("main", True))

    def count(self, operation="DescribeTaskDefinition"):
        return sum(1 for name, _, _ in self.requests if name == operation)

    def close(self):
        self.socket.close()
        for connection in self.open:
            connection.close()


class Faults:
    def setUp(self):
        super().setUp()
        self.env.update({"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION,
                         "AWS_MAX_ATTEMPTS": "2", "RUNTASK_READ_TIMEOUT": "300ms", "RUNTASK_CONNECT_TIMEOUT": "5s"})
        self.server = self.serve()

    def serve(self, tls=None):
        server = FaultyServer(tls)
        self.addCleanup(server.close)
        self.env["AWS_ENDPOINT_URL"] = "%s://127.0.0.1:%d" % ("https" if tls else "http", server.port)
        return server

    def plan(self, *arguments, **options):
        return self.runtask("run", "--plan", "--cluster", "c", "--task-definition", "manage", *arguments, **options)

    def check_error(self, result, words):
        self.assertEqual(result.code, 125, result)
        self.assertEqual(result.out, "")
        self.assertEqual(result.err.count("error:"), 1, result.err)
        self.assertRegex(result.err, words)
        for word in ("terminate called", "Assertion", "what():", "std::", SECRET):
            self.assertNotIn(word, result.err)
        return result

    def check_retried(self, names):
        for name in names:
            step, words = RETRIED[name]
            with self.subTest(fault=name, then="good"):
                server = self.serve()
                server.steps = [step, Step(GOOD)]
                self.assertEqual(self.plan().code, 0)
                self.assertEqual(server.connections, 3, "two attempts, and another call")
            with self.subTest(fault=name, then="again"):
                server = self.serve()
                server.steps = [step]
                result = self.check_error(self.plan(), words)
                self.assertIn("after 2 attempts", result.err)
                self.assertEqual(server.connections, 2)


def retried_names(which):
    return [name for i, name in enumerate(RETRIED) if i % 3 == which]


class RetriedFirst(Faults, Sandbox):
    def test_each_is_tried_again_and_told_once(self):
        self.check_retried(retried_names(0))


class RetriedSecond(Faults, Sandbox):
    def test_each_is_tried_again_and_told_once(self):
        self.check_retried(retried_names(1))


class RetriedThird(Faults, Sandbox):
    def test_each_is_tried_again_and_told_once(self):
        self.check_retried(retried_names(2))


class Final(Faults, Sandbox):
    def test_each_is_told_once_and_not_tried_again(self):
        for name, (step, words) in FINAL.items():
            with self.subTest(fault=name):
                server = self.serve()
                server.steps = [step]
                result = self.check_error(self.plan(), words)
                self.assertEqual(server.connections, 1, result)
                self.assertNotIn("attempts", result.err)

    def test_a_redirect_is_not_followed(self):
        other = FaultyServer()
        self.addCleanup(other.close)
        for status in (301, 302, 307, 308):
            self.server.steps = [Step(reply(status, headers="Location: http://127.0.0.1:%d/\r\n" % other.port))]
            self.check_error(self.plan(), "HTTP %d" % status)
        self.assertEqual(other.connections, 0)


class Connecting(Faults, Sandbox):
    def test_refused(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            result = self.plan(env={"AWS_ENDPOINT_URL": "http://127.0.0.1:%d" % unused.getsockname()[1]})
        self.check_error(result, "connection refused")
        self.assertIn("after 2 attempts", result.err)

    def test_a_name_that_cannot_be_resolved(self):
        # A part of a name has at most 63 characters, so no name server is ever asked for this one.
        result = self.check_error(self.plan(env={"AWS_ENDPOINT_URL": "https://%s.test" % ("x" * 70)}), "cannot be resolved")
        self.assertIn("after 2 attempts", result.err)

    def test_nobody_takes_the_connection(self):
        full = socket.socket()
        self.addCleanup(full.close)
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):  # Linux drops what does not fit into the queue.
            one = socket.socket()
            self.addCleanup(one.close)
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        result = self.plan(env={"AWS_ENDPOINT_URL": "http://127.0.0.1:%d" % full.getsockname()[1],
                                "RUNTASK_CONNECT_TIMEOUT": "200ms"})
        self.check_error(result, "no answer within 0.2s")

    def test_plain_http_to_another_machine(self):
        result = self.check_error(self.plan(env={"AWS_ENDPOINT_URL": "http://192.0.2.1"}), "--insecure-http")
        self.assertNotIn("attempts", result.err)

    def test_a_wait_ends_with_ctrl_c(self):
        self.server.steps = [Step(then="stall")]
        process = self.start("run", "--cluster", "c", "--task-definition", "manage", env={"RUNTASK_READ_TIMEOUT": "1h"})
        wait_until(lambda: self.server.requests, "the request")
        process.send_signal(signal.SIGINT)
        self.assertIn(self.finish(process, 10).code, (-signal.SIGINT, 130))

    def test_a_pause_between_attempts_ends_with_ctrl_c(self):
        self.server.steps = [Step(reply(503))]
        process = self.start("run", "--cluster", "c", "--task-definition", "manage", env={"AWS_MAX_ATTEMPTS": "100"})
        wait_until(lambda: self.server.count() >= 2, "the second attempt")
        process.send_signal(signal.SIGINT)
        self.assertIn(self.finish(process, 10).code, (-signal.SIGINT, 130))


class Clock(Faults, Sandbox):
    def test_a_skewed_clock_is_corrected_by_the_servers(self):
        for minutes in (-20, 600):
            server = self.serve()
            date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60 * minutes))
            server.steps = [Step(named("InvalidSignatureException", headers="Date: %s\r\n" % date)), Step(GOOD)]
            self.assertEqual(self.plan(env={"AWS_MAX_ATTEMPTS": "1"}).code, 0)
            for _, headers, _ in server.requests[1:]:
                signed = time.strptime(headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
                expected = time.gmtime(time.time() + 60 * minutes)
                self.assertLess(abs(time.mktime(signed) - time.mktime(expected)), 120)

    def test_it_is_corrected_once(self):
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 3600))
        self.server.steps = [Step(named("RequestExpired", headers="Date: %s\r\n" % date))]
        self.check_error(self.plan(), "server's words")
        self.assertEqual(self.server.count(), 2)


class Starts(Faults, Sandbox):
    def test_a_start_is_repeated_only_with_its_token(self):
        for name in ("reset after the request", "reset in the body", "stall after the request", "500", "throttling"):
            with self.subTest(fault=name):
                server = self.serve()
                server.steps = [Step(GOOD), RETRIED[name][0], RETRIED[name][0],
                                Step(named("InvalidParameterException"))]
                result = self.runtask("run", "--cluster", "c", "--task-definition", "manage", "--retries", "1")
                self.assertNotEqual(result.code, 0)
                bodies = [json.loads(body) for operation, _, body in server.requests if operation == "RunTask"]
                self.assertGreaterEqual(len(bodies), 2)
                self.assertEqual(len({body["clientToken"] for body in bodies[:2]}), 1)
                self.assertEqual(bodies[0], bodies[1])


def make_certificates(directory):
    """An authority, and certificates of it: good, for another host, expired; and one of another authority."""
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       timeout=60)

    with open(os.path.join(directory, "ca.cnf"), "w", encoding="utf-8") as file:
        file.write("[ca]\ndefault_ca=d\n[d]\ndatabase=index\nnew_certs_dir=.\nserial=serial\ndefault_md=sha256\npolicy=p\n"
                   "unique_subject=no\ncopy_extensions=copy\n[p]\ncommonName=supplied\n")
    with open(os.path.join(directory, "index"), "w", encoding="utf-8"):
        pass
    with open(os.path.join(directory, "serial"), "w", encoding="utf-8") as file:
        file.write("1000\n")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for authority in ("ca", "other"):
        openssl("req", "-x509", *key, "-keyout", authority + ".key", "-out", authority + ".pem", "-subj", "/CN=" + authority,
                "-days", "30")
    for name, host, authority, dates in (
            ("good", "IP:127.0.0.1", "ca", ("-days", "30")), ("host", "DNS:elsewhere.test", "ca", ("-days", "30")),
            ("expired", "IP:127.0.0.1", "ca", ("-startdate", "20200101000000Z", "-enddate", "20200201000000Z")),
            ("unknown", "IP:127.0.0.1", "other", ("-days", "30")), ("named", "DNS:ecs.aws.test", "ca", ("-days", "30"))):
        openssl("req", *key, "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name, "-addext",
                "subjectAltName=" + host)
        openssl("ca", "-batch", "-config", "ca.cnf", "-cert", authority + ".pem", "-keyfile", authority + ".key", "-in",
                name + ".csr", "-out", name + ".pem", *dates)


class Tunnel:
    """A proxy that connects whoever asks to one server of this machine."""

    def __init__(self, port):
        self.port_behind = port
        self.heads = []  # What was asked, one text a connection.
        self.open = []
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            part = client.recv(1)
            if not part:
                return
            head += part
        self.heads.append(head.decode())
        server = socket.create_connection(("127.0.0.1", self.port_behind))
        self.open += [client, server]
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=self.pass_on, args=(server, client), daemon=True).start()
        self.pass_on(client, server)

    @staticmethod
    def pass_on(source, sink):
        try:
            while part := source.recv(65536):
                sink.sendall(part)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.socket.close()
        for connection in self.open:
            connection.close()


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class Certificates(Faults, Sandbox):
    def setUp(self):
        super().setUp()
        make_certificates(self.directory)
        self.env["AWS_CA_BUNDLE"] = self.path("ca.pem")

    def serve_as(self, name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(name + ".pem"), self.path(name + ".key"))
        return self.serve(context)

    def test_a_certificate_of_the_users_authority_is_good(self):
        server = self.serve_as("good")
        result = self.plan()
        self.assertEqual(result.code, 0, result)
        self.assertEqual(server.count(), 1)
        self.write("config", "[default]\nca_bundle = %s\n" % self.path("ca.pem"))
        self.assertEqual(self.plan(env={"AWS_CA_BUNDLE": "", "AWS_CONFIG_FILE": self.path("config")}).code, 0)

    def test_what_is_not_to_be_trusted_is_said_at_once_and_gets_no_request(self):
        for name, words in (("unknown", "certificate"), ("host", "target host name"), ("expired", "has expired")):
            with self.subTest(certificate=name):
                server = self.serve_as(name)
                result = self.check_error(self.plan(), words)
                self.assertIn("AWS_CA_BUNDLE", result.err)
                self.assertNotIn("attempts", result.err)
                self.assertEqual((server.connections, server.requests), (1, []))

    def test_without_the_users_authority_it_is_unknown(self):
        server = self.serve_as("good")
        self.check_error(self.plan(env={"AWS_CA_BUNDLE": ""}), "certificate")
        self.assertEqual(server.requests, [])

    def test_a_file_of_certificates_that_is_none_is_named(self):
        self.serve_as("good")
        for path in (self.path("nowhere.pem"), self.write("empty.pem", "")):
            self.check_error(self.plan(env={"AWS_CA_BUNDLE": path}), path)

    def test_behind_a_proxy_it_is_the_servers_that_counts(self):
        for name, words in (("named", None), ("good", "target host name"), ("unknown", "certificate")):
            with self.subTest(certificate=name):
                server = self.serve_as(name)
                proxy = Tunnel(server.port)
                self.addCleanup(proxy.close)
                result = self.plan(env={"AWS_ENDPOINT_URL": "https://ecs.aws.test", "NO_PROXY": "",
                                        "HTTPS_PROXY": "http://me:pa55word@127.0.0.1:%d" % proxy.port})
                if words:
                    self.check_error(result, words)
                    self.assertNotIn("pa55word", result.err)
                else:
                    self.assertEqual(result.code, 0, result)
                self.assertEqual(server.count(), 0 if words else 1)
                self.assertEqual({head.splitlines()[0] for head in proxy.heads}, {"CONNECT ecs.aws.test:443 HTTP/1.1"})
                for head in proxy.heads:
                    self.assertIn("Proxy-Authorization: Basic bWU6cGE1NXdvcmQ=", head)
                    self.assertNotIn("\nAuthorization", head, "nothing is said to the proxy but where to")
                for _, headers, _ in server.requests:
                    self.assertNotIn("Proxy-Authorization", headers)

    @unittest.skipUnless(shutil.which("strace"), "strace is not installed")
    def test_the_users_authorities_are_instead_of_the_systems(self):
        self.serve_as("unknown")
        done = subprocess.run(["strace", "-f", "-qq", "-e", "trace=file", "-o", self.path("trace"), RUNTASK, "run", "--plan",
                               "--cluster", "c", "--task-definition", "manage"], env=self.env, cwd=self.directory,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LONGEST,
                              check=False)
        if b"ptrace" in done.stderr:
            self.skipTest("strace may not trace")
        self.assertEqual(done.returncode, 125, done)
        looked_at = [line for line in self.text("trace").splitlines() if "/etc/ssl/" in line]
        self.assertTrue([line for line in self.text("trace").splitlines() if "ca.pem" in line])
        self.assertEqual([line for line in looked_at if "/etc/ssl/certs" in line], [])

    def test_insecure_http_does_not_mean_insecure_tls(self):
        server = self.serve_as("unknown")
        self.check_error(self.plan("--insecure-http"), "certificate")
        self.assertEqual(server.requests, [])

    def test_a_server_that_says_nothing_of_tls(self):
        self.serve()
        self.server.steps = [Step(then="stall", is_read=False)]
        self.check_error(self.plan(env={"AWS_ENDPOINT_URL": "https://127.0.0.1:%d" % self.server.port,
                                        "RUNTASK_CONNECT_TIMEOUT": "300ms"}), "no answer within 0.3s")


class ProxySettings(Faults, Sandbox):
    """The scripted server as a proxy: it answers for every host."""

    def setUp(self):
        super().setUp()
        self.env.update({"AWS_ENDPOINT_URL": "http://ecs.%s.test:8080/" % ("x" * 70), "NO_PROXY": ""})
        self.proxy = "http://127.0.0.1:%d" % self.server.port

    def test_is_used_for_what_it_is_for(self):
        for variable in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            result = self.plan("--insecure-http", env={variable: self.proxy})
            self.assertEqual(result.code, 0, result)
        result = self.check_error(self.plan("--insecure-http", env={"HTTPS_PROXY": self.proxy}), "cannot be resolved")

    def test_what_is_excepted_is_reached_directly(self):
        connections = self.server.connections
        for excepted in ("*", ".test", "test:8080", "other, TEST"):
            self.check_error(self.plan("--insecure-http", env={"http_proxy": self.proxy, "NO_PROXY": excepted}),
                             "cannot be resolved")
        self.assertEqual(self.server.connections, connections)
        for excepted in ("test:80", "est", "other"):
            result = self.plan("--insecure-http", env={"http_proxy": self.proxy, "NO_PROXY": excepted})
            self.assertEqual(result.code, 0, result)

    def test_https_goes_through_a_tunnel(self):
        self.server.steps = [Step(reply(407))]
        self.check_error(self.plan(env={"HTTPS_PROXY": self.proxy, "AWS_ENDPOINT_URL": "https://ecs.%s.test" % ("x" * 70)}),
                         "wants a user and a password .407.")
        self.assertEqual(self.server.connections, 2)
        self.assertNotIn("Authorization", self.server.requests[0][1], "nothing is said before TLS")

    def test_one_that_does_not_answer_is_named_without_its_password(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            proxy = "http://user:pa55word@127.0.0.1:%d" % unused.getsockname()[1]
            result = self.check_error(self.plan("--insecure-http", env={"http_proxy": proxy}), "the proxy does not answer")
        self.assertNotIn("pa55word", result.err)

    def test_one_whose_scheme_is_unknown_is_said_without_its_password(self):
        result = self.check_error(self.plan("--insecure-http", env={"http_proxy": "socks9://user:pa55word@127.0.0.1:1"}),
                                  "its scheme must be")
        self.assertNotIn("pa55word", result.err)


if __name__ == "__main__":
    main()
