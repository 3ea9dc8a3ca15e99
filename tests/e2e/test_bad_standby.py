"""Faults of a standby in a system that runs with the real zigbee2mqtt: said, and nobody suffers."""
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from bad_input import run  # noqa: E402
from processes import Failure, tail  # noqa: E402
from screen import Screen  # noqa: E402
from secret_files import write_secret  # noqa: E402
from sshd import make_key  # noqa: E402
from stage import Stage  # noqa: E402
from story import Story  # noqa: E402


class Standby(unittest.TestCase):
    """node-a is active with three devices; the tests run in the order of their names."""

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="zha-")
        cls.addClassCleanup(scratch.cleanup)
        cls.stage = Stage(pathlib.Path(scratch.name) / "stage")
        cls.addClassCleanup(cls.stage.stop)
        cls.story = Story(cls.stage, Screen(plain=True))
        cls.stage.prepare()
        cls.key = cls.stage.directory / "node-b" / "id"
        cls.good_key = cls.key.read_text()
        make_key(cls.stage.directory / "stranger")
        cls.use_key((cls.stage.directory / "stranger").read_text())
        cls.stage.start_daemons()
        try:
            cls.story.form()
            cls.story.join()
        except Failure:
            for log in sorted((cls.stage.directory / "logs").glob("*.log")):
                print(f"--- {log.name}\n{tail(log, 10)}")
            raise

    @classmethod
    def use_key(cls, text):
        """What node-b logs in with at node-a."""
        write_secret(cls.key, text)

    def switch_over(self):
        done = run("zha-switchover", "--config", self.stage.cluster.files["cli"], "switchover",
                   "--to", "node-b", "--yes", seconds=240)
        print(done.stdout + done.stderr)
        return done

    def assert_unharmed(self):
        air = self.stage.air()
        self.assertEqual((air.rejoined, air.formed, air.overlap_ms, air.replays), (0, 1, 0, 0))

    def test_1_a_refused_key_is_reported_and_put_right_by_the_right_one(self):
        report = self.story.wait("node-b reports a fault", 60, lambda: (
            self.stage.report("node-b").get("fault") and self.stage.report("node-b")))
        for word in ("snapshot of node-a", "login refused", str(self.key)):
            self.assertIn(word, report["fault"])
        self.assertFalse(report["ready"])
        done = self.switch_over()
        self.assertEqual(done.returncode, 107, done.stderr)
        self.assertIn("node-b", done.stderr)
        self.use_key(self.good_key)
        self.story.wait_ready("node-b")
        self.assertEqual(self.stage.report("node-b")["fault"], "")
        self.assert_unharmed()

    def assert_goes_back(self, *words):
        done = self.switch_over()
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        for word in ("failed", "node-b", "node-a is active again", *words):
            self.assertIn(word, lines[0])
        self.story.prove("node-a")
        self.assert_unharmed()

    def test_2_a_dongle_cut_off_while_it_is_written_goes_back(self):
        self.story.wait_ready("node-b")
        self.stage.ctl("power-cut", "b", "--after-writes", "20")
        self.assert_goes_back()
        self.stage.ctl("plug", "b")
        self.story.wait_ready("node-b")

    def test_3_a_dongle_that_hangs_goes_back(self):
        self.story.wait_ready("node-b")
        switch = subprocess.Popen([str(a) for a in self.stage.switchover_command(
            "switchover", "--to", "node-b", "--yes")], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.story.wait("node-b writes its dongle", 60, lambda: (
                "writing" in self.stage.report("node-b").get("step", "")))
            self.stage.ctl("hang", "b")
            out, err = switch.communicate(timeout=240)
        finally:
            switch.kill()
            switch.wait()
        print(out + err)
        self.assertEqual(switch.returncode, 1, err)
        self.assertIn("node-a is active again", err)
        self.story.prove("node-a")
        self.assert_unharmed()

    def test_4_after_all_that_a_switchover_works(self):
        self.stage.ctl("resume", "b")
        self.stage.ctl("reset", "b")
        self.story.wait_ready("node-b")
        began = time.monotonic()
        self.assertEqual(self.switch_over().returncode, 0)
        print(f"switchover took {time.monotonic() - began:.1f} s")
        self.story.prove("node-b")
        self.assert_unharmed()


if __name__ == "__main__":
    unittest.main(failfast=True)
