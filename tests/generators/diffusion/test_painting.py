"""What is painted with: each slice's own noise, and windows that travel with the rendering they were pasted into."""

import numpy as np
import pytest
import torch

from claim_aug import ScarMask
from claim_aug.generators.base import RenderJob
from claim_aug.generators.diffusion.painting import ALIKE, noise_streams


def test_noise_is_each_samples_own():
    both, second = noise_streams([(3,), (3, 8)]), noise_streams([(3, 8)])
    for _ in range(2):
        assert torch.equal(both((2, 1, 4, 4))[1], second((1, 1, 4, 4))[0])


def test_noise_goes_on_from_slice_to_slice_and_stays_standard_normal():
    first, next_, third, other = noise_streams([(1,), (1, 2), (1, 2, 3), (4,)])((4, 1, 200, 200)).numpy()
    for noise in (first, next_, third, other):
        assert (noise.mean(), noise.std()) == pytest.approx((0, 1), abs=0.02)
    alike = [np.corrcoef(first.ravel(), noise.ravel())[0, 1] for noise in (next_, third, other)]
    assert alike == pytest.approx([ALIKE, ALIKE**2, 0], abs=0.02)


def test_noise_starts_anew_after_a_slice_without_scar(ddpm, region, mask, heart):
    gap = np.flatnonzero(mask.scar.any((0, 1)))[1]
    holed = ScarMask(np.where(np.arange(mask.scar.shape[2]) == gap, False, mask.infarct), np.zeros_like(mask.mvo))
    generator = ddpm()
    job = RenderJob(region, holed, heart, np.random.default_rng(0))
    prepared = generator.prepare(job, generator.network(), generator.sample_parameters)
    lengths = {index: len(task.seeds) for index, task in zip(prepared.slices, prepared.tasks, strict=True)}
    assert lengths[gap - 1] == lengths[gap + 1] == 1
    assert [task.seeds[-1] for task in prepared.tasks] == list(prepared.params.seeds)


def test_windows_travel_with_the_rendering_where_they_have_a_gradient(ddpm, region, mask, heart, threads):
    threads(1)  # parts that several threads paint are noted here in the order in which they are done
    generator = ddpm()
    jobs = [RenderJob(image, mask, heart, np.random.default_rng(0)) for image in (region, 2 * region, region)]
    painted = []

    def paint(model, task):
        painted.append(model.sample(task).requires_grad_())
        return painted[-1].detach(), painted[-1]

    renderings = generator.render_with(generator.network(), jobs, paint)
    assert torch.equal(torch.cat([rendering.windows.windows for rendering in renderings]), torch.cat(painted))
    for job, rendering in zip(jobs, renderings, strict=True):
        prepared, windows = rendering.windows.prepared, rendering.windows.windows
        assert prepared.job is job
        assert len(prepared.slices) == len(windows) == mask.scar.any((0, 1)).sum()
        assert np.array_equal(prepared.paste(windows[:, 0].detach().numpy()), rendering.image)
    sum(float(scale) * rendering.windows.windows.sum() for scale, rendering in enumerate(renderings)).backward()
    assert torch.cat([one.grad for one in painted]).flatten(1).mean(1).tolist() == [
        scale for scale in range(3) for _ in renderings[scale].windows.windows
    ]


def test_without_a_gradient_a_rendering_carries_none(ddpm, region, mask, heart):
    assert ddpm().render(region, mask, heart, np.random.default_rng(0)).windows is None
