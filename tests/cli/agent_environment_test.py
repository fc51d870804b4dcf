"""What an agent needs to use the drop-ins: their place, and an overlay over the bash executor."""
import subprocess

from support import *

SCRIPTS = ["automation/setContext.sh", "automation/constructTree.sh", "automation/jenkins/aws/constructTree.sh",
           "cli/runTask.sh"]


def exports(text):
    """The variables as a shell gets them."""
    shown = subprocess.run(["/bin/sh", "-c", text + "\nenv"], env={}, stdout=subprocess.PIPE, check=True).stdout.decode()
    return dict(line.split("=", 1) for line in shown.splitlines() if line.split("=")[0].endswith("_DIR"))


class AgentEnvironment(Sandbox):
    def scripts_of(self, directories):
        self.assertEqual(directories["AUTOMATION_BASE_DIR"], directories["GENERATION_BASE_DIR"] + "/automation")
        self.assertEqual(directories["AUTOMATION_DIR"], directories["GENERATION_BASE_DIR"] + "/automation/jenkins/aws")
        self.assertEqual(directories["GENERATION_DIR"], directories["GENERATION_BASE_DIR"] + "/cli")
        return [os.path.join(directories["GENERATION_BASE_DIR"], script) for script in SCRIPTS]

    def executor(self):
        """A bash executor as an agent has it: our three scripts, and others."""
        for name in SCRIPTS + ["automation/common.sh", "automation/jenkins/aws/manageImages.sh", "cli/runPipeline.sh",
                               "execution/setCredentials.sh", "automation/azure/constructTree.sh"]:
            path = self.path("executor/" + name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write("#!/bin/sh\necho the old " + name + "\n")
            os.chmod(path, 0o755)
        base = self.path("executor")
        return {"GENERATION_BASE_DIR": base, "GENERATION_DIR": base + "/cli", "AUTOMATION_BASE_DIR": base + "/automation",
                "AUTOMATION_DIR": base + "/automation/jenkins/aws"}

    def test_the_exports_lead_to_links_to_this_binary(self):
        for path in self.scripts_of(exports(self.ok("env").out)):
            self.assertEqual(os.path.realpath(path), os.path.realpath(RUNTASK))

    def test_an_installation_has_the_links_where_its_binary_finds_them(self):
        for destdir in ("", self.path("stage")):
            subprocess.run(["cmake", "--install", os.path.dirname(RUNTASK), "--prefix", self.path("prefix")],
                           env={**self.env, "DESTDIR": destdir}, stdout=subprocess.DEVNULL, check=True)
            installed = destdir + self.path("prefix/bin/runtask")
            out = subprocess.run([installed, "env"], env=self.env, stdout=subprocess.PIPE, check=True).stdout.decode()
            for path in self.scripts_of(exports(out)):
                self.assertTrue(path.startswith(destdir + self.path("prefix/share/runtask/")), path)
                self.assertEqual(os.path.realpath(path), os.path.realpath(installed))

    def test_an_overlay_has_ours_over_theirs_and_everything_else_of_theirs(self):
        directories = exports(self.ok("env", "--overlay", "over", env=self.executor()).out)
        base = directories["GENERATION_BASE_DIR"]
        self.assertEqual(os.path.realpath(base), os.path.realpath(self.path("over")))
        for path in self.scripts_of(directories):
            self.assertEqual(os.path.realpath(path), os.path.realpath(RUNTASK))
        for other in ("automation/common.sh", "automation/jenkins/aws/manageImages.sh", "cli/runPipeline.sh",
                      "execution/setCredentials.sh", "automation/azure/constructTree.sh"):
            out = subprocess.run([os.path.join(base, other)], stdout=subprocess.PIPE, check=True).stdout.decode()
            self.assertEqual(out, "the old " + other + "\n")

    def test_an_overlay_is_built_anew_but_never_over_somebodys_files(self):
        env = self.executor()
        self.ok("env", "--overlay", "over", env=env)
        os.remove(self.path("executor/automation/common.sh"))
        self.ok("env", "--overlay", "over", env=env)
        self.assertFalse(os.path.lexists(self.path("over/automation/common.sh")))
        os.makedirs(self.path("mine"))
        self.write("mine/file", "precious")
        refused = self.runtask("env", "--overlay", "mine", env=env)
        self.assertEqual(refused.code, 1, refused)
        self.assertIn("holds files", refused.err)
        self.assertEqual(self.text("mine/file"), "precious")
        again = self.runtask("env", "--overlay", "over", env=exports(self.ok("env", "--overlay", "over", env=env).out))
        self.assertEqual(again.code, 1, again)
        self.assertIn("already in the overlay", again.err)

    def test_an_overlay_over_nothing_is_a_usage_error(self):
        refused = self.runtask("env", "--overlay", "over")
        self.assertEqual(refused.code, 2, refused)
        self.assertIn("GENERATION_BASE_DIR", refused.err)
        self.assertFalse(os.path.exists(self.path("over")))


if __name__ == "__main__":
    main()
