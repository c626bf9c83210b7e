"""A transform shows what differs from its defaults."""

import importlib

import pytest

ARGUMENTS = {"torchio": ("lge", "seg"), "monai": (), "albumentations": ()}


@pytest.mark.parametrize("framework", ARGUMENTS)
def test_a_transform_shows_what_differs_from_the_defaults(framework):
    pytest.importorskip(framework)
    module = importlib.import_module(f"claim_aug.integrations.{framework}")
    shown = repr(module.ScarSynthesizer(*ARGUMENTS[framework], labels="phantom", burden=(2, 5)))
    assert shown.startswith("ScarSynthesizer(")
    assert "burden=(2, 5)" in shown
    assert "generator" not in shown  # the default is left out


def test_arguments_of_torchio_itself_are_shown_too():
    pytest.importorskip("torchio")
    module = importlib.import_module("claim_aug.integrations.torchio")
    assert "copy" not in repr(module.ScarSynthesizer(labels="phantom"))
    assert "copy=False" in repr(module.ScarSynthesizer(labels="phantom", copy=False))
