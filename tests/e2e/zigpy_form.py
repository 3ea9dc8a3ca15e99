"""Forms a network on the dongle of a port with zigpy-znp, and prints which one. Run by its Python."""
import asyncio
import json
import sys

from zigpy_znp.zigbee.application import ControllerApplication


async def form(path, channel):
    network = {"channel": channel} if channel else {}
    app = ControllerApplication({"device": {"path": path}, "network": network})
    await app.connect()
    try:
        await app.form_network()
        await app.load_network_info()
        info = app.state.network_info
        print(json.dumps({"pan_id": int(info.pan_id), "channel": int(info.channel),
                          "extended_pan_id": info.extended_pan_id.serialize()[::-1].hex(),
                          "ieee": app.state.node_info.ieee.serialize()[::-1].hex()}))
    finally:
        await app.disconnect()


asyncio.run(form(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None))
