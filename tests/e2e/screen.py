"""What a person sees while the demo runs: a status table that redraws itself, or plain lines."""
import shutil
import sys
import time

COLUMNS = (("node", 8), ("state", 11), ("epoch", 5), ("zigbee2mqtt", 11), ("dongle", 8),
           ("lease", 6), ("doing", 40))


def row(cells):
    return " ".join(f"{str(cell)[:width]:<{width}}" for cell, (_, width) in zip(cells, COLUMNS))


def node_row(name, report):
    """One line for a node out of its newest report."""
    if not report:
        return row([name, "-", "", "", "", "", ""])
    lease = report.get("lease_left_ms") or 0
    # Dirty is what a dongle is while it is written; it says something only afterwards.
    writing = report.get("dongle") == "dirty" and report.get("state") == "promoting"
    return row([name, report.get("state"), report.get("epoch"), report.get("service"),
                "writing" if writing else report.get("dongle"), f"{lease / 1000:.0f} s" if lease else "-",
                report.get("fault") or report.get("step") or ""])


class Screen:
    """`facts` is called at each redraw and returns (reports {node: report}, last answer's age in
    seconds or None, names of the dongles on the air)."""

    def __init__(self, facts=None, plain=False):
        self.facts = facts
        self.live = sys.stdout.isatty() and not plain
        self.began = time.monotonic()
        self.drawn = 0
        self.next = 0.0

    def line(self, text=""):
        self.erase()
        stamp = f"[{time.monotonic() - self.began:6.1f}] " if text else ""
        print(stamp + text, flush=True)

    def erase(self):
        if self.drawn:
            sys.stdout.write(f"\x1b[{self.drawn}F\x1b[J")
            self.drawn = 0

    def tick(self):
        """Redraws the table at most four times a second; does nothing away from a terminal."""
        now = time.monotonic()
        if not self.live or self.facts is None or now < self.next:
            return
        self.next = now + 0.25
        reports, age, on_air = self.facts()
        bulb = "no answer yet" if age is None else f"answered {age:4.1f} s ago"
        lines = ["", row([title for title, _ in COLUMNS])]
        lines += [node_row(name, reports[name]) for name in sorted(reports)]
        lines += [f"bulb: {bulb}    on the air: {', '.join(on_air) or 'nobody'}"]
        width = shutil.get_terminal_size().columns - 1
        self.erase()
        print("\n".join(text[:width] for text in lines), flush=True)
        self.drawn = len(lines)
