"""A copy of a host's card, switched on as another host.

It has the name, the keys and the memory of the first one, and a dongle and a kernel of its own. Only
what is bound to the place differs in the files: paths, and the port of the dongle.
"""
import json
import shutil

import yaml

DONGLE = "c"
HOST = "spare"  # a host of the scenario's network where nothing else runs


def start(world, node):
    """The copy's agent, as a process."""
    first, copy = world.directory / node, world.directory / f"{node}-copy"
    shutil.copytree(first, copy, ignore=shutil.ignore_patterns("sshd", "ballast", "*.sock"))

    def moved(text):
        return (text.replace(f"{first}/", f"{copy}/")
                .replace(f"ttyZHA-{world.dongle(node)}", f"ttyZHA-{DONGLE}"))

    config = yaml.safe_load(world.cluster.files[node].read_text())
    config["nodes"] = [json.loads(moved(json.dumps(n))) if n["name"] == node else n
                       for n in config["nodes"]]
    file = copy / "zha.yaml"
    file.write_text(yaml.safe_dump(config, sort_keys=False))
    of_zigbee2mqtt = copy / "data/configuration.yaml"
    of_zigbee2mqtt.write_text(moved(of_zigbee2mqtt.read_text()))
    world.new_boot(HOST)
    return world.start_agent(node, HOST, f"{node}-copy-agent", file)
