"""How a framework is handed data and our transform, behind one small interface."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from claim_aug.phantom import Phantom, make_phantom
from claim_aug.synthesizer import ScarSynthesizer

Arrays = tuple[NDArray[Any], NDArray[Any]]


@functools.lru_cache(maxsize=1)
def heart() -> Phantom:
    """A small healthy phantom: the checks make thousands of scars."""
    return make_phantom(3, scar=False, shape=(64, 64, 4))


@runtime_checkable
class HasProbability(Protocol):
    """A form whose transform has a probability, ``out_keys`` and ``unusable``, as the framework's own transforms have.

    Attributes:
        p: keyword of the probability.
    """

    p: str


class Form:
    """A dictionary of tensors, and the synthesizer as it is; a subclass says what its framework does otherwise.

    A form that fits ``HasProbability`` is checked for what goes with a probability, too.

    Attributes:
        framework: name of the framework's module; checks are skipped where it is not installed. ``None`` for none.
        label_key: key of the label map.
        affine: affine that the framework hands on, 4x4; ``None`` where it hands on none.

    Example:
        >>> from claim_aug.testing import Form
        >>> form = Form()
        >>> image, labels = form.arrays(form.run(form.transform(), form.data()))
        >>> labels.shape
        (64, 64, 4)
    """

    framework: ClassVar[str | None] = None
    label_key: ClassVar[str] = "label"

    @property
    def affine(self) -> NDArray[Any] | None:
        return heart().affine

    @property
    def installed(self) -> bool:
        """Whether the framework is there."""
        return self.framework is None or find_spec(self.framework) is not None

    @property
    def truth(self) -> Arrays:
        """Image and labels of the input, without channels."""
        return heart().image, heart().labels

    def transform(self, **settings: Any) -> Any:
        """Our transform, for labels of phantoms, with settings of its own."""
        return ScarSynthesizer(**{"labels": "phantom"} | settings)

    def data(self) -> Any:
        """A new subject as the framework holds it: image, label map and the name ``"Case_3"``."""
        import torch

        return {
            "image": torch.from_numpy(heart().image.copy())[None],
            "label": torch.from_numpy(heart().labels.copy())[None],
            "affine": heart().affine.copy(),
            "name": "Case_3",
        }

    def run(self, transform: Callable[..., Any], data: Any) -> Any:
        """What a transform, ours or the framework's, makes of a subject."""
        return transform(data)

    def compose(self, transforms: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
        """The transforms one after the other, as the framework composes them."""
        return lambda data: functools.reduce(lambda done, transform: self.run(transform, done), transforms, data)

    def seed(self, transform: Any, number: int) -> None:
        """Seed what the framework lets its transforms draw from."""
        import torch

        torch.manual_seed(number)

    def hand_on(self, first: Any, second: Any) -> None:
        """Let the second transform draw where the first stopped; nothing to do where the state is the framework's."""

    def flip(self) -> Callable[..., Any]:
        """A transform of the framework that flips along the first axis, always or by chance."""
        import torch

        return lambda data: data | {key: torch.flip(data[key], (1,)) for key in ("image", "label")}

    def arrays(self, data: Any) -> Arrays:
        """Image and labels of a subject, without channels."""
        return self.extra(data, "image"), self.extra(data, self.label_key)

    def extra(self, data: Any, name: str) -> NDArray[Any]:
        """One array of a subject, without channels."""
        return np.asarray(data[name]).reshape(self.truth[1].shape)

    def entry(self, data: Any, name: str) -> Any:
        """One entry of a subject that is no array."""
        return data[name]

    def kept(self, data: Any) -> Mapping[str, Any]:
        """What a transform has to leave as it is: types, dtypes, shapes, and all that the framework keeps beside."""
        keys = ("image", self.label_key)
        return {key: (type(data[key]), data[key].dtype, data[key].shape) for key in keys} | {
            "type": type(data),
            "name": self.entry(data, "name"),
        }

    def without(self, key: str) -> Any:
        """A subject that lacks an entry."""
        return {name: value for name, value in self.data().items() if name != key}

    def with_labels(self, change: Callable[[Any], Any]) -> Any:
        """A subject whose label map was changed, a tensor or an array with the framework's axes."""
        return self.data() | {self.label_key: change(self.data()[self.label_key])}
