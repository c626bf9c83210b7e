"""``aha``, ``phantom`` and ``plugins``."""

import json

import nibabel as nib
import numpy as np
import pytest

from claim_aug.anatomy import SCHEMES
from claim_aug.plugins.builtin import LAYOUTS, METRICS, OUTPUT_LAYOUTS


def test_aha_writes_the_segments_in_the_labels_grid(cli, case, phantom, tmp_path):
    done = cli("aha", case[1], tmp_path / "segments.nii.gz", "--image", case[0], "--labels", "phantom", "--json")
    assert done.code == 0, done.err
    written = nib.load(tmp_path / "segments.nii.gz")
    segments = np.asanyarray(written.dataobj)
    wall = phantom.labels == 2
    assert np.array_equal(segments > 0, wall)
    assert np.mean(segments[wall] == phantom.segments[wall]) > 0.9
    assert np.allclose(written.affine, phantom.affine)
    report = json.loads(done.out)
    turn = (report["anchor"]["angle_deg"] - phantom.anterior_insertion_deg + 180) % 360 - 180
    assert abs(turn) < 8
    assert report["anchor"]["source"] == "rv_label"
    assert 0 < report["anchor"]["confidence"] <= 1
    assert sum(row["voxels"] for row in report["segments"].values()) == wall.sum()


def test_aha_takes_a_given_angle_and_prints_a_table(cli, case, tmp_path):
    done = cli("aha", case[1], tmp_path / "s.nii.gz", "--labels", "phantom", "--anterior-insertion", "200")
    assert "anterior RV insertion at 200.0 degrees (source landmark, confidence 1.0)" in done.out
    assert "basal anteroseptal" in done.out


def test_aha_says_when_levels_are_not_known(cli, phantom, tmp_path):
    nib.save(nib.Nifti1Image(phantom.labels[..., 3:5], phantom.affine), tmp_path / "two.nii.gz")
    done = cli("aha", tmp_path / "two.nii.gz", tmp_path / "s.nii.gz", "--labels", "phantom")
    assert "basal, mid and apical are not known" in done.out


def test_aha_does_not_replace_a_file_unasked(cli, case, tmp_path):
    (tmp_path / "s.nii.gz").write_text("mine")
    done = cli("aha", case[1], tmp_path / "s.nii.gz", "--labels", "phantom")
    assert (done.code, "--overwrite" in done.err) == (1, True)
    assert (tmp_path / "s.nii.gz").read_text() == "mine"


def test_aha_refuses_an_output_of_another_kind(cli, case, tmp_path):
    done = cli("aha", case[1], tmp_path / "s.png", "--labels", "phantom")
    assert (done.code, "needs to end in .nii.gz" in done.err) == (1, True)


def test_aha_refuses_an_image_on_another_grid(cli, case, phantom, tmp_path):
    nib.save(nib.Nifti1Image(phantom.image[1:], phantom.affine), case[0])
    done = cli("aha", case[1], tmp_path / "s.nii.gz", "--image", case[0], "--labels", "phantom")
    assert (done.code, "different grids" in done.err) == (1, True)


def test_phantoms_are_written_in_emidecs_layout_and_again_the_same(cli, tmp_path):
    for folder in ("a", "b"):
        assert cli("phantom", tmp_path / folder, "-n", "2", "--seed", "4").code == 0
    names = sorted(str(path.relative_to(tmp_path / "a")) for path in (tmp_path / "a").rglob("*.nii.gz"))
    assert names == [f"Case_00{i}/{part}/Case_00{i}.nii.gz" for i in range(2) for part in ("Contours", "Images")]
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.parametrize(("flag", "scarred"), [("--scar", True), ("--no-scar", False)])
def test_wide_phantoms_show_the_heart_alone_with_scar_as_asked(cli, tmp_path, flag, scarred):
    done = cli("phantom", tmp_path / "wide", "-n", "1", "--wide", flag)
    assert done.code == 0
    labels = nib.load(tmp_path / "wide/Case_000/Contours/Case_000.nii.gz")
    values = np.asarray(labels.dataobj)
    assert (values == 3).any() == scarred
    assert values.shape[0] * labels.header.get_zooms()[0] == pytest.approx(135, abs=2)


def test_phantoms_have_scar_as_asked(cli, tmp_path):
    for flag, expected in (("--scar", True), ("--no-scar", False)):
        cli("phantom", tmp_path / flag, "-n", "1", flag)
        labels = nib.load(tmp_path / flag / "Case_000" / "Contours" / "Case_000.nii.gz")
        assert bool(np.isin(np.asanyarray(labels.dataobj), (3, 4)).any()) is expected


def test_plugins_are_listed_with_version_licence_and_status(cli):
    done = cli("plugins")
    for word in ("built-in", "Apache-2.0", "prior smile, random", "generator signal", "metric adherence", "loaded"):
        assert word in done.out
    rows = json.loads(cli("plugins", "--json").out)
    generators = [f"generator {name}" for name in ("signal", "transplant", "ddpm", "latent")]
    schemes = [f"label scheme {name}" for name in SCHEMES]
    layouts = [f"layout {name}" for name in LAYOUTS] + [f"output layout {name}" for name in OUTPUT_LAYOUTS]
    others = layouts + [f"metric {name}" for name in METRICS]
    assert rows[0]["provides"] == ["prior smile", "prior random", "prior manual", *generators, *schemes, *others]
    assert rows[0]["layouts"][3] == {"name": "bids", "summary": "BIDS (sub-*)"}
    assert [scheme["name"] for scheme in rows[0]["label_schemes"]] == list(SCHEMES)


@pytest.mark.parametrize(
    ("name", "words"),
    [("auc", "0 to 0.7"), ("bids", "layout bids: BIDS (sub-*)"), ("acdc", "myocardium"), ("myops", "2221")],
)
def test_whatever_a_plugin_provides_is_shown(cli, name, words):
    assert words in cli("plugins", "show", name).out


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--strict"], 1)])
def test_a_broken_plugin_is_a_red_row(cli, monkeypatch, arguments, code):
    import types

    from claim_aug.plugins import loader

    def fail():
        raise ImportError("No module named 'nowhere'")

    point = types.SimpleNamespace(name="sad", load=fail, dist=None)
    monkeypatch.setattr(loader, "find_points", lambda: [point])
    monkeypatch.delenv(loader.ALLOW)
    loader.load_plugins.cache_clear()
    done = cli("plugins", *arguments)
    loader.load_plugins.cache_clear()
    assert done.code == code
    assert "failed: ImportError: No module named 'nowhere'" in done.out
