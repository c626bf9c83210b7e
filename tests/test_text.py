"""Objects show themselves as the code that makes them, or in one line."""

import numpy as np
import pytest

from claim_aug import LVAnatomy, Rendering, ScarMask, ScarSynthesizer
from claim_aug.pool.pool import PoolSample
from claim_aug.text import as_code


def test_a_synthesizer_shows_what_differs_from_the_defaults():
    assert repr(ScarSynthesizer()) == "ScarSynthesizer()"
    made = ScarSynthesizer("random", "ddpm", labels="phantom", burden=(2, 5))
    assert repr(made) == "ScarSynthesizer(prior='random', generator='ddpm', labels='phantom', burden=(2, 5))"


def test_the_code_of_a_synthesizer_makes_it_again():
    made = ScarSynthesizer(generator="ddpm", labels="phantom", burden=20)
    assert repr(eval(repr(made))) == repr(made)


def test_a_sample_is_one_line_with_size_burden_and_seed(phantom):
    sample = ScarSynthesizer(labels="phantom").sample(phantom.image, phantom.labels, affine=phantom.affine, seed=7)
    shown = repr(sample)
    assert "\n" not in shown
    assert len(shown) < 160
    assert all(part in shown for part in (str(phantom.image.shape), "%LV", "seed=7"))


def test_an_anatomy_is_one_line(phantom):
    anatomy = LVAnatomy.from_labels(phantom.labels, "phantom", spacing=phantom.spacing)
    assert "\n" not in repr(anatomy)
    assert len(repr(anatomy)) < 160


GRID = np.zeros((64, 64, 8), np.int16)
VALUES = [
    (PoolSample(GRID, GRID, np.arange(5), np.ones(5, np.uint8), b"{}", 3), "5 voxels changed, seed=3"),
    (ScarMask(GRID == 0, GRID > 0, {"prior": "mine"}), "infarct=32768 voxels, mvo=0 voxels, prior='mine'"),
    (Rendering(GRID, {"generator": "flat"}), "(64, 64, 8), generator='flat'"),
]


@pytest.mark.parametrize(("value", "shown"), VALUES, ids=[type(value).__name__ for value, _ in VALUES])
def test_a_value_is_one_line_without_its_arrays(value, shown):
    assert shown in repr(value)
    assert "\n" not in repr(value)
    assert "array" not in repr(value)


def test_a_default_is_left_out():
    class Made:
        def __init__(self, first=1, second="two"):
            pass

    assert as_code(Made(), first=1, second="three") == "Made(second='three')"


def test_an_array_is_shown_by_its_shape_and_not_by_its_voxels():
    made = ScarSynthesizer("manual", mask=np.ones((64, 64, 5), np.uint8))
    assert repr(made) == "ScarSynthesizer(prior='manual', mask=<uint8 array (64, 64, 5)>)"


def test_a_sample_that_does_not_say_what_was_realised_is_one_line_too(phantom):
    from dataclasses import replace

    sample = ScarSynthesizer(labels="phantom").sample(phantom.image, phantom.labels, affine=phantom.affine, seed=7)
    assert repr(replace(sample, parameters={})).endswith("seed=7)")
