"""A Jenkins workspace, and the binary under the name of one of hamlet's scripts."""
import os
import subprocess

from support import RUNTASK, Result, Sandbox


class ScriptSandbox(Sandbox):
    SCRIPT = "setContext.sh"

    def setUp(self):
        super().setUp()
        self.workspace = self.path("workspace")
        os.mkdir(self.workspace)
        self.script = self.path(self.SCRIPT)
        os.symlink(RUNTASK, self.script)
        self.places = {"@WORKSPACE@": self.workspace, "@JENKINS_HOME@": self.path("jenkins"), "@HOME@": self.directory}

    def placed(self, text):
        for name, path in self.places.items():
            text = text.replace(name, path)
        return text

    def call(self, *words, env, program=None, cwd=None):
        done = subprocess.run(program or [self.script, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, cwd=cwd or self.workspace, check=False, timeout=60,
                              env={"PATH": self.env["PATH"], "HOME": self.directory, **env})
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    def lines(self):
        """The lines of context.properties, or None when there is no such file."""
        path = os.path.join(self.workspace, "context.properties")
        if not os.path.exists(path):
            return None
        with open(path, encoding="utf-8", newline="") as file:
            return file.read().split("\n")

    def values(self):
        """Name to value as the last line of a name says it; for lines without escapes."""
        return dict(line.split("=", 1) for line in self.lines() if line)

    def jenkins(self, **variables):
        return {"JENKINS_HOME": self.path("jenkins"), "WORKSPACE": self.workspace, "BUILD_NUMBER": "42",
                "PRODUCT": "bagpipes", "ENVIRONMENT": "dev", "ACCOUNTS_LIST": "example01",
                "BUILD_USER": "jane", "GITHUB_ORG": "example-org", **variables}
