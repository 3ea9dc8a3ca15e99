"""An Ethernet switch between TAP devices, with a rule for each pair of ports and direction.

usage: switch.py FD...   Prints "ready". Each line on standard input is a rule as JSON,
{"from": port, "to": port, "cut": bool, "delay_ms": number, "loss": percent}; what is not given is 0.
Answers "ok" once it is in force. Frames that wait when a link is cut are lost with it.
"""
import heapq
import itertools
import json
import os
import random
import selectors
import sys
import time

BROADCAST = b"\xff" * 6
WAITING_MAX = 20000  # frames


class Switch:
    def __init__(self, ports):
        self.ports = ports
        self.macs = {}
        self.rules = {}
        self.waiting = []
        self.order = itertools.count()
        self.dice = random.Random(1)

    def rule(self, line):
        self.rules[line["from"], line["to"]] = line

    def received(self, port, frame):
        self.macs[frame[6:12]] = port
        known = self.macs.get(frame[:6])
        targets = [known] if known is not None else range(len(self.ports))
        for target in targets:
            if target != port:
                self.forward(port, target, frame)

    def forward(self, source, target, frame):
        rule = self.rules.get((source, target), {})
        if rule.get("cut") or self.dice.random() * 100 < rule.get("loss", 0):
            return
        delay = rule.get("delay_ms", 0) / 1000
        if delay == 0:
            self.send(source, target, frame)
        elif len(self.waiting) < WAITING_MAX:
            due = time.monotonic() + delay
            heapq.heappush(self.waiting, (due, next(self.order), source, target, frame))

    def send(self, source, target, frame):
        if self.rules.get((source, target), {}).get("cut"):
            return
        try:
            os.write(self.ports[target], frame)
        except OSError:
            pass  # as a wire: what is not taken is lost

    def run_due(self):
        """Sends what is due; returns the seconds until the next frame is, or None."""
        while self.waiting:
            left = self.waiting[0][0] - time.monotonic()
            if left > 0:
                return left
            _, _, source, target, frame = heapq.heappop(self.waiting)
            self.send(source, target, frame)
        return None


def main(ports):
    switch = Switch(ports)
    ready = selectors.DefaultSelector()
    for number, port in enumerate(ports):
        os.set_blocking(port, False)
        ready.register(port, selectors.EVENT_READ, number)
    ready.register(0, selectors.EVENT_READ, None)
    text = b""
    print("ready", flush=True)
    while True:
        for key, _ in ready.select(switch.run_due()):
            if key.data is not None:
                switch.received(key.data, os.read(key.fd, 65536))
                continue
            data = os.read(0, 65536)
            if not data:
                return 0
            *lines, text = (text + data).split(b"\n")
            for line in lines:
                switch.rule(json.loads(line))
                print("ok", flush=True)


if __name__ == "__main__":
    sys.exit(main([int(fd) for fd in sys.argv[1:]]))
