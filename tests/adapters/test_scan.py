"""Shapes and dtypes of frameworks: read with or without a channel, and given back as they came."""

import numpy as np
import pytest
import torch

from claim_aug.adapters.arrays import as_affine, like, to_array
from claim_aug.adapters.insertion import insert
from claim_aug.adapters.scan import Scan
from claim_aug.errors import InputError
from claim_aug.synthesizer import ScarSynthesizer

GRID = (5, 4, 3)


@pytest.mark.parametrize(
    ("image", "labels", "parts"),
    [
        ((1, *GRID), (1, *GRID), (1, *GRID)),
        ((2, *GRID), (1, *GRID), (2, *GRID)),
        (GRID, GRID, (1, *GRID)),
        ((3, *GRID), GRID, (3, *GRID)),
        ((1, 5, 4), (1, 5, 4), (1, 5, 4)),
        ((5, 4), (5, 4), (1, 5, 4)),
        ((1, 5, 4, 1), (1, 5, 4, 1), (1, 5, 4, 1)),
    ],
)
def test_a_channel_in_front_is_understood(image, labels, parts):
    scan = Scan.from_arrays([np.zeros(image)], np.zeros(labels))
    assert scan.arguments["image"].shape == parts
    assert scan.labels.shape == parts[1:]


@pytest.mark.parametrize(
    ("image", "labels", "reason"),
    [
        (GRID, (2, *GRID), "label map needs the shape"),
        (GRID, (7,), "label map needs the shape"),
        ((5, 4, 2), GRID, "image needs the shape"),
        ((1, 1, *GRID), GRID, "image needs the shape"),
    ],
)
def test_grids_that_do_not_fit_are_refused(image, labels, reason):
    with pytest.raises(InputError, match=reason):
        Scan.from_arrays([np.zeros(image)], np.zeros(labels))


def test_a_path_in_place_of_an_image_is_refused():
    with pytest.raises(InputError, match="got str; load the file first"):
        Scan.from_arrays(["scan.nii.gz"], np.zeros(GRID))


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float32, torch.int16, torch.uint8])
def test_tensors_come_back_in_their_dtype(kind):
    tensor = torch.arange(60).reshape(GRID).to(kind)
    back = like(tensor, to_array(tensor, "it"))
    assert back.dtype == kind
    assert torch.equal(back, tensor)


def test_images_of_several_dtypes_share_one_scar_and_keep_their_own(phantom):
    images = [phantom.image.astype(np.int16), torch.from_numpy(phantom.image)[None].double()]
    written = insert(ScarSynthesizer(labels="phantom"), images, phantom.labels, affine=phantom.affine, seed=1)
    assert [image.dtype for image in written.images] == [np.int16, torch.float64]
    new = written.mask > 0
    for before, after in zip(images, written.images, strict=True):
        changed = (np.asarray(before) != np.asarray(after)).reshape(new.shape)
        assert changed.any()
        assert not (changed & ~new).any()


def test_several_images_give_the_scar_that_the_first_alone_gives(phantom):
    source = ScarSynthesizer(labels="phantom")
    one, two = (
        insert(source, [phantom.image] * count, phantom.labels, affine=phantom.affine, seed=1) for count in (1, 2)
    )
    assert np.array_equal(one.labels, two.labels)
    assert np.array_equal(one.images[0], two.images[0])


def test_the_identity_says_nothing_about_the_voxels():
    assert as_affine(np.eye(4)) is None
    assert as_affine(torch.eye(4)) is None
    assert np.array_equal(as_affine(torch.diag(torch.tensor([2.0, 2, 8, 1]))), np.diag([2.0, 2, 8, 1]))
    with pytest.raises(InputError, match="affine needs to be 4x4"):
        as_affine(np.eye(3))
