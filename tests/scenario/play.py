"""Does the lines of a scenario: one method for each verb of dsl.py, each bounded by a deadline."""
import operator
import re
import signal
import time

from broker import CLUSTER
from checks import moves, untruths
from cluster import NODES
from hosts import ADDRESS, NAMES
from processes import Failure, wait_for
from prober import read_times

PATIENCE = 60
COMPARE = {"==": operator.eq, "!=": operator.ne, "<=": operator.le, ">=": operator.ge,
           "<": operator.lt, ">": operator.gt}
# (verb of a scenario): arguments of zha-switchover; NODE is replaced
COMMANDS = {"pause": ["pause"], "resume-moves": ["resume"],
            "maintenance": ["maintenance", "NODE", "--allow-failover"],
            "maintenance-stop": ["maintenance", "NODE", "--stop"],
            "maintenance-off": ["maintenance", "NODE", "--off"],
            "clear-fault": ["clear-fault", "NODE"],
            "switchover": ["switchover", "--to", "NODE", "--yes"],
            "drill": ["drill", "--to", "NODE", "--yes"],
            "failover": ["failover", "--to", "NODE", "--yes"]}


def swap(text):
    """node-a for node-b and the other way round."""
    return text and re.sub("node-[ab]", lambda m: NODES[1 - NODES.index(m.group())], text)


class Play:
    """`screen`: shows a line, and the table in between. `witness`: where the truth is."""

    def __init__(self, world, witness, screen):
        self.world, self.witness, self.screen = world, witness, screen
        self.thaws = []  # (when, pids): what was frozen for a while
        self.plug_on = False
        self.swapped = False  # the scenario's node-a is our node-b, and the other way round
        self.begin()

    def begin(self):
        """What happens from now on belongs to the scenario."""
        self.mark = self.witness.mark()
        self.history_marks = {}
        for line in self.world.history():
            by = line.get("by")
            self.history_marks[by] = max(line["id"], self.history_marks.get(by, 0))

    def run(self, line):
        arguments = line.arguments
        if self.swapped:
            arguments = {name: swap(value) for name, value in arguments.items()}
        getattr(self, line.method)(**arguments)

    # -- waiting ----------------------------------------------------------------------------------
    def wait(self, what, condition, seconds=PATIENCE):
        return wait_for(what, condition, float(seconds or PATIENCE), tick=self.tick)

    def tick(self):
        now = time.monotonic()
        for entry in [e for e in self.thaws if e[0] <= now]:
            self.thaws.remove(entry)
            for pid in entry[1]:
                self.world.thaw_pid(pid)
        self.screen.tick()

    def let_pass(self, seconds):
        end = time.monotonic() + float(seconds)
        self.wait("time passes", lambda: time.monotonic() >= end, float(seconds) + 5)

    def is_state(self, node, state):
        report = self.world.fresh_report(node)
        if state == "unreachable":
            return not next((n.get("reachable") for n in self.world.state_document()
                             .get("nodes", []) if n.get("name") == node), True)
        if not report:
            return False
        if state == "ready":
            return report.get("state") == "standby" and bool(report.get("ready"))
        if state == "not-ready":
            return not report.get("ready")
        return report.get("state") == state

    def wait_state(self, node, state, seconds):
        self.wait(f"{node} {state} (it is {self.world.state(node)})",
                  lambda: self.is_state(node, state), seconds)

    def wait_on_air(self, who, seconds):
        self.wait(f"on the air: {who}", lambda: self.witness.on_air() == self.wanted(who), seconds)

    def wait_settled(self, seconds):
        self.wait("one node is active and alone on the air, and nothing is moving", self.settled,
                  seconds)

    def settled(self):
        """By living reports and by the witness, with an answer of zigbee2mqtt to the prober."""
        document = self.world.state_document()
        on_air = self.witness.on_air()
        return (len(on_air) == 1 and self.is_state(on_air[0], "active")
                and document.get("active") == on_air[0]
                and document.get("controller", {}).get("state") == "steady"
                and (read_times(self.world.prober_file) or [0])[-1] > time.monotonic() - 2.0)

    def wait_online(self, seconds):
        self.wait("zigbee2mqtt is online", lambda: self.world.mqtt.json("zigbee2mqtt/bridge/state")
                  .get("state") == "online", seconds)

    def wait_history(self, text, seconds):
        self.wait(f"the history has: {text}", lambda: self.in_history(text), seconds)

    def wait_role(self, which, role, seconds):
        self.wait(f"{which} {role} (it {self.world.role(which)})",
                  lambda: self.world.role(which) == role, seconds)

    def wait_controller(self, state, seconds):
        """The state stays at the broker without a controller: one has to be there, too."""
        self.wait(f"controller {state}", lambda: self.world.acting() and self.world.state_document()
                  .get("controller", {}).get("state") == state, seconds)

    def keep(self, node, seconds):
        """Alone on the air all the time, but for a restart in place (nobody for a while)."""
        end = time.monotonic() + float(seconds)
        mark = self.witness.mark()
        while time.monotonic() < end:
            others = [n for n in (*self.witness.on_air(), *self.witness.ups(mark)) if n != node]
            if others:
                raise Failure(f"on the air: {others[0]}")
            self.tick()
            time.sleep(0.1)
        self.expect_on_air(node)

    # -- programs and hosts -----------------------------------------------------------------------
    @staticmethod
    def host_of(what, host):
        host = host or (what if what in ("broker", "controller", "spare") else None)
        if host is None:
            raise Failure(f"on which host is the {what}?")
        return host

    def start(self, what, host):
        if what:
            self.world.start_what(what, self.host_of(what, host))

    def stop(self, what, host):
        self.world.stop_what(what, self.host_of(what, host))

    def restart(self, what, host):
        self.stop(what, host)
        self.start(what, host)

    def kill(self, what, host):
        self.world.kill_what(what, self.host_of(what, host))

    def freeze(self, what, host, duration):
        pids = self.world.signal_what(signal.SIGSTOP, what, self.host_of(what, host))
        if duration:
            self.thaws.append((time.monotonic() + float(duration), pids))

    def thaw(self, what, host):
        self.world.signal_what(signal.SIGCONT, what, self.host_of(what, host))

    def power_cut_host(self, node):
        """The dongle is fed by its host: both go at once, nobody is left to tell that it is gone."""
        self.world.signal_what(signal.SIGSTOP, "host", node)
        self.world.ctl("power-cut", self.world.dongle(node))
        self.world.kill_what("host", node)

    def copy_host(self, node):
        self.world.copy_host(node)

    def remove_copy(self):
        self.world.remove_copy()

    def boot(self, node):
        self.world.ctl("plug", self.world.dongle(node))
        self.world.new_boot(node)
        self.world.start_what("sshd", node)
        self.world.start_what("agent", node)

    # -- network ----------------------------------------------------------------------------------
    def cut(self, one, other, oneway):
        self.world.hosts.link(one, other, cut=True)
        if not oneway:
            self.world.hosts.link(other, one, cut=True)

    def isolate(self, host):
        for other in ADDRESS:
            if other != host:
                self.world.hosts.both(host, other, cut=True)

    def heal(self, one, other):
        if one:
            self.world.hosts.both(one, other)
        else:
            self.world.hosts.heal()

    def delay(self, one, other, milliseconds, loss):
        for peer in [other] if other else [name for name in NAMES if name != one]:
            self.world.hosts.both(one, peer, delay_ms=int(milliseconds), loss=int(loss or 0))

    # -- dongles, disks, devices ------------------------------------------------------------------
    def dongle(self, verb, node):
        self.world.ctl(verb, self.world.dongle(node))

    def fail_writes(self, node, count):
        self.world.ctl("fault", self.world.dongle(node), "fail-writes", count)

    def fill(self, node):
        self.world.fill_disk(node)

    def free(self, node):
        self.world.free_disk(node)

    def outlet(self, node, mood):
        self.world.set_outlet(node, mood)

    def device(self, verb, device):
        self.world.ctl(verb, device)

    # -- people -----------------------------------------------------------------------------------
    def cli(self, mood, verb, node):
        words = [node if word == "NODE" else word for word in COMMANDS[verb]]
        if None in words:
            if verb != "failover":
                raise Failure(f"{verb} needs a node")
            words = ["failover", "--yes"]
        if mood == "begin ":
            self.begin_move(words)
            return
        self.run_words(verb, words, mood == "must-fail ")

    def run_words(self, verb, words, must_fail):
        process = self.world.begin_cli(*words)
        self.wait(f"zha-switchover {verb} ends", lambda: not process.running(), 250)
        if (process.popen.returncode != 0) != must_fail:
            last = (process.log.read_text().splitlines() or [""])[-1]
            raise Failure(f"zha-switchover {verb} ended with {process.popen.returncode}: {last}")

    def pause_for(self, seconds):
        self.run_words("pause", ["pause", "--for", f"{seconds}s"], False)

    def begin_move(self, words):
        """Until the controller says that it moves. A standby that stages just now is asked again."""
        due, process = 0.0, None

        def moving():
            nonlocal due, process
            if time.monotonic() >= due and (process is None or not process.running()):
                due = time.monotonic() + 2.0
                process = self.world.begin_cli(*words)
            return self.world.state_document().get("switchover")

        self.wait(f"zha-switchover {words[0]} begins", moving, 20)

    # -- expectations -----------------------------------------------------------------------------
    @staticmethod
    def wanted(who):
        return [] if who == "nobody" else [who]

    def own_history(self):
        return [line for line in self.world.history()
                if line["id"] > self.history_marks.get(line.get("by"), 0)]

    def in_history(self, text):
        try:
            lines = self.own_history()
        except Failure:
            return False  # no broker or controller at this moment
        return any(text in f"{line['kind']} {line['text']} ({line['cause']})" for line in lines)

    def figure(self, name):
        if name == "moves":
            return len(moves(self.own_history()))
        if name == "on-air":
            return len(self.witness.on_air())
        if name == "silence":
            return self.witness.silence_ms(self.mark)
        return self.witness.figures(self.mark)[name]

    def expect_figure(self, figure, operator, number):
        # The controller writes a move down only when zigbee2mqtt is online: a late will may hide that.
        end = time.monotonic() + (40 if figure == "moves" else 0)
        while not COMPARE[operator](found := self.figure(figure), int(number)):
            if time.monotonic() > end:
                raise Failure(f"{figure} is {found:g}")
            self.tick()
            time.sleep(0.2)

    def expect_on_air(self, who):
        if self.witness.on_air() != self.wanted(who):
            raise Failure(f"on the air: {', '.join(self.witness.on_air()) or 'nobody'}")

    def expect_active(self, who):
        active = self.world.state_document().get("active") or "nobody"
        if active != who:
            raise Failure(f"active is {active}")

    def expect_answer(self, device, seconds):
        mqtt, since = self.world.mqtt, time.monotonic()
        topic = f"zigbee2mqtt/{device}"
        if device == "bulb":
            self.wait("the bulb answers", lambda: sum(
                t > since for t in read_times(self.world.prober_file)) >= 2, seconds)
            return
        due = 0.0

        def asked():
            nonlocal due
            now = time.monotonic()
            if now >= due:  # again: what was commanded while nobody listened is lost
                due = now + 3.0
                self.plug_on = not self.plug_on
                if device == "plug":
                    mqtt.publish(f"{topic}/set", {"state": "ON" if self.plug_on else "OFF"})
                else:
                    self.world.ctl("report", device)
            return mqtt.heard_since(topic, since)

        self.wait(f"the {device} answers", asked, seconds)

    def expect_history(self, absent, text):
        if self.in_history(text) != (absent == "has"):
            raise Failure("the history has lines: " + "; ".join(
                line["text"] for line in self.own_history()))

    def expect_truthful(self):
        """A moment of patience: a report takes a heartbeat."""
        wrong = []

        def true():
            nonlocal wrong
            active = self.world.state_document().get("active") or ""
            wrong = untruths(self.own_history(), self.witness.ups_at(self.mark), active,
                             self.witness.on_air())
            return not wrong

        try:
            self.wait("the history is true", true, 6)
        except Failure:
            raise Failure("; ".join(wrong)) from None

    def controller_answers(self):
        try:
            return self.world.history() is not None
        except Failure:
            return False


__all__ = ["Play", "CLUSTER", "NODES", "NAMES"]
