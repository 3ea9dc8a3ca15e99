"""zha-nvram with a wrong port, a wrong file or no room: one line, and nothing was changed."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from bad_input import BadInput, run, silent_terminal  # noqa: E402
from emulated import Dongles  # noqa: E402
from small_disk import SmallDisk  # noqa: E402


class WrongPort(BadInput):
    def assert_refused(self, port, *words):
        file = self.directory / "dump.json"
        image = self.directory / "image.json"
        image.write_text('{"LEGACY": {"EXTADDR": "0102030405060708"}}')
        for argv in (["info"], ["read", file], ["write", image], ["reset", "--yes"],
                     ["diff", image]):
            with self.subTest(argv=argv[0]):
                done = run("zha-nvram", *argv, "--port", port, "--timeout", 5)
                self.assert_one_line(done, 1, "zha-nvram: ", port, *words)
        self.assertEqual(list(self.directory.glob("dump*")), [])

    def test_a_path_that_is_not_there(self):
        self.assert_refused(self.directory / "ttyUSB0", "No such file")

    def test_a_device_that_is_no_terminal(self):
        self.assert_refused("/dev/null", "not a serial port")

    def test_a_plain_file(self):
        (self.directory / "plain").write_text("text")
        self.assert_refused(self.directory / "plain", "not a serial port")

    def test_an_address_where_nobody_listens(self):
        self.assert_refused("tcp://127.0.0.1:1")

    def test_a_terminal_where_no_dongle_answers(self):
        path, close, _ = silent_terminal()
        self.addCleanup(close)
        done = run("zha-nvram", "read", self.directory / "dump.json", "--port", path, "--timeout", 4)
        self.assert_one_line(done, 1, "zha-nvram: ", path)
        self.assertEqual(list(self.directory.glob("dump*")), [])


class WithDongle(BadInput):
    def setUp(self):
        super().setUp()
        self.dongles = Dongles(self.directory / "sim", ["a"])
        self.addCleanup(self.dongles.stop)
        self.file = self.directory / "image.json"
        self.read(self.file)
        self.before = self.dongles.nv("a")

    def nvram(self, *argv):
        return run("zha-nvram", *argv, "--port", self.dongles.port("a"))

    def read(self, file):
        done = self.nvram("read", file)
        self.assertEqual(done.returncode, 0, done.stderr)

    def assert_refused(self, text, *words):
        """Neither written nor compared."""
        file = self.directory / "wrong.json"
        file.write_text(text)
        self.assert_one_line(self.nvram("write", file), 1, *words)
        self.assertEqual(self.dongles.nv("a"), self.before)


class WrongFile(WithDongle):
    def test_a_file_cut_off(self):
        text = self.file.read_text()
        for length in (0, 1, len(text) // 2, len(text) - 3):
            self.assert_refused(text[:length], f"{self.directory}/wrong.json: ")

    def test_a_file_that_is_no_nvram(self):
        for text in ("\x7fELF", "[1, 2]", '{"format": "zigpy/open-coordinator-backup"}',
                     '{"LEGACY": {"EXTADDR": "0102"}, "SOMETHING": {}}', '{"LEGACY": {}}',
                     '{"LEGACY": {"EXTADDR": "not hex"}}', "[" * 100000):
            with self.subTest(text=text[:40]):
                self.assert_refused(text, "zha-nvram: ")

    def test_a_file_that_is_not_there(self):
        self.assert_one_line(self.nvram("write", self.directory / "none.json"), 1, "none.json")

    def test_an_image_of_another_firmware(self):
        image = json.loads(self.file.read_text())
        entries = image["TCLK_TABLE"]
        short = dict(list(entries.items())[:-1])
        wide = {key: value + "00" for key, value in entries.items()}
        for other in (short, wide):
            self.assert_refused(json.dumps({**image, "TCLK_TABLE": other}),
                                "another firmware", "TCLK_TABLE")

    def test_an_image_that_claims_a_network_it_does_not_hold(self):
        image = json.loads(self.file.read_text())
        image["LEGACY"]["HAS_CONFIGURED_ZSTACK3"] = "55"
        image["LEGACY"].pop("NIB", None)
        self.assert_refused(json.dumps(image), "without a whole identity")


class NoRoom(WithDongle):
    def setUp(self):
        super().setUp()
        self.small = SmallDisk(self, self.directory / "small", 16).directory

    def test_a_full_directory_keeps_the_old_dump(self):
        old = self.small / "dump.json"
        old.write_text("the dump of yesterday")
        done = self.nvram("read", old)
        self.assert_one_line(done, 1, str(old), "No space left on device")
        self.assertEqual(old.read_text(), "the dump of yesterday")
        self.assertEqual([p.name for p in self.small.iterdir()], ["dump.json"])
        self.assertEqual(self.dongles.nv("a"), self.before)


class Fine(WithDongle):
    def test_a_name_without_a_directory(self):
        done = run("zha-nvram", "read", "here.json", "--port", self.dongles.port("a"),
                   cwd=self.directory)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual((self.directory / "here.json").read_bytes(), self.file.read_bytes())
        self.assertEqual((self.directory / "here.json").stat().st_mode & 0o777, 0o600)

    def test_a_dongle_unplugged_in_the_middle_of_a_write(self):
        image = json.loads(self.file.read_text())
        image["LEGACY"]["PANID"] = "3412"
        changed = self.directory / "changed.json"
        changed.write_text(json.dumps(image))
        self.dongles.ctl("power-cut", "a", "--after-writes", "2")
        done = self.nvram("write", changed)
        self.assert_one_line(done, 1, "zha-nvram: ")
        self.dongles.ctl("plug", "a")
        self.assertEqual(self.nvram("write", changed).returncode, 0)
        done = self.nvram("diff", changed)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
