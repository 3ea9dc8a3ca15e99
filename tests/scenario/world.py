"""The running system of a scenario: five hosts on a bad network, an emulated air, real programs."""
import json
import os
import pathlib
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import uuid

import twin
import yaml

from broker import CLUSTER, Broker
from cluster import DONGLES, NODES, ROOT, Cluster
from hosts import ADDRESS, NAMES, Hosts
from mqtt_client import MqttClient
from net import free_ports
from processes import Failure, command_line, descendants, send_signal, stat_fields, wait_for
from sshd import Sshd, make_key
from stage import BIN, Stage
from traps import TrapReceiver

DISK = "96m"  # of each node: snapshots, journals, zigbee2mqtt's data
HERE = pathlib.Path(__file__).resolve().parent
# So long that nothing that moves before it was allowed to by the clock.
FENCED_HOLD_DOWN = "40s"
# The id of a kernel's boot is the one thing here that a namespace does not give to each host.
OWN_BOOT = 'mount --bind "$1" /proc/sys/kernel/random/boot_id && shift && exec "$@"'
# A lease that outlasts the broker's look for silent clients (docs/configuration.md, `hold`).
TIMING = {"lease": "12s", "hold_down": "19s", "restart_window": "20s"}


class World(Stage):
    """A Stage whose hosts are apart. Everything is started by the name of its host."""

    def __init__(self, directory, options=frozenset()):
        super().__init__(directory)
        self.options = options  # what a scenario wants of its world, dsl.OPTIONS
        self.hosts = None
        self.running = {}  # (what, host): Process
        self.deaf = False  # no air check before a promotion
        self.frozen = set()  # pids that we stopped with SIGSTOP

    # -- setting up -------------------------------------------------------------------------------
    def prepare(self, sshd=True):
        self.hosts = Hosts(self.processes)
        for node in NODES:
            self.make_disk(node)
            self.new_boot(node)
        self.start_simulator()
        self.broker = Broker(self.on("broker"), self.directory / "broker", NODES, ADDRESS["broker"])
        self.running["broker", "broker"] = self.broker.start()
        community = secrets.token_hex(8)
        self.traps = TrapReceiver(self.on("broker"), self.directory / "traps", community,
                                  ROOT / "mibs", ADDRESS["broker"])
        self.traps.start()
        ports = self.start_sshds()
        self.cluster = Cluster(self.directory, self.sim, self.broker, self.traps, community, ports,
                               {node: ADDRESS[node] for node in NODES})
        for node in NODES:
            self.make_outlet(node)
        for user in self.cluster.files:
            self.adapt(self.cluster.files[user])
        self.secrets = {}
        self.mqtt = MqttClient(self.broker.port, "observer", self.broker.passwords["observer"],
                               ["zha/#", "zigbee2mqtt/#"], self.note, ADDRESS["broker"])

    def start_daemons(self):
        self.start_python("record", "observer", self.record_file)
        for controller in self.controllers():
            self.start_what(controller, controller)
        for node in NODES:
            self.start_what("agent", node)
        self.start_python("prober", "prober", self.prober_file)

    def make_disk(self, node):
        disk = self.directory / node
        disk.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", str(disk)],
                       check=True, stdin=subprocess.DEVNULL)

    def adapt(self, file):
        """Shorter timings than the example's, and as many moves as a run of scenarios needs."""
        config = yaml.safe_load(file.read_text())
        config["timing"].update(TIMING)
        config["controller"]["max_moves"] = 0
        adapt_to(config, self.options, self.directory)
        if self.deaf:
            config["air_check"] = "off"
        file.write_text(yaml.safe_dump(config, sort_keys=False))

    def make_outlet(self, node):
        """What takes the node's power away for the controller, see outlet.py."""
        self.set_outlet(node, "obeys")
        self.outlet_file(node).write_text(json.dumps({
            "ctl": [str(BIN / "zha-sim"), "ctl", "--dir", str(self.sim), "--json"],
            "dongle": self.dongle(node), "holder": self.hosts.holders[node].pid,
            "mood": str(self.directory / f"outlet-{node}.mood")}))

    def outlet_file(self, node):
        return self.directory / f"outlet-{node}.json"

    def set_outlet(self, node, mood):
        (self.directory / f"outlet-{node}.mood").write_text(mood)

    def on(self, host):
        """Processes whose programs run on `host`."""
        return _OnHost(self.processes, self.hosts, host)

    def start_sshds(self):
        keys = {node: make_key(self.directory / node / "id") for node in NODES}
        ports = dict(zip(NODES, free_ports(len(NODES))))
        for node, peer in zip(NODES, reversed(NODES)):
            sshd = Sshd(self.on(node), f"{node}-sshd", self.directory / node / "sshd", ports[node],
                        keys[peer], ADDRESS[node])
            self.sshds.append(sshd)
            self.running["sshd", node] = sshd.start()
            (self.directory / peer / "known_hosts").write_text(sshd.known_hosts_line())
        return ports

    def start_python(self, name, user, output):
        self.processes.start(name, [sys.executable, "-B", ROOT / f"tests/e2e/{name}.py",
                                    self.broker.port, self.broker.password_files[user], output,
                                    ADDRESS["broker"]])

    def dongles(self):
        return [*super().dongles(), *([twin.DONGLE] if "copy" in self.options else [])]

    def boot_file(self, host):
        return self.directory / f"boot-of-{host}"

    def new_boot(self, host):
        """What is started there from now on runs on a kernel that was started again."""
        self.boot_file(host).write_text(f"{uuid.uuid4()}\n")

    def start_agent(self, node, host=None, name=None, file=None):
        host = host or node
        shim = ROOT / "build/lib/libzha-pty-lines.so"
        env = {"LD_PRELOAD": str(shim), "ZHA_PTY_LINES": f"{self.sim}/lines.sock"}
        kernel = ["unshare", "--mount", "sh", "-c", OWN_BOOT, "sh", self.boot_file(host)]
        return self.start_daemon_on(host, "zha-agent", node, ["--node", node, "--config"],
                                    name or f"{node}-agent", env, file, kernel)

    def start_daemon_on(self, host, program, user, flags, name, env=None, file=None, before=()):
        home = self.directory / "home"
        home.mkdir(exist_ok=True)
        # The helper library must not be loaded into nsenter: `env` sets it inside.
        inside = [*before, "env", *(f"{key}={value}" for key, value in (env or {}).items())]
        return self.on(host).start(
            name, [*inside, BIN / program, *flags, file or self.cluster.files[user]],
            env={"HOME": str(home), "SNMP_PERSISTENT_DIR": str(home)}, append=True)

    def copy_host(self, node):
        self.running["agent", twin.HOST] = twin.start(self, node)

    def remove_copy(self):
        self.kill_what("host", twin.HOST)

    # -- programs by name -------------------------------------------------------------------------
    def start_what(self, what, host):
        known = self.running.get((what, host))
        if known and known.running():
            return
        if what == "agent":
            process = self.agents[host] = self.start_agent(host)
        elif what in self.controllers():
            flags = ["--spare", "--config"] if what == "spare" else ["--config"]
            process = self.start_daemon_on(what, "zha-controller", "controller", flags, what)
        elif what == "broker":
            process = self.broker.start()
        elif what == "sshd":
            process = next(s for s in self.sshds if s.name == f"{host}-sshd").start()
        else:
            raise Failure(f"{what} cannot be started")
        self.running[what, host] = process

    def pids(self, what, host):
        """Pids of a program; [] when it does not run."""
        if what == "host":
            return [pid for (_, place), process in self.running.items()
                    if place == host and process.running()
                    for pid in (process.pid, *descendants(process.pid))] + self.strays(host)
        if what == "worker":
            return self.workers(host)
        if what == "zigbee2mqtt":
            return [pid for pid in (self.zigbee2mqtt_pid(host),) if pid]
        process = self.running.get((what, host))
        return [process.pid] if process and process.running() else []

    def strays(self, host):
        """What its parent left behind on a host: a child of ours now, still in that namespace."""
        wanted = os.readlink(f"/proc/{self.hosts.holders[host].pid}/ns/net")
        known = {process.pid for process in self.processes.started}
        found = []
        for pid in descendants(os.getpid()):
            try:
                if pid not in known and os.readlink(f"/proc/{pid}/ns/net") == wanted:
                    found.append(pid)
            except OSError:
                pass
        return found

    def workers(self, node):
        guard = self.agents[node].pid
        return [pid for pid in descendants(guard)
                if (stat_fields(pid)[1:2] == [str(guard)] and "--node" in command_line(pid))]

    def zigbee2mqtt_pid(self, node):
        for pid in self.strays(node):
            line = command_line(pid)
            if "zigbee2mqtt/index.js" in line and not line.startswith("/usr/bin/env"):
                return pid
        return 0

    def signal_what(self, number, what, host):
        pids = sorted(set(self.pids(what, host)))
        if not pids:
            raise Failure(f"{what} does not run on {host}")
        for pid in pids:
            send_signal(pid, number)
            (self.frozen.add if number == signal.SIGSTOP else self.frozen.discard)(pid)
        return pids

    def thaw_pid(self, pid):
        send_signal(pid, signal.SIGCONT)
        self.frozen.discard(pid)

    def thaw_all(self):
        for pid in list(self.frozen):
            self.thaw_pid(pid)

    def stop_what(self, what, host):
        """Ends it the way an administrator does, and waits for that."""
        pids = self.signal_what(signal.SIGTERM, what, host)
        for pid in pids:  # a frozen one could not end
            self.thaw_pid(pid)
        self.wait_gone(pids, f"{what} on {host} ends", 120)

    def kill_what(self, what, host):
        self.wait_gone(self.signal_what(signal.SIGKILL, what, host), f"{what} on {host} is gone", 20)

    def wait_gone(self, pids, text, seconds):
        for process in self.running.values():
            process.popen.poll()
        wait_for(text, lambda: not any(self.alive(pid) for pid in pids), seconds)

    @staticmethod
    def alive(pid):
        return stat_fields(pid)[:1] not in ([], ["Z"])

    # -- disks ------------------------------------------------------------------------------------
    def fill_disk(self, node):
        with open(self.directory / node / "ballast", "wb", buffering=0) as ballast:
            try:
                while ballast.write(b"\0" * 4096):
                    pass
            except OSError:
                pass

    def free_disk(self, node):
        (self.directory / node / "ballast").unlink(missing_ok=True)

    # -- looking ----------------------------------------------------------------------------------
    def controllers(self):
        return ["controller", "spare"] if "spare" in self.options else ["controller"]

    def role(self, which):
        """Of the controller or the spare one, by its own word and its will at the broker."""
        topic = {"controller": "controller", "spare": "controller-spare"}[which]
        return {"online": "acts", "standby": "stands-by"}.get(
            self.mqtt.json(f"{CLUSTER}/{topic}/status").get("state"), "gone")

    def acting(self):
        """Does a controller act?"""
        return any(self.role(which) == "acts" for which in self.controllers())

    def fresh_report(self, node):
        """The node's report if it is a living node's: not older than three heartbeats."""
        heard = self.mqtt.heard_since(f"{CLUSTER}/node/{node}/report", time.monotonic() - 3.0)
        return self.report(node) if heard else {}

    def state_document(self):
        return self.mqtt.json(f"{CLUSTER}/state")

    def run_cli(self, *argv, seconds=260):
        """Runs zha-switchover; returns (exit code, output)."""
        try:
            done = subprocess.run(self.switchover_command(*argv), stdin=subprocess.DEVNULL,
                                  text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"zha-switchover {argv[0]} did not end in {seconds} s") from None
        return done.returncode, done.stdout

    def begin_cli(self, *argv):
        return self.processes.start(f"cli-{int(time.monotonic() * 1000)}", self.switchover_command(*argv))

    def history(self, limit=100):
        """Newest first. Of two controllers each has its own: then both, with the name of each."""
        told = []  # by a controller that may be about to take over

        def ask():
            told[:] = self.run_cli("--json", "history", "--limit", str(limit), seconds=20)
            return told[0] == 0

        wait_for("a controller tells its history", ask, 30)
        text = told[1]
        if "spare" not in self.options:
            return json.loads(text)
        lines = [line for name in self.controllers() for line in self.history_of(name, limit)]
        return sorted(lines, key=lambda line: line["at"], reverse=True)

    def history_of(self, controller, limit):
        """Out of its file: the one that stands by does not answer."""
        file = self.directory / controller / "history.sqlite"
        if not file.exists():
            return []
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)
        try:
            connection.row_factory = sqlite3.Row
            rows = connection.execute("SELECT * FROM history ORDER BY id DESC LIMIT ?", (limit,))
            return [{**dict(row), "from": row["from_node"], "to": row["to_node"],
                     "by": controller} for row in rows]
        except sqlite3.Error as error:
            raise Failure(f"history of the {controller}: {error}") from None
        finally:
            connection.close()

    def stop(self):
        self.thaw_all()
        super().stop()
        for node in NODES:
            subprocess.run(["umount", "--lazy", str(self.directory / node)], check=False,
                           stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class _OnHost:
    """Processes.start(), on one host."""

    def __init__(self, processes, hosts, host):
        self.processes, self.prefix = processes, hosts.inside(host)

    def start(self, name, argv, **options):
        return self.processes.start(name, [*self.prefix, *argv], **options)


def adapt_to(config, options, directory):
    """Writes what a scenario wants into the configuration."""
    if "spare" in options:
        config["controller"]["spare"] = {"state": str(directory / "spare")}
    for moves in [option.split()[1] for option in options if option.startswith("max-moves ")]:
        config["controller"]["max_moves"] = int(moves)
    if "failback preempt" in options:
        config["controller"].update(failback="preempt", preempt_delay="10s")
        for node in config["nodes"]:
            node["priority"] = 10 if node["name"] == NODES[0] else 0
    for word in [option.split()[1] for option in options if option.startswith("fencing ")]:
        config["fencing"] = word
        config["timing"]["hold_down"] = FENCED_HOLD_DOWN
        for node in config["nodes"]:
            node["fence"] = {"driver": "exec", "command": [
                sys.executable, "-B", str(HERE / "outlet.py"),
                str(directory / f"outlet-{node['name']}.json")]}


def fresh(directory, options=frozenset()):
    shutil.rmtree(directory, ignore_errors=True)
    pathlib.Path(directory).mkdir(parents=True)
    return World(directory, options)


__all__ = ["World", "fresh", "NAMES", "NODES", "DONGLES"]
