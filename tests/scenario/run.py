"""Runs scenario files in a world of real programs, or shows one live. docs/scenarios.md.

usage: scripts/scenario FILE... [--watch] | --all | --ci
Exit status: 0 all held, 1 some did not, 2 wrong use or a wrong file, 77 not permitted here.
"""
import argparse
import dataclasses
import fcntl
import json
import os
import pathlib
import signal
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent / "e2e"))

from cluster import ROOT  # noqa: E402
from dsl import Wrong, parse  # noqa: E402
from hosts import NotPermitted  # noqa: E402
from processes import Failure  # noqa: E402
from runner import Runner  # noqa: E402

DIRECTORY = ROOT / "build/scenario"
SKIPPED = 77


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/scenario", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help="scenario files")
    parser.add_argument("--all", action="store_true", help="every scenario of the project")
    parser.add_argument("--ci", action="store_true", help="the quick ones")
    parser.add_argument("--watch", action="store_true", help="show every step and a live table")
    parser.add_argument("--output", type=pathlib.Path, default=DIRECTORY,
                        help="where everything is written; default build/scenario")
    return parser.parse_args()


def chosen(options):
    if options.files:
        return [parse(file) for file in options.files]
    scenarios = [parse(file) for file in sorted((HERE / "scenarios").glob("*.scn"))]
    # Those that want the same world one after the other: building one takes half a minute.
    scenarios.sort(key=lambda scenario: sorted(scenario.options))
    if options.ci:
        return [s for s in scenarios if "ci" in s.marks]
    if options.all:
        return scenarios
    raise Wrong("say which: FILE..., --ci or --all")


def only_one(directory):
    """One run a checkout. The lock goes with this process."""
    directory.mkdir(parents=True, exist_ok=True)
    lock = open(directory / "lock", "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Failure("another run is in progress in this checkout") from None
    return lock


def end_leftovers(directory):
    """Processes of a former run that was killed while it had stopped them (SIGSTOP) stay behind."""
    mark = f"{directory}/world-".encode()
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            text = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes()
            if mark in text or mark in pathlib.Path(f"/proc/{entry}/environ").read_bytes():
                os.kill(int(entry), signal.SIGKILL)
        except OSError:
            pass


def interrupted(number, _frame):
    raise KeyboardInterrupt(signal.Signals(number).name)


def catch_signals():
    sys.stdout.reconfigure(line_buffering=True)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, interrupted)


def line_of(result):
    figures = ", ".join(f"{name} {value:g}" for name, value in result.figures.items())
    return f"{'ok    ' if result.ok else 'FAILED'} {result.name:<36} {result.seconds:6.1f} s  {figures}"


def write_report(results, directory):
    report = {"scenarios": [dataclasses.asdict(r) for r in results], "run": len(results),
              "failed": sum(not r.ok for r in results)}
    (directory / "report.json").write_text(json.dumps(report, indent=2) + "\n")


def perform(scenarios, directory, watch):
    lock = only_one(directory)
    end_leftovers(directory)
    runner, results = Runner(directory, watch), []
    try:
        for scenario in scenarios:
            result = runner.perform(scenario)
            results.append(result)
            print(line_of(result))
            for error in result.errors:
                print(f"       {error}")
            write_report(results, directory)
    finally:
        runner.close()
        lock.close()
    bad = [r.name for r in results if not r.ok]
    print(f"{len(results) - len(bad)} of {len(results)} scenarios held")
    return 1 if bad else 0


def main():
    options = arguments()
    catch_signals()
    try:
        return perform(chosen(options), options.output.resolve(), options.watch)
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        return 2
    except NotPermitted as reason:
        print(f"skipped: scenarios need network namespaces, TAP devices and mounts: {reason}")
        return SKIPPED
    except Failure as failure:
        print(f"FAILED: {failure}")
        return 1
    except KeyboardInterrupt:
        print("stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main())
