"""Names for priors and generators."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from claim_aug.errors import InputError, PluginError

Factory = Callable[..., Any]


class Register(Protocol):
    """What a hook is handed to register with."""

    def __call__(self, name: str, factory: Factory | str, *, summary: str = "") -> None:
        """Register ``factory`` under ``name``."""
        ...


@dataclass(frozen=True)
class Entry:
    """One registered backend and the plugin it came with."""

    name: str
    factory: Factory | str
    summary: str
    plugin: str

    def load(self) -> Factory:
        """The factory itself, imported now if it was registered by name."""
        if not isinstance(self.factory, str):
            return self.factory
        module, _, attribute = self.factory.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)  # type: ignore[no-any-return]
        except (ImportError, AttributeError) as error:
            msg = f"{self.name!r} of plugin {self.plugin!r} cannot be loaded from {self.factory!r}: {error}"
            raise PluginError(msg) from error

    def takes_argument(self) -> bool:
        """Whether the factory has a positional parameter, for ``name:argument``."""
        kinds = (parameter.kind for parameter in inspect.signature(self.load()).parameters.values())
        return inspect.Parameter.POSITIONAL_OR_KEYWORD in kinds

    def parameters(self) -> list[str]:
        """The keyword parameters that the factory takes."""
        return list(inspect.signature(self.load()).parameters)


@dataclass
class Registry:
    """Backends of one kind (``"prior"`` or ``"generator"``) by name."""

    kind: str
    entries: dict[str, Entry] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def register(self, name: str, factory: Factory | str, *, summary: str = "", plugin: str) -> None:
        """Add a backend.

        Raises:
            PluginError: a name that is taken; both plugins are named.
        """
        if name in self.entries:
            msg = f"{self.kind} {name!r} of plugin {plugin!r} is already registered by {self.entries[name].plugin!r}"
            raise PluginError(msg)
        self.entries[name] = Entry(name, factory, summary, plugin)

    def get(self, spec: str) -> Entry:
        """The backend of this name; what follows a colon, as in ``smile:fitted.json``, is its argument.

        Raises:
            PluginError: an unknown name; the nearest and all others are listed, and plugins that failed to load.
        """
        name = spec.partition(":")[0]
        if name in self.entries:
            return self.entries[name]
        msg = f"unknown {self.kind} {name!r}{did_you_mean(name, self.entries)}; available: {', '.join(self.entries)}"
        if self.failures:
            msg += f"; plugins that failed to load: {', '.join(self.failures)} (see: claim-aug plugins)"
        raise PluginError(msg)

    def create(self, spec: str, options: dict[str, Any]) -> Any:
        """Build a backend with keyword options, and with the argument after the colon of its name, if any.

        Raises:
            PluginError: an unknown name.
            InputError: an option that the backend does not take, or that it refuses.
        """
        name, colon, argument = spec.partition(":")
        entry = self.get(name)
        taken = entry.parameters()
        if colon and not entry.takes_argument():
            msg = f"{self.kind} {name!r} takes no argument, got {spec!r}"
            raise InputError(msg)
        for option in options:
            if option not in taken:
                msg = f"{self.kind} {name!r} has no parameter {option!r}{did_you_mean(option, taken)}; it takes: "
                raise InputError(msg + (", ".join(taken) or "none"))
        return entry.load()(argument, **options) if colon else entry.load()(**options)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion to append to an error, or nothing."""
    import difflib  # only errors need it, and --help should be quick

    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""
