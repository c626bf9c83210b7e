"""``claim-aug bullseye``: one case or a set as one picture."""

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from claim_aug import LVAnatomy
from claim_aug.jobs import bullseye as job
from claim_aug.phantom import make_phantom, write_emidec


@pytest.fixture(scope="module")
def three():
    """Three phantoms, two with scar."""
    return [make_phantom(seed, scar=seed != 1, shape=(96, 96, 6), spacing=(1.75, 1.75, 12.0)) for seed in range(3)]


@pytest.fixture
def emidec(three, tmp_path):
    """They as files in EMIDEC's layout."""
    for index, phantom in enumerate(three):
        write_emidec(phantom, tmp_path / "set", f"Case_{index}")
    return tmp_path / "set"


@pytest.fixture
def drawn(monkeypatch):
    """What the last picture was drawn from; the picture is drawn as well."""
    seen, draw = {}, job.plot_bullseye_figure

    def spy(path, values, **options):
        seen.update(values=values, **options)
        draw(path, values, **options)

    monkeypatch.setattr(job, "plot_bullseye_figure", spy)
    return seen


def scarred_segments(phantom):
    anatomy = LVAnatomy.from_labels(phantom.labels, "phantom", affine=phantom.affine)
    return {segment for segment, count in anatomy.segment_voxels(anatomy.scar).items() if count}


def test_a_set_counts_cases_per_segment(cli, emidec, three, tmp_path, drawn):
    done = cli("bullseye", emidec, tmp_path / "eye.png", "--labels", "phantom", "--show", "counts")
    assert (done.code, done.err) == (0, "")
    assert done.out == f"written to {tmp_path / 'eye.png'}\n"
    with Image.open(tmp_path / "eye.png") as picture:
        assert picture.format == "PNG"
    expected = [scarred_segments(phantom) for phantom in three]
    for segment in range(1, 17):
        count = sum(segment in found for found in expected)
        assert drawn["values"][segment] == pytest.approx(100 * count / 3)
        assert drawn["texts"][segment] == f"{count}\n{100 * count / 3:.0f} %"
    assert drawn["title"] == "3 cases: with scar, % of cases"
    assert drawn["warning"] == ""


@pytest.mark.parametrize("show", ["burden", "transmurality", "mvo"])
def test_means_over_a_set_are_shown_with_their_unit(cli, emidec, tmp_path, drawn, show):
    assert cli("bullseye", emidec, tmp_path / "eye.png", "--labels", "phantom", "--show", show).code == 0
    assert drawn["title"].startswith("3 cases: ")
    assert "mean % of" in drawn["measure"]
    assert all(0 <= value <= drawn["highest"] for value in drawn["values"].values())


def test_files_and_folders_mix_and_one_case_has_its_name(cli, emidec, case, tmp_path, drawn):
    cli("bullseye", emidec, case[1], tmp_path / "a.png", "--labels", "phantom")
    assert drawn["title"].startswith("4 cases")
    cli("bullseye", case[1], tmp_path / "b.png", "--labels", "phantom")
    assert drawn["title"] == "heart_labels (1 case): scar, % of segment"


def test_a_flat_folder_of_label_maps_is_a_set(cli, three, tmp_path, drawn):
    (tmp_path / "flat").mkdir()
    for index, phantom in enumerate(three):
        nib.save(nib.Nifti1Image(phantom.labels, phantom.affine), tmp_path / "flat" / f"{index}.nii.gz")
    assert cli("bullseye", tmp_path / "flat", tmp_path / "eye.png", "--labels", "phantom").code == 0
    assert drawn["title"].startswith("3 cases")


def test_it_says_how_many_cases_are_unanchored(cli, emidec, three, tmp_path, drawn):
    labels = np.where(three[0].labels == 5, 0, three[0].labels)
    nib.save(nib.Nifti1Image(labels, three[0].affine), tmp_path / "no_rv.nii.gz")
    done = cli("bullseye", emidec, tmp_path / "no_rv.nii.gz", tmp_path / "a.png", "--labels", "phantom")
    assert drawn["warning"].startswith("unanchored in 1 of 4 cases")
    assert done.err.startswith("warning: unanchored in 1 of 4 cases (no_rv): there is no RV label")
    done = cli("bullseye", tmp_path / "no_rv.nii.gz", tmp_path / "b.png", "--labels", "phantom")
    assert "give the image (image, --image) or the angle" in done.err
    assert drawn["warning"].startswith("unanchored:")
    cli("bullseye", tmp_path / "no_rv.nii.gz", tmp_path / "c.png", "--labels", "phantom", "--anterior-insertion", "30")
    assert drawn["warning"] == ""
    nib.save(nib.Nifti1Image(three[0].image, three[0].affine), tmp_path / "scan.nii.gz")
    options = ("--labels", "phantom", "--image", tmp_path / "scan.nii.gz")
    assert cli("bullseye", tmp_path / "no_rv.nii.gz", tmp_path / "d.png", *options).code == 0
    assert drawn["warning"] == ""


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["{set}", "{out}/eye.jpg"], "needs to end in .png"),
        (["{set}", "{out}/eye.png", "--show", "size"], "burden, transmurality, counts, mvo, got 'size'"),
        (["{set}/no.nii.gz", "{out}/eye.png"], "no.nii.gz does not exist"),
        (["{set}/Case_0/Images", "{out}/eye.png", "--labels", "phantom"], "Case_0.nii.gz: the label map holds"),
        (["{set}", "{out}/eye.png", "--labels", "emidec"], "Case_0.nii.gz: the label map holds"),
        (["{empty}", "{out}/eye.png"], "holds no label maps"),
        (["{set}", "{out}/eye.png", "--image", "{set}/scan.nii.gz"], "--image is the scan of one label map, got"),
        (["{a}", "{a}", "{out}/eye.png", "--image", "{a}"], "--image is the scan of one label map, got"),
        (["{a}", "{out}/eye.png", "--image", "{other}"], "grid"),
    ],
)
def test_bad_input_is_one_line_that_names_the_file(cli, emidec, tmp_path, arguments, reason):
    (tmp_path / "empty").mkdir()
    nib.save(nib.Nifti1Image(np.zeros((9, 9, 3), np.float32), np.eye(4)), tmp_path / "other.nii.gz")
    folders = {"set": emidec, "out": tmp_path / "out", "empty": tmp_path / "empty"}
    folders |= {"a": emidec / "Case_0" / "Contours" / "Case_0.nii.gz", "other": tmp_path / "other.nii.gz"}
    done = cli("bullseye", *(argument.format(**folders) for argument in arguments))
    assert (done.code, done.out, len(done.err.splitlines())) == (1, "", 1)
    assert reason in done.err
    assert not (tmp_path / "out").exists()


def test_a_label_map_is_never_taken_for_the_picture(cli, scarred, tmp_path):
    Image.fromarray(scarred.labels[..., 4]).save(tmp_path / "a.png")
    before = (tmp_path / "a.png").read_bytes()
    done = cli("bullseye", tmp_path, tmp_path / "a.png", "--labels", "phantom", "--overwrite")
    assert (done.code, "one of the label maps" in done.err) == (1, True)
    assert (tmp_path / "a.png").read_bytes() == before


def test_a_picture_is_not_replaced_unasked(cli, case, tmp_path):
    (tmp_path / "eye.png").write_text("mine")
    done = cli("bullseye", case[1], tmp_path / "eye.png", "--labels", "phantom")
    assert (done.code, "--overwrite" in done.err) == (1, True)
    assert (tmp_path / "eye.png").read_text() == "mine"
    assert cli("bullseye", case[1], tmp_path / "eye.png", "--labels", "phantom", "--overwrite").code == 0
