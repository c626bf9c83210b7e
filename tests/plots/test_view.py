"""A sample is shown in a notebook, with the viewer that is installed."""

import io

import numpy as np
import pytest
from PIL import Image

import claim_aug
from claim_aug.errors import InputError, MissingDependencyError
from claim_aug.phantom import make_phantom


@pytest.fixture(scope="module")
def scan():
    return make_phantom(7, scar=False, shape=(80, 80, 4))


@pytest.fixture(scope="module")
def sample(scan):
    return claim_aug.ScarSynthesizer(labels="phantom", burden=15).sample(
        scan.image, scan.labels, affine=scan.affine, seed=3
    )


def size_of(shown):
    with Image.open(io.BytesIO(shown._repr_png_())) as image:
        return image.size


def test_a_preview_has_a_row_more_where_the_scan_before_is_given(sample, scan):
    alone, with_before = sample.show(widget=False), claim_aug.view(sample, before=scan.image, widget=False)
    assert size_of(with_before)[0] == size_of(alone)[0]
    assert size_of(with_before)[1] > size_of(alone)[1]


def test_a_slice_and_many_channels_are_shown_too(scan):
    synthesizer = claim_aug.ScarSynthesizer(labels="phantom", burden=15)
    flat = synthesizer.sample(scan.image[..., 1], scan.labels[..., 1], spacing=(1.4, 1.4), seed=1)
    many = synthesizer.sample(np.stack([scan.image] * 2), scan.labels[None], affine=scan.affine, seed=1)
    for sample in (flat, many):
        assert size_of(sample.show(widget=False))[0] > 300


def test_an_image_of_another_scan_is_refused(sample):
    with pytest.raises(InputError, match="needs the shape"):
        sample.show(before=np.zeros((3, 3, 3)))


def test_the_widget_holds_the_scan_and_its_scar(sample):
    pytest.importorskip("ipyniivue", reason="no ipyniivue: pip install ipyniivue")
    shown = sample.show()
    assert [volume.name for volume in shown.volumes] == ["scan.nii", "scar.nii"]


def test_a_widget_that_is_wanted_and_missing_is_an_error_with_its_remedy(sample, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "ipyniivue", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "claim-aug\[notebook\]"'):
        sample.show(widget=True)
    assert size_of(sample.show())[0] > 300
