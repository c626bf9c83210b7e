"""From noise to scar: samplers over one noise schedule, each a function that reads like its paper.

All of them paint the ``hidden`` part of a code whose other part is ``known``; of ``ddpm``, the code is the window
itself. ``denoise(x, t)`` answers with the velocity ``v`` of Salimans & Ho (arXiv:2202.00512), ``alphas`` is the
schedule's cumulative product, (steps,), and ``noise()`` gives fresh noise of the code's shape, each sample's from a
stream of its own: what shares a batch does not matter. Arrays are (B, C, rows, columns), ``hidden`` is boolean.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

Denoise = Callable[[Tensor, int], Tensor]
Noise = Callable[[], Tensor]
Sampler = Callable[..., Tensor]

#: Calls of the network; half of its training is at the times of these.
STEPS = 4
#: Steps and jumps of CLAIM's and LeFusion's RePaint.
REPAINT_STEPS, JUMP_LENGTH, JUMP_N_SAMPLE = 300, 5, 5


def ddim(
    denoise: Denoise, alphas: Tensor, known: Tensor, hidden: Tensor, noise: Noise, *, steps: int = STEPS
) -> Tensor:
    """Song et al., Denoising Diffusion Implicit Models (arXiv:2010.02502), deterministic (eta 0)."""
    x = grain = noise()
    for alpha, after, t in pairs(alphas, steps):
        x = torch.where(hidden, x, noised(known, grain, alpha))
        clean, eps = predictions(x, denoise(x, t), alpha)
        x = noised(clean, eps, after)
    return torch.where(hidden, x, known)


def dpm(denoise: Denoise, alphas: Tensor, known: Tensor, hidden: Tensor, noise: Noise, *, steps: int = STEPS) -> Tensor:
    """Lu et al., DPM-Solver++ (arXiv:2211.01095), the multistep solver of second order, 2M."""
    x = grain = noise()
    clean_before, h_before = None, 0.0
    for alpha, after, t in pairs(alphas, steps):
        x = torch.where(hidden, x, noised(known, grain, alpha))
        clean, _ = predictions(x, denoise(x, t), alpha)
        # The last step has no noise left to aim at: it goes where the first-order solver would.
        h = math.inf if after == 1 else log_snr(after) - log_snr(alpha)
        slope = 0.0 if clean_before is None or math.isinf(h) else h / (2 * h_before)
        extrapolated = clean if clean_before is None else (1 + slope) * clean - slope * clean_before
        x = math.sqrt((1 - after) / (1 - alpha)) * x - math.sqrt(after) * math.expm1(-h) * extrapolated
        clean_before, h_before = clean, h
    return torch.where(hidden, x, known)


def repaint(
    denoise: Denoise,
    alphas: Tensor,
    known: Tensor,
    hidden: Tensor,
    noise: Noise,
    *,
    steps: int = REPAINT_STEPS,
    jump_length: int = JUMP_LENGTH,
    jump_n_sample: int = JUMP_N_SAMPLE,
) -> Tensor:
    """Lugmayr et al., RePaint (arXiv:2201.09865), algorithm 1 with the jumps of its appendix: the slow reference.

    Args:
        denoise: function from noisy codes and their time to the network's velocity.
        alphas: signal levels of the noise schedule, (times,), 0-1.
        known: codes without the scar, (B, codes, m, m).
        hidden: boolean mask of the codes to be painted, (B, 1, m, m).
        noise: function to standard normal noise of the codes' shape, fresh at every call.
        steps: number of noise levels, from 1.
        jump_length: number of levels that a jump goes back.
        jump_n_sample: number of times that each stretch between jumps is sampled.
    """
    times = trailing(len(alphas), steps)[::-1]  # times[i] is that of noise level i + 1; level 0 has no noise
    signals = [1.0, *(float(alphas[t]) for t in times)]
    x = noise()
    for here, there in itertools.pairwise(jumps(steps, jump_length, jump_n_sample)):
        alpha, after = signals[here], signals[there]
        if there > here:
            x = noised(x, noise(), after / alpha)
            continue
        clean, _ = predictions(x, denoise(x, times[here - 1]), alpha)
        unknown = posterior(clean, x, alpha, after, noise())
        x = torch.where(hidden, unknown, noised(known, noise(), after))
    return torch.where(hidden, x, known)


def pairs(alphas: Tensor, steps: int) -> Iterator[tuple[float, float, int]]:
    """Signal level now and after each step, 1 at the end, and the time now."""
    times = trailing(len(alphas), steps)
    signals = [*(float(alphas[t]) for t in times), 1.0]
    return zip(signals[:-1], signals[1:], times, strict=True)


def trailing(length: int, steps: int) -> list[int]:
    """Times from the last one down, evenly spaced (Lin et al., arXiv:2305.08891: start from noise alone)."""
    return [round(length * (1 - step / steps)) - 1 for step in range(steps)]


def jumps(steps: int, length: int, count: int) -> list[int]:
    """Noise levels of RePaint's walk from ``steps`` to 0: from every ``length``-th it goes up ``count`` - 1 times."""
    left = dict.fromkeys(range(0, steps - length, length), count - 1)
    walk, noise_level = [steps], steps
    while noise_level > 0:
        noise_level -= 1
        walk.append(noise_level)
        if left.get(noise_level, 0) > 0:
            left[noise_level] -= 1
            walk += range(noise_level + 1, noise_level + length + 1)
            noise_level += length
    return walk


def predictions(x: Tensor, v: Tensor, alpha: float) -> tuple[Tensor, Tensor]:
    """The clean code and the noise that a velocity stands for."""
    signal, rest = math.sqrt(alpha), math.sqrt(1 - alpha)
    return signal * x - rest * v, rest * x + signal * v


def noised(clean: Tensor, eps: Tensor, alpha: float) -> Tensor:
    """A clean code with noise, at a signal level."""
    return math.sqrt(alpha) * clean + math.sqrt(1 - alpha) * eps


def posterior(clean: Tensor, x: Tensor, alpha: float, after: float, eps: Tensor) -> Tensor:
    """One ancestral step of Ho et al. (arXiv:2006.11239, equations 6 and 7)."""
    step = alpha / after
    mean = (math.sqrt(after) * (1 - step) * clean + math.sqrt(step) * (1 - after) * x) / (1 - alpha)
    return mean + math.sqrt((1 - after) * (1 - step) / (1 - alpha)) * eps


def log_snr(alpha: float) -> float:
    """Half the logarithm of the signal-to-noise ratio, lambda of DPM-Solver."""
    return 0.5 * math.log(alpha / (1 - alpha))


SAMPLERS: dict[str, Sampler] = {"ddim": ddim, "dpm++": dpm, "repaint": repaint}
