"""Generated scar in a batch: the scan bit for bit outside it, what ``paste`` writes inside."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claim_aug import ScarSynthesizer

pytestmark = pytest.mark.filterwarnings("ignore::claim_aug.errors.UnanchoredWarning")


def sample(trainer, batch, seed):
    return trainer._sample(batch, seed, gradient=True)


def composite(synthetic):
    return synthetic.voxels.composite(synthetic.image, synthetic.voxels.relative_intensity())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**31 - 2), grad_steps=st.sampled_from([0, 1, 3]), flat=st.booleans(), p=st.floats(0.3, 1))
def test_outside_the_scar_the_composite_is_the_scan_bit_for_bit(joint, net, hearts, slices, seed, grad_steps, flat, p):
    batch = slices if flat else hearts
    synthetic = sample(joint(net(2 if flat else 3), grad_steps=grad_steps, p=p), batch, seed)
    if synthetic.voxels is None:
        assert torch.equal(synthetic.image, batch["image"])
        return
    made = composite(synthetic)
    new = synthetic.mask > 0
    assert torch.equal(made[~new], batch["image"][~new])
    assert new.flatten(1).any(1).nonzero().flatten().tolist() == synthetic.chosen
    assert (made.detach()[new] != batch["image"][new]).float().mean() > 0.99


@pytest.mark.parametrize("flat", [True, False])
def test_inside_it_is_what_paste_writes(joint, net, hearts, slices, flat):
    """With a gradient through the sampler, the composite and the pasted batch come of the same windows."""
    synthetic = sample(joint(net(2 if flat else 3), grad_steps=2), slices if flat else hearts, 4)
    new = synthetic.mask > 0
    assert composite(synthetic).detach()[new].numpy() == pytest.approx(synthetic.image[new].numpy(), rel=1e-4, abs=1e-2)
    with torch.autocast("cpu", torch.bfloat16):  # the segmenter's; not for the image that it sees
        assert composite(synthetic).detach()[new].numpy() == pytest.approx(
            synthetic.image[new].numpy(), rel=1e-4, abs=1e-2
        )


def test_every_channel_is_painted_in_its_own_units(joint, net, slices):
    image = torch.cat([slices["image"], 0.01 * slices["image"] + 5], 1)
    synthetic = sample(joint(net(2), grad_steps=3), slices | {"image": image}, 4)
    made, new = composite(synthetic).detach(), synthetic.mask[:, 0] > 0
    for channel, close in ((0, 1e-2), (1, 1e-4)):
        assert made[:, channel][new].numpy() == pytest.approx(synthetic.image[:, channel][new].numpy(), abs=close)


def test_slices_may_lie_along_any_axis(joint, net, hearts):
    turned = {key: hearts[key].permute(0, 1, 4, 2, 3) for key in ("image", "label")}
    synthetic = sample(joint(net(3), grad_steps=3), turned, 4)
    new = synthetic.mask > 0
    assert composite(synthetic).detach()[new].numpy() == pytest.approx(synthetic.image[new].numpy(), rel=1e-4, abs=1e-2)


def test_elements_that_can_hold_no_scar_are_passed_over_and_the_others_painted_where_they_lie(joint, net, hearts):
    """One without a ventricle, one whose wall is full of scar, and one more."""
    label = torch.cat([torch.zeros_like(hearts["label"][:1]), hearts["label"][1:], hearts["label"][:1]])
    label[1][label[1] == 2] = 3
    image = torch.cat([hearts["image"], hearts["image"][:1]])
    affine = torch.cat([hearts["affine"], hearts["affine"][:1]])
    synthetic = sample(joint(net(3), grad_steps=3), {"image": image, "label": label, "affine": affine}, 4)
    new = synthetic.mask > 0
    assert synthetic.chosen == [2]
    assert torch.equal(composite(synthetic)[~new], image[~new])
    assert composite(synthetic).detach()[new].numpy() == pytest.approx(synthetic.image[new].numpy(), rel=1e-4, abs=1e-2)


def test_a_network_that_a_framework_put_into_training_mode_paints_as_it_always_does(joint, net, slices):
    trainer = joint(net())
    first = sample(trainer, slices, 1).voxels.windows
    trainer.generator.train()
    assert torch.equal(first, sample(trainer, slices, 1).voxels.windows)


def test_a_scar_that_was_healed_stays_healed(joint, net, hearts, folders):
    replacing = ScarSynthesizer(
        generator=f"ddpm:{folders['ddpm']}", labels="phantom", burden=(5, 10), existing="replace", steps=3
    )
    synthetic = sample(joint(net(3), synthesizer=replacing), hearts, 1)
    new = synthetic.mask > 0
    assert torch.equal(composite(synthetic)[~new], synthetic.image[~new])
    assert not torch.equal(synthetic.image[~new], hearts["image"][~new])


def test_the_gradient_goes_to_every_window_and_from_the_scar_alone(joint, net, hearts):
    synthetic = sample(joint(net(3)), hearts, 4)
    inside = composite(synthetic)[synthetic.mask > 0].sum()
    (gradient,) = torch.autograd.grad(inside, synthetic.voxels.windows, retain_graph=True)
    assert (gradient.flatten(1).abs().sum(1) > 0).all()
    (gradient,) = torch.autograd.grad(composite(synthetic)[synthetic.mask == 0].sum(), synthetic.voxels.windows)
    assert not gradient.any()
