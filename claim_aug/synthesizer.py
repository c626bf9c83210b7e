"""``ScarSynthesizer``: a scan in, the same scan with a scar out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.anatomy.cache import ANATOMY_CACHE
from claim_aug.border import Border
from claim_aug.data.checks import check_image
from claim_aug.data.dtypes import beyond_dtype, to_dtype
from claim_aug.errors import InputError
from claim_aug.generators import Rendering, RenderJob, ScarGenerator
from claim_aug.generators.healing import healed_region
from claim_aug.measures.brightness import brightness, hardly_visible
from claim_aug.plugins.loader import load_plugins
from claim_aug.plugins.registry import Registry, did_you_mean
from claim_aug.priors import MaskPrior, ScarMask
from claim_aug.priors.base import realised
from claim_aug.priors.requested import as_note
from claim_aug.sample import PreparedSample, ScarSample
from claim_aug.text import as_code

Existing = Literal["keep", "replace", "refuse"]
EXISTING = ("keep", "replace", "refuse")


#: The generator of a synthesizer and of the transforms, where none is named. They run in the workers of data loaders,
#: where a network would starve the training; scars of a network are made beforehand, in a pool. The command line, which
#: writes files once, takes ``ddpm``.
GENERATOR = "signal"


class ScarSynthesizer:
    """Places a scar in a scan's own left ventricle and renders it there.

    Args:
        prior: name of a registered mask prior (``"smile"``, ``"random"``, ``"manual"``), or an object with its method.
        generator: name of a registered generator, or an object with its method. ``"signal"`` is quick enough for the
            workers of data loaders; ``"ddpm"`` looks more real, and is the default of the command line.
        labels: label scheme of the scans: a ``LabelScheme``, a name, or ``"cavity=1,myocardium=2,infarct=3"``.
        existing: treatment of scar that a scan already has: ``"keep"`` it and add to it, ``"replace"`` it (it is
            healed first), or ``"refuse"`` the scan.
        **options: parameters of the prior and of the generator, each handed to the one that takes it. A number is
            fixed, a pair is a range, ``None`` is the backend's own distribution.

    Raises:
        PluginError: an unknown prior or generator.
        InputError: an option that neither takes, or an impossible value.

    Example:
        >>> from claim_aug.phantom import make_phantom
        >>> scan = make_phantom(7, scar=False, shape=(80, 80, 4))
        >>> synthesizer = ScarSynthesizer(labels="phantom", burden=(5, 30), territory="LAD")
        >>> synthesizer
        ScarSynthesizer(labels='phantom', burden=(5, 30), territory='LAD')
        >>> synthesizer.sample(scan.image, scan.labels, affine=scan.affine, seed=7).image.shape
        (80, 80, 4)
    """

    #: Whether a batch is copied before it is changed; torchio 2 sets it, as it does for its own transforms.
    copy = True

    def __init__(
        self,
        prior: str | MaskPrior = "smile",
        generator: str | ScarGenerator = GENERATOR,
        *,
        labels: str | LabelScheme = "emidec",
        existing: Existing | str = "keep",
        **options: Any,
    ) -> None:
        for role, backend, method in (("prior", prior, "sample"), ("generator", generator, "render")):
            if not isinstance(backend, str) and not callable(getattr(backend, method, None)):
                msg = f"{role} needs to be a name or an object with the method {method!r}, got {backend!r}"
                raise InputError(msg)
        if existing not in EXISTING:
            msg = f"existing needs to be one of {', '.join(EXISTING)}, got {existing!r}"
            raise InputError(msg)
        self.prior, self.generator, self.existing, self.options = prior, generator, existing, options
        self.labels = LabelScheme.parse(labels).require("infarct")
        self.backends  # noqa: B018  a wrong option is an error now, not in the middle of a run

    @cached_property
    def backends(self) -> tuple[MaskPrior, ScarGenerator]:
        plugins = load_plugins()
        asked: tuple[tuple[Registry, Any], ...] = ((plugins.priors, self.prior), (plugins.generators, self.generator))
        taken = [set(kind.get(name).parameters()) if isinstance(name, str) else set() for kind, name in asked]
        known = sorted(set().union(*taken) - {"labels"})
        for option in self.options:
            if option not in known:
                hint = did_you_mean(option, known)
                who = f"neither prior {self.prior!r} nor generator {self.generator!r}"
                msg = f"{who} has a parameter {option!r}{hint}; they take: {', '.join(known)}"
                raise InputError(msg)
        given = self.options | {"labels": self.labels}
        prior, generator = (
            kind.create(name, {option: given[option] for option in given if option in names}, method=method)
            if isinstance(name, str)
            else name
            for (kind, name), names, method in zip(asked, taken, ("sample", "render"), strict=True)
        )
        return prior, generator

    def border(self, role: Literal["prior", "generator"]) -> Border:
        """The border to a backend, which errors name as the user did, with its plugin."""
        given, backend = getattr(self, role), self.backends[role == "generator"]
        if not isinstance(given, str):
            return Border(backend, f"{role} {type(given).__name__}")
        plugins = load_plugins()
        entry = (plugins.priors if role == "prior" else plugins.generators).get(given)
        return Border(backend, f"{role} {entry.source}")

    def __repr__(self) -> str:
        own = {"prior": self.prior, "generator": self.generator, "labels": str(self.labels.source_text)}
        return as_code(self, **own, existing=self.existing, **self.options)

    def __getstate__(self) -> dict[str, Any]:
        # Backends may hold networks; a worker builds its own.
        return {name: value for name, value in vars(self).items() if name != "backends"}

    def __call__(self, data: Any) -> Any:
        """A torchio Subject or a dictionary with a scar, as in a Compose of torchio or MONAI; see ``adapters.call``."""
        from claim_aug.adapters.call import call  # it needs PyTorch, the synthesizer does not

        return call(self, data)

    def augment_batch(self, batch: Mapping[str, Any], **settings: Any) -> dict[str, Any]:
        """A batch with scars, on the device it is on; see ``adapters.batch.augment_batch`` for the settings."""
        from claim_aug.adapters.batch import augment_batch

        return augment_batch(self, batch, **settings)

    def anatomy(
        self,
        labels: ArrayLike,
        *,
        affine: ArrayLike | None = None,
        spacing: Sequence[float] | None = None,
        **known: Any,
    ) -> LVAnatomy:
        """The ventricle of a label map; ``known`` (such as ``image``) as in ``LVAnatomy.from_labels``.

        A process remembers the last two hundred or so, so that a patient of a later epoch is not read again.
        """
        return ANATOMY_CACHE.read(labels, self.labels, affine=affine, spacing=spacing, **known)

    def sample(
        self,
        image: ArrayLike,
        labels: ArrayLike,
        *,
        affine: ArrayLike | None = None,
        spacing: Sequence[float] | None = None,
        seed: int,
        anatomy: LVAnatomy | None = None,
    ) -> ScarSample:
        """One synthetic scan; a pure function of its arguments.

        Args:
            image: finite intensities of any real dtype, (I, J), (I, J, K) or (C, I, J, K); channels share one scar.
            labels: whole numbers of the scheme, (I, J), (I, J, K) or (1, I, J, K).
            affine: 4x4 matrix from voxels to mm, for the handedness of the array, and the spacing where it is not
                given.
            spacing: size of a voxel in mm along each axis of the labels.
            seed: whole number from 0; prior and generator draw from separate streams of it.
            anatomy: ventricle of the labels from ``ScarSynthesizer.anatomy``, to save reading them again.

        Raises:
            ClaimAugError: input that cannot be used; see the subclasses.
        """
        scan = {"image": image, "labels": labels, "affine": affine, "spacing": spacing, "anatomy": anatomy}
        return self.sample_many([scan], seeds=[seed])[0]

    def sample_many(self, scans: Sequence[Mapping[str, Any]], *, seeds: Sequence[int]) -> list[ScarSample]:
        """Many synthetic scans at once, each equal to what ``sample`` gives of it; quicker where the generator batches.

        Args:
            scans: keyword arguments of ``sample`` but the seed, for each scan.
            seeds: seed for each scan, whole numbers from 0.

        Raises:
            ClaimAugError: a scan that ``sample`` refuses, or not as many seeds as scans.
        """
        if len(scans) != len(seeds):
            msg = f"every scan needs a seed of its own, got {len(scans)} scans and {len(seeds)} seeds"
            raise InputError(msg)
        prepared = [self._prepare(**scan, seed=seed) for scan, seed in zip(scans, seeds, strict=True)]
        renderings = iter(self.border("generator").render([job for one in prepared for job in one.jobs]))
        return [self._finish(one, [next(renderings) for _ in one.jobs]) for one in prepared]

    def _prepare(
        self,
        image: ArrayLike,
        labels: ArrayLike,
        *,
        affine: ArrayLike | None = None,
        spacing: Sequence[float] | None = None,
        seed: int,
        anatomy: LVAnatomy | None = None,
    ) -> PreparedSample:
        """Everything but the rendering: checks, the ventricle, the mask, old scar healed."""
        image, labels = np.asarray(image), np.asarray(labels)
        volume = labels[0] if labels.ndim == 4 and labels.shape[0] == 1 else labels
        check_image(image, volume)
        if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
            msg = f"seed needs to be a whole number from 0, got {seed!r}"
            raise InputError(msg)
        first = image if image.ndim == volume.ndim else image[0]
        full = anatomy or self.anatomy(volume, affine=affine, spacing=spacing, image=first)
        if full.grid_shape != (volume.shape if volume.ndim == 3 else (*volume.shape, 1)):
            msg = f"the anatomy is of a scan of shape {full.grid_shape}, the labels have the shape {volume.shape}"
            raise InputError(msg)
        if full.scar.any() and self.existing == "refuse":
            msg = f"the scan already has {int(full.scar.sum())} voxels of scar; existing=keep or replace accepts it"
            raise InputError(msg)
        here = full.healed() if self.existing == "replace" else full
        mask_rng, texture_rng, healing_rng = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(3))
        mask = self.border("prior").sample(here, mask_rng)
        healed = full.scar & ~here.scar
        if healed.any():
            # The rim about old scar is healed, too, but where its label says more than that it is wall.
            plain = volume.reshape(full.grid_shape)[full.box] == self.labels.myocardium[0]
            healed = healed_region(full, mask.scar) & (healed | plain)
        jobs = []
        for channel in image.reshape(-1, *full.grid_shape):
            region = channel[full.box].astype(np.float64)
            if healed.any():
                region = self.border("generator").heal(region, full, healed, healing_rng)
            jobs.append(RenderJob(region, mask, here, texture_rng))
        return PreparedSample(image, labels, volume, full, healed, jobs, int(seed))

    def _finish(self, one: PreparedSample, renderings: Sequence[Rendering]) -> ScarSample:
        """Paste the scar back and write it into the labels."""
        full, mask, image = one.anatomy, one.jobs[0].mask, one.image
        channels = image.reshape(-1, *full.grid_shape).copy()
        changed, beyond = mask.scar | one.healed, 0
        for channel, job, rendering in zip(channels, one.jobs, renderings, strict=True):
            painted = np.where(mask.scar[changed], rendering.image[changed], job.image[changed])
            channel[full.box][changed] = to_dtype(painted, image.dtype)
            beyond += beyond_dtype(painted, image.dtype)
        first = one.jobs[0]
        found = brightness(channels[0][full.box].astype(np.float64), first.image, mask.infarct, first.anatomy)
        params = [dict(rendering.params) for rendering in renderings]
        infarct, mvo, old = (
            full.on_grid(part).reshape(one.volume.shape) for part in (mask.infarct, mask.mvo, one.healed)
        )
        written = self.labels.write(one.volume, healed=old & ~(infarct | mvo), infarct=infarct, mvo=mvo)
        return ScarSample(
            image=channels.reshape(image.shape),
            labels=written.reshape(one.labels.shape),
            infarct=infarct,
            mvo=mvo,
            healed=old,
            parameters={
                "prior": dict(mask.params),
                "generator": params[0] if len(params) == 1 else params,
                "realised": realised(mask, one.jobs[0].anatomy) | found,
                "note": as_note([mask.note, *self.unwritten(mask, one, beyond), hardly_visible(found)]),
                "existing": self.existing,
                "segments_rest_on": {
                    "anchor": full.anchor.source,
                    "confidence": full.anchor.confidence,
                    "winding": full.orientation.winding_source,
                },
            },
            seed=one.seed,
            anatomy=full,
            renderings=tuple(renderings),
        )

    def unwritten(self, mask: ScarMask, one: PreparedSample, beyond: int) -> list[str]:
        """What the scan's labels and its type cannot hold, or not any more.

        Args:
            mask: new scar.
            one: sample before its scar was rendered.
            beyond: number of voxels of scar that the image's dtype cannot hold.
        """
        name, mvo, found = self.labels.name, int(mask.mvo.sum()), []
        if mvo and not self.labels.mvo:
            found.append(f"{mvo} voxels of MVO are labelled infarct: {name} has no value for MVO")
        values = self.labels.myocardium[1:]  # such as oedema
        before = one.volume.reshape(one.anatomy.grid_shape)[one.anatomy.box]
        covered = int((mask.scar & np.isin(before, values)).sum()) if values else 0
        if covered:
            found.append(f"{covered} voxels labelled {'+'.join(map(str, values))} are labelled scar now")
        if beyond:
            dtype = one.image.dtype
            found.append(f"{beyond} voxels of scar are brighter or darker than {dtype} can hold, and are at its end")
        return found
