"""zha-nvram and the tools of zigpy-znp on the same emulated dongles, their requests counted."""
import json
import os
import pathlib
import secrets
import subprocess

from cluster import ROOT
from emulated import BIN, Dongles
from mt_proxy import MtProxy
from processes import Failure

ZIGPY = ROOT / "build/e2e/zigpy/bin/python"
# Of a dongle with a network. One of a reset dongle holds the order to clear itself at its next start,
# so that it is never found again as it was written.
DUMPS = ["CC2652R-ZStack4.formed.json"]


class Bench:
    """Factory-new dongles, each behind a proxy."""

    def __init__(self, directory, names, latency_ms=None):
        self.directory = pathlib.Path(directory)
        self.dongles = Dongles(self.directory / "sim", names, latency_ms)
        self.proxies = {name: MtProxy(self.dongles.tcp[name]) for name in names}
        self.figures = []

    def run(self, tool, operation, name, argv):
        self.proxies[name].take()
        done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, timeout=300,
                              stdin=subprocess.DEVNULL, env={**os.environ, "TERM": "dumb"})
        self.proxies[name].wait_idle()
        if done.returncode != 0:
            self.dongles.simulator.check()  # its end would be the reason
            raise Failure(f"{tool} {operation}: {done.stderr[-2000:]}")
        self.figures.append({"tool": tool, "operation": operation, **self.proxies[name].take()})
        return done.stdout

    def ours(self, operation, name, file, *options):
        """read, write or diff."""
        return self.run("zha-nvram", operation, name,
                        [BIN / "zha-nvram", operation, file, "--port",
                         f"tcp://127.0.0.1:{self.proxies[name].port}", *options])

    def zigpy(self, module, name, *argv):
        """A module of zigpy_znp.tools: nvram_read -o FILE, nvram_write -i FILE, energy_scan."""
        return self.run("zigpy-znp", module, name,
                        [ZIGPY, "-B", "-m", f"zigpy_znp.tools.{module}",
                         f"socket://127.0.0.1:{self.proxies[name].port}", *argv])

    def zigpy_forms(self, name, *argv):
        """Its command line for that is gone; its library still does it, for programs around it."""
        return json.loads(self.run("zigpy-znp", "form_network", name, [
            ZIGPY, "-B", pathlib.Path(__file__).parent / "zigpy_form.py",
            f"socket://127.0.0.1:{self.proxies[name].port}", *argv]))

    def info(self, name):
        """{field: text} as zha-nvram tells it."""
        lines = self.run("zha-nvram", "info", name,
                         [BIN / "zha-nvram", "info", "--port",
                          f"tcp://127.0.0.1:{self.proxies[name].port}"]).splitlines()
        return {line[:15].strip(): line[15:].strip() for line in lines}

    def stop(self):
        for proxy in self.proxies.values():
            proxy.stop()
        self.dongles.stop()


def images(bench, name):
    """{title: file} of images to work with: the real dumps below $ZHA_NVRAM_DUMPS, or else one of a
    network that zigpy-znp makes on dongle `name`."""
    source = os.environ.get("ZHA_NVRAM_DUMPS")
    if source:
        found = {dump: pathlib.Path(source) / dump for dump in DUMPS}
        return {dump: file for dump, file in found.items() if file.exists()}
    file = bench.directory / "made.json"
    backup = bench.directory / "backup.json"
    backup.write_text(json.dumps(open_backup()))
    bench.zigpy("network_restore", name, "-i", backup)
    bench.dongles.start_network_once(name)
    bench.zigpy("nvram_read", name, "-o", file)
    return {"made by zigpy-znp": file}


def derived_key(seed, shift, ieee):
    """The link key a trust center gives to a device."""
    rotated = seed[shift:] + seed[:shift]
    return bytes(a ^ b for a, b in zip(rotated, bytes.fromhex(ieee)[::-1] * 2)).hex()


def open_backup():
    """A network of nobody, in the format that the tools of zigpy share."""
    devices = [{"ieee_address": f"00124b00aabb{i:04x}", "nwk_address": f"{0x1000 + i:04x}",
                "is_child": i < 2, "link_key": {"key": secrets.token_hex(16), "tx_counter": 5 * i,
                                                "rx_counter": 7 * i}} for i in range(1, 4)]  # as many keys as there is room for
    return {"metadata": {"format": "zigpy/open-coordinator-backup", "version": 1,
                         "source": "test@1", "internal": {}},
            "stack_specific": {"zstack": {"tclk_seed": secrets.token_hex(16)}},
            "coordinator_ieee": "00124b00aabbccdd", "pan_id": "beef",
            "extended_pan_id": "0102030405060708", "nwk_update_id": 0, "security_level": 5,
            "channel": 15, "channel_mask": [15], "devices": devices,
            "network_key": {"key": secrets.token_hex(16), "sequence_number": 0,
                            "frame_counter": 4242}}
