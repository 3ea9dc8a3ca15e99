"""zha-switchover when there is nobody to obey, and when what it asks for cannot be done."""
import pathlib
import signal
import socket
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from bad_input import BadConfig, BadInput, run  # noqa: E402
from broker import CLUSTER  # noqa: E402
from processes import send_signal, wait_for  # noqa: E402
from stage import Stage  # noqa: E402

VERBS = (["status"], ["watch"], ["history"], ["switchover", "--to", "node-b", "--yes"],
         ["failover", "--yes"], ["form", "--on", "node-a", "--yes"], ["clear-fault", "node-a"],
         ["drill", "--yes"], ["drill", "--dry-run"])


class NoBroker(BadConfig):
    def assert_unavailable(self, verbs, *words):
        self.write()
        for argv in verbs:
            with self.subTest(argv=argv):
                began = time.monotonic()
                done = run("zha-switchover", "--config", self.file, *argv)
                self.assert_one_line(done, 69, "zha-switchover: broker 127.0.0.1:", *words)
                self.assertLess(time.monotonic() - began, 10)

    def test_nobody_listens(self):
        self.assert_unavailable(VERBS, ":1:")

    def test_somebody_listens_and_says_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            self.config["mqtt"]["port"] = mute.getsockname()[1]
            self.assert_unavailable(VERBS[:1], f":{mute.getsockname()[1]}:")


class WithBroker(BadInput):
    """A broker and, once start_controller() was called, a controller; no agents."""

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="zha-")
        cls.addClassCleanup(scratch.cleanup)
        cls.stage = Stage(pathlib.Path(scratch.name) / "stage")
        cls.addClassCleanup(cls.stage.stop)
        cls.stage.prepare(sshd=False)

    @classmethod
    def start_controller(cls):
        status = f"{CLUSTER}/controller/status"
        cls.controller = controller = cls.stage.start_daemon("zha-controller", "controller", ["--config"])
        wait_for("the controller is online",
                 lambda: cls.stage.mqtt.json(status).get("state") == "online", 20,
                 alive=[controller])

    def ask(self, *argv):
        return run("zha-switchover", "--config", self.stage.cluster.files["cli"], *argv)


class NoController(WithBroker):
    def test_every_verb_says_so(self):
        for argv in VERBS:
            with self.subTest(argv=argv):
                self.assert_one_line(self.ask(*argv), 69, "no controller")

    def test_a_login_that_the_broker_refuses_is_named(self):
        config = self.directory / "zha.yaml"
        good = self.stage.cluster.files["cli"].read_text()
        config.write_text(good.replace("user: cli", "user: nobody-knows-me"))
        done = run("zha-switchover", "--config", config, "status")
        self.assert_one_line(done, 69, "broker 127.0.0.1:", "not authori")


class WithController(WithBroker):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_controller()

    def test_an_unknown_node_is_refused(self):
        for argv in (["switchover", "--to", "node-z", "--yes"],
                     ["failover", "--to", "node-z", "--yes"],
                     ["form", "--on", "node-z", "--yes"], ["clear-fault", "node-z"],
                     ["drill", "--to", "node-z", "--yes"],
                     ["drill", "--to", "node-z", "--dry-run"]):
            with self.subTest(argv=argv):
                done = self.ask(*argv)
                self.assert_one_line(done, 107, "there is no node node-z")

    def test_a_node_that_is_not_there_is_refused(self):
        done = self.ask("switchover", "--to", "node-b", "--yes")
        self.assert_one_line(done, 107, "node-b is not reachable")

    def test_a_drill_without_a_network_is_refused_with_every_reason(self):
        for argv in (["drill", "--yes"], ["drill", "--dry-run"], ["drill", "--to", "node-b", "--yes"]):
            with self.subTest(argv=argv):
                self.assert_one_line(self.ask(*argv), 107, "nobody is active",
                                     "node-b is not reachable")

    def test_a_controller_that_stands_still_is_not_waited_for_as_long_as_a_move_may_take(self):
        send_signal(self.controller.pid, signal.SIGSTOP)
        try:
            done = self.ask("resume")
        finally:
            send_signal(self.controller.pid, signal.SIGCONT)
        self.assert_one_line(done, 124, "did not answer")
        wait_for("it obeys again", lambda: self.ask("resume").returncode == 0, 30)

    def test_nobody_to_confirm_means_no(self):
        for argv in (["switchover", "--to", "node-b"], ["failover"], ["form", "--on", "node-a"],
                     ["drill"]):
            with self.subTest(argv=argv):
                self.assert_one_line(self.ask(*argv), 2, "not confirmed", "--yes")

    def test_wrong_usage(self):
        for argv in ([], ["switchover"], ["form", "--yes"], ["stop"], ["status", "--loud"],
                     ["history", "--limit", "0"], ["drill", "--timeout", "0"],
                     ["drill", "--allow-version"], ["drill", "node-b"], ["switchover", "--to", "node-b", "--timeout", "x"]):
            with self.subTest(argv=argv):
                self.assertEqual(self.ask(*argv).returncode, 2)

    def test_a_name_that_is_no_name_does_no_harm(self):
        for name in ("../node-a", "#", "node a", "x" * 5000, ""):
            with self.subTest(name=name[:10]):
                done = self.ask("switchover", "--to", name, "--yes")
                self.assert_one_line(done, 2, "node")
        self.assertEqual(self.ask("status").returncode, 0)


if __name__ == "__main__":
    unittest.main()
