"""constructTree.sh where the recorded runs end: workspaces that are used again, references, secrets, death."""
import base64
import contextlib
import http.server
import re
import signal
import threading

from support import wait_until
from tree_support import CONSTRUCT_TREE, TreeSandbox, git, os, shutil, subprocess, tree_of, write_files


class ReusedWorkspaceSandbox(TreeSandbox):
    def setUp(self):
        super().setUp()
        self.usual_repositories()
        self.pipeline()

    def refused(self, *texts):
        before = {place: self.head(place) for place in ("bagpipes", "example01")}
        result = self.construct_tree()
        self.assertEqual(result.code, 1, result)
        for text in texts:
            self.assertIn(text, result.err)
        self.assertEqual({place: self.head(place) for place in before}, before)
        return result

    def test_both_clones_follow_their_repositories(self):
        first = self.build_tree()
        product = self.push("org/bagpipes-cmdb", {"config/new.json": "{}"})
        account = self.push("org/accounts-cmdb", {"tenant.json": '{"Tenant": {}}'})
        second = self.build_tree()
        self.assertNotEqual(first["PRODUCT_CONFIG_COMMIT"], product)
        self.assertEqual(second["PRODUCT_CONFIG_COMMIT"], product)
        self.assertEqual(second["ACCOUNT_CONFIG_COMMIT"], account)
        self.assertTrue(os.path.exists(self.clone("bagpipes/config/new.json")))
        self.assertEqual(git(self.clone("bagpipes"), "status", "--porcelain"), "")

    def test_a_branch_that_was_rewritten_is_followed_too(self):
        self.build_tree()
        work = self.path("work/org/bagpipes-cmdb")
        git(work, "commit", "-q", "--amend", "-m", "other")
        git(work, "push", "-q", "-f", "origin", "HEAD:refs/heads/master")
        self.assertEqual(self.build_tree()["PRODUCT_CONFIG_COMMIT"], git(work, "rev-parse", "HEAD"))

    def test_a_gitignore_that_the_repository_gets_replaces_ours(self):
        self.build_tree()
        self.push("org/bagpipes-cmdb", {".gitignore": "*.bak\n"})
        self.build_tree()
        with open(self.clone("bagpipes/.gitignore"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "*.bak\n")

    def test_another_reference_is_checked_out(self):
        self.build_tree()
        self.push("org/bagpipes-cmdb", {"config/b.json": "{}"}, "feature")
        saved = self.build_tree("-c", "feature")
        self.assertEqual(saved["PRODUCT_CONFIG_REFERENCE"], "feature")
        self.assertEqual(git(self.clone("bagpipes"), "symbolic-ref", "HEAD"), "refs/heads/feature")
        self.assertTrue(os.path.exists(self.clone("bagpipes/config/b.json")))
        self.build_tree("-c", "master")  # The file remembers the other one.
        self.assertFalse(os.path.exists(self.clone("bagpipes/config/b.json")))

    def test_uncommitted_work_is_left_alone(self):
        self.build_tree()
        for place, text in (("bagpipes/config/product.json", "mine"), ("bagpipes/config/mine.json", "mine"),
                            ("example01/tenant.json", "mine"), ("bagpipes/.gitignore", "mine\n")):
            with self.subTest(place=place):
                path = self.clone(place)
                before = None
                if os.path.exists(path):
                    with open(path, encoding="utf-8") as file:
                        before = file.read()
                write_files(self.clone("."), {place: text})
                name = place.split("/", 1)[1]
                self.refused("%s has uncommitted changes (%s)" % (self.clone(place.split("/")[0]), name),
                             "commit and push them")
                with open(path, encoding="utf-8") as file:
                    self.assertEqual(file.read(), text)
                if before is None:
                    os.remove(path)
                else:
                    write_files(self.clone("."), {place: before})
        self.build_tree()

    def test_unpushed_commits_are_left_alone_until_they_are_pushed(self):
        self.build_tree()
        clone = self.clone("bagpipes")
        write_files(clone, {"config/mine.json": "{}"})
        git(clone, "add", "config/mine.json")
        git(clone, "commit", "-q", "-m", "mine", env=self.env)
        mine = git(clone, "rev-parse", "HEAD")
        self.refused("has commits that were not pushed (%s)" % mine[:12])
        git(clone, "push", "-q", "origin", "HEAD:refs/heads/master", env=self.env)
        self.assertEqual(self.build_tree()["PRODUCT_CONFIG_COMMIT"], mine)

    def test_unpushed_commits_on_another_branch_and_on_no_branch_are_seen(self):
        for words in (["checkout", "-q", "-b", "mine"], ["checkout", "-q", "--detach"]):
            with self.subTest(words=words):
                self.build_tree()
                clone = self.clone("bagpipes")
                git(clone, *words)
                git(clone, "commit", "-q", "--allow-empty", "-m", "mine")
                if "-b" in words:
                    git(clone, "checkout", "-q", "master")
                self.refused("not pushed")
                shutil.rmtree(clone)

    def test_a_tag_or_commit_that_was_checked_out_is_nobodys_work(self):
        first = self.build_tree()["PRODUCT_CONFIG_COMMIT"]
        self.push("org/bagpipes-cmdb", {"config/b.json": "{}"})
        for _ in range(2):
            self.assertEqual(self.build_tree("-c", first)["PRODUCT_CONFIG_COMMIT"], first)
        self.build_tree()

    def test_another_repository_takes_the_place(self):
        self.build_tree()
        commit = self.repository("org/other-cmdb", {"config/product.json": "{}", "config/settings/a.json": "{}",
                                                    "infrastructure/solutions/a.json": "{}", "infrastructure/builds/a": "",
                                                    "operations/settings/a.json": "{}", "state/a": ""})
        self.pipeline(PRODUCT_CONFIG_REPO="other-cmdb")
        self.assertEqual(self.build_tree()["PRODUCT_CONFIG_COMMIT"], commit)
        self.assertIn("org/other-cmdb", git(self.clone("bagpipes"), "config", "remote.origin.url"))
        self.assertFalse(os.path.exists(self.clone("bagpipes/state/cf")))

    def test_a_repository_that_loses_its_infrastructure_moves(self):
        self.build_tree()
        work = self.path("work/org/bagpipes-cmdb")
        infrastructure = {"solutions/a.json": "{}", "builds/a.json": "{}", "operations/a": ""}
        self.repository("org/bagpipes-infra", infrastructure)
        shutil.rmtree(work + "/infrastructure")
        self.push("org/bagpipes-cmdb", {})
        self.pipeline(PRODUCT_INFRASTRUCTURE_REPO="bagpipes-infra")
        saved = self.build_tree()
        self.assertEqual(saved["PRODUCT_DIR"], self.clone("config/bagpipes/config"))
        self.assertEqual(saved["PRODUCT_INFRASTRUCTURE_DIR"], self.clone("infrastructure/bagpipes"))
        self.assertFalse(os.path.exists(self.clone("bagpipes")))
        self.push("org/bagpipes-cmdb", {"infrastructure/solutions/a.json": "{}", "infrastructure/builds/a.json": "{}"})
        saved = self.build_tree()
        self.assertEqual(saved["PRODUCT_INFRASTRUCTURE_DIR"], self.clone("bagpipes/infrastructure"))
        for gone in ("infrastructure/bagpipes", "config/bagpipes"):
            self.assertFalse(os.path.exists(self.clone(gone)))

    def test_what_the_bash_scripts_left_is_cleared_away_with_its_password(self):
        """hamlet 5, "Reused workspace": clones called temp, and the password in the configuration."""
        self.build_tree()
        for place in ("bagpipes/temp", "temp"):
            git(self.workspace, "clone", "-q", "https://github.com/org/bagpipes-cmdb", self.clone(place), env=self.env)
        git(self.clone("bagpipes"), "config", "remote.origin.url", "https://bob:s3cret@github.com/org/bagpipes-cmdb")
        self.push("org/bagpipes-cmdb", {"config/new.json": "{}"})
        self.build_tree()
        self.assertEqual([name for name in tree_of(self.workspace) if "temp" in name], [])
        with open(self.clone("bagpipes/.git/config"), encoding="utf-8") as file:
            self.assertNotIn("s3cret", file.read())

    def test_what_is_in_the_way_is_not_touched(self):
        self.set_context()
        write_files(self.workspace, {"example01/bagpipes/mine.json": "mine"})
        result = self.construct_tree()
        self.assertEqual(result.code, 1, result)
        self.assertIn("bagpipes is in the way: it is no clone", result.err)
        self.assertTrue(os.path.exists(self.clone("bagpipes/mine.json")))
        shutil.rmtree(self.clone("bagpipes"))
        os.symlink(self.path("elsewhere"), self.clone("bagpipes"))
        self.assertEqual(self.construct_tree().code, 1)
        os.remove(self.clone("bagpipes"))
        write_files(self.workspace, {"example01/bagpipes": "a file"})
        self.assertEqual(self.construct_tree().code, 1)

    def test_two_at_once_make_one_good_tree(self):
        self.set_context()
        processes = [self.start_script(CONSTRUCT_TREE) for _ in range(4)]
        results = [self.finish(process) for process in processes]
        self.assertEqual([result.code for result in results], [0] * 4, results)
        self.assertEqual(git(self.clone("bagpipes"), "status", "--porcelain"), "")
        self.assertEqual(sorted(os.listdir(self.clone("."))), ["bagpipes", "example01", "root.json"])


class ReferenceSandbox(TreeSandbox):
    def setUp(self):
        super().setUp()
        self.first, _ = self.usual_repositories()
        self.second = self.push("org/bagpipes-cmdb", {"config/b.json": "{}"})
        self.push("org/bagpipes-cmdb", {"config/c.json": "{}"})
        self.pipeline()

    def is_shallow(self):
        return git(self.clone("bagpipes"), "rev-parse", "--is-shallow-repository") == "true"

    def test_a_branch_is_shallow_and_tracks_the_remote_one(self):
        self.build_tree()
        self.assertTrue(self.is_shallow())
        self.assertEqual(git(self.clone("bagpipes"), "rev-parse", "--abbrev-ref", "master@{upstream}"), "origin/master")

    def test_an_old_commit_whole_or_in_short(self):
        for reference in (self.second, self.second[:9], self.second.upper()):
            with self.subTest(reference=reference):
                self.assertEqual(self.build_tree("-c", reference)["PRODUCT_CONFIG_COMMIT"], self.second)
                self.assertFalse(os.path.exists(self.clone("bagpipes/config/c.json")))

    def test_a_server_that_gives_out_no_commit_alone(self):
        git(self.workspace, "config", "--file", self.env["GIT_CONFIG_GLOBAL"], "protocol.version", "0")
        self.assertEqual(self.build_tree("-c", self.second)["PRODUCT_CONFIG_COMMIT"], self.second)
        self.assertFalse(self.is_shallow())

    def test_a_branch_wins_over_a_tag_and_over_a_commit(self):
        work = self.path("work/org/bagpipes-cmdb")
        for name in ("both", self.second[:8]):
            git(work, "tag", name, self.second)
            git(work, "push", "-q", "origin", "refs/tags/" + name, self.first + ":refs/heads/" + name)
            self.assertEqual(self.build_tree("-c", name)["PRODUCT_CONFIG_COMMIT"], self.first)

    def test_one_that_is_not_there_names_the_branches(self):
        self.push("org/bagpipes-cmdb", {"x": ""}, "develop")
        self.set_context()
        for reference in ("nope", "deadbeef1", "f" * 40, "-x", "--upload-pack=touch x"):
            with self.subTest(reference=reference):
                result = self.construct_tree("-c", reference)
                self.assertEqual(result.code, 1)
                self.assertIn("has no branch, tag or commit `%s`; its branches are: develop, master" % reference, result.err)
                self.assertIn("hint: set PRODUCT_CONFIG_REFERENCE", result.err)
                self.assertIn("(Fatal) Can't clone product config repo\n", result.err)
                self.assertEqual(os.listdir(self.clone(".")), ["root.json"])

    def test_no_repository_and_an_empty_one(self):
        self.pipeline(PRODUCT_CONFIG_REPO="none")
        self.set_context()
        self.assertIn("there is no repository https://github.com/org/none", self.construct_tree().err)
        os.makedirs(self.host + "/org/empty")
        git(self.host + "/org/empty", "init", "-q", "--bare")
        self.pipeline(PRODUCT_CONFIG_REPO="empty")
        self.set_context()
        self.assertIn("org/empty is empty: it has no branch at all", self.construct_tree().err)

    def test_other_urls(self):
        for variables in ({"PRODUCT_CONFIG_REPO_URL": self.host + "/org/bagpipes-cmdb"},
                          {"PRODUCT_CONFIG_REPO_URL": "file://" + self.host + "/org/bagpipes-cmdb"},
                          {"PRODUCT_CONFIG_REPO_URL": "../host/org/bagpipes-cmdb"}):
            with self.subTest(variables=variables):
                self.pipeline(**variables)
                self.build_tree()
        # One repository with everything in it.
        self.push("org/bagpipes-cmdb", {
            "tenant.json": "{}", "example01/config/account.json": "{}", "example01/config/settings/a": "",
            "example01/operations/settings/a": "", "example01/state/a": ""})
        self.pipeline(REPO_URL=self.host + "/org/bagpipes-cmdb", GITHUB_ORG="nobody")
        saved = self.build_tree()
        self.assertEqual(saved["ACCOUNT_DIR"], self.clone("bagpipes/example01/config"))
        self.assertNotIn("ACCOUNT_CONFIG_COMMIT", saved)
        self.assertFalse(os.path.exists(self.clone("example01")))


class ContextSandbox(TreeSandbox):
    workspace_name = "a work  space"  # hamlet 5, case 30: blanks cut the values.

    def setUp(self):
        super().setUp()
        self.usual_repositories()
        self.pipeline()

    def fails(self, *arguments, env=None, cwd=None):
        before = len(self.read_context())
        result = self.construct_tree(*arguments, env=env, cwd=cwd)
        self.assertEqual(result.code, 1, result)
        return result.err, self.read_context()[before:]

    def test_a_workspace_with_blanks(self):
        saved = self.build_tree()
        self.assertEqual(saved["SEGMENT_BUILDS_DIR"], self.clone("bagpipes/infrastructure/builds/dev/default"))
        self.assertEqual(sorted(os.listdir(self.workspace)), ["context.properties", "example01"])

    def test_a_terminal_sees_progress_and_a_pipe_does_not(self):
        self.set_context()
        ours, theirs = os.openpty()
        process = subprocess.Popen([os.path.join(self.scripts, CONSTRUCT_TREE)], cwd=self.workspace, stdout=theirs,
                                   env={**self.env, **self.context, "TERM": "xterm"}, stderr=theirs,
                                   stdin=subprocess.DEVNULL)
        os.close(theirs)
        seen = b""
        with contextlib.suppress(OSError):  # The end of a terminal.
            while part := os.read(ours, 4096):
                seen += part
        os.close(ours)
        self.assertEqual(process.wait(), 0, seen)
        self.assertIn(b"Counting objects: 100%", seen)
        self.assertNotIn(b"\trefs/heads/", seen)
        shutil.rmtree(self.clone("bagpipes"))
        result = self.construct_tree()
        self.assertNotIn("objects", result.out + result.err)

    def test_no_account_and_no_product_are_said_before_anything_is_cloned(self):
        self.set_context()
        for name in ("ACCOUNT", "PRODUCT"):
            message, saved = self.fails(env={name: ""})
            self.assertIn("(Fatal) %s not defined" % name, message)
            self.assertEqual(saved, [])
        for name in ("../x", "a/b", ".git", ".."):
            self.assertIn("cannot be a directory of the tree", self.fails(env={"PRODUCT": name})[0])
        self.assertFalse(os.path.exists(self.clone(".")))

    def test_exclusions_by_flag_and_by_variable(self):
        self.set_context()
        for arguments, env, lacks, there in (
                (["-a"], {}, "TENANT", ["bagpipes", "root.json"]),
                ([], {"EXCLUDE_ACCOUNT_DIRECTORIES": "true"}, "TENANT", ["bagpipes", "root.json"]),
                (["-r"], {}, "PRODUCT", ["example01", "root.json"]),
                ([], {"EXCLUDE_PRODUCT_DIRECTORIES": "true"}, "PRODUCT", ["example01", "root.json"])):
            with self.subTest(arguments=arguments, env=env):
                message, _ = self.fails(*arguments, env=env)
                self.assertIn("(Error) Can't locate %s_DIR directory. Are we in the right place?\n" % lacks, message)
                self.assertEqual(sorted(os.listdir(self.clone("."))), there)
                shutil.rmtree(self.workspace + "/example01")
        self.context["PRODUCT"] = ""
        self.assertEqual(self.construct_tree("-r").code, 0)

    def test_an_existing_tree_by_the_working_directory(self):
        self.build_tree()
        for name in ("SEGMENT", "ENVIRONMENT", "PRODUCT"):
            self.context[name] = "other"
        before = len(self.read_context())
        place = self.clone("bagpipes/infrastructure/solutions/dev/default")
        write_files(place, {"../environment.json": "{}"})  # Work in the clone: -e does not mind.
        result = self.construct_tree("-e", env={"ROOT_DIR": ""}, cwd=place)
        self.assertEqual(result.code, 0, result)
        saved = [line.split("=", 1) for line in self.read_context()[before:]]
        self.assertEqual(saved[:5], [["SEGMENT", "default"], ["ENVIRONMENT", "dev"], ["ACCOUNT", "example01"],
                                     ["PRODUCT", "bagpipes"], ["ROOT_DIR", self.clone("").rstrip("/")]])
        self.assertEqual(dict(saved)["SEGMENT_SOLUTIONS_DIR"], place)
        self.assertNotIn("PRODUCT_CONFIG_REFERENCE", dict(saved))

    def test_an_existing_tree_that_is_not_there(self):
        self.set_context()
        message, saved = self.fails("-e", cwd=self.directory)
        self.assertIn("(Fatal) ROOT_DIR:  - could not be found for existing tree\n", message)
        self.assertEqual([line.split("=")[0] for line in saved], ["SEGMENT", "ENVIRONMENT", "ACCOUNT", "PRODUCT"])
        message, _ = self.fails(env={"USE_EXISTING_TREE": "true", "ROOT_DIR": "/nonexistent"})
        self.assertIn("(Fatal) ROOT_DIR: /nonexistent - could not be found", message)

    def test_flags_as_the_script_takes_them(self):
        self.set_context()
        result = self.construct_tree("-h")
        self.assertEqual(result.code, 1)
        self.assertIn("Usage: constructTree.sh", result.out)
        result = self.construct_tree("-q", "-c")
        self.assertEqual(result.code, 0, result)
        self.assertIn('(Fatal) Invalid option: "-q"\n(Fatal) Option "-c" requires an argument\n', result.err)
        result = self.runtask("context", "tree", "-y", "main", env=self.context)
        self.assertEqual(result.code, 2, result)

    def test_the_command_of_runtask_does_the_same(self):
        self.set_context()
        before = len(self.read_context())
        self.ok("context", "tree", "--product-config", "master", env=self.context)
        self.assertIn("ROOT_DIR=" + self.clone("").rstrip("/"), self.read_context()[before:])

    def test_a_file_that_is_a_directory_is_not_found(self):
        shutil.move(self.path("work/org/accounts-cmdb/tenant.json"), self.path("work/org/accounts-cmdb/x"))
        self.push("org/accounts-cmdb", {"tenant.json/x": ""})
        self.set_context()
        self.assertIn("Can't locate TENANT_DIR directory", self.fails()[0])

    def test_a_loop_of_links_ends(self):
        for path, target in (("config/settings/up", "../.."), ("operations/self", "self")):
            os.symlink(target, self.path("work/org/bagpipes-cmdb/" + path))
        self.push("org/bagpipes-cmdb", {"x": ""})
        self.build_tree()

    def test_a_product_called_like_its_account(self):
        self.pipeline(PRODUCT="example01", PRODUCT_CONFIG_REPO="bagpipes-cmdb",
                      PRODUCT_INFRASTRUCTURE_REPO="bagpipes-cmdb")
        for _ in range(2):
            saved = self.build_tree()
            self.assertEqual(saved["PRODUCT_DIR"], self.clone("example01/config"))
            self.assertEqual(saved["ACCOUNT_DIR"], self.clone("accounts/example01/example01/config"))

    def test_several_environments_in_two_accounts(self):
        for account in ("one", "two"):
            self.push("org/accounts-cmdb", {account + "/" + name: "{}" for name in (
                "config/account.json", "config/settings/a", "operations/settings/a", "state/a", "infrastructure/a")})
        self.pipeline(ENVIRONMENT="dev,prod", BAGPIPES_DEV_ACCOUNT="one", BAGPIPES_PROD_ACCOUNT="two")
        saved = self.build_tree()
        for k, account, environment in ((1, "one", "dev"), (2, "two", "prod")):
            base = self.workspace + "/" + account
            self.assertEqual(saved["CONTEXT_%d_ROOT_DIR" % k], base)
            self.assertEqual(saved["CONTEXT_%d_ACCOUNT_DIR" % k], "%s/%s/%s/config" % (base, account, account))
            self.assertEqual(saved["CONTEXT_%d_SEGMENT_SOLUTIONS_DIR" % k],
                             "%s/bagpipes/infrastructure/solutions/%s/default" % (base, environment))
        self.assertNotIn("ROOT_DIR", saved)
        self.assertEqual(saved["PRODUCT_CONFIG_REFERENCE"], "master")

    def test_several_environments_with_repositories_of_their_own(self):
        commit = self.repository("org/prod-cmdb", {
            "config/product.json": "{}", "config/settings/a": "", "infrastructure/solutions/a": "",
            "infrastructure/builds/a": "", "operations/settings/a": "", "state/a": ""})
        self.set_context()
        self.context.update({"ENVIRONMENT": "dev,prod", "CONTEXT_COUNT": "2", "CONTEXT_1_ENVIRONMENT": "dev", "CONTEXT_2_ENVIRONMENT": "prod",
                             "CONTEXT_2_PRODUCT_CONFIG_REPO": "prod-cmdb"})
        before = len(self.read_context())
        result = self.construct_tree()
        self.assertEqual(result.code, 0, result)
        saved = dict(line.split("=", 1) for line in self.read_context()[before:])
        self.assertEqual(saved["CONTEXT_1_ROOT_DIR"], self.workspace + "/example01")
        self.assertEqual(saved["CONTEXT_2_ROOT_DIR"], self.workspace + "/example01-prod")
        self.assertEqual(saved["CONTEXT_2_PRODUCT_CONFIG_COMMIT"], commit)
        for count in ("0", "x", "1001", "-1"):
            self.assertIn("CONTEXT_COUNT", self.fails(env={"CONTEXT_COUNT": count})[0])


# In front of the real git: tells who was started with which secret, and stops where a file says so.
FAKE_GIT = """#!/usr/bin/python3
import os, sys, time
log = open(%(log)r, "a")
words = [w for i, w in enumerate(sys.argv[1:]) if not w.startswith("-")  and "=" not in w]
log.write("%%s argv %%r\\n" %% (words[:1], open("/proc/self/cmdline").read()))
log.write("%%s parent %%r\\n" %% (words[:1], open("/proc/%%d/cmdline" %% os.getppid()).read()))
for name, value in os.environ.items():
    if %(secret)r in value:
        log.write("%%s env %%s\\n" %% (words[:1], name))
log.close()
if os.path.exists(%(stop)r) and open(%(stop)r).read().strip() == (words or [""])[0]:
    open(%(stopped)r, "w").write(str(os.getpid()))
    while os.path.exists(%(stop)r):
        time.sleep(0.01)
os.execv("/usr/bin/git", ["git"] + sys.argv[1:])
"""


class GitUnderWatchSandbox(TreeSandbox):
    def setUp(self):
        super().setUp()
        self.usual_repositories()
        self.pipeline()
        os.makedirs(self.path("bin"))
        self.write("bin/git", FAKE_GIT % {"log": self.path("log"), "secret": "s3cret", "stop": self.path("stop"),
                                          "stopped": self.path("stopped")})
        os.chmod(self.path("bin/git"), 0o755)
        self.set_context()
        self.env["PATH"] = self.path("bin") + ":" + self.env["PATH"]

    def stopped_at(self, command):
        """Starts constructTree and waits until it has started that command of git."""
        self.write("stop", command)
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.path("stopped"))
        process = self.start_script(CONSTRUCT_TREE)
        wait_until(lambda: os.path.exists(self.path("stopped")) and self.text("stopped"), "git " + command)
        return process, int(self.text("stopped"))

    def is_gone(self, process_id):
        try:
            with open("/proc/%d/stat" % process_id, encoding="utf-8") as file:
                return file.read().rsplit(")", 1)[1].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError):
            return True

    def test_the_secret_is_in_no_command_line_and_only_where_the_remote_side_is_asked(self):
        result = self.construct_tree()
        self.assertEqual(result.code, 0, result)
        self.assertEqual(self.construct_tree().code, 0)
        log = self.text("log").splitlines()
        self.assertTrue(any("'fetch'] argv" in line for line in log), log)
        self.assertEqual([line for line in log if "s3cret" in line], [])
        self.assertEqual({line for line in log if " env " in line},
                         {"['ls-remote'] env RUNTASK_GIT_ASKPASS_PASSWORD", "['fetch'] env RUNTASK_GIT_ASKPASS_PASSWORD"})
        for folder, _, files in os.walk(self.workspace):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(b"s3cret", file.read(), name)

    def test_killed_in_the_middle_of_a_clone(self):
        for command in ("init", "fetch", "checkout"):
            with self.subTest(command=command):
                process, child = self.stopped_at(command)
                process.kill()
                process.wait()
                wait_until(lambda child=child: self.is_gone(child), "git to end with it")
                self.assertEqual([name for name in os.listdir(self.clone(".")) if not name.startswith(".")], ["root.json"])
                os.remove(self.path("stop"))
        result = self.construct_tree()
        self.assertEqual(result.code, 0, result)
        self.assertEqual(sorted(os.listdir(self.clone("."))), ["bagpipes", "example01", "root.json"])

    def test_killed_in_the_middle_of_an_update(self):
        self.assertEqual(self.construct_tree().code, 0)
        for round_, command in enumerate(("fetch", "checkout", "update-ref")):
            with self.subTest(command=command):
                commit = self.push("org/bagpipes-cmdb", {"config/round.json": str(round_)})
                process, _ = self.stopped_at(command)
                process.kill()
                process.wait()
                os.remove(self.path("stop"))
                if command == "checkout":  # As a checkout leaves it that died.
                    write_files(self.clone("bagpipes"), {"config/round.json": "half", ".git/index.lock": ""})
                result = self.construct_tree()
                self.assertEqual(result.code, 0, result)
                self.assertEqual(self.head("bagpipes"), commit)
                aside = [name for name in os.listdir(self.clone(".")) if name.startswith(".interrupted")]
                self.assertEqual(aside, [".interrupted-bagpipes-1"] if command != "fetch" else [])
                if command == "checkout":
                    self.assertIn("can be removed", result.out)

    def test_a_signal_ends_it_and_leaves_nothing(self):
        for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            process, child = self.stopped_at("fetch")
            process.send_signal(number)
            self.assertEqual(self.finish(process).code, code)
            wait_until(lambda child=child: self.is_gone(child), "git to end with it")
            self.assertEqual(os.listdir(self.clone(".")), ["root.json"])

    def test_without_git(self):
        self.env["PATH"] = self.path("nothing")
        result = self.construct_tree()
        self.assertEqual(result.code, 1)
        self.assertIn("apt-get install git", result.err)


class PasswordSandbox(TreeSandbox):
    """The git host speaks HTTP and asks for a password; git's own CGI serves what is behind it."""

    PASSWORD = "p@ss/w:x%20?#&+ '\"\\ö"

    def setUp(self):
        super().setUp()
        self.usual_repositories()
        self.pipeline()
        self.right = "bob:" + self.PASSWORD
        self.seen = []
        self.redirect = None
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def log_message(self, *_):
                pass

            def do_GET(self):
                outer.serve(self)

            do_POST = do_GET

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        self.write("gitconfig", '[url "%s/"]\n\tinsteadOf = https://github.com/\n' % self.url)

    def serve(self, handler):
        if self.redirect and handler.path.startswith("/org/"):
            handler.send_response(302)
            handler.send_header("Location", self.redirect + handler.path.replace("/org/", "/other/"))
            handler.end_headers()
            return
        given = handler.headers.get("Authorization")
        self.seen.append((handler.path, given))
        right = "Basic " + base64.b64encode(self.right.encode()).decode()
        if given != right:
            handler.send_response(401)
            handler.send_header("WWW-Authenticate", 'Basic realm="git"')
            handler.end_headers()
            return
        path, _, query = handler.path.partition("?")
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        done = subprocess.run(
            ["git", "http-backend"], input=body, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
            env={"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": self.host, "GIT_HTTP_EXPORT_ALL": "1",
                 "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": handler.command, "REMOTE_USER": "bob",
                 "CONTENT_TYPE": handler.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
                 "GIT_PROTOCOL": handler.headers.get("Git-Protocol", ""), "GIT_CONFIG_COUNT": "1",
                 "HTTP_CONTENT_ENCODING": handler.headers.get("Content-Encoding", ""),
                 "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"})
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        handler.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    def with_credentials(self, value):
        self.pipeline(GITHUB_CREDENTIALS=value)
        self.set_context()
        return self.construct_tree()

    def test_a_password_with_characters_of_urls(self):
        result = self.with_credentials(self.right)
        self.assertEqual(result.code, 0, result)
        for name in ("bagpipes", "example01"):
            with open(self.clone(name + "/.git/config"), encoding="utf-8") as file:
                self.assertNotIn("bob", file.read())

    def test_a_password_that_was_encoded_for_the_bash_scripts(self):
        self.right = "bob:p@ss/w"
        result = self.with_credentials("bob:p%40ss%2Fw")
        self.assertEqual(result.code, 0, result)

    def test_a_token(self):
        self.right = "x-access-token:ghp_123456"
        self.assertEqual(self.with_credentials("ghp_123456").code, 0)

    def test_a_wrong_password_is_refused_and_not_shown(self):
        result = self.with_credentials("bob:wr0ng%41")
        self.assertEqual(result.code, 1)
        self.assertIn("https://github.com/org/bagpipes-cmdb refuses the credentials it was given", result.err)
        self.assertIn("(Fatal) Can't clone product config repo", result.err)
        self.assertNotIn("wr0ng", result.out + result.err)

    def test_no_password_is_an_error_and_no_question(self):
        result = self.with_credentials("")
        self.assertEqual(result.code, 1)
        self.assertIn("org/bagpipes-cmdb asks for a password, and there is none", result.err)
        self.assertIn("GITHUB_CREDENTIALS", result.err)

    def test_a_credential_helper_of_the_users_is_asked_when_there_are_no_others(self):
        self.right = "helper:fr0m-helper"
        self.write("gitconfig", self.text("gitconfig") +
                   '[credential]\n\thelper = "!f() { echo username=helper; echo password=fr0m-helper; }; f"\n')
        result = self.with_credentials("")
        self.assertEqual(result.code, 0, result)

    def test_a_credential_store_of_the_users_neither_answers_nor_learns_the_secret(self):
        store = self.write("stored", "http://other:0ther@127.0.0.1:%d\n" % self.server.server_address[1])
        self.write("gitconfig", self.text("gitconfig") + "[credential]\n\thelper = store --file=%s\n" % store)
        self.assertEqual(self.with_credentials(self.right).code, 0)
        self.assertEqual(len(self.text("stored").splitlines()), 1)

    def test_a_url_with_a_password_in_it(self):
        self.right = "bob:p@ss/w"
        url = self.url.replace("//", "//bob:p%40ss%2Fw@") + "/org/bagpipes-cmdb"
        self.pipeline(PRODUCT_CONFIG_REPO_URL=url, GITHUB_CREDENTIALS="bob:p@ss/w")
        self.set_context()
        result = self.construct_tree()
        self.assertEqual(result.code, 0, result)
        self.assertIn(self.url + "/org/bagpipes-cmdb (master)", result.out)
        with open(self.clone("bagpipes/.git/config"), encoding="utf-8") as file:
            self.assertNotIn("p%40ss", file.read())

    def test_a_redirect_to_another_host_gets_no_password(self):
        seen = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                seen.append(self.headers.get("Authorization"))
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="evil"')
                self.end_headers()

        other = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=other.serve_forever, args=(0.02,), daemon=True).start()
        self.addCleanup(other.server_close)
        self.addCleanup(other.shutdown)
        outer.redirect = "http://127.0.0.1:%d" % other.server_address[1]
        result = self.with_credentials(self.right)
        self.assertEqual(result.code, 1)
        self.assertTrue(seen)
        self.assertEqual(set(seen), {None})
        self.assertIsNone(re.search(r"p@ss|p%40ss", result.out + result.err))
