"""Whoever reads the output may stall: the run goes on, can be interrupted, and loses nothing silently."""
import fcntl
import pty
import re
import struct
import termios

from support import *

COUNT = 100000
BURST = ("import sys, time; sys.stdout.write(''.join('line %%06d of a burst that is long enough to matter\\n' %% i"
         " for i in range(%d))); sys.stdout.flush(); " % COUNT)
F_GETPIPE_SZ = 1032


def numbers(text):
    return [int(line.split()[1]) for line in text.splitlines() if line.startswith("line ")]


class Stalls:
    """What the tests below share."""

    def stalled(self, then, stderr=None, stdout=subprocess.PIPE):
        """A run whose output nobody reads, once all lines are written and the task waits or has ended."""
        self.register("burst", {"name": "main", "memory": 256, "command": [
            "/usr/bin/python3", "-c", BURST + "open(%r, 'w').close(); " % self.path("written") + then]})
        process = self.start("run", "--local", "--task-definition", "burst", stdout=stdout,
                             stderr=stderr or self.sink("err"))
        wait_until(lambda: os.path.exists(self.path("written")), "the burst", LONGEST)
        return process

    def holds_600_s(self, **options):
        return self.stalled("time.sleep(600)", **options)

    @staticmethod
    def wait_until_full(pipe):
        """Until nothing more goes into the pipe: then runtask waits for its reader."""
        capacity = fcntl.fcntl(pipe, F_GETPIPE_SZ)
        held = [0]

        def is_still():
            before = held[0]
            held[0] = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]
            time.sleep(0.2)
            return held[0] > capacity // 2 and held[0] == before
        wait_until(is_still, "a full pipe", LONGEST)

    def tasks_running(self):
        return json.loads(self.ok("local", "status", "--json").out)["running_tasks"]

    def end_without_reading(self, process, number, code):
        process.send_signal(number)
        self.assertEqual(process.wait(30), code)
        self.assertEqual(self.tasks_running(), 0)


class InterruptedStalledReader(Stalls, Sandbox):
    def interrupted(self, number, code):
        process = self.holds_600_s()
        self.wait_until_full(process.stdout)
        self.end_without_reading(process, number, code)
        got = process.stdout.read().decode()
        shown = numbers(got[:got.rindex("\n") + 1])  # The last one may be cut off, and counts as not written.
        self.assertEqual(shown, list(range(len(shown))))
        said = re.search(r"warning: (\d+) lines were not written", self.text("err"))
        self.assertIsNotNone(said, self.text("err"))
        outcome = self.last_outcome()
        self.assertEqual(outcome["exit_code"], code)
        # Every line that was taken from the log was either written or is said not to be.
        self.assertEqual(len(shown) + int(said.group(1)), outcome["launches"][0]["log_lines"])
        self.assertLess(outcome["launches"][0]["log_lines"], COUNT)
        self.assertIn("not read to its end", self.text("err"))

    def test_sigint_stops_the_task_and_says_what_was_not_written(self):
        self.interrupted(signal.SIGINT, 130)

    def test_sigterm_stops_the_task_and_says_what_was_not_written(self):
        self.interrupted(signal.SIGTERM, 143)

    def test_a_second_ctrl_c_leaves_at_once(self):
        process = self.holds_600_s()
        self.wait_until_full(process.stdout)
        process.send_signal(signal.SIGINT)
        wait_until(lambda: "once more" in self.text("err"), "the words of the first one")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), 130)
        self.assertRegex(self.text("err"), r"left at once(.|\n)*\n\d+ lines were not written")

    def test_both_streams_in_one_stalled_pipe_can_be_interrupted(self):
        process = self.holds_600_s(stderr=subprocess.STDOUT)
        self.wait_until_full(process.stdout)
        self.end_without_reading(process, signal.SIGINT, 130)

    def test_a_terminal_that_stands_still_can_be_interrupted(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        process = self.holds_600_s(stdout=theirs, stderr=theirs)
        os.close(theirs)
        self.end_without_reading(process, signal.SIGINT, 130)


class StalledReader(Stalls, Sandbox):
    def test_a_reader_that_reads_on_gets_every_line_in_order_and_once(self):
        process = self.stalled("sys.exit(7)")
        self.wait_until_full(process.stdout)
        wait_until(lambda: "STOPPED" in self.text("err"), "the end of the task", LONGEST)  # It is not held up.
        self.assertIsNone(process.poll())
        shown = []
        for line in process.stdout:
            shown.append(int(line.split()[1]))
            if len(shown) == COUNT // 2:  # It stalls again.
                self.wait_until_full(process.stdout)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 7)
        self.assertEqual(shown, list(range(COUNT)))
        self.assertNotIn("not written", self.text("err"))
        if not os.environ.get("RUNTASK_TEST_BUILD"):  # A sanitizer takes memory of its own.
            self.assertLess(usage.ru_maxrss, 64 * 1024, "KiB of peak memory")

    def test_a_reader_that_goes_away_ends_nothing_and_the_lost_lines_are_counted(self):
        process = self.stalled("sys.exit(7)")
        self.wait_until_full(process.stdout)
        process.stdout.close()
        self.assertEqual(process.wait(LONGEST), 7)
        process.stdout = None
        self.assertRegex(self.text("err"), r"warning: \d+ lines could not be written to standard output: Broken pipe")

    def test_one_place_for_both_streams_keeps_their_order(self):
        self.register("few", ("main", "echo one; echo two; exit 3"))
        for sink in (subprocess.PIPE, self.sink("both")):
            process = self.start("run", "--local", "--task-definition", "few", stdout=sink, stderr=subprocess.STDOUT)
            text = self.finish(process).out or self.text("both")
            lines = text.splitlines()
            self.assertTrue(lines[0].startswith("run "), text)
            self.assertLess(lines.index("one"), lines.index("two"))
            self.assertLess(lines.index("two"), next(i for i, line in enumerate(lines) if "LAUNCH" in line.upper()), text)

    def test_the_result_comes_before_what_is_said_about_it(self):
        self.register("few", ("main", "echo one; exit 3"))
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        again = os.dup(write)  # Two descriptions would be two files; a pipe is one place.
        process = self.start("run", "--local", "--task-definition", "few", stdout=write, stderr=again)
        os.close(write)
        os.close(again)
        self.assertEqual(self.finish(process).code, 3)
        text = os.read(read, 1 << 16).decode()
        self.assertLess(text.index("\none\n"), text.index("LAUNCH "), text)


if __name__ == "__main__":
    main()
