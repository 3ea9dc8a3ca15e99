"""Writes every MQTT message to a file, except zigbee2mqtt's own backups (they hold the key by design).

usage: record.py PORT PASSWORD_FILE OUTPUT [HOST]
"""
import pathlib
import sys
import threading

from mqtt_client import MqttClient
from net import HOST


def main(port, password_file, output, host=HOST):
    with open(output, "wb") as out:
        def received(now, topic, payload, _retained):
            if not topic.startswith("zigbee2mqtt/bridge/response/backup"):
                out.write(b"%.3f %s %s\n" % (now, topic.encode(), payload))
                out.flush()

        MqttClient(int(port), "observer", pathlib.Path(password_file).read_text().strip(),
                   ["zha/#", "zigbee2mqtt/#", "homeassistant/#"], received, host)
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
