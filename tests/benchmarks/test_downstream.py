"""The table that the study prints of the runs that are there."""

from argparse import Namespace

import pytest
from downstream import Run, Schedule, moment, table, write
from study.arms import Arm

SCHEDULE = Schedule(steps=6, judged=(2, 4, 6))


def kept(out, text, dices):
    """A run of one patient with scar and one without, with the Dice at each step that it was judged at."""
    run = Run(Arm.parse(text), 10, 0, 0, SCHEDULE, inner=False)
    assert len(run.judged) == len(dices)
    scores = {
        moment(step, 1.0): {
            "P": {"scar": dice, "mvo": 0.5, "mvo found": True, "burden": 20.0, "as blood": 1.0, "as wall": 1.0},
            "N": {"scar": None, "mvo": None, "mvo found": False, "burden": 0.5, "as blood": None, "as wall": None},
        }
        for step, dice in zip(run.judged, dices, strict=True)
    }
    write(run, scores, out, {"seconds": {"all": 1.0}})
    return run.arm


@pytest.mark.parametrize(("reference", "dices", "best"), [("usual", (0.3, 0.6, 0.5), 0.6), ("signal:P", (0.5,), 0.5)])
def test_a_reference_is_given_at_its_best_step_where_it_has_no_synthetic_scar(tmp_path, capsys, reference, dices, best):
    arms = [kept(tmp_path, reference, dices), kept(tmp_path, "signal:N", (0.7,))]
    capsys.readouterr()
    table(
        Namespace(
            arms=arms,
            sizes=[10],
            out=tmp_path,
            schedule=SCHEDULE,
            caution=1.0,
            against=None,
            seeds=[0],
            folds=[0],
            inner=False,
        )
    )
    first, second = capsys.readouterr().out.splitlines()[-2:]
    assert first.startswith(f"| {reference} | 1 | {best:.3f} | +0.000")
    assert second.startswith(f"| signal:N | 1 | 0.700 | {0.7 - best:+.3f}")
