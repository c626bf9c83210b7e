"""Which coronary artery feeds which AHA segment, as probabilities."""

from __future__ import annotations

import numpy as np

from claim_aug.errors import InputError

TERRITORIES = ("LAD", "RCA", "LCX")

#: Probability that (LAD, RCA, LCX) feeds a segment. Which arteries share a segment is from Pereztol-Valdes et al.
#: (selective SPECT, 50 patients): 3 9 15 LAD/RCA, 4 5 10 11 RCA/LCX, 12 LAD/LCX, 6 LCX alone, the rest LAD alone.
#: Ortiz-Perez et al. (JACC Img 2008;1:282, 93 first infarcts): 2 7 8 13 are LAD in every case, 6 is LCX in 98 %, LAD
#: infarcts often include 12, 15 and 16. How a shared segment is split is our reading of both.
FEEDING = {
    1: (0.96, 0.00, 0.04), 2: (1.00, 0.00, 0.00), 3: (0.30, 0.70, 0.00),
    4: (0.00, 0.80, 0.20), 5: (0.00, 0.40, 0.60), 6: (0.02, 0.00, 0.98),
    7: (1.00, 0.00, 0.00), 8: (1.00, 0.00, 0.00), 9: (0.35, 0.65, 0.00),
    10: (0.00, 0.78, 0.22), 11: (0.00, 0.40, 0.60), 12: (0.40, 0.00, 0.60),
    13: (1.00, 0.00, 0.00), 14: (0.96, 0.04, 0.00), 15: (0.45, 0.55, 0.00),
    16: (0.60, 0.00, 0.40), 17: (0.90, 0.10, 0.00),
}  # fmt: skip


def draw_segments(territory: str, rng: np.random.Generator) -> tuple[int, ...]:
    """The segments that the artery feeds in one patient; at least those where it is the likeliest.

    One draw for each pair of arteries moves the whole border between them, as dominance does, so that a territory has
    no holes.
    """
    column = TERRITORIES.index(territory)
    luck = rng.random(len(TERRITORIES))
    fed = []
    for segment, shares in FEEDING.items():
        missing = shares.index(min(shares))  # a pair of arteries is known by the third one, which has no part
        if shares[column] > luck[missing] or shares[column] == max(shares) == 1:
            fed.append(segment)
    return tuple(fed or [segment for segment, shares in FEEDING.items() if shares[column] == max(shares)])


def check_territory(territory: str | None) -> str | None:
    """``"LAD"``, ``"RCA"`` or ``"LCX"``, in any case.

    Raises:
        InputError: a name that is none of the territories.
    """
    if territory is None or str(territory).upper() in TERRITORIES:
        return None if territory is None else str(territory).upper()
    msg = f"territory needs to be one of {', '.join(TERRITORIES)}, such as territory='LAD', got {territory!r}"
    raise InputError(msg)
