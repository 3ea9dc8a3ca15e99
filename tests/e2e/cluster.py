"""Writes the files of a two-node system under one directory: configurations, keys, secrets.

The system's configuration is packaging/zha.example.yaml with only names, ports and paths changed, so
that the demo runs what the documentation shows.
"""
import copy
import pathlib
import secrets

import yaml

from net import HOST, free_ports, user_name
from secret_files import write_secret

ROOT = pathlib.Path(__file__).resolve().parents[2]
NODES = ("node-a", "node-b")
DONGLES = {"node-a": "a", "node-b": "b"}
CHANNEL = 15


class Identity:
    """The network of this run: made by us, so that we know what must never show up anywhere."""

    def __init__(self):
        self.key = list(secrets.token_bytes(16))
        self.pan_id = 0x1000 + secrets.randbelow(0xE000)
        self.extended_pan_id = list(secrets.token_bytes(8))


def zigbee2mqtt_config(identity, serial_port, frontend_port, broker_port, password,
                       hosts=(HOST, HOST)):
    """configuration.yaml of one node; two nodes differ in serial.port and frontend only.

    `hosts`: addresses of this node and of the broker."""
    return {
        "version": 5,
        "mqtt": {"base_topic": "zigbee2mqtt", "server": f"mqtt://{hosts[1]}:{broker_port}",
                 "user": "zigbee2mqtt", "password": password},
        "serial": {"port": str(serial_port), "adapter": "zstack"},
        "frontend": {"enabled": True, "host": hosts[0], "port": frontend_port},
        "homeassistant": {"enabled": True},
        "advanced": {"channel": CHANNEL, "network_key": identity.key, "pan_id": identity.pan_id,
                     "ext_pan_id": identity.extended_pan_id, "log_level": "info",
                     # The prober must see answers of the bulb, not what was remembered of them.
                     "cache_state_send_on_startup": False},
    }


def service_config(data, log_file):
    """zigbee2mqtt as a child of the agent. GIT_DIR: it would take our repository for its own."""
    node = ROOT / "build/e2e/node_modules/.bin/node"
    index = ROOT / "build/e2e/node_modules/zigbee2mqtt/index.js"
    return {"driver": "child", "working_directory": str(data), "log_file": str(log_file),
            "start": ["/usr/bin/env", f"ZIGBEE2MQTT_DATA={data}", "GIT_DIR=/nonexistent", str(node),
                      str(index)]}


class Cluster:
    """`directory`: build/demo. `broker`, `traps`: started before; `sshd_ports` {node: port}.
    `hosts`: addresses of the nodes that have one of their own; all on loopback without."""

    def __init__(self, directory, simulator, broker, traps, community, sshd_ports, hosts=None):
        self.hosts = hosts or {}
        self.directory = pathlib.Path(directory)
        self.identity = Identity()
        self.broker = broker
        self.frontends = dict(zip(NODES, free_ports(len(NODES))))
        example = yaml.safe_load((ROOT / "packaging/zha.example.yaml").read_text())
        template = copy.deepcopy(example["nodes"][0])
        nodes = []
        for name, frontend in self.frontends.items():
            port = pathlib.Path(simulator) / f"ttyZHA-{DONGLES[name]}"
            data = self.directory / name / "data"
            write_secret(data / "configuration.yaml", yaml.safe_dump(zigbee2mqtt_config(
                self.identity, port, frontend, broker.port, broker.passwords["zigbee2mqtt"],
                (self.hosts.get(name, HOST), broker.host))))
            nodes.append(self.node(copy.deepcopy(template), name, port, data, sshd_ports[name]))
        self.config = example
        self.config["nodes"] = nodes
        self.config["mqtt"].update(host=broker.host, port=broker.port)
        community_file = write_secret(self.directory / "community", community + "\n")
        self.config["controller"].update(
            state=str(self.directory / "controller"),
            traps=[{"address": f"{traps.host}:{traps.port}", "community_file": str(community_file)}])
        self.files = {user: self.write(user) for user in ("controller", "cli", *NODES)}

    def node(self, node, name, port, data, sshd_port):
        home = self.directory / name
        node.update(name=name, port=str(port), data=str(data), state=str(home / "state"),
                    service=service_config(data, self.directory / "logs" / f"{name}-zigbee2mqtt.log"))
        node["watchdog"] = "off"  # YAML would make a truth value of the example's word
        node["sftp"] = {"host": self.hosts.get(name, HOST), "port": sshd_port, "user": user_name(),
                        "private_key": str(home / "id"), "known_hosts": str(home / "known_hosts")}
        return node

    def write(self, user):
        """The same file for everybody but for the broker's user, which is each program's own."""
        config = copy.deepcopy(self.config)
        config["mqtt"].update(user=user, password_file=str(self.broker.password_files[user]))
        file = self.directory / f"zha-{user}.yaml"
        file.write_text(yaml.safe_dump(config, sort_keys=False))
        return file
