"""A sample in a notebook: in NiiVue where ``ipyniivue`` is installed, else as a preview."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from claim_aug.anatomy import LVAnatomy
from claim_aug.errors import InputError, MissingDependencyError
from claim_aug.optional import need
from claim_aug.plots.preview import plot_preview, window
from claim_aug.sample import ScarSample

#: Height of the widget in pixels, and how much of the scan is seen through the scar; our defaults.
HEIGHT, OPACITY = 480, 0.5


@dataclass(frozen=True)
class PreviewImage:
    """A preview that notebooks show by themselves.

    Attributes:
        png: bytes of the image as PNG.
    """

    png: bytes = field(repr=False)

    def _repr_png_(self) -> bytes:
        return self.png


def view(sample: ScarSample, *, before: ArrayLike | None = None, widget: bool | None = None) -> Any:
    """Show a sample in a notebook: in NiiVue where ``ipyniivue`` is installed, else as a preview.

    Args:
        sample: sample to show; of several channels the first.
        before: image that it was made of, (I, J) or (I, J, K); the preview shows it, too.
        widget: whether the widget of ``ipyniivue`` is wanted; by default where it is installed and the scan is a stack.

    Returns:
        Widget of ``ipyniivue``, or a ``PreviewImage``; a notebook shows either.

    Raises:
        MissingDependencyError: a widget that is wanted, and ``ipyniivue`` cannot be imported.
        InputError: an image of another shape than the sample's.

    Example:
        >>> import claim_aug
        >>> from claim_aug.phantom import make_phantom
        >>> scan = make_phantom(7, scar=False, shape=(80, 80, 4))
        >>> sample = claim_aug.ScarSynthesizer(labels="phantom").sample(scan.image, scan.labels, seed=3)
        >>> claim_aug.view(sample, before=scan.image, widget=False)
        PreviewImage()
    """
    shape = sample.labels.shape[-3:]
    image = None if before is None else np.asarray(before)
    if image is not None and image.shape != shape:
        msg = f"before needs the shape of the sample's labels, {shape}, got {image.shape}"
        raise InputError(msg)
    first = sample if sample.image.shape == shape else first_channel(sample)
    if widget or (widget is None and len(shape) == 3):
        try:
            return niivue(first)
        except MissingDependencyError:
            if widget:
                raise
    drawn = io.BytesIO()
    plot_preview(image, [first], drawn)
    return PreviewImage(drawn.getvalue())


def first_channel(sample: ScarSample) -> ScarSample:
    """The sample with its first channel alone."""
    labels = sample.labels.reshape(sample.labels.shape[-3:])
    return replace(sample, image=sample.image.reshape(-1, *labels.shape)[0], labels=labels)


def niivue(sample: ScarSample) -> Any:
    """A widget with the scan and its new scar, 1 for infarct and 2 for MVO, in three planes and rendered."""
    ipyniivue = need("ipyniivue", "notebook")
    low, high = window(None, sample)
    scar = sample.infarct.astype(np.uint8) + np.uint8(2) * sample.mvo
    scan = {"name": "scan.nii", "colormap": "gray", "cal_min": low, "cal_max": high}
    over = {"name": "scar.nii", "colormap": "warm", "cal_min": 0.5, "cal_max": 2.0, "opacity": OPACITY}
    shown = ipyniivue.NiiVue(height=HEIGHT)
    shown.load_volumes(
        [
            scan | {"data": nifti(sample.image.astype(np.float32), sample.anatomy)},
            over | {"data": nifti(scar, sample.anatomy)},
        ]
    )
    return shown


def nifti(volume: NDArray[Any], anatomy: LVAnatomy) -> bytes:
    """A volume of the scan's grid as the bytes of a NIfTI file, in the spacing of the scan."""
    import nibabel as nib

    made: Any = nib.Nifti1Image(volume.reshape(anatomy.grid_shape), np.diag([*anatomy.spacing, 1.0]))
    return bytes(made.to_bytes())
