"""Everything the demo runs on: the emulated air, the broker, two SSH servers, the trap receiver,
the controller, two agents, the prober and the recorder."""
import json
import pathlib
import secrets
import subprocess
import sys
import time

from air import Air
from broker import CLUSTER, Broker
from cluster import DONGLES, NODES, ROOT, Cluster
from mqtt_client import MqttClient
from net import free_ports
from processes import Failure, Processes, command_line, descendants, wait_for
from prober import read_times
from sshd import Sshd, make_key
from traps import TrapReceiver

BIN = ROOT / "build/bin"
SHIM = "libzha-pty-lines.so"  # lets the emulator's pseudo-terminals pass as serial ports


class Stage:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.sim = self.directory / "sim"
        self.sim.mkdir(parents=True)
        self.witness = self.directory / "witness.jsonl"
        self.prober_file = self.directory / "prober.jsonl"
        self.record_file = self.directory / "mqtt.log"
        self.processes = Processes(self.directory / "logs")
        self.agents, self.sshds, self.mqtt = {}, [], None
        self.events = []
        self.on_air_seen, self.on_air_asked = [], 0.0

    # -- setting up -------------------------------------------------------------------------------
    def start(self):
        self.prepare()
        self.start_daemons()

    def start_daemons(self):
        self.start_python("record", "observer", self.record_file)
        self.start_daemon("zha-controller", "controller", ["--config"])
        for node in NODES:
            self.start_agent(node)
        self.start_python("prober", "prober", self.prober_file)

    def prepare(self, sshd=True):
        """Everything that our daemons need, and their configuration."""
        self.start_simulator()
        self.broker = Broker(self.processes, self.directory / "broker", NODES)
        self.broker.start()
        community = secrets.token_hex(8)
        self.traps = TrapReceiver(self.processes, self.directory / "traps", community,
                                  ROOT / "mibs")
        self.traps.start()
        ports = self.start_sshds() if sshd else dict.fromkeys(NODES, 1)
        self.cluster = Cluster(self.directory, self.sim, self.broker, self.traps, community, ports)
        self.secrets = {f"password of {user}": [word]
                        for user, word in self.broker.passwords.items()}
        self.secrets["SNMP community"] = [community]
        self.mqtt = MqttClient(self.broker.port, "observer", self.broker.passwords["observer"],
                               ["zha/#", "zigbee2mqtt/#"], self.note)

    def start_simulator(self):
        argv = [BIN / "zha-sim", "run", "--dir", self.sim, "--witness", self.witness,
                "--latency-ms", "3", "--seed", "1"]
        for dongle in self.dongles():
            argv += ["--dongle", f"{dongle},nv={self.sim}/{dongle}.nv.json"]
        simulator = self.processes.start("zha-sim", argv)
        for dongle in self.dongles():
            wait_for(f"port of dongle {dongle}", (self.sim / f"ttyZHA-{dongle}").exists, 10,
                     alive=[simulator])

    def start_sshds(self):
        """Every node lets the other one in, and knows the other one's host key only."""
        keys = {node: make_key(self.directory / node / "id") for node in NODES}
        ports = dict(zip(NODES, free_ports(len(NODES))))
        for node, peer in zip(NODES, reversed(NODES)):
            sshd = Sshd(self.processes, f"{node}-sshd", self.directory / node / "sshd", ports[node],
                        keys[peer])
            self.sshds.append(sshd)
            sshd.start()
            (self.directory / peer / "known_hosts").write_text(sshd.known_hosts_line())
        return ports

    def start_python(self, name, user, output):
        self.processes.start(name, [sys.executable, "-B", ROOT / f"tests/e2e/{name}.py",
                                    self.broker.port, self.broker.password_files[user], output])

    def start_daemon(self, program, user, flags, name=None, env=None):
        home = self.directory / "home"
        home.mkdir(exist_ok=True)
        return self.processes.start(
            name or program, [BIN / program, *flags, self.cluster.files[user]],
            env={"HOME": str(home), "SNMP_PERSISTENT_DIR": str(home), **(env or {})})

    def start_agent(self, node):
        shim = next((p for p in (ROOT / "build/lib" / SHIM, ROOT / "build/tests" / SHIM,
                                 BIN / SHIM) if p.exists()), None)
        env = {"LD_PRELOAD": str(shim), "ZHA_PTY_LINES": f"{self.sim}/lines.sock"} if shim else {}
        self.agents[node] = self.start_daemon("zha-agent", node, ["--node", node, "--config"],
                                              name=f"{node}-agent", env=env)

    # -- looking ----------------------------------------------------------------------------------
    def note(self, _now, topic, payload, _retained):
        if topic == "zigbee2mqtt/bridge/event":
            try:
                self.events.append(json.loads(payload))
            except ValueError:
                pass

    def trap_count(self):
        return len(self.traps.traps())

    def dongles(self):
        return list(DONGLES.values())

    @staticmethod
    def dongle(node):
        return DONGLES[node]

    def report(self, node):
        return self.mqtt.json(f"{CLUSTER}/node/{node}/report") if self.mqtt else {}

    def state(self, node):
        return self.report(node).get("state")

    def ctl(self, *argv):
        """Runs `zha-sim ctl`; returns its JSON."""
        done = subprocess.run([BIN / "zha-sim", "ctl", "--dir", self.sim, "--json", *argv],
                              capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise Failure(f"zha-sim ctl {' '.join(argv)}: {(done.stderr or done.stdout).strip()}")
        return json.loads(done.stdout or "null")

    def air(self):
        return Air.of(self.ctl("air"))

    def switchover_command(self, *argv):
        return [BIN / "zha-switchover", "--config", self.cluster.files["cli"], *argv]

    def zigbee2mqtt_pid(self, node):
        """The process that is zigbee2mqtt among the agent's descendants; 0 when there is none."""
        for pid in descendants(self.agents[node].pid):
            line = command_line(pid)
            if "zigbee2mqtt/index.js" in line and not line.startswith("/usr/bin/env"):
                return pid
        return 0

    def facts(self):
        """For the status table; asks the simulator at most once a second."""
        now = time.monotonic()
        if now - self.on_air_asked > 1.0:
            self.on_air_asked = now
            self.on_air_seen = self.air().on_air
        times = read_times(self.prober_file) if self.prober_file.exists() else []
        return ({node: self.report(node) for node in NODES},
                now - times[-1] if times else None, self.on_air_seen)

    # -- taking down ------------------------------------------------------------------------------
    def stop(self):
        if self.mqtt:
            self.mqtt.stop()
        self.processes.stop_all()
        for sshd in self.sshds:
            sshd.clean_up()
