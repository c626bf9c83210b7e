"""A plugin's metric is judged beside the others, and is named when it misbehaves."""

from dataclasses import replace

import pytest

from claim_aug import evaluate
from claim_aug.errors import InputError, PluginError
from claim_aug.evaluation import Definition
from claim_aug.evaluation.metrics import DEFINITIONS
from claim_aug.evaluation.registered_metrics import metric_names, registered_metrics
from claim_aug.evaluation.requirements import parse_requirements
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.plugins import builtin


def smallest(synthetic, real):
    return min(scar.burden_percent for scar in synthetic)


SMALLEST = Definition(
    "smallest", "diversity", smallest, "the smallest scar takes {value:.1f} %LV", "small scars", (0.1, 90),
    needs_real=False,
)  # fmt: skip


@pytest.fixture
def provide(register_as_plugin):
    """Let a plugin register a metric ``smallest``."""
    return lambda definition, name="smallest": register_as_plugin(
        "register_metrics", name, definition, "size of the smallest scar, %LV"
    )


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """Two scarred phantoms as a synthetic set."""
    folder = tmp_path_factory.mktemp("scans")
    for seed in range(2):
        write_emidec(make_phantom(seed, scar=True, shape=(64, 64, 3)), folder, f"Case_{seed}")
    return folder


@pytest.fixture
def judged(scans):
    return lambda: evaluate(scans, labels="phantom", segmenter=None, draws=4)


def test_a_metric_of_a_plugin_is_judged_with_an_interval(provide, judged):
    without = judged()
    provide(SMALLEST)
    found = judged()
    metric = found["smallest"]
    assert (metric.group, metric.verdict) == ("diversity", "fine")
    assert metric.low <= metric.value <= metric.high
    assert metric.sentence == f"The smallest scar takes {metric.value:.1f} %LV: fine."
    assert [one for one in found.metrics if one.name != "smallest"] == list(without.metrics)


def test_a_rule_may_name_it(provide):
    with pytest.raises(InputError, match="--require needs rules"):
        parse_requirements("smallest>2")
    provide(SMALLEST)
    (rule,) = parse_requirements("smallest>2")
    assert str(rule) == "smallest>2"


def test_the_built_in_metrics_are_registered_as_a_plugins_are():
    assert [one.name for one in registered_metrics()] == [one.name for one in DEFINITIONS] == list(builtin.METRICS)
    assert len(set(metric_names())) == len(metric_names())


def test_what_is_not_known_is_not_judged(provide, judged):
    for unknown in (float("nan"), float("inf")):
        provide(replace(SMALLEST, statistic=lambda synthetic, real, unknown=unknown: unknown))
        assert judged()["smallest"].verdict == "not judged"


def fails(synthetic, real):
    raise ZeroDivisionError("division by zero")


def writes(synthetic, real):
    synthetic[0].appearance[:] = 0
    return 1.0


#: What a plugin registers as a metric, and what is said of it.
WRONG = {
    "None": (None, "it needs a Definition, there is NoneType"),
    "a function": (smallest, "it needs a Definition, there is function"),
    "another name": (replace(SMALLEST, name="largest"), "its definition is called 'largest'"),
    "an unknown group": (replace(SMALLEST, group="looks"), "its group needs to be one of background"),
    "a sentence of bytes": (replace(SMALLEST, sentence=b"x"), "its sentence and its advice need to be text"),
    "a sentence of two values": (replace(SMALLEST, sentence="{value} {other}"), "KeyError"),
    "a range of one": (replace(SMALLEST, fine=(1,)), "ValueError"),
    "a range upside down": (replace(SMALLEST, fatal=(2, 1)), "a range needs its lower end first"),
    "no statistic": (replace(SMALLEST, statistic=3), "its statistic cannot be called"),
    "a statistic that fails": (replace(SMALLEST, statistic=fails), "ZeroDivisionError: division by zero"),
    "a statistic that gives text": (replace(SMALLEST, statistic=lambda s, r: "3"), "it gave str and not a number"),
    "a statistic that gives None": (replace(SMALLEST, statistic=lambda s, r: None), "it gave NoneType"),
    "a statistic that writes": (replace(SMALLEST, statistic=writes), "read-only"),
    "a module that is not there": ("no_such_module:METRIC", "ModuleNotFoundError"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_metric_that_misbehaves_is_named(provide, judged, what):
    definition, reason = WRONG[what]
    provide(definition)
    with pytest.raises(PluginError, match=r"'smallest' of plugin 'ours' \(distribution unknown unknown\)") as caught:
        judged()
    assert reason in str(caught.value)


@pytest.mark.parametrize("name", ["auc", "copies"])
def test_a_built_in_name_stays_what_it_is(provide, judged, name):
    (status,) = [one for one in provide(replace(SMALLEST, name=name), name=name).statuses if one.name == "ours"]
    if name == "auc":
        assert "already registered by 'built-in'" in status.error
    else:
        with pytest.raises(PluginError, match="'copies' is a metric of evaluate"):
            judged()
