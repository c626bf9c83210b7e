"""``claim-aug finetune``: patients in, a segmenter out that is chosen and calibrated on patients it had not seen."""

import json
import shutil

import pytest

from claim_aug.jobs import courses
from claim_aug.jobs import finetune as job
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.segmentation import read_segmenter
from claim_aug.segmentation.tuning import Course


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    for number in range(6):
        write_emidec(make_phantom(number, scar=number < 3, shape=(72, 72, 3)), folder, f"Case_{number}")
    return folder


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(job, "courses_for", lambda scarred: (Course(2, 5e-4, 0.4), Course(4, 1e-3)))
    monkeypatch.setattr(courses, "OWN_COURSE", Course(2, 1e-3, 0.5))
    monkeypatch.setattr(job, "FROM_SCRATCH", (Course(2, 2e-3),))


def test_a_segmenter_is_written_that_segments_and_says_what_to_expect(cli, dataset, tmp_path):
    done = cli("finetune", dataset, tmp_path / "out", "--labels", "phantom", "--false-scar", 2, "--licence", "CC0",
        "--own-scars", 1)  # fmt: skip
    assert done.code == 0, done.err
    assert "scar was made in the scans of 3 healthy patients first" in done.out
    assert "learnt from 6 patients, 3 of them with scar" in done.out
    assert "scar anywhere, on patients kept apart: Dice 0." in done.out
    assert f"claim-aug segment SCAN OUT --model {tmp_path / 'out'}" in done.out
    segmenter = read_segmenter(tmp_path / "out")
    assert segmenter.about == {"patients": 6, "scarred": 3, "licence": "CC0", "false_scar": 2.0}
    assert 0 < segmenter.caution < 5
    card = (tmp_path / "out/README.md").read_text()
    assert "| caution | Dice anywhere | false scar, %LV | Dice within the wall | false scar, %LV |" in card
    assert "the start of the package" in card
    assert "| first learnt from | scar of ddpm in the scans of 3 healthy patients" in card
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"README.md", "config.json", "weights.safetensors"}
    image = dataset / "Case_0/Images/Case_0.nii.gz"
    assert cli("segment", image, tmp_path / "found", "--model", tmp_path / "out").code == 0


def test_it_goes_on_where_it_was_cut_off_and_ends_with_the_same(dataset, tmp_path):
    from claim_aug.anatomy import LabelScheme

    def run(out, stop_at=None):
        steps = 0

        def report(progress):
            nonlocal steps
            steps += 1
            if steps == stop_at:
                raise KeyboardInterrupt

        job.finetune(dataset, out, LabelScheme.parse("phantom"), own_scars=1, device="cpu", report=report)
        return steps

    whole = run(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", stop_at=whole - 1)
    assert not (tmp_path / "cut/config.json").exists()
    assert run(tmp_path / "cut") < whole
    for name in ("weights.safetensors", "config.json"):
        assert (tmp_path / "cut" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_without_a_start_the_weights_are_random_at_first(cli, dataset, tmp_path):
    done = cli("finetune", dataset, tmp_path / "out", "--labels", "phantom", "--start", "none", "--own-scars", 0)
    assert done.code == 0, done.err
    assert "healthy patients first" not in done.out
    assert "weights 0% of the start" in done.out
    assert "random weights" in (tmp_path / "out/README.md").read_text()


def test_refusals_name_what_is_wrong(cli, dataset, tmp_path):
    few = tmp_path / "few"
    for number in (0, 1, 4, 5):
        shutil.copytree(dataset / f"Case_{number}", few / f"Case_{number}")
    done = cli("finetune", few, tmp_path / "out", "--labels", "phantom")
    assert done.code == 1
    assert "has 2 patients with scar; at least 3 are needed" in done.err

    twice = tmp_path / "twice"
    shutil.copytree(dataset, twice)
    for part in ("Images", "Contours"):
        (twice / "Case_9" / part).mkdir(parents=True)
        shutil.copy(dataset / f"Case_2/{part}/Case_2.nii.gz", twice / f"Case_9/{part}/Case_9.nii.gz")
    done = cli("finetune", twice, tmp_path / "out", "--labels", "phantom")
    assert done.code == 1
    assert "Case_9 and Case_2 hold the same slice" in done.err

    for option, reason in (
        ("--false-scar", "false_scar needs to be above 0"),
        ("--own-scars", "own_scars needs to be"),
    ):
        done = cli("finetune", dataset, tmp_path / "out", "--labels", "phantom", option, 0 if "false" in option else -1)
        assert done.code == 1
        assert reason in done.err
    assert not (tmp_path / "out").exists()

    assert cli("finetune", dataset, tmp_path / "out", "--labels", "phantom", "--own-scars", 0).code == 0
    done = cli("finetune", dataset, tmp_path / "out", "--labels", "phantom")
    assert done.code == 1
    assert "exists already" in done.err
    assert json.loads((tmp_path / "out/config.json").read_text())["format"] == "claim-aug segmenter"
