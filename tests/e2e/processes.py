"""Starts and stops the demo's processes: one log file each, none left behind.

Every process leads its own session, dies with us even if we are killed (parent-death signal), and
whatever it leaves behind becomes our child (subreaper), so that stop_all() can end it by its pid.
"""
import ctypes
import os
import pathlib
import signal
import subprocess
import time

PR_SET_CHILD_SUBREAPER = 36


class Failure(Exception):
    """One line that says what went wrong; the demo prints it and exits 1."""


def become_subreaper():
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def stat_fields(pid):
    """Fields of /proc/PID/stat after the command name: state, parent, ...; empty when it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()


def descendants(pid):
    """Pids of all living processes below `pid`, parents before their children."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            fields = stat_fields(entry)
            if len(fields) > 1 and fields[0] != "Z":
                children.setdefault(int(fields[1]), []).append(int(entry))
    found, queue = [], [pid]
    while queue:
        below = children.get(queue.pop(0), [])
        found += below
        queue += below
    return found


def command_line(pid):
    try:
        data = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    return data.replace(b"\0", b" ").decode(errors="replace").strip()


def send_signal(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def wait_for(what, condition, seconds, poll=0.05, tick=None, alive=()):
    """Calls `condition` until it returns something true, and returns that.

    Raises Failure after `seconds`, or at once when one of the processes in `alive` has ended.
    `tick` is called between two tries (it draws the status table).
    """
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        for process in alive:
            process.check()
        if time.monotonic() > end:
            raise Failure(f"gave up after {seconds:g} s: {what}")
        if tick:
            tick()
        time.sleep(poll)


class Process:
    def __init__(self, name, popen, log):
        self.name, self.popen, self.log = name, popen, log

    @property
    def pid(self):
        return self.popen.pid

    def running(self):
        return self.popen.poll() is None

    def check(self):
        if not self.running():
            raise Failure(f"{self.name} ended with status {self.popen.returncode}; "
                          f"last lines of {self.log}:\n{tail(self.log)}")


def tail(path, lines=15):
    try:
        return "\n".join(pathlib.Path(path).read_text(errors="replace").splitlines()[-lines:])
    except OSError as error:
        return str(error)


class Processes:
    def __init__(self, log_directory):
        self.logs = pathlib.Path(log_directory)
        self.logs.mkdir(parents=True, exist_ok=True)
        self.started = []
        become_subreaper()

    def start(self, name, argv, env=None, cwd=None, append=False):
        """Runs argv (a list) in the background with its output in logs/NAME.log."""
        log = self.logs / f"{name}.log"
        command = ["setpriv", "--pdeathsig", "TERM", "--"] + [str(a) for a in argv]
        with open(log, "ab" if append else "wb") as output:
            popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                     stderr=subprocess.STDOUT, cwd=cwd, start_new_session=True,
                                     env={**os.environ, **(env or {})})
        process = Process(name, popen, log)
        self.started.append(process)
        return process

    def stop(self, process, seconds=10.0):
        """SIGTERM, then SIGKILL to it and all below it once `seconds` are over."""
        below = descendants(process.pid) if process.running() else []
        if process.running():
            send_signal(process.pid, signal.SIGTERM)
            try:
                process.popen.wait(seconds)
            except subprocess.TimeoutExpired:
                for pid in [process.pid] + descendants(process.pid):
                    send_signal(pid, signal.SIGKILL)
                process.popen.wait()
        if process in self.started:
            self.started.remove(process)
        return below

    def stop_all(self, seconds=20.0):
        """Ends everything we started, newest first, and everything that was left behind."""
        for process in reversed(list(self.started)):
            self.stop(process, seconds)
        for number, patience in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0)):
            end = time.monotonic() + patience
            for pid in descendants(os.getpid()):
                send_signal(pid, number)
            while descendants(os.getpid()) and time.monotonic() < end:
                self.reap()
                time.sleep(0.02)
            self.reap()

    @staticmethod
    def reap():
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
