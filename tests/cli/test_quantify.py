"""``claim-aug quantify``: table, JSON and CSV say the same."""

import csv
import json

import nibabel as nib
import numpy as np
import pytest

from claim_aug.phantom import make_phantom, write_emidec


def rows_of(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_json_holds_what_the_labels_hold(cli, infarcted, scarred):
    done = cli("quantify", *infarcted, "--labels", "phantom", "--json")
    assert done.code == 0, done.err
    report = json.loads(done.out)
    scar, wall = np.isin(scarred.labels, (3, 4)).sum(), np.isin(scarred.labels, (2, 3, 4)).sum()
    assert report["totals"]["scar"]["voxels"] == scar
    assert report["totals"]["scar"]["percent_lv"] == pytest.approx(100 * scar / wall, abs=1e-3)
    assert report["totals"]["mvo"]["voxels"] == (scarred.labels == 4).sum()
    assert list(report["segments"]) == [str(segment) for segment in range(1, 18)]
    assert list(report["rules"]) == ["2SD", "3SD", "4SD", "5SD", "6SD", "FWHM"]
    assert report["rules"]["FWHM"]["dice"] > 0.6
    assert report["anchor"]["source"] == "rv_label"
    assert {"orientation", "spacing_mm", "lv_mass_g"} < set(report)


def test_csv_json_and_table_agree(cli, infarcted, tmp_path):
    out = tmp_path / "new" / "scar.csv"
    table = cli("quantify", *infarcted, "--labels", "phantom", "--csv", out)
    assert table.code == 0, table.err
    assert f"written to {out}" in table.out
    report = json.loads(cli("quantify", *infarcted, "--labels", "phantom", "--json").out)
    rows = rows_of(out)
    assert [row["segment"] for row in rows] == [*map(str, range(1, 18)), "total"]
    for row in rows[:-1]:
        for key, value in report["segments"][row["segment"]].items():
            assert row[key] == ("" if value is None else str(value))
        line = next(line for line in table.out.splitlines() if f"{row['segment']:>2} {row['name']} " in line)
        assert line.split()[-7] == row["voxels"]
        assert row["transmurality_class"] in line
    assert rows[-1]["scar_percent"] == str(report["totals"]["scar"]["percent_lv"])
    assert sum(int(row["scar_voxels"]) for row in rows[:-1]) == int(rows[-1]["scar_voxels"])
    assert {row["anchor"] for row in rows} == {"rv_label"}


def test_the_table_fits_80_columns(cli, infarcted):
    done = cli("quantify", *infarcted, "--labels", "phantom")
    tables = [line for line in done.out.splitlines() if "anterior RV insertion" not in line]
    assert max(len(line.rstrip()) for line in tables) <= 80
    assert "…" not in done.out


def test_without_scar_there_are_zeros(cli, case):
    report = json.loads(cli("quantify", *case, "--labels", "phantom", "--json").out)
    assert report["totals"]["scar"] == {"voxels": 0, "ml": 0, "g": 0, "percent_lv": 0}
    assert report["totals"]["scarred_segments"] == 0
    assert all(rule["dice"] is None for rule in report["rules"].values())
    assert "scar in 0 segments" in cli("quantify", *case, "--labels", "phantom").out


def test_a_png_has_no_millilitres(cli, png_case):
    arguments = ("quantify", *png_case, "--labels", "phantom")
    report = json.loads(cli(*arguments, "--json").out)
    assert report["totals"]["lv"]["voxels"] > 0
    assert (report["totals"]["lv"]["ml"], report["segments"]["7"]["g"], report["lv_mass_g"]) == (None, None, None)
    line = next(line for line in cli(*arguments).out.splitlines() if line.strip().startswith("left ventricle"))
    assert " - " in line


def test_a_given_insertion_turns_the_segments_and_not_the_total(cli, infarcted):
    arguments = ("quantify", *infarcted, "--labels", "phantom", "--json", "--anterior-insertion")
    here, there = (json.loads(cli(*arguments, angle).out) for angle in ("10", "130"))
    assert here["anchor"]["source"] == "landmark"
    assert here["totals"]["scar"] == there["totals"]["scar"]
    assert here["segments"] != there["segments"]


def test_a_csv_is_not_replaced_unasked(cli, infarcted, tmp_path):
    out = tmp_path / "scar.csv"
    out.write_text("mine")
    done = cli("quantify", *infarcted, "--labels", "phantom", "--csv", out)
    assert (done.code, "--overwrite" in done.err, done.out) == (1, True, "")
    assert out.read_text() == "mine"
    assert cli("quantify", *infarcted, "--labels", "phantom", "--csv", out, "--overwrite").code == 0
    assert len(rows_of(out)) == 18


def test_a_scan_is_never_taken_for_the_csv(cli, infarcted):
    before = infarcted[0].read_bytes()
    done = cli("quantify", *infarcted, "--labels", "phantom", "--csv", infarcted[0], "--overwrite")
    assert (done.code, "ends in .csv" in done.err) == (1, True)
    assert infarcted[0].read_bytes() == before


def test_bad_input_is_one_line_and_leaves_nothing(cli, infarcted, scarred, tmp_path):
    nib.save(nib.Nifti1Image(scarred.image[1:], scarred.affine), infarcted[0])
    done = cli("quantify", *infarcted, "--labels", "phantom", "--csv", tmp_path / "out" / "scar.csv")
    assert (done.code, done.out, len(done.err.splitlines())) == (1, "", 1)
    assert "different grids" in done.err
    assert not (tmp_path / "out").exists()


def test_a_data_set_gives_a_row_for_each_case_and_names_the_bad_ones(cli, tmp_path):
    for number in range(3):
        write_emidec(make_phantom(number, scar=True, shape=(64, 64, 3)), tmp_path / "set", f"Case_{number}")
    path = tmp_path / "set" / "Case_1" / "Images" / "Case_1.nii.gz"
    path.write_bytes(path.read_bytes()[:4000])
    done = cli("quantify", tmp_path / "set", "--labels", "phantom", "--csv", tmp_path / "scar.csv")
    assert (done.code, "failed: Case_1: " in done.err) == (3, True), done.err
    rows = rows_of(tmp_path / "scar.csv")
    assert [row["case"] for row in rows] == ["Case_0", "Case_2"]
    assert all(float(row["scar_percent_lv"]) > 0 and row["5SD_percent_lv"] for row in rows)
    assert cli("quantify", tmp_path / "set", "--labels", "phantom", "--fail-fast").code == 1
