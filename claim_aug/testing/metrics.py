"""``MetricTests``: what every metric of ``evaluate`` keeps."""

from __future__ import annotations

import copy
import functools
import math
from typing import Any, ClassVar

from claim_aug.evaluation.metrics import Definition
from claim_aug.evaluation.registered_metrics import definition_of
from claim_aug.evaluation.resampling import Scars
from claim_aug.evaluation.scan_scar import ScanScar, measure_scar
from claim_aug.phantom import make_phantom
from claim_aug.plugins.registry import Entry
from claim_aug.testing.repeatable import RepeatableTests, equal
from claim_aug.testing.ventricles import SHAPE, read

#: Scans of each set.
SCANS = 4


class MetricTests(RepeatableTests):
    """Checks of a metric of ``evaluate``, for a subclass that says which.

    Attributes:
        definition: definition of the metric.
        expected_failures: reason for each check, by name, that is known to fail; one that passes then is a failure.

    Example:
        >>> from claim_aug.evaluation import Definition
        >>> from claim_aug.testing import MetricTests, run_suite
        >>> def smallest(synthetic, real):
        ...     return min(scar.burden_percent for scar in synthetic)
        >>> class TestSmallest(MetricTests):
        ...     definition = Definition(
        ...         "smallest", "diversity", smallest, "{value:.1f} %LV", "small scars", (0.5, 90), needs_real=False
        ...     )
        >>> sorted({result.outcome for result in run_suite(TestSmallest)})
        ['passed', 'skipped']
    """

    __test__ = False
    definition: ClassVar[Definition]

    def make(self) -> Definition:
        """The metric, held to its contract as it is in an evaluation."""
        own = type(self).definition
        return definition_of(Entry(own.name, own, "", "under test"))

    def tried(self, made: Definition) -> tuple[Any, ...]:
        """Its values for two sets, for one scan each, and without a real set where it does not need one."""
        synthetic, real = sets()
        pairs = [(synthetic, real), (synthetic[:1], real[:1]), *([] if made.needs_real else [(synthetic, ())])]
        return tuple(made.statistic(*pair) for pair in pairs)

    def test_a_value_can_be_said(self) -> None:
        """Two sets give a number, or NaN where it is not known, and the sentence says it.

        The report is these sentences.
        """
        metric = self.make()
        value = metric.statistic(*sets())
        said = metric.sentence.format(value=0.5 if math.isnan(value) else value)
        self.must(said != metric.sentence, f"the sentence does not say the value: {said}")

    def test_a_set_beside_itself_is_fine(self) -> None:
        """A real set that is compared with itself is within the range that is fine.

        Nothing could ever be closer to it.
        """
        metric, (_, real) = self.make(), sets()
        if not metric.needs_real:
            self.skipTest("it compares with no real set")
        value = metric.statistic(real, real)
        low, high = metric.fine
        self.must(
            math.isnan(value) or low <= value <= high, f"a set beside itself has {value:g}; {low:g}-{high:g} is fine"
        )

    def test_the_order_of_the_scans_does_not_matter(self) -> None:
        """The scans of a set in another order give the same number.

        The order is that of names, which say nothing.
        """
        metric, (synthetic, real) = self.make(), sets()
        one, other = metric.statistic(synthetic, real), metric.statistic(synthetic[::-1], real[::-1])
        same = math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9) or (math.isnan(one) and math.isnan(other))
        self.must(same, f"in one order it gives {one}, in the other {other}")

    def test_the_scars_are_not_changed(self) -> None:
        """Nothing that a scar holds is written into.

        The other metrics see the same scars, and this one sees them again for each draw of patients.
        """
        scars = sets()
        self.make().statistic(*scars)
        for one, other in zip((*scars[0], *scars[1]), (*sets()[0], *sets()[1]), strict=True):
            changed = [name for name in vars(ScanScar)["__dataclass_fields__"] if not same(one, other, name)]
            self.must(not changed, f"it changed {', '.join(changed)} of {one.name}")


def same(one: ScanScar, other: ScanScar, name: str) -> bool:
    """Whether two scars have the same in one attribute."""
    parts = (getattr(one, name), getattr(other, name))
    return equal(*(tuple(vars(part).values()) if name == "slices" else part for part in parts))


def sets() -> tuple[Scars, Scars]:
    """A synthetic and a real set, in arrays of their own."""
    return copy.deepcopy(measured())


@functools.lru_cache(maxsize=1)
def measured() -> tuple[Scars, Scars]:
    """The scars of eight phantoms, of which half stand for synthetic scans."""
    scars = []
    for seed in range(2 * SCANS):
        phantom = make_phantom(seed, scar=True, shape=SHAPE)
        scan = read(f"Case_{seed}", phantom.image, phantom.labels, affine=phantom.affine)
        scars.append(measure_scar(scan.name, scan.name, scan.image, scan.anatomy, asked=10))
    return tuple(scars[:SCANS]), tuple(scars[SCANS:])
