"""``claim-aug evaluate``: table, JSON, files and exit code."""

import json

import pytest

from claim_aug.phantom import make_phantom, write_emidec


@pytest.fixture
def scans(tmp_path):
    for seed in range(3):
        write_emidec(make_phantom(seed, scar=True, shape=(80, 80, 4)), tmp_path / "scans", f"Case_{seed}")
    return tmp_path / "scans"


@pytest.fixture
def judged(cli, scans):
    return lambda *more: cli("evaluate", scans, "--labels", "phantom", "--segmenter", "none", *more)


def test_the_table_ends_with_the_verdict(judged):
    done = judged()
    assert done.code == 0, done.err
    assert "burden_cohorts" in done.out
    assert "note: There is no real set (--real)" in done.out
    assert done.out.splitlines()[-1].startswith(("Worth training on", "Look again at", "Do not use"))


def test_json_has_the_numbers_of_the_table(judged, tmp_path):
    printed = json.loads(judged("--json").out)
    judged("--out", tmp_path / "report")
    written = json.loads((tmp_path / "report" / "evaluation.json").read_text())
    assert printed == written
    assert printed["sentence"]
    assert {metric["name"] for metric in printed["metrics"]} >= {"adherence", "auc", "copies", "leaks", "changed"}


def test_requirements_set_the_exit_code(judged):
    assert judged("--require", "burden_cohorts>1, pair_dice<=1").code == 0
    done = judged("--require", "burden_cohorts>99,auc<0.7")
    assert done.code == 1
    assert "not met: burden_cohorts>99, found" in done.err
    assert "not met: auc<0.7, not judged (Not judged: there is no real set to compare with.)" in done.err


@pytest.mark.parametrize("rule", ["auc", "nothing<1", "auc<much", "auc<0.7;leaks=0"])
def test_a_rule_that_cannot_be_read_is_refused_before_any_work(judged, rule):
    done = judged("--require", rule)
    assert done.code == 1
    assert "error: --require needs rules such as auc<0.7,adherence>0.7, got" in done.err


def test_a_report_that_exists_is_not_replaced(judged, tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "evaluation.json").write_text("{}")
    assert "exists already" in judged("--out", tmp_path / "report").err
    assert judged("--out", tmp_path / "report", "--overwrite").code == 0
