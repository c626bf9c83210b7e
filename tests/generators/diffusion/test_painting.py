"""What is painted with: each slice's own noise, and windows that travel with the rendering they were pasted into."""

import numpy as np
import torch

from claim_aug.generators.base import RenderJob
from claim_aug.generators.diffusion.painting import noise_streams


def test_noise_is_each_samples_own():
    both, second = noise_streams([3, 8]), noise_streams([8])
    for _ in range(2):
        assert torch.equal(both((2, 1, 4, 4))[1], second((1, 1, 4, 4))[0])


def test_windows_travel_with_the_rendering_where_they_have_a_gradient(ddpm, region, mask, heart):
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
