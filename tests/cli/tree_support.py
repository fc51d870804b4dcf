"""A workspace, local git repositories in place of the git host, and hamlet's scripts as they are called."""
import os
import shutil
import subprocess
import sys

from support import RUNTASK, Result, Sandbox

LONGEST = 60
# The names under which the drop-ins are installed.
SET_CONTEXT = "automation/setContext.sh"
CONSTRUCT_TREE = "automation/jenkins/aws/constructTree.sh"


def git(directory, *words, env=None):
    done = subprocess.run(["git", "-C", directory, "-c", "user.name=t", "-c", "user.email=t@example.test", *words],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **(env or {})})
    if done.returncode != 0:
        raise AssertionError("git %s: %s" % (" ".join(words), done.stderr.decode()))
    return done.stdout.decode().strip()


def write_files(directory, files):
    for name, content in files.items():
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)


def tree_of(directory):
    """Files below it, sorted; a clone's `.git` as one name that ends in a slash, an empty directory, too."""
    found = []
    for folder, folders, files in os.walk(directory):
        relative = os.path.relpath(folder, directory)
        prefix = "" if relative == "." else relative + "/"
        if ".git" in folders:
            folders.remove(".git")
            found.append(prefix + ".git/")
        if not folders and not files and prefix and prefix + ".git/" not in found:
            found.append(prefix)
        found += [prefix + name for name in files]
    return sorted(found)


class TreeSandbox(Sandbox):
    """`self.host` is what `https://github.com/` leads to; `self.workspace` is Jenkins' WORKSPACE."""

    workspace_name = "workspace"

    def setUp(self):
        super().setUp()
        self.host = self.path("host")
        self.workspace = self.path(self.workspace_name)
        self.scripts = self.path("scripts")
        os.makedirs(self.workspace)
        for name in (SET_CONTEXT, CONSTRUCT_TREE):
            path = os.path.join(self.scripts, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.symlink(RUNTASK, path)
        # A local path has no user: so a URL that carried one would not be found.
        self.env["GIT_CONFIG_GLOBAL"] = self.write("gitconfig", """[url "%s/"]
\tinsteadOf = https://github.com/
[safe]
\tdirectory = *
""" % self.host)
        self.env["GIT_CONFIG_NOSYSTEM"] = "1"
        self.context = {}  # What the pipeline has in its environment.

    def pipeline(self, **variables):
        """The environment of a Jenkins job of the fixtures."""
        self.context = {
            "JENKINS_HOME": self.path("jenkins"), "WORKSPACE": self.workspace, "BUILD_NUMBER": "42",
            "JOB_NAME": "run-task", "GITHUB_ORG": "org", "PRODUCT": "bagpipes", "ENVIRONMENT": "dev",
            "SEGMENT": "default", "ACCOUNTS_LIST": "example01", "GITHUB_CREDENTIALS": "bob:s3cret", **variables}

    # ---- Repositories

    def repository(self, name, files, branch="master", tag=None):
        """A bare repository on the host; returns the commit."""
        bare = os.path.join(self.host, name)
        work = self.path("work/" + name)
        os.makedirs(bare)
        git(bare, "init", "-q", "--bare", "-b", branch)
        os.makedirs(work)
        git(work, "init", "-q", "-b", branch)
        git(work, "remote", "add", "origin", bare)
        commit = self.push(name, files, branch)
        if tag:
            git(work, "tag", "-a", tag, "-m", tag)
            git(work, "push", "-q", "origin", tag)
        return commit

    def push(self, name, files, branch="master"):
        """Another commit, which adds or changes the files."""
        work = self.path("work/" + name)
        write_files(work, files)
        git(work, "add", "-A")
        git(work, "commit", "-q", "-m", "next")
        git(work, "push", "-q", "origin", "HEAD:refs/heads/" + branch)
        return git(work, "rev-parse", "HEAD")

    def usual_repositories(self):
        """The product's and the account's, as case 01 has them; returns their commits."""
        product = self.repository("org/bagpipes-cmdb", {
            "config/product.json": '{"Product": {"Id": "bagpipes"}}', "config/settings/shared/settings.json": "{}",
            "infrastructure/solutions/dev/default/segment.json": "{}",
            "infrastructure/builds/dev/default/app/build.json": "{}",
            "operations/settings/shared/settings.json": "{}", "state/cf/dev/default/.keep": ""})
        account = self.repository("org/accounts-cmdb", {
            "tenant.json": "{}", "example01/config/account.json": "{}",
            "example01/config/settings/shared/settings.json": "{}",
            "example01/operations/settings/shared/settings.json": "{}", "example01/infrastructure/.keep": "",
            "example01/state/cf/shared/.keep": ""})
        return product, account

    # ---- The steps of the pipeline

    def read_context(self):
        path = os.path.join(self.workspace, "context.properties")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()

    def load_context(self, without=()):
        """As the pipeline does: reads the file and sets every pair."""
        for line in self.read_context():
            name, _, value = line.partition("=")
            self.context[name] = value.replace("\\ ", " ").replace("\\\\", "\\")
        for name in without:
            self.context.pop(name, None)

    def start_script(self, name, *arguments, env=None, cwd=None):
        process = subprocess.Popen(
            [os.path.join(self.scripts, name), *arguments], cwd=cwd or self.workspace, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**self.env, **self.context, **(env or {})})
        self.addCleanup(self._end, process)
        return process

    def script(self, name, *arguments, env=None, cwd=None):
        return self.finish(self.start_script(name, *arguments, env=env, cwd=cwd), LONGEST)

    def set_context(self, without=()):
        result = self.script(SET_CONTEXT)
        self.assertEqual(result.code, 0, result)
        self.load_context(without)

    def construct_tree(self, *arguments, env=None, cwd=None):
        return self.script(CONSTRUCT_TREE, *arguments, env=env, cwd=cwd)

    def build_tree(self, *arguments):
        """Both steps, which have to succeed; returns what was appended by the second as a dict."""
        self.set_context()
        before = len(self.read_context())
        result = self.construct_tree(*arguments)
        self.assertEqual(result.code, 0, result)
        return dict(line.split("=", 1) for line in self.read_context()[before:])

    def clone(self, place):
        return os.path.join(self.workspace, "example01", place)

    def head(self, place):
        return git(self.clone(place), "rev-parse", "HEAD", env=self.env)


__all__ = ["CONSTRUCT_TREE", "LONGEST", "Result", "SET_CONTEXT", "TreeSandbox", "git", "os", "shutil", "subprocess",
           "sys", "tree_of", "write_files"]
