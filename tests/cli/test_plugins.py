"""``claim-aug plugins show`` and ``claim-aug plugins check``, and the backends in the help of ``generate``."""

import json
import types

import pytest

from claim_aug.plugins import hookimpl, loader
from claim_aug.priors.blobs import RandomPrior


class Seeded(RandomPrior):
    """A prior that seeds itself.

    Args:
        burden: size of the scar in percent of LV mass, 0.1-100.
    """

    def __init__(self, *, burden=20):
        super().__init__(burden=burden)

    def sample(self, anatomy, rng):
        import numpy as np

        return super().sample(anatomy, np.random.default_rng(0))


@pytest.fixture
def mine(monkeypatch):
    """A plugin ``mine`` with the prior ``seeded``."""
    module = types.ModuleType("mine")
    module.register_priors = hookimpl(lambda register: register("seeded", Seeded, summary="always [the] same"))
    module.register_priors.__name__ = "register_priors"
    point = types.SimpleNamespace(name="mine", load=lambda: module, dist=None)
    monkeypatch.setattr(loader, "find_points", lambda: [point])
    monkeypatch.delenv(loader.ALLOW)
    loader.load_plugins.cache_clear()
    yield
    loader.load_plugins.cache_clear()


@pytest.mark.parametrize("name", ["seeded", "mine"])
def test_a_check_that_fails_is_explained_and_the_exit_code_is_1(cli, mine, name):
    done = cli("plugins", "check", name)
    assert done.code == 1
    assert done.err == (
        "error: prior 'seeded' of plugin 'mine' (distribution unknown unknown) fails 1 check: "
        "test_other_seeds_give_other_scars\n"
    )
    lines = done.out.splitlines()
    at = lines.index("  FAIL  Seeds give different scars.")
    assert [line.strip().partition(":")[0] for line in lines[at + 1 : at + 4]] == ["found", "why", "check"]
    assert "variety" in lines[at + 2]
    assert lines[-1] == "14 passed, 1 failed"


def test_a_failure_can_be_expected_with_a_reason(cli, mine):
    expected = ("--expect", "test_other_seeds_give_other_scars=it is meant so")
    done = cli("plugins", "check", "seeded", "--set", "burden=7", *expected)
    assert (done.code, done.err) == (0, "")
    assert "xfail Seeds give different scars. (it is meant so)" in done.out
    assert done.out.endswith("14 passed, 1 failed as expected\n")


def test_a_failure_that_was_expected_in_vain_is_one(cli):
    done = cli("plugins", "check", "random", "--expect", "test_no_network_is_used=why")
    assert done.code == 1
    assert "it passes, though it was expected to fail: why" in done.out


def test_the_results_can_be_had_as_json(cli, mine):
    done = cli("plugins", "check", "seeded", "--json")
    ((title, results),) = json.loads(done.out).items()
    assert "seeded" in title
    assert {result["outcome"] for result in results} == {"passed", "failed"}
    assert set(results[0]) == {"check", "outcome", "detail", "holds", "why"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["randon"],
            "no prior, generator, layout, output layout or metric, and no plugin, 'randon'; did you mean 'random'",
        ),
        (["random", "--set", "burdn=3"], "random has no parameter 'burdn'; did you mean 'burden'"),
        (["random", "--set", "burden=300"], "burden needs a number"),
        (["random", "--expect", "test_no_network_is_used"], "--expect needs CHECK=REASON"),
        (["random", "--expect", "test_no_network=x"], "did you mean 'test_no_network_is_used'"),
        (["transplant"], "needs a bank of scars"),
    ],
)
def test_what_cannot_be_checked_is_one_line(cli, arguments, message):
    done = cli("plugins", "check", *arguments)
    assert (done.code, done.out) == (1, "")
    (line,) = done.err.splitlines()
    assert message in line


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: 1 / 0, "failed: ZeroDivisionError: division by zero"),
        (lambda: types.ModuleType("empty"), "provides no prior, generator, layout, output layout or metric"),
    ],
)
def test_a_plugin_without_anything_to_check_says_why(cli, monkeypatch, make, reason):
    point = types.SimpleNamespace(name="sad", load=make, dist=None)
    monkeypatch.setattr(loader, "find_points", lambda: [point])
    monkeypatch.delenv(loader.ALLOW)
    loader.load_plugins.cache_clear()
    done = cli("plugins", "check", "sad")
    loader.load_plugins.cache_clear()
    assert (done.code, done.err) == (1, f"error: plugin 'sad' (distribution unknown) {reason}\n")


@pytest.mark.parametrize(
    ("name", "titles"), [("flat", ["layout 'flat'", "output layout 'flat'"]), ("burden", ["metric 'burden'"])]
)
def test_layouts_and_metrics_are_checked_by_their_suites(cli, name, titles):
    done = cli("plugins", "check", name, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert [title.partition(" of plugin")[0] for title in found] == titles
    assert {one["outcome"] for results in found.values() for one in results} <= {"passed", "skipped"}


def test_an_expected_failure_belongs_to_the_suites_that_have_the_check(cli):
    expected = ("--expect", "test_labels_keep_their_meaning=they run together")
    done = cli("plugins", "check", "flat", *expected)
    assert done.code == 1
    assert done.err.startswith("error: output layout 'flat'")
    assert "fails 1 check: test_labels_keep_their_meaning" in done.err


def test_an_option_before_the_command_is_not_passed_over_in_silence(cli):
    done = cli("plugins", "--json", "check", "random")
    assert (done.code, done.out) == (1, "")
    assert done.err == "error: options come after the command: claim-aug plugins check NAME --json\n"


def test_the_options_of_a_backend_are_shown_with_their_ranges(cli, mine):
    done = cli("plugins", "show", "seeded")
    assert done.code == 0
    assert "always [the] same" in done.out
    assert "│ burden │ 20      │ 0.1-100 │ size of the scar in percent of LV mass, 0.1-100. │" in done.out


def test_json_has_the_options_of_all_backends_and_the_help_of_generate_those_of_plugins(cli, mine):
    rows = {row["name"]: row for row in json.loads(cli("plugins", "--json").out)}
    (seeded,) = rows["mine"]["backends"]
    meaning = "size of the scar in percent of LV mass, 0.1-100."
    option = {"name": "burden", "default": "20", "range": [0.1, 100], "meaning": meaning}
    assert seeded == {"kind": "prior", "name": "seeded", "summary": "always [the] same", "options": [option]}
    built_in = rows["built-in"]["backends"]
    assert all(option["meaning"] for backend in built_in for option in backend["options"])
    shown = cli("generate", "--help").out
    assert "--prior seeded: always [the] same; options: burden (0.1-100)" in shown
    assert "--generator ddpm: " in shown
