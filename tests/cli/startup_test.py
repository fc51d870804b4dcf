"""What a command does before its first request: nothing that it does not need."""
from support import *

STRACE = shutil.which("strace")


def can_trace():
    return STRACE and subprocess.run([STRACE, "-o", "/dev/null", "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                     check=False).returncode == 0


@unittest.skipUnless(can_trace(), "strace is not installed, or may not trace")
class StartUp(AwsSandbox):
    def trace(self, *words, env=None):
        """The files of the home that it opens, the addresses that it connects to, and the programs that it starts."""
        log = self.path("trace")
        done = subprocess.run([STRACE, "-f", "-qq", "-e", "trace=open,openat,connect,execve", "-o", log, RUNTASK, *words],
                              # LeakSanitizer, in a build with it, gives up under strace.
                              env={**self.env, "ASAN_OPTIONS": "detect_leaks=0", **(env or {})}, cwd=self.directory, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LONGEST, check=False)
        self.assertEqual(done.returncode, 0, done)
        lines = self.text("trace").splitlines()
        opened = [line.split('"')[1] for line in lines if "open" in line and '"' in line]
        home = [path[len(self.directory) + 1:] for path in opened if path.startswith(self.directory + "/.aws")]
        connected = [line for line in lines if "connect(" in line and "AF_INET" in line]
        programs = [line.split('"')[1] for line in lines if "execve(" in line]
        return home, connected, programs

    def test_keys_of_the_environment_need_one_file_and_one_connection(self):
        os.makedirs(self.path(".aws/sso/cache"))
        self.write(".aws/config", "[default]\ncredential_process = /bin/false\nsso_account_id = 1\n")
        self.write(".aws/credentials", "[default]\n")
        self.aws.operations["DescribeClusters"] = lambda _: {"clusters": [{"clusterName": "c", "status": "ACTIVE"}]}
        home, connected, programs = self.trace("run", "--plan", "--cluster", "c", "--task-definition", "manage")
        self.assertEqual(home, [".aws/config"], "which may have endpoints and attempts")
        self.assertEqual(len(connected), 1, connected)
        self.assertIn("htons(%d)" % self.aws.port, connected[0])
        self.assertEqual(programs, [RUNTASK])

    def test_keys_of_a_file_need_no_server(self):
        os.makedirs(self.path(".aws"))
        self.write(".aws/credentials", "[default]\naws_access_key_id = A\naws_secret_access_key = s\n")
        self.aws.operations["DescribeClusters"] = lambda _: {"clusters": [{"clusterName": "c", "status": "ACTIVE"}]}
        home, connected, _ = self.trace("run", "--plan", "--cluster", "c", "--task-definition", "manage", env={
            "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"})
        self.assertEqual(sorted(home), [".aws/config", ".aws/credentials"], "each once")
        self.assertEqual(len(connected), 1, connected)

    def test_help_and_words_that_are_wrong_need_nothing(self):
        home, connected, programs = self.trace("run", "--help")
        self.assertEqual((home, connected, programs), ([], [], [RUNTASK]))


if __name__ == "__main__":
    main()
