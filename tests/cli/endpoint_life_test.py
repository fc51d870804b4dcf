"""The life of the embedded endpoint: started once, killed, started again; nothing written is lost."""
import concurrent.futures
import fcntl
import struct

from support import *

F_OFD_SETLK = 37
F_OFD_SETLKW = 38


def environment_of(pid):
    """Nothing of a process that has just ended, or is somebody else's."""
    try:
        with open("/proc/%s/environ" % pid, errors="replace", encoding="utf-8") as file:
            return file.read().split("\0")
    except OSError:
        return []


class Life(Sandbox):
    def pids_in(self, name):
        try:
            with open(self.path(name), encoding="utf-8") as file:
                return [int(word) for word in file.read().split()]
        except FileNotFoundError:
            return []

    def test_several_at_once_start_exactly_one(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda _: self.runtask("local", "start"), range(8)))
        self.assertEqual([r.code for r in results], [0] * 8, results)
        listed = subprocess.run(["pgrep", "-f", "background-child"], stdout=subprocess.PIPE, check=False)
        mine = [pid for pid in listed.stdout.decode().split() if "RUNTASK_STATE_DIR=" + self.state in environment_of(pid)]
        self.assertEqual(len(mine), 1)

    def test_a_second_start_says_that_it_runs(self):
        first = self.ok("local", "start")
        second = self.ok("local", "start")
        port = str(self.endpoint()["port"])
        self.assertIn(port, first.out + first.err)
        self.assertIn("already", second.out + second.err)
        self.assertIn(port, second.out + second.err)

    def test_a_second_start_on_another_port_is_refused(self):
        self.ok("local", "start")
        port = self.endpoint()["port"]
        refused = self.runtask("local", "start", "--port", str(port - 1 if port > 1024 else port + 1))
        self.assertEqual(refused.code, 1, refused)
        self.assertIn("the embedded ECS runs already, on port %d\nhint: `runtask local stop`" % port, refused.err)
        self.assertIn("already", self.ok("local", "start", "--port", str(port)).err)

    def test_one_that_does_not_react_to_its_stop_is_said_with_what_ends_it(self):
        self.ok("local", "start")
        pid = self.endpoint()["pid"]
        os.kill(pid, signal.SIGSTOP)
        self.addCleanup(lambda: alive(pid) and os.kill(pid, signal.SIGCONT))
        stopped = self.runtask("local", "stop")
        self.assertEqual(stopped.code, 1, stopped)
        self.assertIn("waiting for the embedded ECS (process %d) to end" % pid, stopped.err)
        self.assertIn("does not end\nhint: `kill -9 %d`" % pid, stopped.err)

    def test_env_is_there_as_json_too(self):
        exported, unset = {}, []
        for line in self.ok("local", "env").out.splitlines():
            word, rest = line.split(" ", 1)
            if word == "export":
                name, value = rest.split("=", 1)
                exported[name] = value.strip("'")
            else:
                self.assertEqual(word, "unset")
                unset = rest.split()
        self.assertIn("AWS_PROFILE", unset)
        self.assertEqual(json.loads(self.ok("local", "env", "--json").out), {**exported, **dict.fromkeys(unset)})

    def test_a_second_endpoint_in_the_foreground_is_refused(self):
        self.ok("local", "start")
        result = self.runtask("local", "start", "--foreground")
        self.assertEqual(result.code, 1, result)
        self.assertIn("another embedded endpoint", result.err)
        self.assertIn(str(self.endpoint()["port"]), result.err)

    def test_stop_and_start_lose_no_definition_no_finished_task_and_no_log_line(self):
        self.register("talks", ("main", "echo one; echo two; exit 4"))
        self.run_local("talks")
        self.ok("local", "stop")
        self.assertFalse(os.path.exists(os.path.join(self.state, "local", "endpoint.json")))
        self.assertEqual(self.ok("local", "logs", "last").out, "one\ntwo\n")
        self.assertEqual(self.run_local("talks").code, 4)

    def test_kill_9_loses_no_definition_no_finished_task_and_no_log_line(self):
        self.register("talks", ("main", "echo one; echo two; exit 4"))
        self.run_local("talks")
        self.kill_endpoint()
        self.assertEqual(self.ok("local", "logs", "last").out, "one\ntwo\n")
        self.assertEqual(self.run_local("talks").code, 4)

    def test_kill_9_in_the_middle_of_a_task_takes_its_whole_tree_along(self):
        # A grandchild that detached itself, and one that ignores SIGTERM.
        self.register("tree", ("main", "echo $$ >> %(f)s; setsid sh -c 'echo $$ >> %(f)s; trap \"\" TERM HUP;"
                                       " while :; do sleep 0.1; done' & (sh -c 'echo $$ >> %(f)s; sleep 600' &) ;"
                                       " echo up; sleep 600" % {"f": self.path("pids")}))
        process = self.start("run", "--local", "--task-definition", "tree", "--json",
                             stdout=self.sink("out"))
        wait_until(lambda: len(self.pids_in("pids")) == 3, "the tree")
        wait_until(lambda: b'"up"' in self.text("out").encode(), "the log line")
        self.kill_endpoint()
        wait_until(lambda: not any(alive(pid) for pid in self.pids_in("pids")), "the tree's end")
        # The next start shows it STOPPED; the run that watches says so.
        self.ok("local", "start")
        result = self.finish(process)
        self.assertEqual(result.code, 125, result)
        outcome = json_lines(self.text("out"))[-1]
        self.assertEqual(outcome["launches"][0]["verdict"], "infrastructure")
        self.assertEqual(outcome["launches"][0]["stop_code"], "TerminationNotice")

    def test_stop_ends_the_tasks_and_their_trees(self):
        self.register("tree", ("main", "echo $$ > %s; sleep 600" % self.path("pids")))
        self.assertEqual(self.run_local("tree", "--detach").code, 0)
        wait_until(lambda: self.pids_in("pids"), "the task")
        self.ok("local", "stop")
        self.assertFalse(any(alive(pid) for pid in self.pids_in("pids")))

    def test_a_run_that_watches_reads_what_its_task_writes_while_it_is_stopped(self):
        self.register("slow", ("main", "trap 'sleep 1; echo bye; exit 3' TERM; echo up; while :; do sleep 0.05; done"))
        process = self.start("run", "--local", "--task-definition", "slow", stdout=self.sink("out"))
        wait_until(lambda: self.text("out"), "the log line")
        self.ok("local", "stop")
        result = self.finish(process)
        self.assertEqual(result.code, 125, result)
        self.assertEqual(self.text("out"), "up\nbye\n")
        self.assertIn("the embedded ECS was stopped", result.err)
        self.assertIn("runtask local stop", result.err)
        self.assertNotIn("host", result.err)
        self.assertNotIn("not read to its end", result.err)
        self.assertEqual(self.ok("local", "status").out, "not running\n")

    def test_one_that_was_stopped_is_not_started_again_by_the_run_that_watches(self):
        self.register("long", ("main", "echo up; sleep 600"))
        process = self.start("run", "--local", "--task-definition", "long", "--count", "2", "--order", "listed", "--json",
                             stdout=self.sink("out"))
        wait_until(lambda: '"up"' in self.text("out"), "the log line")
        process.send_signal(signal.SIGSTOP)  # It sees nothing of the end.
        self.ok("local", "stop")
        process.send_signal(signal.SIGCONT)
        result = self.finish(process)
        self.assertEqual(result.code, 125, result)
        self.assertIn("the embedded ECS was stopped (runtask local stop)", result.err)
        outcome = json_lines(self.text("out"))[-1]
        self.assertEqual([launch["verdict"] for launch in outcome["launches"]], ["infrastructure", "never_started"])
        self.assertEqual(len([launch for launch in outcome["launches"] if "task_arn" in launch]), 1, outcome)
        self.assertEqual(self.ok("local", "status").out, "not running\n")

    def test_a_run_that_begins_while_it_is_being_stopped_ends_with_it(self):
        self.register("stubborn", ("main", "trap 'echo told' TERM; echo up; while :; do sleep 0.1; done"))
        self.register("short", ("main", "exit 0"))
        watching = self.start("run", "--local", "--task-definition", "stubborn", stdout=self.sink("out"))
        wait_until(lambda: "up" in self.text("out"), "the log line")
        stopping = self.start("local", "stop")
        wait_until(lambda: "told" in self.text("out"), "the stop to begin")
        late = self.runtask("run", "--local", "--task-definition", "short", seconds=2 * LONGEST)
        self.assertEqual(late.code, 125, late)
        self.assertIn("the embedded ECS was stopped (runtask local stop)", late.err)
        self.assertEqual(self.finish(stopping).code, 0)
        self.assertEqual(self.finish(watching).code, 125)

    def test_a_killed_one_is_none_also_while_something_of_it_holds_its_lock(self):
        self.ok("local", "start")
        folder = os.path.join(self.state, "local")
        with open(os.path.join(folder, "endpoint.json"), encoding="utf-8") as file:
            address = file.read()
        self.ok("local", "stop")
        self.write("state/local/endpoint.json", address)
        with open(os.path.join(folder, "endpoint.lock"), "r+", encoding="utf-8") as lock:
            fcntl.fcntl(lock, F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
            process = self.start("local", "start")
            time.sleep(0.2)  # So that it looks while the lock is held; it must not matter.
        result = self.finish(process)
        self.assertEqual(result.code, 0, result)
        self.assertIn("serves on", result.err)

    def end_before_the_first_answer(self, *, stopped):
        self.register("talks", ("main", "echo one; exit 4"))
        folder = os.path.join(self.state, "local")
        port = self.endpoint()["port"]
        self.kill_endpoint()
        lock = open(os.path.join(folder, "endpoint.lock"), "r+", encoding="utf-8")
        self.addCleanup(lock.close)
        fcntl.fcntl(lock, F_OFD_SETLKW, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        listener.settimeout(LONGEST)
        process = self.start("run", "--local", "--task-definition", "talks")
        connection = listener.accept()[0]
        while not connection.recv(1):  # It only looked whether somebody is there.
            connection.close()
            connection = listener.accept()[0]
        if stopped:
            self.write("state/local/stopped", "")
        listener.close()
        lock.close()
        # All of it is gone before the call's answer could come.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        result = self.finish(process)
        self.assertEqual((result.code, result.out), (4, "one\n"), result)
        self.assertEqual(self.endpoint()["port"], port)

    def test_one_that_dies_between_the_look_up_and_the_first_call_is_started_again(self):
        self.end_before_the_first_answer(stopped=False)

    def test_so_is_one_that_somebody_stops_just_then(self):
        self.end_before_the_first_answer(stopped=True)

    def test_a_port_that_is_taken_is_said_at_once_in_the_background_too(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            result = self.runtask("local", "start", "--port", str(taken.getsockname()[1]))
        self.assertEqual(result.code, 1, result)
        self.assertIn("port", result.err)
        self.assertIn("taken", result.err)
        self.assertNotIn("disk", result.err)

    def test_one_whose_address_is_lost_or_damaged_is_named_and_can_be_stopped(self):
        self.register("x", ("main", "true"))
        address = os.path.join(self.state, "local", "endpoint.json")
        for spoil in (os.remove, lambda path: self.write(path, "{")):
            self.ok("local", "start")
            process = json.loads(self.ok("local", "status", "--json").out)["process_id"]
            spoil(address)
            for command, code in ((("local", "status"), 1), (("local", "start"), 1),
                                  (("run", "--local", "--task-definition", "x"), 125)):
                result = self.runtask(*command)
                self.assertEqual(result.code, code, result)
                for words in ("(process %d)" % process, "endpoint.lock", "endpoint.json", "runtask local stop"):
                    self.assertIn(words, result.err)
            self.assertTrue(alive(process))
            self.assertIn("has ended", self.ok("local", "stop").err)
            wait_until(lambda pid=process: not alive(pid), "its end")

    def test_one_whose_address_and_process_are_lost_is_not_said_to_be_none(self):
        self.ok("local", "start")
        process = json.loads(self.ok("local", "status", "--json").out)["process_id"]
        self.addCleanup(os.kill, process, signal.SIGTERM)
        os.remove(os.path.join(self.state, "local", "endpoint.json"))
        # An id of a process that does not hold the lock is nobody's to stop.
        self.write(os.path.join(self.state, "local", "endpoint.pid"), "%d\n" % os.getpid())
        for command in (("local", "status"), ("local", "stop"), ("local", "start")):
            result = self.runtask(*command)
            self.assertEqual(result.code, 1, result)
            for words in ("endpoint.lock", "endpoint.json", "fuser"):
                self.assertIn(words, result.err)
        self.assertTrue(alive(process))

    def test_lost_keys_are_said_with_what_brings_new_ones(self):
        self.ok("local", "start")
        os.remove(os.path.join(self.state, "local", "keys"))
        result = self.runtask("local", "status")
        self.assertEqual(result.code, 1, result)
        self.assertIn("keys: No such file or directory\nhint: `runtask local stop` ends the endpoint", result.err)
        self.ok("local", "stop")
        self.ok("local", "env")

    def test_a_damaged_table_of_images_is_named_and_spares_the_host(self):
        self.ok("local", "image", "add", "shop", "--dir", self.directory)
        self.register("on-host", ("main", "echo ran"))
        self.register("on-shop", {"name": "main", "image": "shop", "command": ["/bin/echo", "ran"]})
        with open(os.path.join(self.state, "local", "images.json"), "w", encoding="utf-8") as file:
            file.write("junk")
        self.assertEqual(self.run_local("on-host").out, "ran\n")
        result = self.run_local("on-shop")
        self.assertEqual(result.code, 125, result)
        self.assertIn("images.json, is damaged", result.err)
        self.assertIn("local image add", result.err)
        self.assertNotIn("registry", result.err)

    def test_a_misspelt_member_of_a_task_definition_is_refused(self):
        for name in ("comand", "netwrkMode", "valeu"):
            container = {"name": "main", "image": "host", "memory": 16, "environment": [{"name": "A", "value": "0"}]}
            definition = {"family": "x", "containerDefinitions": [container]}
            place = {"comand": container, "netwrkMode": definition, "valeu": container["environment"][0]}[name]
            place[name] = []
            result = self.runtask("local", "register", self.write("x.json", json.dumps(definition)))
            self.assertEqual(result.code, 2, result)
            self.assertIn("`%s`, which ECS does not know" % name, result.err)
            self.assertIn("did you mean", result.err)
        definition = {"family": "x", "containerDefinitions": [{
            "name": "main", "image": "host", "memory": 16, "logConfiguration": {"logDriver": "awslogs"}}]}
        result = self.runtask("local", "register", self.write("x.json", json.dumps(definition)))
        self.assertEqual(result.code, 1, result)
        self.assertIn("awslogs-group", result.err)

    def test_registering_names_the_members_that_have_no_effect(self):
        said = self.register("limited", {"name": "main", "user": "1000", "ulimits": [{"name": "core", "softLimit": 0, "hardLimit": 0}]})
        self.assertEqual(said.out, "registered limited:1\n")
        self.assertRegex(said.err, "limited:1: the embedded ECS keeps `user`, `ulimits`, which have no effect")
        self.assertEqual(self.register("plain", ("main", "true")).err, "")

    def test_stopping_what_does_not_run_is_fine(self):
        self.ok("local", "stop")

    def test_it_ends_by_itself_when_idle_and_comes_back_on_the_same_port(self):
        self.ok("local", "start", "--idle-timeout", "300ms")
        port = self.endpoint()["port"]
        wait_until(lambda: not os.path.exists(os.path.join(self.state, "local", "endpoint.json")), "the idle end")
        self.ok("local", "start")
        self.assertEqual(self.endpoint()["port"], port)

    def test_it_does_not_end_while_a_task_runs(self):
        self.ok("local", "start", "--idle-timeout", "200ms")
        self.register("slow", ("main", "sleep 1.2; touch %s" % self.path("done")))
        self.assertEqual(self.run_local("slow", "--detach").code, 0)
        wait_until(lambda: os.path.exists(self.path("done")), "the task")

    def test_status_says_where_it_runs(self):
        stopped = self.ok("local", "status")
        self.assertIn("not running", stopped.out)
        self.ok("local", "start")
        running = json.loads(self.ok("local", "status", "--json").out)
        self.assertTrue(running["running"])
        self.assertEqual(running["port"], self.endpoint()["port"])

    def test_state_is_private(self):
        self.ok("local", "start")
        for name, mode in (("", 0o700), ("local", 0o700), ("local/keys", 0o600), ("local/endpoint.db", 0o600)):
            self.assertEqual(os.stat(os.path.join(self.state, name)).st_mode & 0o777, mode, name)

    def test_env_gives_lines_that_a_shell_takes(self):
        self.ok("local", "start")
        result = subprocess.run(["/bin/sh", "-c", 'eval "$("$0" local env)"; echo $AWS_ENDPOINT_URL_ECS $AWS_REGION',
                                 RUNTASK], env=self.env, stdout=subprocess.PIPE, check=True)
        self.assertEqual(result.stdout.decode().split(),
                         ["http://127.0.0.1:%d" % self.endpoint()["port"], "us-east-1"])

    def test_too_few_open_files_are_said_and_cost_no_abort(self):
        for files in (6, 8, 10, 12):
            result = self.execute("/bin/sh", "-c", 'ulimit -n %d; exec "$0" local start' % files, RUNTASK)
            self.assertEqual(result.code, 1, result)
            self.assertNotIn("terminate called", result.err)
            self.assertIn("Too many open files", result.err)
        result = self.execute("/bin/sh", "-c", 'ulimit -n 8; exec "$0" run --local --task-definition x', RUNTASK)
        self.assertEqual(result.code, 125, result)
        self.assertIn("Too many open files", result.err)

    def test_a_described_definition_is_told_what_is_too_much_in_it(self):
        described = {"family": "job", "registeredAt": "2026-01-31T12:00:00+00:00",
                     "containerDefinitions": [{"name": "main", "image": "host", "memory": 16}]}
        result = self.runtask("local", "register", self.write("d.json", json.dumps(described)))
        self.assertEqual(result.code, 2, result)
        self.assertIn("d.json has a member `registeredAt`, which is not part of a registration", result.err)

    def test_a_reply_of_describe_task_definition_is_told_where_the_definition_is_in_it(self):
        described = {"taskDefinition": {"family": "job", "revision": 3, "registeredAt": 1769860800.0, "containerDefinitions": [
            {"name": "main", "image": "host", "memory": 16}]}, "tags": []}
        result = self.runtask("local", "register", self.write("d.json", json.dumps(described)))
        self.assertEqual(result.code, 2, result)
        self.assertIn("d.json is a reply of DescribeTaskDefinition\nhint: register what is in its `taskDefinition`", result.err)
        inner = self.write("inner.json", json.dumps(described["taskDefinition"]))
        self.assertEqual(self.ok("local", "register", inner).out, "registered job:1\n")

    def test_a_capacity_provider_that_the_cluster_lacks_is_found_before_anything_starts(self):
        self.register("job", ("main", "true"))
        for words in (("--plan",), ()):
            result = self.run_local("job", "--capacity-provider", "nope", *words)
            self.assertEqual(result.code, 125, result)
            self.assertIn("the cluster has no capacity provider `nope`", result.err)

    def test_images_are_added_listed_and_removed(self):
        os.mkdir(self.path("app"))
        self.write("app/entry.sh", "#!/bin/sh\necho image $FROM_IMAGE in $(pwd): $*\n")
        os.chmod(self.path("app/entry.sh"), 0o755)
        self.ok("local", "image", "add", "app:1", "--dir", self.path("app"), "--env", "FROM_IMAGE=yes", "--entry-point",
                "./entry.sh")
        self.assertIn("app:1", self.ok("local", "image", "list").out)
        self.register("app", {"name": "main", "image": "app:1", "command": ["a", "b"]})
        self.assertEqual(self.run_local("app").out, "image yes in %s: a b\n" % os.path.realpath(self.path("app")))
        self.ok("local", "image", "remove", "app:1")
        self.assertEqual(self.run_local("app").code, 125)

    def test_an_image_that_could_never_be_used_is_not_added(self):
        for words, expected in ((("shop", "--dir", ""), "--dir is empty"),
                                (("shop", "--dir", self.directory, "--entry-point", ""), "--entry-point begins with an empty word"),
                                (("my shop", "--dir", self.directory), "no blanks in it: `my shop`"),
                                (("", "--dir", self.directory), "needs a name")):
            result = self.runtask("local", "image", "add", *words)
            self.assertEqual(result.code, 2, result)
            self.assertIn(expected, result.err)
        self.assertEqual(self.ok("local", "image", "list", "--json").out.count("directory"), 2)


if __name__ == "__main__":
    main()
