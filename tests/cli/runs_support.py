"""What the tests of `runtask runs` stand on."""
import glob
import os
import signal
import sqlite3

from support import Sandbox, json_lines, wait_until


class RunsSandbox(Sandbox):
    def run_ids(self):
        return [run["run"] for run in json_lines(self.ok("runs", "list", "--json").out)]

    def listed(self, run="last"):
        """The run as `runs list` has it."""
        return next(each for each in json_lines(self.ok("runs", "list", "--json").out)
                    if run == "last" or each["run"] == run)

    def files(self):
        return sorted(os.listdir(os.path.join(self.state, "runs")))

    def everywhere(self, text):
        """The files of the state directory, the endpoint's own aside, that hold the text."""
        found = []
        for name in glob.glob(self.state + "/**", recursive=True):
            if os.path.isfile(name) and "/local/" not in name:
                with open(name, "rb") as file:
                    if text.encode() in file.read():
                        found.append(os.path.basename(name))
        return sorted(found)

    def start_and_kill(self, family, *arguments, until=None, **options):
        """A run whose process is killed once its task runs."""
        process = self.start("run", "--local", "--task-definition", family, *arguments, **options)
        wait_until(until or (lambda: self.task_arns()), "the task has started")
        process.send_signal(signal.SIGKILL)
        return self.finish(process)

    def task_arns(self):
        path = os.path.join(self.state, "history.db")
        if not os.path.exists(path):
            return []
        with sqlite3.connect("file:%s?mode=ro" % path, uri=True) as database:
            try:
                return [row[0] for row in database.execute("SELECT data FROM events WHERE kind = 'started'")]
            except sqlite3.OperationalError:
                return []


class GatedSandbox(RunsSandbox):
    def gated(self, code=0, lines=3):
        """A task that prints, waits for the file `go`, prints more, and ends with the code. Counts itself."""
        self.register("manage", ("main", "echo x >>%s; for i in $(seq %d); do echo before $i; done; "
                                 "while [ ! -e %s ]; do sleep 0.02; done; "
                                 "for i in $(seq %d); do echo after $i; done; exit %d"
                                 % (self.path("started"), lines, self.path("go"), lines, code)))

    def tasks_started(self):
        return self.text("started").count("x") if os.path.exists(self.path("started")) else 0

    def expected(self, lines=3):
        return "".join("%s %d\n" % (word, i + 1) for word in ("before", "after") for i in range(lines))

    def killed(self, *arguments, lines=3, **options):
        """A run killed after it has printed its first lines, and what it printed."""
        process = self.start("run", "--local", "--task-definition", "manage", *arguments,
                             stdout=self.sink("out"), **options)
        wait_until(lambda: self.text("out").count("\n") >= lines, "the first lines")
        process.kill()
        self.finish(process)
        return self.text("out")
