"""Measures zha-nvram and the tools of zigpy-znp at the same work on the same emulated dongles.

usage: bench_nvram.py [--latency MS ...]; scripts/bench nvram installs what it needs and calls it.

Prints a table and writes build/bench/nvram.json. Requests and bytes are counted on the line, the same
way for both; seconds are from the first to the last byte on it, paced as a line of 115200 baud.
"""
import argparse
import json
import pathlib
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from cluster import ROOT  # noqa: E402
from emulated import Dongles  # noqa: E402
from nvram_tools import Bench, images  # noqa: E402
from processes import Failure  # noqa: E402

MARGIN = 2500  # how far the counters are raised at a failover
TABLES = {"NWK_SEC_MATERIAL_TABLE": 0, "TCLK_TABLE": 0, "APS_KEY_DATA_TABLE": 16}
NWKKEY_COUNTER = 20
TCLK_ATTRIBUTE = 16
SEQUENCE = 0  # of the NIB


def raised(value, offset, margin):
    data = bytearray.fromhex(value)
    counter = int.from_bytes(data[offset:offset + 4], "little") + margin
    data[offset:offset + 4] = counter.to_bytes(4, "little")
    return data.hex()


def in_use(table, value):
    data = bytes.fromhex(value)
    if table == "TCLK_TABLE":
        return data[TCLK_ATTRIBUTE] != 0xFF
    return any(data)


def failover(image, margin=MARGIN):
    """The image that a standby is given: newer counters, a newer NIB, the same network."""
    after = json.loads(json.dumps(image))
    legacy = after["LEGACY"]
    legacy["NWKKEY"] = raised(legacy["NWKKEY"], NWKKEY_COUNTER, margin)
    nib = bytearray.fromhex(legacy["NIB"])
    nib[SEQUENCE] = (nib[SEQUENCE] + 1) % 256
    legacy["NIB"] = nib.hex()
    for table, offset in TABLES.items():
        for sub, value in after.get(table, {}).items():
            if in_use(table, value):
                after[table][sub] = raised(value, offset, margin)
    return after


def same(left, right):
    """Without the counters that a start of the firmware moves, and the proxy of the poll rate."""
    def plain(image):
        kept = json.loads(json.dumps(image))
        kept["LEGACY"].pop("POLL_RATE_OLD16", None)
        kept["TCLK_TABLE"] = {sub: value[8:] for sub, value in kept["TCLK_TABLE"].items()}
        return kept
    return plain(left) == plain(right)


class Measurement:
    def __init__(self, directory, latency, source):
        self.directory = pathlib.Path(directory)
        self.latency = latency
        self.bench = Bench(self.directory, ["ours", "theirs"], latency)
        self.image = json.loads(source.read_text())
        self.full = self.file("full", self.image)
        self.after = self.file("after", failover(self.image))
        self.rows = []

    def file(self, name, image=None):
        path = self.directory / f"{name}.json"
        if image is not None:
            path.write_text(json.dumps(image, indent=4) + "\n")
        return path

    def ours(self, operation, file, *options):
        stats = self.file("stats")
        self.bench.ours(operation, "ours", file, "--stats", stats, *options)
        line, told = self.bench.figures[-1], json.loads(stats.read_text())
        if told["requests"] != line["requests"] or \
                told["bytes_out"] + told["bytes_in"] != line["bytes"]:
            raise Failure(f"zha-nvram says {told}, on the line were {line}")
        return line

    def theirs(self, module, *options):
        self.bench.zigpy(module, "theirs", *options)
        return self.bench.figures[-1]

    def row(self, work, ours, theirs):
        self.rows.append({"work": work, "latency_ms": self.latency,
                          **{name: ours[name] for name in ("requests", "bytes", "seconds")},
                          **{f"peer_{name}": theirs[name]
                             for name in ("requests", "bytes", "seconds")}})

    def expect(self, wanted):
        """The dongle holds it."""
        file = self.file("check")
        self.bench.ours("read", "ours", file)
        if not same(json.loads(file.read_text()), wanted):
            raise Failure("the dongle does not hold what was written to it")

    def run(self):
        read = self.file("read")
        ours = self.ours("write", self.full, "--backup", self.file("backup"))
        self.row("restore-verified", ours, self.theirs("nvram_write", "-i", self.full))
        self.expect(self.image)
        theirs = self.theirs("nvram_read", "-o", self.file("theirs"))
        self.row("read-cold", self.ours("read", read), theirs)
        if not same(json.loads(read.read_text()),
                    json.loads(self.file("theirs").read_text())):
            raise Failure("the two tools read different content")
        for work, option in (("read-known", "--known"), ("read-incremental", "--since")):
            again = self.file(work)
            self.row(work, self.ours("read", again, option, read), theirs)
            if again.read_text() != read.read_text():
                raise Failure(f"{work} differs from a cold read")
        ours = self.ours("write", self.after, "--mirrored", self.full)
        self.row("delta-verified", ours, self.theirs("nvram_write", "-i", self.after))
        self.expect(json.loads(self.after.read_text()))
        return self.rows


def source_image(directory):
    """A formed image: a dump when there is one, or else one made here."""
    bench = Bench(directory, ["source"])
    try:
        title, file = next(iter(images(bench, "source").items()))
        kept = pathlib.Path(directory) / "source.json"
        shutil.copyfile(file, kept)
        return title, kept
    finally:
        bench.stop()


def show(rows):
    print(f"{'work':18} {'ms':>3} | {'requests':>8} {'bytes':>7} {'s':>7} | "
          f"{'zigpy':>8} {'bytes':>7} {'s':>7} | {'requests':>8} {'bytes':>6} {'time':>6}")
    for row in rows:
        ratios = [row[f"peer_{name}"] / max(row[name], 1e-3)
                  for name in ("requests", "bytes", "seconds")]
        print(f"{row['work']:18} {row['latency_ms']:3} | {row['requests']:8} {row['bytes']:7} "
              f"{row['seconds']:7.2f} | {row['peer_requests']:8} {row['peer_bytes']:7} "
              f"{row['peer_seconds']:7.2f} | {ratios[0]:7.1f}x {ratios[1]:5.1f}x "
              f"{ratios[2]:5.1f}x")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=int, nargs="+", default=[0, 10])
    options = parser.parse_args()
    began = time.monotonic()
    rows = []
    with tempfile.TemporaryDirectory(prefix="zha-") as directory:
        title, source = source_image(pathlib.Path(directory) / "source")
        print(f"image: {title}")
        for latency in options.latency:
            measurement = Measurement(pathlib.Path(directory) / str(latency), latency, source)
            try:
                rows += measurement.run()
            finally:
                measurement.bench.stop()
    show(rows)
    out = ROOT / "build/bench/nvram.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"image": title, "rows": rows}, indent=2) + "\n")
    print(f"{out.relative_to(ROOT)} written after {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
