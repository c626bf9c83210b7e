"""The same joint training in every framework's loop."""

import copy
import importlib
import json
import os
import subprocess
import sys
import warnings
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from claim_aug import ScarSynthesizer
from claim_aug.errors import InputError, MissingDependencyError
from claim_aug.integrations.nnunet import TRAINERS
from claim_aug.integrations.nnunet.joint import make_joint, restore, with_scars
from claim_aug.joint import JointTrainer

pytestmark = pytest.mark.filterwarnings("ignore")  # frameworks warn of many things
if find_spec("ignite"):
    with warnings.catch_warnings():  # MONAI gives up on an Ignite whose first import warned, for the whole process
        warnings.simplefilter("ignore")
        importlib.import_module("ignite.engine")
needs_lightning = pytest.mark.skipif(not find_spec("lightning"), reason="lightning is not installed")
needs_ignite = pytest.mark.skipif(not find_spec("ignite"), reason="ignite is not installed")
needs_nnunet = pytest.mark.skipif(not find_spec("nnunetv2"), reason="nnunetv2 is not installed")


@pytest.fixture
def synthesizer(folders):
    return ScarSynthesizer(generator=f"ddpm:{folders['ddpm']}", labels="phantom", burden=(10, 25), steps=3)


@pytest.fixture
def loader(slices):
    elements = [{key: slices[key][number] for key in ("image", "label", "affine")} for number in range(2)]
    return DataLoader(elements * 2, batch_size=2)


@pytest.fixture
def moved(net, synthesizer):
    """Makes a trainer, and says later whether both of its networks have changed."""

    def make(**settings):
        joint = JointTrainer(synthesizer, net(**settings), p=1.0)
        before = copy.deepcopy(joint.state_dict())

        def changed():
            after = joint.state_dict()
            return [
                any(not torch.equal(value, after[part][name]) for name, value in before[part].items())
                for part in ("generator", "segmenter")
            ]

        return joint, changed

    return make


def adam(module):
    return torch.optim.Adam(module.parameters(), lr=1e-3)


@needs_lightning
def test_lightning_trains_both_and_keeps_the_count_of_steps(moved, loader, tmp_path):
    import lightning

    from claim_aug.integrations.lightning import JointModule

    joint, changed = moved()
    module = JointModule(joint, lambda joint: (adam(joint.generator), adam(joint.segmenter)))
    trainer = lightning.Trainer(
        max_epochs=1, accelerator="cpu", logger=False, default_root_dir=tmp_path, enable_progress_bar=False
    )
    trainer.fit(module, loader)
    assert changed() == [True, True]
    assert {"lesion", "feedback", "segmenter"} <= set(trainer.logged_metrics)
    (kept,) = tmp_path.rglob("*.ckpt")
    assert torch.load(kept, weights_only=True)["claim_aug_joint_steps"] == 2


@needs_ignite
@pytest.mark.parametrize("monai", [False, True])
def test_an_engine_of_ignite_or_of_monai_trains_both(moved, loader, monai):
    import ignite.engine

    from claim_aug.integrations.ignite import JointHandler

    joint, changed = moved()
    joint.attach(generator_optimizer=adam(joint.generator))
    optimizer, seen = adam(joint.segmenter), []

    def loss(logits, target):
        seen.append(int((target == 3).sum()))
        return torch.nn.functional.cross_entropy(logits, target[:, 0].long())

    def step(engine, batch):
        optimizer.zero_grad()
        loss(joint.segmenter(batch["image"]), batch["label"]).backward()
        optimizer.step()

    if monai:
        from monai.engines import SupervisedTrainer

        engine = SupervisedTrainer(
            torch.device("cpu"), 1, loader, joint.segmenter, optimizer, loss, train_handlers=[JointHandler(joint)]
        )
        engine.run()
    else:
        engine = ignite.engine.Engine(step)
        JointHandler(joint).attach(engine)
        engine.run(loader, max_epochs=1)
    assert changed() == [True, True]
    assert len(seen) == 2
    assert min(seen) > 0
    assert set(engine.state.joint) == {"lesion", "feedback", "generator"}


def test_accelerate_prepares_all_and_keeps_the_trainer_in_its_checkpoints(moved, loader, tmp_path):
    from accelerate import Accelerator

    joint, changed = moved()
    accelerator = Accelerator(cpu=True)
    first, second, loader = accelerator.prepare(adam(joint.generator), adam(joint.segmenter), loader)
    joint.attach(generator_optimizer=first, segmenter_optimizer=second, backward=accelerator.backward)
    accelerator.register_for_checkpointing(joint)
    for batch in loader:
        joint.step(batch)
    assert changed() == [True, True]
    accelerator.save_state(tmp_path / "state")
    joint.steps = 0
    accelerator.load_state(tmp_path / "state")
    assert joint.steps == 2


class FakeTrainer:
    """What an ``nnUNetTrainer`` has when it is initialised."""

    def __init__(self, network):
        self.network, self.device = network, torch.device("cpu")
        self.dataset_json = {"labels": {"background": 0, "cavity": 1, "myocardium": 2, "infarct": 3, "mvo": 4, "rv": 5}}


@pytest.fixture
def nnunet(net, folders, monkeypatch):
    settings = {
        "generator": f"ddpm:{folders['ddpm']}",
        "p": 1,
        "steps": 2,
        "joint": {"weight": 0.5, "generator_lr": 0.01},
    }
    monkeypatch.setenv("CLAIM_AUG_NNUNET", json.dumps(settings))
    return make_joint(FakeTrainer(net(deep=True)))


@pytest.mark.parametrize("deep", [True, False])
def test_batches_of_nnunet_get_scars_at_every_resolution(nnunet, slices, deep):
    target = slices["label"].to(torch.int16)
    batch = {"data": slices["image"], "target": [target, target[..., ::2, ::2]] if deep else target, "keys": ["a", "b"]}
    before = copy.deepcopy(nnunet.generator.state_dict())
    done = with_scars(nnunet, batch)
    targets = done["target"] if deep else [done["target"]]
    assert (targets[0] != target).flatten(1).any(1).all()
    assert [level.shape for level in targets] == [target.shape, target[..., ::2, ::2].shape][: len(targets)]
    assert {level.dtype for level in targets} == {torch.int16}
    assert done["keys"] == ["a", "b"]
    assert (nnunet.weight, nnunet.updates.generator_optimizer.param_groups[0]["lr"]) == (0.5, 0.01)
    assert any(not torch.equal(value, nnunet.generator.state_dict()[name]) for name, value in before.items())


def test_what_json_cannot_hold_is_refused_by_name(net, monkeypatch):
    settings = {"generator": "ddpm", "joint": {"curriculum": [[1, 2], [3, 4], 5]}}
    monkeypatch.setenv("CLAIM_AUG_NNUNET", json.dumps(settings))
    with pytest.raises(InputError, match="joint in CLAIM_AUG_NNUNET takes generator_lr, weight, .*, got 'curriculum'"):
        make_joint(FakeTrainer(net(deep=True)))


def test_the_generator_of_a_trainer_is_saved_restored_and_paints(nnunet, slices, tmp_path):
    joint = nnunet
    joint.generator_step(slices, seed=1)
    joint.save_generator(tmp_path / "generator")
    made = ScarSynthesizer(generator=f"ddpm:{tmp_path / 'generator'}", labels="phantom", steps=2)
    saved, painted = made.augment_batch(slices, seed=2, unusable="keep"), joint.augment(slices, seed=2)
    assert torch.equal(saved["label"], painted["label"])
    network = made.backends[1].network().state_dict()
    assert all(torch.equal(value, network[name]) for name, value in joint.generator.state_dict().items())
    trained = copy.deepcopy(joint.generator.state_dict())
    joint.generator_step(slices, seed=2)
    restore(joint, tmp_path / "generator")
    assert all(torch.equal(value, joint.generator.state_dict()[name]) for name, value in trained.items())
    restore(joint, tmp_path / "none")  # a run whose generator was not saved yet


NNUNET = """
import sys, pathlib
import numpy as np, torch
from nnunetv2.training.loss.compound_losses import DC_and_CE_loss
from nnunetv2.training.loss.deep_supervision import DeepSupervisionWrapper
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
from nnunetv2.utilities.find_objects import recursive_find_trainer_class_by_name
from claim_aug.phantom import make_phantom

kind = recursive_find_trainer_class_by_name("nnUNetTrainerJoint")

class Levels(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.head = torch.nn.Conv2d(1, 6, 3, padding=1)
    def forward(self, image):
        logits = self.head(image)
        return [logits, torch.nn.functional.avg_pool2d(logits, 2)]

def initialize(self):  # nnU-Net's own needs a preprocessed data set
    self.network = Levels()
    self.optimizer = torch.optim.SGD(self.network.parameters(), lr=1e-2)
    both = DC_and_CE_loss({"batch_dice": True, "smooth": 1e-5, "do_bg": False, "ddp": False}, {})
    self.loss = DeepSupervisionWrapper(both, [1, 0.5])

nnUNetTrainer.initialize = initialize
trainer = kind.__new__(kind)
trainer.device, trainer.grad_scaler = torch.device("cpu"), None
trainer.dataset_json = {"labels": dict(background=0, cavity=1, myocardium=2, infarct=3, mvo=4, rv=5)}
trainer.initialize()
scan = make_phantom(1, scar=True, shape=(64, 64, 3))
image = torch.from_numpy(scan.image[..., 1]).float()[None, None]
target = torch.from_numpy(scan.labels[..., 1].astype(np.int16))[None, None]
before = [weight.clone() for part in (trainer.joint.generator, trainer.network) for weight in part.parameters()]
done = trainer.train_step({"data": (image - image.mean()) / image.std(), "target": [target, target[..., ::2, ::2]]})
after = [weight for part in (trainer.joint.generator, trainer.network) for weight in part.parameters()]
moved = [not torch.equal(*pair) for pair in zip(before, after)]
print(kind.__mro__[1].__name__, bool(np.isfinite(done["loss"])), any(moved[:-2]), all(moved[-2:]))
"""


@needs_nnunet
def test_nnunet_finds_the_trainer_and_its_step_updates_both(folders):
    settings = json.dumps({"generator": f"ddpm:{folders['ddpm']}", "p": 1, "steps": 2, "joint": {"generator_lr": 0.01}})
    environment = os.environ | {"nnUNet_extTrainer": str(TRAINERS), "CLAIM_AUG_NNUNET": settings}
    done = subprocess.run([sys.executable, "-c", NNUNET], capture_output=True, text=True, env=environment, check=False)
    assert done.stdout.strip().endswith("nnUNetTrainer True True True"), done.stderr


@pytest.mark.parametrize(("framework", "module"), [("lightning", "lightning"), ("ignite", "ignite.engine")])
def test_a_framework_that_is_missing_is_named_with_the_command_that_installs_it(monkeypatch, framework, module):
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, f"claim_aug.integrations.{framework}", raising=False)
    with pytest.raises(MissingDependencyError, match=rf'pip install "claim-aug\[{framework}\]"'):
        importlib.import_module(f"claim_aug.integrations.{framework}")


def test_numbers_of_a_step_are_plain(moved, slices):
    joint, _ = moved()
    joint.attach(generator_optimizer=adam(joint.generator), segmenter_optimizer=adam(joint.segmenter))
    assert all(isinstance(value, float) and np.isfinite(value) for value in joint.step(slices, seed=1).values())
