"""Dongles and images that zha-nvram must not copy: it says why and what to do, and changes nothing."""
import functools
import json
import operator
import pathlib
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from bad_input import BadInput, run  # noqa: E402
from emulated import Dongles  # noqa: E402


class Refusals(BadInput):
    """Dongle "a" has a network of its own, "b" is factory-new."""

    def setUp(self):
        super().setUp()
        self.dongles = Dongles(self.directory / "sim", ["a", "b"])
        self.addCleanup(self.dongles.stop)
        self.assert_fine(self.nvram("info"))  # it has booted
        self.dongles.start_network_once("a")
        self.assert_fine(self.nvram("info"))
        # The marker that every host leaves behind when it has made a network.
        self.request("a", [0x21, 0x07, 0x60, 0, 1, 0, 1, 0x55])
        self.file = self.directory / "a.json"
        self.assert_fine(self.nvram("read", self.file))

    def request(self, name, body):
        """One raw request: subsystem, command and data, without frame."""
        frame = bytes([len(body) - 2, *body])
        check = functools.reduce(operator.xor, frame)
        with socket.create_connection(("127.0.0.1", self.dongles.tcp[name]), timeout=10) as port:
            port.sendall(bytes([0xFE]) + frame + bytes([check]))
            self.assertTrue(port.recv(64))

    def nvram(self, *argv, on="a"):
        return run("zha-nvram", *argv, "--port", self.dongles.port(on))

    def assert_fine(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)

    def side(self):
        return pathlib.Path(f"{self.file}.meta.json")

    def test_the_side_file_says_where_the_dump_comes_from(self):
        side = json.loads(self.side().read_text())
        dongle = next(d for d in self.dongles.ctl("dongles") if d["name"] == "a")
        self.assertEqual(side["source_ieee"], dongle["ieee"].removeprefix("0x"))
        self.assertEqual(side["code_revision"], 20240710)
        self.assertGreaterEqual(side["frame_counter"], 0)
        self.assertEqual(self.side().stat().st_mode & 0o777, 0o600)
        self.assertNotIn(json.loads(self.file.read_text())["LEGACY"]["PRECFGKEY"],
                         self.side().read_text())

    def test_what_newer_firmware_keeps_goes_to_the_side_file(self):
        group = [1, 8, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4]
        self.request("a", [0x21, 0x34, *group])  # SYS_NV_WRITE of EX_GROUP_TABLE entry 0
        self.assert_fine(self.nvram("read", self.file))
        side = json.loads(self.side().read_text())
        self.assertEqual(side["extra"], {"EX_GROUP_TABLE": {"0x0000": "01020304"}})
        self.assertNotIn("EX_GROUP_TABLE", self.file.read_text())

    def test_a_blank_chip_is_read_and_named(self):
        self.dongles.ctl("fault", "b", "erase-nv")
        file = self.directory / "blank.json"
        done = self.nvram("read", file, on="b")
        self.assert_fine(done)
        self.assertIn("blank", done.stdout)
        self.assertEqual(json.loads(file.read_text()), {"LEGACY": {}})

    def test_a_factory_new_dongle_is_read_and_named(self):
        done = self.nvram("read", self.directory / "new.json", on="b")
        self.assert_fine(done)
        self.assertIn("factory-new", done.stdout)

    def test_a_dongle_that_keeps_its_key_to_itself_is_not_read(self):
        self.dongles.ctl("fault", "a", "protect-keys", "on")
        done = self.nvram("read", self.directory / "none.json")
        self.assert_one_line(done, 1, "0x3A", "MT_SYS_KEY_MANAGEMENT", "install")
        self.assertFalse((self.directory / "none.json").exists())

    def test_a_dongle_that_keeps_its_key_to_itself_is_not_written(self):
        self.dongles.ctl("fault", "b", "protect-keys", "on")
        before = self.dongles.nv("b")
        self.assert_one_line(self.nvram("write", self.file, on="b"), 1, "0x3A", "install")
        self.assertEqual(self.dongles.nv("b"), before)

    def test_a_write_that_fails_once_is_repeated(self):
        self.dongles.ctl("fault", "b", "fail-writes", "1")
        self.assert_fine(self.nvram("write", self.file, on="b"))

    def test_worn_flash_is_named(self):
        self.dongles.ctl("fault", "b", "fail-writes", "1000000")
        done = self.nvram("write", self.file, on="b")
        self.assert_one_line(done, 1, "worn or full", "install its firmware again")
        self.dongles.ctl("fault", "b", "fail-writes", "0")
        self.assert_fine(self.nvram("write", self.file, on="b"))

    def test_an_error_in_a_table_is_not_its_end(self):
        for item, sub in (("1", "3"), ("4", "7"), ("4", "0"), ("7", "4"), ("0", "0x35")):
            with self.subTest(item=item, sub=sub):
                self.dongles.ctl("fault", "a", "fail-read", item, sub)
                done = self.nvram("read", self.directory / "none.json")
                self.assert_one_line(done, 1, "status")
                self.assertFalse((self.directory / "none.json").exists())
        self.dongles.ctl("fault", "a", "fail-read", "off")
        self.assert_fine(self.nvram("read", self.directory / "none.json"))

    def test_an_image_of_another_revision(self):
        side = json.loads(self.side().read_text())
        self.side().write_text(json.dumps({**side, "code_revision": 20210708}))
        before = self.dongles.nv("b")
        done = self.nvram("write", self.file, on="b")
        self.assert_one_line(done, 1, "20210708", "20240710", "--force-incompatible")
        self.assertEqual(self.dongles.nv("b"), before)
        self.assert_fine(self.nvram("write", self.file, "--force-incompatible", on="b"))

    def test_a_file_changed_since_it_was_read(self):
        self.file.write_text(self.file.read_text().replace('"PANID": "', '"PANID" : "'))
        done = self.nvram("write", self.file, on="b")
        self.assert_one_line(done, 1, "SHA-256", "remove the side file")
        self.side().unlink()
        self.assert_fine(self.nvram("write", self.file, on="b"))

    def test_counters_are_not_lowered(self):
        self.dongles.start_network_once("a")
        self.assert_fine(self.nvram("info"))
        before = self.dongles.nv("a")
        done = self.nvram("write", self.file)
        self.assert_one_line(done, 1, "frame counter", "--allow-lower-counters")
        self.assertEqual(self.dongles.nv("a")["0x0007"], before["0x0007"])
        self.assert_fine(self.nvram("write", self.file, "--allow-lower-counters"))

    def test_an_alarm_near_the_end_of_the_counters(self):
        image = json.loads(self.file.read_text())
        image["LEGACY"]["NWKKEY"] = image["LEGACY"]["NWKKEY"][:40] + "000000a0"
        image["NWK_SEC_MATERIAL_TABLE"]["0x0000"] = (
            "000000a0" + image["NWK_SEC_MATERIAL_TABLE"]["0x0000"][8:])
        changed = self.directory / "late.json"
        changed.write_text(json.dumps(image))
        done = self.nvram("write", changed)
        self.assert_fine(done)
        self.assertIn("warning", done.stderr)
        self.assertIn("62%", done.stderr)


if __name__ == "__main__":
    unittest.main()
