"""Runs the whole system on loopback with an emulated air, and shows what it is for.

usage: demo.py [--check] [--plain]; started by scripts/demo, which installs and builds first.
Everything it writes is under build/demo/. Exit status 0 only when every row of the table holds.
"""
import argparse
import fcntl
import os
import shutil
import signal
import sys
import time

import outcome
from cluster import NODES, ROOT
from processes import Failure, command_line, descendants, tail
from screen import Screen
from secret_files import find_secrets, key_spellings
from stage import Stage
from story import Story

DIRECTORY = ROOT / "build/demo"
LOCK = ROOT / "build/demo.lock"


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="ask nothing, end with the table")
    parser.add_argument("--plain", action="store_true", help="lines only, no redrawn table")
    return parser.parse_args()


def only_one():
    """Two demos would share build/demo/. The lock goes with this process."""
    lock = open(LOCK, "w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Failure("another demo is running in this checkout") from None
    return lock


def interrupted(number, _frame):
    raise KeyboardInterrupt(signal.Signals(number).name)


def leaks(stage):
    """Secrets where none may be: logs, the MQTT record, traps, arguments of running processes."""
    arguments_file = stage.directory / "arguments.txt"
    arguments_file.write_text("\n".join(command_line(pid) for pid in descendants(os.getpid())))
    files = [p for p in (stage.directory / "logs").iterdir() if p.is_file()]
    files += [stage.record_file, stage.traps.file, arguments_file]
    files += [p for node in NODES for p in (stage.directory / node / "data").rglob("*.log")]
    secrets = {**stage.secrets, "network key": key_spellings(stage.cluster.identity.key)}
    return find_secrets(files, secrets) + readable_by_others(stage)


def readable_by_others(stage):
    """Files that hold the network key and are not for their owner alone."""
    names = ("configuration.yaml", "coordinator_backup.json", "nvram.json", "*.nv.json")
    files = [path for name in names for path in stage.directory.rglob(name)]
    return [(str(path), "network key, readable by others,") for path in files
            if path.stat().st_mode & 0o077]


def write_environment(stage):
    """So that commands can be typed as on a real host."""
    file = stage.directory / "env"
    file.write_text(f"export PATH='{ROOT}/build/bin':\"$PATH\"\n"
                    f"export ZHA_CONFIG='{stage.directory}/zha-cli.yaml'\n"
                    f"export ZHA_SIM_DIR='{stage.directory}/sim'\n")
    return os.path.relpath(file)


def stay_up(stage, screen):
    line = screen.line
    line("everything stays up until Ctrl-C")
    for command in (f"try in another terminal, after:  . {write_environment(stage)}",
                    "  zha-switchover status        (or watch, history)",
                    "  zha-switchover switchover --to node-a",
                    "  zha-sim ctl unplug b         (or plug, hang, air, list, press plug)",
                    f"  tail -f {os.path.relpath(stage.traps.file)}"):
        line(command)
    for node in NODES:
        line(f"zigbee2mqtt's page on {node}: http://127.0.0.1:{stage.cluster.frontends[node]}")
    while True:
        screen.tick()
        for process in stage.processes.started:
            process.check()
        time.sleep(0.1)


def show_logs(stage):
    for log in sorted((stage.directory / "logs").glob("*.log")):
        print(f"\n--- {log.relative_to(ROOT)} (its end)\n{tail(log, 25)}")


def perform(options):
    lock = only_one()
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    DIRECTORY.mkdir(parents=True)
    stage = Stage(DIRECTORY)
    screen = Screen(stage.facts, options.plain or options.check)
    story = Story(stage, screen)
    error = None
    try:
        screen.line("starting the whole system on this machine")
        stage.start()
        story.run()
    except Failure as failure:
        error = str(failure)
    except BaseException:
        screen.erase()
        stage.stop()
        raise
    try:
        screen.erase()
        report = outcome.summary(story.rows, stage.air(), stage.trap_count())
        wrong = outcome.faults(report, story.STEPS, leaks(stage) if not error else [])
        outcome.write(report, DIRECTORY / "report.json")
        print("\n" + outcome.table(story.rows, report) + "\n", flush=True)
        if not options.check and not error and not wrong:
            stay_up(stage, screen)
    finally:
        screen.erase()
        stage.stop()
    if error:
        show_logs(stage)
    for line in ([error] if error else []) + wrong:
        print(f"FAILED: {line}")
    lock.close()
    return 1 if error or wrong else 0


def main():
    options = arguments()
    sys.stdout.reconfigure(line_buffering=True)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, interrupted)
    try:
        return perform(options)
    except Failure as failure:
        print(f"FAILED: {failure}")
        return 1
    except KeyboardInterrupt:
        print("stopped", flush=True)
        return 0 if not options.check else 130


if __name__ == "__main__":
    sys.exit(main())
