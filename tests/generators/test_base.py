"""What every generator is asked for, and what it may offer."""

import numpy as np
import pytest

from claim_aug import ScarMask
from claim_aug.generators.base import Rendering, RenderJob, RendersMany, render_all
from claim_aug.generators.signal import SignalGenerator


class Together(SignalGenerator):
    """A generator that notes how many scans came at once."""

    def __init__(self):
        super().__init__()
        self.came = []

    def render_many(self, jobs):
        self.came.append(len(jobs))
        return [self.render(job.image, job.mask, job.anatomy, job.rng) for job in jobs]


@pytest.fixture
def jobs(phantom, ventricle):
    infarct = ventricle.healthy & (ventricle.transmural < 0.5) & (ventricle.rotational < 60)
    mask = ScarMask(infarct, np.zeros_like(infarct), {})
    image = phantom.image[ventricle.box].astype(np.float64)
    return lambda: [RenderJob(image, mask, ventricle, np.random.default_rng(seed)) for seed in range(3)]


def test_a_generator_that_renders_many_gets_all_scans_at_once(jobs):
    generator = Together()
    assert isinstance(generator, RendersMany)
    render_all(generator, jobs())
    assert generator.came == [3]


def test_any_other_gets_them_one_by_one_with_the_same_result(jobs):
    assert not isinstance(SignalGenerator(), RendersMany)
    one_by_one, together = render_all(SignalGenerator(), jobs()), render_all(Together(), jobs())
    for first, second in zip(one_by_one, together, strict=True):
        assert isinstance(first, Rendering)
        np.testing.assert_array_equal(first.image, second.image)
