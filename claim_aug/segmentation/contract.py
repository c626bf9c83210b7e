"""The contract of any segmenter that is trained jointly: its logits, its classes, its loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, interpolate

from claim_aug.anatomy import LabelScheme
from claim_aug.errors import InputError
from claim_aug.optional import need

#: From logits (B, classes, *grid) and classes (B, 1, *grid) to one number.
Loss = Callable[[Tensor, Tensor], Tensor]
#: From a label map (B, 1, *grid) to classes of the same shape.
Target = Callable[[Tensor], Tensor]
ADVICE = "give target=, a function from label maps to the segmenter's classes"


def labels_as_classes(labels: Tensor) -> Tensor:
    """Label values are the classes."""
    return labels.long()


def soft_dice_and_weighted_ce(logits: Tensor, target: Tensor) -> Tensor:
    """CLAIM's equation 2: soft Dice plus weighted cross-entropy.

    The paper gives no weights. Ours are the square roots of the classes' rarity in the batch, of mean 1.

    Args:
        logits: logits of a segmenter, (B, classes, *grid); one channel is the scar of two classes.
        target: class of every voxel, (B, 1, *grid), whole numbers from 0.
    """
    logits, target = as_two_classes(logits).float(), target.long()
    share = torch.bincount(target.flatten(), minlength=logits.shape[1]).float() / target.numel()
    rarity = torch.where(share > 0, share.clamp_min(1e-6).rsqrt(), 0.0)
    weight = rarity * (share > 0).sum() / rarity.sum()
    dice: nn.Module = need("monai.losses", "monai").DiceLoss(to_onehot_y=True, softmax=True, include_background=False)
    loss: Tensor = dice(logits, target) + cross_entropy(logits, target[:, 0], weight)
    return loss


@dataclass(frozen=True)
class Scorer:
    """How a segmenter is scored.

    Attributes:
        loss: function of logits (B, classes, *grid) and classes (B, 1, *grid) to one number.
        target: function from label maps to classes.
        labels: label scheme of the label maps; its infarct and MVO say which classes are scar.
    """

    loss: Loss
    target: Target
    labels: LabelScheme

    def scar(self, logits: Tensor) -> Tensor:
        """Which classes of logits (B, classes, *grid) are scar, (classes,).

        Raises:
            InputError: classes of scar that the segmenter does not have, or that hold other tissue, too.
        """
        scheme = self.labels
        scar = self.classes_of([*scheme.infarct, *scheme.mvo], logits.device)
        others = self.classes_of([*scheme.background, *scheme.cavity, *scheme.myocardium], logits.device)
        shared = scar[torch.isin(scar, others)]
        if len(shared):
            msg = f"scar needs classes of its own, and class {int(shared[0])} is other tissue, too; {ADVICE}"
            raise InputError(msg)
        return check_classes(scar, logits)

    def classes_of(self, values: list[int], device: torch.device) -> Tensor:
        """The classes that label values become, (classes,)."""
        return torch.unique(self.target(torch.tensor(values, device=device).reshape(1, 1, -1, 1)))

    def __call__(self, levels: list[Tensor], labels: Tensor) -> Tensor:
        """The loss, over all levels of deep supervision; each counts half of the one before (nnU-Net).

        Raises:
            InputError: classes that the segmenter does not have.
        """
        target = check_classes(self.target(labels).to(levels[0].device), levels[0])
        weights = [0.5**depth for depth in range(len(levels))]
        total = sum(w * self.loss(one, resized(target, one)) for w, one in zip(weights, levels, strict=True))
        return torch.as_tensor(total / sum(weights))

    def probability(self, logits: Tensor) -> Tensor:
        """How sure the segmenter is of scar, (B, *grid), 0-1."""
        return as_two_classes(logits).float().softmax(1)[:, self.scar(logits)].sum(1)

    def found(self, logits: Tensor) -> Tensor:
        """Where the segmenter sees scar, (B, *grid)."""
        return torch.isin(as_two_classes(logits).argmax(1), self.scar(logits))


def predict(segmenter: nn.Module, image: Tensor) -> list[Tensor]:
    """Logits of images (B, C, *grid), the finest level first.

    Images go to the segmenter's device. Deep supervision may come as a list, or stacked along a second axis as MONAI's
    DynUNet does.

    Raises:
        InputError: an output that is no logits, or logits of another size than the images.
    """
    home = next(segmenter.parameters(), image).device
    output = segmenter((image if image.is_floating_point() else image.float()).to(home))
    if isinstance(output, Tensor):
        levels = list(output.unbind(1)) if output.ndim == image.ndim + 1 else [output]
    else:
        levels = list(output) if isinstance(output, (list, tuple)) else []
    expected = f"(B, classes, *grid) = ({image.shape[0]}, classes, {', '.join(map(str, image.shape[2:]))})"
    if not levels or not all(isinstance(one, Tensor) and one.ndim == image.ndim for one in levels):
        got = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
        msg = f"the segmenter needs to give logits {expected}, or a list of them with the finest first, got {got}"
        raise InputError(msg)
    first = levels[0]
    if first.shape[0] != image.shape[0] or first.shape[2:] != image.shape[2:]:
        msg = f"the segmenter needs to give logits {expected}, got {tuple(first.shape)}; pad or resize within it"
        raise InputError(msg)
    return levels


def check_classes(classes: Tensor, logits: Tensor) -> Tensor:
    """Classes that logits (B, classes, *grid) are of.

    Raises:
        InputError: classes that the logits do not have.
    """
    count, low, high = max(logits.shape[1], 2), int(classes.min()), int(classes.max())
    if low < 0 or high >= count:
        msg = f"the segmenter has {count} classes, 0-{count - 1}, and the labels {low}-{high}; {ADVICE}"
        raise InputError(msg)
    return classes


@contextmanager
def frozen(module: nn.Module) -> Iterator[None]:
    """No gradient reaches its weights and no statistic moves; afterwards it is as it was."""
    modes = [(part, part.training) for part in module.modules()]
    wanted = [(weight, weight.requires_grad) for weight in module.parameters()]
    module.eval().requires_grad_(False)
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode
        for weight, want in wanted:
            weight.requires_grad_(want)


def as_two_classes(logits: Tensor) -> Tensor:
    """A single channel as two classes: the softmax of (0, x) is the sigmoid of x."""
    return torch.cat([torch.zeros_like(logits), logits], 1) if logits.shape[1] == 1 else logits


def resized(target: Tensor, logits: Tensor) -> Tensor:
    """Classes on the grid of the logits."""
    if target.shape[2:] == logits.shape[2:]:
        return target
    return interpolate(target.float(), size=logits.shape[2:], mode="nearest-exact").long()
