"""Names for priors and generators."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from claim_aug.errors import InputError, PluginError
from claim_aug.plugins.guard import naming_whatever_is_raised

Factory = Callable[..., Any]
NAME = re.compile(r"[\w.-]+", re.ASCII)


class Register(Protocol):
    """What a hook is handed to register with."""

    def __call__(self, name: str, factory: Factory | str, *, summary: str = "") -> None:
        """Register ``factory`` under ``name``."""
        ...


@dataclass(frozen=True)
class Entry:
    """What was registered under one name, and the plugin it came with.

    Attributes:
        name: name that it is asked for by.
        factory: class or function that makes it, or ``"module:attribute"`` of one.
        summary: what it is, in a few words.
        plugin: name of the plugin.
        distribution: distribution that the plugin came with, and its version.

    Example:
        >>> from claim_aug.plugins import load_plugins
        >>> entry = load_plugins().priors.get("smile")
        >>> entry.plugin, entry.takes_argument(), entry.load().__name__
        ('built-in', True, 'SmilePrior')
    """

    name: str
    factory: Any
    summary: str
    plugin: str
    distribution: str = "unknown"

    @property
    def source(self) -> str:
        """Name of the backend and where it is from, for an error."""
        return f"{self.name!r} of plugin {self.plugin!r} (distribution {self.distribution})"

    def load(self) -> Factory:
        """The factory itself, imported now if it was registered by name."""
        factory = self.resolve()
        if not callable(factory):
            msg = f"{self.source} needs a factory that can be called at {self.factory!r}, there is {factory!r}"
            raise PluginError(msg)
        return factory  # type: ignore[no-any-return]

    def resolve(self) -> Any:
        """What was registered, imported now if it was registered as ``module:attribute``."""
        if not isinstance(self.factory, str) or ":" not in self.factory:
            return self.factory
        module, _, attribute = self.factory.partition(":")
        with naming_whatever_is_raised(f"{self.source}, loaded from {self.factory!r},"):
            return getattr(importlib.import_module(module), attribute)

    def takes_argument(self) -> bool:
        """Whether the factory has a positional parameter, for ``name:argument``."""
        return inspect.Parameter.POSITIONAL_OR_KEYWORD in (one.kind for one in self.signature().values())

    def parameters(self) -> list[str]:
        """The keyword parameters that the factory takes."""
        return list(self.signature())

    def signature(self) -> Mapping[str, inspect.Parameter]:
        """The parameters of the factory by name."""
        factory = self.load()
        with naming_whatever_is_raised(self.source):
            return inspect.signature(factory).parameters


@dataclass
class Registry:
    """What plugins registered of one kind, by name.

    Attributes:
        kind: kind, such as ``"prior"``.
        callables: whether each needs to be a factory; label schemes are none.
        entries: what was registered, by name.
        failures: names of plugins that failed.
    """

    kind: str
    callables: bool = True
    entries: dict[str, Entry] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def register(
        self, name: str, factory: Factory | str, *, summary: str = "", plugin: str, distribution: str = "unknown"
    ) -> None:
        """Add a backend.

        Raises:
            PluginError: a name that is taken (both plugins are named) or no name, or a factory that cannot be called.
        """
        if not isinstance(name, str) or not NAME.fullmatch(name):
            msg = f"a {self.kind} needs a name of letters, digits, -, _ and ., plugin {plugin!r} gave {name!r}"
            raise PluginError(msg)
        if self.callables and not callable(factory) and not (isinstance(factory, str) and ":" in factory):
            msg = f"{self.kind} {name!r} of plugin {plugin!r} needs a factory or 'module:attribute', got {factory!r}"
            raise PluginError(msg)
        if name in self.entries:
            msg = f"{self.kind} {name!r} of plugin {plugin!r} is already registered by {self.entries[name].plugin!r}"
            raise PluginError(msg)
        self.entries[name] = Entry(name, factory, summary, plugin, distribution)

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

    def create(self, spec: str, options: dict[str, Any], *, method: str = "") -> Any:
        """Build a backend with keyword options, and with the argument after the colon of its name, if any.

        Args:
            spec: name of the backend, with its argument.
            options: keyword options of the factory.
            method: name of the method that the backend needs to have; ``""`` for none.

        Raises:
            PluginError: an unknown name, or a factory that fails or makes something else.
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
        factory = entry.load()
        with naming_whatever_is_raised(f"{self.kind} {entry.source}"):
            backend = factory(argument, **options) if colon else factory(**options)
            able = not method or callable(getattr(backend, method, None))
        if not able:
            msg = f"{self.kind} {entry.source} made something without the method {method!r}: {type(backend).__name__}"
            raise PluginError(msg)
        return backend


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion to append to an error, or nothing."""
    import difflib  # only errors need it, and --help should be quick

    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else ""
