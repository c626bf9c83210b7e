"""``ScarSynthesizer`` as a transform of MONAI: of arrays, and of dictionaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from claim_aug.adapters.insertion import SEEDS, insert
from claim_aug.adapters.keys import Keys, check_probability
from claim_aug.adapters.workers import SeededInProcess
from claim_aug.integrations.source import make_scar_source
from claim_aug.optional import need
from claim_aug.text import as_code

transforms: Any = need("monai.transforms", "monai")
utils: Any = need("monai.utils", "monai")
meta: Any = need("monai.data.meta_obj", "monai")


class ScarSynthesizer(transforms.RandomizableTransform, SeededInProcess):
    """Places a scar in an image and its label map.

    With PyTorch's own ``DataLoader`` pass ``worker_init_fn=claim_aug.seed_worker``: it does not seed NumPy's state,
    from which MONAI's transforms draw, and every worker would make the same scars.

    Args:
        prob: probability of a scar, 0-1.
        unusable: treatment of a subject that can hold no scar: ``"raise"``, or ``"keep"`` it as it is.
        **synthesis_options: parameters of ``claim_aug.ScarSynthesizer``, or ``pool``.

    Raises:
        InputError: a parameter that does not exist; when called, arrays that do not fit.
    """

    backend: ClassVar[list[Any]] = [utils.TransformBackends.TORCH]

    def __init__(self, prob: float = 1.0, *, unusable: str = "raise", **synthesis_options: Any) -> None:
        transforms.RandomizableTransform.__init__(self, check_probability(prob))
        self.unusable = Keys("image", "label", unusable=unusable).unusable
        self.synthesis_options, self.source = synthesis_options, make_scar_source(synthesis_options)
        self.seed = 0
        self.seeded()

    def set_random_state(self, seed: Any = None, state: Any = None) -> ScarSynthesizer:
        """Seed it, and remember in which process."""
        super().set_random_state(seed, state)
        self.seeded()
        return self

    def __repr__(self) -> str:
        return as_code(self, prob=self.prob, unusable=self.unusable, **self.synthesis_options)

    def randomize(self, data: Any = None) -> None:
        """Draw the gate and a seed, whatever comes of the gate."""
        self.warn_of_repeats()
        super().randomize(None)
        self.seed = int(self.R.randint(SEEDS))

    def __call__(self, img: Any, label: Any, randomize: bool = True) -> tuple[Any, Any]:
        """Image (C, *grid) and label map (1, *grid), each with the new scar."""
        written = self.written([img], label, randomize=randomize)
        return written.images[0], written.labels

    def written(self, images: Sequence[Any], label: Any, *, affine: Any = None, randomize: bool = True) -> Any:
        """The same for several images, with what can be written beside them."""
        if randomize:
            self.randomize()
        tracked = meta.get_track_meta()
        images = [utils.convert_to_tensor(image, track_meta=tracked) for image in images]
        seed = self.seed if self._do_transform else None
        label = utils.convert_to_tensor(label, track_meta=tracked)
        return insert(self.source, images, label, affine=affine, seed=seed, unusable=self.unusable)


class ScarSynthesizerd(transforms.RandomizableTransform, transforms.MapTransform):
    """Places a scar in the images and the label map of a dictionary.

    Place it after loading and ``EnsureChannelFirstd``. A ``CacheDataset`` caches what is before it. For PyTorch's own
    ``DataLoader`` see ``ScarSynthesizer``.

    Args:
        keys: name of the image, or names of images that share one scar; the first is looked at for the anatomy.
        label_key: name of the label map.
        prob: probability of a scar, 0-1. A dictionary that is passed over still gets its ``out_keys``, so that every
            batch collates.
        out_keys: names of further entries by content, ``"mask"`` (uint8: 0 none, 1 infarct, 2 MVO) and
            ``"parameters"`` (JSON).
        unusable: treatment of a dictionary that can hold no scar: ``"raise"``, or ``"keep"`` it as it is.
        allow_missing_keys: whether images that a dictionary lacks are passed over, and a dictionary without any stays
            as it is.
        **synthesis_options: parameters of ``claim_aug.ScarSynthesizer``, or ``pool``.

    Raises:
        InputError: a parameter that does not exist; when called, a missing key. ``Compose`` shows it as the cause of
            its own ``RuntimeError``.
    """

    backend: ClassVar[list[Any]] = ScarSynthesizer.backend

    def __init__(
        self,
        keys: str | Sequence[str] = "image",
        label_key: str = "label",
        *,
        prob: float = 1.0,
        out_keys: Mapping[str, str] | None = None,
        unusable: str = "raise",
        allow_missing_keys: bool = False,
        **synthesis_options: Any,
    ) -> None:
        transforms.MapTransform.__init__(self, keys, allow_missing_keys)
        transforms.RandomizableTransform.__init__(self, check_probability(prob))
        self.entries = [Keys(str(key), label_key, out_keys or {}, unusable) for key in self.keys]
        self.scar = ScarSynthesizer(1.0, unusable=unusable, **synthesis_options)

    def __repr__(self) -> str:
        entry = self.entries[0]
        names = {
            "keys": self.keys[0] if len(self.keys) == 1 else self.keys,
            "label_key": entry.label,
            "prob": self.prob,
        }
        more = {
            "out_keys": entry.out or None,
            "unusable": entry.unusable,
            "allow_missing_keys": self.allow_missing_keys,
        }
        return as_code(self, **names, **more, **self.scar.synthesis_options)

    def set_random_state(self, seed: Any = None, state: Any = None) -> ScarSynthesizerd:
        """Seed this and the transform of arrays that it holds."""
        super().set_random_state(seed, state)
        self.scar.set_random_state(seed, state)
        return self

    def randomize(self, data: Any = None) -> None:
        """Draw the gate here and the seed there, always both."""
        super().randomize(None)
        self.scar.randomize()
        self.scar._do_transform = self._do_transform

    def __call__(self, data: Mapping[Any, Any]) -> dict[Any, Any]:
        """A new dictionary with the new scar."""
        self.randomize()
        present = [entry for entry in self.entries if entry.image in data or not self.allow_missing_keys]
        if not present:
            return dict(data)
        pairs = [entry.fetch(data) for entry in present]
        label = present[0]
        written = self.scar.written(
            [image for image, _ in pairs], pairs[0][1], affine=data.get("affine"), randomize=False
        )
        images = {entry.image: image for entry, image in zip(present, written.images, strict=True)}
        return dict(data) | images | {label.label: written.labels} | label.beside(written)


ScarSynthesizerD = ScarSynthesizerDict = ScarSynthesizerd
