"""The steps of the demo. Each one acts, waits for the result, and proves it on the devices."""
import queue
import signal
import subprocess
import threading
import time

from cluster import NODES
from processes import Failure, send_signal, wait_for
from prober import longest_gap, read_times

DEVICES = {"plug": "plug", "bulb": "bulb", "sensor": "sensor"}  # name: kind
NEVER_ON_AIR = ("fenced", "catchingup", "standby", "maintenance", "fault")


class Story:
    STEPS = 6

    def __init__(self, stage, screen):
        self.stage, self.screen = stage, screen
        self.rows = []
        self.plug_on = False
        self.ieee = {}

    def run(self):
        self.step("form a network on node-a", self.form)
        self.step("join three devices", self.join)
        self.step("planned switchover to node-b", self.planned)
        self.step("dongle of node-b pulled", self.unplugged)
        self.step("zigbee2mqtt killed, 1st time", self.killed_once)
        self.step("zigbee2mqtt killed, 2nd time", self.killed_twice)

    # -- steps ------------------------------------------------------------------------------------
    def form(self):
        for node in NODES:
            self.wait(f"{node} is fenced and reports a blank dongle", 60,
                      lambda n=node: self.stage.report(n).get("blank"))
        self.command("form", "--on", "node-a", "--yes")
        self.wait_active("node-a")

    def join(self):
        mqtt = self.stage.mqtt
        mqtt.publish("zigbee2mqtt/bridge/request/permit_join", {"time": 254})
        self.wait("the network is open", 10,
                  lambda: mqtt.json("zigbee2mqtt/bridge/response/permit_join"))
        for name, kind in DEVICES.items():
            self.stage.ctl("add", kind, name)
            self.stage.ctl("pair", name)
            self.ieee[name] = self.wait(f"{name} is interviewed", 60, self.newly_interviewed)
            mqtt.publish("zigbee2mqtt/bridge/request/device/rename",
                         {"from": self.ieee[name], "to": name})
            self.wait(f"{name} has its name", 10, lambda n=name: f'"{n}"' in
                      mqtt.text("zigbee2mqtt/bridge/devices"))
            self.screen.line(f"  {name} joined as {self.ieee[name]}")
        mqtt.publish("zigbee2mqtt/bridge/request/permit_join", {"time": 0})
        self.prove("node-a")

    def planned(self):
        self.wait_ready("node-b")
        self.command("switchover", "--to", "node-b", "--yes")
        self.prove("node-b")

    def unplugged(self):
        self.wait_ready("node-a")
        self.screen.line("  pulling the dongle of node-b")
        self.stage.ctl("unplug", "b")
        self.wait_active("node-a", 180)
        self.prove("node-a")

    def killed_once(self):
        self.screen.line("  plugging the dongle of node-b in again")
        self.stage.ctl("plug", "b")
        self.wait_ready("node-b")
        self.restart_step_clock()
        self.kill("node-a")
        self.prove("node-a")

    def killed_twice(self):
        self.kill("node-a")
        self.wait_active("node-b", 180)
        self.prove("node-b")

    # -- what steps are made of -------------------------------------------------------------------
    def wait(self, what, seconds, condition):
        return wait_for(what, condition, seconds, tick=self.screen.tick,
                        alive=list(self.stage.processes.started))

    def wait_active(self, node, seconds=120):
        self.wait(f"{node} is active", seconds, lambda: self.stage.state(node) == "active")

    def wait_ready(self, node):
        self.wait(f"{node} is standby and ready", 120, lambda: self.stage.report(node).get("ready"))

    def newly_interviewed(self):
        for event in list(self.stage.events):
            data = event.get("data", {})
            if (event.get("type") == "device_interview" and data.get("status") == "successful"
                    and data.get("ieee_address") not in self.ieee.values()):
                return data["ieee_address"]
        return None

    def kill(self, node):
        pid = self.wait(f"zigbee2mqtt runs on {node}", 10,
                        lambda: self.stage.zigbee2mqtt_pid(node))
        self.screen.line(f"  kill -9 of zigbee2mqtt on {node}")
        send_signal(pid, signal.SIGKILL)
        self.wait("the process is gone", 10, lambda: self.stage.zigbee2mqtt_pid(node) != pid)

    def command(self, *argv):
        """Runs zha-switchover, shows its lines, and fails when it does."""
        self.screen.line(f"  $ zha-switchover {' '.join(argv)}")
        process = subprocess.Popen(self.stage.switchover_command(*argv), stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)
        lines = queue.Queue()

        def read():
            for text in process.stdout:
                lines.put(text.rstrip())

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        last = ""

        def ended():
            nonlocal last
            gone = process.poll() is not None and not reader.is_alive()
            while not lines.empty():
                last = lines.get()
                self.screen.line(f"    {last}")
            return gone

        try:
            self.wait(f"zha-switchover {argv[0]} ends", 240, ended)
        finally:
            if process.poll() is None:
                process.kill()
        if process.returncode != 0:
            raise Failure(f"zha-switchover {argv[0]} ended with status {process.returncode}: {last}")

    def prove(self, node):
        """All three devices answer through `node`, which alone may be on the air."""
        self.wait_active(node)
        self.wait("zigbee2mqtt is online", 60,
                  lambda: self.stage.mqtt.json("zigbee2mqtt/bridge/state").get("state") == "online")
        since = time.monotonic()
        self.wait("the bulb answers", 60,
                  lambda: sum(t > since for t in read_times(self.stage.prober_file)) >= 2)
        self.plug_on = not self.plug_on
        wanted = "ON" if self.plug_on else "OFF"
        self.stage.mqtt.publish("zigbee2mqtt/plug/set", {"state": wanted})
        self.wait(f"the plug is {wanted}", 20, lambda: self.stage.mqtt.heard_since(
            "zigbee2mqtt/plug", since) and self.stage.mqtt.json("zigbee2mqtt/plug").get("state")
            == wanted)
        self.stage.ctl("report", "sensor")
        self.wait("the sensor's report arrives", 20,
                  lambda: self.stage.mqtt.heard_since("zigbee2mqtt/sensor", since))
        other = next(n for n in NODES if n != node)
        self.wait(f"{other} is off the air", 60,
                  lambda: self.stage.state(other) in NEVER_ON_AIR)
        on_air = self.stage.air().on_air
        if on_air != (self.stage.dongle(node),):
            raise Failure(f"on the air: {on_air}, expected the dongle of {node} alone")

    def restart_step_clock(self):
        """What came before in this step was preparation and does not count into its gap."""
        self.began = time.monotonic()

    def step(self, name, act):
        self.screen.line(name)
        before = self.stage.air()
        traps = self.stage.trap_count()
        self.restart_step_clock()
        row = {"name": name, "ok": False, "gap_s": None}
        self.rows.append(row)
        try:
            act()
            row["ok"] = True
        finally:
            end = time.monotonic()
            times = read_times(self.stage.prober_file)
            if times and times[0] < self.began:
                row["gap_s"] = round(longest_gap(times, self.began, end), 2)
            after = self.stage.air()
            row["formed"] = after.formed - before.formed
            row["rejoined"] = after.rejoined - before.rejoined
            row["overlap_ms"] = after.overlap_ms
            row["traps"] = self.stage.trap_count() - traps
        self.screen.line("  done" + (f", service gap {row['gap_s']} s" if row["gap_s"] else ""))
