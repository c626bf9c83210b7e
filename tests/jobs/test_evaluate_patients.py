"""Real patients against real patients: nothing forbids use, and nobody is a copy of another."""

import pytest

from claim_aug import evaluate


@pytest.mark.realdata
def test_one_half_of_the_patients_is_fine_against_the_other(realdata, tmp_path):
    slices = sorted((realdata / "emidec" / "png" / "labels").glob("Case_P*_slice*.png"))
    names = sorted({path.name.partition("_slice")[0] for path in slices})[:12]
    for path in slices:
        if (case := path.name.partition("_slice")[0]) in names:
            for kind in ("images", "labels"):
                folder = tmp_path / ("one", "other")[names.index(case) % 2] / kind
                folder.mkdir(parents=True, exist_ok=True)
                (folder / path.name).symlink_to(path.parents[1] / kind / path.name)
    found = evaluate(tmp_path / "one", tmp_path / "other", draws=10, segmenter=None)
    assert found.patients == {"synthetic": 6, "real": 6}
    assert found["copies"].value == 0
    assert found.verdict != "do not use"
    assert found["auc"].verdict != "look again"
