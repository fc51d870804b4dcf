"""setContext.sh by its own name against what the bash script did: every recorded case, through the real binary.

A case lives in tests/golden/hamlet/setContext: `input.json`, what it wrote (`context.properties`) and how it ended
(`result.json`); `bash-4.2/` has the same under a bash that takes odd names for unset ones.
"""
import json
import os
import re
import stat

from script_sandbox import ScriptSandbox
from support import RUNTASK, SOURCE, Result, main

GOLDEN = os.path.join(SOURCE, "tests", "golden", "hamlet", "setContext")

# Cases that end differently on purpose, and why.
DIFFERENCES = {
    "01-docs-properties-accounts": "ACCOUNTS, which the documentation names, is read as well as ACCOUNTS_LIST",
    "17-job-name-tenant-prefix-fails": "`cott-` in a job's name sets TENANT instead of ending the script",
    "18-job-name-tenant-prefix-tenant-set": "`cott-` in a job's name does not end the script",
    "20-product-with-hyphen": "a name that is no identifier counts as unset, as for bash 4.2",
    "21-environment-with-hyphen": "a name that is no identifier counts as unset, as for bash 4.2",
    "24-hyphen-everything-explicit-account": "the same, and the shell's own stray values are not copied",
    "25-multi-environment-list": "ENVIRONMENT may be a list, as the page promises",
    "27-odd-characters-in-values": "what a reader would not get back is escaped",
    "42-no-automation-provider": "where nothing is written, that is said",
    "66-second-run-breaks-credentials-name": "a pointer to itself is not a value",
}


def cases():
    return sorted(os.listdir(GOLDEN))


def load(case, name):
    with open(os.path.join(GOLDEN, case, name), encoding="utf-8") as file:
        return file.read()


class SetContextGolden(ScriptSandbox):
    def recorded(self, case):
        """Runs a case and returns how it ended; its files are in the workspace then."""
        given = json.loads(load(case, "input.json"))
        for name, content in given["workspace_files_before"].items():
            os.makedirs(os.path.dirname(os.path.join(self.workspace, name)), exist_ok=True)
            with open(os.path.join(self.workspace, name), "w", encoding="utf-8") as file:
                file.write(content)
        env = {name: self.placed(value) for name, value in given["env"].items()}
        return self.call(*given["argv"], env=env)

    def expected(self, case, variant="", **changes):
        """The recorded lines, with other values for some names."""
        lines = self.placed(load(case, os.path.join(variant, "context.properties"))).split("\n")
        for i, line in enumerate(lines):
            name = line.split("=", 1)[0]
            if name in changes:
                lines[i] = name + "=" + changes.pop(name)
        self.assertEqual(changes, {}, "names that are not there")
        return lines

    def fresh(self):
        for name in os.listdir(self.workspace):
            os.remove(os.path.join(self.workspace, name))

    def test_what_is_not_different_on_purpose_is_as_it_was_recorded(self):
        self.assertGreater(len(cases()), 30)
        for case in cases():
            if case in DIFFERENCES:
                continue
            with self.subTest(case=case):
                self.fresh()
                done = self.recorded(case)
                result = json.loads(load(case, "result.json"))
                wrote = self.expected(case) if result["context_properties_written"] else None
                self.assertEqual(self.lines(), wrote)
                self.assertEqual((done.code, done.err), (result["exit_code"], result["stderr"]))
                if "stdout_line_count" in result:  # The text was not recorded.
                    self.assertEqual(done.out.count("\n"), result["stdout_line_count"], done.out)
                else:
                    self.assertEqual(done.out, result["stdout"])

    def check(self, case, lines, out="", err=""):
        """A case that differs for the reason in DIFFERENCES."""
        self.assertIn(case, DIFFERENCES)
        self.fresh()
        done = self.recorded(case)
        self.assertEqual(self.lines(), lines)
        self.assertEqual(done, Result(0, out, err))

    def test_the_documented_list_of_accounts_is_read(self):
        self.check("01-docs-properties-accounts", self.expected("05-segment-empty"))

    def test_a_tenant_in_the_jobs_name_is_one(self):
        with_tenant = self.expected("05-segment-empty", TENANT="acme")
        self.check("17-job-name-tenant-prefix-fails", with_tenant)
        self.check("18-job-name-tenant-prefix-tenant-set", with_tenant)

    def test_names_with_hyphens_are_names(self):
        for case in ("20-product-with-hyphen", "21-environment-with-hyphen"):
            self.check(case, self.expected(case, "bash-4.2"))
        case = "24-hyphen-everything-explicit-account"
        self.check(case, [re.sub(r"^(MY-ACCT_\w+=).*", r"\1", line) for line in self.expected(case, "bash-4.2")])

    def test_several_environments_have_their_own_values_where_they_differ(self):
        case = "25-multi-environment-list"
        differ = ("RELEASE_TAG", "DEPLOYMENT_TAG", "DETAIL_MESSAGE")
        alone = self.expected("05-segment-empty", ENVIRONMENT="dev,test")
        lines = [line for line in alone[:-1] if line.split("=")[0] not in differ] + ["CONTEXT_COUNT=2"]
        for k, name in ((1, "dev"), (2, "test")):
            lines += ["CONTEXT_%d_%s" % (k, line) for line in (
                "ENVIRONMENT=" + name, "SEGMENT=default", "ACCOUNT=example01", "RELEASE_TAG=r42-" + name,
                "DEPLOYMENT_TAG=d42-" + name,
                "DETAIL_MESSAGE=product=bagpipes, environment=%s, mode=DEPLOYMENT_MODE_DEFAULT, user=jane" % name)]
        self.check(case, lines + [""])

    def test_odd_characters_are_escaped_where_they_would_be_lost(self):
        user = "Jane \"JD\" O'Brien \\\\ $HOME `id` #=:! \\u00e9"
        self.check("27-odd-characters-in-values", self.expected(
            "05-segment-empty", GIT_USER=user, GIT_EMAIL="\\ lead@x.test ",
            DETAIL_MESSAGE="product=bagpipes, environment=dev, mode=DEPLOYMENT_MODE_DEFAULT, user=" + user +
            ", comment=line1\\nline2=x"))

    def test_nothing_is_written_without_a_provider_and_that_is_said(self):
        self.check("42-no-automation-provider", None,
                   out="(Warn) The context is written nowhere: neither AUTOMATION_PROVIDER nor JENKINS_HOME is set\n")

    def test_a_second_call_keeps_the_name_of_the_credentials(self):
        case = "66-second-run-breaks-credentials-name"
        self.check(case, self.expected(case, GITHUB_GIT_CREDENTIALS_VAR="GITHUB_CREDENTIALS"))


class SetContextBeyondTheScript(ScriptSandbox):
    def context_set(self, *words, env):
        return self.call(env=env, program=[RUNTASK, "context", "set", *words])

    def test_the_command_does_what_the_script_does(self):
        self.assertEqual(self.call("-e", "test", "-ablue", env=self.jenkins()).code, 0)
        by_script = self.lines()
        os.remove(os.path.join(self.workspace, "context.properties"))
        self.assertEqual(self.context_set("--environment=test", "-a", "blue", env=self.jenkins()), Result(0, "", ""))
        self.assertEqual(self.lines(), by_script)
        self.assertIn("ACCOUNT=blue", by_script)

    def test_a_flag_that_is_not_known_is_a_complaint_of_the_script_and_an_error_of_the_command(self):
        done = self.call("-x", "-e", "test", "-a", env=self.jenkins())
        self.assertEqual(done, Result(0, "", '(Fatal) Invalid option: "-x"\n(Fatal) Option "-a" requires an argument\n'))
        self.assertEqual(self.values()["ENVIRONMENT"], "test")
        done = self.context_set("--enviroment", "test", env=self.jenkins())
        self.assertEqual(done.code, 2)
        self.assertIn("--environment", done.err)

    def test_what_is_said_may_be_asked_to_be_less(self):
        done = self.call(env={"AUTOMATION_LOG_LEVEL": "error"})
        self.assertEqual(done, Result(0, "", ""))

    def test_nothing_written_is_a_failure_of_the_command(self):
        done = self.context_set(env={})
        self.assertEqual(done.code, 1)
        self.assertIn("written nowhere", done.out)
        self.assertEqual(self.context_set(env=self.jenkins(BUILD_PATH="no")).code, 1)
        self.assertIsNone(self.lines())

    def test_a_file_that_cannot_be_written_fails_both(self):
        os.mkdir(os.path.join(self.workspace, "context.properties"))
        done = self.call(env=self.jenkins())
        self.assertEqual(done.code, 1)
        self.assertIn("(Fatal) cannot write " + self.workspace, done.err)
        done = self.call(env=self.jenkins(WORKSPACE=self.path("none")))
        self.assertEqual(done.code, 1)
        self.assertIn("No such file or directory", done.err)

    def test_a_file_of_the_script_is_made_with_the_umask(self):
        before = os.umask(0o027)
        self.addCleanup(os.umask, before)
        self.call(env=self.jenkins())
        self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.workspace, "context.properties")).st_mode), 0o640)

    def test_azure_pipelines_get_commands(self):
        done = self.call(env={"AUTOMATION_PROVIDER": "azurepipelines", "WORKSPACE": self.workspace, "PRODUCT": "shop ",
                              "COMMENT": "a\nb"})
        lines = done.out.splitlines()
        self.assertEqual((done.code, done.err), (0, ""))
        self.assertIn("##vso[task.setvariable variable=PRODUCT]shop", lines)
        self.assertIn("##vso[task.setvariable variable=DETAIL_MESSAGE]product=shop , mode=DEPLOYMENT_MODE_DEFAULT, "
                      "user=automation, comment=a%0Ab", lines)
        self.assertIsNone(self.lines())

    def test_hamlets_command_line_is_told_who_git_says_it_is(self):
        with open(self.path(".gitconfig"), "w", encoding="utf-8") as file:
            file.write("[user]\n\tname = Jane D\n\temail = jane@example.test\n")
        self.call(env={"AUTOMATION_PROVIDER": "hamletcli", "AUTOMATION_DATA_DIR": self.workspace})
        self.assertEqual(self.lines()[:2], ["GIT_USER=Jane D", "GIT_EMAIL=jane@example.test"])
        self.assertEqual(self.values()["GIT_EMAIL"], "jane@example.test")

    def test_a_second_call_with_what_the_first_has_written_says_the_same(self):
        for environments in ("dev", "dev,test"):
            with self.subTest(environments=environments):
                env = self.jenkins(ENVIRONMENT=environments, GITHUB_CREDENTIALS="a:b", SHOP_DEV_ACCOUNT="low")
                self.call(env=env)
                first = self.lines()
                os.remove(os.path.join(self.workspace, "context.properties"))
                self.call(env={**env, **dict(line.split("=", 1) for line in first if line)})
                self.assertEqual(self.lines(), first)
                os.remove(os.path.join(self.workspace, "context.properties"))


if __name__ == "__main__":
    main()
