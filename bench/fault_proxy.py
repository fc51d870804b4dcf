"""A proxy between a client and the embedded endpoint: it counts calls, and loses and refuses them at given rates.

It signs anew, because the endpoint answers only requests that name it. With `like_aws` it takes away what only the
embedded endpoint says: that a log stream is complete.
"""
import asyncio
import collections
import random
import re
import socket
import struct
import threading
import time

import aws

THROTTLED = (400, b'{"__type":"ThrottlingException","message":"Rate exceeded"}')
FAILED = (500, b'{"__type":"ServerException","message":"Service Unavailable. Please try again later."}')
COMPLETE = re.compile(rb',"runtaskComplete":true|"runtaskComplete":true,')


class FaultProxy:
    def __init__(self, env, throttled=0.0, failed=0.0, reset=0.0, like_aws=False, seed=1):
        self.backend = env["AWS_ENDPOINT_URL_ECS"].split("//")[1]
        self.keys = aws.keys_of(env)
        self.rates = (throttled, failed, reset)
        self.like_aws = like_aws
        self.random = random.Random(seed)
        self.calls = collections.Counter()
        self.faults = collections.Counter()
        self.times = collections.defaultdict(list)  # By operation, when each came.
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        self.ready.wait(10)
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def environment(self, env):
        url = "http://127.0.0.1:%d" % self.port
        return {**env, **{"AWS_ENDPOINT_URL_" + name: url for name in ("ECS", "CLOUDWATCH_LOGS", "STS")}}

    def _run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))

    async def _serve(self, reader, writer):
        backend = None
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
                headers = {name.lower(): value for name, value in headers.items()}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                if backend is None:
                    host, port = self.backend.split(":")
                    backend = await asyncio.open_connection(host, int(port), limit=1 << 24)
                reply = await self._answer(headers, body, backend)
                if reply is None:
                    # With a linger of 0 a close is a reset.
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                status, text = reply
                writer.write(b"HTTP/1.1 %d X\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: %d\r\n\r\n" %
                             (status, len(text)) + text)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            for closing in (writer, backend[1] if backend else None):
                if closing:
                    closing.close()

    async def _answer(self, headers, body, backend):
        """(status, body), or None for a reset. Half of the failures and resets come after the call was carried out."""
        operation = headers.get("x-amz-target", "sts").split(".")[-1]
        self.calls[operation] += 1
        self.times[operation].append(time.monotonic())
        throttled, failed, reset = self.rates
        dice = self.random.random()
        if dice < throttled:
            self.faults["throttled"] += 1
            return THROTTLED
        fault = "failed" if dice < throttled + failed else "reset" if dice < throttled + failed + reset else None
        if fault is None or self.random.random() < 0.5:
            reply = await self._forward(headers, body, backend)
        if fault is None:
            return reply
        self.faults[fault] += 1
        return FAILED if fault == "failed" else None

    async def _forward(self, headers, body, backend):
        target = headers.get("x-amz-target", "")
        service = "logs" if target.startswith("Logs_") else "ecs" if target else "sts"
        kept = {"Content-Type": headers.get("content-type", "")}
        if target:
            kept["X-Amz-Target"] = target
        signed = aws.signed_headers(self.backend, service, kept, body, self.keys)
        reader, writer = backend
        writer.write(b"POST / HTTP/1.1\r\n" + "".join("%s: %s\r\n" % pair for pair in signed.items()).encode() +
                     b"Content-Length: %d\r\n\r\n" % len(body) + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(re.search(r"content-length: *(\d+)", head, re.IGNORECASE).group(1))
        text = await reader.readexactly(length)
        if self.like_aws and target.endswith(".GetLogEvents"):
            text = COMPLETE.sub(b"", text)
        return int(head.split()[1]), text
