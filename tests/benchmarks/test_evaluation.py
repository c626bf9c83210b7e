"""The table of the generators: how a number is shown, and who learns from whom."""

import evaluation
from patients import lay_out

from claim_aug.data.dataset import find_cases
from claim_aug.evaluation.metric import Metric
from claim_aug.phantom import make_phantom, write_emidec


def test_a_number_is_bold_where_it_is_not_fine_and_in_brackets_where_chance_could_give_it():
    shown = [
        evaluation.cell(Metric("one", "realism", 1.234, 1.0, 2.0, verdict=verdict))
        for verdict in ("fine", "too few to tell", "look again")
    ]
    assert shown == ["1.23 (1.00 to 2.00)", "[1.23 (1.00 to 2.00)]", "**1.23 (1.00 to 2.00)**"]
    assert evaluation.cell(Metric("one", "realism", None)) == ""


def test_every_patient_is_painted_once_and_never_learnt_from_then(tmp_path):
    for seed in range(4):
        write_emidec(make_phantom(seed, scar=True, shape=(64, 64, 3)), tmp_path / "scans", f"Case_{seed}")
    tested = []
    for fold in range(2):
        lay_out(find_cases(tmp_path / "scans"), tmp_path / str(fold), 2, fold)
        train, test = ({case.name for case in find_cases(tmp_path / str(fold) / part)} for part in ("train", "test"))
        assert not train & test
        tested += test
    assert sorted(tested) == [f"Case_{seed}" for seed in range(4)]
