"""What the table of the study says of two sets of runs."""

import pytest
from study.comparison import equally_bold, false_scar, paired


def run(dices, burdens):
    """Scores of one run: patients with scar by their Dice, normals by the scar that was found in them."""
    scarred = {f"P{number}": {"scar": dice, "burden": 20.0} for number, dice in enumerate(dices)}
    return scarred | {f"N{number}": {"scar": None, "burden": burden} for number, burden in enumerate(burdens)}


def test_a_gain_is_paired_by_patient():
    gain, low, high = paired([run([0.5, 0.9], [1])], [run([0.4, 0.8], [0])], "scar")
    assert gain == pytest.approx(0.1)
    assert low == pytest.approx(0.1)
    assert high == pytest.approx(0.1)


def test_at_equal_false_scar_boldness_alone_gains_nothing():
    cautious, bold = [run([0.4, 0.6], [0.0, 0.2])], [run([0.6, 0.7], [0.4, 1.0])]
    middle = equally_bold([bold, cautious], false_scar([run([0.5], [0.4])])[0])
    assert middle is not None
    assert middle[0]["P0"]["scar"] == pytest.approx(0.5)
    assert middle[0]["P1"]["scar"] == pytest.approx(0.65)
    assert equally_bold([bold, cautious], false_scar(bold)[0])[0]["P0"]["scar"] == pytest.approx(0.6)


def test_false_scar_that_no_caution_leads_to_has_no_answer():
    runs = [run([0.4], [0.5])]
    assert equally_bold([runs], 0.4) is None
    assert equally_bold([runs], 0.5) == [{"P0": {"scar": 0.4}}]
