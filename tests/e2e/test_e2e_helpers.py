"""Unit tests of what the demo judges by: gaps, leaks, the verdict. Run by ctest."""
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from air import Air  # noqa: E402
from outcome import faults, summary, table  # noqa: E402
from processes import Failure, Processes, descendants, wait_for  # noqa: E402
from prober import Ledger, longest_gap  # noqa: E402
from secret_files import find_secrets, key_spellings, write_secret  # noqa: E402

GOOD = Air(on_air=("b",), formed=1, joined=3, rejoined=0, overlap_ms=0, replays=0)
ROWS = [{"name": "planned", "gap_s": 3.2, "ok": True, "rejoined": 0, "formed": 0, "overlap_ms": 0,
         "traps": 2}]


class Gaps(unittest.TestCase):
    def test_a_gap_counts_whole_when_the_step_begins_inside_it(self):
        self.assertEqual(longest_gap([1.0, 2.0, 9.0, 10.0], 3.0, 10.0), 7.0)

    def test_an_outage_that_goes_on_counts_up_to_the_end(self):
        self.assertEqual(longest_gap([1.0, 2.0], 1.5, 30.0), 28.0)

    def test_without_any_answer_the_whole_step_is_a_gap(self):
        self.assertEqual(longest_gap([], 5.0, 9.0), 4.0)


class Answers(unittest.TestCase):
    def test_an_answer_counts_once(self):
        ledger = Ledger()
        level = ledger.command(1.0)
        self.assertEqual(ledger.answer(1.5, level), 0.5)
        self.assertIsNone(ledger.answer(1.6, level))

    def test_a_level_nobody_commanded_is_no_answer(self):
        self.assertIsNone(Ledger().answer(1.0, 77))

    def test_an_answer_after_the_command_is_forgotten_does_not_count(self):
        ledger = Ledger()
        self.assertIsNone(ledger.answer(9.0, ledger.command(1.0)))


class Verdict(unittest.TestCase):
    def test_everything_as_it_has_to_be_is_no_fault(self):
        self.assertEqual(faults(summary(ROWS, GOOD, 3), 1, []), [])

    def test_each_broken_promise_is_a_fault(self):
        for air, traps, leaks in ((Air(("b",), 2, 3, 0, 0, 0), 1, []),
                                  (Air(("b",), 1, 3, 1, 0, 0), 1, []),
                                  (Air(("b",), 1, 3, 0, 1, 0), 1, []),
                                  (GOOD, 0, []), (GOOD, 1, [("log", "network key")])):
            self.assertEqual(len(faults(summary(ROWS, air, traps), 1, leaks)), 1)

    def test_a_step_that_was_not_run_is_a_fault(self):
        self.assertEqual(len(faults(summary(ROWS, GOOD, 1), 2, [])), 1)

    def test_a_failed_step_is_a_fault_and_shows_in_the_table(self):
        rows = [{"name": "planned", "gap_s": None, "ok": False}]
        report = summary(rows, GOOD, 1)
        self.assertEqual(len(faults(report, 1, [])), 1)
        self.assertIn("FAILED", table(rows, report))


class Secrets(unittest.TestCase):
    def test_a_key_is_found_in_every_spelling(self):
        key = [1, 2, 3, 200, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255]
        with tempfile.TemporaryDirectory() as directory:
            for text in ("010203C8" + "".join("%02X" % b for b in key[4:]), str(key),
                         ":".join("%02x" % b for b in key), str(key).replace(" ", "")):
                file = pathlib.Path(directory, "log")
                file.write_text(f"key {text} end")
                self.assertEqual(len(find_secrets([file], {"key": key_spellings(key)})), 1, text)
            file.write_text("nothing here 1, 2, 3")
            self.assertEqual(find_secrets([file], {"key": key_spellings(key)}), [])

    def test_a_secret_file_is_readable_by_its_owner_only(self):
        with tempfile.TemporaryDirectory() as directory:
            file = write_secret(pathlib.Path(directory, "password"), "word")
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)


class LeavingNothingBehind(unittest.TestCase):
    def test_a_grandchild_in_a_session_of_its_own_is_ended_too(self):
        with tempfile.TemporaryDirectory() as directory:
            processes = Processes(directory)
            started = processes.start("parent", ["sh", "-c", "setsid sleep 1000 & exec sleep 1000"])
            wait_for("the grandchild", lambda: len(descendants(started.pid)) == 1, 10)
            processes.stop_all(5)
            self.assertEqual(descendants(os.getpid()), [])

    def test_a_process_that_ends_by_itself_is_noticed_by_who_waits(self):
        with tempfile.TemporaryDirectory() as directory:
            processes = Processes(directory)
            started = processes.start("short", ["sh", "-c", "echo last words; exit 3"])
            with self.assertRaisesRegex(Failure, "status 3.*\n.*last words"):
                wait_for("never", lambda: False, 60, alive=[started])
            processes.stop_all(5)


if __name__ == "__main__":
    unittest.main()
