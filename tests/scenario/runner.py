"""Builds a world, brings it back to its base state between scenarios, and judges each of them."""
import dataclasses
import shutil
import time

import twin
from checks import Witness, violations
from cluster import DONGLES, NODES
from dsl import Wrong
from play import Play
from processes import Failure, tail, wait_for
from screen import Screen
from story import Story
from world import fresh

RESET = 200  # seconds
STEADY = 4.0  # a heartbeat more than it takes to miss somebody


@dataclasses.dataclass
class Result:
    name: str
    about: str
    ok: bool
    seconds: float
    figures: dict
    errors: list


class Runner:
    """`directory`: everything is written below it. `watch`: show each step and a live table."""

    def __init__(self, directory, watch=False, say=print):
        self.directory, self.watch, self.say = directory, watch, say
        self.world = self.play = None
        self.built = 0
        self.deaf = False
        self.options = frozenset()  # of the world that is built next

    def build(self):
        """A world with a network, three devices, node-a active and node-b ready."""
        self.close()
        self.built += 1
        began = time.monotonic()
        self.world = fresh(self.directory / f"world-{self.built}", self.options)
        self.screen = Screen(self.world.facts, not self.watch)
        if not self.watch:
            self.screen.line = lambda text="": None
        self.world.deaf = self.deaf
        self.world.prepare()
        self.world.start_daemons()
        story = Story(self.world, self.screen)
        try:
            story.form()
            story.join()
            self.settle()
        except Failure as failure:
            raise Failure(f"the world was not built: {failure}\n{self.logs()}") from None
        self.witness = Witness(self.world.witness, {**DONGLES, "copy": twin.DONGLE})
        self.play = Play(self.world, self.witness, self.screen)
        self.say(f"world ready after {time.monotonic() - began:.0f} s")

    def settle(self):
        """Until node-b holds a snapshot that node-a took after the devices were there."""
        world, before = self.world, self.world.report("node-a").get("snapshot")
        wait_for("node-b holds a snapshot with the devices in it", lambda: (
            world.report("node-a").get("snapshot") not in ("", None, before)
            and world.report("node-b").get("staged") == world.report("node-a").get("snapshot")
            and world.report("node-b").get("ready")), 90, tick=self.screen.tick)

    def close(self):
        if self.world:
            self.screen.erase()
            self.world.stop()
            self.world = None

    def logs(self):
        return "\n".join(f"--- {log.name}\n{tail(log, 12)}" for log in
                         sorted((self.world.directory / "logs").glob("*.log")))

    # -- base state -------------------------------------------------------------------------------
    def heal(self):
        """Ends every fault. What was broken becomes whole; who is active is left as it is."""
        world = self.world
        self.play.thaws.clear()
        world.hosts.heal()
        world.thaw_all()
        for node in NODES:
            dongle = world.dongle(node)
            world.free_disk(node)
            world.set_outlet(node, "obeys")
            world.ctl("fault", dongle, "fail-writes", "0")
            state = next(d for d in world.ctl("dongles") if d["name"] == dongle)
            if not state["plugged"]:
                world.ctl("plug", dongle)
            elif state["hung"]:
                world.ctl("resume", dongle)
        world.start_what("broker", "broker")
        for controller in world.controllers():
            world.start_what(controller, controller)
        for node in NODES:
            world.start_what("sshd", node)
            world.start_what("agent", node)

    def reset(self, patience=RESET):
        """One node active, the other one ready, nothing paused; Failure when that cannot be had.

        For STEADY seconds without a break: what was harmed last may not have been told yet."""
        self.heal()
        asked, since = 0.0, None
        self.ask_often(["resume"], 60)

        def lasting():
            nonlocal asked, since
            now = time.monotonic()
            if self.at_base():
                since = since or now
                return now >= since + STEADY
            since = None
            if now > asked + 12:
                asked = now
                self.push()
            return False

        try:
            wait_for("the base state", lasting, patience, poll=0.1, tick=self.play.tick)
        except Failure as failure:
            raise Failure(f"{failure}: {self.standing()}") from None

    def ask_often(self, words, seconds):
        end = time.monotonic() + seconds
        while self.world.run_cli(*words, seconds=60)[0] != 0:
            if time.monotonic() > end:
                raise Failure(f"zha-switchover {words[0]} does not get through")

    def at_base(self):
        document = self.world.state_document()
        active = document.get("active")
        if active not in NODES or self.witness.on_air() != [active]:
            return False
        other = next(node for node in NODES if node != active)
        held = self.world.report(other).get("staged") == self.world.report(active).get("snapshot")
        if "failback preempt" in self.world.options and active != NODES[0]:
            return False  # it comes back to the preferred node by itself
        if "spare" in self.world.options and self.world.role("spare") != "stands-by":
            return False
        return (self.play.is_state(active, "active") and self.play.is_state(other, "ready") and held
                and not document.get("maintenance")
                and document.get("controller", {}).get("state") == "steady")

    def push(self):
        """One command that brings us nearer."""
        document = self.world.state_document()
        roles = [self.world.role(controller) for controller in self.world.controllers()]
        if roles == ["stands-by", "acts"]:  # scenarios begin with the first one
            self.play.restart("spare", None)
        for node in document.get("maintenance", []):
            self.world.run_cli("maintenance", node, "--off", seconds=60)
        for node in NODES:
            if self.play.is_state(node, "fault"):
                self.world.run_cli("clear-fault", node, seconds=60)
        ready = [node for node in NODES if self.play.is_state(node, "ready")]
        # Nobody but people notices a dongle that went silent while zigbee2mqtt has it.
        silent = not document.get("active") or not self.witness.on_air()
        if silent and ready and not document.get("switchover"):
            self.world.run_cli("switchover", "--to", ready[0], "--yes", seconds=260)

    def standing(self):
        return "; ".join(f"{node} {r.get('state')} {r.get('fault') or r.get('step') or ''}"
                         for node in NODES for r in [self.world.fresh_report(node)]) + \
            f"; on the air: {self.witness.on_air()}"

    # -- one scenario -----------------------------------------------------------------------------
    def perform(self, scenario):
        """Runs it in a world at its base state; what goes wrong is in the Result."""
        # The air check alone would keep the radios apart where the dongles hear each other.
        self.deaf = "negative" in scenario.marks
        if self.deaf or self.options != scenario.options:
            self.close()
        self.options = scenario.options
        errors = self.prepare()
        began = time.monotonic()
        swapped = " (node-a and node-b swapped)" if self.play.swapped else ""
        self.screen.line(f"{scenario.name}: {scenario.about}{swapped}")
        if not errors:
            errors = self.run_lines(scenario)
        figures = self.witness.figures(self.play.mark)
        errors += violations(figures, "negative" in scenario.marks)
        result = Result(scenario.name, scenario.about, not errors,
                        round(time.monotonic() - began, 1), figures, errors)
        if errors or "negative" in scenario.marks:
            self.save_logs(scenario.name, errors)
            self.close()  # the next one begins in a new world
        return result

    def prepare(self):
        if self.world is None:
            self.build()
        else:
            try:
                self.reset()
            except Failure as failure:
                self.say(f"building the world again: {failure}")
                self.build()
        # Moving the role back would take half a minute: the names of the nodes are swapped instead.
        self.play.swapped = self.witness.on_air() == ["node-b"]
        self.play.begin()
        return []

    def run_lines(self, scenario):
        for line in scenario.lines:
            self.screen.line(f"  {line.text}")
            try:
                self.play.run(line)
            except Failure as failure:
                swapped = " (node-a and node-b swapped)" if self.play.swapped else ""
                return [f"{line.place}: {line.text}: {failure}{swapped}"]
            except Wrong as wrong:
                return [str(wrong)]
        if "negative" not in scenario.marks and self.play.controller_answers():
            try:
                self.play.expect_truthful()
            except Failure as failure:
                return [f"{scenario.name}: {failure}"]
        return []

    def save_logs(self, name, errors):
        """What is needed to find out why, below kept/."""
        target = self.directory / "kept" / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.world.directory / "logs", target)
        shutil.copy(self.world.witness, target)
        (target / "errors.txt").write_text("\n".join([*errors, self.standing(), ""]))
