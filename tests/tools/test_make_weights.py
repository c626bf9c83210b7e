"""The weights that come with the package are made from nothing, and paint as bright as patients' scars are."""

import numpy as np
from make_weights import believable

from claim_aug.generators.signal import BRIGHTNESS_LIMITS


def test_what_the_model_paints_like_is_as_bright_as_patients(learnable):
    low, high = BRIGHTNESS_LIMITS
    kept = believable(learnable, np.random.default_rng(0))
    assert 0 < len(kept) < len(learnable)
    assert all(low <= np.median(piece.infarct) <= high for piece in kept)
