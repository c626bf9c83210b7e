"""A plugin's label scheme is used by its name, and a wrong one is named."""

import pytest

from claim_aug import LabelScheme, LVAnatomy, ScarSynthesizer
from claim_aug.anatomy import SCHEMES
from claim_aug.errors import LabelError, PluginError
from claim_aug.plugins import loader

SITE = "cavity=10,myocardium=20+21,infarct=30,mvo=40,rv=50"


@pytest.fixture
def provide(register_as_plugin):
    """Let a plugin register a label scheme ``site``."""
    return lambda scheme, name="site": register_as_plugin("register_label_schemes", name, scheme, "our site")


@pytest.mark.parametrize("name", ["site", "Site"])
@pytest.mark.parametrize(
    "scheme", [SITE, LabelScheme.parse(SITE), {"cavity": 10, "myocardium": [20, 21], "infarct": 30}]
)
def test_a_scheme_is_text_an_object_or_a_dictionary(provide, scheme, name):
    provide(scheme)
    found = LabelScheme.parse(name)
    assert (found.name, found.cavity, found.myocardium, found.infarct) == ("site", (10,), (20, 21), (30,))


def test_labels_are_read_and_written_in_it(provide, phantom):
    provide(SITE)
    values = {1: 10, 2: 20, 5: 50}
    labels = sum((phantom.labels == old).astype("int16") * new for old, new in values.items())
    sample = ScarSynthesizer("random", labels="site", burden=5).sample(
        phantom.image, labels, affine=phantom.affine, seed=0
    )
    assert (sample.labels[sample.infarct] == 30).all()
    assert LVAnatomy.from_labels(labels, "site", affine=phantom.affine).anchor.source == "rv_label"


def test_what_made_a_sample_can_be_read_without_the_plugin(provide):
    provide(SITE)
    text = LabelScheme.parse("site").source_text
    assert LabelScheme.parse(text).values == LabelScheme.parse("site").values


def test_an_unknown_name_is_answered_with_all_there_are(provide):
    provide(SITE)
    with pytest.raises(LabelError, match=r"unknown label scheme 'sight'; known: emidec, .*, site; or give your own"):
        LabelScheme.parse("sight")


@pytest.mark.parametrize("scheme", ["cavity=1", "cavity=1,myocardium=1", 3, None, "no_module:SCHEME", "math:pi"])
def test_what_is_no_scheme_is_refused_with_the_plugins_name(provide, scheme):
    provide(scheme)
    with pytest.raises(PluginError, match=r"'site' of plugin 'ours' \(distribution unknown unknown\)"):
        LabelScheme.parse("site")


def test_a_built_in_name_stays_what_it_is(provide):
    (status,) = [one for one in provide(SITE, name="emidec").statuses if one.name == "ours"]
    assert "already registered by 'built-in'" in status.error
    assert LabelScheme.parse("emidec") == SCHEMES["emidec"]


def test_the_built_in_schemes_are_registered_as_a_plugins_are():
    assert list(loader.load_plugins().schemes.entries) == list(SCHEMES)
