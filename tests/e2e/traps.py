"""A real snmptrapd on loopback that writes every trap to a file, one line each."""
import pathlib
import shutil
import socket

from net import HOST, free_ports
from processes import wait_for


class TrapReceiver:
    def __init__(self, processes, directory, community, mibs, host=HOST):
        self.processes, self.host = processes, host
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_ports(1, socket.SOCK_DGRAM)[0]
        self.file = self.directory / "traps.log"
        self.mibs = pathlib.Path(mibs)
        config = self.directory / "snmptrapd.conf"
        config.touch(mode=0o600)
        config.write_text(f"authCommunity log {community}\n"
                          "format2 TRAP %V|%v\\n\n"
                          "[snmp] noPersistentLoad yes\n[snmp] noPersistentSave yes\n")
        self.config = config

    def start(self):
        mibs = []
        if list(self.mibs.glob("*.txt")):
            mibs = ["-M", f"{self.mibs}:{self.mibs}/base:/usr/share/snmp/mibs", "-m",
                    "ZIGBEE-HA-MIB"]
        process = self.processes.start(
            "snmptrapd", [shutil.which("snmptrapd", path="/usr/sbin:/usr/bin"), "-f", "-C",
                          "-c", self.config, "-Lf", self.file, *mibs, f"udp:{self.host}:{self.port}"],
            env={"SNMP_PERSISTENT_DIR": str(self.directory)})
        wait_for("snmptrapd is up", lambda: "NET-SNMP version" in self.text(), 10, alive=[process])

    def text(self):
        return self.file.read_text(errors="replace") if self.file.exists() else ""

    def traps(self):
        """The varbinds of each trap received so far, as one line."""
        return [line[5:] for line in self.text().splitlines() if line.startswith("TRAP ")]
