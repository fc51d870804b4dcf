"""Asks a probe, a small program around our code: JSON lines in, JSON lines out."""
import json
import os
import random
import subprocess

SEED = int(os.environ.get("RUNTASK_SEED", "1"))


def seeded():
    """Random values that come again with RUNTASK_SEED."""
    return random.Random(SEED)


def ask(questions):
    """The answers to all questions, in order."""
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run([os.environ["RUNTASK_PROBE"]], input=lines.encode(), stdout=subprocess.PIPE, timeout=240,
                          check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(questions), "%d answers to %d questions" % (len(answers), len(questions))
    return answers
