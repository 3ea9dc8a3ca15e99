"""The outlet of an emulated host: a fence device of the driver `exec`, run by the real controller.

usage: outlet.py FILE off|on|status
FILE (JSON): the emulator's control (`ctl`: a command), its `dongle`, the `holder` of the host's network
namespace, and the file that holds the `mood`. "Off" takes the power of the dongle and of everything
on the host away; `status` says only what it reads back. Exit codes as OCF has them. Moods: "refuses" does
nothing and says so, "sticks" says "done" and leaves the power on.
"""
import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import time

DONE, FAILED, NOT_POWERED = 0, 1, 7
PATIENCE = 5.0


def control(outlet, *words):
    done = subprocess.run([*outlet["ctl"], *words], stdout=subprocess.PIPE, text=True, timeout=10,
                          stdin=subprocess.DEVNULL, check=True)
    return json.loads(done.stdout or "null")


def programs(outlet):
    """What runs on the host; not what only holds its namespace."""
    wanted = os.readlink(f"/proc/{outlet['holder']}/ns/net")
    found = []
    for entry in os.listdir("/proc"):
        try:
            if (entry.isdigit() and int(entry) != outlet["holder"]
                    and os.readlink(f"/proc/{entry}/ns/net") == wanted and not ended(entry)):
                found.append(int(entry))
        except OSError:
            pass  # gone meanwhile
    return found


def ended(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def powered(outlet):
    dongle = next(d for d in control(outlet, "dongles") if d["name"] == outlet["dongle"])
    return dongle["plugged"] or bool(programs(outlet))


def end(pid, deadline):
    """Kills it and waits for that; False: not within the deadline."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        signal.pidfd_send_signal(process, signal.SIGKILL)
        return bool(select.select([process], [], [], max(0.0, deadline - time.monotonic()))[0])
    except ProcessLookupError:
        return True
    finally:
        os.close(process)


def off(outlet):
    """The dongle first: it is fed by its host."""
    control(outlet, "power-cut", outlet["dongle"])
    deadline = time.monotonic() + PATIENCE
    while pids := programs(outlet):
        if not all(end(pid, deadline) for pid in pids) or time.monotonic() > deadline:
            return FAILED
    return DONE


def main():
    file, word = sys.argv[1:]
    outlet = json.loads(pathlib.Path(file).read_text())
    mood = pathlib.Path(outlet["mood"]).read_text().strip()
    if word == "status":
        return DONE if powered(outlet) else NOT_POWERED
    if mood == "refuses":
        print("the outlet refuses", file=sys.stderr)
        return FAILED
    if mood == "sticks":
        return DONE
    if word == "off":
        return off(outlet)
    if word == "on":
        control(outlet, "plug", outlet["dongle"])
        return DONE
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
