"""The language, the checkers and the soak's dice, without a world."""
import json
import pathlib
import random
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent / "e2e"))

from checks import Witness, percentiles, untruths, violations  # noqa: E402
from dsl import Wrong, parse, parse_line  # noqa: E402
from play import Play, swap  # noqa: E402
from soak import FAULTS, draw  # noqa: E402

UP = {"event": "up", "dongle": "a"}
DOWN = {"event": "down", "dongle": "a"}
SECOND = [{"event": "up", "dongle": "b"}, {"event": "overlap_begin", "dongle": "b"}]


class Language(unittest.TestCase):
    def test_every_scenario_of_the_project_is_understood(self):
        scenarios = [parse(file) for file in (HERE / "scenarios").glob("*.scn")]
        self.assertGreaterEqual(len(scenarios), 40)
        self.assertEqual(sum("ci" in s.marks for s in scenarios), 13)
        self.assertEqual(sum("negative" in s.marks for s in scenarios), 1)
        self.assertTrue(all(s.about for s in scenarios))

    def test_every_verb_is_done_by_a_method(self):
        for file in (HERE / "scenarios").glob("*.scn"):
            for line in parse(file).lines:
                self.assertTrue(callable(getattr(Play, line.method)), line.text)

    def test_an_error_names_file_and_line(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "x.scn"
            file.write_text("# proves nothing\nunplug node-a\nexplode node-a\n")
            with self.assertRaisesRegex(Wrong, r"x\.scn:3: not understood: explode node-a"):
                parse(file)
            file.write_text("unplug node-a\n")
            with self.assertRaisesRegex(Wrong, "needs a comment"):
                parse(file)

    def test_what_the_world_must_have_stands_above_the_verbs(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory) / "x.scn"
            file.write_text("# proves nothing\nwith spare\nunplug node-a\n")
            self.assertEqual(parse(file).options, {"spare"})
            for text in ("unplug node-a\nwith spare\n", "with luck\nunplug node-a\n"):
                file.write_text("# proves nothing\n" + text)
                with self.assertRaisesRegex(Wrong, "not understood here: with"):
                    parse(file)

    def test_the_soak_draws_only_what_the_language_has(self):
        dice = random.Random(7)
        for _ in range(50 * len(FAULTS)):
            for text in draw(dice, "node-b")[1]:
                parse_line(text, "soak")

    def test_nodes_are_swapped_everywhere_in_a_text(self):
        self.assertEqual(swap("from node-a to node-b"), "from node-b to node-a")
        self.assertIsNone(swap(None))


class Checkers(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.file = pathlib.Path(scratch.name) / "witness.jsonl"

    def witness(self, *events):
        self.file.write_text("".join(json.dumps({"t_ms": 1, **e}) + "\n" for e in events))
        return Witness(self.file, {"node-a": "a", "node-b": "b"})

    def test_one_after_the_other_is_no_overlap(self):
        witness = self.witness(UP, DOWN, SECOND[0])
        self.assertEqual((witness.on_air(), witness.overlap_ms()), (["node-b"], 0))

    def test_an_overlap_is_seen_while_it_goes_on_and_when_it_is_over(self):
        self.assertEqual(self.witness(UP, *SECOND).overlap_ms(), 1)
        end = {"event": "overlap_end", "dongle": "a", "ms": 250}
        witness = self.witness(UP, *SECOND, DOWN, end)
        self.assertEqual(witness.overlap_ms(), 250)
        self.assertEqual(violations(witness.figures()), ["overlap is 250, may be 0"])

    def test_an_overlap_that_began_before_the_mark_counts(self):
        end = {"event": "overlap_end", "dongle": "a", "ms": 250}
        self.assertEqual(self.witness(UP, *SECOND, end).overlap_ms(3), 250)

    def test_a_silence_is_from_the_last_going_down_to_the_next_coming_up(self):
        later = {**SECOND[0], "t_ms": 2501}
        self.assertEqual(self.witness(UP, DOWN, later).silences(), [{"s": 2.5, "moved": True}])
        self.assertEqual(percentiles([2.5, 1.0]),
                         {"n": 2, "p50_s": 2.5, "p95_s": 2.5, "max_s": 2.5})

    def test_a_silence_that_goes_on_counts_up_to_now(self):
        self.assertEqual(self.witness(UP).silence_ms(), 0)
        later = {"event": "form", "t_ms": 2501}
        self.assertEqual(self.witness(UP, DOWN, later).silence_ms(), 2500)
        back = {**UP, "t_ms": 2501}
        self.assertEqual(self.witness(UP, DOWN, back).silence_ms(), 2500)
        self.assertEqual(self.witness(UP, DOWN, back).silence_ms(3), 0)

    def test_a_half_written_last_line_is_not_an_event(self):
        self.witness(UP)
        with open(self.file, "a") as file:
            file.write('{"t_ms":2,"ev')
        witness = Witness(self.file, {"node-a": "a"})
        self.assertEqual((witness.mark(), witness.on_air()), (1, ["node-a"]))

    def test_second_networks_and_rejoins_are_violations(self):
        form, rejoin = {"event": "form"}, {"event": "rejoin"}
        self.assertEqual(len(violations(self.witness(form, form, rejoin).figures())), 2)

    def test_a_coming_up_has_its_second(self):
        start = {"t_ms": 0, "event": "start", "utc": "1970-01-01T00:01:00Z"}
        late = {**UP, "t_ms": 5900}
        self.assertEqual(self.witness(start, late).ups_at(), [("node-a", 65)])
        self.assertEqual(self.witness(start, UP, late).ups_at(2), [("node-a", 65)])

    def test_a_move_that_the_air_did_not_see_is_an_untruth(self):
        history = [{"kind": "switchover_completed", "to": "node-b", "cause": "failover", "at": 70}]
        self.assertEqual(untruths(history, [("node-b", 71)], "node-b", ["node-b"]), [])
        self.assertIn("did not come", untruths(history, [("node-a", 60)], "", [])[0])
        self.assertIn("too early", untruths(history, [("node-b", 72)], "", [])[0])
        self.assertIn("said to be active", untruths([], [], "node-a", [])[0])


if __name__ == "__main__":
    unittest.main()
