"""What all tests share: phantoms, the real scans where they are, and no plugins but the built-in ones."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings

from claim_aug import LVAnatomy
from claim_aug.phantom import Phantom, make_phantom

if TYPE_CHECKING:  # torch is not imported for tests that need none
    from claim_aug.generators.diffusion.config import ModelConfig
    from claim_aug.training.slices import TrainingSlice

settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")  # the same examples at every run: a landing does not depend on luck

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # workers that take all cores each are several times slower

os.environ["CLAIM_AUG_PLUGINS"] = ""  # what a developer has installed must not decide a test


ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def phantom() -> Phantom:
    """A healthy phantom with an RV label."""
    return make_phantom(3, scar=False, shape=(112, 112, 7), spacing=(1.5, 1.5, 11.0))


@pytest.fixture(scope="session")
def scarred() -> Phantom:
    """A phantom with infarct and MVO."""
    return make_phantom(5, scar=True, mvo=True, shape=(112, 112, 7), spacing=(1.5, 1.5, 11.0))


@pytest.fixture(scope="session")
def ventricle(phantom: Phantom) -> LVAnatomy:
    """The healthy phantom's left ventricle."""
    return LVAnatomy.from_labels(phantom.labels, "phantom", affine=phantom.affine, spacing=phantom.spacing)


@pytest.fixture(scope="session")
def source_patients():
    """Patches of four phantoms with infarct and MVO."""
    from claim_aug.generators.bank_patches import bank_patches

    found = []
    for seed in range(4):
        scan = make_phantom(seed, scar=True, mvo=True, shape=(96, 96, 6))
        anatomy = LVAnatomy.from_labels(scan.labels, "phantom", affine=scan.affine, spacing=scan.spacing)
        found += bank_patches(scan.image[anatomy.box].astype(np.float64), anatomy, seed)
    return found


@pytest.fixture(scope="session")
def bank(source_patients, tmp_path_factory):
    """The bank of these patients, a file."""
    from claim_aug.generators.bank import Bank
    from claim_aug.generators.bank_file import write_bank

    path = tmp_path_factory.mktemp("bank") / "bank.safetensors"
    write_bank(Bank.from_patches(source_patients, "phantoms"), path)
    return path


@pytest.fixture(scope="session")
def tiny() -> ModelConfig:
    """A diffusion model on pixels that takes milliseconds."""
    from claim_aug.generators.diffusion.config import ModelConfig

    return ModelConfig(widths=(8, 16), size=32, spacing=2.5)


@pytest.fixture(scope="session")
def tiny_latent() -> ModelConfig:
    """The same in the codes of an autoencoder."""
    from claim_aug.generators.diffusion.config import ModelConfig

    return ModelConfig("latent", 2.5, 32, (8, 16), factor=2, codes=2, codec_widths=(8, 8))


@pytest.fixture(scope="session")
def learnable(tiny: ModelConfig) -> list[TrainingSlice]:
    """Slices with scar of six phantoms, through the tiny models' window."""
    from claim_aug.training.phantoms import phantom_slices

    return [one for one in phantom_slices(6, 1, spacing=tiny.spacing, size=tiny.size) if not one.remote]


@pytest.fixture(scope="session")
def folders(tiny: ModelConfig, tiny_latent: ModelConfig, learnable: list[TrainingSlice], tmp_path_factory):
    """Folders of models with random weights, by kind."""
    import torch

    from claim_aug.generators.diffusion.folder import write_model
    from claim_aug.generators.diffusion.model import LesionDiffusion
    from claim_aug.training.slices import controls_of

    found = {}
    for config in (tiny, tiny_latent):
        found[config.kind] = tmp_path_factory.mktemp(config.kind)
        with torch.random.fork_rng():
            torch.manual_seed(0)
            model = LesionDiffusion(config, controls_of(learnable))
        write_model(model, found[config.kind], f"# A tiny {config.kind}")
    return found


@pytest.fixture(scope="session")
def hearts():
    """A batch of volumes: a healthy phantom and one with infarct and MVO."""
    import torch

    scans = [make_phantom(seed, scar=bool(seed), mvo=bool(seed), shape=(64, 64, 4)) for seed in range(2)]
    image, label, affine = (
        torch.from_numpy(np.stack([getattr(scan, name) for scan in scans])) for name in ("image", "labels", "affine")
    )
    return {"image": image.float()[:, None], "label": label[:, None], "affine": affine, "name": ["healthy", "scarred"]}


@pytest.fixture(scope="session")
def slices(hearts):
    """One slice of each, and the affines that say how large their voxels are."""
    return hearts | {key: hearts[key][..., 1] for key in ("image", "label")}


@pytest.fixture(scope="session")
def net():
    """``net(...)`` makes a tiny segmenter, always with the same weights."""
    import torch
    from torch import nn

    class Net(nn.Module):
        """An encoder and a decoder with batch norms; in units of its own, as any network would be given them.

        ``deep`` adds logits at half the resolution, as nnU-Net does; ``change`` is what becomes of the logits.
        """

        def __init__(self, dimensions=2, classes=6, *, deep=False, width=8, change=None):
            super().__init__()
            conv, norm, pool = (getattr(nn, f"{name}{dimensions}d") for name in ("Conv", "BatchNorm", "AvgPool"))
            self.deep, self.change, halves = deep, change, (2, 2, 1)[:dimensions]
            self.enter = norm(1)
            self.fine = nn.Sequential(conv(1, width, 3, padding=1), norm(width), nn.ReLU())
            self.down = pool(halves)
            self.coarse = nn.Sequential(conv(width, width, 3, padding=1), norm(width), nn.ReLU())
            self.up = nn.Upsample(scale_factor=halves)
            self.head, self.side = conv(2 * width, classes, 1), conv(width, classes, 1)

        def forward(self, image):
            fine = self.fine(self.enter(image))
            coarse = self.coarse(self.down(fine))
            logits = self.head(torch.cat([fine, self.up(coarse)], 1))
            if self.change is not None:
                return self.change(self, logits)
            return [logits, self.side(coarse)] if self.deep else logits

    def make(*settings, kind=Net, **more):
        with torch.random.fork_rng():
            torch.manual_seed(0)
            return kind(*settings, **more)

    return make


@pytest.fixture(scope="session")
def accelerator():
    """One process on the CPU."""
    from accelerate import Accelerator

    return Accelerator(cpu=True)


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of real scans; tests that need it are skipped, by name, where it is absent."""
    folder = Path(os.environ.get("CLAIM_AUG_REALDATA", ROOT.parent / "shared" / "data"))
    if not (folder / "emidec").is_dir():
        pytest.skip(f"no real scans in {folder} (set CLAIM_AUG_REALDATA)")
    return folder
