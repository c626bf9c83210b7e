"""``claim-aug generate``: what it refuses, in one clear line that leaves nothing behind."""

import errno
import re

import nibabel as nib
import numpy as np
import pytest

from claim_aug.data.nifti import NiftiFile


def test_an_image_given_as_labels_is_recognised(generate, case):
    done = generate(labels=case[0])
    assert done.code == 1
    assert "is this an image, not a label map?" in done.err
    assert len(done.err) < 400


def test_a_wrong_option_leaves_no_demo_phantom_behind(cli, tmp_path):
    assert cli("generate", "--generator", "signal", "--demo", tmp_path / "out", "--burden", "3,2").code == 1
    assert not (tmp_path / "out").exists()


def test_files_that_exist_are_not_replaced_unasked(generate, tmp_path):
    generate("--no-preview")
    first = (tmp_path / "out" / "images" / "heart_scar000.nii.gz").read_bytes()
    done = generate("--seed", "5", "--no-preview")
    assert (done.code, "exists already" in done.err) == (1, True)
    assert (tmp_path / "out" / "images" / "heart_scar000.nii.gz").read_bytes() == first
    assert generate("--seed", "5", "--no-preview", "--overwrite").code == 0


def test_what_a_longer_run_left_goes_with_it(generate, produced):
    """Else samples of two runs would lie side by side, of other settings."""
    generate("-n", "4")
    assert generate("-n", "2", "--seed", "5", "--no-preview", "--overwrite").code == 0
    left = produced()
    assert len(left) == 6
    assert {name.rpartition("_scar")[2].partition(".")[0] for name in left} == {"000", "001"}


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
def test_bad_input_is_one_clear_line_and_leaves_nothing(generate, case, produced, tmp_path, name):
    spoil, reason = BAD[name]
    spoil(*case)
    before = produced(tmp_path)
    done = generate()
    lines = [line for line in done.err.splitlines() if not line.startswith("warning")]
    assert done.code == 1
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
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
        (["--territory", "LAD", "--segments", "4,5"], "have no AHA segment in common"),
        (["--levels", "top"], "levels need to be some of basal, mid, apical, apex"),
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
