"""The agent's worker dies or hangs while its dongle is on the air: the guard silences it first."""
import os
import pathlib
import signal
import sys
import tempfile
import time
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from processes import Failure, command_line, descendants, send_signal, stat_fields, tail  # noqa: E402
from screen import Screen  # noqa: E402
from stage import Stage  # noqa: E402
from story import Story  # noqa: E402

FENCE = 6.0  # timing.fence of the documented example


class Guard(unittest.TestCase):
    """node-a is active with three devices; the tests run in the order of their names."""

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="zha-")
        cls.addClassCleanup(scratch.cleanup)
        cls.stage = Stage(pathlib.Path(scratch.name) / "stage")
        cls.addClassCleanup(cls.stage.stop)
        cls.story = Story(cls.stage, Screen(plain=True))
        cls.stage.prepare()
        cls.wrap_service("node-a")
        cls.stage.start_daemons()
        try:
            cls.story.form()
            cls.story.join()
            cls.story.wait_ready("node-b")
        except Failure:
            for log in sorted((cls.stage.directory / "logs").glob("*.log")):
                print(f"--- {log.name}\n{tail(log, 10)}")
            raise

    @classmethod
    def wrap_service(cls, node):
        """zigbee2mqtt below a script that does not exec: it does not die with the worker."""
        file = cls.stage.cluster.files[node]
        config = yaml.safe_load(file.read_text())
        service = next(n for n in config["nodes"] if n["name"] == node)["service"]
        service["start"] = ["/bin/sh", "-c", '"$@" & wait', "sh", *service["start"]]
        file.write_text(yaml.safe_dump(config, sort_keys=False))

    def worker(self, node):
        """The guard's own child that is an agent; 0 when there is none."""
        guard = self.stage.agents[node].pid
        for pid in descendants(guard):
            fields = stat_fields(pid)
            if len(fields) > 1 and int(fields[1]) == guard and "--node" in command_line(pid):
                return pid
        return 0

    def log(self, node):
        return self.stage.agents[node].log.read_text(errors="replace")

    def harm(self, node, number):
        """Sends `number` to the worker; seconds until the dongle was silent. Then all goes on."""
        before = len(self.log(node))
        worker, service = self.worker(node), self.stage.zigbee2mqtt_pid(node)
        self.assertTrue(worker and service)
        began = time.monotonic()
        send_signal(worker, number)
        dongle = self.stage.dongle(node)
        self.story.wait("the dongle is off the air", 20,
                        lambda: dongle not in self.stage.air().on_air)
        took = time.monotonic() - began
        self.story.wait("a new worker", 40, lambda: self.worker(node) not in (0, worker))
        self.assertFalse(os.path.exists(f"/proc/{service}"), "zigbee2mqtt was left behind")
        self.story.wait_ready(node)
        log = self.log(node)[before:]
        for first, then in (("guard: ", ": fencing"), (": fencing", "fenced: device state"),
                            ("fenced: device state", "connected to the broker")):
            self.assertIn(first, log)
            self.assertIn(then, log)
            self.assertLess(log.index(first), log.index(then), log)
        return took

    def assert_unharmed(self):
        air = self.stage.air()
        self.assertEqual((air.rejoined, air.formed, air.overlap_ms, air.replays), (0, 1, 0, 0))

    def test_1_a_killed_worker_is_fenced_for_and_its_wrapped_service_ended(self):
        took = self.harm("node-a", signal.SIGKILL)
        print(f"silent {took:.1f} s after SIGKILL")
        self.assertLess(took, FENCE)
        self.story.prove("node-b")
        self.assert_unharmed()

    def test_2_a_worker_that_hangs_is_fenced_for_within_f(self):
        took = self.harm("node-b", signal.SIGSTOP)
        print(f"silent {took:.1f} s after SIGSTOP")
        self.assertLess(took, FENCE)
        self.story.prove("node-a")
        self.assert_unharmed()

    def test_3_a_stopped_guard_ends_with_its_worker_and_leaves_silence(self):
        agent = self.stage.agents["node-a"]
        below = self.stage.processes.stop(agent, 120)
        self.assertEqual(agent.popen.returncode, 0)
        self.assertEqual([pid for pid in below if os.path.exists(f"/proc/{pid}")], [])
        self.assertNotIn("a", self.stage.air().on_air)
        self.story.prove("node-b")
        self.assert_unharmed()


if __name__ == "__main__":
    unittest.main(failfast=True)
