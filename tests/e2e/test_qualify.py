"""zha-nvram qualify against emulated dongles: one as assumed, and one for each assumption that does
not hold. A check without its violation here, or without a reason for that, is a failure."""
import concurrent.futures
import functools
import json
import operator
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from bad_input import BIN, run  # noqa: E402
from cluster import ROOT  # noqa: E402
from emulated import Dongles  # noqa: E402
from processes import Failure, wait_for  # noqa: E402

SHIM = ROOT / "build/lib/libzha-pty-lines.so"
READ, RESET, WRITE, RADIO = [], ["--allow-reset"], ["--destructive"], ["--destructive",
                                                                      "--start-network"]
# What has to be allowed so that the violation of an assumption is found.
VIOLATIONS = {
    "Q01": RESET, "Q03": RADIO, "Q06": RESET, "Q08": RESET, "Q11": WRITE, "Q13": RADIO,
    "Q14": RADIO, "Q16": READ, "Q17": READ, "Q20": WRITE, "Q21": WRITE, "Q22": WRITE, "Q23": READ,
    "Q24": READ, "Q27": WRITE, "Q28": RADIO, "Q29": READ, "Q32": WRITE, "Q33": WRITE, "Q38": READ,
    "Q40": READ, "Q45": READ,
}
CLEAN = ["read", "reset", "write", "radio", "new", "hidden", "cut", "air", "dead"]
SECONDS = 120


def listed():
    return json.loads(run("zha-nvram", "qualify", "--list", "--json").stdout)


class Qualify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="zha-")
        cls.addClassCleanup(scratch.cleanup)
        cls.directory = pathlib.Path(scratch.name)
        names = CLEAN + [name.lower() for name in VIOLATIONS]
        cls.dongles = Dongles(cls.directory / "sim", names)
        cls.addClassCleanup(cls.dongles.stop)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(cls.prepare, names))

    @classmethod
    def prepare(cls, name):
        run("zha-nvram", "info", "--port", cls.dongles.port(name))  # it has booted
        if name not in ("new", "hidden"):
            cls.dongles.start_network_once(name)
        run("zha-nvram", "info", "--port", cls.dongles.port(name))

    def argv(self, name, *flags, port=None):
        backup = ["--backup", self.backup(name)] if "--destructive" in flags else []
        return ["qualify", port or self.dongles.port(name), "--json", *flags, *backup]

    def backup(self, name):
        return self.directory / f"{name}.backup.json"

    def qualify(self, name, *flags, port=None, **options):
        done = run("zha-nvram", *self.argv(name, *flags, port=port), seconds=SECONDS, **options)
        return done, json.loads(done.stdout or "{}")

    def with_lines(self, name, *flags):
        """Over the pseudo-terminal, whose modem lines reach the dongle on a way of their own."""
        env = {**os.environ, "LD_PRELOAD": str(SHIM),
               "ZHA_PTY_LINES": f"{self.dongles.directory}/lines.sock"}
        return self.qualify(name, *flags, port=self.dongles.pty(name), env=env)

    def violated(self, report):
        return {i for i, row in report["checks"].items() if row["result"] == "violated"}

    def passed(self, report):
        return {i for i, row in report["checks"].items() if row["result"] == "passed"}

    def nv(self, name):
        return self.dongles.nv(name)

    # -- the table ------------------------------------------------------------------------------
    def test_every_check_has_seen_its_violation(self):
        for check in listed():
            with self.subTest(check["id"]):
                looks = check["needs"] != "person"
                self.assertEqual(check["id"] in VIOLATIONS, looks and not check["why_not"])
                if not looks:
                    self.assertTrue(check["why_not"])
                if check["why_not"]:
                    with self.assertRaises(Failure):
                        self.dongles.ctl("fault", "read", "violate", check["id"])

    def test_the_document_has_the_same_assumptions(self):
        text = (ROOT / "docs/hardware-qualification.md").read_text()
        self.assertEqual(set(re.findall(r"^\| (Q\d\d) \|", text, re.M)),
                         {check["id"] for check in listed()})

    # -- a dongle as assumed --------------------------------------------------------------------
    def check_clean(self, name, flags, needs):
        before = self.nv(name)
        done, report = self.qualify(name, *flags)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        wanted = {c["id"] for c in listed() if c["needs"] in needs}
        self.assertEqual(self.passed(report), wanted - {"Q06", "Q43"})  # not over TCP
        self.assertEqual(self.nv(name), before)
        return report

    def test_reading_resets_nothing(self):
        self.check_clean("read", READ, {"reading"})

    def test_with_resets(self):
        self.check_clean("reset", RESET, {"reading", "reset"})

    def test_with_writing(self):
        report = self.check_clean("write", WRITE, {"reading", "reset", "writing", "restore"})
        self.assertTrue(report["written"] and report["restored"])
        self.assertEqual(self.backup("write").stat().st_mode & 0o777, 0o600)

    def test_with_a_network_of_its_own(self):
        self.check_clean("radio", RADIO, {"reading", "reset", "writing", "restore", "radio"})

    def test_a_factory_new_dongle(self):
        before = self.nv("new")
        done, _ = self.qualify("new", *RADIO)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(self.nv("new"), before)

    def test_the_reset_line(self):
        done, report = self.with_lines("reset", *RESET)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertLessEqual({"Q06", "Q43"}, self.passed(report))

    def test_the_report_gives_nothing_away(self):
        done = run("zha-nvram", "qualify", self.dongles.port("read"))
        dongle = next(d for d in self.dongles.ctl("dongles") if d["name"] == "read")
        nv = self.nv("read")["0x0000"]
        for secret in (dongle["ieee"].removeprefix("0x"), nv["0x0001"], nv["0x003A"][2:],
                       nv["0x0101"]):
            self.assertNotIn(secret.lower(), done.stdout.lower())

    # -- one that is not ------------------------------------------------------------------------
    def find_violation(self, check):
        """What is wrong with how this violation is found, or nothing."""
        name, flags = check.lower(), VIOLATIONS[check]
        before = self.nv(name)
        self.dongles.ctl("fault", name, "violate", check)
        done, report = self.with_lines(name, *flags) if check == "Q06" else self.qualify(name,
                                                                                         *flags)
        self.dongles.ctl("fault", name, "violate", "off")
        if done.returncode != 1 or self.violated(report) != {check}:
            return f"{check}: exit code {done.returncode}, {done.stdout} {done.stderr}"
        if check == "Q21":  # the one that keeps it from being restored
            told = str(self.backup(name)) in done.stderr and "zha-nvram write" in done.stderr
            if report["restored"] or not told:
                return f"{check}: {done.stderr}"
            mended = run("zha-nvram", "write", "--port", self.dongles.port(name),
                         self.backup(name))
            if mended.returncode != 0:
                return f"{check}: {mended.stderr}"
        if check != "Q01" and self.nv(name) != before:
            return f"{check}: NVRAM is not as before"
        return None

    def test_each_violation_is_found_and_nothing_else(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for check, fault in zip(VIOLATIONS, pool.map(self.find_violation, VIOLATIONS)):
                with self.subTest(check):
                    self.assertIsNone(fault)

    # -- safety ---------------------------------------------------------------------------------
    def test_a_running_coordinator_is_left_alone(self):
        start = [0x02, 0x25, 0x40, 0x64, 0x00]
        self.send("air", start)
        on_air = lambda: next(d["on_air"] for d in self.dongles.ctl("dongles")  # noqa: E731
                              if d["name"] == "air")
        wait_for("air is on the air", on_air, 20)
        done, report = self.qualify("air")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(any("on the air" in note for note in report["notes"]))
        self.assertTrue(on_air())
        done, _ = self.qualify("air", *WRITE)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--allow-reset", done.stderr)
        self.assertTrue(on_air())
        self.assertFalse(self.backup("air").exists())
        done, _ = self.qualify("air", *RESET)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertFalse(on_air())

    def test_what_could_not_be_given_back_is_not_touched(self):
        self.dongles.ctl("fault", "hidden", "violate", "Q17")
        before = self.nv("hidden")
        _, report = self.qualify("hidden", *WRITE)
        self.assertEqual(self.violated(report), {"Q17"})
        self.assertFalse(report["written"])
        self.assertEqual(self.nv("hidden"), before)

    def send(self, name, body):
        with socket.create_connection(("127.0.0.1", self.dongles.tcp[name]), timeout=10) as port:
            port.sendall(bytes([0xFE, *body, functools.reduce(operator.xor, body)]))
            self.assertTrue(port.recv(64))

    def test_an_interrupted_run_gives_back_what_was_there(self):
        before = self.nv("cut")
        command = [str(BIN / "zha-nvram"), *map(str, self.argv("cut", *WRITE))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as program:
            wait_for("something is written", lambda: self.nv("cut") != before, 60)
            program.send_signal(signal.SIGTERM)
            report = json.loads(program.communicate(timeout=SECONDS)[0])
        self.assertEqual(program.returncode, 0)
        self.assertTrue(report["written"] and report["restored"])
        self.assertIn("interrupted", " ".join(report["notes"]))
        self.assertEqual(self.nv("cut"), before)

    def test_a_dongle_that_dies_is_named_with_its_backup(self):
        before = self.nv("dead")
        command = [str(BIN / "zha-nvram"), *map(str, self.argv("dead", *WRITE))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as program:
            wait_for("something is written", lambda: self.nv("dead") != before, 60)
            self.dongles.ctl("unplug", "dead")
            out, err = program.communicate(timeout=SECONDS)
        self.assertEqual(program.returncode, 1, out + err)
        self.assertIn(str(self.backup("dead")), err)
        self.dongles.ctl("plug", "dead")
        mended = run("zha-nvram", "write", "--port", self.dongles.port("dead"),
                     self.backup("dead"))
        self.assertEqual(mended.returncode, 0, mended.stderr)
        self.assertEqual(self.nv("dead"), before)

    def test_wrong_usage(self):
        port, file = self.dongles.port("read"), self.directory / "there"
        file.write_text("")
        for argv in ([], [port, "--destructive"], [port, "--start-network"],
                     [port, "--destructive", "--backup", file], ["tcp://127.0.0.1:1"]):
            with self.subTest(argv=argv):
                done = run("zha-nvram", "qualify", *argv)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
