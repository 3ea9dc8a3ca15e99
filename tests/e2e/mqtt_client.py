"""Paho MQTT for Python, versions 1.6 and 2, reduced to what the end-to-end code needs."""
import json
import threading
import time

import paho.mqtt.client as mqtt

from net import HOST
from processes import Failure


class MqttClient:
    """Connects at once; keeps the last payload of every topic seen; calls handlers on its thread."""

    def __init__(self, port, user, password, topics, handler=None, host=HOST):
        if hasattr(mqtt, "CallbackAPIVersion"):
            self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION1)
        else:
            self.client = mqtt.Client()
        self.topics, self.handler = topics, handler
        self.lock = threading.Lock()
        self.last, self.heard = {}, {}
        self.ready = threading.Event()
        self.client.username_pw_set(user, password)
        self.client.on_connect = self.connected
        self.client.on_message = self.received
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.client.connect(host, port, keepalive=10)
        self.client.loop_start()
        if not self.ready.wait(10):
            raise Failure(f"the broker does not let {user} in")

    def connected(self, client, *_):
        client.subscribe([(topic, 0) for topic in self.topics])

    def received(self, _client, _data, message):
        now = time.monotonic()
        with self.lock:
            self.last[message.topic] = message.payload
            if not message.retain:
                self.heard[message.topic] = now
        if self.handler:
            self.handler(now, message.topic, message.payload, message.retain)

    def publish(self, topic, payload):
        """`payload`: text, or anything that becomes JSON."""
        text = payload if isinstance(payload, str) else json.dumps(payload)
        self.client.publish(topic, text, qos=0, retain=False)

    def text(self, topic):
        with self.lock:
            return self.last.get(topic, b"").decode(errors="replace")

    def heard_since(self, topic, when):
        """Was a message (not a retained one) published here after `when` on CLOCK_MONOTONIC?"""
        with self.lock:
            return self.heard.get(topic, 0.0) > when

    def json(self, topic):
        """The last payload as a dictionary; {} when there was none or it is something else."""
        try:
            value = json.loads(self.text(topic))
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def stop(self):
        self.client.disconnect()
        self.client.loop_stop()
