"""A local Ray cluster that is really started, with two workers, of which one is killed."""

import contextlib
import gc
import os
import signal
import warnings
from pathlib import Path

import pytest

from claim_aug.jobs.runs.ray import RayCluster

ray = pytest.importorskip("ray", reason="ray is not installed")


# Ray warns of itself, and leaves processes behind that it has started.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def cluster():
    """Two workers; Ray gives itself thirty seconds to start, which a busy computer may not have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        handler = signal.getsignal(signal.SIGTERM)
        reason = started()
        if reason:
            gc.collect()
            pytest.skip(f"Ray does not start here: {reason}")
        yield
        ray.shutdown()
        gc.collect()
        signal.signal(signal.SIGTERM, handler)


def started():
    """Start a cluster; returns the reason why that cannot be."""
    try:
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    except Exception as error:
        ray.shutdown()
        return str(error)
    return ""


def test_a_cluster_makes_the_same_bytes(cluster, generate, content, undisturbed, tmp_path):
    generate(tmp_path / "out", executor=RayCluster(2))
    assert content(tmp_path / "out") == undisturbed


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are looked up in /proc")
def test_a_worker_that_is_killed_in_the_middle_is_replaced(cluster, generate, content, undisturbed, tmp_path):
    killed = []

    def kill_one(summary, outcome):
        if outcome is not None and not killed:
            killed.append(min(workers(), key=lambda found: "make" not in found[1]))  # rather one that is at work
            os.kill(killed[0][0], signal.SIGKILL)

    generate(tmp_path / "out", executor=RayCluster(2), report=kill_one)
    assert killed
    assert content(tmp_path / "out") == undisturbed


def workers():
    """Number and title of every process of Ray that is one of our workers."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            title = path.read_text()
            if title.startswith("ray::RayWorker"):
                yield int(path.parent.name), title
