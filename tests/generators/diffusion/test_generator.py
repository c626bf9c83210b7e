"""``ddpm`` and ``latent``: scar from a network, in the scan's own grid and units, the rest of it untouched."""

import json
import shutil
import warnings

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from claim_aug import LVAnatomy, ScarMask, ScarSynthesizer
from claim_aug.errors import InputError, PluginError
from claim_aug.generators.base import RenderJob
from claim_aug.generators.diffusion.control_histogram import EDGES
from claim_aug.generators.diffusion.folder import write_model
from claim_aug.generators.diffusion.generator import BATCH, DiffusionGenerator, LatentGenerator
from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.generators.diffusion.painting import LEAST
from claim_aug.generators.healing import heal
from claim_aug.measures.remote import remote_myocardium
from claim_aug.measures.tissue import measure
from claim_aug.phantom import make_phantom
from claim_aug.priors.smile import SmilePrior
from claim_aug.training.slices import controls_of

KINDS = {"ddpm": DiffusionGenerator, "latent": LatentGenerator}
DTYPES = [np.uint8, np.int16, np.uint16, np.int32, np.float16, np.float32, np.float64]
GEOMETRY = {"spacing": (1.6, 1.6, 10.0)}


def rng(seed=0):
    return np.random.default_rng(seed)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dtype=st.sampled_from(DTYPES),
    axis=st.integers(0, 2),
    seed=st.integers(0, 2**63 - 1),
    existing=st.sampled_from(["keep", "replace"]),
)
def test_nothing_changes_outside_the_scar(scarred, spec, dtype, axis, seed, existing):
    """Whatever the network answers: this one's weights are random."""
    image = np.moveaxis(scarred.image / (17 if dtype == np.uint8 else 1), 2, axis).astype(dtype)
    labels = np.moveaxis(scarred.labels, 2, axis)
    before = image.copy(), labels.copy()
    made = ScarSynthesizer(generator=spec, labels="phantom", steps=1, existing=existing).sample(
        image, labels, seed=seed
    )
    assert (image.tobytes(), labels.tobytes()) == (before[0].tobytes(), before[1].tobytes())
    assert (made.image.dtype, made.image.shape) == (image.dtype, image.shape)
    assert made.image[~made.changed].tobytes() == image[~made.changed].tobytes()
    assert np.isfinite(made.image).all()
    scar = made.infarct | made.mvo
    assert (made.image[scar] != image[scar]).any()


def test_a_rendering_is_the_region_outside_the_scar_and_leaves_its_input_alone(kind, folders, region, mask, heart):
    before = region.copy()
    found = KINDS[kind](folders[kind], steps=2).render(region, mask, heart, rng())
    assert np.array_equal(region, before)
    assert np.array_equal(found.image[~mask.scar], region[~mask.scar])
    assert (found.image[mask.scar] != region[mask.scar]).mean() > 0.95


def test_one_seed_is_one_scar(spec, scan):
    synthesizer = ScarSynthesizer(generator=spec, labels="phantom", steps=2)
    first, again, other = (synthesizer.sample(scan.image, scan.labels, seed=s, **GEOMETRY) for s in (3, 3, 4))
    assert first.image.tobytes() == again.image.tobytes()
    assert first.parameters == again.parameters
    assert first.image.tobytes() != other.image.tobytes()


def test_the_noise_is_the_seeds_and_not_the_masks(ddpm, region, mask, heart):
    one, two = (ddpm().render(region, mask, heart, rng(seed)).image[mask.scar] for seed in (0, 1))
    assert abs(one - two).max() > 0.1 * measure(region, heart).contrast.min()


@pytest.mark.parametrize("sampler", ["ddim", "dpm++", "repaint"])
def test_what_shares_a_batch_does_not_change_a_result(kind, folders, region, mask, heart, sampler):
    """Scans rendered together and one by one, in more than one batch; relative intensities differ by less than 1e-4."""
    generator = KINDS[kind](folders[kind], sampler=sampler, steps=3)
    few = ScarMask(mask.infarct & (np.arange(mask.infarct.shape[2]) == 2), np.zeros_like(mask.mvo))
    smaller = SmilePrior(burden=12, mvo=0.0).sample(heart, rng(7))
    jobs = [(mask, 1), (few, 2), (smaller, 3), (mask, 4)]
    together = generator.render_many([RenderJob(region, one, heart, rng(seed)) for one, seed in jobs])
    assert sum(int(one.scar.any((0, 1)).sum()) for one, _ in jobs) > BATCH
    contrast = measure(region, heart).contrast
    for (one, seed), found in zip(jobs, together, strict=True):
        alone = generator.render(region, one, heart, rng(seed))
        assert found.params == alone.params
        assert (abs(found.image - alone.image) / contrast).max() < 1e-4


def test_many_scans_at_once_are_the_same_as_one_by_one(spec, scan, phantom):
    synthesizer = ScarSynthesizer(generator=spec, labels="phantom", steps=2)
    scans = [
        {"image": scan.image, "labels": scan.labels, **GEOMETRY},
        {"image": phantom.image, "labels": phantom.labels, "affine": phantom.affine},
        {"image": np.stack([scan.image, scan.image // 2]), "labels": scan.labels, **GEOMETRY},
    ]
    together = synthesizer.sample_many(scans, seeds=[5, 6, 7])
    for given_, seed, found in zip(scans, (5, 6, 7), together, strict=True):
        alone = synthesizer.sample(**given_, seed=seed)
        assert np.array_equal(alone.labels, found.labels)
        assert alone.parameters == found.parameters
        assert alone.seed == found.seed
        assert abs(alone.image.astype(float) - found.image).max() <= 1  # the last unit of whole numbers
        assert np.array_equal(alone.changed, found.changed)


def test_global_random_state_is_neither_read_nor_moved(ddpm, region, mask, heart):
    found = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
        found.append(ddpm(sampler="repaint").render(region, mask, heart, rng()).image)
        assert torch.equal(before[0], torch.get_rng_state())
        assert np.array_equal(before[1], np.random.get_state()[1])  # noqa: NPY002
    assert np.array_equal(*found)


def test_it_is_clean_under_strict_floating_point_and_warnings(spec, scarred):
    with np.errstate(all="raise", under="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        for options in ({}, {"brightness_sd": 5}, {"existing": "replace"}):
            synthesizer = ScarSynthesizer(generator=spec, labels="phantom", steps=2, **options)
            synthesizer.sample(scarred.image, scarred.labels, seed=1, affine=scarred.affine)


@pytest.mark.parametrize("noise", [0.0, 1e-9])
def test_a_scan_without_noise_gets_its_scar(spec, heart, scan, noise):
    """As from another synthesizer, or after denoising: two intensities and nothing else."""
    image = np.select([scan.labels == 1, scan.labels == 2], [300.0, 80.0], 150.0)
    image += noise * rng().standard_normal(image.shape)
    synthesizer = ScarSynthesizer(generator=spec, labels="phantom", steps=2)
    with np.errstate(all="raise", under="ignore"):
        made = synthesizer.sample(image, scan.labels, seed=1, **GEOMETRY)
    assert np.isfinite(made.image).all()
    with pytest.raises(InputError, match="brightness_sd 5 cannot be met: remote myocardium .* has hardly any spread"):
        ScarSynthesizer(generator=spec, labels="phantom", brightness_sd=5).sample(
            image, scan.labels, seed=1, **GEOMETRY
        )


@pytest.mark.parametrize("brightness_sd", [2, 5, 12, 30])
def test_the_brightness_that_is_asked_for_is_met(spec, scan, brightness_sd):
    synthesizer = ScarSynthesizer(generator=spec, labels="phantom", steps=2, brightness_sd=brightness_sd, mvo=0.1)
    made = synthesizer.sample(scan.image.astype(float), scan.labels, seed=1, **GEOMETRY)
    known = remote_myocardium(scan.image.astype(float)[made.anatomy.box], made.anatomy)
    found = (made.image[made.infarct].mean() - known.mean) / known.sd
    assert found == pytest.approx(brightness_sd, rel=0.02)


def test_scar_is_hardly_dimmer_than_was_drawn(spec):
    scan = make_phantom(4, scar=False, shape=(64, 64, 5), spacing=(2.5, 2.5, 10.0))  # no finer than the windows
    image = scan.image.astype(float)
    for seed in range(3):
        synthesizer = ScarSynthesizer(generator=spec, labels="phantom", steps=2)
        made = synthesizer.sample(image, scan.labels, seed=seed, affine=scan.affine)
        region, heart = image[made.anatomy.box], made.anatomy
        blood = float(np.median(measure(region, heart).contrast))
        found = (made.image[made.infarct].mean() - remote_myocardium(region, heart).mean) / blood
        assert found > 0.95 * LEAST * made.parameters["generator"]["brightness_ratio"]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_may_lie_across_any_axis(spec, scan, axis):
    order = np.roll([0, 1, 2], axis + 1)
    image, labels = scan.image.transpose(order), scan.labels.transpose(order)
    made = ScarSynthesizer(generator=spec, labels="phantom", steps=2).sample(
        image, labels, seed=1, spacing=np.array(GEOMETRY["spacing"])[order]
    )
    assert made.anatomy.orientation.through_plane == axis
    assert np.array_equal(made.image[~made.changed], image[~made.changed])
    assert (made.image[made.infarct] != image[made.infarct]).mean() > 0.9


def test_healing_paints_the_region_alone_and_repeats_itself(kind, folders, region, mask, heart):
    before, generator = region.copy(), KINDS[kind](folders[kind], steps=2)
    one, again, other = (generator.heal(region, heart, mask.scar, rng(seed)) for seed in (0, 0, 1))
    assert np.array_equal(region, before)
    assert np.array_equal(one[~mask.scar], region[~mask.scar])
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_healing_asks_for_the_brightness_of_the_healthy_wall(ddpm, region, mask, heart):
    asked = []
    generator = ddpm()
    generator.paint_slices = lambda model, tasks, paint: (
        asked.extend(tasks) or DiffusionGenerator.paint_slices(generator, model, tasks, paint)
    )
    generator.heal(region, heart, mask.scar, rng())
    middles = (EDGES[1:] + EDGES[:-1]) / 2
    assert all(abs(np.dot(task.histogram, middles)) < 0.4 for task in asked)
    assert len(asked) == mask.scar.any((0, 1)).sum()


def test_a_model_that_never_learnt_remote_leaves_healing_to_the_wall_beside(folders, tmp_path, region, mask, heart):
    folder = tmp_path / "old"
    shutil.copytree(folders["ddpm"], folder)
    about = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(about | {"version": 2}))
    tensors, kind = load_file(folder / "weights.safetensors"), "claim-aug lesion diffusion"
    save_file(tensors, folder / "weights.safetensors", {kind: '{"version": 2}'})
    healed = DiffusionGenerator(folder, steps=1).heal(region, heart, mask.scar, rng())
    assert np.array_equal(healed, heal(region, heart, mask.scar, rng()))


def test_turning_the_stack_turns_the_scar(ddpm, region, mask, heart, scan):
    """The same voxels in another order of axes are the same scan to the network."""
    order = (2, 0, 1)
    turned = LVAnatomy.from_labels(
        scan.labels.transpose(order), "phantom", spacing=np.array(GEOMETRY["spacing"])[list(order)], through_plane=0,
        winding=1, base="last", anterior_insertion=0.0,
    )  # fmt: skip
    moved = ScarMask(mask.infarct.transpose(order), mask.mvo.transpose(order))
    one = ddpm(histogram="none").render(region, mask, heart, rng()).image
    two = ddpm(histogram="none").render(region.transpose(order), moved, turned, rng()).image
    assert two == pytest.approx(one.transpose(order), abs=1e-3 * measure(region, heart).contrast.min())


def test_a_gain_of_the_scanner_does_not_change_the_scar(ddpm, region, mask, heart):
    one = ddpm(histogram="none").render(region, mask, heart, rng()).image
    two = ddpm(histogram="none").render(7.5 * region + 40, mask, heart, rng()).image
    assert (two - 40) / 7.5 == pytest.approx(one, abs=2e-2 * measure(region, heart).contrast.min())


def test_a_slice_and_unsigned_bytes_are_painted(spec, scan):
    scaled = (255 * (scan.image - scan.image.min()) / np.ptp(scan.image)).astype(np.uint8)
    synthesizer = ScarSynthesizer(generator=spec, labels="phantom", burden=20, steps=2)
    for image, labels in ((scaled, scan.labels), (scaled[:, :, 2], scan.labels[:, :, 2])):
        sample = synthesizer.sample(image, labels, seed=1)
        assert (sample.image.dtype, sample.image.shape) == (np.uint8, image.shape)
        assert np.array_equal(sample.image[~sample.changed], image[~sample.changed])
        assert (sample.image[sample.infarct] != image[sample.infarct]).mean() > 0.5


def test_a_network_whose_answers_are_huge_is_refused(tiny, learnable, scan, tmp_path):
    with torch.random.fork_rng():
        model = LesionDiffusion(tiny, controls_of(learnable))
    for parameter in model.denoiser.unet.conv_out.parameters():
        parameter.data.mul_(1e6)
    write_model(model, tmp_path, "# loud")
    synthesizer = ScarSynthesizer(generator=f"ddpm:{tmp_path}", labels="phantom", steps=2)
    with pytest.raises(PluginError, match="the scar has intensities of .*, the scan has"):
        synthesizer.sample(scan.image, scan.labels, seed=1, **GEOMETRY)
