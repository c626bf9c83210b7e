"""What tells a label map from others, so that nobody has to carry case names through a pipeline."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.fingerprint import fingerprint


def label_map_fingerprint(labels: NDArray[Any]) -> str:
    """What tells a label map from others, so that nobody has to carry case names through a pipeline.

    Args:
        labels: label values of any integer dtype, which does not count; nor do axes of length 1.
    """
    shape = [size for size in labels.shape if size != 1]
    flat = labels.ravel()
    # Most of a scan is background: what is left is quickly hashed.
    where = np.flatnonzero(flat != 0)
    return fingerprint(np.array(shape, np.int64), where.astype(np.int32), flat[where].astype(np.int32))
