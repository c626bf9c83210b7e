"""A verdict needs a value out of its range that chance does not explain."""

import math

import pytest

from claim_aug.evaluation.metric import judge

FINE, FATAL = (0.0, 1.0), (0.0, 5.0)


@pytest.mark.parametrize(
    ("value", "chance", "verdict"),
    [
        (0.5, None, "fine"),
        (1.0, (0.0, 0.1), "fine"),
        (2.0, None, "look again"),
        (2.0, (0.0, 1.9), "look again"),
        (2.0, (0.0, 3.0), "too few to tell"),
        (2.0, (0.0, 2.0 - 1e-15), "too few to tell"),
        (6.0, (0.0, 9.0), "do not use"),
        (math.nan, None, "not judged"),
    ],
)
def test_a_value_has_the_verdict_of_its_range_and_of_chance(value, chance, verdict):
    assert judge(value, FINE, FATAL, chance) == verdict
