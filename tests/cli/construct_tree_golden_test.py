"""Every recorded run of the bash constructTree.sh (tests/golden/hamlet/constructTree), by ours.

Compared are the exit code, the properties that were appended, the files of the tree, the `.gitignore` files, the URL of
each clone, and the messages that say why it failed. Where ours differs on purpose, `DIFFERS` says why.
"""
import json
import re

from support import SOURCE
from tree_support import TreeSandbox, git, os, tree_of, write_files

GOLDEN = os.path.join(SOURCE, "tests", "golden", "hamlet", "constructTree")

# What ours does instead; keys that are not given are as recorded.
DIFFERS = {
    # Nothing half done is left behind, and the message names the branches that are there.
    "11-default-branch-main-only": {
        "tree": ["example01/root.json"],
        "says": ["has no branch, tag or commit `master`; its branches are: main", "Can't clone product config repo"]},
    # Commits work: the issue asks for them.
    "14-reference-commit-fails": {"as": "13-reference-tag", "references": {"PRODUCT_CONFIG_REFERENCE": "@SHA@"}},
    # hamlet 9.4: a reused workspace has one current clone of each, and the account's commit is reported each time.
    "17-rerun-same-workspace-3": {"as": "01-single-product-multi-account-repo"},
    # hamlet 9.10: a public repository needs no credentials (bash 4.2 worked that way, too).
    "23-no-git-credentials-fails": {"as": "01-single-product-multi-account-repo"},
    # hamlet 9.13: a password is never part of a URL.
    "24-credentials-special-chars": {"as": "01-single-product-multi-account-repo"},
    # The first reason is said as well.
    "31-git-provider-undefined": {"tree": ["example01/root.json"], "says": ["PRODUCT_GIT_PROVIDER not defined"]},
    # hamlet 10.1: several environments are kept apart. Both have the same account, hence one tree.
    "36-multi-environment-list": {"several": True},
    "38-no-git-credentials-var-but-org-empty": {
        "tree": ["example01/root.json"],
        "says": ["there is no repository https://github.com//bagpipes-cmdb", "Can't clone product config repo"]},
    # No upgrade: the tree is as it was cloned, as in the generation after.
    "50-upgrade-era-current-layout": {"as": "01-single-product-multi-account-repo"},
    "54-upgrade-era-pinned": {
        "as": "01-single-product-multi-account-repo", "more_files": ["example01/bagpipes/.cmdb"]},
    # An older tree is called one.
    "09-cmdb-v0-layout-not-upgraded": {"says": ["before version 1.1.0"]},
    "52-upgrade-era-v0-layout": {"says": ["before version 1.1.0"]},
}


def read_case(name):
    with open(os.path.join(GOLDEN, name + ".json"), encoding="utf-8") as file:
        return json.load(file)


def messages_of(stderr):
    """What the script itself said; git's own words are git's."""
    return [line for line in stderr.splitlines() if re.match(r"\((Error|Fatal)\)", line)]


class RecordedTreeSandbox(TreeSandbox):
    def placed(self, text):
        for place, path in (("@WORKSPACE@", self.workspace), ("@JENKINS_HOME@", self.path("jenkins")),
                            ("@HOME@", self.directory), ("@BASE@", os.path.dirname(self.workspace))):
            text = text.replace(place, path)
        for name, commit in self.commits.items():
            text = text.replace("@COMMIT:%s@" % name, commit).replace("@SHA:%s@" % name, commit)
        return text

    def prepare(self, case):
        self.commits = {}
        for name, repository in case["repositories"].items():
            self.commits[name] = self.repository(name, repository["files"], repository["branch"], repository["tag"])
        write_files(self.workspace, case["workspace_files_before"])
        self.context = {name: self.placed(value) for name, value in case["env"].items()}

    def run_case(self, name, case):
        self.prepare(case)
        for round_ in range(case["runs"]):
            before_context = self.read_context()
            self.set_context(case["dropped_before_constructTree"])
            before = len(self.read_context())
            self.assertGreater(before, len(before_context))
            result = self.construct_tree(*[self.placed(word) for word in case["argv"]])
        return result, self.read_context()[before:]

    def expected(self, name, case):
        differs = DIFFERS.get(name, {})
        recorded = case["recorded"]
        expected = {"code": recorded["exit_codes"][-1], "appended": recorded["appended"], "tree": recorded["tree"],
                    "says": [m.split(") ", 1)[1] for m in messages_of(recorded["stderr"][-1])]}
        if "as" in differs:
            other = read_case(differs["as"])["recorded"]
            for key in ("appended", "tree"):
                expected[key] = other[key]
            expected.update(code=other["exit_codes"][-1], says=[])
            own = dict(line.split("=", 1) for line in recorded["appended"])
            expected["appended"] = [
                "%s=%s" % (key, own[key] if key.endswith("_REFERENCE") and key in own else value)
                for key, value in (line.split("=", 1) for line in expected["appended"])]
        expected["tree"] = differs.get("tree", expected["tree"]) + differs.get("more_files", [])
        expected["says"] = expected["says"] + differs.get("says", [])
        return expected

    def check_clones(self):
        """No clone has a secret in its configuration, and none is dirty."""
        for name in tree_of(self.workspace):
            if name.endswith(".git/"):
                directory = os.path.join(self.workspace, name)
                with open(os.path.join(directory, "config"), encoding="utf-8") as file:
                    config = file.read()
                self.assertIn("url = https://github.com/", config)
                for secret in ("s3cret", "p@ss", "bob"):
                    self.assertNotIn(secret, config)
                self.assertEqual(git(os.path.dirname(directory.rstrip("/")), "status", "--porcelain"), "")

    def check(self, name):
        case = read_case(name)
        result, appended = self.run_case(name, case)
        self.assertNotIn("s3cret", result.out + result.err)
        self.check_clones()
        if DIFFERS.get(name, {}).get("several"):
            return self.check_several(result, appended)
        expected = self.expected(name, case)
        self.assertEqual(result.code, expected["code"], result)
        self.assertEqual(appended, [self.placed(line) for line in expected["appended"]])
        tree = [line for line in tree_of(self.workspace) if line != "context.properties"]
        self.assertEqual(tree, sorted(expected["tree"]))
        for path in [line for line in tree if line.endswith("/.gitignore")]:
            content = case["recorded"]["gitignore"].get(path, "temp_*\n")
            with open(os.path.join(self.workspace, path), encoding="utf-8") as file:
                self.assertEqual(file.read(), content)
        for text in expected["says"]:
            self.assertIn(text, result.err)
        self.assertIn("(Info) Creating the context directory tree\n", result.out)
        return None

    def check_several(self, result, appended):
        self.assertEqual(result.code, 0, result)
        saved = dict(line.split("=", 1) for line in appended)
        base = self.workspace + "/example01"
        self.assertEqual(saved["PRODUCT_CONFIG_COMMIT"], self.commits["org/bagpipes-cmdb"])
        self.assertEqual(saved["ROOT_DIR"], base)
        for k, environment in ((1, "dev"), (2, "test")):
            self.assertEqual(saved["CONTEXT_%d_ROOT_DIR" % k], base)
            self.assertEqual(saved["CONTEXT_%d_SEGMENT_BUILDS_DIR" % k],
                             base + "/bagpipes/infrastructure/builds/%s/default" % environment)
        self.assertNotIn("SEGMENT_BUILDS_DIR", saved)


def add_cases():
    for file in sorted(os.listdir(GOLDEN)):
        name = file[:-len(".json")]

        def test(self, name=name):
            self.check(name)
        setattr(RecordedTreeSandbox, "test_" + re.sub(r"\W", "_", name), test)


add_cases()
