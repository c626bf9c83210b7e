"""``claim-aug generate``: the main job, and what it refuses."""

import json

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from claim_aug.data.voxels import NiftiFile

#: Most of what is said here holds for any generator; this one takes no time.
SIGNAL = ("--generator", "signal")


def produced(out):
    return sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())


@pytest.fixture
def generate(cli, case, tmp_path):
    """Run ``generate`` on the phantom with further arguments."""

    def run(*arguments, image=case[0], labels=case[1], out=tmp_path / "out"):
        return cli("generate", *SIGNAL, image, labels, out, "--labels", "phantom", "-n", "2", *arguments)

    return run


def test_it_writes_images_labels_sidecars_and_a_preview(generate, tmp_path):
    done = generate()
    assert done.code == 0, done.err
    assert produced(tmp_path / "out") == [
        "images/heart_scar000.nii.gz",
        "images/heart_scar001.nii.gz",
        "labels/heart_scar000.nii.gz",
        "labels/heart_scar001.nii.gz",
        "previews/heart.png",
        "sidecars/heart_scar000.json",
        "sidecars/heart_scar001.json",
    ]
    assert "scar000" in done.out
    with Image.open(tmp_path / "out" / "previews" / "heart.png") as preview:
        assert preview.width >= 1000


def test_files_differ_from_the_input_in_the_scar_alone(generate, phantom, tmp_path):
    generate("--no-preview")
    source = nib.load(tmp_path / "heart.nii.gz")
    seen = []
    for replica in range(2):
        image = nib.load(tmp_path / "out" / "images" / f"heart_scar{replica:03d}.nii.gz")
        labels = np.asanyarray(nib.load(tmp_path / "out" / "labels" / f"heart_scar{replica:03d}.nii.gz").dataobj)
        scar = np.isin(labels, (3, 4))
        assert scar.any()
        assert np.array_equal(labels[~scar], phantom.labels[~scar])
        assert np.all(phantom.labels[scar] == 2)
        assert np.array_equal(np.asanyarray(image.dataobj)[~scar], phantom.image[~scar])
        assert image.get_data_dtype() == source.get_data_dtype()
        for field in ("pixdim", "qform_code", "sform_code", "srow_x", "quatern_b", "qoffset_x", "dim"):
            assert image.header[field].tobytes() == source.header[field].tobytes()
        assert image.header["descrip"].item().startswith(b"SYNTHETIC")
        seen.append(scar)
    assert not np.array_equal(*seen)


def test_the_sidecar_says_how_the_sample_came_to_be(generate, tmp_path):
    generate("--burden", "20", "--no-preview")
    record = json.loads((tmp_path / "out" / "sidecars" / "heart_scar000.json").read_text())
    assert "SYNTHETIC" in record
    assert record["parameters"]["prior"]["burden"] == 20
    assert record["parameters"]["realised"]["burden_percent"] == pytest.approx(20, abs=1)
    assert record["anatomy"]["anchor"]["source"] == "rv_label"
    assert len(record["inputs"]["image"]["sha256"]) == 64
    assert record["software"]["claim-aug"]


def test_a_sidecars_seed_gives_its_sample_again(generate, phantom, tmp_path):
    from claim_aug import ScarSynthesizer

    generate("--no-preview")
    seed = json.loads((tmp_path / "out" / "sidecars" / "heart_scar001.json").read_text())["seed"]
    file = NiftiFile.read(tmp_path / "heart.nii.gz")
    again = ScarSynthesizer(labels="phantom").sample(
        phantom.image, phantom.labels, affine=file.affine, spacing=file.spacing, seed=seed
    )
    written = np.asanyarray(nib.load(tmp_path / "out" / "images" / "heart_scar001.nii.gz").dataobj)
    assert np.array_equal(again.image, written)


def test_one_seed_gives_the_same_bytes_and_another_does_not(generate, tmp_path):
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        generate("--seed", seed, out=tmp_path / folder)
    for name in produced(tmp_path / "a"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    name = "images/heart_scar000.nii.gz"
    assert (tmp_path / "a" / name).read_bytes() != (tmp_path / "c" / name).read_bytes()


def test_the_first_samples_do_not_depend_on_how_many_are_asked_for(generate, tmp_path):
    generate("--no-preview", out=tmp_path / "a")
    generate("--no-preview", "-n", "1", out=tmp_path / "b")
    name = "images/heart_scar000.nii.gz"
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_manual_segments_and_own_masks(generate, case, tmp_path):
    done = generate("--prior", "manual", "--segments", "1,2,7,8", "--transmurality", "0.75", out=tmp_path / "a")
    assert done.code == 0, done.err
    record = json.loads((tmp_path / "a" / "sidecars" / "heart_scar000.json").read_text())
    assert record["parameters"]["realised"]["segments"] == [1, 2, 7, 8]
    drawn = tmp_path / "a" / "labels" / "heart_scar000.nii.gz"
    assert generate("--mask", drawn, "--no-preview", out=tmp_path / "b").code == 0
    inputs = json.loads((tmp_path / "b" / "sidecars" / "heart_scar000.json").read_text())["inputs"]
    assert len(inputs["heart_scar000.nii.gz"]["sha256"]) == 64
    first, second = (
        np.asanyarray(nib.load(tmp_path / folder / "labels" / "heart_scar000.nii.gz").dataobj) for folder in "ab"
    )
    assert np.array_equal(first, second)


def test_a_png_pair_gives_png(cli, phantom, tmp_path):
    plane = phantom.image[..., 4]
    Image.fromarray((255 * plane / plane.max()).astype(np.uint8)).save(tmp_path / "slice.png")
    Image.fromarray(phantom.labels[..., 4]).save(tmp_path / "mask.png")
    done = cli(
        "generate",
        *SIGNAL,
        tmp_path / "slice.png",
        tmp_path / "mask.png",
        tmp_path / "out",
        "-n",
        "1",
        "--labels",
        "phantom",
    )
    assert done.code == 0, done.err
    before = np.array(Image.open(tmp_path / "slice.png"))
    after = np.array(Image.open(tmp_path / "out" / "images" / "slice_scar000.png"))
    scar = np.isin(np.array(Image.open(tmp_path / "out" / "labels" / "slice_scar000.png")), (3, 4))
    assert np.array_equal(before[~scar], after[~scar])
    assert not np.array_equal(before, after)


def test_an_image_given_as_labels_is_recognised(generate, case):
    done = generate(labels=case[0])
    assert done.code == 1
    assert "is this an image, not a label map?" in done.err
    assert len(done.err) < 400


def test_the_sidecar_holds_the_request(generate, tmp_path):
    generate("--burden", "5,30", "--seed", "9", "--no-preview")
    request = json.loads((tmp_path / "out" / "sidecars" / "heart_scar001.json").read_text())["request"]
    assert request == {
        "seed": 9, "prior": "smile", "generator": "signal", "existing": "keep", "burden": [5, 30],
        "replica": 1,
    }  # fmt: skip


def test_a_wrong_option_leaves_no_demo_phantom_behind(cli, tmp_path):
    assert cli("generate", *SIGNAL, "--demo", tmp_path / "out", "--burden", "3,2").code == 1
    assert not (tmp_path / "out").exists()


def test_the_demo_needs_no_scan(cli, tmp_path):
    done = cli("generate", *SIGNAL, "--demo", tmp_path / "out", "-n", "1")
    assert done.code == 0, done.err
    assert "phantom/Case_demo/Images/Case_demo.nii.gz" in produced(tmp_path / "out")
    assert "images/Case_demo_scar000.nii.gz" in produced(tmp_path / "out")


def test_warnings_are_said_once(generate, phantom, case):
    dull = np.random.default_rng(0).normal(size=phantom.labels.shape)
    for path, array in zip(case, (dull, np.where(phantom.labels == 5, 0, phantom.labels)), strict=True):
        nib.save(nib.Nifti1Image(array, phantom.affine), path)
    done = generate("--no-preview")
    assert done.code == 0
    assert done.err.count("unanchored") == 1
    refused = generate("--require-anchor", "--overwrite")
    assert (refused.code, "unanchored" in refused.err) == (1, True)


def test_files_that_exist_are_not_replaced_unasked(generate, tmp_path):
    generate("--no-preview")
    first = (tmp_path / "out" / "images" / "heart_scar000.nii.gz").read_bytes()
    done = generate("--seed", "5", "--no-preview")
    assert (done.code, "exists already" in done.err) == (1, True)
    assert (tmp_path / "out" / "images" / "heart_scar000.nii.gz").read_bytes() == first
    assert generate("--seed", "5", "--no-preview", "--overwrite").code == 0


def rewrite(path, change, affine=None):
    image = nib.load(path)
    data = np.asanyarray(image.dataobj)
    nib.save(nib.Nifti1Image(change(data), image.affine if affine is None else affine), path)


def cut(path):
    path.write_bytes(path.read_bytes()[:2000])


def five_voxels(labels):
    keep = np.cumsum((labels == 2).ravel()).reshape(labels.shape) <= 5
    return np.where((labels == 2) & ~keep, 0, labels)


def nine_for_five(labels):
    return np.where(labels == 5, np.uint8(9), labels)


def with_one(value):
    def change(image):
        image = image.copy()
        image[3, 3, 3] = value
        return image

    return change


BAD = {
    "missing file": (lambda image, labels: image.unlink(), "does not exist"),
    "truncated": (lambda image, labels: cut(image), "truncated, damaged"),
    "truncated labels": (lambda image, labels: cut(labels), "truncated, damaged"),
    "NaN": (lambda image, labels: rewrite(image, with_one(np.nan)), "1 voxels that are NaN or infinite"),
    "Inf": (lambda image, labels: rewrite(image, with_one(np.inf)), "1 voxels that are NaN or infinite"),
    "shapes differ": (lambda image, labels: rewrite(labels, lambda a: a[1:]), "different grids: shape"),
    "affines differ": (lambda image, labels: rewrite(labels, np.copy, np.diag([1.5, 1.5, -11, 1])), "different"),
    "4-D": (lambda image, labels: rewrite(image, lambda a: np.stack([a, a], -1)), "2-D or 3-D"),
    "no myocardium": (lambda image, labels: rewrite(labels, lambda a: np.where(a == 2, 0, a)), "no LV myocardium"),
    "no cavity": (lambda image, labels: rewrite(labels, lambda a: np.where(a == 1, 0, a)), "no LV cavity"),
    "five voxels": (lambda image, labels: rewrite(labels, five_voxels), "only 5 voxels"),
    "empty labels": (lambda image, labels: rewrite(labels, np.zeros_like), "no LV myocardium"),
    "constant image": (lambda image, labels: rewrite(image, np.ones_like), "is constant"),
    "rounding noise": (lambda image, labels: rewrite(labels, lambda a: a * np.float32(1.00001)), "not whole numbers"),
    "wrong scheme": (lambda image, labels: rewrite(labels, nine_for_five), r"\[0, 1, 2, 9\].*phantom"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_clear_line_and_leaves_nothing(generate, case, tmp_path, name):
    spoil, reason = BAD[name]
    spoil(*case)
    before = produced(tmp_path)
    done = generate()
    lines = [line for line in done.err.splitlines() if not line.startswith("warning")]
    assert done.code == 1
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    import re

    assert re.search(reason, lines[0]), lines[0]
    assert produced(tmp_path) == before
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--prior", "smlie"], "did you mean 'smile'"),
        (["--generator", "ddmp"], "unknown generator 'ddmp'"),
        (["--burden", "many"], "--burden needs a number such as 20 or a range such as 5,30, got 'many'"),
        (["--segments", "1;2"], "--segments needs AHA segments"),
        (["--existing", "heal"], "keep, replace, refuse"),
        (["--base", "top"], "--base needs to be first or last"),
        (["--set", "thickness"], "--set needs NAME=VALUE"),
        (["--prior", "random", "--territory", "LAD"], "parameter 'territory'"),
        (["--territory", "LAD", "--segments", "1,2"], "clash"),
        (["--set", "labels=acdc"], "labels is set by --labels"),
        (["--set", "territory=3"], "territory needs to be one of LAD, RCA, LCX"),
        (["--set", 'segments="abc"'], "AHA segments 1-17"),
        (["--anterior-insertion", "nan"], "needs to be an angle in degrees"),
        (["--demo"], "--demo makes its own scan"),
    ],
)
def test_wrong_options_are_one_clear_line_and_leave_nothing(generate, tmp_path, arguments, reason):
    done = generate(*arguments)
    assert done.code == 1
    assert reason in done.err
    assert len(done.err.splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_said(generate, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = generate(out=tmp_path / "file" / "out")
    assert done.code == 1
    assert "cannot write to" in done.err


def test_a_full_disk_is_said_and_leaves_nothing(generate, tmp_path, monkeypatch):
    import errno

    written = []

    def full(self, path, data, comment):
        if len(written) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        path.write_bytes(b"partly")
        written.append(path)

    monkeypatch.setattr(NiftiFile, "write", full)
    done = generate()
    assert done.code == 1
    assert "No space left on device; nothing was written" in done.err
    assert not (tmp_path / "out").exists()


def test_by_default_the_weights_of_the_package_paint(cli, case, tmp_path):
    done = cli("generate", *case, tmp_path / "out", "--labels", "phantom", "-n", "1", "--no-preview", "--burden", "8")
    assert done.code == 0, done.err
    record = json.loads((tmp_path / "out" / "sidecars" / "heart_scar000.json").read_text())
    assert record["request"]["generator"] == record["parameters"]["generator"]["generator"] == "ddpm"
    assert record["parameters"]["generator"]["model"] == "weights"
    assert record["software"]["torch"]
