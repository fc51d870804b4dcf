"""Every command has --help, with an example."""
import re

from support import *


class Help(Sandbox):
    def commands(self, *path):
        """The command of that path and all below it, each with its help."""
        text = self.ok(*path, "--help").out
        yield path, text
        listed = text.partition("\nSubcommands:\n")[2].partition("\n\n")[0]
        for name in re.findall(r"^  (\S+)", listed, flags=re.M):
            yield from self.commands(*path, name)

    def test_of_every_command_has_an_example_that_is_one_of_it(self):
        found = list(self.commands())
        self.assertGreater(len(found), 30)
        for path, text in found:
            example = re.search(r"^Examples?:\n(.*)", text, flags=re.M | re.S)
            self.assertIsNotNone(example, path)
            self.assertIn(" ".join(("runtask",) + path), example.group(1), path)

    def test_needs_no_state_directory(self):
        self.ok("run", "--help", env={"RUNTASK_STATE_DIR": "/proc/nowhere", "HOME": ""})


if __name__ == "__main__":
    main()
