"""``transplant`` paints a source patient's scar between the recipient's own remote and blood."""

import json
import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from claim_aug import ScarSynthesizer
from claim_aug.errors import InputError
from claim_aug.generators.bank import Bank, BankPatch
from claim_aug.generators.bank_file import write_bank
from claim_aug.generators.bank_patches import bank_patches
from claim_aug.generators.texture import DEPTHS, POSITIONS
from claim_aug.generators.transplant import TransplantGenerator
from claim_aug.measures.tissue import local_mean, measure
from claim_aug.priors.smile import SmilePrior


@pytest.fixture(scope="module")
def region(phantom, ventricle):
    return phantom.image[ventricle.box].astype(np.float64)


@pytest.fixture(scope="module")
def mask(ventricle):
    return SmilePrior(burden=25, transmurality=1.0, mvo=0.0).sample(ventricle, np.random.default_rng(4))


@pytest.fixture(scope="module")
def both(ventricle):
    return SmilePrior(burden=35, mvo=0.2).sample(ventricle, np.random.default_rng(2))


@pytest.fixture
def made(tmp_path):
    """A bank of one source patient whose texture is given."""

    def make(texture):
        cells = np.broadcast_to(texture, (DEPTHS, POSITIONS))
        patch = BankPatch(cells, np.ones(cells.shape, bool), False, 0, 0, 90.0, 40.0, 8.0, 0.9, 0.05)
        write_bank(Bank.from_patches([patch], "made"), tmp_path / "made.safetensors")
        return tmp_path / "made.safetensors"

    return make


def relative_intensity(image, mask, anatomy, path, seed=1, **options):
    """What was painted, in units of the recipient: remote 0, blood 1."""
    painted = TransplantGenerator(path, **options).render(image, mask, anatomy, np.random.default_rng(seed)).image
    tissue = measure(image, anatomy)
    return (painted - tissue.remote) / tissue.contrast


def interior(mask, anatomy):
    """Scar that touches nothing else within its slice."""
    from scipy import ndimage

    return ndimage.binary_erosion(mask.scar, np.ones((3, 3, 1)))


def test_a_constant_source_patient_gives_a_constant_scar(region, mask, ventricle, made):
    found = relative_intensity(region, mask, ventricle, made(1.2))[interior(mask, ventricle)]
    noise = np.median(measure(region, ventricle).noise / measure(region, ventricle).contrast)
    assert np.median(found) == pytest.approx(1.2, abs=0.1)
    assert found.std() < 1.5 * noise


def test_a_gradient_along_the_depth_stays_along_the_depth(region, mask, ventricle, made):
    path = made(np.linspace(1.6, 0.6, DEPTHS)[:, None])
    found = relative_intensity(region, mask, ventricle, path)
    middle = interior(mask, ventricle)  # beside blood and fat the edge is theirs too
    inner, outer = (middle & part for part in (ventricle.transmural < 0.4, ventricle.transmural > 0.6))
    assert np.median(found[inner]) > np.median(found[outer]) + 0.25


def test_the_scar_of_a_source_patient_is_as_bright_in_the_recipient(region, mask, ventricle, bank, source_patients):
    real = np.concatenate([patch.texture[patch.measured] for patch in source_patients if not patch.mvo])
    found = np.concatenate([relative_intensity(region, mask, ventricle, bank, seed)[mask.infarct] for seed in range(4)])
    assert np.median(found) == pytest.approx(np.median(real), rel=0.3)
    assert np.median(found) > 0.4


@pytest.mark.parametrize("brightness", [0.6, 1.0, 1.8])
def test_the_brightness_asked_for_is_met(region, mask, ventricle, bank, brightness):
    found = relative_intensity(region, mask, ventricle, bank, brightness_ratio=brightness)
    assert np.median(found[mask.infarct]) == pytest.approx(brightness, rel=0.25)


def test_mvo_is_darker_than_the_infarct_around_it(region, both, ventricle, bank):
    for seed in range(4):
        found = relative_intensity(region, both, ventricle, bank, seed)
        assert np.median(found[both.mvo]) < 0.85 * np.median(found[both.infarct])


def test_a_bank_without_mvo_still_paints_it_darker(region, both, ventricle, made):
    rendering = TransplantGenerator(made(1.2)).render(region, both, ventricle, np.random.default_rng(1))
    assert rendering.image[both.mvo].mean() < rendering.image[both.infarct].mean()
    assert rendering.params["mvo"] is None


def test_the_grey_zone_lies_between_remote_and_infarct_core(region, ventricle, made):
    zoned = SmilePrior(burden=35, transmurality=0.9, mvo=0.0, grey_zone=0.4).sample(ventricle, np.random.default_rng(2))
    found = relative_intensity(region, zoned, ventricle, made(1.2))
    assert 0.2 < found[zoned.grey_zone].mean() < found[zoned.infarct & ~zoned.grey_zone].mean() - 0.1


def test_only_the_scar_is_painted(region, mask, ventricle, bank):
    painted = TransplantGenerator(bank).render(region, mask, ventricle, np.random.default_rng(1)).image
    assert np.array_equal(painted[~mask.scar], region[~mask.scar])


def test_a_seed_gives_the_same_bytes_and_another_seed_another_scar(region, mask, ventricle, bank):
    generator = TransplantGenerator(bank)
    first, again = (generator.render(region, mask, ventricle, np.random.default_rng(3)) for _ in range(2))
    assert first.image.tobytes() == again.image.tobytes()
    assert first.params == again.params
    others = [generator.render(region, mask, ventricle, np.random.default_rng(seed)) for seed in range(12)]
    assert len({other.image.tobytes() for other in others}) == 12
    assert len({other.params["infarct"]["source_patient"] for other in others}) == 4
    assert {other.params["infarct"]["mirrored"] for other in others} == {True, False}


def test_neighbouring_slices_take_neighbours_of_the_source_patient(region, mask, ventricle, bank, source_patients):
    for seed in range(8):
        params = TransplantGenerator(bank).render(region, mask, ventricle, np.random.default_rng(seed)).params
        planes = [source_patients[placement["patch"]].plane for placement in params["infarct"]["placements"]]
        assert planes in (sorted(planes), sorted(planes, reverse=True))


def test_the_noise_of_the_recipient_stays_and_that_of_the_source_patient_is_gone(ventricle, mask, tmp_path):
    """Recipient and source patient differ by noise alone, of one strength: the scar shows it once, not twice."""
    rng = np.random.default_rng(0)
    intensity = 100.0 * ventricle.wall + 400 * ventricle.cavity
    recipient = intensity + 15 * rng.standard_normal(intensity.shape)
    source_patient = intensity + 300 * mask.scar + 15 * rng.standard_normal(intensity.shape)
    scarred = replace(ventricle, infarct=mask.scar)
    write_bank(Bank.from_patches(bank_patches(source_patient, scarred, 0), "noisy"), tmp_path / "noisy.safetensors")
    tissue = measure(recipient, ventricle)
    painted = TransplantGenerator(tmp_path / "noisy.safetensors").render(recipient, mask, ventricle, rng).image
    rest = (painted - local_mean(painted, tissue.profile, mask.scar, 2))[interior(mask, ventricle)]
    before = (recipient - local_mean(recipient, tissue.profile, mask.scar, 2))[interior(mask, ventricle)]
    assert rest.std() == pytest.approx(before.std(), rel=0.3)
    assert np.corrcoef(rest, before)[0, 1] > 0.7


def test_a_slice_and_a_stack_of_unsigned_bytes_are_painted(bank, phantom):
    scaled = (255 * (phantom.image - phantom.image.min()) / np.ptp(phantom.image)).astype(np.uint8)
    synthesizer = ScarSynthesizer(generator=f"transplant:{bank}", labels="phantom", burden=20)
    for image, labels in ((scaled, phantom.labels), (scaled[:, :, 3], phantom.labels[:, :, 3])):
        sample = synthesizer.sample(image, labels, seed=1)
        assert sample.image.dtype == np.uint8
        assert np.array_equal(sample.image[~sample.changed], image[~sample.changed])
        assert sample.image[sample.infarct].mean() > image[sample.infarct].mean()
        json.dumps(sample.parameters["generator"])
        assert sample.parameters["generator"]["bank"] == "bank.safetensors"


def test_it_pickles_small_and_comes_back_the_same(bank, phantom):
    synthesizer = ScarSynthesizer(generator=f"transplant:{bank}", labels="phantom")
    for thing in (synthesizer, TransplantGenerator(bank)):
        assert len(pickle.dumps(thing)) < 10_000
    known = {"affine": phantom.affine, "spacing": phantom.spacing, "seed": 5}
    one, other = (
        each.sample(phantom.image, phantom.labels, **known).image
        for each in (synthesizer, pickle.loads(pickle.dumps(synthesizer)))
    )
    assert np.array_equal(one, other)


def test_without_a_bank_it_says_how_to_make_one():
    for spec in ("transplant", "transplant:"):
        with pytest.raises(InputError, match="claim-aug bank build DATASET BANK.safetensors"):
            ScarSynthesizer(generator=spec)


def test_a_wrong_bank_is_refused_before_any_work(tmp_path):
    with pytest.raises(InputError, match="nowhere.safetensors cannot be read"):
        ScarSynthesizer(generator=f"transplant:{tmp_path / 'nowhere.safetensors'}")


def test_a_brightness_out_of_range_is_refused(bank):
    with pytest.raises(InputError, match="brightness_ratio needs"):
        TransplantGenerator(bank, brightness_ratio=9)


def test_it_needs_no_pytorch(bank):
    code = f"""
import sys
from claim_aug import ScarSynthesizer
ScarSynthesizer(generator={f"transplant:{bank}"!r}, labels="phantom")
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
