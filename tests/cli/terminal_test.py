"""What a person sees on a terminal: lines as lines, no control characters of others, status lines that fit."""
import fcntl
import pty
import re
import struct
import termios

from support import *

HOSTILE = "\033[2J\033]0;title\007\033[31mred\033[0m"
HARMLESS = "\\x1b[2J\\x1b]0;title\\x07\033[31mred\033[0m"


class TerminalSandbox(Sandbox):
    def on_terminal(self, *arguments, rows=24, columns=80, env=None):
        """The exit code and all that the terminal got, with its line ends as the program wrote them."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        mode = termios.tcgetattr(theirs)
        mode[1] &= ~termios.OPOST
        termios.tcsetattr(theirs, termios.TCSANOW, mode)
        process = self.start(*arguments, stdout=theirs, stderr=theirs, env={"TERM": "xterm", **(env or {})})
        os.close(theirs)
        shown = b""
        while True:
            try:
                piece = os.read(ours, 1 << 16)
            except OSError:  # The end of a terminal.
                break
            if not piece:
                break
            shown += piece
        return process.wait(LONGEST), shown.decode()


class Terminal(TerminalSandbox):
    def test_what_is_shown_of_a_run_has_its_lines(self):
        self.register("fails", ("main", "echo one; echo two; exit 3"))
        self.assertEqual(self.run_local("fails").code, 3)
        code, shown = self.on_terminal("runs", "show", "last")
        self.assertEqual(code, 0, shown)
        self.assertNotIn("\\x0a", shown)
        lines = shown.splitlines()
        self.assertIn("    | one", lines)
        self.assertIn("    | two", lines)
        self.assertEqual(shown, self.ok("runs", "show", "last").out)

    def test_control_characters_of_a_log_do_nothing_wherever_they_are_shown(self):
        self.register("hostile", {"name": "main", "command": ["/bin/sh", "-c", "printf '%s\\n' \"$TEXT\"; exit 3"],
                                  "environment": [{"name": "TEXT", "value": HOSTILE}]})
        code, shown = self.on_terminal("run", "--local", "--task-definition", "hostile")
        self.assertEqual(code, 3, shown)
        # As a line of the log, and in the block of the failure.
        self.assertEqual(shown.count(HARMLESS), 2, shown)
        self.assertNotIn("\033[2J", shown)
        self.assertNotIn("\007", shown)
        for command in (("runs", "show", "last"), ("runs", "logs", "last"), ("local", "logs", "last")):
            code, shown = self.on_terminal(*command)
            self.assertEqual(code, 0, shown)
            self.assertIn(HARMLESS, shown)
            self.assertNotIn("\033[2J", shown)
        # Into a pipe everything goes as it is.
        self.assertEqual(self.ok("runs", "logs", "last").out, HOSTILE + "\n")

    def test_control_characters_of_an_error_do_nothing(self):
        code, shown = self.on_terminal("runs", "show", HOSTILE)
        self.assertEqual(code, 1, shown)
        self.assertIn(HARMLESS, shown)
        self.assertNotIn("\033[2J", shown)

    def test_status_lines_fit_the_window(self):
        self.register("slow", ("main", "sleep 1.5"))
        for rows, columns in ((24, 80), (4, 20), (2, 2), (1, 1)):
            code, shown = self.on_terminal("run", "--local", "--task-definition", "slow", "--count", "6", "--no-history",
                                           rows=rows, columns=columns)
            self.assertEqual(code, 0, shown)
            erased = [int(number) for number in re.findall(r"\033\[(\d+)A\r\033\[J", shown)]
            self.assertTrue(erased)
            self.assertLess(max(erased), max(rows - 1, 2), (rows, columns))
            # Between one erasing and the next stands what was drawn.
            drawn = [block.splitlines()[-1] for block in re.split(r"\033\[\d+A\r\033\[J", shown)[1:-1] if block]
            self.assertLess(max(len(line) for line in drawn), max(columns, 2), (rows, columns))

    def test_no_colour_and_no_cursor_movement_where_it_is_not_wanted(self):
        self.register("fails", ("main", "sleep 0.3; exit 3"))
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            code, shown = self.on_terminal("run", "--local", "--task-definition", "fails", env=env)
            self.assertEqual(code, 3, shown)
            self.assertNotIn("\033", shown)


if __name__ == "__main__":
    main()
