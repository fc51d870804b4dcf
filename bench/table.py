"""The table that bench/run prints, the sandbox that everything is measured in, and how whole processes are measured."""
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
RELEASE = os.path.join(ROOT, "build", "release")
RUNTASK = os.environ.get("RUNTASK_BINARY", os.path.join(RELEASE, "runtask"))
TIME = "/usr/bin/time"
RUNS = int(os.environ.get("BENCH_RUNS", "20"))

directory = tempfile.mkdtemp(prefix="runtask-bench-")
ENV = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": directory, "LANG": "C.UTF-8",
       "RUNTASK_STATE_DIR": os.path.join(directory, "state"), "AWS_EC2_METADATA_DISABLED": "true"}
missed = []


def heading(title):
    print("\n%-62s %14s   %-36s %s" % (title, "figure", "range, peak memory, detail", "bound"))


def row(name, figure, detail="", limit="", met=None):
    """One line; `met` says whether the bound is kept, where the bench can say so."""
    if met is not None:
        limit += " (kept)" if met else " (MISSED)"
    if met is False:
        missed.append("%s: %s, bound %s" % (name, figure, limit))
    print("%-62s %14s   %-36s %s" % (name, figure, detail, limit), flush=True)


def measure(command, env=None, expect=0, cwd=None):
    """Wall seconds and peak KiB of one whole process."""
    begin = time.perf_counter()
    with open(os.devnull, "r+b") as null:
        process = subprocess.Popen(command, env=env or ENV, cwd=cwd, stdin=null, stdout=null, stderr=subprocess.PIPE)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != expect:
        raise RuntimeError("%s ended with %s: %s" % (command, process.returncode, errors.decode()))
    return wall, usage.ru_maxrss


def peak_mib_of(command, **options):
    """Peak memory of one process. The kernel counts what a process was before its exec, so a small one must start it."""
    if not os.path.exists(TIME):
        return measure(command, **options)[1] / 1024
    path = os.path.join(directory, "peak")
    measure([TIME, "-q", "-o", path, "-f", "%M", *command], **options)
    with open(path, encoding="utf-8") as file:
        return int(file.read().split()[-1]) / 1024


def walls_of(command, runs, before=None, **options):
    """(wall seconds of so many whole processes, peak MiB of one more that warms up)."""
    if before:
        before()
    peak = peak_mib_of(command, **options)
    walls = []
    for _ in range(runs):
        if before:
            before()
        walls.append(measure(command, **options)[0])
    return walls, peak


def median(name, command, limit="", at_most=None, runs=RUNS, before=None, **options):
    """The median of whole processes; `at_most` is the bound in seconds."""
    walls, peak = walls_of(command, runs, before, **options)
    middle = statistics.median(walls)
    row(name, "%.1f ms" % (1000 * middle), "%.1f to %.1f ms, %.1f MB" % (1000 * min(walls), 1000 * max(walls), peak),
        limit, None if at_most is None else middle <= at_most)
    return middle


def runtask(*arguments, env=None, check=True):
    return subprocess.run([RUNTASK, *arguments], env=env or ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=check, stdin=subprocess.DEVNULL).stdout.decode()


def register(family, image, command):
    path = os.path.join(directory, family + ".json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"family": family, "containerDefinitions": [{
            "name": "main", "image": image, "memory": 128, "command": command,
            "logConfiguration": {"logDriver": "awslogs", "options": {
                "awslogs-group": "/bench", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "b"}}}]}, file)
    runtask("local", "register", path)


def local_environment():
    """What `eval "$(runtask local env)"` sets."""
    env = dict(ENV)
    for line in runtask("local", "env").splitlines():
        match = re.match(r"export (\w+)='?([^']*)'?$", line)
        if match:
            env[match.group(1)] = match.group(2)
    return env


def endpoint_pid():
    with open(os.path.join(ENV["RUNTASK_STATE_DIR"], "local", "endpoint.json"), encoding="utf-8") as file:
        return json.load(file)["pid"]


def stop_endpoint():
    subprocess.run([RUNTASK, "local", "stop"], env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def cpu_seconds(pid):
    with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_kib(pid):
    with open("/proc/%d/status" % pid, encoding="utf-8") as file:
        return int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1))


def percentile(values, percent):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * percent / 100))]


def clean_up():
    stop_endpoint()
    shutil.rmtree(directory, ignore_errors=True)


def say(text):
    print(text, file=sys.stderr, flush=True)
