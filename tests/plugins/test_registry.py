"""Names are unique, and a wrong one gets help."""

import pytest

from claim_aug.errors import InputError, PluginError
from claim_aug.plugins.registry import Registry


class Blob:
    def __init__(self, *, size: float = 1.0) -> None:
        self.size = size


@pytest.fixture
def registry():
    registry = Registry("prior")
    registry.register("blob", Blob, plugin="one", summary="a blob")
    return registry


def test_a_backend_is_built_with_its_options(registry):
    assert registry.create("blob", {"size": 3.0}).size == 3.0


def test_a_factory_may_be_named_and_is_imported_when_used(registry):
    registry.register("late", "fractions:Fraction", plugin="two", distribution="numbers 1.0")
    assert registry.create("late", {"numerator": 3}) == 3


def test_an_unknown_name_gets_a_suggestion_and_the_list(registry):
    with pytest.raises(PluginError, match="unknown prior 'blub'; did you mean 'blob'.*available: blob"):
        registry.get("blub")


def test_an_unknown_name_mentions_plugins_that_failed(registry):
    registry.failures.append("broken")
    with pytest.raises(PluginError, match="plugins that failed to load: broken"):
        registry.get("xyz")


def test_an_unknown_option_gets_a_suggestion(registry):
    with pytest.raises(InputError, match="no parameter 'siz'; did you mean 'size'"):
        registry.create("blob", {"siz": 3.0})


def test_a_name_is_registered_once_and_both_plugins_are_named(registry):
    with pytest.raises(PluginError, match="'blob' of plugin 'two' is already registered by 'one'"):
        registry.register("blob", Blob, plugin="two")


@pytest.mark.parametrize("where", ["no_such_module:Thing", "collections:NoSuchThing"])
def test_a_factory_that_is_not_there_is_named(registry, where):
    registry.register("ghost", where, plugin="two")
    with pytest.raises(PluginError, match=f"'ghost' of plugin 'two' .*loaded from '{where}', failed"):
        registry.create("ghost", {})


@pytest.mark.parametrize("name", ["a/b", "../x", "", "a b", "smile:x", 3])
def test_a_name_is_letters_digits_and_a_few_signs(registry, name):
    with pytest.raises(PluginError, match=r"needs a name of letters, digits.* plugin 'two' gave"):
        registry.register(name, Blob, plugin="two")


@pytest.mark.parametrize("factory", [None, 3, "no colon"])
def test_what_is_no_factory_is_refused_when_it_is_registered(registry, factory):
    with pytest.raises(PluginError, match="'late' of plugin 'two' needs a factory"):
        registry.register("late", factory, plugin="two")


def test_what_a_named_factory_is_not_is_said_when_it_is_used(registry):
    registry.register("late", "string:digits", plugin="two", distribution="numbers 1.0")
    with pytest.raises(PluginError, match=r"'late' of plugin 'two' \(distribution numbers 1.0\) needs a factory"):
        registry.create("late", {})


def test_a_factory_that_fails_or_makes_something_else_is_named(registry):
    def broken():
        raise RuntimeError("no licence file")

    registry.register("broken", broken, plugin="two", distribution="numbers 1.0")
    with pytest.raises(PluginError, match="prior 'broken' of plugin 'two' .*failed: RuntimeError: no licence file"):
        registry.create("broken", {})
    with pytest.raises(PluginError, match="made something without the method 'sample': Blob"):
        registry.create("blob", {}, method="sample")
