"""Our own mosquitto: a free port on loopback, a user for each program, and only the topics it needs."""
import os
import pathlib
import secrets
import shutil
import subprocess

from net import HOST, free_ports, user_name, wait_listening
from secret_files import write_secret

CLUSTER = "zha/home"

# %(node)s stands for each node's name: every agent has a user of its own.
CONTROLLER = f"""
topic readwrite {CLUSTER}/controller/+
topic readwrite {CLUSTER}/controller-spare/+
topic write {CLUSTER}/state
topic write {CLUSTER}/event
topic read {CLUSTER}/command
topic write {CLUSTER}/response/+
topic read {CLUSTER}/node/+/report
topic read {CLUSTER}/node/+/status
topic write {CLUSTER}/node/+/order
topic write {CLUSTER}/node/+/poke
topic write {CLUSTER}/node/+/active/state
topic read {CLUSTER}/node/+/active/set
topic write homeassistant/#
topic read homeassistant/status
topic readwrite zigbee2mqtt/bridge/state
topic read zigbee2mqtt/bridge/info
"""
AGENT = f"""
topic readwrite {CLUSTER}/node/%(node)s/report
topic readwrite {CLUSTER}/node/%(node)s/status
topic read {CLUSTER}/node/%(node)s/order
topic read {CLUSTER}/node/%(node)s/poke
topic write zigbee2mqtt/bridge/request/action
topic read zigbee2mqtt/bridge/response/action
topic read {CLUSTER}/controller/status
topic read {CLUSTER}/controller-spare/status
topic read zigbee2mqtt/bridge/state
topic read zigbee2mqtt/bridge/info
"""
ZIGBEE2MQTT = """
topic readwrite zigbee2mqtt/#
topic readwrite homeassistant/#
"""
CLI = f"""
topic write {CLUSTER}/command
topic read {CLUSTER}/response/+
topic read {CLUSTER}/state
topic read {CLUSTER}/event
topic read {CLUSTER}/controller/status
topic read {CLUSTER}/controller-spare/status
topic read {CLUSTER}/node/+/report
"""
# The prober stands for an automation that commands one lamp.
PROBER = """
topic write zigbee2mqtt/bulb/set
topic read zigbee2mqtt/bulb
"""
# The demo itself plays the person who pairs devices, and keeps a record of the traffic.
OBSERVER = """
topic read zha/#
topic read homeassistant/#
topic read zigbee2mqtt/#
topic write zigbee2mqtt/bridge/request/permit_join
topic write zigbee2mqtt/bridge/request/device/rename
topic write zigbee2mqtt/plug/set
"""


class Broker:
    def __init__(self, processes, directory, nodes, host=HOST):
        self.processes, self.host = processes, host
        self.directory = pathlib.Path(directory)
        self.port = free_ports(1)[0]
        rights = {"controller": CONTROLLER, "zigbee2mqtt": ZIGBEE2MQTT, "cli": CLI,
                  "prober": PROBER, "observer": OBSERVER}
        rights.update({node: AGENT % {"node": node} for node in nodes})
        self.passwords = {user: secrets.token_hex(16) for user in rights}
        self.password_files = {user: write_secret(self.directory / f"{user}.password", word + "\n")
                               for user, word in self.passwords.items()}
        users = write_secret(self.directory / "users", "".join(
            f"{user}:{word}\n" for user, word in self.passwords.items()))
        # Replaces the passwords in the file by their hashes; nothing secret in its arguments.
        subprocess.run(["mosquitto_passwd", "-U", users], check=True, stdin=subprocess.DEVNULL)
        write_secret(self.directory / "acl", "".join(
            f"user {user}\n{rules.strip()}\n\n" for user, rules in rights.items()))
        (self.directory / "mosquitto.conf").write_text(f"""\
listener {self.port} {host}
allow_anonymous false
password_file {users}
acl_file {self.directory}/acl
user {user_name()}
persistence false
log_dest stderr
log_type error
log_type warning
log_type notice
""")

    def start(self):
        program = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")
        process = self.processes.start("mosquitto",
                                       [program, "-c", self.directory / "mosquitto.conf"],
                                       append=True)
        wait_listening(process, self.port, host=self.host)
        return process
