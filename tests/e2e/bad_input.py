"""What the tests of bad input share: a good configuration to spoil, and "one clear line"."""
import copy
import os
import pathlib
import pty
import subprocess
import tempfile
import threading
import tty
import unittest

import yaml

from cluster import ROOT
from secret_files import write_secret

BIN = ROOT / "build/bin"
MOST = 30.0  # seconds; nothing that only complains may take longer


def run(program, *argv, seconds=MOST, **options):
    """Runs one of our programs to its end, with nobody at the keyboard."""
    return subprocess.run([str(BIN / program), *map(str, argv)], capture_output=True, text=True,
                          errors="replace", timeout=seconds, stdin=subprocess.DEVNULL, **options)


def silent_terminal():
    """(path, close, what was sent to it) of a terminal that answers nothing."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    sent = bytearray()

    def swallow():
        try:
            while data := os.read(master, 4096):
                sent.extend(data)
        except OSError:
            pass

    threading.Thread(target=swallow, daemon=True).start()
    return os.ttyname(slave), lambda: (os.close(slave), os.close(master)), sent


class BadInput(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="zha-")
        self.addCleanup(scratch.cleanup)
        self.directory = pathlib.Path(scratch.name)

    def assert_one_line(self, done, status, *words):
        """It ended with `status` and one line on standard error that has all of `words`."""
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        for word in words:
            self.assertIn(str(word), lines[0])


class BadConfig(BadInput):
    """`self.config` is the documented example with everything it names in our own directory."""

    def setUp(self):
        super().setUp()
        self.file = self.directory / "zha.yaml"
        self.password = write_secret(self.directory / "password", "word\n")
        community = write_secret(self.directory / "community", "word\n")
        self.config = yaml.safe_load((ROOT / "packaging/zha.example.yaml").read_text())
        # Nobody listens on port 1.
        self.config["mqtt"].update(host="127.0.0.1", port=1, password_file=str(self.password))
        self.config["controller"]["state"] = str(self.directory / "controller")
        self.config["controller"]["traps"] = [
            {"address": "127.0.0.1:1", "community_file": str(community)}]
        for node in self.config["nodes"]:
            home = self.directory / node["name"]
            # The example's OpenRC is not on every machine.
            node.update(data=str(home / "data"), state=str(home / "state"),
                        port=str(home / "dongle"),
                        service={"driver": "child", "start": ["/bin/false"],
                                 "working_directory": "/", "log_file": str(home / "log")})

    def write(self, config=None):
        self.file.write_text(yaml.safe_dump(config or self.config, sort_keys=False))
        return self.file

    def spoiled(self, spoil):
        config = copy.deepcopy(self.config)
        spoil(config)
        return self.write(config)

    def start_each(self):
        """(status, result) of every program that reads the file, as it is started for real."""
        yield 1, run("zha-agent", "--config", self.file, "--node", "node-a")
        yield 1, run("zha-controller", "--config", self.file)
        yield 2, run("zha-switchover", "--config", self.file, "status")

    def check_each(self):
        """The same for those that only look at it."""
        yield from self.check_daemons()
        yield 2, run("zha-switchover", "--config", self.file, "check-config")

    def check_daemons(self):
        """These look at the files that it names, too: they are asked on the host that has them."""
        yield 1, run("zha-agent", "--config", self.file, "--node", "node-a", "--check-config")
        yield 1, run("zha-controller", "--config", self.file, "--check-config")
