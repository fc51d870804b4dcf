"""What a run of many launches costs and how soon it says what it sees, at AWS's pace.

runtask asks the embedded endpoint more often only when it is reached by --local. These runs reach it by the environment
that `runtask local env` prints, as they would reach AWS. Containers are simulated, so that hundreds run on any machine.
"""
import concurrent.futures
import os
import random
import re
import subprocess
import sys
import time

import aws
from fault_proxy import FaultProxy
from runs import Run, alive_at_most
from table import *

SINGLE_RUNS = int(os.environ.get("BENCH_SINGLE_RUNS", "100"))
LAUNCHES = int(os.environ.get("BENCH_LAUNCHES", "10000"))
KILLS = os.environ.get("RUNTASK_KILLS", "200")
PATIENCE = int(os.environ.get("BENCH_PATIENCE", "900"))  # Seconds that one run may take.


def endpoint_with(limits):
    """A fresh start of the endpoint; the environment that leads to it."""
    stop_endpoint()
    runtask("local", "start", "--limits", limits)
    register("sim", "simulated", ["run=1s"])
    return local_environment()


def words(command, count, *more):
    parallel = [] if "--max-parallel" in more else ["--max-parallel", str(count)]
    return ["--task-definition", "sim", "--command", command, "--count", str(count), "--yes", *parallel, *more]


def milliseconds(values, percent):
    return "%.0f ms" % (1000 * percentile(values, percent))


# ---- The endpoint

def endpoint():
    """10,000 tasks in the embedded endpoint itself, by plain calls."""
    heading("The embedded endpoint with %d tasks" % LAUNCHES)
    env = endpoint_with("none")
    client = aws.Endpoint(env)
    pid = endpoint_pid()
    cpu, memory = cpu_seconds(pid), peak_kib(pid)
    took = {}

    def timed(operation, **request):
        begin = time.perf_counter()
        reply = client.call("logs" if "Log" in operation else "ecs", operation, **request)
        took.setdefault(operation, []).append(time.perf_counter() - begin)
        return reply

    arns = []
    for _ in range(LAUNCHES // 10):
        reply = timed("RunTask", taskDefinition="sim", count=10, startedBy="bench/1", overrides={
            "containerOverrides": [{"name": "main", "command": ["run=1s", "lines=3"]}]})
        arns += [task["taskArn"] for task in reply["tasks"]]
    while client.call("ecs", "ListTasks", startedBy="bench/1")["taskArns"]:
        time.sleep(0.2)
    for first in range(0, len(arns), 100):
        timed("DescribeTasks", tasks=arns[first:first + 100])
    listed, token = [], {}
    while True:
        page = timed("ListTasks", startedBy="bench/1", desiredStatus="STOPPED", **token)
        listed += page["taskArns"]
        if not page.get("nextToken"):
            break
        token = {"nextToken": page["nextToken"]}
    for first in range(0, len(arns), 100):
        names = ["b/main/" + arn.split("/")[-1] for arn in arns[first:first + 100]]
        timed("FilterLogEvents", logGroupName="/bench", logStreamNames=names,
              startTime=int(1000 * time.time()) - 1000)
    row("tasks run, listed by startedBy and STOPPED, page by page", "%d" % len(listed), "each once: %s" %
        (sorted(listed) == sorted(arns)), str(LAUNCHES), sorted(listed) == sorted(arns))
    for operation in ("RunTask", "DescribeTasks", "ListTasks", "FilterLogEvents"):
        what = {"RunTask": " of 10", "DescribeTasks": " of 100", "ListTasks": ", a page",
                "FilterLogEvents": " over 100 streams, the last second"}[operation]
        row("  " + operation + what, "%.1f ms" % (1000 * percentile(took[operation], 50)),
            "95%%: %.1f ms, longest %.1f ms" % (1000 * percentile(took[operation], 95), 1000 * max(took[operation])))
    row("  CPU a task, all calls included", "%.2f ms" % (1000 * (cpu_seconds(pid) - cpu) / LAUNCHES))
    row("  memory a task", "%.1f KiB" % ((peak_kib(pid) - memory) / LAUNCHES))
    stop_endpoint()
    wall, _ = measure([RUNTASK, "local", "start"])
    row("  started again, with all of them remembered", "%.0f ms" % (1000 * wall))


# ---- Runs

def verdict(env, name, limit, bound, count, **proxy_options):
    """How long after its containers' end a launch's verdict is printed."""
    chance = random.Random(1)
    lengths = [chance.uniform(0.5, 6) for _ in range(count)]
    with FaultProxy(env, **proxy_options) as proxy, concurrent.futures.ThreadPoolExecutor(20) as pool:
        runs = list(pool.map(lambda length: Run(words("run=%dms lines=2 exit=3" % (1000 * length), 1),
                                                proxy.environment(env)), lengths))
    client = aws.Endpoint(env)
    seen, verdicts = [], []
    for run in runs:
        arn = run.task_arns()[1]
        stopped = client.call("ecs", "DescribeTasks", tasks=[arn])["tasks"][0]["executionStoppedAt"]
        verdicts.append(run.verdict_times()[1] - stopped)
        seen += [at - stopped for at, it in run.of("status") if it["status"] == "STOPPED"][:1]
    row(name, milliseconds(verdicts, 95), "95%% of %d runs, median %s" % (count, milliseconds(verdicts, 50)), limit,
        None if bound is None else percentile(verdicts, 95) <= bound)
    row("  STOPPED printed after the end", milliseconds(seen, 95), "95%%, median %s" % milliseconds(seen, 50))


def live_lines(env, launches, lines, limit="1.2 s", bound=1.2, part=100):
    """How late the slowest `part` percent of the lines may be. All launches write in step, which is the worst case."""
    run = Run(words("run=15s lines=%d" % lines, launches), env)
    times = [at - parse_time(it["timestamp"]) for at, it in run.of("log")]
    row("a live line behind, %d launches with %.1f lines a second" % (launches, lines * launches / 15),
        milliseconds(times, part), "%s of %d; longest: %s, median %s" % (
            "longest" if part == 100 else "%d%%" % part, len(times), milliseconds(times, 100), milliseconds(times, 50)),
        limit, percentile(times, part) <= bound and len(times) == lines * launches)


def parse_time(text):
    whole, fraction = text.rstrip("Z").split(".")
    return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) - time.timezone + float("0." + fraction)


def hundred(env):
    with FaultProxy(env) as proxy:
        run = Run(words("run=20s lines=5", 100), proxy.environment(env))
    asked = proxy.calls["DescribeTasks"]
    row("100 launches of 20 s: DescribeTasks", "%.2f /s" % (asked / run.seconds), "%d in %.1f s; in all %d calls" %
        (asked, run.seconds, sum(proxy.calls.values())), "1 /s", asked / run.seconds <= 1.0 and run.code == 0)
    row("  RunTask calls for them", "%d" % proxy.calls["RunTask"], dict(proxy.calls).__repr__()[:90], "10",
        proxy.calls["RunTask"] == 10)


def five_hundred(env):
    run = Run(words("run=1500ms lines=2", 500, "--max-parallel", "50"), env, PATIENCE)
    tasks = aws.Endpoint(env).all_tasks(family="sim")
    mine = set(run.task_arns().values())
    alive = alive_at_most([it for it in tasks if it["taskArn"] in mine])
    shown = len(re.findall("throttl|rate exceeded", run.errors, re.IGNORECASE))
    good = len(run.launches("succeeded"))
    row("500 launches, --max-parallel 50, AWS's limits: alive at once", "%d" % alive, "%.0f s, %.2f s of CPU, %d succeeded" %
        (run.seconds, run.cpu, good), "50", alive <= 50 and good == 500)
    row("  throttling errors shown", "%d" % shown, "", "0", shown == 0)


def twenty(env):
    run = Run(words("run=3s", 20), env)
    client = aws.Endpoint(env)
    created = [it["createdAt"] for it in client.call("ecs", "DescribeTasks", tasks=list(run.task_arns().values()))["tasks"]]
    last = max(created) - run.began
    row("20 launches started, from the command's start", "%.0f ms" % (1000 * last), "%d tasks" % len(created), "1 s",
        last <= 1 and len(created) == 20)


def faults(env, rounds=3, launches=50):
    client = aws.Endpoint(env)

    def calls(**rates):
        total, failed, doubled = 0, 0, 0
        for i in range(rounds):
            before = len(client.all_tasks(family="sim"))
            with FaultProxy(env, seed=i, **rates) as proxy:
                run = Run(words("run=10s lines=5", launches), proxy.environment(env), PATIENCE)
            total += sum(proxy.calls.values())
            failed += run.code != 0 or len(run.launches("succeeded")) != launches
            doubled += len(client.all_tasks(family="sim")) - before - launches
        return total / rounds, failed, doubled

    clean, _, _ = calls()
    bad, failed, doubled = calls(throttled=0.30, failed=0.05, reset=0.05)
    row("calls under 30%% throttling, 5%% 5xx, 5%% resets (%d launches)" % launches, "%.2f times" % (bad / clean),
        "%.0f instead of %.0f calls a run" % (bad, clean), "1.5 times", bad <= 1.5 * clean)
    row("  runs that failed, tasks too many", "%d, %d" % (failed, doubled), "of %d runs" % rounds, "0, 0",
        failed == 0 and doubled == 0)


def ten_thousand(env, name, *more):
    base = Run(words("run=2s lines=1", 1), env).peak_mib
    with FaultProxy(env) as proxy:
        run = Run(words("run=5s lines=1", LAUNCHES, *more), proxy.environment(env), PATIENCE)
    good = len(run.launches("succeeded"))
    logs = "--no-logs" not in more
    least = LAUNCHES / 10 + LAUNCHES / 100 + (LAUNCHES if logs else 0)
    calls = sum(proxy.calls.values())
    row("%d launches%s" % (LAUNCHES, name), "%.0f s" % run.seconds, "%d succeeded" % good, "", good == LAUNCHES)
    row("  CPU", "%.1f s" % run.cpu, "%.2f ms a launch" % (1000 * run.cpu / LAUNCHES))
    row("  memory a launch", "%.1f KiB" % ((run.peak_mib - base) * 1024 / LAUNCHES), "peak %.0f MB" % run.peak_mib)
    row("  API calls", "%d" % calls, " ".join("%s %d" % pair for pair in sorted(proxy.calls.items())),
        "%.0f at least" % least)
    middle = [it for it in run.descriptors[4:]]
    row("  open descriptors", "%d to %d" % (min(middle or [0]), max(middle or [0])), "after the first second", "90, at any size",
        bool(middle) and max(middle) <= 90)
    if good != LAUNCHES:
        say(run.errors[-800:])


def engine():
    heading("Runs, at AWS's pace")
    env = endpoint_with("none")
    twenty(env)
    verdict(env, "verdict printed after the deciding code is visible", "1.5 s", 1.5, SINGLE_RUNS)
    verdict(env, "  the same without the end mark of logs, as on AWS", "1.5 s", 1.5, SINGLE_RUNS // 5, like_aws=True)
    live_lines(env, 1, 30)
    # CloudWatch Logs' quota: ten reads of streams a second. Twenty that bring something new at once take two seconds, and
    # twenty that do so every second are never all up to date.
    live_lines(env, 20, 5, part=95)
    live_lines(env, 20, 30, "20 reads at 10 /s and 0.5 s", 2.5)
    hundred(env)
    faults(env)
    five_hundred(endpoint_with("aws"))
    ten_thousand(endpoint_with("aws"), ", --no-logs, AWS's limits", "--no-logs", "--max-parallel", "1000")
    ten_thousand(endpoint_with("none"), ", with logs", "--max-parallel", "1000")


def kills():
    heading("Kills")
    begin = time.perf_counter()
    done = subprocess.run([sys.executable, "-B", "-m", "unittest", "attach_kill_test"], cwd=os.path.join(ROOT, "tests", "cli"),
                          env={**os.environ, "RUNTASK_BINARY": RUNTASK, "RUNTASK_KILLS": KILLS},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    row("%s times kill -9 and attach" % KILLS, "all right" if done.returncode == 0 else "FAILED",
        "%.0f s" % (time.perf_counter() - begin), "no second task, same code, whole log", done.returncode == 0)
    if done.returncode:
        say(done.stdout.decode()[-2000:])
