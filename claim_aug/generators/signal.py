"""``signal``: scar from the inversion-recovery equation, matched to the scan; needs no training."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy import LVAnatomy
from claim_aug.anatomy.slices import in_plane_sigma
from claim_aug.fields import smooth_field
from claim_aug.generators.base import Rendering
from claim_aug.generators.repaint import repaint
from claim_aug.measures.tissue import Tissue, measure, per_slice, surroundings_box
from claim_aug.physics import inversion_recovery, null_time
from claim_aug.priors import ScarMask
from claim_aug.priors.ranges import Range, check_range, draw

#: Scar over remote as a multiple of blood over remote: the 5th and 95th percentile of 48 EMIDEC patients were 0.55 and
#: 2.06, the median 1.0. T1 values drawn beyond that are brought back to it.
BRIGHTNESS_LIMITS = (0.55, 2.1)
#: Noise as a multiple of blood over remote in 276 slices of EMIDEC, their median, and the slope of the logarithm of
#: scar's brightness over that of noise (r 0.57); scans with less noise than ``LEAST_NOISE`` are like those with it.
MEDIAN_NOISE, NOISE_SLOPE, LEAST_NOISE = 0.114, 0.57, 0.03
#: EMIDEC's median brightness, 0.96, over the equation's, whose T1 values are other patients'.
OF_EQUATION = 0.83
#: A thin scar is mostly edge; no more is made of its brightness than this.
MOST_STRETCHED = 2.0


@dataclass(frozen=True)
class SignalParameters:
    """What ``signal`` draws for one scar.

    Attributes:
        t1_remote, t1_blood, t1_scar, t1_mvo: T1 of each tissue after contrast, in ms.
        inversion_time: inversion time in ms.
        repetition_time: time between two inversions in ms.
        brightness_ratio: mean brightness of infarct over remote as a multiple of blood over remote.
        mvo_ratio: brightness of MVO over remote as a multiple of blood over remote.
        grey: brightness of the grey zone as a share of that of dense scar, 0-1.
        mottle: relative SD of the texture within the scar.
        mottle_size: scale of the texture within the scar, mm.
    """

    t1_remote: float
    t1_blood: float
    t1_scar: float
    t1_mvo: float
    inversion_time: float
    repetition_time: float
    brightness_ratio: float
    mvo_ratio: float
    grey: float
    mottle: float
    mottle_size: float


class SignalGenerator:
    """Paints scar at the intensity that its T1 has between this scan's remote myocardium and blood pool.

    The scan's own noise stays where it is; partial volume with its surroundings, as sharp as the scan's own, and
    through the slice softens the edge from inside.

    Args:
        brightness_ratio: brightness of scar over remote as a multiple of blood over remote, 0.2-4; a number, a pair, or
            ``None`` to derive it from drawn T1 values.

    Raises:
        InputError: a ``brightness_ratio`` out of range.
    """

    def __init__(self, *, brightness_ratio: Range = None) -> None:
        self.brightness_ratio = check_range("brightness_ratio", brightness_ratio, 0.2, 4)

    def render(
        self, image: NDArray[np.float64], mask: ScarMask, anatomy: LVAnatomy, rng: np.random.Generator
    ) -> Rendering:
        """Draw the signal, then paint it."""
        across, tissue = anatomy.orientation.through_plane, measure(image, anatomy)
        parameters = sample_parameters(self.brightness_ratio, rng, float(np.median(tissue.noise / tissue.contrast)))
        mottle = smooth_field(image.shape, in_plane_sigma(anatomy, parameters.mottle_size), rng)
        grain = smooth_field(image.shape, [0.0 if axis == across else 0.5 for axis in range(3)], rng)
        painted = image.copy()
        if not mask.scar.any():
            return Rendering(painted, asdict(parameters) | {"generator": "signal"})
        # The scar's surroundings are a small part of the region, and all that is seen from it.
        part = surroundings_box(mask.scar, across)
        painted[part] = paint(
            image[part], mask.cut(part), anatomy.cut(part), tissue.cut(part, across), parameters,
            mottle[part], grain[part].astype(np.float64),
        )  # fmt: skip
        return Rendering(painted, asdict(parameters) | {"generator": "signal"})


def sample_parameters(
    brightness_ratio: Range, rng: np.random.Generator, noise: float = MEDIAN_NOISE
) -> SignalParameters:
    """T1 values some 15 minutes after contrast, and the intensities that they give.

    ``noise`` is the scan's as a multiple of blood over remote: the less blood stands out, the brighter scar is beside
    it.

    Remote 541 +- 88, infarct 425 +- 68, blood about 450 ms: JCMR 15:11. Blood lies 116-152 ms below remote: PMC2862561.
    MVO keeps a T1 near that of normal myocardium: JCMR 14:66. TI is meant to null
    remote and is off by 15 ms or so: PMC2041905. Inversions two heart beats apart.
    """
    t1_remote = float(np.clip(rng.normal(541, 40), 440, 640))
    t1_blood = t1_remote - float(np.clip(rng.normal(110, 15), 70, 160))
    t1_scar = t1_remote - float(np.clip(rng.normal(124, 24), 70, 210))
    t1_mvo = t1_remote - float(rng.uniform(-10, 70))
    beat = 60_000 / float(np.clip(rng.normal(70, 10), 45, 110))
    times = {"repetition_time": 2 * beat}
    inversion_time = null_time(t1_remote, **times) + float(rng.normal(0, 15))
    remote, blood, scar, mvo = inversion_recovery(
        [t1_remote, t1_blood, t1_scar, t1_mvo], inversion_time=inversion_time, **times
    )
    patients = OF_EQUATION * (max(noise, LEAST_NOISE) / MEDIAN_NOISE) ** NOISE_SLOPE
    expected = float(np.clip((scar - remote) / (blood - remote) * patients, *BRIGHTNESS_LIMITS))
    ratio = draw(brightness_ratio, lambda _: expected, rng)
    return SignalParameters(
        t1_remote, t1_blood, t1_scar, t1_mvo, inversion_time, times["repetition_time"],
        brightness_ratio=ratio,
        mvo_ratio=float(np.clip((mvo - remote) / (blood - remote), -0.1, 0.7)) * ratio / expected,
        # Half the maximum is what parts dense scar from grey zone by FWHM (Schmidt); partial volume does the rest.
        grey=float(rng.uniform(0.55, 0.8)),
        mottle=float(rng.uniform(0.1, 0.4)),
        mottle_size=float(rng.uniform(2, 5)),
    )  # fmt: skip


def paint(
    image: NDArray[np.float64],
    mask: ScarMask,
    anatomy: LVAnatomy,
    tissue: Tissue,
    parameters: SignalParameters,
    mottle: NDArray[np.float32],
    grain: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The image with scar whose infarct is as bright as drawn; ``mottle`` and ``grain`` are unit random fields."""
    across = anatomy.orientation.through_plane
    infarct = np.full(image.shape, parameters.brightness_ratio)
    if mask.grey_zone is not None:
        infarct[mask.grey_zone] *= parameters.grey
    relative_intensity = np.where(mask.mvo, parameters.mvo_ratio, infarct * (1 + parameters.mottle * mottle))
    above = per_slice(tissue.contrast, across, 3) * relative_intensity * through_slice(mask, anatomy)
    # Partial volume with what is beside: healthy wall, blood and fat, as sharp as this scan shows them.
    without = tissue.blurred(np.where(mask.scar, per_slice(tissue.remote, across, 3), image))
    added = tissue.blurred(np.where(mask.scar, above, 0.0))
    target = without + stretch(without, added, mask, tissue, parameters.brightness_ratio, across) * added
    return repaint(image, mask.scar, target, tissue, across, grain)


def stretch(
    without: NDArray[np.float64],
    added: NDArray[np.float64],
    mask: ScarMask,
    tissue: Tissue,
    brightness_ratio: float,
    across: int,
) -> float:
    """Factor of what scar adds for the infarct to have the mean that was drawn, though its edge mixes with others."""
    if not mask.infarct.any():
        return 1.0
    asked = per_slice(tissue.remote + brightness_ratio * tissue.contrast, across, 3) - without
    return float(np.clip(asked[mask.infarct].mean() / added[mask.infarct].mean(), 1 / MOST_STRETCHED, MOST_STRETCHED))


def through_slice(mask: ScarMask, anatomy: LVAnatomy) -> NDArray[np.float64]:
    """Share of a thick slice that scar fills where the next slice has none: it ends somewhere within, 0.7-1."""
    across = anatomy.orientation.through_plane
    weights = np.array([0.15, 0.7, 0.15])
    scar = ndimage.correlate1d(mask.scar.astype(np.float64), weights, axis=across, mode="nearest")
    wall = ndimage.correlate1d(anatomy.wall.astype(np.float64), weights, axis=across, mode="nearest")
    return np.asarray(np.clip(scar / np.maximum(wall, 0.7), 0.7, 1))
