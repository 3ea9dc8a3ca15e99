"""Stands between a program and a dongle's TCP port and counts the requests that pass."""
import socket
import threading

START = 0xFE


def whole_frames(buffer):
    """Takes all complete frames (start, length, two bytes of command, data, check) off `buffer`."""
    commands = []
    while True:
        while buffer and buffer[0] != START:
            del buffer[0]  # what wakes a boot loader, before the first frame
        if len(buffer) < 2 or len(buffer) < buffer[1] + 5:
            return commands
        commands.append((buffer[2], buffer[3]))
        del buffer[:buffer[1] + 5]


class MtProxy:
    def __init__(self, port):
        """`port`: of the dongle."""
        self.target = port
        self.requests = 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
                dongle = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            for peer in (client, dongle):
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pump in ((client, dongle, True), (dongle, client, False)):
                threading.Thread(target=self.pump, args=pump, daemon=True).start()

    def pump(self, source, sink, counted):
        buffer = bytearray()
        try:
            while data := source.recv(65536):
                if counted:
                    buffer += data
                    self.requests += len(whole_frames(buffer))
                sink.sendall(data)
        except OSError:
            pass
        # The other pump ends by this, and closes what it reads from.
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        source.close()

    def take(self):
        """Requests since the last call."""
        count, self.requests = self.requests, 0
        return count

    def stop(self):
        self.server.close()
