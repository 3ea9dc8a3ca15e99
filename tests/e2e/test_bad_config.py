"""A configuration that cannot be right ends every program with one line: what is wrong, and where."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from bad_input import BadConfig, run  # noqa: E402


def line_of(file, text):
    """Number of the last line that holds `text`."""
    return max(n for n, line in enumerate(file.read_text().splitlines(), 1) if text in line)


class WrongFile(BadConfig):
    def assert_refused(self, spoil, key, *words, line=None):
        """By all three programs, started or only asked to check."""
        file = self.spoiled(spoil)
        place = f"{file}:{line_of(file, line or key.split('.')[-1])}: "
        for status, done in [*self.start_each(), *self.check_each()]:
            with self.subTest(args=done.args):
                self.assert_one_line(done, status, f"{place}{key}: ", *words)
        self.assertEqual([p.name for p in self.directory.iterdir() if p.is_dir()], [],
                         "a refused configuration must leave nothing behind")

    def test_a_good_file_passes_every_check(self):
        self.write()
        for _, done in self.check_each():
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.args)

    def test_a_misspelt_key(self):
        def spoil(config):
            config["timing"]["hartbeat"] = config["timing"].pop("heartbeat")
        self.assert_refused(spoil, "timing.hartbeat")

    def test_a_missing_key(self):
        self.assert_refused(lambda c: c["nodes"][1].pop("port"), "nodes[1].port", "is required",
                            line="name: node-b")

    def test_a_value_of_the_wrong_kind(self):
        self.assert_refused(lambda c: c["mqtt"].update(port="many"), "mqtt.port", '"many"',
                            line="port: many")

    def test_timings_that_do_not_add_up(self):
        self.assert_refused(lambda c: c["timing"].update(hold_down="21s"), "timing.hold_down",
                            "21000ms is too short", "at least 21")

    def test_two_nodes_of_one_name(self):
        self.assert_refused(lambda c: c["nodes"][1].update(name="node-a"), "nodes[1].name",
                            '"node-a"', line="name: node-a")


class WrongPlace(BadConfig):
    def test_a_file_that_is_not_there(self):
        for status, done in [*self.start_each(), *self.check_each()]:
            self.assert_one_line(done, status, f"{self.file}: No such file")

    def test_a_file_that_is_not_yaml(self):
        self.file.write_text("cluster: home\nmqtt: {host: [\n")
        for status, done in [*self.start_each(), *self.check_each()]:
            self.assert_one_line(done, status, f"{self.file}:")

    def test_a_node_that_is_not_in_it(self):
        self.write()
        for extra in ([], ["--check-config"]):
            done = run("zha-agent", "--config", self.file, "--node", "node-z", *extra)
            self.assert_one_line(done, 1, f"{self.file}: nodes: ", "node-z")


class Watchdog(BadConfig):
    """An agent whose watchdog's device does not exist: it must not even be looked for."""

    def start(self, mode, *flags):
        self.spoiled(lambda c: c["nodes"][0].update(
            watchdog=mode, watchdog_device=str(self.directory / "none")))
        return run("zha-agent", "--config", self.file, "--node", "node-a", *flags)

    def test_a_required_watchdog_is_not_left_to_nobody(self):
        for extra in ([], ["--check-config"]):
            done = self.start("required", "--no-guard", *extra)
            self.assert_one_line(done, 1, f"{self.file}: nodes: watchdog of node-a", "--no-guard")
        self.assertFalse((self.directory / "node-a").exists(), "something was begun")

    def test_without_the_guard_one_that_may_be_missing_is_no_matter(self):
        done = self.start("automatic", "--no-guard", "--check-config")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        done = self.start("required", "--check-config")
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class Secrets(BadConfig):
    def test_a_password_that_others_may_read(self):
        self.write()
        self.password.chmod(0o640)
        for status, done in [*self.start_each(), *self.check_daemons()]:
            with self.subTest(args=done.args):
                self.assert_one_line(done, status, f"mqtt.password_file: {self.password}: ",
                                     "others may read it")
                self.assertNotIn("word\n", done.stderr)

    def test_a_password_file_that_is_not_there(self):
        self.write()
        self.password.unlink()
        for status, done in [*self.start_each(), *self.check_daemons()]:
            self.assert_one_line(done, status, f"mqtt.password_file: {self.password}: No such")

    def test_an_snmp_community_that_others_may_read(self):
        self.write()
        (self.directory / "community").chmod(0o644)
        for extra in ([], ["--check-config"]):
            done = run("zha-controller", "--config", self.file, *extra)
            self.assert_one_line(done, 1, f"{self.directory}/community: ", "others may read")


if __name__ == "__main__":
    unittest.main()
