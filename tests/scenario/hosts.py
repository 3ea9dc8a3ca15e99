"""Hosts of a scenario: a network namespace each, joined by a switch that we can make as bad as we like.

Nothing can be left behind: a namespace lives as long as the process that holds it, that process dies
with us even if we are killed, and mounts are made in a mount namespace of our own. So there is nothing
to clean up after a crash either. The switch works on TAP devices in user space (switch.py), because
tc's netem is missing from many kernels; it delays, drops and cuts between any two hosts.
"""
import ctypes
import errno
import fcntl
import json
import os
import pathlib
import struct
import subprocess
import sys

from processes import Failure

HERE = pathlib.Path(__file__).resolve().parent
CLONE_NEWNS, CLONE_NEWNET = 0x20000, 0x40000000
MS_REC, MS_PRIVATE = 0x4000, 1 << 18
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
NAMES = ("home", "broker", "controller", "node-a", "node-b", "spare")
ADDRESS = {name: f"10.77.0.{number}" for number, name in enumerate(NAMES, 1)}
LIBC = ctypes.CDLL(None, use_errno=True)


class NotPermitted(Exception):
    """This machine does not let us make namespaces; the text says what is missing."""


def call(what, result):
    if result != 0:
        raise NotPermitted(f"{what}: {os.strerror(ctypes.get_errno())}")


def private_mounts():
    """From now on no mount of ours is seen by anybody else, and all of them end with us."""
    call("a mount namespace of our own", LIBC.unshare(CLONE_NEWNS))
    call("private mounts", LIBC.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))


def mac(number):
    return f"02:5a:00:00:00:{number:02x}"


class Hosts:
    """`processes` starts the holders and the switch. We ourselves move to the host `home`."""

    def __init__(self, processes):
        self.processes = processes
        self.holders, self.taps = {}, []
        if os.geteuid() != 0 or not os.path.exists("/dev/net/tun"):
            raise NotPermitted("needs root and /dev/net/tun")
        private_mounts()
        self.own_run()
        for number, name in enumerate(NAMES, 1):
            self.make(number, name)
        self.enter("home")
        self.switch = self.start_switch()

    @staticmethod
    def own_run():
        """sshd wants a directory in /run: it gets one that nobody else sees."""
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", "/run"], check=True,
                       stdin=subprocess.DEVNULL)

    def make(self, number, name):
        holder = self.processes.start(f"host-{name}", ["unshare", "--net", "sleep", "infinity"])
        self.holders[name] = holder
        own = os.readlink("/proc/self/ns/net")
        while self.namespace(holder) in ("", own):
            if not holder.running():
                raise NotPermitted(f"a network namespace: {holder.log.read_text().strip()}")
        self.enter(name)
        tap = os.open("/dev/net/tun", os.O_RDWR)
        try:
            fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", b"eth0", IFF_TAP | IFF_NO_PI))
        except OSError as error:
            raise NotPermitted(f"a TAP device: {error}") from None
        self.taps.append(tap)
        for line in (["link", "set", "lo", "up"], ["link", "set", "eth0", "address", mac(number)],
                     ["addr", "add", f"{ADDRESS[name]}/24", "dev", "eth0"],
                     ["link", "set", "eth0", "up"]):
            self.ip(*line)
        # Neighbours are known for good: a cut must look like silence, not like a missing host.
        for other, peer in enumerate(NAMES, 1):
            if peer != name:
                self.ip("neigh", "replace", ADDRESS[peer], "lladdr", mac(other), "nud", "permanent",
                        "dev", "eth0")

    @staticmethod
    def namespace(holder):
        try:
            return os.readlink(f"/proc/{holder.pid}/ns/net")
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ESRCH):
                raise
            return ""

    @staticmethod
    def ip(*arguments):
        subprocess.run(["ip", *arguments], check=True, stdin=subprocess.DEVNULL)

    def enter(self, name):
        file = os.open(f"/proc/{self.holders[name].pid}/ns/net", os.O_RDONLY)
        try:
            call(f"entering {name}", LIBC.setns(file, CLONE_NEWNET))
        finally:
            os.close(file)

    def inside(self, name):
        """What to put before a command so that it runs on host `name`."""
        return ["nsenter", f"--net=/proc/{self.holders[name].pid}/ns/net", "--"]

    # -- the switch -------------------------------------------------------------------------------
    def start_switch(self):
        argv = [sys.executable, "-B", str(HERE / "switch.py"), *map(str, self.taps)]
        popen = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "--", *argv], text=True,
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 pass_fds=self.taps, start_new_session=True)
        for tap in self.taps:
            os.close(tap)
        if popen.stdout.readline() != "ready\n":
            raise Failure("the switch did not start")
        return popen

    def link(self, source, target, **rule):
        """Rule for frames from `source` to `target`: cut, delay_ms, loss (percent)."""
        line = {"from": NAMES.index(source), "to": NAMES.index(target), **rule}
        self.switch.stdin.write(json.dumps(line) + "\n")
        self.switch.stdin.flush()
        if self.switch.stdout.readline() != "ok\n":
            raise Failure(f"the switch did not take {line}")

    def both(self, one, other, **rule):
        self.link(one, other, **rule)
        self.link(other, one, **rule)

    def heal(self):
        for one in NAMES:
            for other in NAMES:
                if one != other:
                    self.link(one, other)
