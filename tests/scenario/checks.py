"""What scenarios are judged by: the witness (what was really on the air), and the history's truth."""
import dataclasses
import datetime
import json
import pathlib


@dataclasses.dataclass(frozen=True)
class Move:
    """A completed change of the role, as the history tells it."""
    node: str
    cause: str
    at: int  # seconds since 1970, as they had begun


class Witness:
    """The simulator's log. A mark is a position in it: what comes later belongs to a scenario."""

    def __init__(self, file, dongles):
        self.file = pathlib.Path(file)
        self.nodes = {dongle: node for node, dongle in dongles.items()}

    def events(self, mark=0):
        found = []
        for line in self.file.read_bytes().splitlines()[mark:]:
            try:
                found.append(json.loads(line))
            except ValueError:
                break  # the last line may be half written
        return found

    def mark(self):
        return len(self.events())

    def now_ms(self):
        events = self.events()
        return events[-1]["t_ms"] if events else 0

    def count(self, event, mark=0):
        return sum(e["event"] == event for e in self.events(mark))

    def on_air(self):
        """Nodes whose dongles are coordinators on the air, in order of their names."""
        up = set()
        for event in self.events():
            if event["event"] in ("up", "overlap_begin"):
                up.add(event["dongle"])
            elif event["event"] == "down":
                up.discard(event["dongle"])
        return sorted(self.nodes[dongle] for dongle in up)

    def ups(self, mark=0):
        """Nodes that came on the air, in order."""
        return [self.nodes[e["dongle"]] for e in self.events(mark) if e["event"] == "up"]

    def ups_at(self, mark=0):
        """The same with the second since 1970 in which, at the soonest, each came."""
        start, found = 0, []
        for position, event in enumerate(self.events()):
            if event["event"] == "start":
                utc = event["utc"].replace("Z", "+00:00")
                start = datetime.datetime.fromisoformat(utc).timestamp()
            elif event["event"] == "up" and position >= mark:
                found.append((self.nodes[event["dongle"]], start + event["t_ms"] // 1000))
        return found

    def overlap_ms(self, mark=0):
        """Longest time that two were on the air; an overlap that goes on counts as 1 ms."""
        longest, depth = 0.0, 0
        for event in self.events(mark):
            if event["event"] == "overlap_begin":
                depth += 1
                longest = max(longest, 1.0)
            elif event["event"] == "overlap_end":
                depth -= 1
                longest = max(longest, float(event.get("ms", 0)), 1.0)
        return longest

    def silences(self, mark=0):
        """Seconds without any coordinator on the air that ended, and whether another one came."""
        found, up, last = [], set(), None
        for position, event in enumerate(self.events()):
            if event["event"] in ("up", "overlap_begin"):
                if last and not up and position >= mark:
                    found.append({"s": (event["t_ms"] - last["t_ms"]) / 1000,
                                  "moved": event["dongle"] != last["dongle"]})
                up.add(event["dongle"])
            elif event["event"] == "down":
                up.discard(event["dongle"])
                last = event
        return found

    def silence_ms(self, mark=0):
        """Longest time without any coordinator on the air; one that goes on counts up to now."""
        longest = max([silence["s"] * 1000 for silence in self.silences(mark)] or [0.0])
        if not self.on_air():
            downs = [e["t_ms"] for e in self.events() if e["event"] == "down"]
            longest = max(longest, self.now_ms() - downs[-1] if downs else 0, 1.0)
        return longest

    def figures(self, mark=0):
        return {"overlap": self.overlap_ms(mark), "formed": self.count("form"),
                "rejoined": self.count("rejoin", mark),
                "regressions": self.count("counter_regression", mark),
                "replays": self.count("drop_replay", mark), "starts": len(self.ups(mark))}


def moves(history):
    """Completed moves out of `history` (newest first), oldest first."""
    return [Move(line["to"], line["cause"], line["at"]) for line in reversed(history)
            if line["kind"] == "switchover_completed"]


def untruths(history, ups, active, on_air):
    """What the history says and the air denies; empty when it is true.

    `ups`: nodes that came on the air, in order, and when, since the history's first line. `active`:
    who is active by what the controller says now (or ""). Every completed move must have its coming
    up, in the same order, and not after the word on it (both are known to the second); nobody may
    be called active who is silent.
    """
    wrong, rest = [], list(ups)
    for move in moves(history):
        position = next((i for i, up in enumerate(rest) if up[0] == move.node), None)
        if position is None:
            wrong.append(f"the history says that {move.node} became active ({move.cause}); "
                         "it did not come on the air then")
            continue
        if move.at + 1 < rest[position][1]:
            wrong.append(f"the history says too early that {move.node} became active "
                         f"({move.cause})")
        del rest[:position + 1]
    if active and active not in on_air:
        wrong.append(f"{active} is said to be active; on the air: {', '.join(on_air) or 'nobody'}")
    return wrong


def percentiles(seconds):
    """What is published of many silences: {n, p50_s, p95_s, max_s}."""
    ordered = sorted(seconds)
    def at(share):
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)
    return {"n": len(ordered), "p50_s": at(0.5), "p95_s": at(0.95), "max_s": at(1)}


def violations(figures, negative=False):
    """The promises that are broken whatever a scenario is about."""
    wrong = []
    for name, most in (("overlap", 0), ("formed", 1), ("rejoined", 0), ("regressions", 0)):
        if figures[name] > most and not (negative and name in ("overlap", "regressions")):
            wrong.append(f"{name} is {figures[name]:g}, may be {most}")
    return wrong
