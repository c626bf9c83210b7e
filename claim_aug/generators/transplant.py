"""``transplant``: the texture of a real scar, carried over in wall coordinates; needs a bank, no training."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy
from claim_aug.errors import InputError
from claim_aug.fields import smooth_field
from claim_aug.generators.bank import Bank
from claim_aug.generators.bank_file import read_bank
from claim_aug.generators.base import Rendering
from claim_aug.generators.edge import with_surroundings
from claim_aug.generators.patch_assignment import PatchAssignment, assign_patches, assigned_texture
from claim_aug.generators.repaint import repaint
from claim_aug.generators.signal import BRIGHTNESS_LIMITS, sample_parameters
from claim_aug.generators.texture import Patch, patches
from claim_aug.measures.tissue import Tissue, local_mean, measure, per_slice, share_of, surroundings_box
from claim_aug.priors import ScarMask
from claim_aug.priors.ranges import Range, check_range, draw

#: MVO is at most this share as bright over remote as the infarct around it; our default.
MVO_AT_MOST = 0.7
#: What differs from its surroundings by more SD of noise than this is no noise.
NOISE_AT_MOST = 2.5


@dataclass(frozen=True)
class TransplantParameters:
    """What ``transplant`` draws for one scar.

    Attributes:
        infarct: patches of the source patient for the infarct, with their places.
        mvo: patches of a source patient for MVO, with their places; ``None`` where there is none to paint or none in
            the bank.
        brightness_ratio: median of the infarct over remote as a multiple of blood over remote; ``None`` for that of the
            source patient.
        mvo_ratio: brightness of MVO as a multiple of that of infarct, where the bank has no MVO.
        grey: brightness of a grey zone that the mask asks for, as a share of that of dense scar, 0-1.
    """

    infarct: PatchAssignment
    mvo: PatchAssignment | None
    brightness_ratio: float | None
    mvo_ratio: float
    grey: float


class TransplantGenerator:
    """Paints the texture of labelled patients' scars between this scan's remote myocardium and blood pool.

    The scan's own noise stays where it is; that of the source patient was taken out when the bank was made.

    Args:
        bank: path of the bank, a file that ``claim-aug bank build`` made.
        brightness_ratio: median of the infarct over remote as a multiple of blood over remote, 0.2-4; a number, a
            pair, or ``None`` for that of the source patient.

    Raises:
        InputError: no bank, an unreadable one, or a ``brightness_ratio`` out of range.
    """

    def __init__(self, bank: str | Path | None = None, *, brightness_ratio: Range = None) -> None:
        if not bank:
            msg = (
                "generator 'transplant' needs a bank of scars: make one with claim-aug bank build DATASET "
                "BANK.safetensors and say transplant:BANK.safetensors"
            )
            raise InputError(msg)
        self.brightness_ratio = check_range("brightness_ratio", brightness_ratio, 0.2, 4)
        self.path = str(bank)
        # A wrong file is an error now; the bank itself stays with the process, not with the object.
        read_bank(self.path)

    def render(
        self, image: NDArray[np.float64], mask: ScarMask, anatomy: LVAnatomy, rng: np.random.Generator
    ) -> Rendering:
        """Draw source patients, then paint their texture."""
        if not mask.scar.any():
            return Rendering(image.copy(), {"generator": "transplant"})
        bank, tissue = read_bank(self.path), measure(image, anatomy)
        scar, mvo = patches(mask.scar, anatomy), patches(mask.mvo, anatomy)
        noise = float(np.median(tissue.noise / tissue.contrast))
        infarct = assign_patches(bank, scar, rng, mvo=False, noise=noise)
        signal = sample_parameters(None, rng)
        with_mvo = bool(mvo) and bool(bank.mvo.any())
        parameters = TransplantParameters(
            infarct,
            assign_patches(bank, mvo, rng, mvo=True, noise=noise, prefer=infarct.source_patient) if with_mvo else None,
            brightness_ratio=None if self.brightness_ratio is None else draw(self.brightness_ratio, lambda _: 1.0, rng),
            mvo_ratio=signal.mvo_ratio / signal.brightness_ratio,
            grey=signal.grey,
        )
        across = anatomy.orientation.through_plane
        grain = smooth_field(image.shape, [0.0 if axis == across else 0.5 for axis in range(3)], rng)
        # The scar's surroundings are a small part of the region, and all that is seen from it.
        part = surroundings_box(mask.scar, across)
        near, own = mask.cut(part), tissue.cut(part, across)
        scar, mvo = ([patch.within(part) for patch in kind] for kind in (scar, mvo))
        texture, brightness = painted_texture(bank, near, across, parameters, scar, mvo)
        painted = image.copy()
        painted[part] = paint(image[part], near, across, own, texture, grain[part].astype(np.float64))
        facts = {"generator": "transplant", "bank": Path(self.path).name, "brightness_ratio": brightness}
        return Rendering(painted, asdict(parameters) | facts)


def painted_texture(
    bank: Bank, mask: ScarMask, across: int, parameters: TransplantParameters, scar: list[Patch], mvo: list[Patch]
) -> tuple[NDArray[np.float64], float]:
    """Relative intensity of scar, (I, J, K), remote 0 and blood 1; and the median of its infarct."""
    texture = assigned_texture(bank, parameters.infarct, scar, mask.scar.shape)
    found = float(np.median(texture[mask.infarct if mask.infarct.any() else mask.scar]))
    brightness = parameters.brightness_ratio or float(np.clip(found, *BRIGHTNESS_LIMITS))
    # Scar that hardly differs from remote is moved up: to multiply it would multiply its mottle.
    texture = texture * (brightness / found) if found > 0.5 * brightness else texture + (brightness - found)
    if mask.grey_zone is not None:
        texture *= 1 - (1 - parameters.grey) * share_of(mask.grey_zone, mask.scar, across)
    if not mvo:
        return texture, brightness
    if parameters.mvo is None:
        dark = np.full(texture.shape, parameters.mvo_ratio * brightness)
    else:
        dark = assigned_texture(bank, parameters.mvo, mvo, texture.shape)
        dark = dark * (brightness / bank.intensity(parameters.mvo.source_patient))
    # Where a patient's MVO is no darker than its infarct, the labels are off or contrast has reached it.
    dark -= max(float(np.median(dark[mask.mvo])) - MVO_AT_MOST * brightness, 0)
    obstructed = share_of(mask.mvo, mask.scar, across)
    return texture * (1 - obstructed) + dark * obstructed, brightness


def paint(
    image: NDArray[np.float64],
    mask: ScarMask,
    across: int,
    tissue: Tissue,
    texture: NDArray[np.float64],
    grain: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The image with scar of this relative intensity, (I, J, K); ``grain`` is a unit random field."""
    target = per_slice(tissue.remote, across, 3) + per_slice(tissue.contrast, across, 3) * texture
    target = with_surroundings(target, image, mask.scar, across)
    plain = without_structure(image, mask, tissue, across)
    return repaint(plain, mask.scar, target, tissue, across, grain)


def without_structure(image: NDArray[np.float64], mask: ScarMask, tissue: Tissue, across: int) -> NDArray[np.float64]:
    """The image whose masked voxels differ from their local mean by noise only, not by the edges of what was there."""
    mean = local_mean(image, tissue.profile, mask.scar, across)
    limit = NOISE_AT_MOST * tissue.noise
    return np.where(mask.scar, mean + np.clip(image - mean, -limit, limit), image)
