"""``ScarPool``: the same call as ``ScarSynthesizer.sample``, answered from files."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from claim_aug.anatomy import Mask
from claim_aug.data.commit import warn_unfinished
from claim_aug.errors import EmptyScarError, InputError, MissingFileError
from claim_aug.pool.file import KIND, open_patient
from claim_aug.pool.patient import INFARCT, MVO
from claim_aug.pool.scans import find_scans, scans_of


@dataclass(frozen=True)
class PoolSample:
    """A scan with a scar out of a pool; as ``ScarSample``, but for the anatomy, which is not read again.

    Attributes:
        image: image with the scar, of the input's shape and dtype.
        labels: label map with the scar, of the input's shape and dtype.
        voxel: indices of the voxels that changed, in C order, (voxels,).
        tissue: tissue of each voxel that changed: 1 infarct, 2 MVO, 3 healed, (voxels,).
        text: parameters that the scar was made with, as JSON.
        seed: seed that the scar was made with.
    """

    image: NDArray[Any]
    labels: NDArray[Any]
    voxel: NDArray[np.intp]
    tissue: NDArray[np.uint8]
    text: bytes
    seed: int

    def __repr__(self) -> str:
        return f"PoolSample({self.image.shape} {self.image.dtype}, {self.voxel.size} voxels changed, seed={self.seed})"

    @property
    def infarct(self) -> Mask:
        """New infarct, of the labels' shape."""
        return self.mask(INFARCT)

    @property
    def mvo(self) -> Mask:
        """New MVO, of the labels' shape."""
        return self.mask(MVO)

    def mask(self, kind: int) -> Mask:
        """The voxels of one kind."""
        found = np.zeros(self.labels.size, np.bool_)
        found[self.voxel[self.tissue == kind]] = True
        return found.reshape(self.labels.shape)

    @cached_property
    def parameters(self) -> Mapping[str, Any]:
        """What was drawn and realised when it was made."""
        return dict(json.loads(self.text))


class ScarPool:
    """Draws from the scars that ``claim-aug pool build`` made of these very scans.

    A scan is recognised by its label map, and among scans with the same one by its image, which needs the intensities
    that it had when the pool was built. So this comes before anything that moves voxels or changes intensities. A
    single slice of a scan is recognised, too.

    Args:
        folder: folder that ``claim-aug pool build`` wrote.

    Raises:
        InputError: a folder that does not exist or holds no scars.

    Example:
        >>> from pathlib import Path
        >>> from claim_aug import ScarPool, ScarSynthesizer
        >>> from claim_aug.jobs.pool import build_pool
        >>> from claim_aug.phantom import make_phantom, write_emidec
        >>> scan = make_phantom(2, scar=False, shape=(80, 80, 4))
        >>> written = write_emidec(scan, Path("scans"), "Case_1")
        >>> built = build_pool(Path("scans"), Path("pool"), ScarSynthesizer(labels="phantom"), count=2, seed=0)
        >>> ScarPool("pool").sample(scan.image, scan.labels, seed=1).infarct.any()
        np.True_
    """

    #: Whether a batch is copied before it is changed; torchio 2 sets it, as it does for its own transforms.
    copy = True

    def __init__(self, folder: str | Path) -> None:
        self.folder = str(folder)
        warn_unfinished(Path(folder))
        if not scans_of(Path(folder)):
            whole = f"give the folder that it lies in, {Path(folder).parent}"
            new = f"make one with claim-aug pool build DATASET {folder}"
            msg = f"{folder} holds no scar pool; {whole if Path(folder).is_file() else new}"
            raise (InputError if Path(folder).exists() else MissingFileError)(msg)

    def __repr__(self) -> str:
        return f"ScarPool({self.folder!r})"

    def __call__(self, data: Any) -> Any:
        """A torchio Subject or a dictionary with a scar; see ``adapters.call``."""
        from claim_aug.adapters.call import call  # it needs PyTorch, the pool does not

        return call(self, data)

    def sample(
        self, image: ArrayLike, labels: ArrayLike, *, affine: Any = None, spacing: Any = None, seed: int
    ) -> PoolSample:
        """One synthetic scan; a pure function of its arguments and of the pool.

        Args:
            image: intensities of the scan as the pool was built of it, (*grid) or (1, *grid).
            labels: label map of the scan, (*grid) or (1, *grid), the grid of two or three axes.
            affine, spacing: geometry that is not needed; taken so that a pool can stand where a synthesizer does.
            seed: number that chooses among the scars of the scan.

        Raises:
            InputError: a scan that is not in the pool, or whose intensities have changed.
            EmptyScarError: a slice of a scan of the pool that no scar reaches.
        """
        image, labels = np.asarray(image), np.asarray(labels)
        if image.size != labels.size:
            msg = f"a pool has scars of images with one channel on the grid {labels.shape}, got {image.shape}"
            raise InputError(msg)
        found = find_scans(Path(self.folder), labels)
        for path, plane in found[:-1]:
            with contextlib.suppress(AnotherImageError):
                return self.sample_from(path, plane, image, labels, seed)
        return self.sample_from(*found[-1], image, labels, seed)

    def sample_from(
        self, path: Path, plane: int | None, image: NDArray[Any], labels: NDArray[Any], seed: int
    ) -> PoolSample:
        """The scan, or one slice of it, with the scar of a patient's file that the seed chooses.

        Raises:
            AnotherImageError: an image with other intensities than the scars were painted into.
            EmptyScarError: a slice that no scar reaches.
        """
        patient = open_patient(path)
        among = [number for number, planes in enumerate(patient.touched_slices) if plane is None or plane in planes]
        if not among:
            msg = f"none of the scars of {patient.about.case} reaches its slice {plane}"
            raise EmptyScarError(msg)
        number = among[seed % len(among)]
        scar = patient.scar(number)
        voxel = scar["voxel"]
        if plane is not None:
            axes = list(np.unravel_index(voxel, patient.about.shape))
            here = axes.pop(patient.about.across) == plane
            grid = [size for axis, size in enumerate(patient.about.shape) if axis != patient.about.across]
            voxel = np.ravel_multi_index([axis[here] for axis in axes], grid)
            scar = {name: value[here] for name, value in scar.items() if name != "text"} | {"text": scar["text"]}
        new_image, new_labels = image.copy(), labels.copy()
        flat, flat_labels = new_image.reshape(-1), new_labels.reshape(-1)
        check_same(flat[voxel], scar["before"], patient.about.case)
        flat[voxel] = scar["value"]
        flat_labels[voxel] = scar["label"]
        return PoolSample(new_image, new_labels, voxel, scar["tissue"], scar["text"], int(patient.seed[number]))


def check_same(values: NDArray[Any], before: NDArray[Any], case: str) -> None:
    """Refuse an image whose intensities are not those that the scars were painted into."""
    if not np.array_equal(values.astype(np.float32), before.astype(np.float32)):
        msg = (
            f"the image of {case} is not as it was when the pool was built; draw from the pool before intensities are "
            f"changed, or {KIND.advice}"
        )
        raise AnotherImageError(msg)


class AnotherImageError(InputError):
    """An image that is not the one that a pool's scars were painted into."""
