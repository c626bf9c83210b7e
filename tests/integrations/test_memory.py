"""Workers do not grow: five hundred samples cost no more memory than the first ones."""

from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader

from claim_aug import seed_worker

STATM = Path("/proc/self/statm")
EPOCH, WARM = 250, 50


@pytest.mark.skipif(not STATM.exists(), reason="memory is read from /proc")
def test_five_hundred_samples_in_two_persistent_workers_grow_memory_by_less_than_5_percent(native, samples):
    def resident(data):
        return torch.tensor([torch.utils.data.get_worker_info().id, int(STATM.read_text().split()[1])])

    transform = native.transform(burden=5)
    dataset = samples(native, transform, EPOCH, read=resident)
    loader = DataLoader(dataset, num_workers=2, persistent_workers=True, worker_init_fn=seed_worker)
    pages = torch.cat([page for _ in range(2) for page in loader])
    for worker in (0, 1):
        own = pages[pages[:, 0] == worker, 1].float()
        assert len(own) == EPOCH
        before, after = own[WARM : 2 * WARM].median(), own[-WARM:].median()
        assert after < 1.05 * before
