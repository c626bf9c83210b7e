"""Each check fails for what breaks it and for nothing else, and says what it found."""

import random
import socket
import time
import unittest
import warnings

import numpy as np
import pytest

from claim_aug import Rendering, ScarMask
from claim_aug.errors import ClaimAugError, EmptyScarError, InputError
from claim_aug.testing import GeneratorTests, PriorTests, run_suite


class Prior:
    """Fills a random part of two segments.

    Args:
        share: share of the segments that is filled, 0.1-1.
    """

    def __init__(self, *, share=0.5):
        if not 0.1 <= share <= 1:
            raise InputError("share needs to be within 0.1-1")
        self.share = share

    def sample(self, anatomy, rng):
        if not anatomy.healthy.any():
            raise EmptyScarError("no room")
        infarct = (rng.random(anatomy.wall.shape) < self.share) & anatomy.healthy & np.isin(anatomy.segment, (7, 8))
        return ScarMask(infarct, np.zeros_like(infarct), {"prior": "mine"})


class Generator:
    """Paints noise about the mean of blood.

    Args:
        device: device, ``"cpu"``.
    """

    def __init__(self, *, device="cpu"):
        if device != "cpu":
            raise InputError("device needs to be cpu")
        self.device = device

    def render(self, image, mask, anatomy, rng):
        mean = image[anatomy.cavity].mean()
        return Rendering(mean * (1 + 0.1 * rng.standard_normal(image.shape)), {"generator": "mine"})

    def render_many(self, jobs):
        return [self.render(job.image, job.mask, job.anatomy, job.rng) for job in jobs]


class Outside(Prior):
    def sample(self, anatomy, rng):
        return ScarMask(anatomy.cavity & (rng.random(anatomy.wall.shape) < 0.5), np.zeros_like(anatomy.wall))


class Empty(Prior):
    def sample(self, anatomy, rng):
        nothing = np.zeros_like(anatomy.wall)
        return ScarMask(nothing, nothing, {"number": rng.random()})


class Repeating(Prior):
    def sample(self, anatomy, rng):
        return super().sample(anatomy, np.random.default_rng(0))


class Global(Prior):
    def sample(self, anatomy, rng):
        return super().sample(anatomy, np.random.default_rng(np.random.randint(1000) + rng.integers(1000)))  # noqa: NPY002


class MovesOn(Prior):
    def sample(self, anatomy, rng):
        random.random()
        return super().sample(anatomy, rng)


class Writing(Prior):
    def sample(self, anatomy, rng):
        anatomy.wall[0, 0, 0] = not anatomy.wall[0, 0, 0]
        return super().sample(anatomy, rng)


class Remembering(Prior):
    shape = None

    def sample(self, anatomy, rng):
        mask = super().sample(anatomy, rng)
        self.shape = self.shape or int(anatomy.scar.sum())
        return ScarMask(mask.infarct, mask.mvo, {"first": self.shape})


class Unpicklable(Prior):
    def __init__(self, *, share=0.5):
        super().__init__(share=share)
        self.own = lambda: None


class Unwritable(Prior):
    def sample(self, anatomy, rng):
        mask = super().sample(anatomy, rng)
        return ScarMask(mask.infarct, mask.mvo, {"mean": float("nan"), "share": 1})


class Warns(Prior):
    def sample(self, anatomy, rng):
        warnings.warn("so and so", RuntimeWarning, stacklevel=1)
        return super().sample(anatomy, rng)


class Dividing(Prior):
    def sample(self, anatomy, rng):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            np.zeros(1) / np.zeros(1)
        return super().sample(anatomy, rng)


class Calling(Prior):
    def sample(self, anatomy, rng):
        socket.getaddrinfo("localhost", 80)
        return super().sample(anatomy, rng)


class Undocumented(Prior):
    def __init__(self, *, share=0.5, colour=None):
        super().__init__(share=share)


class Lenient(Prior):
    def __init__(self, *, share=0.5):
        super().__init__(share=min(max(share, 0.1), 1))


class Crowded(Prior):
    def sample(self, anatomy, rng):
        mask = super().sample(anatomy, rng) if anatomy.healthy.any() else None
        return ScarMask(mask.infarct, mask.mvo)


class Racing(Prior):
    def sample(self, anatomy, rng):
        self.rng = rng
        time.sleep(0.02)  # another thread comes in between
        return super().sample(anatomy, self.rng)


PRIORS = {
    Outside: {"test_a_scar_lies_in_the_healthy_wall_of_any_scan", "test_a_wall_without_room_is_refused_in_words"},
    Empty: {"test_a_healthy_ventricle_gets_a_scar"},
    Repeating: {"test_other_seeds_give_other_scars"},
    Global: {
        "test_only_the_rng_that_is_given_is_drawn_from",
        "test_a_seed_gives_the_same_scar_again",
        "test_it_can_be_pickled",
        "test_scans_do_not_change_each_other",
        "test_threads_do_not_disturb_each_other",
    },
    MovesOn: {"test_only_the_rng_that_is_given_is_drawn_from"},
    Writing: {"test_the_ventricle_is_not_changed"},
    Remembering: {"test_scans_do_not_change_each_other"},
    Unpicklable: {"test_it_can_be_pickled"},
    Unwritable: {"test_what_was_drawn_is_ready_for_json", "test_a_scar_lies_in_the_healthy_wall_of_any_scan"},
    Warns: {"test_nothing_warns_and_no_number_fails"},
    Dividing: {"test_nothing_warns_and_no_number_fails"},
    Calling: {"test_no_network_is_used"},
    Undocumented: {"test_every_parameter_is_documented"},
    Lenient: {"test_values_beyond_the_documented_ranges_are_refused"},
    Crowded: {"test_a_wall_without_room_is_refused_in_words"},
    Racing: {"test_threads_do_not_disturb_each_other"},
}


class Dark(Generator):
    def render(self, image, mask, anatomy, rng):
        return Rendering(np.where(mask.scar, np.nan * rng.random(), image))


class Flat(Generator):
    def render(self, image, mask, anatomy, rng):
        return Rendering(np.full_like(image, image[anatomy.cavity].mean()))


class NeedsScar(Generator):
    def render(self, image, mask, anatomy, rng):
        image[mask.scar][0]
        return super().render(image, mask, anatomy, rng)


class PaintsOver(Generator):
    def render(self, image, mask, anatomy, rng):
        done = super().render(image, mask, anatomy, rng)
        image[mask.scar] = done.image[mask.scar]
        return done


class Averaging(Generator):
    def render_many(self, jobs):
        found = super().render_many(jobs)
        return [Rendering(one.image + len(jobs), one.params) for one in found]


class Anywhere(Generator):
    def __init__(self, *, device="cpu"):
        super().__init__()


GENERATORS = {
    Dark: {"test_a_rendering_is_finite_and_as_bright_as_the_scan_allows", "test_other_seeds_give_other_scars"},
    Flat: {"test_other_seeds_give_other_scars"},
    NeedsScar: {"test_no_scar_is_no_work"},
    PaintsOver: {
        "test_what_is_given_is_not_changed",
        "test_a_rendering_is_finite_and_as_bright_as_the_scan_allows",  # it is the image, which was changed
    },
    Averaging: {"test_many_at_once_are_as_one_by_one"},
    Anywhere: {"test_its_device_can_be_chosen"},
}


class TestGoodPrior(PriorTests):
    factory = Prior


class TestGoodGenerator(GeneratorTests):
    factory = Generator


def failed(suite, factory):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as users run it: one check alone makes them errors
        results = run_suite(type("TestOne", (suite,), {"factory": factory}))
    assert all(result.detail for result in results if not result.good)
    return {result.check for result in results if not result.good}


@pytest.mark.parametrize("prior", PRIORS, ids=lambda prior: prior.__name__)
def test_a_prior_fails_the_check_that_it_breaks(prior):
    assert failed(PriorTests, prior) == PRIORS[prior]


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda generator: generator.__name__)
def test_a_generator_fails_the_check_that_it_breaks(generator):
    assert failed(GeneratorTests, generator) == GENERATORS[generator]


def test_no_check_is_without_something_that_breaks_it():
    for suite, table in ((PriorTests, PRIORS), (GeneratorTests, GENERATORS)):
        broken = set().union(*table.values()) | (set() if suite is PriorTests else set().union(*PRIORS.values()))
        assert {name for name in dir(suite) if name.startswith("test_")} <= broken


def test_an_expected_failure_is_no_failure_and_an_unexpected_success_is_one():
    reasons = {"test_other_seeds_give_other_scars": "it seeds itself", "test_no_network_is_used": "it asks a server"}
    suite = type("TestOne", (PriorTests,), {"factory": Repeating, "expected_failures": reasons})
    found = {result.check: result for result in run_suite(suite)}
    expected, unexpected = (found[name] for name in reasons)
    assert (expected.outcome, expected.detail, expected.good) == ("failed as expected", "it seeds itself", True)
    assert (unexpected.outcome, unexpected.good) == ("passed unexpectedly", False)


def test_expecting_failures_of_one_suite_leaves_the_others_alone():
    type("TestOne", (PriorTests,), {"factory": Prior, "expected_failures": {"test_no_network_is_used": "why"}})
    assert failed(PriorTests, Calling) == {"test_no_network_is_used"}


def test_without_pytest_suites_that_are_only_imported_are_skipped():
    tests = unittest.TestSuite(
        unittest.defaultTestLoader.loadTestsFromTestCase(one) for one in (PriorTests, TestGoodPrior)
    )
    result = unittest.TestResult()
    tests.run(result)
    assert (result.wasSuccessful(), result.testsRun, len(result.skipped)) == (True, 15, 1)


def test_an_unknown_check_cannot_be_expected_to_fail():
    with pytest.raises(ClaimAugError, match="no check 'test_no_network'.*did you mean 'test_no_network_is_used'"):
        type("TestOne", (PriorTests,), {"factory": Prior, "expected_failures": {"test_no_network": "why"}})


def test_each_check_says_what_holds_and_why_it_matters():
    for suite, factory in ((PriorTests, Prior), (GeneratorTests, Generator)):
        for result in run_suite(type("TestOne", (suite,), {"factory": factory})):
            assert result.holds.endswith("."), result.check
            assert result.why.endswith("."), result.check
