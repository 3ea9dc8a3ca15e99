"""Emulated dongles without anything around them: for tests of programs that speak to one port."""
import functools
import json
import operator
import pathlib
import socket
import subprocess

from cluster import ROOT
from net import free_ports
from processes import Failure, Processes, wait_for

BIN = ROOT / "build/bin"


class Dongles:
    """Factory-new ones of these names, each with a pseudo-terminal and a TCP port."""

    def __init__(self, directory, names, latency_ms=None):
        """`latency_ms`: on a line of 115200 baud with so much for each request; at once without."""
        self.directory = pathlib.Path(directory)
        self.processes = Processes(self.directory / "logs")
        self.tcp = dict(zip(names, free_ports(len(names))))
        argv = [BIN / "zha-sim", "run", "--dir", self.directory, "--seed", "1"]
        argv += ["--instant"] if latency_ms is None else ["--latency-ms", str(latency_ms)]
        for name in names:
            argv += ["--dongle", f"{name},nv={self.directory}/{name}.nv.json,tcp={self.tcp[name]}"]
        self.simulator = self.processes.start("zha-sim", argv)
        for name in names:
            wait_for(f"port of dongle {name}", lambda n=name: self.pty(n).exists(), 20,
                     alive=[self.simulator])

    def pty(self, name):
        return self.directory / f"ttyZHA-{name}"

    def port(self, name):
        """As zha-nvram takes it. TCP, where no modem lines are missed."""
        return f"tcp://127.0.0.1:{self.tcp[name]}"

    def socket(self, name):
        """As zigpy-znp takes it."""
        return f"socket://127.0.0.1:{self.tcp[name]}"

    def ctl(self, *argv):
        done = subprocess.run([BIN / "zha-sim", "ctl", "--dir", self.directory, "--json", *argv],
                              capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise Failure(f"zha-sim ctl {' '.join(argv)}: {done.stderr.strip()}")
        return json.loads(done.stdout or "null")

    def nv(self, name):
        """All that the dongle holds, asked behind its back."""
        return self.ctl("nv", name)

    def start_network(self, name):
        """Puts the dongle on the air, as a host does that has a network there."""
        request = bytes([0x02, 0x25, 0x40, 0x64, 0x00])  # ZDO_STARTUP_FROM_APP, 100 ms from now
        check = functools.reduce(operator.xor, request)
        def is_on_air():
            return any(d["on_air"] for d in self.ctl("dongles") if d["name"] == name)

        with socket.create_connection(("127.0.0.1", self.tcp[name])) as port:
            port.sendall(bytes([0xFE]) + request + bytes([check]))
            wait_for(f"dongle {name} is on the air", is_on_air, 20)

    def start_network_once(self, name):
        """Lets the firmware write down what it only does when its network runs."""
        self.start_network(name)
        self.ctl("reset", name)

    def stop(self):
        self.processes.stop_all()
