"""Two real controllers at a real broker: one acts, the other one follows it. No zigbee2mqtt."""
import pathlib
import signal
import sys
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from bad_input import BadInput, run  # noqa: E402
from broker import CLUSTER  # noqa: E402
from processes import send_signal, wait_for  # noqa: E402
from stage import Stage  # noqa: E402


class TwoControllers(BadInput):
    def setUp(self):
        super().setUp()
        self.stage = Stage(self.directory / "stage")
        self.addCleanup(self.stage.stop)
        self.stage.prepare(sshd=False)
        for file in self.stage.cluster.files.values():
            config = yaml.safe_load(file.read_text())
            config["controller"]["spare"] = {"state": str(self.directory / "spare")}
            file.write_text(yaml.safe_dump(config))

    def start(self, spare):
        flags = ["--spare"] if spare else []
        return self.stage.start_daemon("zha-controller", "controller", [*flags, "--config"],
                                       name="spare" if spare else "first")

    def wait(self, first, spare, seconds=25):
        def state(name):
            return self.stage.mqtt.json(f"{CLUSTER}/{name}/status").get("state")
        wait_for(f"the first one is {first}, the spare one {spare}",
                 lambda: (state("controller"), state("controller-spare")) == (first, spare),
                 seconds)

    def status(self):
        done = run("zha-switchover", "--config", self.stage.cluster.files["cli"], "status")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def incarnation(self, name):
        return self.stage.mqtt.json(f"{CLUSTER}/{name}/status")["incarnation"]

    def test_the_spare_one_takes_over_and_the_first_one_comes_back_as_the_spare(self):
        first = self.start(spare=False)
        self.wait("online", None)
        spare = self.start(spare=True)
        self.wait("online", "standby")
        before = self.incarnation("controller")
        send_signal(first.pid, signal.SIGKILL)
        self.wait("offline", "online")
        self.assertGreater(self.incarnation("controller-spare"), before)
        self.start(spare=False)
        self.wait("standby", "online")
        # Each publishes for itself; what the acting one knows of the other comes a moment later.
        wait_for("the status tells of both",
                 lambda: "controllers: spare is online, first is standby" in self.status(), 25)
        send_signal(spare.pid, signal.SIGKILL)
        self.wait("online", "offline")

    def test_the_spare_one_must_be_configured(self):
        file = self.stage.cluster.files["controller"]
        config = yaml.safe_load(file.read_text())
        del config["controller"]["spare"]
        file.write_text(yaml.safe_dump(config))
        done = run("zha-controller", "--spare", "--config", file)
        self.assert_one_line(done, 1, "controller.spare is not configured")


if __name__ == "__main__":
    unittest.main()
