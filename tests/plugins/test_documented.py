"""What a user is told of an option is what its docstring says."""

import functools

import pytest

from claim_aug.plugins.documented import Option, describe_backends, options_of, range_in
from claim_aug.plugins.loader import load_plugins


class Base:
    """A prior.

    Args:
        burden, extent: how much, 0.1-100; a number
            or a pair.
        name: who.

    Raises:
        InputError: burden: not an argument, 7-9.
    """

    def __init__(self, *, burden=None, extent=(1, 2), name, colour="red"):
        pass


class Child(Base):
    """Another, whose names are longer.

    Args:
        name: what it is called, 1-3.
    """


def by_name(factory):
    return {option.name: option for option in options_of(factory)}


def test_an_entry_may_have_several_names_and_lines():
    options = by_name(Base)
    meaning = "how much, 0.1-100; a number or a pair."
    assert options["burden"] == Option("burden", "None", (0.1, 100), meaning)
    assert options["extent"] == Option("extent", "(1, 2)", (0.1, 100), meaning)


def test_what_has_no_default_no_range_or_no_entry_has_none():
    options = by_name(Base)
    assert options["name"] == Option("name", None, None, "who.")
    assert options["colour"] == Option("colour", "'red'", None, "")


def test_a_class_inherits_entries_and_may_have_its_own():
    options = by_name(Child)
    assert options["burden"].range == (0.1, 100)
    assert options["name"] == Option("name", None, (1, 3), "what it is called, 1-3.")


def test_functions_and_partial_functions_are_read_likewise():
    def make(size, *, share=0.5):
        """Make one.

        Args:
            size: how large.
            share: how much, 0-1.
        """

    assert by_name(make)["share"].range == (0, 1)
    assert list(by_name(functools.partial(make, 3))) == ["share"]


def test_without_a_docstring_nothing_is_known():
    assert options_of(lambda *, size=1: size) == [Option("size", "1", None, "")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("share, 0-1", (0, 1)),
        ("share of 0.05-0.6, or 2-3", (0.05, 0.6)),
        ("AHA segments, 1-17.", (1, 17)),
        ("arXiv 2506.15549, T1-weighted, 3-SD, 2012-14-54, a 2-D slice", None),
        ("smile-2-3", None),
        ("any number", None),
    ],
)
def test_a_range_is_two_numbers_with_a_hyphen(text, expected):
    assert range_in(text) == expected


def test_each_built_in_option_is_documented():
    described = describe_backends("built-in")
    assert [one["name"] for one in described] == [
        entry.name for registry in (load_plugins().priors, load_plugins().generators) for entry in registry
    ]
    assert [option for one in described for option in one["options"] if not option["meaning"]] == []
