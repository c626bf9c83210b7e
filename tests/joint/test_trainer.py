"""Joint training: every gradient goes where it should, and nowhere else."""

import copy

import monai.networks.nets as monai_nets
import numpy as np
import pytest
import torch

from claim_aug import ScarSynthesizer
from claim_aug.errors import InputError
from claim_aug.joint import Curriculum, JointTrainer
from claim_aug.joint.objective import visible

CLASSES = 6  # of the phantoms' labels
pytestmark = pytest.mark.filterwarnings("ignore::claim_aug.errors.UnanchoredWarning")


def gradient(module):
    """Sum of all gradients' sizes."""
    return sum(float(weight.grad.abs().sum()) for weight in module.parameters() if weight.grad is not None)


def state(module):
    return copy.deepcopy(module.state_dict())


def same(one, two):
    return all(torch.equal(one[name], two[name]) for name in one)


def reached(trainer, batch, part, seed=1):
    """Gradients of generator and segmenter from one part of the generator's loss alone."""
    losses = trainer.generator_loss(batch, seed=seed)
    losses[part].backward()
    return gradient(trainer.generator), gradient(trainer.segmenter)


@pytest.mark.parametrize("objective", ["agree", "challenge"])
@pytest.mark.parametrize("grad_steps", [0, 2])
def test_the_segmentation_loss_alone_reaches_the_generator_and_not_the_segmenter(
    joint, net, slices, objective, grad_steps
):
    generator, segmenter = reached(joint(net(), objective=objective, grad_steps=grad_steps), slices, "feedback")
    assert generator > 0
    assert segmenter == 0


def test_it_reaches_every_part_of_the_denoiser(joint, net, slices):
    trainer = joint(net())
    trainer.generator_loss(slices, seed=1)["feedback"].backward()
    assert [n for n, weight in trainer.generator.denoiser.named_parameters() if weight.grad is None] == []


def test_the_segmentation_loss_alone_reaches_the_segmenter_and_not_the_generator(joint, net, slices):
    trainer = joint(net())
    trainer.segmenter_loss(slices, seed=1)["total"].backward()
    assert gradient(trainer.segmenter) > 0
    assert gradient(trainer.generator) == 0


def test_without_weight_nothing_of_the_segmenter_is_heard(joint, net, slices):
    trainer = joint(net(), weight=0)
    losses = trainer.generator_loss(slices, seed=1)
    assert set(losses) == {"lesion", "total"}
    assert torch.equal(losses["total"], losses["lesion"])


def test_without_labelled_scar_and_without_weight_there_is_nothing_to_learn(joint, net, slices):
    healthy = {key: value[:1] for key, value in slices.items()}
    trainer = joint(net(), weight=0)
    before = state(trainer.generator)
    assert trainer.generator_step(healthy, seed=1) == {"generator": 0.0}
    assert same(before, trainer.generator.state_dict())


def test_the_weight_weighs(joint, net, slices):
    losses = joint(net(), weight=0.25).generator_loss(slices, seed=1)
    assert float(losses["total"].detach()) == pytest.approx(
        float((losses["lesion"] + 0.25 * losses["feedback"]).detach()), rel=1e-5
    )


def test_a_step_of_the_generator_leaves_weights_statistics_and_modes_of_the_segmenter_alone(joint, net, slices):
    trainer = joint(net())
    trainer.segmenter.fine[1].eval()  # a layer that the user froze
    trainer.segmenter.head.bias.requires_grad_(False)
    segmenter, generator = state(trainer.segmenter), state(trainer.generator)
    modes = [part.training for part in trainer.segmenter.modules()]
    trainer.generator_step(slices, seed=1)
    assert same(segmenter, trainer.segmenter.state_dict())
    assert modes == [part.training for part in trainer.segmenter.modules()]
    assert [n for n, weight in trainer.segmenter.named_parameters() if not weight.requires_grad] == ["head.bias"]
    assert not same(generator, trainer.generator.state_dict())


def test_a_step_of_the_segmenter_leaves_the_generator_alone(joint, net, slices):
    trainer = joint(net())
    segmenter, generator = state(trainer.segmenter), state(trainer.generator)
    trainer.segmenter_step(slices, seed=1)
    assert same(generator, trainer.generator.state_dict())
    assert not same(segmenter, trainer.segmenter.state_dict())


def test_the_synthesizer_and_its_weights_stay_as_they_were(joint, net, slices, synthesizer):
    before = state(synthesizer.backends[1].network())
    trainer = joint(net(), rate=1e-2)
    first = synthesizer.augment_batch(slices, seed=3, unusable="keep")
    untrained = trainer.augment(slices, seed=3)
    assert torch.equal(first["image"], untrained["image"])
    trainer.step(slices, seed=1)
    assert same(before, synthesizer.backends[1].network().state_dict())
    assert torch.equal(first["image"], synthesizer.augment_batch(slices, seed=3, unusable="keep")["image"])
    assert not torch.equal(first["image"], trainer.augment(slices, seed=3)["image"])  # it paints with what it learnt


def test_a_turn_of_the_generator_hands_over_the_batch_that_it_learnt_from(joint, net, slices):
    """For hosts that update the segmenter themselves: the scars of a step are sampled once."""
    one, two = joint(net()), joint(net())
    batch, losses = one.generator_turn(slices, seed=1)
    assert set(losses) == {"lesion", "feedback", "generator"}
    assert torch.equal(batch["image"], two.augment(slices, seed=1)["image"])


def test_augment_gives_a_new_batch_with_nothing_else_in_it(joint, net, hearts):
    done = joint(net(3)).augment(hearts, seed=1)
    assert set(done) == set(hearts)
    assert done["image"].requires_grad is False
    assert not torch.equal(done["label"], hearts["label"])


def test_a_seed_decides_and_so_does_pytorchs_where_there_is_none(joint, net, slices):
    trainer = joint(net())
    assert torch.equal(trainer.augment(slices, seed=1)["image"], trainer.augment(slices, seed=1)["image"])
    torch.manual_seed(1)
    first = trainer.augment(slices)["label"]
    torch.manual_seed(1)
    assert torch.equal(first, trainer.augment(slices)["label"])
    assert not torch.equal(first, trainer.augment(slices)["label"])


@pytest.mark.parametrize("objective", ["agree", "challenge"])
def test_overfitting_one_batch_lowers_both_losses(joint, net, slices, objective):
    trainer = joint(net(), rate=3e-3, weight=1.0, objective=objective)
    # The segmenter's own statistics first, for its verdict on the first scars would be of a network that saw nothing.
    for _ in range(10):
        trainer.segmenter_step(slices, seed=1)
    torch.manual_seed(0)
    seen = [trainer.step(slices, seed=1) for _ in range(20)]
    for name in ("segmenter", "generator") if objective == "agree" else ("segmenter",):
        first, last = (np.mean([step[name] for step in part]) for part in (seen[:5], seen[-5:]))
        assert last < 0.95 * first, name


class Bright(torch.nn.Module):
    """Finds scar where the image is brighter than halfway from remote to blood, the more surely the brighter."""

    def __init__(self, slices):
        super().__init__()
        remote, blood = (slices["image"][slices["label"] == value].median() for value in (2, 1))
        self.level, self.scale = (remote + blood) / 2, (blood - remote) / 4
        self.gain = torch.nn.Parameter(torch.ones(()))

    def forward(self, image):
        brightness = self.gain * (image - self.level) / self.scale
        return torch.cat([0 * brightness] * 3 + [brightness] + [0 * brightness - 9] * 2, 1)


def taught(trainer, batch, steps=15):
    """Losses of feedback, and how much of the new scar the segmenter finds before and after."""
    found = []
    for count in (0, steps):
        losses = [trainer.generator_step(batch, seed=1)["feedback"] for _ in range(count)]
        done = trainer._draw(batch, 1, gradient=False)
        with torch.no_grad():
            sure = trainer.scorer.probability(trainer.segmenter(done.image))
        found.append(float(sure[done.mask[:, 0] > 0].mean()))
    return losses, found


def test_to_agree_is_to_paint_what_the_segmenter_finds_and_to_challenge_what_it_misses(joint, slices):
    """The segmenter stays as it is, so what changes is the generator's doing."""
    settings = {"rate": 1e-2, "weight": 10.0}
    losses, (before, after) = taught(joint(Bright(slices), **settings), slices)
    assert losses[-1] < losses[0]
    assert after > before + 0.05
    losses, (before, after) = taught(joint(Bright(slices), objective="challenge", floor=0.0, **settings), slices)
    assert losses[-1] < losses[0]
    assert after < before - 0.05


def test_a_floor_keeps_visible_what_challenges(joint, slices):
    ends = {}
    for floor in (0.0, 0.9):
        trainer = joint(Bright(slices), objective="challenge", floor=floor, rate=1e-2, weight=10.0)
        taught(trainer, slices)
        drawn = trainer._draw(slices, 1, gradient=True)
        ends[floor] = float(visible(drawn.places.heights(drawn.pictures), drawn).detach())
    assert ends[0.9] > ends[0.0] + 0.1


def test_the_burden_follows_the_curriculum(joint, net, hearts):
    trainer = joint(net(3), curriculum=Curriculum((2, 3), (30, 40), steps=10))
    sizes = []
    for step in (0, 5, 10, 99):
        trainer.steps = step
        done = trainer.augment({key: value[:1] for key, value in hearts.items()}, seed=1)
        wall = torch.isin(done["label"], torch.tensor([2, 3, 4])).sum()
        sizes.append(100 * float((done["label"] >= 3).logical_and(done["label"] <= 4).sum() / wall))
    assert 1.5 < sizes[0] < 3.5
    assert 15 < sizes[1] < 23
    assert 28 < sizes[2] < 42
    assert 28 < sizes[3] < 42


def blind(_, logits):
    """Sees no scar in the first element, and scar all over the second."""
    logits = 0 * logits
    logits[0, 0] += 5
    logits[1:, 3] += 5
    return logits


def test_scars_that_the_segmenter_does_not_find_at_all_are_dropped(joint, net, slices):
    trainer = joint(net(change=blind), drop_unfound=True)
    done = trainer.augment(slices, seed=1)
    assert torch.equal(done["image"][0], slices["image"][0])
    assert torch.equal(done["label"][0], slices["label"][0])
    assert not torch.equal(done["image"][1], slices["image"][1])
    assert trainer.segmenter_step(slices, seed=1)["dropped"] == 1
    assert joint(net(change=blind)).segmenter_step(slices, seed=1)["dropped"] == 0


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (((5, 1), (2, 3), 3), "first needs a number or a pair"),
        (((1, 5), 3, 3), "last of a curriculum needs a range such as"),
        (((1, 5), (2, 3), 0), "a curriculum needs 1 step or more, got 0"),
    ],
)
def test_a_curriculum_that_is_none_is_refused(settings, reason):
    with pytest.raises(InputError, match=reason):
        Curriculum(*settings)


def test_a_curriculum_needs_a_prior_that_takes_a_burden(joint, net, folders):
    manual = ScarSynthesizer("manual", f"ddpm:{folders['ddpm']}", labels="phantom", segments={7: 0.5}, steps=3)
    with pytest.raises(InputError, match="has a parameter 'burden'"):
        joint(net(), synthesizer=manual, curriculum=Curriculum((1, 2), (3, 4), 5))


def test_saved_and_resumed_equals_uninterrupted(joint, net, slices, tmp_path):
    def run(trainer, steps):
        for step in steps:
            torch.manual_seed(step)  # of the dropout; the batch's seed is its own
            trainer.step(slices, seed=step)
        return trainer

    settings = {"curriculum": Curriculum((2, 5), (20, 30), steps=4), "drop_unfound": True}
    whole = run(joint(net(), **settings), range(4))
    torch.save(run(joint(net(), **settings), range(2)).state_dict(), tmp_path / "state")
    resumed = joint(net(classes=CLASSES), **settings)
    resumed.load_state_dict(torch.load(tmp_path / "state", weights_only=True))  # plain values and tensors
    run(resumed, range(2, 4))
    assert resumed.steps == whole.steps == 4
    for part in ("generator", "segmenter"):
        assert same(whole.state_dict()[part], resumed.state_dict()[part])
    assert torch.equal(whole.augment(slices, seed=9)["image"], resumed.augment(slices, seed=9)["image"])


def test_a_state_without_an_optimiser_that_is_attached_is_refused(joint, net, synthesizer):
    bare = JointTrainer(synthesizer, net()).state_dict()
    with pytest.raises(InputError, match="the state needs generator_optimizer, segmenter_optimizer, it has"):
        joint(net()).load_state_dict(bare)


def unet(dimensions):
    return monai_nets.UNet(dimensions, 1, CLASSES, (4, 8), (2,), num_res_units=1)


class EncoderDecoder(torch.nn.Module):
    """As segmentation-models builds them: an encoder that gives features of every level, a decoder, a head."""

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
        for level in self.encoder:
            features.append(level(features[-1] if features else image / 1000))
        x = features.pop()
        for level in self.decoder:
            up = torch.nn.functional.interpolate(x, scale_factor=2, mode="bilinear")
            x = level(torch.cat([up, features.pop()], 1))
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
def test_it_trains_with_any_segmenter_and_under_bf16(joint, net, hearts, slices, kind, settings, flat, half):
    precision = {"autocast": lambda: torch.autocast("cpu", torch.bfloat16)} if half else {}
    trainer = joint(net(kind=kind, **settings) if kind else net(**settings), **precision)
    batch = slices if flat else hearts
    before = state(trainer.segmenter), state(trainer.generator)
    done = trainer.step(batch, seed=1)
    assert set(done) == {"lesion", "feedback", "generator", "segmenter", "dropped"}
    assert all(np.isfinite(value) for value in done.values())
    assert not same(before[0], trainer.segmenter.state_dict())
    assert not same(before[1], trainer.generator.state_dict())


def test_a_whole_step_inside_of_a_users_autocast_still_has_both_gradients(joint, net, slices):
    """Autocast keeps the weights that it cast; those of a pass without a gradient would have none."""
    trainer = joint(net(), drop_unfound=True, grad_steps=1)
    with torch.autocast("cpu", torch.bfloat16):
        trainer.step(slices, seed=1)
    assert gradient(trainer.segmenter) > 0
    assert gradient(trainer.generator) > 0
    with torch.autocast("cpu", torch.bfloat16):
        generator, _ = reached(joint(net(), grad_steps=1), slices, "feedback")
    assert generator > 0


def stacked(net, logits):
    """All levels at full resolution along a second axis, as MONAI's DynUNet gives them while it trains."""
    return torch.stack([logits, 0.5 * logits], 1) if net.training else logits


def test_stacked_deep_supervision_is_taken_apart(joint, net, slices):
    assert joint(net(change=stacked)).step(slices, seed=1)["segmenter"] > 0


def test_one_channel_is_scar_or_not(joint, net, slices):
    trainer = joint(net(classes=1), target=lambda labels: (labels == 3).long() | (labels == 4).long())
    assert np.isfinite(trainer.step(slices, seed=1)["segmenter"])
    assert trainer.scorer.scar(torch.device("cpu")).tolist() == [1]


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
            r"the loss of the (generator|segmenter) is nan at step 1: lower its learning rate",
        ),
        ({"change": lambda _, logits: {"out": logits}}, r"logits .* or a list of them with the finest first, got dict"),
    ],
)
@pytest.mark.parametrize("verb", ["generator_step", "segmenter_step"])
def test_a_segmenter_that_does_not_fit_is_an_error_of_ours_and_nothing_is_updated(
    joint, net, slices, segmenter, reason, verb
):
    trainer = joint(net(**segmenter))
    trainer.steps = 0 if verb == "generator_step" else 1
    before = state(trainer.segmenter), state(trainer.generator)
    with pytest.raises(InputError, match=reason):
        getattr(trainer, verb)(slices, seed=1)
    assert same(before[1], trainer.generator.state_dict())
    weights = dict(trainer.segmenter.named_parameters())
    assert all(torch.equal(before[0][name], weight) for name, weight in weights.items())


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"objective": "win"}, "objective needs to be one of agree, challenge, got 'win'"),
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


def test_latent_learns_too_and_its_codes_stay(joint, net, slices, folders):
    latent = ScarSynthesizer(generator=f"latent:{folders['latent']}", labels="phantom", burden=(10, 25), steps=2)
    for grad_steps in (0, 1):
        trainer = joint(net(), synthesizer=latent, grad_steps=grad_steps)
        before = state(trainer.generator.codec)
        generator, _ = reached(trainer, slices, "feedback")
        assert generator > 0
        trainer.step(slices, seed=1)
        assert same(before, trainer.generator.codec.state_dict())
