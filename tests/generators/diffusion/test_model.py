"""Lesion-focused diffusion: the loss is the lesion's alone, and the network is never shown the scar it is to paint."""

import functools
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import ndimage

from claim_aug import LVAnatomy, ScarMask
from claim_aug.generators.diffusion.codec import dilate
from claim_aug.generators.diffusion.control_histogram import NONE, histogram_around
from claim_aug.generators.diffusion.model import RIM, RIM_WEIGHT, LesionDiffusion
from claim_aug.generators.diffusion.network import TIMES
from claim_aug.generators.diffusion.painting import PaintTask, noise_streams
from claim_aug.generators.diffusion.samplers import ddim
from claim_aug.generators.diffusion.window import HALF, take_slice, window_of
from claim_aug.measures.tissue import measure
from claim_aug.phantom import make_phantom
from claim_aug.training.batches import validation_batch


@pytest.fixture(scope="module")
def models(tiny, tiny_latent):
    """A model of each kind with random weights."""
    four = replace(tiny_latent, factor=4, codes=3, codec_widths=(8, 8, 8))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return {
            name: LesionDiffusion(config).eval()
            for name, config in (("ddpm", tiny), ("latent", tiny_latent), ("latent of 4", four))
        }


@pytest.fixture(params=["ddpm", "latent", "latent of 4"])
def model(models, request):
    return models[request.param]


@pytest.fixture
def batch(model, learnable):
    """Windows, masks, histograms, times and noise of three slices."""
    return validation_batch(learnable[:3], model.config, 0)


def square(low=12, high=18, size=32):
    """Masks of a square scar."""
    masks = torch.zeros(1, 4, size, size)
    masks[:, 0, low:high, low:high] = 1
    return masks


def sampled(model, batch, histogram, seed=0, **options):
    window, masks = batch[:2]
    rows = torch.from_numpy(np.stack([histogram] * len(window)))
    few = functools.partial(ddim, steps=2)
    noise = noise_streams([(number,) for number in range(seed, seed + len(window))])
    return model.sample(PaintTask(window, masks, rows, few, noise, **options))


def test_only_the_lesion_and_a_narrow_rim_are_learnt_from(model, batch):
    """The gradient at the network's answer is 0 elsewhere, and in the rim a quarter of the lesion's."""
    window, masks, _, times, eps = batch
    answers = []
    hook = model.denoiser.register_forward_hook(lambda module, given, answer: answers.append(answer))
    loss = model(*batch)
    hook.remove()
    (gradient,) = torch.autograd.grad(loss, answers)
    hidden = model.surroundings(window, masks)[2]
    rim = dilate(hidden, RIM) & ~hidden
    clean = model.encode(window).detach()
    alpha = model.alphas[times].reshape(-1, 1, 1, 1)
    error = answers[0].detach() - (alpha.sqrt() * eps - (1 - alpha).sqrt() * clean)
    weight = (gradient / error).nanmedian(1, keepdim=True).values
    assert not gradient[(~hidden & ~rim).expand_as(gradient)].any()
    assert hidden.any()
    assert rim.any()
    top = weight[hidden].median()
    assert weight[hidden].numpy() == pytest.approx(float(top), rel=1e-3)
    assert weight[rim].numpy() == pytest.approx(RIM_WEIGHT * float(top), rel=1e-3)


def test_the_loss_is_the_mean_squared_error_of_the_velocity(model, batch):
    """Of an answer that is wrong by 1 everywhere it is 1."""
    window, _, _, times, eps = batch
    clean = model.encode(window).detach()
    alpha = model.alphas[times].reshape(-1, 1, 1, 1)
    aim = alpha.sqrt() * eps - (1 - alpha).sqrt() * clean
    hook = model.denoiser.register_forward_hook(lambda module, given, answer: aim + 1)
    assert model(*batch).item() == pytest.approx(1, rel=1e-4)
    hook.remove()


def test_slices_without_scar_cost_nothing(models):
    model = models["ddpm"]
    loss = model(torch.randn(2, 1, 32, 32), torch.zeros(2, 4, 32, 32), torch.zeros(2, 16), torch.tensor([5, 900]),
                 torch.randn(2, 1, 32, 32))  # fmt: skip
    assert loss.item() == 0


def test_the_network_is_not_shown_the_scar(model, batch):
    """Windows that differ in what is hidden alone look the same to it; those that differ beside it do not."""
    window, masks = batch[:2]
    hidden = masks[:, :1] >= HALF
    seen = model.surroundings(window, masks)
    other = model.surroundings(torch.where(hidden, 7.0, window), masks)
    for one, two in zip(seen, other, strict=True):
        assert torch.equal(one, two)
    beside = model.surroundings(torch.where(hidden, window, window + 1), masks)
    assert not torch.equal(seen[1], beside[1])


def test_the_condition_is_surroundings_and_masks_and_nothing_of_what_is_hidden(model, batch):
    window, masks = batch[:2]
    known, condition, hidden = model.surroundings(window, masks)
    side, codes, factor = 32 // model.config.factor, model.config.codes, model.config.factor
    assert condition.shape == (3, codes + 4 * factor**2, side, side)
    assert hidden.shape == (3, 1, side, side)
    assert not condition[:, :codes][hidden.expand(-1, codes, -1, -1)].any()
    assert torch.equal(condition[:, :codes] * ~hidden, known * ~hidden)
    assert torch.equal(torch.pixel_shuffle(condition[:, codes:], factor), masks)


def test_every_pixel_that_scar_fills_by_half_is_hidden_and_no_other(models):
    masks = square() * 0.5
    masks[..., :16] *= 0.98
    hidden = models["ddpm"].surroundings(torch.randn(1, 1, 32, 32), masks)[2]
    assert torch.equal(hidden, masks[:, :1] >= HALF)
    assert hidden.any()


def test_codes_that_saw_the_scar_are_hidden_too(models):
    """A code and its neighbours see each other's pixels."""
    for name, model in models.items():
        factor = model.config.factor
        masks = square(13, 15)
        hidden = model.surroundings(torch.randn(1, 1, 32, 32), masks)[2].float()
        whole = torch.nn.functional.interpolate(hidden, scale_factor=factor)[0, 0]
        low, high = (13, 15) if factor == 1 else (12 - factor, 16 + factor)
        assert whole[low:high, low:high].all(), name
        assert whole.sum() == (high - low) ** 2


def test_the_histogram_and_its_weight_change_what_is_painted(model, batch):
    bright, faint, none = (sampled(model, batch, one) for one in (histogram_around(1.8), histogram_around(0.4), NONE))
    assert not torch.allclose(bright, faint)
    assert not torch.allclose(bright, none)
    double = sampled(model, batch, histogram_around(1.8), guidance=2.0)
    assert not torch.allclose(bright, double)
    assert torch.allclose(sampled(model, batch, histogram_around(1.8), guidance=0.0), none, atol=1e-5)
    assert torch.allclose(double, sampled(model, batch, histogram_around(1.8), guidance=2.0))


def test_without_guidance_a_step_is_one_call(models, learnable):
    model = models["ddpm"]
    batch = validation_batch(learnable[:2], model.config, 0)
    calls = []
    hook = model.denoiser.register_forward_hook(lambda *_: calls.append(1))
    sampled(model, batch, histogram_around(1.0))
    assert len(calls) == 2
    sampled(model, batch, histogram_around(1.0), guidance=1.5)
    hook.remove()
    assert len(calls) == 2 + 4


def test_on_pixels_what_is_beside_the_scar_comes_back_as_it_was(models, learnable):
    model = models["ddpm"]
    batch = validation_batch(learnable[:3], model.config, 0)
    found = sampled(model, batch, histogram_around(1.0))
    hidden = batch[1][:, :1] >= HALF
    assert torch.equal(found[~hidden], batch[0][~hidden])
    assert not torch.equal(found[hidden], batch[0][hidden])


def test_a_sample_takes_a_picture_of_the_windows_size(model, batch):
    found = sampled(model, batch, NONE)
    assert (found.shape, found.dtype) == (batch[0].shape, torch.float32)
    assert found.isfinite().all()
    assert not found.requires_grad


def test_the_same_noise_gives_the_same_scar(model, batch):
    assert torch.equal(sampled(model, batch, NONE, seed=4), sampled(model, batch, NONE, seed=4))
    assert not torch.allclose(sampled(model, batch, NONE, seed=4), sampled(model, batch, NONE, seed=5))


def test_noise_levels_are_the_schedules(models):
    assert models["ddpm"].alphas.shape == (TIMES,)
    assert "alphas" not in models["ddpm"].state_dict()


def test_the_scans_own_scar_hardly_reaches_what_the_network_is_shown(models):
    """Splines ring: through windows of the usual spacing less than a tenth of a scar's brightness lies beside it.

    A window much finer than the scan would show more.
    """
    scan = make_phantom(5, scar=True, mvo=False, shape=(80, 80, 5), spacing=(1.8, 1.8, 10.0))
    anatomy = LVAnatomy.from_labels(scan.labels, "phantom", affine=scan.affine, spacing=scan.spacing)
    image = scan.image[anatomy.box].astype(float)
    tissue = measure(image, anatomy)
    mask = ScarMask(anatomy.infarct, anatomy.mvo)
    brighter = image + tissue.contrast * anatomy.infarct
    index = int(anatomy.infarct.sum((0, 1)).argmax())
    seen = []
    for one in (image, brighter):
        window, masks = window_of(take_slice(one, mask, anatomy, tissue, index, spacing=1.25, size=64))
        seen.append(window)
    hidden = ndimage.binary_dilation(masks[0] > 0, np.ones((3, 3)))
    assert abs(seen[1] - seen[0])[hidden].max() > 1
    assert abs(seen[1] - seen[0])[~hidden].max() < 0.1 / 0.7
