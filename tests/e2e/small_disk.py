"""A directory on a disk of its own that can be filled to the last byte. Needs the right to mount."""
import pathlib
import subprocess
import unittest


class SmallDisk:
    def __init__(self, test, directory, kilobytes):
        """Skips `test` where we may not mount; the disk goes when the test is over."""
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k,mode=0700",
                               "tmpfs", str(self.directory)], capture_output=True, text=True)
        if done.returncode != 0:
            raise unittest.SkipTest(f"cannot mount a small disk: {done.stderr.strip()}")
        test.addCleanup(subprocess.run, ["umount", str(self.directory)], check=True)

    def fill(self):
        with open(self.directory / "ballast", "wb", buffering=0) as ballast:
            try:
                while ballast.write(b"\0" * 4096):
                    pass
            except OSError:
                pass

    def make_room(self):
        (self.directory / "ballast").unlink()

    def files(self):
        """{name: content} of everything but the ballast."""
        return {p.name: p.read_bytes() for p in self.directory.iterdir() if p.name != "ballast"}
