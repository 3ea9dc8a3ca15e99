"""What zha-nvram promises in requests and bytes, beside the tools of zigpy-znp."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from bench_nvram import Measurement, source_image  # noqa: E402

# Of 581 items; with an image made here there are a few more.
LIMITS = {"read-cold": (674, 21400), "read-known": (590, 20000), "read-incremental": (30, 1300),
          "restore-verified": (1100, 36000), "delta-verified": (40, 1800)}


class NvramSpeed(unittest.TestCase):
    def test_requests_and_bytes_stay_below_what_is_promised(self):
        with tempfile.TemporaryDirectory(prefix="zha-") as directory:
            _, source = source_image(pathlib.Path(directory) / "source")
            measurement = Measurement(pathlib.Path(directory) / "at-once", None, source)
            try:
                rows = measurement.run()  # compares content, and our own figures with the line's
            finally:
                measurement.bench.stop()
        self.assertEqual({row["work"] for row in rows}, set(LIMITS))
        for row in rows:
            with self.subTest(row["work"]):
                requests, size = LIMITS[row["work"]]
                self.assertLessEqual(row["requests"], requests)
                self.assertLessEqual(row["bytes"], size)
                self.assertLess(row["requests"], row["peer_requests"])


if __name__ == "__main__":
    unittest.main()
