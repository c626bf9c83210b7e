"""The whole path on real scans, through the command line."""

import itertools
import json

import nibabel as nib
import numpy as np
import pytest

from claim_aug import ScarSynthesizer
from claim_aug.data.case import Case
from claim_aug.data.voxels import read_voxels
from claim_aug.errors import ClaimAugWarning

pytestmark = [pytest.mark.realdata, pytest.mark.filterwarnings("ignore::claim_aug.errors.ClaimAugWarning")]
CASES = ["Case_N006", "Case_P100"]
assert issubclass(ClaimAugWarning, UserWarning)


def paths(realdata, name):
    folder = realdata / "emidec" / "nifti" / name
    return folder / "Images" / f"{name}.nii.gz", folder / "Contours" / f"{name}.nii.gz"


@pytest.fixture(scope="module", params=CASES)
def generated(request, realdata, tmp_path_factory):
    """Ten samples of a real case, twice with one seed."""
    from typer.testing import CliRunner

    from claim_aug.cli import build_app

    out = tmp_path_factory.mktemp(request.param)
    for folder in ("a", "b"):
        arguments = [
            "generate",
            *map(str, paths(realdata, request.param)),
            str(out / folder),
            "-n",
            "10",
            "--seed",
            "7",
        ]
        result = CliRunner().invoke(build_app(), arguments)
        assert result.exit_code == 0, result.output
    return paths(realdata, request.param), request.param, out


def test_ten_different_cases_equal_to_the_input_outside_the_scar(generated):
    (image_path, label_path), name, out = generated
    source, truth = nib.load(image_path), np.asanyarray(nib.load(label_path).dataobj)
    original = np.asanyarray(source.dataobj)
    masks = []
    for index in range(10):
        image = nib.load(out / "a" / "images" / f"{name}_scar{index:03d}.nii.gz")
        label_file = nib.load(out / "a" / "labels" / f"{name}_scar{index:03d}.nii.gz")
        labels, voxels = np.asanyarray(label_file.dataobj), np.asanyarray(image.dataobj)
        new = (labels != truth) | (voxels != original)
        assert np.isin(labels[new], (3, 4)).all()
        assert np.isin(truth[new], (2,)).all()
        assert set(np.unique(labels)) <= {0, 1, 2, 3, 4}
        assert voxels[~new].tobytes() == original[~new].tobytes()
        for written, given in ((image, source), (label_file, nib.load(label_path))):
            assert written.get_data_dtype() == given.get_data_dtype()
            skipped = ("descrip", "vox_offset")
            for field in (field for field in given.header if field not in skipped):
                assert written.header[field].tobytes() == given.header[field].tobytes(), field
            assert np.array_equal(written.affine, given.affine)
        masks.append(labels != truth)
    assert all(not np.array_equal(a, b) for a, b in itertools.combinations(masks, 2))


def test_one_seed_gives_the_same_bytes(generated):
    _, _, out = generated
    for path in sorted((out / "a").rglob("*.*")):
        assert path.read_bytes() == (out / "b" / path.relative_to(out / "a")).read_bytes(), path.name


def test_sidecars_name_pixdim_as_the_spacing(generated):
    _, name, out = generated
    record = json.loads((out / "a" / "sidecars" / f"{name}_scar000.json").read_text())
    assert record["anatomy"]["spacing_mm"][2] in (10.0, 13.0)
    assert 80 < record["anatomy"]["lv_mass_g"] < 180


def test_masks_on_a_real_ventricle_are_all_different(realdata):
    case = Case.from_files(*paths(realdata, "Case_N006"))
    synthesizer = ScarSynthesizer()
    anatomy = case.ventricle(synthesizer.labels, look_in_image=False)
    drawn = [synthesizer.sample(case.image, case.labels, seed=seed, anatomy=anatomy) for seed in range(30)]
    assert len({tuple(made.parameters["realised"]["segments"]) for made in drawn}) >= 25
    dice = [
        2 * (a.infarct & b.infarct).sum() / (a.infarct.sum() + b.infarct.sum())
        for a, b in itertools.combinations(drawn, 2)
    ]
    assert np.mean(dice) < 0.35


def test_synthetic_scar_is_as_bright_as_the_real_one(realdata):
    """The real scar painted again inside its own mask keeps its level to within half the blood-to-remote contrast."""
    case = Case.from_files(*paths(realdata, "Case_P100"))
    labels, image = case.labels, case.image
    synthesizer = ScarSynthesizer("manual", existing="replace", mask=labels)
    again = [
        synthesizer.sample(image, labels, affine=case.image_file.affine, spacing=case.image_file.spacing, seed=s)
        for s in range(9)
    ]
    remote, blood = np.median(image[labels == 2]), np.median(image[labels == 1])
    levels = [(np.median(made.image[labels == 3]) - remote) / (blood - remote) for made in again]
    real = (np.median(image[labels == 3]) - remote) / (blood - remote)
    assert abs(np.median(levels) - real) < 0.5
    assert all(np.array_equal(made.labels, labels) for made in again)


def test_acdc_is_anchored_on_its_rv_label(realdata):
    for frame in ("01", "14"):
        file = read_voxels(realdata / "acdc" / "patient101" / f"patient101_frame{frame}_gt.nii.gz")
        anatomy = ScarSynthesizer(labels="acdc").anatomy(file.data, affine=file.affine, spacing=file.spacing)
        assert anatomy.anchor.source == "rv_label"
        assert anatomy.anchor.angle_deg == pytest.approx(100, abs=15)  # read off the picture
        assert anatomy.orientation.base == "first"
        septal = np.isin(anatomy.segment, (2, 3, 8, 9))
        from scipy import ndimage

        near_rv = ndimage.binary_dilation(anatomy.rv, np.ones((3, 3, 1)), iterations=2)
        assert near_rv[septal].mean() > 2 * near_rv[anatomy.wall & ~septal].mean()
