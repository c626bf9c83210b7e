"""No more workers than the memory has room for, and at least one."""

import pytest

from claim_aug.jobs.runs import room


@pytest.mark.parametrize(("free", "asked", "workers"), [(10, 4, 3), (10, 2, 2), (1, 4, 1), (None, 4, 4)])
def test_workers_fit_into_the_free_memory(monkeypatch, free, asked, workers):
    monkeypatch.setattr(room, "free_memory", lambda: free)
    assert room.fitting_workers(asked, 3) == workers


def test_the_free_memory_is_found_where_the_system_says_it():
    free = room.free_memory()
    assert free is None or free > 0
