"""Prints as JSON how many requests and seconds zha-nvram and zigpy-znp take for the same work.

usage: nvram_figures.py; scripts/install-zigpy and scripts/build come first.
"""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from nvram_tools import Bench, images  # noqa: E402


def main():
    with tempfile.TemporaryDirectory(prefix="zha-") as directory:
        bench = Bench(directory, ["source", "ours", "theirs"])
        try:
            result = {}
            for title, file in images(bench, "source").items():
                bench.figures.clear()
                read = pathlib.Path(directory) / "read.json"
                bench.zigpy("nvram_write", "theirs", "-i", file)
                bench.ours("write", "ours", file)
                bench.zigpy("nvram_read", "theirs", "-o", read)
                bench.ours("read", "ours", read)
                bench.ours("write", "ours", read)  # again: finds that there is nothing to do
                result[title] = list(bench.figures)
            print(json.dumps(result, indent=2))
        finally:
            bench.stop()


if __name__ == "__main__":
    main()
