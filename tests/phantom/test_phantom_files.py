"""Phantoms on disk: EMIDEC's folders, true spacing, the same bytes every time."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from claim_aug.errors import OutputError
from claim_aug.phantom import Phantom, make_phantom, write_emidec


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return make_phantom(4, scar=True, shape=(80, 80, 4), spacing=(1.75, 1.75, 14.0))


def test_round_trip(phantom: Phantom, tmp_path: Path) -> None:
    case = write_emidec(phantom, tmp_path, "Case_S001")
    assert case == tmp_path / "Case_S001"
    image, contours = (nib.load(case / part / "Case_S001.nii.gz") for part in ("Images", "Contours"))
    assert np.array_equal(image.get_fdata(), phantom.image)
    assert np.array_equal(np.asarray(contours.dataobj), phantom.labels)
    for written in (image, contours):
        assert np.allclose(written.affine, phantom.affine)
        assert np.allclose(written.header.get_zooms(), phantom.spacing)
        assert (written.header["qform_code"], written.header["sform_code"]) == (1, 1)
        assert written.header.get_xyzt_units()[0] == "mm"
        assert written.header["descrip"].item() == b"SYNTHETIC claim-aug phantom"


def test_same_bytes_and_nothing_left_over(phantom: Phantom, tmp_path: Path) -> None:
    for folder in ("a", "b", "b"):  # the second time into "b" replaces the first
        write_emidec(phantom, tmp_path / folder, "Case")
    a, b = (sorted(p for p in (tmp_path / folder).rglob("*") if p.is_file()) for folder in ("a", "b"))
    assert [p.read_bytes() for p in a] == [p.read_bytes() for p in b]
    assert [p.name for p in b] == ["Case.nii.gz", "Case.nii.gz"]


def test_a_folder_that_cannot_be_made_is_said(phantom: Phantom, tmp_path: Path) -> None:
    (tmp_path / "Case").write_text("in the way")
    with pytest.raises(OutputError, match="could not write"):
        write_emidec(phantom, tmp_path, "Case")
