"""Joint training takes any segmenter, loss, scaler and autocast, and says what does not fit."""

import numpy as np
import pytest
import torch

from claim_aug import ScarSynthesizer
from claim_aug.errors import InputError
from claim_aug.joint import JointTrainer

CLASSES = 6  # of the phantoms' labels
pytestmark = pytest.mark.filterwarnings("ignore::claim_aug.errors.UnanchoredWarning")


def unet(dimensions):
    from monai.networks.nets import UNet  # not at the top: Ignite has to be imported before MONAI

    return UNet(dimensions, 1, CLASSES, (4, 8), (2,), num_res_units=1)


class EncoderDecoder(torch.nn.Module):
    """As segmentation-models builds them: an encoder that gives features of every scale, a decoder, a head."""

    def __init__(self):
        super().__init__()
        block = lambda i, o, stride: torch.nn.Sequential(  # noqa: E731
            torch.nn.Conv2d(i, o, 3, stride, 1), torch.nn.BatchNorm2d(o), torch.nn.ReLU()
        )
        self.encoder = torch.nn.ModuleList([block(1, 4, 1), block(4, 8, 2), block(8, 8, 2)])
        self.decoder = torch.nn.ModuleList([block(16, 8, 1), block(12, 4, 1)])
        self.segmentation_head = torch.nn.Conv2d(4, CLASSES, 3, padding=1)

    def forward(self, image):
        features = []
        for block in self.encoder:
            features.append(block(features[-1] if features else image / 1000))
        x = features.pop()
        for block in self.decoder:
            up = torch.nn.functional.interpolate(x, scale_factor=2, mode="bilinear")
            x = block(torch.cat([up, features.pop()], 1))
        return self.segmentation_head(x)


@pytest.mark.parametrize(
    ("kind", "settings", "flat"),
    [
        (unet, {"dimensions": 2}, True),
        (unet, {"dimensions": 3}, False),
        (None, {"dimensions": 3}, False),
        (EncoderDecoder, {}, True),
        (None, {"dimensions": 2, "deep": True}, True),
        (None, {"dimensions": 3, "deep": True}, False),
        (None, {"classes": 9}, True),
    ],
)
@pytest.mark.parametrize("half", [False, True])
def test_it_trains_with_any_segmenter_and_under_bf16(probe, joint, net, hearts, slices, kind, settings, flat, half):
    precision = {"autocast": lambda: torch.autocast("cpu", torch.bfloat16)} if half else {}
    trainer = joint(net(kind=kind, **settings) if kind else net(**settings), **precision)
    batch = slices if flat else hearts
    before = probe.state(trainer.segmenter), probe.state(trainer.generator)
    done = trainer.step(batch, seed=1)
    assert set(done) == {"lesion", "feedback", "generator", "segmenter", "dropped"}
    assert all(np.isfinite(value) for value in done.values())
    assert not probe.same(before[0], trainer.segmenter.state_dict())
    assert not probe.same(before[1], trainer.generator.state_dict())


def test_a_whole_step_inside_of_a_users_autocast_still_has_both_gradients(probe, joint, net, slices):
    """Autocast keeps the weights that it cast; those of a pass without a gradient would have none."""
    trainer = joint(net(), drop_unfound=True, grad_steps=1)
    with torch.autocast("cpu", torch.bfloat16):
        trainer.step(slices, seed=1)
    assert probe.gradient(trainer.segmenter) > 0
    assert probe.gradient(trainer.generator) > 0
    with torch.autocast("cpu", torch.bfloat16):
        generator, _ = probe.reached(joint(net(), grad_steps=1), slices, "feedback")
    assert generator > 0


def stacked(net, logits):
    """All levels at full resolution along a second axis, as MONAI's DynUNet gives them while it trains."""
    return torch.stack([logits, 0.5 * logits], 1) if net.training else logits


def test_stacked_deep_supervision_is_taken_apart(joint, net, slices):
    assert joint(net(change=stacked)).step(slices, seed=1)["segmenter"] > 0


def test_one_channel_is_scar_or_not(joint, net, slices):
    trainer = joint(net(classes=1), target=lambda labels: (labels == 3).long() | (labels == 4).long())
    assert np.isfinite(trainer.step(slices, seed=1)["segmenter"])
    assert trainer.scorer.scar(torch.zeros(1, 1, 8, 8)).tolist() == [1]


def test_a_loss_of_the_users_own_is_used(joint, net, slices):
    seen = []

    def loss(logits, target):
        seen.append((tuple(logits.shape), tuple(target.shape), target.dtype))
        return torch.nn.functional.cross_entropy(logits, target[:, 0])

    joint(net(deep=True), segmentation_loss=loss).segmenter_step(slices, seed=1)
    assert seen == [
        ((2, CLASSES, 64, 64), (2, 1, 64, 64), torch.int64),
        ((2, CLASSES, 32, 32), (2, 1, 32, 32), torch.int64),
    ]


class Shifted(torch.optim.SGD):
    """Counts its steps."""

    count = 0

    def step(self, *args, **settings):
        self.count += 1
        return super().step(*args, **settings)


def test_a_scaler_a_backward_and_a_norm_of_the_users_own_are_used(joint, net, slices):
    trainer, backward = joint(net()), []
    optimizer = Shifted(trainer.segmenter.parameters(), lr=1e-3)
    scaler = torch.amp.GradScaler("cpu", init_scale=8.0)
    trainer.attach(
        segmenter_optimizer=optimizer, scaler=scaler, max_norm=1e-3,
        backward=lambda loss: (backward.append(float(loss.detach())), loss.backward()),
    )  # fmt: skip
    done = trainer.segmenter_step(slices, seed=1)
    assert optimizer.count == 1
    assert backward == [pytest.approx(8 * done["segmenter"])]
    grads = [weight.grad.flatten() for weight in trainer.segmenter.parameters() if weight.grad is not None]
    norm = torch.cat(grads).norm()
    assert float(norm) == pytest.approx(1e-3, rel=0.01)


@pytest.mark.parametrize(
    ("segmenter", "reason"),
    [
        ({"classes": 3}, r"the segmenter has 3 classes, 0-2, and the labels 0-\d; give target=, a function"),
        (
            {"change": lambda _, logits: logits[..., ::2]},
            r"logits \(B, classes, \*grid\) = \(2, classes, 64, 64\), got \(2, 6, 64, 32\); pad or resize",
        ),
        (
            {"change": lambda _, logits: logits * float("nan")},
            r"the loss of the (generator|segmenter) at step 1 is (lesion .*, feedback nan, )?total nan.*: lower its",
        ),
        ({"change": lambda _, logits: {"out": logits}}, r"logits .* or a list of them with the finest first, got dict"),
    ],
)
@pytest.mark.parametrize("verb", ["generator_step", "segmenter_step"])
def test_a_segmenter_that_does_not_fit_is_an_error_of_ours_and_nothing_is_updated(
    probe, joint, net, slices, segmenter, reason, verb
):
    trainer = joint(net(**segmenter))
    trainer.steps = 0 if verb == "generator_step" else 1
    before = probe.state(trainer.segmenter), probe.state(trainer.generator)
    with pytest.raises(InputError, match=reason):
        getattr(trainer, verb)(slices, seed=1)
    assert probe.same(before[1], trainer.generator.state_dict())
    weights = dict(trainer.segmenter.named_parameters())
    assert all(torch.equal(before[0][name], weight) for name, weight in weights.items())


@pytest.mark.parametrize("ask", [{"objective": "challenge"}, {"drop_unfound": True}])
@pytest.mark.parametrize(
    ("classes", "target", "reason"),
    [
        (3, None, r"the segmenter has 3 classes, 0-2, and the labels \d-\d; give target=, a function"),
        (2, lambda labels: (labels == 3).long(), "needs classes of its own, and class 0 is other tissue, too; give"),
    ],
)
def test_who_asks_whether_scar_is_found_needs_classes_of_scar_alone(joint, net, slices, ask, classes, target, reason):
    """Else background would count as found scar, or a scar be dropped without a word."""
    trainer = joint(net(classes=classes), **ask, **({"target": target} if target else {}))
    with pytest.raises(InputError, match=reason):
        trainer.generator_turn(slices, seed=1)


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        (["label"], r"labels \(B, 1, \*grid\), got \(2, 1, 64, 64\) and \(2, 64, 64\); \[:, None\] adds an axis"),
        (["image", "label"], r"got \(2, 64, 64\) and \(2, 64, 64\)"),
    ],
)
def test_a_batch_without_a_channel_axis_is_refused(joint, net, slices, keys, reason):
    with pytest.raises(InputError, match=reason):
        joint(net()).augment(slices | {key: slices[key][:, 0] for key in keys})


def test_a_batch_that_is_no_dictionary_is_refused_in_one_line(joint, net, slices):
    with pytest.raises(InputError, match=r"a dictionary such as \{'image': ..., 'label': ...\}, got tuple$"):
        joint(net()).step((slices["image"], slices["label"]))
    with pytest.raises(InputError, match="it has 'x', 'label'; name it with image_key="):
        joint(net()).step({"x": slices["image"], "label": slices["label"]})


@pytest.mark.parametrize("dtype", [torch.int16, torch.uint16])
def test_whole_numbers_have_the_gradient_of_floats(probe, joint, net, slices, dtype):
    whole = slices | {"image": slices["image"].to(dtype)}
    floats = whole | {"image": whole["image"].float()}
    reached = [probe.reached(joint(net()), batch, "feedback") for batch in (whole, floats)]
    assert reached[0][0] > 0
    assert reached[0] == pytest.approx(reached[1])
    assert joint(net()).augment(whole, seed=1)["image"].dtype == dtype


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"objective": "win"}, "objective needs to be one of agree, challenge, improve, got 'win'"),
        ({"objective": "improve"}, "'improve' and steering, patients to judge by, need each other"),
        ({"weight": -1}, "weight needs to be within 0-inf, got -1"),
        ({"floor": 2}, "floor needs to be within 0-1, got 2"),
        ({"p": 2}, "p needs to be within 0-1, got 2"),
        ({"grad_steps": 4}, "grad_steps needs to be within 0-3, the steps of the sampler, got 4"),
    ],
)
def test_a_setting_out_of_range_is_refused(joint, net, settings, reason):
    with pytest.raises(InputError, match=reason):
        joint(net(), **settings)


def test_what_cannot_be_trained_is_refused(joint, net, slices, folders):
    with pytest.raises(InputError, match=r"needs a diffusion generator.*got 'signal'"):
        JointTrainer(ScarSynthesizer(labels="phantom"), net())
    slow = ScarSynthesizer(generator=f"ddpm:{folders['ddpm']}", labels="phantom", sampler="repaint", steps=3)
    with pytest.raises(InputError, match=r"grad_steps needs one of the samplers ddim, dpm\+\+, got 'repaint'"):
        joint(net(), synthesizer=slow, grad_steps=1)
    with pytest.raises(InputError, match="the generator has no optimiser: attach"):
        JointTrainer(ScarSynthesizer(generator=f"ddpm:{folders['ddpm']}", labels="phantom"), net()).step(slices)
    with pytest.raises(InputError, match=r"needs batches of tensors, got ndarray; torch.from_numpy"):
        joint(net()).augment({"image": slices["image"].numpy(), "label": slices["label"].numpy()})


def test_latent_learns_too_and_its_codes_stay(probe, joint, net, slices, folders):
    latent = ScarSynthesizer(generator=f"latent:{folders['latent']}", labels="phantom", burden=(10, 25), steps=2)
    for grad_steps in (0, 1):
        trainer = joint(net(), synthesizer=latent, grad_steps=grad_steps)
        before = probe.state(trainer.generator.codec)
        generator, _ = probe.reached(trainer, slices, "feedback")
        assert generator > 0
        trainer.step(slices, seed=1)
        assert probe.same(before, trainer.generator.codec.state_dict())
