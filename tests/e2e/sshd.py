"""One OpenSSH server per node: its own host key, one peer's public key, nothing but read-only SFTP."""
import os
import pathlib
import subprocess

from net import HOST, user_name, wait_listening

PRIVILEGE_SEPARATION = pathlib.Path("/run/sshd")  # compiled into sshd; needed only for root


def make_key(path):
    """A key pair PATH and PATH.pub; returns the public line without its comment."""
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)],
                       check=True, stdin=subprocess.DEVNULL)
    return " ".join(path.with_name(path.name + ".pub").read_text().split()[:2])


def needs_pam():
    """Without PAM, sshd refuses an account whose password is locked (root where sudo is used)."""
    try:
        for line in pathlib.Path("/etc/shadow").read_text().splitlines():
            if line.split(":")[0] == user_name():
                return line.split(":")[1].startswith("!")
    except OSError:
        pass
    return False


class Sshd:
    """`peer_key`: the public line that may log in."""

    def __init__(self, processes, name, directory, port, peer_key, host=HOST):
        self.processes, self.name, self.port, self.host = processes, name, port, host
        self.directory = pathlib.Path(directory)
        self.host_key = make_key(self.directory / "host_key")
        self.made_directory = False
        authorized = self.directory / "authorized_keys"
        authorized.write_text(f"restrict {peer_key}\n")
        authorized.chmod(0o600)
        (self.directory / "sshd_config").write_text(f"""\
ListenAddress {host}:{port}
HostKey {self.directory}/host_key
AuthorizedKeysFile {authorized}
AllowUsers {user_name()}
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM {"yes" if needs_pam() else "no"}
PidFile none
LogLevel VERBOSE
Subsystem sftp internal-sftp
ForceCommand internal-sftp -R
""")

    def known_hosts_line(self):
        return f"[{self.host}]:{self.port} {self.host_key}\n"

    def start(self):
        if os.geteuid() == 0 and not PRIVILEGE_SEPARATION.exists():
            PRIVILEGE_SEPARATION.mkdir(mode=0o755)
            self.made_directory = True
        process = self.processes.start(self.name, ["/usr/sbin/sshd", "-D", "-e", "-f",
                                                   self.directory / "sshd_config"], append=True)
        wait_listening(process, self.port, host=self.host)
        return process

    def clean_up(self):
        if self.made_directory:
            PRIVILEGE_SEPARATION.rmdir()
