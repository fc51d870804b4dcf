"""Our evaluator against Debian's groovy: the golden programs print the same under both."""
import glob
import os
import re
import shutil
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HERE = os.path.dirname(os.path.abspath(__file__))
PROBE = os.environ["RUNTASK_PROBE"]


def sections(text):
    result = {}
    parts = re.split(r"^== (/.*)\n", text, flags=re.M)
    for name, rest in zip(parts[1::2], parts[2::2]):
        result[os.path.basename(name)] = rest
    return result


def programs(pattern):
    return sorted(glob.glob(os.path.join(ROOT, "tests", "golden", "groovy", pattern)))


def java_home():
    java = shutil.which("java")
    return os.path.dirname(os.path.dirname(os.path.realpath(java))) if java else ""


def groovy(names):
    run = subprocess.run(["groovy", os.path.join(HERE, "groovy_driver.groovy"), *names], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, env={**os.environ, "JAVA_HOME": java_home(), "TZ": "UTC"}, check=False)
    return sections(run.stdout.decode())


def ours(names):
    run = subprocess.run([PROBE, *names], stdout=subprocess.PIPE, check=True)
    return sections(run.stdout.decode())


@unittest.skipUnless(shutil.which("groovy") and java_home(), "groovy or a Java runtime is not installed")
class Groovy(unittest.TestCase):
    maxDiff = None

    def test_programs_print_the_same(self):
        names = [name for name in programs("*.groovy") if not os.path.basename(name).startswith("error_")]
        self.assertGreater(len(names), 20)
        theirs, own = groovy(names), ours(names)
        self.assertEqual(len(theirs), len(names))
        for name in theirs:
            with self.subTest(program=name):
                self.assertEqual(own[name], theirs[name])

    def test_what_groovy_rejects_we_reject(self):
        # What Groovy accepts and runtask has not: classes in classes, Java's own, files, numbers beyond 38 digits.
        only_ours = {"error_class.groovy", "error_class_anonymous.groovy", "error_class_imported.groovy", "error_class_of_java.groovy",
                     "error_class_parent.groovy", "error_class_transform.groovy",
                     "error_file_access.groovy", "error_sorted_map.groovy", "error_power_too_large.groovy"}
        names = [name for name in programs("error_*.groovy") if os.path.basename(name) not in only_ours]
        for name, text in groovy(names).items():
            with self.subTest(program=name):
                self.assertIn("!! ", text)

    def test_the_methods_of_java_are_those_of_this_groovy(self):
        environment = {**os.environ, "JAVA_HOME": java_home()}
        version = subprocess.run(["groovy", "--version"], stdout=subprocess.PIPE, env=environment, check=True).stdout.decode()
        if not re.search(r"Groovy Version: 2\.4\.21 JVM: 17\.", version):
            self.skipTest("the table is that of Groovy 2.4.21 on Java 17")
        rows = subprocess.run(["groovy", os.path.join(HERE, "java_methods.groovy")], stdout=subprocess.PIPE, env=environment, check=True)
        with open(os.path.join(ROOT, "src", "groovy", "java_methods_table.cpp"), encoding="utf-8") as file:
            table = re.search(r"kTable\[\] = \{\n(.*?)^\};", file.read(), flags=re.S | re.M).group(1)
        self.assertGreater(len(table), 10000)
        self.assertEqual(rows.stdout.decode(), table)


if __name__ == "__main__":
    unittest.main(verbosity=2)
