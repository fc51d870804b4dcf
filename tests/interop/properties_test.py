"""Our .properties against java.util.Properties: random files read by both, random values written by us and read by Java.

Java runs the reader from its source, for which it needs a compiler (Debian: default-jdk-headless); without one this is
skipped, and says so.
"""
import os
import random
import shutil
import subprocess
import unittest

PROBE = os.environ["RUNTASK_PROBE"]
READER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "PropertiesReader.java")
FILES = 4000
PIECES = list(" \t\f\n\r\\=:#!u{}$ab0") + ["\\u00e9", "\\ud83d\\ude00", "\\ude00", "\\u12", "\r\n", "\\\n", "\\\r\n", "\n#"]
BEYOND_ASCII = ["\u00e9", "\u20ac", "\U0001f600"]


def ask(command, questions):
    done = subprocess.run(command, input="\n".join(questions) + "\n", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=200, check=False, encoding="ascii")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def java_can_compile():
    if not shutil.which("java"):
        return False
    done = subprocess.run(["java", "--list-modules"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return b"jdk.compiler@" in done.stdout


@unittest.skipUnless(java_can_compile(), "no Java that runs a source file (default-jdk-headless)")
class Properties(unittest.TestCase):
    def by_java(self, questions):
        return ask(["java", "-XX:TieredStopAtLevel=1", READER], questions)

    @staticmethod
    def sorted_pairs(answer):
        if answer == "error":
            return answer
        words = answer.split()
        return sorted(zip(words[::2], words[1::2]))

    def text(self, dice, pieces, longest):
        return "".join(dice.choice(pieces) for _ in range(dice.randrange(longest)))

    def test_any_file_means_the_same_to_both(self):
        dice = random.Random(20)
        questions = []
        for i in range(FILES):
            if i % 2:
                questions.append("utf8 " + self.text(dice, PIECES + BEYOND_ASCII, 40).encode().hex())
            else:
                data = self.text(dice, PIECES, 40).encode() + bytes(dice.randrange(256) for _ in range(dice.randrange(8)))
                questions.append("latin1 " + data.hex())
        for question, ours, theirs in zip(questions, ask([PROBE], questions), self.by_java(questions), strict=True):
            self.assertEqual(self.sorted_pairs(ours), self.sorted_pairs(theirs), question)

    def test_what_we_write_java_reads_back_in_either_charset(self):
        dice = random.Random(21)
        pairs = [(self.text(dice, PIECES + BEYOND_ASCII, 10), self.text(dice, PIECES + BEYOND_ASCII, 30))
                 for _ in range(FILES)]
        # An empty word would be lost in a question.
        pairs = [(name or "n", value or "v") for name, value in pairs]
        lines = ask([PROBE], ["write %s %s" % (name.encode().hex(), value.encode().hex()) for name, value in pairs])
        for charset in ("latin1", "utf8"):
            answers = self.by_java([charset + " " + line for line in lines])
            for (name, value), answer in zip(pairs, answers, strict=True):
                self.assertEqual(answer, name.encode().hex() + " " + value.encode().hex())


if __name__ == "__main__":
    unittest.main(verbosity=2)
