"""Folders as users have them: what is found of backgrounds, leaks, schemes and layouts."""

import json
import shutil

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from claim_aug import ScarSynthesizer, evaluate
from claim_aug.data.case import Case
from claim_aug.data.dataset import find_cases
from claim_aug.data.registered_output_layouts import find_output_layout
from claim_aug.errors import InputError
from claim_aug.jobs.generate import generate_case
from claim_aug.jobs.runs.generate import generate_dataset
from claim_aug.jobs.runs.plan import plan_run
from claim_aug.jobs.runs.serial import Serial
from claim_aug.phantom import make_phantom, write_emidec

FEW = {"segmenter": None, "draws": 10}


def generate(folder, out, seeds, layout="plain", count=2):
    """Samples of healthy phantoms, which are written into ``folder``."""
    for seed in seeds:
        name = f"Case_{seed}"
        write_emidec(make_phantom(seed, scar=False, shape=(80, 80, 4)), folder, name)
        case = Case.from_files(*(folder / name / part / f"{name}.nii.gz" for part in ("Images", "Contours")))
        synthesizer = ScarSynthesizer(labels="phantom", burden=(15, 25))
        heart = case.ventricle("phantom")
        generate_case(
            case, synthesizer, heart, out, count=count, seed=seed, preview=False, layout=find_output_layout(layout),
            request={"generator": "signal"},
        )  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Healthy phantoms and samples of them, and scarred phantoms to compare with, all among the real scans."""
    folder = tmp_path_factory.mktemp("sets")
    generate(folder / "real", folder / "out", (1, 2, 3))
    for seed in (11, 12, 13):
        write_emidec(make_phantom(seed, scar=True, shape=(80, 80, 4)), folder / "real", f"Case_{seed}")
    return folder


@pytest.fixture
def out(made, tmp_path):
    """A copy of the samples that a test may damage."""
    return shutil.copytree(made / "out", tmp_path / "out")


def edit(path, change):
    """Change the voxels of a NIfTI file."""
    file = nib.load(path)
    voxels = np.asarray(file.dataobj).copy()
    change(voxels)
    nib.Nifti1Image(voxels, file.affine, file.header).to_filename(path)


def test_samples_are_judged_with_what_their_sidecars_say(made):
    found = evaluate(made / "out", made / "real", **FEW)
    assert (found.scans, found.patients) == ({"synthetic": 6, "real": 3}, {"synthetic": 3, "real": 3})
    assert found["changed"].value == 0
    assert found["changed"].sentence.endswith("in 6 of 6 scans, whose source is known: fine.")
    assert found["burden_error"].value < 1
    assert found["copies"].value == 0
    assert found.about["generators"] == ["signal"]


def test_healed_wall_about_old_scar_is_no_change_of_the_background(tmp_path):
    write_emidec(make_phantom(5, scar=True, mvo=True, shape=(80, 80, 4)), tmp_path / "real", "Case_5")
    case = find_cases(tmp_path / "real")[0]
    synthesizer = ScarSynthesizer(labels="phantom", existing="replace", burden=15)
    generate_case(
        case, synthesizer, case.ventricle("phantom"), tmp_path / "out", count=2, seed=0, preview=False,
        layout=find_output_layout("plain"), request={"generator": "signal", "existing": "replace"},
    )  # fmt: skip
    assert evaluate(tmp_path / "out", tmp_path / "real", **FEW)["changed"].value == 0


def test_one_voxel_of_the_background_is_found(made, out):
    def one(voxels):
        voxels[0, 0, 0] += 1

    edit(out / "images" / "Case_2_scar001.nii.gz", one)
    found = evaluate(out, made / "real", **FEW)
    assert (found["changed"].value, found.verdict) == (1, "do not use")
    assert found.sentence.startswith("Do not use: 1 voxels outside the scar differ")
    assert [line.partition(":")[0] for line in found.findings] == ["Case_2_scar001"]


def test_slices_in_files_of_their_own_are_compared_with_the_scan_that_they_were_made_from(tmp_path):
    scan = make_phantom(4, scar=False, shape=(80, 80, 4))
    for kind, volume in (("images", 200 * scan.image / scan.image.max()), ("labels", scan.labels)):
        (tmp_path / "real" / kind).mkdir(parents=True)
        for index, plane in enumerate(np.moveaxis(volume, 2, 0).astype(np.uint8)):
            Image.fromarray(plane).save(tmp_path / "real" / kind / f"A_slice{index:03}.png")
    shutil.copytree(tmp_path / "real", tmp_path / "held_out")
    synthesizer = ScarSynthesizer(labels="phantom", burden=20)
    generate_dataset(
        plan_run(tmp_path / "real", synthesizer.labels), synthesizer, tmp_path / "out",
        layout=find_output_layout("plain"), root=tmp_path / "real",
        executor=Serial(), per_case=2, seed=0, settings={}, command="again",
    )  # fmt: skip
    for kind in ("images", "labels"):  # a scan with scar beside the healthy one
        for path in (tmp_path / "out" / kind).glob("A_scar001*"):
            shutil.copy(path, tmp_path / "real" / kind / path.name.replace("A_scar001", "C"))
    found = evaluate(tmp_path / "out", tmp_path / "real", validation=tmp_path / "held_out", **FEW)
    assert found["changed"].value == 0
    assert found["changed"].sentence.startswith("0 voxels outside the scar differ")
    assert found["leaks"].value == 2


def test_a_leak_is_found_by_name_and_by_the_bytes_of_the_scan(made, tmp_path):
    names = tmp_path / "names.txt"
    names.write_text("Case_3\nCase_9\n")
    assert evaluate(made / "out", validation=names, **FEW)["leaks"].value == 2
    renamed = tmp_path / "held_out"
    shutil.copytree(made / "real" / "Case_1", renamed / "X")
    for part in ("Images", "Contours"):
        (renamed / "X" / part / "Case_1.nii.gz").rename(renamed / "X" / part / "X.nii.gz")
    found = evaluate(made / "out", validation=renamed, **FEW)
    assert (found["leaks"].value, found.verdict) == (2, "do not use")
    assert "Case_1_scar000: made from a patient to validate on" in found.findings


def test_nnunet_layout_is_read_and_its_splits_are_checked(tmp_path):
    generate(tmp_path / "scans", tmp_path / "Dataset001", (1, 2), "nnunet", count=1)
    found = evaluate(tmp_path / "Dataset001", **FEW)
    assert found.scans["synthetic"] == 2
    assert found["leaks"].value == 0
    path = tmp_path / "Dataset001" / "splits_final.json"
    folds = json.loads(path.read_text())
    folds[0]["train"].append(next(name for fold in folds[1:] for name in fold["train"] if "scar" in name))
    path.write_text(json.dumps(folds))
    assert evaluate(tmp_path / "Dataset001", **FEW)["leaks"].value == 1


def test_any_folder_of_pairs_will_do(made):
    found = evaluate(made / "real", labels="phantom", **FEW)
    assert found.scans == {"synthetic": 3, "real": 0}  # the others are healthy
    assert found["changed"].verdict == "not judged"
    assert any("no real set" in line for line in found.notes)
    assert any(line.startswith("3 of 6 synthetic scans show no new scar") for line in found.notes)


def test_old_scar_is_no_copy_of_itself(tmp_path):
    """Scar is added beside a patient's own: what was there before is not judged."""
    write_emidec(make_phantom(11, scar=True, shape=(80, 80, 4)), tmp_path / "real", "A")
    case = Case.from_files(*(tmp_path / "real" / "A" / part / "A.nii.gz" for part in ("Images", "Contours")))
    adding = ScarSynthesizer(labels="phantom", burden=10, existing="keep")
    generate_case(case, adding, case.ventricle("phantom"), tmp_path / "out", count=2, seed=0, preview=False)
    found = evaluate(tmp_path / "out", tmp_path / "real", **FEW)
    assert found["copies"].value == 0
    assert found["burden_cohorts"].value == pytest.approx(10, abs=1)


def test_folders_without_scar_and_sidecars_of_others_are_refused(made, out, tmp_path):
    for seed in (1, 2):
        write_emidec(make_phantom(seed, scar=False, shape=(80, 80, 4)), tmp_path / "healthy", f"Case_{seed}")
    with pytest.raises(InputError, match="no synthetic scan with labelled scar"):
        evaluate(tmp_path / "healthy", labels="phantom", **FEW)
    with pytest.raises(InputError, match="no real scan with labelled scar"):
        evaluate(out, tmp_path / "healthy", **FEW)
    (out / "sidecars" / "Case_1_scar000.json").write_text("[]")
    with pytest.raises(InputError, match="is not a sidecar"):
        evaluate(out, **FEW)
    with pytest.raises(InputError, match="--validation needs"):
        evaluate(made / "out", validation=tmp_path / "absent", **FEW)
