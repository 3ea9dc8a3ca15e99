"""Free ports on loopback, waiting for a server to listen, and who we are."""
import os
import pwd
import socket

from processes import wait_for

HOST = "127.0.0.1"


def user_name():
    return pwd.getpwuid(os.geteuid()).pw_name


def free_ports(count, kind=socket.SOCK_STREAM):
    """`count` different port numbers that nobody uses at this moment."""
    sockets = [socket.socket(socket.AF_INET, kind) for _ in range(count)]
    try:
        for s in sockets:
            s.bind((HOST, 0))
        return [s.getsockname()[1] for s in sockets]
    finally:
        for s in sockets:
            s.close()


def listening(port, host=HOST):
    try:
        with socket.create_connection((host, port), 1.0):
            return True
    except OSError:
        return False


def wait_listening(process, port, seconds=10.0, host=HOST):
    wait_for(f"{process.name} listens on {host}:{port}", lambda: listening(port, host), seconds,
             alive=[process])
