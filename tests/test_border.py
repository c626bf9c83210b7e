"""Whatever a backend raises or hands back, a sample is right or one error names the backend."""

import signal
import threading

import numpy as np
import pytest

from claim_aug import Rendering, ScarMask, ScarSynthesizer
from claim_aug.errors import PluginError, Terminated


class Unreadable(Exception):
    def __str__(self):
        raise RuntimeError("no text either")


class Prior:
    """A prior that does what a test says, and else fills a segment."""

    def __init__(self, act):
        self.act = act

    def sample(self, anatomy, rng):
        infarct = np.isin(anatomy.segment, (7, 8)) & anatomy.healthy
        return self.act(anatomy, ScarMask(infarct, np.zeros_like(infarct), {"prior": "mine"}))


class Generator:
    """A generator that does what a test says with a scar as bright as blood."""

    def __init__(self, act):
        self.act = act

    def render(self, image, mask, anatomy, rng):
        return self.act(image, Rendering(np.full_like(image, image[anatomy.cavity].mean()), {"generator": "mine"}))


def raising(error):
    def act(*_):
        raise error

    return act


def paint_into(anatomy, mask):
    anatomy.wall[:] = True
    return mask


def paint_over(image, rendering):
    image[:] = 0
    return rendering


def with_value(value):
    return lambda image, rendering: Rendering(np.full_like(image, value), {})


ERRORS = [ValueError("x"), SystemExit(3), KeyboardInterrupt(), Unreadable(), RecursionError("deep"), StopIteration()]
MASKS = {
    "nothing": (lambda anatomy, mask: None, "gave None and not a ScarMask"),
    "tuple": (lambda anatomy, mask: (mask.infarct, mask.mvo), "gave a tuple"),
    "floats": (lambda anatomy, mask: ScarMask(mask.infarct.astype(float), mask.mvo), "boolean array"),
    "list": (lambda anatomy, mask: ScarMask(mask.infarct.tolist(), mask.mvo), "boolean array of .* a list"),
    "other shape": (lambda anatomy, mask: ScarMask(mask.infarct[1:], mask.mvo), "infarct needs to be"),
    "MVO of another shape": (lambda anatomy, mask: ScarMask(mask.infarct, mask.mvo[..., :1]), "mvo needs to be"),
    "overlap": (lambda anatomy, mask: ScarMask(mask.infarct, mask.infarct), "disjoint"),
    "outside": (lambda anatomy, mask: ScarMask(anatomy.cavity, mask.mvo), "within anatomy.healthy, [0-9]+ voxels"),
    "grey outside": (lambda anatomy, mask: ScarMask(mask.infarct, mask.mvo, grey_zone=anatomy.wall), "grey zone"),
    "params": (lambda anatomy, mask: ScarMask(mask.infarct, mask.mvo, [1]), "params needs to be a dictionary"),
    "note": (lambda anatomy, mask: ScarMask(mask.infarct, mask.mvo, note=3), "note needs to be text"),
    "writes": (paint_into, "ValueError: assignment destination is read-only"),
}
RENDERINGS = {
    "nothing": (lambda image, rendering: None, "gave None and not a Rendering"),
    "array": (lambda image, rendering: rendering.image, "gave a ndarray"),
    "shape": (lambda image, rendering: Rendering(rendering.image[1:]), "image needs to be an array of real numbers"),
    "dtype": (lambda image, rendering: Rendering(rendering.image.astype(complex)), "complex128"),
    "text": (lambda image, rendering: Rendering(rendering.image.astype(str)), "real numbers"),
    "list": (lambda image, rendering: Rendering(rendering.image.tolist()), "a list"),
    "params": (lambda image, rendering: Rendering(rendering.image, None), "params needs to be a dictionary"),
    "NaN": (with_value(np.nan), "are NaN or infinite"),
    "infinite": (with_value(-np.inf), "are NaN or infinite"),
    "huge": (with_value(1e12), "the scar has intensities of 1e.12"),
    "unchanged": (lambda image, rendering: Rendering(image), "no voxel of it changed"),
    "writes": (paint_over, "ValueError: assignment destination is read-only"),
}


def make(phantom, prior="random", generator="signal"):
    synthesizer = ScarSynthesizer(prior, generator, labels="phantom")
    return synthesizer.sample(phantom.image, phantom.labels, affine=phantom.affine, seed=1)


@pytest.mark.parametrize("case", MASKS)
def test_a_mask_that_breaks_the_contract_is_refused_with_the_prior_s_name(phantom, case):
    act, reason = MASKS[case]
    with pytest.raises(PluginError, match=f"^prior Prior (broke its contract|failed): .*{reason}"):
        make(phantom, prior=Prior(act))


@pytest.mark.parametrize("case", RENDERINGS)
def test_a_rendering_that_breaks_the_contract_is_refused_with_the_generator_s_name(phantom, case):
    act, reason = RENDERINGS[case]
    with pytest.raises(PluginError, match=f"^generator Generator (broke its contract|failed): .*{reason}"):
        make(phantom, generator=Generator(act))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_whatever_is_raised_names_the_backend(phantom, error):
    with pytest.raises(PluginError, match=f"^prior Prior failed: {type(error).__name__}"):
        make(phantom, prior=Prior(raising(error)))
    with pytest.raises(PluginError, match=f"^generator Generator failed: {type(error).__name__}"):
        make(phantom, generator=Generator(raising(error)))


def test_a_signal_that_ends_the_process_is_not_taken_for_the_plugin_s(phantom):
    generator = Generator(raising(Terminated(143)))
    with pytest.raises(Terminated):
        ScarSynthesizer(generator=generator, labels="phantom").sample(phantom.image, phantom.labels, seed=0)


def test_the_user_s_own_ctrl_c_is_not_taken_for_the_plugin_s(phantom):
    def interrupted(*_):
        threading.Timer(0.1, lambda: signal.raise_signal(signal.SIGINT)).start()
        threading.Event().wait(5)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where tests run in the background
    try:
        with pytest.raises(KeyboardInterrupt):
            make(phantom, prior=Prior(interrupted))
    finally:
        signal.signal(signal.SIGINT, before)


def test_what_a_prior_keeps_of_its_mask_cannot_change_the_sample(phantom):
    kept = []

    def keep(anatomy, mask):
        kept.append(mask)
        return mask

    def change(image, rendering):
        kept[0].infarct[:] = True
        return rendering

    sample = make(phantom, Prior(keep), Generator(change))
    assert sample.infarct.sum() < phantom.labels.size / 20


def test_a_generator_of_many_hands_back_as_many(phantom):
    class One(Generator):
        def render_many(self, jobs):
            return [self.render(job.image, job.mask, job.anatomy, job.rng) for job in jobs[:-1]]

    with pytest.raises(PluginError, match="0 renderings came for 1 scars"):
        make(phantom, generator=One(lambda image, rendering: rendering))


def test_a_generator_that_heals_is_asked_to(scarred):
    generator = Generator(lambda _, rendering: rendering)
    generator.heal = lambda image, anatomy, region, rng: np.full_like(image, 123.0)
    made = ScarSynthesizer(generator=generator, labels="phantom", existing="replace").sample(
        scarred.image, scarred.labels, affine=scarred.affine, seed=0
    )
    assert (made.image[made.healed & ~(made.infarct | made.mvo)] == 123).all()
    assert np.array_equal(made.image[~made.changed], scarred.image[~made.changed])


@pytest.mark.parametrize("healed", [None, np.zeros((2, 2)), np.nan], ids=["nothing", "another shape", "NaN"])
def test_healing_that_breaks_the_contract_is_refused_with_the_generator_s_name(scarred, healed):
    generator = Generator(lambda _, rendering: rendering)
    generator.heal = lambda image, *_: np.full_like(image, healed) if isinstance(healed, float) else healed
    with pytest.raises(PluginError, match="generator Generator broke its contract: of healing, "):
        ScarSynthesizer(generator=generator, labels="phantom", existing="replace").sample(
            scarred.image, scarred.labels, affine=scarred.affine, seed=0
        )
