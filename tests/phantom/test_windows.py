"""Phantoms as a segmenter sees them."""

import numpy as np

from claim_aug.phantom import phantom_windows


def test_a_phantom_is_a_function_of_its_number():
    both, one = phantom_windows([3, 4]), phantom_windows([4])
    count = len(one)
    assert np.array_equal(both.images[-count:], one.images)
    assert np.array_equal(both.classes[-count:], one.classes)


def test_a_share_of_them_is_healthy():
    scarred = [phantom_windows([number], healthy=0.5).scarred.any() for number in range(4)]
    assert scarred == [True, False, True, False]
    assert not phantom_windows([0], healthy=1).scarred.any()


def test_a_larger_window_shows_more_around_the_same_ventricle():
    small, large = phantom_windows([1]), phantom_windows([1], side=96)
    assert np.array_equal(large.classes[:, 16:-16, 16:-16], small.classes)
    assert not (large.classes[:, :4] > 0).any()


def test_windows_elsewhere_show_more_of_the_body_with_part_of_a_ventricle_or_none():
    plain, more = (phantom_windows([3], elsewhere=elsewhere) for elsewhere in (False, True))
    assert len(more) == 2 * len(plain)
    off = more.classes[len(more) // 2 :]
    assert ((off > 0).sum((1, 2)) < (more.classes[: len(off)] > 0).sum((1, 2))).any()
    assert len(phantom_windows([4], elsewhere=True)) == len(phantom_windows([4]))
