"""What is seen of a run while it lasts: a table on a terminal, lines in a log."""

from collections import Counter

import pytest

from claim_aug.cli import progress
from claim_aug.cli.progress import run_display, state_of
from claim_aug.data.case import Case
from claim_aug.jobs.runs.job import Job
from claim_aug.jobs.runs.summary import Summary
from claim_aug.jobs.runs.work import Outcome


@pytest.fixture
def summary():
    """A run of two cases of three samples, of which one was there and two were made, one of them drawn twice."""
    cases = [Case(f"Case_{number}", (), ()) for number in range(2)]
    jobs = [Job(case, replica, 0) for case in cases for replica in range(3)]
    found = Summary(6, Counter({"Case_0": 3, "Case_1": 3}))
    row = {"warnings": [], "synthetic": False}
    found.count_there(jobs[0], row)
    found.count(Outcome(jobs[1], row, redrawn=("not visible",)))
    found.count(Outcome(jobs[2], row))
    found.count(Outcome(jobs[3], error="drawn 4 times and not kept"))
    return found


def test_the_state_of_a_run_counts_cases_samples_and_what_went_wrong(summary):
    state = state_of(summary)
    assert (state["cases"], state["samples"]) == ("1 of 2", "3 of 6")
    assert (state["redrawn"], state["failed"], state["bad cases"]) == ("1", "1", "0")
    assert summary.seconds_left == pytest.approx(2 / summary.samples_per_second, rel=0.1)


def test_a_run_that_has_made_nothing_yet_promises_no_time():
    state = state_of(Summary(6, Counter({"Case_0": 3, "Case_1": 3})))
    assert (state["samples"], state["per second"], state["time left"]) == ("0 of 6", "-", "-")


def test_a_terminal_shows_a_table_over_a_bar(summary, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with run_display(quiet=False, as_json=False) as report:
        report(summary, None)
    printed = capsys.readouterr()
    assert printed.out == ""
    for name in ("cases", "per second", "time left", "redrawn", "failed", "bad cases", "3 of 6", "━"):
        assert name in printed.err


def test_a_log_has_a_plain_line_every_so_often(summary, monkeypatch, capsys):
    with run_display(quiet=False, as_json=False) as report:
        report(summary, None)
        assert capsys.readouterr().err == ""
        monkeypatch.setattr(progress, "EVERY_S", 0.0)
        report(summary, None)
    printed = capsys.readouterr()
    assert printed.err.startswith("cases 1 of 2, samples 3 of 6, per second ")
    assert (printed.out, printed.err.count("\n"), "\x1b" in printed.err) == ("", 1, False)
