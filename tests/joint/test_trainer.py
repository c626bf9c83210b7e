"""Joint training: every gradient goes where it should, and nowhere else."""

import pytest
import torch

from claim_aug.errors import InputError
from claim_aug.joint import Curriculum, JointTrainer

CLASSES = 6  # of the phantoms' labels
pytestmark = pytest.mark.filterwarnings("ignore::claim_aug.errors.UnanchoredWarning")


@pytest.mark.parametrize("objective", ["agree", "challenge", "improve"])
@pytest.mark.parametrize("grad_steps", [0, 2])
def test_the_segmentation_loss_alone_reaches_the_generator_and_not_the_segmenter(
    probe, joint, net, slices, objective, grad_steps
):
    more = {"steering": lambda step: slices} if objective == "improve" else {}
    trainer = joint(net(), objective=objective, grad_steps=grad_steps, **more)
    generator, segmenter = probe.reached(trainer, slices, "feedback")
    assert generator > 0
    assert segmenter == 0


def test_it_reaches_every_part_of_the_denoiser(joint, net, slices):
    trainer = joint(net())
    trainer.generator_loss(slices, seed=1)["feedback"].backward()
    assert [n for n, weight in trainer.generator.denoiser.named_parameters() if weight.grad is None] == []


def test_the_segmentation_loss_alone_reaches_the_segmenter_and_not_the_generator(probe, joint, net, slices):
    trainer = joint(net())
    trainer.segmenter_loss(slices, seed=1)["total"].backward()
    assert probe.gradient(trainer.segmenter) > 0
    assert probe.gradient(trainer.generator) == 0


def test_without_weight_nothing_of_the_segmenter_is_heard(joint, net, slices):
    trainer = joint(net(), weight=0)
    losses = trainer.generator_loss(slices, seed=1)
    assert set(losses) == {"lesion", "total"}
    assert torch.equal(losses["total"], losses["lesion"])


def test_without_labelled_scar_and_without_weight_there_is_nothing_to_learn(probe, joint, net, slices):
    healthy = {key: value[:1] for key, value in slices.items()}
    trainer = joint(net(), weight=0)
    before = probe.state(trainer.generator)
    assert trainer.generator_step(healthy, seed=1) == {"generator": 0.0}
    assert probe.same(before, trainer.generator.state_dict())


def test_the_weight_weighs(joint, net, slices):
    losses = joint(net(), weight=0.25).generator_loss(slices, seed=1)
    assert float(losses["total"].detach()) == pytest.approx(
        float((losses["lesion"] + 0.25 * losses["feedback"]).detach()), rel=1e-5
    )


def test_a_step_of_the_generator_leaves_weights_statistics_and_modes_of_the_segmenter_alone(probe, joint, net, slices):
    trainer = joint(net())
    trainer.segmenter.fine[1].eval()  # a layer that the user froze
    trainer.segmenter.head.bias.requires_grad_(False)
    segmenter, generator = probe.state(trainer.segmenter), probe.state(trainer.generator)
    modes = [part.training for part in trainer.segmenter.modules()]
    trainer.generator_step(slices, seed=1)
    assert probe.same(segmenter, trainer.segmenter.state_dict())
    assert modes == [part.training for part in trainer.segmenter.modules()]
    assert [n for n, weight in trainer.segmenter.named_parameters() if not weight.requires_grad] == ["head.bias"]
    assert not probe.same(generator, trainer.generator.state_dict())


def test_a_step_of_the_segmenter_leaves_the_generator_alone(probe, joint, net, slices):
    trainer = joint(net())
    segmenter, generator = probe.state(trainer.segmenter), probe.state(trainer.generator)
    trainer.segmenter_step(slices, seed=1)
    assert probe.same(generator, trainer.generator.state_dict())
    assert not probe.same(segmenter, trainer.segmenter.state_dict())


def test_the_synthesizer_and_its_weights_stay_as_they_were(probe, joint, net, slices, synthesizer):
    before = probe.state(synthesizer.backends[1].network())
    trainer = joint(net(), lr=1e-2)
    first = synthesizer.augment_batch(slices, seed=3, unusable="keep")
    untrained = trainer.augment(slices, seed=3)
    assert torch.equal(first["label"], untrained["label"])
    healthy = first["label"] < 3  # scar may be brighter than a network that learns paints it
    assert torch.equal(first["image"][healthy], untrained["image"][healthy])
    trainer.step(slices, seed=1)
    assert probe.same(before, synthesizer.backends[1].network().state_dict())
    assert torch.equal(first["image"], synthesizer.augment_batch(slices, seed=3, unusable="keep")["image"])
    assert not torch.equal(
        untrained["image"], trainer.augment(slices, seed=3)["image"]
    )  # it paints with what it learnt


def test_nothing_of_a_batch_stays_with_the_generator(joint, net, slices):
    trainer = joint(net())
    learner = trainer.batch_sampler.learner
    trainer.step(slices, seed=1)
    assert trainer.batch_sampler.learner is learner
    assert learner.estimate is None
    assert trainer._sample(slices, 1, gradient=False).voxels is None


def test_a_turn_of_the_generator_hands_over_the_batch_that_it_learnt_from(joint, net, slices):
    """For frameworks that update the segmenter themselves: the scars of a step are sampled once."""
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


def test_saved_and_resumed_equals_uninterrupted(probe, joint, net, slices, tmp_path):
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
        assert probe.same(whole.state_dict()[part], resumed.state_dict()[part])
    assert torch.equal(whole.augment(slices, seed=9)["image"], resumed.augment(slices, seed=9)["image"])


def test_a_state_of_another_segmenter_changes_nothing(probe, joint, net, slices):
    other = joint(net(width=4))
    other.step(slices, seed=1)
    trainer = joint(net())
    before = probe.state(trainer.generator)
    with pytest.raises(RuntimeError, match="size mismatch"):
        trainer.load_state_dict(other.state_dict())
    assert trainer.steps == 0
    assert probe.same(before, trainer.generator.state_dict())


def test_a_state_without_an_optimiser_that_is_attached_is_refused(joint, net, synthesizer):
    bare = JointTrainer(synthesizer, net()).state_dict()
    with pytest.raises(InputError, match="the state needs generator_optimizer, segmenter_optimizer, it has"):
        joint(net()).load_state_dict(bare)
