"""Coordinator backups of zha-nvram, zigpy-znp and zigbee2mqtt are the same thing."""
import json
import pathlib
import re
import sys
import tempfile
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from bad_input import run  # noqa: E402
from broker import Broker  # noqa: E402
from cluster import ROOT  # noqa: E402
from net import free_ports  # noqa: E402
from nvram_tools import Bench, open_backup  # noqa: E402
from processes import Processes, wait_for  # noqa: E402

# What both must say the same of one dongle; the rest is about who wrote the file.
NETWORK = ["stack_specific", "coordinator_ieee", "pan_id", "extended_pan_id", "nwk_update_id",
           "security_level", "channel", "channel_mask", "network_key", "devices"]


def network_of(text):
    backup = json.loads(text)
    return {field: backup[field] for field in NETWORK}


def without_counters(network):
    """A start of the dongle raises them."""
    network = json.loads(json.dumps(network))
    network["network_key"].pop("frame_counter")
    for device in network["devices"]:
        device.get("link_key", {}).pop("tx_counter", None)
    return network


class TwoDongles(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="zha-")
        self.addCleanup(scratch.cleanup)
        self.files = pathlib.Path(scratch.name)
        self.bench = Bench(self.files / "bench", ["a", "b"])
        self.addCleanup(self.bench.stop)

    def restored_dongle(self):
        """Dongle "a" gets a network from zigpy-znp; returns the backup it was made from."""
        file = self.files / "made.json"
        file.write_text(json.dumps(open_backup()))
        self.bench.zigpy("network_restore", "a", "-i", file)
        return json.loads(file.read_text())

    def convert(self, source, target, *more):
        done = run("zha-nvram", "convert", source, target, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(target.stat().st_mode & 0o777, 0o600)
        key = json.loads(target.read_text()).get("network_key", {}).get("key")
        if key:
            self.assertNotIn(key, done.stdout + done.stderr)
        return target

    def dump(self, name="a"):
        file = self.files / f"{name}.json"
        self.bench.ours("read", name, file)
        return file

class WithZigpy(TwoDongles):
    def test_our_backup_says_what_zigpys_says_of_the_same_dongle(self):
        self.restored_dongle()
        self.bench.zigpy("network_backup", "a", "-o", self.files / "theirs")
        ours = self.convert(self.dump(), self.files / "ours")
        theirs = network_of((self.files / "theirs").read_text())
        self.assertEqual(network_of(ours.read_text()), theirs)

    def test_zigpys_network_restore_takes_our_backup(self):
        self.restored_dongle()
        ours = self.convert(self.dump(), self.files / "ours")
        self.bench.zigpy("network_restore", "b", "-i", ours, "-c", "0")
        self.bench.zigpy("network_backup", "b", "-o", self.files / "theirs")
        self.assertEqual(without_counters(network_of((self.files / "theirs").read_text())),
                         without_counters(network_of(ours.read_text())))

    def test_zigpys_backup_becomes_an_image_for_a_blank_dongle(self):
        self.restored_dongle()
        self.bench.zigpy("network_backup", "a", "-o", self.files / "theirs")
        base = self.dump("b")
        image = self.convert(self.files / "theirs", self.files / "image", "--base", base)
        self.bench.ours("write", "b", image)
        self.bench.zigpy("network_backup", "b", "-o", self.files / "again")
        self.assertEqual(without_counters(network_of((self.files / "again").read_text())),
                         without_counters(network_of((self.files / "theirs").read_text())))
        self.bench.dongles.start_network_once("b")
        self.assertEqual(self.bench.dongles.ctl("air")["networks_formed"], 1,  # zigpy's own
                         "the dongle resumed the network, it did not form one")

    def test_a_backup_needs_a_base(self):
        file = self.files / "made.json"
        file.write_text(json.dumps(open_backup()))
        done = run("zha-nvram", "convert", file, self.files / "image")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--base", done.stderr)
        self.assertFalse((self.files / "image").exists())


class WithZigbee2mqtt(TwoDongles):
    def start_zigbee2mqtt(self, backup):
        """On blank dongle "b", with our file as its own backup; returns its log."""
        data = self.files / "data"
        data.mkdir()
        processes = Processes(self.files / "logs")
        self.addCleanup(processes.stop_all)
        broker = Broker(processes, self.files / "broker", ["a"])
        broker.start()
        config = {"version": 5, "mqtt": {
                      "base_topic": "zigbee2mqtt", "server": f"mqtt://127.0.0.1:{broker.port}",
                      "user": "zigbee2mqtt", "password": broker.passwords["zigbee2mqtt"]},
                  "serial": {"port": str(self.bench.dongles.pty("b")), "adapter": "zstack"},
                  "frontend": {"enabled": False, "port": free_ports(1)[0]},
                  "advanced": {"channel": backup["channel"], "log_level": "info",
                               "network_key": list(bytes.fromhex(backup["network_key"]["key"])),
                               "pan_id": int(backup["pan_id"], 16),
                               "ext_pan_id": list(bytes.fromhex(backup["extended_pan_id"]))}}
        (data / "configuration.yaml").write_text(yaml.safe_dump(config))
        self.convert(self.dump("a"), data / "coordinator_backup.json")
        node = ROOT / "build/e2e/node_modules/.bin/node"
        program = processes.start("zigbee2mqtt", [node, ROOT / "build/e2e/node_modules/zigbee2mqtt"
                                                  "/index.js"],
                                  env={"ZIGBEE2MQTT_DATA": str(data), "GIT_DIR": "/nonexistent"})
        log = self.files / "logs/zigbee2mqtt.log"
        wait_for("zigbee2mqtt has started", lambda: "Zigbee2MQTT started" in log.read_text(), 120,
                 alive=[program])
        return re.sub("\x1b\\[[0-9;]*m", "", log.read_text())

    def test_zigbee2mqtt_restores_our_backup_onto_a_blank_dongle(self):
        backup = self.restored_dongle()
        log = self.start_zigbee2mqtt(backup)
        self.assertIn("zigbee-herdsman started (restored)", log)
        self.assertIn(backup["coordinator_ieee"],
                      {d["ieee"].removeprefix("0x") for d in self.bench.dongles.ctl("dongles")
                       if d["on_air"]})
        nv = self.bench.dongles.nv("b")
        self.assertIn(backup["network_key"]["key"], json.dumps(nv))


if __name__ == "__main__":
    unittest.main()
