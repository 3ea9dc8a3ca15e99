"""Draws random faults for a while, heals, and judges by the witness. docs/scenarios.md.

usage: scripts/soak --minutes N --seed S
Exit status: 0 nothing was broken, 1 something was, 77 not permitted here.
"""
import argparse
import json
import pathlib
import random
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent / "e2e"))

from checks import moves, percentiles, untruths, violations  # noqa: E402
from cluster import NODES, ROOT  # noqa: E402
from dsl import parse_line  # noqa: E402
from hosts import NotPermitted  # noqa: E402
from processes import Failure  # noqa: E402
from run import SKIPPED, catch_signals, end_leftovers, only_one  # noqa: E402
from runner import Runner  # noqa: E402

DIRECTORY = ROOT / "build/soak"
PAIRS = ("node-a broker", "node-b broker", "controller broker", "node-a node-b")
# (weight, class, lines); NODE is one of the two, PAIR two hosts, N some seconds. The classes are those of
# `zha-switchover check-config`. A frozen host is not among them: that is the fault which only a watchdog
# can answer (scenario negative-frozen-host).
FAULTS = (
    (4, "zigbee2mqtt", ["kill -9 zigbee2mqtt ACTIVE"]),
    (4, "agent", ["kill -9 worker NODE"]),
    (3, "agent", ["kill -9 agent NODE", "let N s pass", "start agent NODE"]),
    (3, "agent", ["freeze worker NODE for N"]),
    (2, "agent", ["freeze agent NODE for N"]),
    (2, "zigbee2mqtt", ["freeze zigbee2mqtt ACTIVE for N"]),
    (2, "controller", ["freeze controller for N"]),
    (2, "broker", ["freeze broker for N"]),
    (2, "controller", ["kill -9 controller", "let N s pass", "start controller"]),
    (2, "broker", ["kill -9 broker", "let N s pass", "start broker"]),
    (2, "broker", ["restart broker"]),
    (5, "network", ["cut PAIR", "let N s pass", "heal all"]),
    (2, "network", ["cut PAIR one-way", "let N s pass", "heal all"]),
    (2, "network", ["isolate NODE", "let N s pass", "heal all"]),
    (3, "network", ["delay PAIR 200ms loss 10%", "let N s pass"]),
    (4, "dongle", ["unplug NODE", "let N s pass", "plug NODE"]),
    (2, "dongle", ["hang NODE", "let N s pass", "resume NODE"]),
    (2, "dongle", ["reset NODE"]),
    (3, "host", ["power-cut host NODE", "let N s pass", "boot host NODE"]),
    (2, "disk", ["fill disk NODE", "let N s pass", "free disk NODE"]),
    (4, "planned", ["begin switchover OTHER", "let N s pass"]),
    (2, "planned", ["begin failover OTHER", "let N s pass"]),
)
SECONDS = (1, 3, 8, 15, 30)


def draw(dice, active):
    """The class of one fault and its lines."""
    _, kind, lines = dice.choices(FAULTS, [fault[0] for fault in FAULTS])[0]
    other = next(node for node in NODES if node != active)
    words = {"NODE": dice.choice((active, active, other)), "PAIR": dice.choice(PAIRS),
             "N": str(dice.choice(SECONDS)), "ACTIVE": active, "OTHER": other}
    return kind, [" ".join(words.get(word, word) for word in line.split()) for line in lines]


class Soak:
    def __init__(self, runner, seed):
        self.runner, self.dice = runner, random.Random(seed)
        self.faults, self.violations, self.missed = 0, [], []
        self.silences = {}
        self.total = {"overlap_ms": 0.0, "rejoined": 0, "formed": 0, "moves": 0}

    def round(self):
        """One or two faults, one after the other without a pause, then everything is healed."""
        play = self.runner.play
        active = (self.runner.witness.on_air() or ["node-a"])[0]
        play.begin()
        done, kinds = [], []
        for _ in range(self.dice.choice((1, 1, 2))):
            kind, lines = draw(self.dice, active)
            kinds.append(kind)
            for text in lines:
                done.append(text)
                try:
                    play.run(parse_line(text, "soak"))
                except Failure as failure:
                    # What is to be harmed may be gone already, by the fault before.
                    self.missed.append(f"{text}: {failure}")
            self.faults += 1
        wrong = []
        try:
            self.runner.reset()
            play.expect_answer("plug", 60)
            wrong = untruths(play.own_history(), self.runner.witness.ups_at(play.mark), "", [])
            self.total["moves"] += len(moves(play.own_history()))
        except Failure as failure:
            wrong = [str(failure)]
        figures = self.runner.witness.figures(play.mark)
        kind = kinds[0] if len(kinds) == 1 else "two at once"
        self.silences.setdefault(kind, []).extend(
            silence["s"] for silence in self.runner.witness.silences(play.mark))
        wrong += violations(figures)
        self.total["overlap_ms"] = max(self.total["overlap_ms"], figures["overlap"])
        self.total["rejoined"] += figures["rejoined"]
        self.total["formed"] = max(self.total["formed"], figures["formed"])
        print(f"{'ok    ' if not wrong else 'FAILED'} {'; '.join(done)}")
        for line in wrong:
            print(f"       {line}")
        self.violations += [f"{'; '.join(done)}: {line}" for line in wrong]
        return not wrong


def soak(options):
    lock = only_one(DIRECTORY)
    end_leftovers(DIRECTORY)
    print(f"seed {options.seed}, {options.minutes} minutes")
    runner = Runner(DIRECTORY)
    run = Soak(runner, options.seed)
    try:
        runner.build()
        began = time.monotonic()
        while time.monotonic() < began + options.minutes * 60:
            if not run.round():
                runner.save_logs(f"round-{run.faults}", run.violations)
                runner.build()
        minutes = round((time.monotonic() - began) / 60, 1)
    finally:
        runner.close()
        lock.close()
    report = {"seed": options.seed, "minutes": minutes, "faults": run.faults, **run.total,
              "silence": {kind: percentiles(found)
                          for kind, found in sorted(run.silences.items()) if found},
              "violations": run.violations, "not_done": run.missed}
    (DIRECTORY / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    for kind, found in report["silence"].items():
        print(f"silence, {kind}: {found['n']} times, p50 {found['p50_s']} s, "
              f"p95 {found['p95_s']} s, at most {found['max_s']} s")
    print(f"{run.faults} faults in {minutes} minutes, {run.total['moves']} moves, overlap "
          f"{run.total['overlap_ms']:g} ms, re-joined {run.total['rejoined']}, formed "
          f"{run.total['formed']}, violations {len(run.violations)}")
    return 1 if run.violations else 0


def main():
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    catch_signals()
    try:
        return soak(options)
    except NotPermitted as reason:
        print(f"skipped: the soak needs network namespaces, TAP devices and mounts: {reason}")
        return SKIPPED
    except Failure as failure:
        print(f"FAILED: {failure}")
        return 1
    except KeyboardInterrupt:
        print("stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main())
