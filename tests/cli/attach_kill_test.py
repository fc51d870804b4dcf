"""`runtask run` killed with -9 at random moments and attached to: one task, one exit code, one whole log.

RUNTASK_KILLS says how many times (12), RUNTASK_SEED with which luck (a new one, printed).
"""
import os
import random
import re
import signal
import time
import unittest

from runs_support import RunsSandbox

KILLS = int(os.environ.get("RUNTASK_KILLS", "12"))
SEED = int(os.environ.get("RUNTASK_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
LINES = 50  # Over about a second.
ATTACHES_MAX = 3  # Killed as well, all but the last.


class KillSandbox(RunsSandbox):
    def test_a_run_that_is_killed_at_any_moment_is_gone_on_with(self):
        print("seed %d, %d kills" % (SEED, KILLS), flush=True)
        luck = random.Random(SEED)
        trace = self.path("trace")
        self.register("manage", ("main", "echo $RUN >>%s; i=0; while [ $i -lt %d ]; do echo line $i; i=$((i+1)); "
                                 "sleep 0.02; done; exit $CODE" % (trace, LINES)))
        self.ok("local", "start")
        for number in range(KILLS):
            with self.subTest(number=number, seed=SEED):
                self.kill_once(luck, number)

    def kill_once(self, luck, number):
        code = luck.randrange(1, 120)
        before = set(self.run_ids())
        run = ["run", "--local", "--task-definition", "manage", "-e", "RUN=%d" % number, "-e", "CODE=%d" % code]
        moments = [luck.uniform(0.0, 1.5)]
        printed = [self.killed_at(moments[0], *run)]
        begun = [each for each in self.run_ids() if each not in before]
        if not begun:  # Killed before it had begun: nothing was started, and there is nothing to go on with.
            time.sleep(0.1)
            self.assertEqual(self.started(number), 0, moments)
            return
        for _ in range(luck.randrange(ATTACHES_MAX)):
            moments.append(luck.uniform(0.0, 0.7))
            printed.append(self.killed_at(moments[-1], "runs", "attach", begun[0]))
        last = self.runtask("runs", "attach", begun[0])
        printed.append(last.out)
        self.assertEqual(last.code, code, (moments, last))
        self.assertEqual(self.started(number), 1, moments)
        lines = [int(text) for text in re.findall(r"line (\d+)\n", "".join(printed))]
        self.assertEqual(lines, list(range(LINES)), (moments, printed))
        self.assertEqual(self.ok("runs", "logs", begun[0]).out, "".join(printed))

    def killed_at(self, moment, *words):
        """What it printed until then."""
        process = self.start(*words)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        return self.finish(process).out

    def started(self, number):
        path = self.path("trace")
        return self.text("trace").split().count(str(number)) if os.path.exists(path) else 0


if __name__ == "__main__":
    unittest.main()
