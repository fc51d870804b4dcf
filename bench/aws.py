"""The little of AWS's protocol that the benchmarks need: Signature Version 4 and one call."""
import datetime
import hashlib
import hmac
import http.client
import json

TARGETS = {"ecs": "AmazonEC2ContainerServiceV20141113", "logs": "Logs_20140328"}


def hmac_of(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signed_headers(host, service, headers, body, keys):
    """The given headers with Host, date and signature; the region does not matter to the embedded endpoint."""
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {**headers, "Host": host, "X-Amz-Date": stamp}
    names = sorted(name.lower() for name in headers)
    values = {name.lower(): value for name, value in headers.items()}
    canonical = "POST\n/\n\n" + "".join("%s:%s\n" % (name, values[name].strip()) for name in names) + "\n" + \
        ";".join(names) + "\n" + hashlib.sha256(body).hexdigest()
    scope = "/".join([stamp[:8], "us-east-1", service, "aws4_request"])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + keys[1]).encode()
    for part in scope.split("/"):
        key = hmac_of(key, part)
    headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        keys[0], scope, ";".join(names), hmac_of(key, to_sign).hex())
    return headers


def keys_of(env):
    return env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]


class Endpoint:
    """Calls over one connection, which is made anew where the endpoint has closed it for being idle."""

    def __init__(self, env):
        self.host = env["AWS_ENDPOINT_URL_ECS"].split("//")[1]
        self.keys = keys_of(env)
        self.connection = http.client.HTTPConnection(self.host, timeout=60)

    def call(self, service, operation, **request):
        body = json.dumps(request).encode()
        headers = signed_headers(self.host, service, {
            "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGETS[service] + "." + operation}, body,
            self.keys)
        try:
            self.connection.request("POST", "/", body, headers)
            reply = self.connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            if operation == "RunTask":  # Which might start a second time.
                raise
            self.connection.close()
            self.connection.request("POST", "/", body, headers)
            reply = self.connection.getresponse()
        text = reply.read()
        if reply.status != 200:
            raise RuntimeError("%s: %s" % (operation, text.decode()))
        return json.loads(text)

    def all_tasks(self, **filters):
        """Every task, live and stopped, as DescribeTasks shows it."""
        tasks = []
        for status in ("RUNNING", "STOPPED"):
            token = {}
            while True:
                page = self.call("ecs", "ListTasks", desiredStatus=status, **filters, **token)
                if page["taskArns"]:
                    tasks += self.call("ecs", "DescribeTasks", tasks=page["taskArns"])["tasks"]
                if not page.get("nextToken"):
                    break
                token = {"nextToken": page["nextToken"]}
        return tasks
