"""What joint training aims at: losses that fall, scars that agree or challenge, a burden that moves, a filter."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from claim_aug import ScarSynthesizer
from claim_aug.anatomy import LabelScheme
from claim_aug.errors import InputError
from claim_aug.joint import Curriculum
from claim_aug.joint.objective import LOOK_AHEAD, loss_after_step, visible_share
from claim_aug.segmentation.contract import Scorer, labels_as_classes

CLASSES = 6  # of the phantoms' labels
pytestmark = pytest.mark.filterwarnings("ignore::claim_aug.errors.UnanchoredWarning")


@pytest.mark.parametrize("objective", ["agree", "challenge"])
def test_overfitting_one_batch_lowers_both_losses(joint, net, slices, objective):
    trainer = joint(net(), lr=3e-3, weight=1.0, objective=objective)
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
        self.halfway, self.scale = (remote + blood) / 2, (blood - remote) / 4
        self.gain = torch.nn.Parameter(torch.ones(()))

    def forward(self, image):
        brightness = self.gain * (image - self.halfway) / self.scale
        return torch.cat([0 * brightness] * 3 + [brightness] + [0 * brightness - 9] * 2, 1)


def taught(trainer, batch, steps=15):
    """Losses of feedback, and how much of the new scar the segmenter finds before and after."""
    found = []
    for count in (0, steps):
        losses = [trainer.generator_step(batch, seed=1)["feedback"] for _ in range(count)]
        done = trainer._sample(batch, 1, gradient=False)
        with torch.no_grad():
            sure = trainer.scorer.probability(trainer.segmenter(done.image))
        found.append(float(sure[done.mask[:, 0] > 0].mean()))
    return losses, found


def test_to_agree_is_to_paint_what_the_segmenter_finds_and_to_challenge_what_it_misses(joint, slices):
    """The segmenter stays as it is, so what changes is the generator's doing."""
    settings = {"lr": 1e-2, "weight": 10.0}
    losses, (before, after) = taught(joint(Bright(slices), **settings), slices)
    assert losses[-1] < losses[0]
    assert after > before + 0.05
    losses, (before, after) = taught(joint(Bright(slices), objective="challenge", floor=0.0, **settings), slices)
    assert losses[-1] < losses[0]
    assert after < before - 0.05


def test_a_floor_keeps_visible_what_challenges(joint, slices):
    ends = {}
    for floor in (0.0, 0.9):
        trainer = joint(Bright(slices), objective="challenge", floor=floor, lr=1e-2, weight=10.0)
        taught(trainer, slices)
        voxels = trainer._sample(slices, 1, gradient=True).voxels
        ends[floor] = float(visible_share(voxels.relative_intensity(), voxels).detach())
    assert ends[0.9] > ends[0.0] + 0.1


def in_double_precision(logits, target):
    """Cross-entropy; the default loss computes in single precision, too coarse for finite differences."""
    return torch.nn.functional.cross_entropy(logits, target[:, 0])


@pytest.fixture
def smooth_case():
    """A smooth segmenter in double precision, scans with a gradient and others, and how it is scored."""
    torch.manual_seed(3)
    segmenter = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3, padding=1), torch.nn.BatchNorm2d(4), torch.nn.Tanh(), torch.nn.Conv2d(4, 5, 1)
    )
    labels = torch.randint(5, (2, 1, 6, 6))
    real = torch.randn(2, 1, 6, 6, dtype=torch.float64), torch.randint(5, (2, 1, 6, 6))
    scorer = Scorer(in_double_precision, labels_as_classes, LabelScheme.parse("emidec"))
    image = torch.randn(2, 1, 6, 6, dtype=torch.float64, requires_grad=True)
    return segmenter.double().eval(), scorer, (image, labels), real


def test_to_improve_is_the_loss_on_real_scans_after_the_step_that_the_segmenter_takes(smooth_case):
    segmenter, scorer, learnt, real = smooth_case
    loss = float(loss_after_step(segmenter, scorer, learnt, real).detach())
    optimizer = torch.optim.SGD(segmenter.parameters(), lr=LOOK_AHEAD)
    scorer([segmenter(learnt[0].detach())], learnt[1]).backward()
    optimizer.step()
    assert loss == pytest.approx(float(scorer([segmenter(real[0])], real[1]).detach()), rel=1e-9)


@pytest.mark.parametrize("lr", [0.1, 1.0])
def test_its_gradient_is_that_of_finite_differences(smooth_case, lr):
    segmenter, scorer, (image, labels), real = smooth_case
    (gradient,) = torch.autograd.grad(loss_after_step(segmenter, scorer, (image, labels), real, lr), image)
    assert gradient.abs().max() > 0

    def loss(place, by):
        moved = image.detach().clone()
        moved.view(-1)[place] += by
        return float(loss_after_step(segmenter, scorer, (moved.requires_grad_(), labels), real, lr).detach())

    for place in range(0, image.numel(), 7):
        slope = (loss(place, 1e-5) - loss(place, -1e-5)) / 2e-5
        assert float(gradient.view(-1)[place]) == pytest.approx(slope, rel=1e-4, abs=1e-10)


def test_to_improve_moves_the_generator_to_what_the_segmenter_learns_from(joint, net, slices):
    """The segmenter stays as it is; its loss on other scans after a step falls by what the generator learns.

    One step of the segmenter moves that loss little, so the weight is such that it outweighs the lesion's.
    """
    scans = slices | {"image": slices["image"] / slices["image"].std()}  # as segmenters are shown them
    trainer = joint(net(), objective="improve", steering=lambda step: scans, weight=1e6)
    losses = [trainer.generator_step(scans, seed=1)["feedback"] for _ in range(10)]
    assert losses[-1] < losses[5] < losses[0]


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


@given(st.floats(0.1, 50), st.floats(0.1, 50), st.integers(1, 50))
def test_a_curriculum_stays_within_its_ranges(one, two, steps):
    """A range that is off in its last bit would be refused when a long training gets there."""
    curriculum = Curriculum((one, 100), (two, 100), steps)
    lows = [curriculum.burden(step)[0] for step in range(steps + 2)]
    assert all(min(one, two) <= low <= max(one, two) for low in lows)
    assert (lows[0], lows[-1]) == (one, two)


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
