"""Commands the bulb ten times a second and writes down every answer: the service as users feel it.

A process of its own with an MQTT connection of its own, so that nothing the demo does can delay it.
usage: prober.py PORT PASSWORD_FILE OUTPUT [HOST]
Output: one line per answer, {"t": seconds on CLOCK_MONOTONIC, "latency": seconds}.
"""
import json
import pathlib
import sys
import time

from mqtt_client import MqttClient
from net import HOST

PERIOD = 0.1
FORGET = 5.0  # an answer that takes longer does not count


class Ledger:
    """Matches answers to commands. A level is used again after 25 s, long after it is forgotten."""

    def __init__(self):
        self.pending = {}
        self.level = 0

    def command(self, now):
        """The level to command now (1..254)."""
        self.level = self.level % 254 + 1
        self.pending[self.level] = now
        return self.level

    def answer(self, now, level):
        """Seconds since the command that this level answers; None when it answers none."""
        sent = self.pending.pop(level, None)
        return None if sent is None or now - sent > FORGET else now - sent


def longest_gap(times, start, end):
    """Longest time without an answer within start..end, as part of whole gaps.

    A gap is the time from one answer to the next; it counts when it overlaps start..end. An outage
    that has not ended at `end` counts up to `end`.
    """
    inside = [t for t in times if start <= t <= end]
    before = [t for t in times if t < start]
    after = [t for t in times if t > end]
    points = before[-1:] + inside + (after[:1] or [end])
    if len(points) < 2:
        return end - start
    return max(b - a for a, b in zip(points, points[1:]))


def read_times(file):
    times = []
    for line in pathlib.Path(file).read_text().splitlines():
        try:
            times.append(json.loads(line)["t"])
        except (ValueError, KeyError):
            pass  # the last line may be half written
    return times


def main(port, password_file, output, host=HOST):
    ledger = Ledger()
    with open(output, "w", buffering=1) as out:
        def received(now, _topic, payload, retained):
            try:
                level = json.loads(payload).get("brightness")
            except (ValueError, AttributeError):
                return
            latency = None if retained else ledger.answer(now, level)
            if latency is not None:
                out.write(json.dumps({"t": round(now, 4), "latency": round(latency, 4)}) + "\n")

        client = MqttClient(int(port), "prober", pathlib.Path(password_file).read_text().strip(),
                            ["zigbee2mqtt/bulb"], received, host)
        due = time.monotonic()
        while True:
            client.publish("zigbee2mqtt/bulb/set", {"brightness": ledger.command(time.monotonic())})
            due += PERIOD
            time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    main(*sys.argv[1:])
