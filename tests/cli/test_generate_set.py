"""``claim-aug generate DATASET OUT``, as a user types it."""

import json
import shutil

import numpy as np
import pytest
from manifest_rows import rows
from PIL import Image
from scipy import ndimage

from claim_aug.data.scan_set import read_scan_set


@pytest.fixture
def generate(generate_set):
    """Run ``generate`` on the data set with further arguments."""
    return generate_set


def test_one_command_makes_samples_of_every_scan_and_says_what_it_did(generate, produced, tmp_path):
    done = generate()
    assert done.code == 0, done.err
    assert "layout: EMIDEC (CASE/Images, CASE/Contours), 3 cases" in done.out
    assert "cases that have scar already: it is replaced" in done.out
    assert "old and new scar %LV" in done.out
    assert len([name for name in produced() if name.startswith("images/")]) == 6
    assert {"manifest.csv", "manifest.jsonl", "run.toml"} <= set(produced())
    assert len((tmp_path / "out" / "manifest.csv").read_text().splitlines()) == 7


def test_kept_scar_is_counted_in_the_total(generate, tmp_path):
    assert generate("--existing", "keep").code == 0
    scarred = [row for row in rows(tmp_path / "out") if row["case"] != "Case_0"]
    assert all(row["existing"] == "keep" for row in scarred)
    assert all(row["realised"]["total_burden_percent"] > row["realised"]["burden_percent"] for row in scarred)


def test_a_dry_run_writes_nothing(generate, tmp_path):
    done = generate("--dry-run")
    assert (done.code, "2 of 3 cases with scar already" in done.out) == (0, True)
    assert "to make: 6 samples, such as images/Case_0_scar000.nii.gz" in done.out
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "cases"),
    [
        (["--cases", "normal"], {"Case_0"}),
        (["--cases", "scarred"], {"Case_1", "Case_2"}),
        (["--only", "*_[01]"], {"Case_0", "Case_1"}),
        (["--only", "*_[01]", "--cases", "scarred"], {"Case_1"}),
    ],
)
def test_cases_are_chosen_by_name_and_by_scar(generate, options, cases, tmp_path):
    assert generate(*options).code == 0
    assert {row["case"] for row in rows(tmp_path / "out")} == cases


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--only", "P*"], "no case whose name is like 'P*'; its cases are called Case_0"),
        (["--cases", "ill"], "--cases needs to be one of all, normal, scarred, got 'ill'"),
        (["--shard", "3/2"], "a shard needs a number within 1-2, got 3"),
        (["--executor", "cloud"], "--executor needs to be serial, processes or ray"),
        (["--name", "x"], "--name is of one scan"),
        (["--existing", "sometimes"], "existing needs to be one of"),
    ],
)
def test_a_wrong_option_is_refused_and_nothing_is_written(generate, options, reason, tmp_path):
    done = generate(*options)
    assert (done.code, reason in done.err) == (1, True), done.err
    assert not (tmp_path / "out").exists()


def test_more_samples_than_memory_can_list_are_refused(generate, tmp_path):
    for options in (["-n", "100001"], ["-n", "9223372036854775807"]):
        assert generate(*options).code == 2
    assert not (tmp_path / "out").exists()


def test_options_of_a_data_set_are_refused_for_one_scan(cli, case, tmp_path):
    done = cli("generate", *case, tmp_path / "out", "--only", "x")
    assert (done.code, "--only is of a data set" in done.err) == (1, True)
    done = cli("generate", tmp_path, case[1], tmp_path / "out")
    assert (done.code, "is a data set, whose labels lie in it" in done.err) == (1, True)


def test_an_output_within_the_data_set_is_refused(generate, dataset):
    done = generate(out=dataset / "out")
    assert (done.code, "lies within the data set" in done.err) == (1, True)
    assert not (dataset / "out").exists()


def test_a_bad_case_is_named_at_the_end_and_the_exit_code_is_three(generate, dataset, tmp_path):
    shutil.copytree(dataset, tmp_path / "scans")
    path = tmp_path / "scans" / "Case_1" / "Images" / "Case_1.nii.gz"
    path.write_bytes(path.read_bytes()[:4000])
    done = generate(source=tmp_path / "scans")
    assert done.code == 3
    assert "failed: Case_1:" in done.err
    assert len(rows(tmp_path / "out")) == 4
    assert generate("--fail-fast", source=tmp_path / "scans", out=tmp_path / "fast").code == 1


def test_a_run_is_repeated_from_its_own_file(generate, cli, produced, dataset, tmp_path):
    assert generate("--burden", "10,20", "--set", "atlas_free=1").code == 1  # no such parameter: nothing is kept
    assert generate("--burden", "10,20", "--set", "brightness_ratio=1.5").code == 0
    again = cli("generate", dataset, tmp_path / "again", "--config", tmp_path / "out" / "run.toml")
    assert again.code == 0, again.err
    assert produced(tmp_path / "again") == produced()
    for name in set(produced()) - {"manifest.jsonl", "run.toml"}:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name
    resumed = cli("generate", "--config", tmp_path / "out" / "run.toml", "--json")
    assert json.loads(resumed.out.splitlines()[-1])["there"] == 6


def test_an_unknown_name_in_a_file_of_options_is_refused(generate, tmp_path):
    (tmp_path / "run.toml").write_text("burdn = 20\n")
    done = generate("--config", tmp_path / "run.toml")
    assert (done.code, "'burdn', which is no option of generate; did you mean 'burden'?" in done.err) == (1, True)
    (tmp_path / "run.toml").write_text("burden = \n")
    assert "cannot be read as TOML" in generate("--config", tmp_path / "run.toml").err


def test_any_command_takes_its_options_from_a_file(cli, tmp_path):
    (tmp_path / "phantom.toml").write_text("count = 1\nseed = 4\n")
    assert cli("phantom", tmp_path / "made", "--config", tmp_path / "phantom.toml").code == 0
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["Case_000"]


def test_events_are_lines_of_json(generate):
    done = generate("--json")
    events = [json.loads(line) for line in done.out.splitlines()]
    assert [event["event"] for event in events] == ["start", *["sample"] * 6, "end"]
    assert (events[-1]["made"], events[-2]["done"]) == (6, 6)


def test_quiet_prints_nothing_but_what_is_wrong(generate):
    done = generate("--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_nnunets_raw_data_say_their_scheme_and_their_channel(cli, dataset, tmp_path):
    raw = tmp_path / "Dataset001"
    for number in range(2):
        name = f"Case_{number}"
        for part, folder, end in (("Contours", "labelsTr", ""), ("Images", "imagesTr", "_0001")):
            (raw / folder).mkdir(parents=True, exist_ok=True)
            shutil.copy(dataset / name / part / f"{name}.nii.gz", raw / folder / f"{name}{end}.nii.gz")
    labels = {"background": 0, "LV": 1, "Myo": 2, "scar": 3, "no-reflow": 4, "RV": 5}
    table = {"channel_names": {"0": "cine", "1": "LGE"}, "labels": labels, "file_ending": ".nii.gz"}
    (raw / "dataset.json").write_text(json.dumps(table))
    done = cli("generate", raw, tmp_path / "out", "--layout", "nnunet", "--generator", "signal", "-n", "1")
    assert done.code == 0, done.err
    assert "(from dataset.json)" in done.out
    splits = json.loads((tmp_path / "out" / "splits_final.json").read_text())
    assert [fold["val"] for fold in splits] == [["Case_0"], ["Case_1"]]
    assert json.loads((tmp_path / "out" / "dataset.json").read_text())["numTraining"] == 4


def test_png_slices_of_a_patient_come_out_as_slices_that_are_found_again(generate, scarred, cli, tmp_path):
    scale = 255 / scarred.image.max()
    for plane in range(2, 5):
        for folder, values in (("images", scarred.image * scale), ("labels", scarred.labels)):
            (tmp_path / "png" / folder).mkdir(parents=True, exist_ok=True)
            picture = Image.fromarray(values[..., plane].astype(np.uint8))
            picture.save(tmp_path / "png" / folder / f"P1_slice{plane:03d}.png")
    done = generate("--cases", "scarred", source=tmp_path / "png")
    assert done.code == 0, done.err
    assert len(list((tmp_path / "out" / "images").glob("P1_scar000_slice00[234].png"))) == 3
    for plane in range(2, 5):
        before, after, labels = (
            np.array(Image.open(path))
            for path in (
                tmp_path / "png" / "images" / f"P1_slice{plane:03d}.png",
                tmp_path / "out" / "images" / f"P1_scar001_slice{plane:03d}.png",
                tmp_path / "out" / "labels" / f"P1_scar001_slice{plane:03d}.png",
            )
        )
        old = np.isin(scarred.labels[..., plane], (3, 4))
        rim = ndimage.binary_dilation(old, iterations=4) & (scarred.labels[..., plane] == 2)  # is healed, too
        same = ~np.isin(labels, (3, 4)) & ~old & ~rim
        assert np.array_equal(before[same], after[same])
    again = generate("--dry-run", source=tmp_path / "out", out=tmp_path / "more")
    assert "images/ beside labels/, 2 cases" in again.out


@pytest.mark.parametrize("layout", ["plain", "same", "flat", "nnunet"])
def test_what_is_written_in_any_layout_is_read_again_with_its_sidecars(generate, layout, tmp_path):
    assert generate("--layout", layout, "--only", "Case_[01]").code == 0
    found = read_scan_set(tmp_path / "out")
    assert [(scan.case.name, scan.patient) for scan in found] == [
        (f"Case_{case}_scar00{number}", f"Case_{case}") for case in range(2) for number in range(2)
    ]
    assert all(scan.generator == "signal" and scan.source_hash for scan in found)


@pytest.mark.parametrize("names", [("Case_a", "case_A"), ("P", "P_scar000")])
def test_two_cases_are_never_written_to_one_file(generate, dataset, names, tmp_path):
    for number, name in enumerate(names):
        for part, folder in (("Images", "images"), ("Contours", "labels")):
            (tmp_path / "scans" / folder).mkdir(parents=True, exist_ok=True)
            path = dataset / f"Case_{number}" / part / f"Case_{number}.nii.gz"
            shutil.copy(path, tmp_path / "scans" / folder / f"{name}.nii.gz")
    done = generate("--layout", "nnunet", source=tmp_path / "scans")
    assert (done.code, f"would be written twice ({', '.join(names)})" in done.err) == (1, True), done.err
    assert not (tmp_path / "out").exists()


def test_image_and_label_map_of_one_name_elsewhere_stay_apart(generate, dataset, tmp_path):
    image, labels = (dataset / "Case_0" / part / "Case_0.nii.gz" for part in ("Images", "Contours"))
    (tmp_path / "pairs.csv").write_text(f"image,labels\n{image},{labels}\n")
    assert generate("--layout", "same", "--only", "Case_0", source=tmp_path / "pairs.csv").code == 0
    assert (tmp_path / "out" / "Images" / "Case_0_scar000.nii.gz").is_file()
    assert (tmp_path / "out" / "Contours" / "Case_0_scar000.nii.gz").is_file()


@pytest.mark.parametrize("name", ["images", "manifest.jsonl"])
def test_planted_links_are_not_followed(generate, name, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / name).symlink_to(tmp_path / "elsewhere")
    done = generate()
    assert (done.code, f"{name} is a link, which is not followed" in done.err) == (1, True), done.err
    assert not list((tmp_path / "elsewhere").iterdir())


def test_overwriting_removes_nothing_beyond_a_planted_link(generate, tmp_path):
    generate("--only", "Case_0")
    (tmp_path / "out" / "images").rename(tmp_path / "elsewhere")
    (tmp_path / "out" / "images").symlink_to(tmp_path / "elsewhere")
    done = generate("--only", "Case_1", "--overwrite")
    assert (done.code, "images is a link, which is not followed" in done.err) == (1, True), done.err
    assert len(list((tmp_path / "elsewhere").iterdir())) == 2


def test_label_maps_without_scans_are_refused_before_anything_is_planned(generate, dataset, tmp_path):
    shutil.copytree(dataset / "Case_0" / "Contours", tmp_path / "maps")
    for options in ([], ["--dry-run"], ["--cases", "scarred"]):
        done = generate(*options, source=tmp_path / "maps")
        assert (done.code, "no case has an image" in done.err) == (1, True), done.err


def test_previews_are_drawn_where_they_are_asked_for(generate, produced):
    assert generate("--preview").code == 0
    assert [name for name in produced() if name.startswith("previews/")] == [
        f"previews/Case_{number}.png" for number in range(3)
    ]
