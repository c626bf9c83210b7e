"""The same voxels for any number of threads."""

import pytest
import torch

from claim_aug import ScarSynthesizer
from claim_aug.generators.diffusion.threads import parted
from claim_aug.phantom import make_phantom


def test_ddpm_paints_the_same_bytes_with_one_thread_as_with_three(threads):
    scans = [make_phantom(seed, scar=False, shape=(80, 80, 5)) for seed in range(2)]
    given = [{"image": scan.image, "labels": scan.labels, "affine": scan.affine} for scan in scans]
    synthesizer = ScarSynthesizer(generator="ddpm", labels="phantom", steps=3, burden=25)
    found = []
    for count in (1, 2, 3):
        threads(count)
        found.append([sample.image.tobytes() for sample in synthesizer.sample_many(given, seeds=[1, 2])])
        assert torch.get_num_threads() == count
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_parts_come_back_in_order_and_each_is_computed_by_one_thread(threads, count):
    threads(count)
    found = parted(lambda tasks: [(task, torch.get_num_threads()) for task in tasks], range(7), torch.device("cpu"))
    assert len(found) == count
    assert [pair for part in found for pair in part] == [(task, 1) for task in range(7)]


def test_what_fails_in_a_part_is_raised_and_the_threads_are_as_they_were(threads):
    threads(2)
    with pytest.raises(ZeroDivisionError):
        parted(lambda tasks: 1 // 0, range(4), torch.device("cpu"))
    assert torch.get_num_threads() == 2
