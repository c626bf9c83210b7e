"""Jobs: what follows from seed, case and number, and how they are parted."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claim_aug.data.case import Case
from claim_aug.errors import InputError
from claim_aug.jobs.generate import sample_seed
from claim_aug.jobs.runs.job import Job, Shard, jobs_of

CASES = [Case(name, (Path("labels.nii.gz"),)) for name in ("a", "b", "c")]


def test_an_id_follows_from_seed_case_and_replica_alone():
    elsewhere = Case("a", (Path("another/folder.nii.gz"),))
    assert Job(CASES[0], 2, 7).id == Job(elsewhere, 2, 7).id
    others = [Job(CASES[1], 2, 7), Job(CASES[0], 3, 7), Job(CASES[0], 2, 8), Job(CASES[0], None, 7)]
    assert len({job.id for job in [Job(CASES[0], 2, 7), *others]}) == 5


def test_the_first_draw_has_the_seed_of_a_single_scans_sample_and_the_next_another():
    job = Job(CASES[0], 2, 7)
    assert job.seed(0) == sample_seed(7, "a", 2)
    assert len({job.seed(attempt) for attempt in range(4)}) == 4


def test_scans_themselves_come_first_where_they_belong_to_the_data_set():
    assert [job.name for job in jobs_of(CASES[:1], 2, 0, real=True)] == ["a", "a_scar000", "a_scar001"]


@given(per_case=st.integers(1, 9), count=st.integers(1, 12))
def test_shards_part_the_jobs_without_one_twice_or_missing(per_case, count):
    jobs = list(jobs_of(CASES, per_case, 0))
    parts = [Shard(number, count).part(jobs) for number in range(1, count + 1)]
    assert [job for part in parts for job in part] == jobs
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "1/0", "-1/3"])
def test_an_impossible_shard_is_refused(text):
    with pytest.raises(InputError, match="shard"):
        Shard.parse(text)
