"""Every tool of zigpy-znp for dongles of this kind works on an emulated one, and did what it says."""
import json
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from emulated import BIN  # noqa: E402
from nvram_tools import Bench, derived_key, open_backup  # noqa: E402

NETWORK_KEYS = ["coordinator_ieee", "pan_id", "extended_pan_id", "nwk_update_id", "security_level",
                "channel", "channel_mask", "stack_specific"]
IDENTITY = ["network", "coordinator", "fingerprint"]


class Tools(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="zha-")
        self.addCleanup(scratch.cleanup)
        self.files = pathlib.Path(scratch.name)
        self.bench = Bench(self.files / "bench", ["a", "b"])
        self.addCleanup(self.bench.stop)

    def backup_file(self, **changed):
        file = self.files / "open.json"
        file.write_text(json.dumps({**open_backup(), **changed}))
        return file

    def restored(self, name, *options, **changed):
        """The dongle has the network of a backup; returns that file."""
        file = self.backup_file(**changed)
        self.bench.zigpy("network_restore", name, "-i", file, *options)
        return file

    def convert(self, image, into, *options):
        self.bench.run("zha-nvram", "convert", "a",
                       [BIN / "zha-nvram", "convert", image, into, *options])

    def test_nvram_read_and_write_carry_a_network_to_another_dongle(self):
        self.restored("a")
        self.bench.dongles.start_network_once("a")
        self.bench.zigpy("nvram_read", "a", "-o", self.files / "read")
        self.assertTrue(self.bench.info("b")["network"].startswith("none"))
        self.bench.zigpy("nvram_write", "b", "-i", self.files / "read")
        there, here = self.bench.info("b"), self.bench.info("a")
        self.assertEqual([there[k] for k in IDENTITY], [here[k] for k in IDENTITY])
        self.bench.dongles.ctl("reset", "a")
        self.bench.dongles.start_network("b")

    def test_nvram_reset_leaves_no_network(self):
        self.restored("a")
        self.assertIn("PAN 0xbeef", self.bench.info("a")["network"])
        self.bench.zigpy("nvram_reset", "a", "-c")
        self.assertTrue(self.bench.info("a")["network"].startswith("none"))

    def test_network_restore_makes_the_network_of_the_backup(self):
        file = self.restored("a", "--counter-increment", "100")
        self.convert(file, self.files / "wanted", "--base", self.read_started("b"))
        self.bench.dongles.start_network_once("a")
        found = self.bench.info("a")
        self.assertEqual(found["network"],
                         "PAN 0xbeef, extended PAN 0102030405060708, channel 15")
        self.assertEqual(found["coordinator"], "00124b00aabbccdd")
        self.assertEqual(found["fingerprint"], self.info_of(self.files / "wanted")["fingerprint"])
        self.assertGreaterEqual(int(found["frame counter"]), 4242 + 100)
        self.assertEqual(found["may start"], "yes")

    def test_network_backup_says_what_ours_says(self):
        seed = bytes(range(16))
        devices = open_backup()["devices"]
        for shift, device in enumerate(devices):
            device["link_key"]["key"] = derived_key(seed, shift, device["ieee_address"])
        file = self.restored("a", "--counter-increment", "0", devices=devices,
                             stack_specific={"zstack": {"tclk_seed": seed.hex()}})
        given = json.loads(file.read_text())
        self.bench.dongles.start_network_once("a")
        self.bench.zigpy("network_backup", "a", "-o", self.files / "theirs")
        self.bench.ours("read", "a", self.files / "image")
        self.convert(self.files / "image", self.files / "ours")
        theirs = json.loads((self.files / "theirs").read_text())
        ours = json.loads((self.files / "ours").read_text())
        for key in NETWORK_KEYS:
            self.assertEqual(theirs[key], given[key], key)
            self.assertEqual(ours[key], given[key], key)
        self.assertEqual(theirs["network_key"]["key"], given["network_key"]["key"])
        self.assertEqual(theirs["network_key"], ours["network_key"])
        # Link keys of their own advance at each start; both see the same.
        self.assertEqual([d["ieee_address"] for d in theirs["devices"]],
                         [d["ieee_address"] for d in given["devices"]])
        self.assertEqual(theirs["devices"], ours["devices"])

    def test_form_network_makes_the_network_it_reports(self):
        formed = self.bench.zigpy_forms("a", "20")
        found = self.bench.info("a")
        self.assertEqual(found["network"], f"PAN 0x{formed['pan_id']:04x}, "
                         f"extended PAN {formed['extended_pan_id']}, channel 20")
        self.assertEqual(found["coordinator"], formed["ieee"])
        self.bench.dongles.start_network("a")

    def test_form_network_without_a_channel_scans_for_one(self):
        formed = self.bench.zigpy_forms("a")
        self.assertIn(f"channel {formed['channel']}", self.bench.info("a")["network"])

    def test_energy_scan_measures_all_16_channels(self):
        self.restored("a", channel=15)
        other = open_backup()
        other.update(coordinator_ieee="00124b00aabbccee", pan_id="1234", channel=22,
                     extended_pan_id="1112131415161718", channel_mask=[22])
        self.restored("b", **other)
        self.bench.dongles.start_network("b")
        printed = self.bench.zigpy("energy_scan", "a", "-n", "1")
        found = {int(channel): float(percent) for channel, percent in
                 re.findall(r"^ - (\d\d)[* ]\s+([\d.]+)%", printed, re.MULTILINE)}
        self.assertEqual(sorted(found), list(range(11, 27)))
        self.assertEqual(max(found, key=found.get), 22)  # where the other coordinator is

    def test_network_scan_finds_a_network_and_changes_nothing(self):
        self.restored("b")
        self.bench.dongles.start_network("b")
        before = self.bench.dongles.nv("a")
        printed = self.bench.zigpy("network_scan", "a", "-n", "1")
        self.assertIn("EPID: 01:02:03:04:05:06:07:08, PID: 0xBEEF, from: 0x0000", printed)
        self.assertEqual(len(printed.strip().splitlines()), 1)
        self.assertEqual(self.bench.dongles.nv("a"), before)

    def read_started(self, name):
        """A dump of a dongle with some network, to put another one into."""
        self.bench.zigpy_forms(name, "11")
        self.bench.dongles.start_network_once(name)
        self.bench.ours("read", name, self.files / "base")
        return self.files / "base"

    def info_of(self, file):
        lines = self.bench.run("zha-nvram", "info", "a",
                               [BIN / "zha-nvram", "info", file]).splitlines()
        return {line[:15].strip(): line[15:].strip() for line in lines}


if __name__ == "__main__":
    unittest.main()
