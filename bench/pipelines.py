"""How fast pipelines are checked and carried out, beside the same programs under Debian's groovy where it is there."""
import os
import shutil
import statistics

from table import *

SEED = os.path.join(ROOT, "tests", "golden", "jenkins", "seed.Jenkinsfile")
GROOVY = shutil.which("groovy", path=ENV["PATH"])
JAVA = shutil.which("java")  # Where Debian's default one is not the one that is there.
RUNS_OF_PIPELINES = max(1, RUNS // 4)


def jenkinsfile(name, script):
    """A pipeline of one stage with that script, in a directory of its own, which no repository holds."""
    path = os.path.join(directory, name)
    os.mkdir(path)
    with open(os.path.join(path, "Jenkinsfile"), "w", encoding="utf-8") as file:
        file.write("pipeline { agent any\n stages { stage('bench') { steps { script {\n%s\n} } } } }\n" % script)
    return os.path.join(path, "Jenkinsfile")


def wall_of(name, script):
    """The median wall time of that pipeline, and its range in words."""
    path = jenkinsfile(name, script)
    walls, peak = walls_of([RUNTASK, "pipeline", "run", path], RUNS_OF_PIPELINES, cwd=os.path.dirname(path))
    return statistics.median(walls), "%.0f to %.0f ms, %.1f MB" % (1000 * min(walls), 1000 * max(walls), peak)


def groovy_of(name, program):
    """The same under groovy, the start of its virtual machine taken off; None where it is not installed."""
    if not GROOVY:
        return None
    walls = []
    env = {**ENV, "JAVA_HOME": os.path.dirname(os.path.dirname(os.path.realpath(JAVA)))} if JAVA else ENV
    for text in ("", program):
        path = os.path.join(directory, name + ".groovy")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        walls.append(statistics.median(measure([GROOVY, path], env)[0] for _ in range(2)))
    return walls


def beside_groovy(name, program):
    walls = groovy_of(name, program)
    if walls:
        row("  the same under groovy", "%.0f ms" % (1000 * walls[1]), "%.0f ms of them its start" % (1000 * walls[0]))


def pipelines():
    heading("Pipelines")
    version = median("runtask --version", [RUNTASK, "--version"])
    lint = median("pipeline lint of the seed's file", [RUNTASK, "pipeline", "lint", SEED], "10 ms", 0.010)
    row("  what it adds to --version", "%.1f ms" % (1000 * (lint - version)), "", "2 ms", lint - version <= 0.002)
    empty, detail = wall_of("empty", "")
    row("pipeline run of an empty stage", "%.1f ms" % (1000 * empty), detail)
    wall, detail = wall_of("echo", "for (int i = 0; i < 1000; i++) { echo 'line ' + i }")
    row("1,000 echo steps", "%.1f ms" % (1000 * wall), detail, "50 ms", wall <= 0.050)
    beside_groovy("echo", "for (int i = 0; i < 1000; i++) { println 'line ' + i }")
    closure = "def c = { x -> x + 1 }\ndef s = 0\nfor (int i = 0; i < 1000000; i++) { s = c(s) }\n"
    wall, detail = wall_of("closure", closure + "echo s.toString()")
    row("a closure called 1,000,000 times", "%.0f ms" % (1000 * wall), detail, "1 s", wall <= 1)
    beside_groovy("closure", closure + "println s")
    wall, detail = wall_of("sh", "for (int i = 0; i < 100; i++) { sh 'true' }")
    each = (wall - empty) / 100
    row("sh 'true', each of 100", "%.2f ms" % (1000 * each), detail + " in all", "5 ms", each <= 0.005)
    beside_groovy("sh", "for (int i = 0; i < 100; i++) { ['/bin/sh', '-c', 'true'].execute().waitFor() }")
    branches = ", ".join("b%d: { sh 'sleep 1' }" % i for i in range(64))
    wall, detail = wall_of("parallel", "parallel(%s)" % branches)
    row("64 parallel branches of sh 'sleep 1'", "%.0f ms" % (1000 * wall), detail, "1.5 s", wall <= 1.5)
