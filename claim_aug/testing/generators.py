"""``GeneratorTests``: what every generator keeps."""

from __future__ import annotations

import copy
import functools
import inspect
import unittest
from typing import Any

import numpy as np

from claim_aug.adapters.workers import RunsOnDevice
from claim_aug.border import wrong_rendering
from claim_aug.errors import ClaimAugError
from claim_aug.generators import RenderJob, ScarGenerator
from claim_aug.generators.base import RendersMany
from claim_aug.priors import ScarMask
from claim_aug.testing.backends import BackendTests
from claim_aug.testing.repeatable import equal, sentence
from claim_aug.testing.ventricles import Scan, scans


class GeneratorTests(BackendTests):
    """Checks of a generator, for a subclass that says how it is made.

    Checks of what a generator need not be able to do are skipped where it is not: ``RendersMany`` and ``RunsOnDevice``.

    Attributes:
        factory: class of the generator, or a function that makes it (in a class body, ``staticmethod(function)``).
        options: keyword options that it is made with.
        expected_failures: reason for each check, by name, that is known to fail; one that passes then is a failure.

    Example:
        >>> from claim_aug.generators.signal import SignalGenerator
        >>> from claim_aug.testing import GeneratorTests, run_suite
        >>> class TestSignal(GeneratorTests):
        ...     factory = SignalGenerator
        >>> sorted({result.outcome for result in run_suite(TestSignal)})
        ['passed', 'skipped']
    """

    __test__ = False

    def outcome(self, backend: ScarGenerator, seed: int) -> tuple[Any, ...]:
        """The scar's voxels in the healthy ventricle."""
        return painted(backend, job_of(scans()[0], seed))

    def test_a_rendering_is_finite_and_as_bright_as_the_scan_allows(self) -> None:
        """An image of the region's shape, real numbers, finite in the scar, within ten times the scan's span, changed.

        Anything else is refused when a sample is made. Intensities of scans differ by orders of magnitude, so a scar
        has to follow the scan's.
        """
        generator = self.make()
        for scan in scans():
            job = job_of(scan, 1)
            wrong = wrong_rendering(generator.render(job.image, job.mask, job.anatomy, job.rng), job)
            self.must(not wrong, f"in {scan.name}: {wrong}")

    def test_no_scar_is_no_work(self) -> None:
        """A mask without a voxel gives an image, not an error.

        Only voxels of the scar are used, so an empty mask leaves the scan as it was. A patch of a batch may hold none.
        """
        job = job_of(scans()[0], 1)
        nothing = np.zeros_like(job.anatomy.wall)
        try:
            rendering = self.make().render(job.image, ScarMask(nothing, nothing.copy()), job.anatomy, job.rng)
        except Exception as error:
            self.fail(f"an empty mask ended in {sentence(error)}")
        self.must(rendering.image.shape == job.image.shape, f"an empty mask gave an image of {rendering.image.shape}")

    def test_what_is_given_is_not_changed(self) -> None:
        """Neither image nor mask nor ventricle is written into.

        They are the user's, and the other channels' and samples'.
        """
        job, before = job_of(scans()[0], 1), copy.deepcopy(job_of(scans()[0], 1))
        given = copy.deepcopy(job)
        self.make().render(given.image, given.mask, given.anatomy, given.rng)
        for owner in ("mask", "anatomy"):
            for name, value in vars(getattr(before, owner)).items():
                same = equal(value, getattr(getattr(given, owner), name)) if isinstance(value, np.ndarray) else True
                self.must(same, f"{owner}.{name} was written into")
        self.must(np.array_equal(before.image, given.image), "the image was written into")

    def test_many_at_once_are_as_one_by_one(self) -> None:
        """``render_many`` gives each scan what ``render`` gives it alone, in any order.

        What shares a call must not change a result: how scans fall into batches is chance.
        """
        generator, chosen = self.make(), scans()[:3]
        alone = [painted(generator, job_of(scan, 1)) for scan in chosen]
        if not isinstance(generator, RendersMany):
            raise unittest.SkipTest("it has no render_many")
        for order in ((0, 1, 2), (2, 0)):
            jobs = [job_of(chosen[index], 1) for index in order]
            found = [
                voxels(rendering.image, job) for rendering, job in zip(generator.render_many(jobs), jobs, strict=True)
            ]
            same = [equal(one, alone[index][0]) for one, index in zip(found, order, strict=True)]
            self.must(all(same), f"{same.count(False)} of {len(order)} scans are painted differently together")

    def test_its_device_can_be_chosen(self) -> None:
        """``device="cpu"`` is taken and shown as ``device``; a device that nobody has is refused in words.

        A training needs its GPU for itself, and an error from within a driver tells a user nothing.
        """
        if "device" not in inspect.signature(type(self).factory).parameters:
            raise unittest.SkipTest("it has no parameter device")
        generator = self.make(device="cpu")
        self.must(isinstance(generator, RunsOnDevice), "it does not say its device")
        self.must(str(generator.device) == "cpu", f"it was asked onto cpu and is on {generator.device}")
        self.outcome(generator, 1)
        try:
            self.make(device="abacus")
        except ClaimAugError:
            return
        except Exception as error:
            self.fail(f"device='abacus' ended in {sentence(error)}")
        self.fail("device='abacus' is taken")


@functools.lru_cache(maxsize=8)
def mask_for(name: str) -> ScarMask:
    """Infarct with MVO and a grey zone, in the inner half of a few segments of a scan."""
    anatomy = next(scan.anatomy for scan in scans() if scan.name == name)
    scar = np.isin(anatomy.segment, (7, 8, 9)) & anatomy.healthy & (anatomy.transmural < 0.7)
    mvo = scar & (anatomy.segment == 8) & (anatomy.transmural > 0.2) & (anatomy.transmural < 0.4)
    return ScarMask(scar & ~mvo, mvo, {"prior": "check"}, grey_zone=scar & (anatomy.segment == 7))


def job_of(scan: Scan, seed: int) -> RenderJob:
    """A scan with a scar to render."""
    return RenderJob(scan.image, mask_for(scan.name), scan.anatomy, np.random.default_rng(seed))


def painted(generator: ScarGenerator, job: RenderJob) -> tuple[Any, ...]:
    """The scar's voxels as a generator paints them, and what it drew."""
    rendering = generator.render(job.image, job.mask, job.anatomy, job.rng)
    return voxels(rendering.image, job), dict(rendering.params)


def voxels(image: Any, job: RenderJob) -> Any:
    """The intensities of the scar."""
    return np.asarray(image)[job.mask.scar]
