"""Arrays and tensors of any framework to NumPy and back, with type, dtype, device and metadata as they were."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.errors import InputError


def to_array(value: Any, name: str) -> NDArray[Any]:
    """The values of an array or tensor, on the CPU; it may share memory with ``value``, so it is only to be read.

    Args:
        name: name of the array in the error.

    Raises:
        InputError: a value that is neither array nor tensor.
    """
    if isinstance(value, np.ndarray):
        return value
    if not is_tensor(value):
        msg = f"{name} needs to be an array or a tensor, got {type(value).__name__}; load the file first"
        raise InputError(msg)
    # Operations on MONAI's tensors carry metadata along, which takes far longer than they do.
    plain = (value.as_tensor() if is_meta(value) else value).detach().cpu()
    return np.asarray((plain.float() if str(plain.dtype) == "torch.bfloat16" else plain).numpy())


def like(value: Any, array: NDArray[Any], dtype: Any = None) -> Any:
    """``array`` as ``value`` is: array, tensor or MONAI's tensor with its metadata, on its device.

    Args:
        dtype: NumPy dtype of the result; that of ``value`` where not given.
    """
    array = np.ascontiguousarray(array if dtype is None else array.astype(dtype))
    if not is_tensor(value):
        return array
    import torch

    tensor = torch.from_numpy(array).to(value.device, value.dtype if dtype is None else None)
    if not is_meta(value):
        return tensor
    meta: Any = sys.modules["monai.utils"]
    return meta.convert_to_dst_type(tensor, value, dtype=tensor.dtype)[0]


def stacked(values: list[Any]) -> Any:
    """Arrays or tensors of one shape as a batch of them; MONAI's tensors keep the metadata of each."""
    if not is_tensor(values[0]):
        return np.stack(values)
    import torch

    if is_meta(values[0]):
        utils: Any = sys.modules["monai.data.utils"]
        return utils.collate_meta_tensor(values)
    return torch.stack(values)


def is_tensor(value: Any) -> bool:
    """Whether it is a tensor of PyTorch."""
    torch: Any = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_meta(value: Any) -> bool:
    """Whether it is a tensor of MONAI with an affine and other metadata."""
    monai: Any = sys.modules.get("monai.data")
    return monai is not None and isinstance(value, monai.MetaTensor)


def affine_of(image: Any) -> NDArray[np.float64] | None:
    """The affine that a tensor of MONAI carries; ``None`` for others."""
    return as_affine(image.affine) if is_meta(image) else None


def as_affine(affine: Any) -> NDArray[np.float64] | None:
    """An affine of any framework as a 4x4 array; ``None`` for the identity.

    Frameworks fill in the identity where nothing is known, so it says nothing about the voxels' size.

    Raises:
        InputError: an affine that is not 4x4.
    """
    if affine is None:
        return None
    given = affine if isinstance(affine, np.ndarray) or is_tensor(affine) else getattr(affine, "data", affine)
    matrix = np.asarray(to_array(given, "affine") if is_tensor(given) else given, dtype=np.float64)
    if matrix.shape != (4, 4):
        msg = f"affine needs to be 4x4, got the shape {matrix.shape}"
        raise InputError(msg)
    return None if np.array_equal(matrix, np.eye(4)) else matrix
