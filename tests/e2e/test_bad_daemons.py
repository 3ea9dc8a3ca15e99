"""Agents and the controller on what is broken: reported, and nothing is changed. No zigbee2mqtt."""
import os
import pathlib
import sys
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from bad_input import BadInput, run, silent_terminal  # noqa: E402
from broker import CLUSTER  # noqa: E402
from processes import tail, wait_for  # noqa: E402
from small_disk import SmallDisk  # noqa: E402
from stage import Stage  # noqa: E402


class Daemons(BadInput):
    def setUp(self):
        super().setUp()
        self.stage = Stage(self.directory / "stage")
        self.addCleanup(self.stage.stop)
        self.stage.prepare(sshd=False)

    def wait(self, what, condition, seconds=40):
        return wait_for(what, condition, seconds, alive=list(self.stage.processes.started))

    def start_controller(self):
        controller = self.stage.start_daemon("zha-controller", "controller", ["--config"])
        self.wait("the controller is online", lambda: self.stage.mqtt.json(
            f"{CLUSTER}/controller/status").get("state") == "online")
        return controller

    def ask(self, *argv):
        return run("zha-switchover", "--config", self.stage.cluster.files["cli"], *argv)


class WrongPort(Daemons):
    def start_on(self, target):
        """The agent of node-a, its port a link to `target`."""
        self.port = self.directory / "port"
        os.symlink(target, self.port)
        file = self.stage.cluster.files["node-a"]
        config = yaml.safe_load(file.read_text())
        config["nodes"][0]["port"] = str(self.port)
        file.write_text(yaml.safe_dump(config))
        self.data = pathlib.Path(config["nodes"][0]["data"])
        self.before = {p: p.read_bytes() for p in self.data.rglob("*") if p.is_file()}
        self.stage.start_agent("node-a")

    def assert_fault(self, *words):
        report = self.wait("node-a reports a fault", lambda: (
            self.stage.state("node-a") == "fault" and self.stage.report("node-a")))
        for word in (str(self.port), *words):
            self.assertIn(word, report["fault"])
        self.assertFalse(report["ready"])
        self.assertEqual(report["service"], "stopped")
        self.assertEqual({p: p.read_bytes() for p in self.data.rglob("*") if p.is_file()},
                         self.before)

    def test_a_device_that_is_no_terminal_is_a_reported_fault(self):
        self.start_on("/dev/null")
        self.assert_fault("not a serial port")

    def test_a_terminal_without_a_dongle_is_a_reported_fault_until_it_has_one(self):
        path, close, sent = silent_terminal()
        self.addCleanup(close)
        self.start_on(path)
        self.assert_fault("no ZNP dongle answers")
        # Pings and resets: nothing was read or written (subsystem SYS, commands of NV).
        for command in (0x08, 0x09, 0x12, 0x1C, 0x1D, 0x30, 0x31, 0x34, 0x35):
            self.assertNotIn(bytes([0x21, command]), bytes(sent))
        other = self.directory / "other"
        os.symlink(self.stage.sim / "ttyZHA-a", other)
        os.replace(other, self.port)
        self.wait("node-a finds the dongle", lambda: self.stage.report("node-a").get("blank"))
        self.assertEqual(self.stage.report("node-a")["fault"], "")


class FullDisk(Daemons):
    def setUp(self):
        super().setUp()
        self.disk = SmallDisk(self, self.stage.directory / "controller", 128)
        self.addCleanup(self.stage.stop)  # before the disk goes

    def test_a_controller_does_not_start_when_it_can_write_nothing(self):
        self.disk.fill()
        before = self.disk.files()
        done = run("zha-controller", "--config", self.stage.cluster.files["controller"])
        self.assert_one_line(done, 1, self.disk.directory, "No space left on device")
        self.assertEqual({**before, "lock": b""}, {**self.disk.files(), "lock": b""})

    def test_a_controller_that_can_write_nothing_decides_nothing_and_says_so(self):
        controller = self.start_controller()
        for node in ("node-a", "node-b"):
            self.stage.start_agent(node)
            self.wait(f"{node} is blank", lambda n=node: self.stage.report(n).get("blank"))
        self.disk.fill()
        before = self.disk.files()
        done = self.ask("form", "--on", "node-a", "--yes")
        self.assert_one_line(done, 1, "journal", "No space left on device")
        self.assertIn("nothing is decided", tail(controller.log, 50))
        self.assertEqual(self.disk.files(), before)
        self.assertNotEqual(self.stage.report("node-a")["goal"], "active")
        self.assertEqual(self.stage.ctl("air")["networks_formed"], 0)
        self.assertEqual(self.ask("status").returncode, 0)


if __name__ == "__main__":
    unittest.main()
