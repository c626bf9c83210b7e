"""``claim-aug generate --layout nnunet``."""

import json

import nibabel as nib
import numpy as np
import pytest

from claim_aug.phantom import make_phantom, write_emidec


@pytest.fixture
def generate(cli, tmp_path):
    """Add a phantom to the data set ``tmp_path / "out"``."""

    def run(seed, *arguments, scheme="phantom"):
        phantom = make_phantom(seed, scar=False, shape=(80, 80, 5))
        folder = write_emidec(phantom, tmp_path / "scans", f"Case_{seed}")
        files = [folder / part / f"Case_{seed}.nii.gz" for part in ("Images", "Contours")]
        options = ("--labels", scheme, "-n", "2", "--no-preview", "--layout", "nnunet")
        return cli("generate", "--generator", "signal", *files, tmp_path / "out", *options, *arguments)

    return run


def read(tmp_path, name):
    return json.loads((tmp_path / "out" / name).read_text())


def labels_of(tmp_path, name):
    return np.asanyarray(nib.load(tmp_path / "out" / "labelsTr" / f"{name}.nii.gz").dataobj)


def test_it_holds_the_scan_itself_and_its_samples_under_nnunets_names(generate, tmp_path):
    done = generate(0)
    assert done.code == 0, done.err
    names = ("Case_0", "Case_0_scar000", "Case_0_scar001")
    assert sorted(path.name for path in (tmp_path / "out" / "imagesTr").iterdir()) == [
        f"{name}_0000.nii.gz" for name in names
    ]
    assert sorted(path.name for path in (tmp_path / "out" / "labelsTr").iterdir()) == [
        f"{name}.nii.gz" for name in names
    ]
    real = nib.load(tmp_path / "out" / "imagesTr" / "Case_0_0000.nii.gz")
    assert "SYNTHETIC scar" not in str(real.header["descrip"])
    assert read(tmp_path, "dataset.json") == {
        "channel_names": {"0": "LGE"},
        "labels": {"background": 0, "cavity": 1, "myocardium": 2, "infarct": 3, "mvo": 4, "rv": 5},
        "numTraining": 3,
        "file_ending": ".nii.gz",
        "claim_aug": {"real": ["Case_0"], "synthetic": {"Case_0_scar000": "Case_0", "Case_0_scar001": "Case_0"}},
    }


def test_labels_are_numbered_without_gaps(generate, tmp_path):
    assert generate(0, scheme="background=0+5,cavity=1,myocardium=2,infarct=7").code == 0
    assert read(tmp_path, "dataset.json")["labels"] == {"background": 0, "cavity": 1, "myocardium": 2, "infarct": 3}
    assert set(np.unique(labels_of(tmp_path, "Case_0"))) == {0, 1, 2}
    assert set(np.unique(labels_of(tmp_path, "Case_0_scar000"))) == {0, 1, 2, 3}


def test_no_fold_validates_on_a_synthetic_case_or_trains_on_a_patient_it_validates_on(generate, tmp_path):
    done = generate(0)
    assert "note: splits_final.json is written when there are two real cases" in done.out
    for seed in (1, 2):
        done = generate(seed)
        assert (done.code, "note: splits_final" in done.out) == (0, False), done.err
    folds = read(tmp_path, "splits_final.json")
    assert sorted(name for fold in folds for name in fold["val"]) == ["Case_0", "Case_1", "Case_2"]
    for fold in folds:
        (held_out,) = fold["val"]
        assert not any(name.startswith(held_out) for name in fold["train"])
        assert len(fold["train"]) == 6
    assert read(tmp_path, "dataset.json")["numTraining"] == 9


def test_a_shorter_run_that_overwrites_takes_its_samples_out_of_the_tables(generate, tmp_path):
    assert generate(0).code == generate(1).code == 0
    assert generate(0, "-n", "1", "--overwrite").code == 0
    table = read(tmp_path, "dataset.json")
    assert list(table["claim_aug"]["synthetic"]) == ["Case_0_scar000", "Case_1_scar000", "Case_1_scar001"]
    assert table["numTraining"] == 5 == len(list((tmp_path / "out" / "imagesTr").iterdir()))
    assert "Case_0_scar001" not in str(read(tmp_path, "splits_final.json"))


def test_a_data_set_of_another_make_or_with_other_labels_is_left_alone(generate, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "dataset.json").write_text('{"labels": {}}')
    done = generate(0)
    assert (done.code, "was not written by claim-aug" in done.err) == (1, True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["dataset.json"]
    (tmp_path / "out" / "dataset.json").unlink()
    assert generate(0).code == 0
    done = generate(1, scheme="background=0+5,cavity=1,myocardium=2,infarct=3")
    assert (done.code, "choose another folder" in done.err) == (1, True)


def test_an_unknown_layout_is_refused(generate):
    done = generate(0, "--layout", "bids")
    assert (done.code, "unknown output layout" in done.err) == (1, True)
