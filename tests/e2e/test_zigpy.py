"""Files and dongles of zha-nvram and of the real zigpy-znp are the same thing."""
import json
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from nvram_tools import Bench, images  # noqa: E402


def without_counters(text):
    """The image without what a dongle counts up by itself when it starts: (rest, counters)."""
    image = json.loads(text)
    counters = []

    def take(section, key, begin, end):
        value = image.get(section, {}).get(key)
        if value:
            low_first = bytes.fromhex(value[begin:end])
            counters.append((section, key, int.from_bytes(low_first, "little")))
            image[section][key] = value[:begin] + "-" + value[end:]

    for key in image.get("TCLK_TABLE", {}):
        take("TCLK_TABLE", key, 0, 8)
    for key in image.get("NWK_SEC_MATERIAL_TABLE", {}):
        take("NWK_SEC_MATERIAL_TABLE", key, 0, 8)
    take("LEGACY", "NWKKEY", 40, 48)
    return image, counters


class SameAsZigpy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="zha-")
        cls.addClassCleanup(scratch.cleanup)
        cls.directory = pathlib.Path(scratch.name)
        cls.bench = Bench(cls.directory, ["source"])
        cls.addClassCleanup(cls.bench.stop)
        cls.images = images(cls.bench, "source")

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="zha-")
        self.addCleanup(scratch.cleanup)
        self.files = pathlib.Path(scratch.name)

    def fresh(self):
        """A bench with one factory-new dongle, "a"."""
        directory = tempfile.TemporaryDirectory(prefix="zha-")
        self.addCleanup(directory.cleanup)
        bench = Bench(directory.name, ["a"])
        self.addCleanup(bench.stop)
        return bench

    def assert_same_but_for_counters(self, before, after):
        """`after` is `before`, with no counter lower."""
        rest, counters = without_counters(before)
        other, later = without_counters(after)
        self.assertEqual(rest, other)
        for (_, key, low), (_, _, high) in zip(counters, later):
            self.assertLessEqual(low, high, key)

    def test_both_read_a_new_dongle_into_the_same_bytes(self):
        bench = self.fresh()
        bench.zigpy("nvram_read", "a", "-o", self.files / "theirs")
        bench.ours("read", "a", self.files / "ours")
        self.assertEqual((self.files / "theirs").read_bytes(), (self.files / "ours").read_bytes())

    def test_what_zigpy_writes_both_read_as_the_same_bytes(self):
        for title, image in self.images.items():
            with self.subTest(title):
                bench = self.fresh()
                bench.zigpy("nvram_write", "a", "-i", image)
                bench.zigpy("nvram_read", "a", "-o", self.files / "theirs")
                bench.ours("read", "a", self.files / "ours")
                ours = (self.files / "ours").read_text()
                self.assertEqual((self.files / "theirs").read_text(), ours)
                self.assert_same_but_for_counters(image.read_text(), ours)
                bench.ours("diff", "a", self.files / "theirs")

    def test_what_zha_nvram_writes_zigpy_reads(self):
        for title, image in self.images.items():
            with self.subTest(title):
                bench = self.fresh()
                bench.ours("write", "a", image)
                bench.zigpy("nvram_read", "a", "-o", self.files / "theirs")
                self.assert_same_but_for_counters(image.read_text(),
                                                  (self.files / "theirs").read_text())

    def test_what_zha_nvram_reads_zigpy_writes(self):
        for title, image in self.images.items():
            with self.subTest(title):
                bench = self.fresh()
                bench.zigpy("nvram_write", "a", "-i", image)
                bench.ours("read", "a", self.files / "ours")
                other = self.fresh()
                other.zigpy("nvram_write", "a", "-i", self.files / "ours")
                other.ours("read", "a", self.files / "again")
                self.assert_same_but_for_counters((self.files / "ours").read_text(),
                                                  (self.files / "again").read_text())

    def test_both_read_a_dongle_that_was_reset_into_the_same_bytes(self):
        for title, image in self.images.items():
            with self.subTest(title):
                bench = self.fresh()
                bench.ours("write", "a", image)
                bench.zigpy("nvram_reset", "a", "-c")
                bench.zigpy("nvram_read", "a", "-o", self.files / "theirs")
                bench.ours("read", "a", self.files / "ours")
                self.assertEqual((self.files / "theirs").read_text(),
                                 (self.files / "ours").read_text())
                self.assertNotIn("NIB", json.loads((self.files / "ours").read_text())["LEGACY"])

    def test_zha_nvram_takes_fewer_requests_to_read(self):
        bench = self.fresh()
        bench.zigpy("nvram_read", "a", "-o", self.files / "theirs")
        bench.ours("read", "a", self.files / "ours")
        theirs, ours = bench.figures
        print("\n" + "\n".join(json.dumps(figure) for figure in bench.figures))
        self.assertLess(ours["requests"], theirs["requests"])


if __name__ == "__main__":
    if not os.environ.get("ZHA_NVRAM_DUMPS"):
        print("ZHA_NVRAM_DUMPS is not set: working with an image that zigpy-znp makes")
    unittest.main()
