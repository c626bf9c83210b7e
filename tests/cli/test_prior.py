"""``claim-aug prior fit`` and the prior that it makes."""

import json

import nibabel as nib
import numpy as np
import pytest

#: Most of what is said here holds for any generator; this one takes no time.
SIGNAL = ("--generator", "signal")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    from claim_aug.phantom import make_phantom, write_emidec

    folder = tmp_path_factory.mktemp("dataset")
    for seed in range(6):
        write_emidec(make_phantom(seed, scar=True, shape=(80, 80, 5)), folder, f"Case_{seed}")
    return folder


def test_a_prior_is_fitted_and_used(cli, case, dataset, tmp_path):
    done = cli("prior", "fit", dataset, tmp_path / "scars.json", "--labels", "phantom")
    assert done.code == 0, done.err
    assert "smile from 6 scars" in done.out
    arguments = [*case, tmp_path / "out", "--labels", "phantom", "-n", "1", "--no-preview"]
    done = cli("generate", *SIGNAL, *arguments, "--prior", f"smile:{tmp_path / 'scars.json'}")
    assert done.code == 0, done.err
    record = json.loads((tmp_path / "out" / "sidecars" / "heart_scar000.json").read_text())
    assert record["request"]["prior"].endswith("scars.json")


def test_cases_without_an_anchor_are_named_in_one_line(cli, tmp_path):
    from claim_aug.phantom import make_phantom

    (tmp_path / "set").mkdir()
    for seed in range(7):
        scan = make_phantom(seed, scar=True, shape=(80, 80, 5))
        labels = np.where((scan.labels == 5) & (seed > 0), 0, scan.labels)
        nib.save(nib.Nifti1Image(labels, scan.affine), tmp_path / "set" / f"Case_{seed}.nii.gz")
    done = cli("prior", "fit", tmp_path / "set", tmp_path / "scars.json", "--labels", "phantom")
    assert done.code == 0, done.err
    assert done.err.count("\n") == 1
    assert "unanchored in 6 of 7 cases (Case_1, Case_2, Case_3, Case_4, Case_5 and 1 more): there is no RV" in done.err


def test_too_few_scars_leave_nothing(cli, tmp_path):
    cli("phantom", tmp_path / "set", "-n", "2", "--scar")
    done = cli("prior", "fit", tmp_path / "set", tmp_path / "scars.json", "--labels", "phantom")
    assert (done.code, "at least 5 labelled scars, got 2" in done.err) == (1, True)
    assert not (tmp_path / "scars.json").exists()


@pytest.mark.parametrize(
    ("prior", "reason"),
    [
        ("random:x", "prior 'random' takes no argument"),
        ("smile:no.json", "no.json cannot be read"),
        ("simle:x", "did you mean 'smile'"),
    ],
)
def test_a_wrong_argument_is_named(cli, case, tmp_path, prior, reason):
    done = cli("generate", *SIGNAL, *case, tmp_path / "out", "--labels", "phantom", "--prior", prior)
    assert (done.code, reason in done.err) == (1, True), done.err
