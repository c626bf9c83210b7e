"""Files whose affine says 1 mm and whose ``pixdim`` is right, as EMIDEC's: frameworks give the CLI's scar."""

import json

import nibabel as nib
import numpy as np
import pytest

from claim_aug import ScarSynthesizer

SPACING = (1.5, 1.5, 9.0)
#: The identity with flipped signs.
AFFINE = np.diag([-1.0, -1.0, 1.0, 1.0])
ASKED = {"labels": "phantom", "out_keys": {"parameters": "how"}}


@pytest.fixture
def files(heart, tmp_path):
    """Image and label map, each with that affine and that ``pixdim``."""
    found = {}
    for name, array in (("image", heart.image), ("label", heart.labels)):
        header = nib.Nifti1Header()
        header.set_data_dtype(array.dtype)
        header.set_data_shape(array.shape)
        header.set_sform(AFFINE, code=2)
        header["pixdim"][1:4] = SPACING
        found[name] = tmp_path / f"{name}.nii.gz"
        nib.save(nib.Nifti1Image(array, None, header), found[name])
        again = nib.load(found[name])
        assert np.array_equal(again.affine, AFFINE)
        assert again.header.get_zooms() == SPACING
    return found


def torchio_1(files):
    torchio = pytest.importorskip("torchio")
    if not torchio.__version__.startswith("1"):
        pytest.skip("torchio 2 reads the affine alone; docs/training.md says so")
    from claim_aug.integrations.torchio import ScarSynthesizer as Transform

    subject = torchio.Subject(image=torchio.ScalarImage(files["image"]), label=torchio.LabelMap(files["label"]))
    done = Transform(**ASKED)(subject)
    return done.label.data, done.how


def monai(files):
    pytest.importorskip("monai")
    from monai.transforms import Compose, EnsureChannelFirstd, LoadImaged

    from claim_aug.integrations.monai import ScarSynthesizerd

    first = [LoadImaged(["image", "label"]), EnsureChannelFirstd(["image", "label"])]
    done = Compose([*first, ScarSynthesizerd("image", "label", **ASKED)])(files)
    return done["label"], done["how"]


@pytest.mark.parametrize("framework", [torchio_1, monai])
def test_the_frameworks_own_reader_brings_the_pixdim_along(files, heart, framework):
    labels, how = framework(files)
    record = json.loads(how)
    as_told = ScarSynthesizer(labels="phantom").sample(
        heart.image, heart.labels, affine=AFFINE, spacing=SPACING, seed=record["seed"]
    )
    assert np.array_equal(np.asarray(labels).reshape(heart.labels.shape), as_told.labels)
    assert record["realised"] == as_told.parameters["realised"]
