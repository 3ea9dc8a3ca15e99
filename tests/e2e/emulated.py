"""Emulated dongles without anything around them: for tests of programs that speak to one port."""
import json
import pathlib
import subprocess

from cluster import ROOT
from net import free_ports
from processes import Failure, Processes, wait_for

BIN = ROOT / "build/bin"


class Dongles:
    """`images`: {name: NVRAM file to start from, or None for a factory-new dongle}."""

    def __init__(self, directory, images):
        self.directory = pathlib.Path(directory)
        self.processes = Processes(self.directory / "logs")
        self.tcp = dict(zip(images, free_ports(len(images))))
        argv = [BIN / "zha-sim", "run", "--dir", self.directory, "--instant", "--seed", "1"]
        for name, image in images.items():
            nv = self.directory / f"{name}.nv.json"
            if image:
                nv.write_bytes(pathlib.Path(image).read_bytes())
            argv += ["--dongle", f"{name},nv={nv},tcp={self.tcp[name]}"]
        self.simulator = self.processes.start("zha-sim", argv)
        for name in images:
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

    def stop(self):
        self.processes.stop_all()
