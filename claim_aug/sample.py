"""``ScarSample``, what a synthesizer gives, and the sample before it is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.generators import Rendering, RenderJob


@dataclass(frozen=True)
class ScarSample:
    """A synthetic scan.

    Attributes:
        image: image with the scar, of the input's shape and dtype; equal to it, bit for bit, outside ``changed``.
        labels: label map with the scar, of the input's shape and dtype, in values of its scheme.
        infarct: voxels of new infarct, of the labels' shape.
        mvo: voxels of new MVO, of the labels' shape.
        healed: voxels of old scar, and of the wall that it brightens, that were painted over as remote myocardium, of
            the labels' shape.
        parameters: parameters that prior and generator drew, and their outcome, ready for JSON.
        seed: seed that gives this sample again.
        anatomy: ventricle that the sample was made for.
        renderings: rendering of each channel, as the generator gave it.

    Example:
        >>> from claim_aug import ScarSynthesizer
        >>> from claim_aug.phantom import make_phantom
        >>> scan = make_phantom(7, scar=False, shape=(80, 80, 4))
        >>> sample = ScarSynthesizer(labels="phantom", burden=12).sample(scan.image, scan.labels, seed=3)
        >>> bool((sample.image == scan.image)[~sample.changed].all())
        True
        >>> round(sample.parameters["realised"]["burden_percent"])
        12
    """

    image: NDArray[Any]
    labels: NDArray[Any]
    infarct: Mask
    mvo: Mask
    healed: Mask
    parameters: Mapping[str, Any]
    seed: int
    anatomy: LVAnatomy
    renderings: tuple[Rendering, ...] = field(default=(), compare=False)

    def __repr__(self) -> str:
        real = self.parameters.get("realised")
        found = f"burden={real['burden_percent']:.1f} %LV, segments={real['segments']}, " if real else ""
        return f"ScarSample({self.image.shape} {self.image.dtype}, {found}seed={self.seed})"

    @property
    def changed(self) -> Mask:
        """Every voxel that may differ from the input."""
        return self.infarct | self.mvo | self.healed

    def show(self, **settings: Any) -> Any:
        """The sample as a notebook shows it; see ``claim_aug.view`` for the settings.

        Example:
            >>> from claim_aug import ScarSynthesizer
            >>> from claim_aug.phantom import make_phantom
            >>> scan = make_phantom(7, scar=False, shape=(80, 80, 4))
            >>> sample = ScarSynthesizer(labels="phantom").sample(scan.image, scan.labels, seed=3)
            >>> sample.show(widget=False)
            PreviewImage()
        """
        from claim_aug import view  # by the package's face: figures are above what they show

        return view(self, **settings)


@dataclass(frozen=True)
class PreparedSample:
    """A sample before its scar is rendered.

    Attributes:
        image: image as it came, (I, J), (I, J, K) or (C, I, J, K).
        labels: label map as it came, (I, J), (I, J, K) or (1, I, J, K).
        volume: label map without a channel axis, (I, J) or (I, J, K).
        anatomy: ventricle as it is labelled, with its scar.
        healed: mask of old scar and its rim that were painted over, of the anatomy's region.
        jobs: job for each channel; all share the mask and the stream of randomness.
        seed: seed of the sample.
    """

    image: NDArray[Any]
    labels: NDArray[Any]
    volume: NDArray[Any]
    anatomy: LVAnatomy
    healed: Mask
    jobs: list[RenderJob]
    seed: int
