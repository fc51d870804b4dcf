"""One `runtask run --json` as it is measured: each line with its time, and what the process cost."""
import json
import os
import signal
import subprocess
import threading
import time

from table import *


class Run:
    """A run that has ended. `lines` holds (wall time of arrival, object)."""

    def __init__(self, arguments, env, patience=600):
        self.lines, self.descriptors, self.peak_mib = [], [], 0
        self.began = time.time()
        process = subprocess.Popen([RUNTASK, "run", "--json", *arguments], env=env, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        timer = threading.Timer(patience, process.kill)
        errors = []
        readers = [threading.Thread(target=self._read, args=(process.stdout,)),
                   threading.Thread(target=lambda: errors.append(process.stderr.read()))]
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(process.pid, over))
        for thread in (timer, watcher, *readers):
            thread.start()
        for thread in readers:
            thread.join()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        timer.cancel()
        over.set()
        watcher.join()
        self.code = process.returncode
        self.seconds = time.time() - self.began
        self.cpu = usage.ru_utime + usage.ru_stime
        self.errors = errors[0].decode("utf-8", "replace")
        if self.code == -signal.SIGKILL:
            self.errors += "\nkilled by the benchmark after %d s" % patience

    def _read(self, stream):
        for line in stream:
            self.lines.append((time.time(), json.loads(line)))

    def _watch(self, pid, over):
        while not over.wait(0.25):
            try:
                self.descriptors.append(len(os.listdir("/proc/%d/fd" % pid)))
                self.peak_mib = max(self.peak_mib, peak_kib(pid) / 1024)
            except (OSError, AttributeError):  # It has ended just now.
                return

    def of(self, kind):
        return [(at, it) for at, it in self.lines if it["type"] == kind]

    @property
    def outcome(self):
        found = self.of("outcome")
        return found[-1][1] if found else {"verdict": "none", "launches": []}

    def launches(self, verdict):
        return [it for it in self.outcome["launches"] if it["verdict"] == verdict]

    def verdict_times(self):
        """When the verdict of each launch, by its number, was first printed."""
        times = {}
        for at, it in self.lines:
            if it["type"] == "status" and it.get("verdict"):
                times.setdefault(it["launch"], at)
            if it["type"] == "outcome":
                for launch in it["launches"]:
                    times.setdefault(launch["launch"], at)
        return times

    def task_arns(self):
        return {it["launch"]: it["task_arn"] for _, it in self.of("status") if it.get("task_arn")}


def alive_at_most(tasks):
    """The largest number of tasks that were there, not STOPPED, at one moment."""
    steps = sorted([(it["createdAt"], 1) for it in tasks] + [(it["stoppedAt"], -1) for it in tasks if "stoppedAt" in it])
    alive = most = 0
    for _, step in steps:
        alive += step
        most = max(most, alive)
    return most
