"""Where a network runs, and in which precision."""

from __future__ import annotations

import torch

from claim_aug.errors import InputError


def find_device(name: str | None) -> torch.device:
    """The device of this name; the fastest there is where none is asked for.

    Raises:
        InputError: an unknown device, or one that this machine does not have.
    """
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device).cpu()  # of "meta" nothing comes back
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        msg = f"device {name!r} cannot be used: {reason}; leave device away to take the fastest that there is"
        raise InputError(msg) from error
    return device


def has_bf16(device: torch.device) -> bool:
    """Whether 16-bit floats are faster there than 32-bit ones."""
    if device.type == "cpu":
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return device.type == "cuda" and torch.cuda.is_bf16_supported()


def autocast(device: torch.device) -> torch.autocast:
    """Convolutions in bf16 where that is faster."""
    return torch.autocast(device.type, torch.bfloat16, enabled=has_bf16(device))
