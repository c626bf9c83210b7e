"""How much of a training is synthetic: a share that falls to nothing towards its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Integral, Real

import torch
from torch import Tensor
from torch.utils.data import Sampler

from claim_aug.errors import InputError


class MixedSampler(Sampler[int]):
    """Draws from ``ConcatDataset([real, synthetic])``: a share of synthetic samples, fewer and fewer towards the end.

    A segmenter that sees synthetic scar to the end calls too much of it; ending on real samples undoes that
    (docs/mixing.md). Each of the two is drawn in random order, no sample twice before all were drawn once; real ones
    with scar may come more often.

    Args:
        real: number of real samples, at least 1.
        synthetic: number of synthetic samples, at least 1.
        epochs: number of epochs of the whole training. Every iteration is the next one; ``set_epoch`` goes to another.
        ratio: share of draws that are synthetic, 0-1.
        fade: share of the training, at its end, over which the ratio falls to nothing, 0-1.
        draws: number of samples in an epoch; as many as there are real ones by default.
        scarred: indices of the real samples that have scar, from 0.
        scarred_share: share of the real draws that is from ``scarred`` alone, 0-1.
        generator: source of randomness; PyTorch's global one by default.

    Raises:
        InputError: a count below 1, a share outside 0-1, or an index that no real sample has.

    Example:
        >>> sampler = MixedSampler(real=4, synthetic=8, epochs=10, ratio=0.5)
        >>> len(list(sampler))
        4
    """

    def __init__(
        self,
        real: int,
        synthetic: int,
        *,
        epochs: int,
        ratio: float = 0.75,
        fade: float = 0.8,
        draws: int | None = None,
        scarred: Sequence[int] = (),
        scarred_share: float = 1 / 3,
        generator: torch.Generator | None = None,
    ) -> None:
        self.real, self.synthetic, self.epochs = real, synthetic, epochs
        self.ratio, self.fade, self.draws = ratio, fade, real if draws is None else draws
        self.scarred, self.scarred_share = torch.tensor(scarred, dtype=torch.long), scarred_share
        self.generator, self.epoch = generator, 0
        for name in ("real", "synthetic", "epochs", "draws"):
            value = getattr(self, name)
            if not isinstance(value, Integral) or value < 1:
                got = value if isinstance(value, Real) else type(value).__name__
                raise InputError(f"{name} needs a whole number of 1 or more, got {got}")
        for name in ("ratio", "fade", "scarred_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} needs a number within 0 to 1, got {getattr(self, name)}")
        if any(not 0 <= index < real for index in scarred):
            raise InputError(f"scarred needs indices of real samples, 0-{real - 1}, got {min(scarred)}-{max(scarred)}")

    def __len__(self) -> int:
        return self.draws

    def set_epoch(self, epoch: int) -> None:
        """The epoch of the next iteration, from 0, as where a training is resumed; Lightning calls it by itself."""
        self.epoch = epoch

    def shares(self) -> Tensor:
        """Chance of every draw of the epoch to be synthetic, (draws,)."""
        done = (self.epoch + torch.arange(self.draws) / self.draws) / self.epochs
        left = (1 - done).clamp_min(0)
        return self.ratio * (left / self.fade).clamp_max(1) if self.fade else torch.full_like(left, self.ratio)

    def __iter__(self) -> Iterator[int]:
        synthetic = torch.rand(self.draws, generator=self.generator) < self.shares()
        chosen = torch.empty(self.draws, dtype=torch.long)
        chosen[~synthetic] = self.drawn_real(int((~synthetic).sum()))
        chosen[synthetic] = self.real + self.shuffled(self.synthetic, int(synthetic.sum()))
        self.epoch += 1
        return iter(chosen.tolist())

    def drawn_real(self, count: int) -> Tensor:
        """So many indices of real samples."""
        if not len(self.scarred):
            return self.shuffled(self.real, count)
        alone = torch.rand(count, generator=self.generator) < self.scarred_share
        chosen = torch.empty(count, dtype=torch.long)
        chosen[alone] = self.scarred[self.shuffled(len(self.scarred), int(alone.sum()))]
        chosen[~alone] = self.shuffled(self.real, int((~alone).sum()))
        return chosen

    def shuffled(self, size: int, count: int) -> Tensor:
        """So many indices below ``size``."""
        rounds = [torch.randperm(size, generator=self.generator) for _ in range(-(-count // size))]
        return torch.cat(rounds)[:count] if rounds else torch.empty(0, dtype=torch.long)
