"""The inversion-recovery signal that makes scar bright in late gadolinium enhancement."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def inversion_recovery(t1: ArrayLike, *, inversion_time: float, repetition_time: float) -> NDArray[np.float64]:
    """Signed longitudinal signal of a segmented inversion-recovery gradient echo, M0 = 1.

    ``S = 1 - 2 exp(-TI / T1) + exp(-TR / T1)``, the textbook equation for an ideal inversion; saturation by the
    readout and T2* are left out. A magnitude image shows ``abs(S)``, a phase-sensitive one (PSIR) ``S`` itself.

    Args:
        t1: longitudinal relaxation times in ms, any shape.
        inversion_time: time from inversion to read-out, TI, in ms.
        repetition_time: time between two inversions in ms (two RR intervals when gated on every other beat).
    """
    t1 = np.asarray(t1, dtype=np.float64)
    return 1 - 2 * np.exp(-inversion_time / t1) + np.exp(-repetition_time / t1)


def null_time(t1: float, *, repetition_time: float) -> float:
    """Inversion time in ms at which tissue of this T1 (ms) gives no signal: ``T1 ln(2 / (1 + exp(-TR / T1)))``."""
    return float(t1 * np.log(2 / (1 + np.exp(-repetition_time / t1))))
