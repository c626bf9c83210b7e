"""The segmenter's start that comes with the package, made from nothing: ``python tools/make_segmenter.py OUT``.

It learns from phantoms alone, drawn on without end: every block of steps sees a stretch of them, and each block leaves
the oldest behind. No scan of a patient is involved. A run that was cut off goes on where it was.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch

from claim_aug._version import __version__
from claim_aug.optimisation.checkpoint import read_state, write_state
from claim_aug.optimisation.device import find_device
from claim_aug.optimisation.plan import Plan
from claim_aug.phantom.windows import phantom_windows
from claim_aug.segmentation.augment import sample_plan
from claim_aug.segmentation.fit import Training, fresh_network
from claim_aug.segmentation.folder import write_segmenter
from claim_aug.segmentation.segmenter import Segmenter
from claim_aug.segmentation.unet import UNetConfig
from claim_aug.segmentation.windows import Windows, join_windows

SEED = 2026
#: Factor of scar's share in what the start finds. Of phantoms it is too sure that scar is rare; chosen on EMIDEC's 71
#: patients of docs/segment.md, and all that any patient has to do with the start.
CAUTION = 2.0
CARD = """# A segmenter's start for LGE cardiac MRI

Finds the cavity, the myocardium, infarct and microvascular obstruction in windows of 64 pixels of 1.5 mm. For research
only, not for diagnosis.

| | |
|---|---|
| made by | claim-aug {version}, `python tools/make_segmenter.py OUT` |
| learnt from | phantoms of claim_aug.phantom.phantom_windows alone, drawn on without end, half of them without scar |
| licence | that of claim-aug: no patient was seen |
| network | MONAI U-Net of {weights:.1f} million weights, {steps} steps of 16 windows, AdamW to {lr:g} |

It is a start: `claim-aug finetune` makes it better with a few patients of your own.
"""
#: Steps between two checkpoints, and phantoms that come new with each.
BLOCK, FRESH = 1000, 200
#: Stretches of phantoms that the first block sees, and that any block sees at most.
AHEAD, KEPT = 3, 12
#: Side of the windows that are cut: what is shown of them may lie this share of a window's side off the ventricle.
SIDE, FAR = 96, 0.3


def stretch(number: int, folder: Path) -> Path:
    """The file with the windows of a stretch of phantoms, which is made where there is none."""
    path = folder / f"phantoms-{number:04d}.npz"
    if not path.exists():
        torch.set_num_threads(1)
        made = phantom_windows(range(number * FRESH, (number + 1) * FRESH), seed=SEED, side=SIDE, elsewhere=True)
        temporary = path.with_suffix(".writing.npz")
        np.savez(temporary, images=made.images.astype(np.float16), classes=made.classes)
        temporary.replace(path)
    return path


def read(path: Path) -> Windows:
    """The windows of a stretch."""
    with np.load(path) as file:
        return Windows(file["images"].astype(np.float32), file["classes"])


def train(out: Path, config: UNetConfig, plan: Plan, device: torch.device, workers: int) -> None:
    """Train block by block, and write the folder of the segmenter."""
    scratch = out / "training"
    scratch.mkdir(parents=True, exist_ok=True)
    training = Training(fresh_network(config, SEED), plan, device)
    run = {"channels": list(config.channels), "units": config.units, "steps": plan.steps, "lr": plan.lr}
    done, tensors = read_state(scratch / "state.safetensors", run)
    if done:
        training.restore(done, tensors)
    first, blocks = done // BLOCK, plan.steps // BLOCK
    with ProcessPoolExecutor(workers) as pool:
        needed = range(max(0, first + AHEAD - KEPT), blocks + AHEAD - 1)
        files = {number: pool.submit(stretch, number, scratch) for number in needed}
        begun = time.monotonic()
        for block in range(first, blocks):
            shown = range(max(0, block + AHEAD - KEPT), block + AHEAD)
            windows = join_windows(read(files[number].result()) for number in shown)
            batches = sample_plan(windows, BLOCK, np.random.default_rng((SEED, block)), scarred=0.0, far=FAR)
            training.show(windows, batches).run()
            training.network.train()
            write_state(scratch / "state.safetensors", training.done, training.state(), run)
            rate = (training.done - done) / (time.monotonic() - begun)
            print(f"{training.done}/{plan.steps}, {rate:.1f} steps a second", flush=True)
    about = {"patients": 0, "steps": plan.steps}
    segmenter = Segmenter(training.network.eval(), config, CAUTION, CAUTION, about=about)
    weights = sum(value.numel() for value in training.network.parameters()) / 1e6
    card = CARD.format(version=__version__, weights=weights, steps=plan.steps, lr=plan.lr)
    write_segmenter(segmenter, out, card, half=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="folder for the weights")
    parser.add_argument("--steps", type=int, default=24_000)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--channels", default="16,32,64,128,256", help="channels at each level of the U-Net")
    parser.add_argument("--device", help="cpu or cuda; the fastest there is")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw phantoms")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    channels = tuple(int(one) for one in arguments.channels.split(","))
    plan = Plan(arguments.steps, lr=arguments.lr, seed=SEED)
    train(arguments.out, UNetConfig(channels), plan, find_device(arguments.device), arguments.workers)


if __name__ == "__main__":
    main()
