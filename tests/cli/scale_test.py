"""What a run costs that grows with its launches, and what does not."""
from support import *

# docs/RUN.md states both.
KIB_PER_LAUNCH = 25
DESCRIPTORS = 90


class Scale(Sandbox):
    def measured(self, launches):
        """Peak memory in KiB and most open descriptors of a run whose launches are all alive at once."""
        process = self.start("run", "--local", "--task-definition", "sim", "--count", str(launches), "--yes",
                             "--max-parallel", str(launches), "--json", stdout=self.sink("out"), stderr=self.sink("err"))
        descriptors = 0

        def ended():
            nonlocal descriptors
            try:
                descriptors = max(descriptors, len(os.listdir("/proc/%d/fd" % process.pid)))
            except OSError:  # It has just ended.
                pass
            pid, *how = os.wait4(process.pid, os.WNOHANG)
            return how if pid else None

        status, usage = wait_until(ended, "the run to end", 10 * LONGEST)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0, self.text("err"))
        lines = self.text("out").splitlines()
        self.assertEqual(sum(line.startswith('{"type":"log"') for line in lines), launches)
        self.assertEqual(len(json.loads(lines[-1])["launches"]), launches)
        return usage.ru_maxrss, descriptors

    def test_memory_grows_by_little_for_each_launch_and_descriptors_not_at_all(self):
        self.register("sim", {"name": "main", "image": "simulated", "command": ["run=1s", "print=hello"]})
        few, many = 100, 2000
        small, _ = self.measured(few)
        large, descriptors = self.measured(many)
        self.assertLessEqual(descriptors, DESCRIPTORS)
        if not os.environ.get("RUNTASK_TEST_BUILD"):  # A sanitizer takes memory of its own.
            self.assertLess((large - small) / (many - few), KIB_PER_LAUNCH, "KiB of peak memory for a launch")


if __name__ == "__main__":
    main()
