"""Stands between a program and a dongle's TCP port and counts what passes."""
import socket
import sys
import threading
import time

from processes import Failure

START = 0xFE
REQUEST = 0x20  # the type of a command that is answered (SREQ), in its first byte
TYPE = 0xE0


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
        self.served = 0  # connections to the dongle that are open
        self.changed = threading.Condition()
        self.clear()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.acceptor = threading.Thread(target=self.accept, daemon=True)
        self.acceptor.start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return  # stopped
            try:
                dongle = socket.create_connection(("127.0.0.1", self.target), 10)
                dongle.settimeout(None)
            except OSError as error:
                print(f"no connection to the dongle on port {self.target}: {error}", file=sys.stderr)
                client.close()
                continue
            self.count(1)
            for peer in (client, dongle):
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pump in ((client, dongle, True), (dongle, client, False)):
                threading.Thread(target=self.pump, args=pump, daemon=True).start()

    def pump(self, source, sink, counted):
        buffer = bytearray()
        try:
            while data := source.recv(65536):
                self.last = time.monotonic()
                self.first = self.first or self.last
                self.bytes += len(data)
                if counted:
                    buffer += data
                    self.requests += sum(command[0] & TYPE == REQUEST
                                         for command in whole_frames(buffer))
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
        if not counted:
            self.count(-1)  # the dongle's end: it is free for the next

    def count(self, change):
        with self.changed:
            self.served += change
            self.changed.notify_all()

    def wait_idle(self):
        """The dongle takes one client at a time: the last one must be gone before the next."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.served == 0, 10):
                raise Failure(f"{self.served} connections to the dongle stay open")

    def clear(self):
        self.requests = self.bytes = 0
        self.first = self.last = 0

    def take(self):
        """Requests, bytes of both directions and seconds from first to last byte, since the last
        call."""
        figures = {"requests": self.requests, "bytes": self.bytes,
                   "seconds": round(self.last - self.first, 3)}
        self.clear()
        return figures

    def stop(self):
        # Closed under a thread that waits on it, its number would go to the next test's listener,
        # and the thread would take that one's clients to a dongle that is gone.
        self.server.shutdown(socket.SHUT_RDWR)
        self.acceptor.join(10)
        self.server.close()
