"""Finding plugins, and keeping a broken one from taking the others down."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from claim_aug._version import __version__
from claim_aug.errors import PluginError, Terminated
from claim_aug.plugins import builtin, hookspecs
from claim_aug.plugins.guard import in_words, kept_apart, raised_by_statement
from claim_aug.plugins.registry import Entry, Factory, Registry, did_you_mean

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "claim_aug"
ALLOW = "CLAIM_AUG_PLUGINS"
BLOCK = "CLAIM_AUG_PLUGINS_BLOCKED"
STRICT = "CLAIM_AUG_PLUGINS_STRICT"
#: Kinds of what a name makes with options.
BACKENDS = ("prior", "generator")


@dataclass
class PluginStatus:
    """One plugin as ``claim-aug plugins`` shows it."""

    name: str
    distribution: str
    version: str
    licence: str
    provides: list[str] = field(default_factory=list)
    error: str | None = None


@dataclass(frozen=True)
class Plugins:
    """Everything that plugins brought, and what became of each plugin."""

    manager: pluggy.PluginManager
    priors: Registry
    generators: Registry
    schemes: Registry
    layouts: Registry
    output_layouts: Registry
    metrics: Registry
    statuses: list[PluginStatus]

    @property
    def registries(self) -> dict[str, Registry]:
        """The registry that each hook fills."""
        return {
            "register_priors": self.priors,
            "register_generators": self.generators,
            "register_label_schemes": self.schemes,
            "register_layouts": self.layouts,
            "register_output_layouts": self.output_layouts,
            "register_metrics": self.metrics,
        }

    def find(self, name: str, kinds: Collection[str]) -> list[tuple[str, Entry]]:
        """Kind and entry of whatever has a name, which may have an argument; or of all that a plugin of it provides.

        Args:
            name: name of what a plugin provides, or of a plugin.
            kinds: kinds that are looked for.

        Raises:
            PluginError: a name that nothing of these kinds and no plugin has, or a plugin that provides none of them.
        """
        entries = [(one.kind, entry) for one in self.registries.values() if one.kind in kinds for entry in one]
        found = [one for one in entries if one[1].name == name.partition(":")[0]]
        found = found or [one for one in entries if one[1].plugin == name]
        if found:
            return found
        *first, last = kinds
        either = f"{', '.join(first)} or {last}"
        for status in self.statuses:
            if status.name == name:
                why = f"failed: {status.error}" if status.error else f"provides no {either}"
                msg = f"plugin {name!r} (distribution {status.distribution}) {why}"
                raise PluginError(msg)
        known = [entry.name for _, entry in entries] + [status.name for status in self.statuses]
        msg = f"there is no {either}, and no plugin, {name!r}{did_you_mean(name, known)}; see: claim-aug plugins"
        raise PluginError(msg)


@functools.lru_cache(maxsize=1)
def load_plugins() -> Plugins:
    """Load the built-ins and every entry point of the group ``claim_aug``, once.

    ``CLAIM_AUG_PLUGINS`` limits third-party plugins to a comma-separated list of names (empty: none), those of
    ``CLAIM_AUG_PLUGINS_BLOCKED`` are never loaded, and ``CLAIM_AUG_PLUGINS_STRICT=1`` raises what would otherwise be
    recorded.

    Raises:
        PluginError: a plugin that failed, in strict mode.
    """
    manager = pluggy.PluginManager("claim_aug")
    manager.add_hookspecs(hookspecs)
    plugins = Plugins(
        manager,
        Registry("prior"),
        Registry("generator"),
        schemes=Registry("label scheme", callables=False),
        layouts=Registry("layout"),
        output_layouts=Registry("output layout", callables=False),
        metrics=Registry("metric", callables=False),
        statuses=[],
    )
    adopt(plugins, PluginStatus("built-in", "claim-aug", __version__, "Apache-2.0"), lambda: builtin)
    allowed, blocked = names_in(ALLOW), names_in(BLOCK) or set()
    for point in sorted(find_points(), key=lambda point: point.name):
        if (allowed is None or point.name in allowed) and point.name not in blocked:
            adopt(plugins, describe(point), point.load)
    return plugins


def names_in(variable: str) -> set[str] | None:
    """The names in a variable of the environment, separated by commas; ``None`` where it is not set."""
    text = os.environ.get(variable)
    return None if text is None else {name.strip() for name in text.split(",")}


def find_points() -> list[EntryPoint]:
    """The entry points of third parties.

    Importing ``importlib.metadata`` alone takes a sixth of the start of the command line, so the files that it would
    read are looked at first.
    """
    declared = (file for folder in sys.path if folder for file in files_in(Path(folder)))
    if not any(f"[{GROUP}]" in text_of(file) for file in declared):
        return []
    from importlib.metadata import distributions

    found: dict[str, EntryPoint] = {}
    for distribution in distributions():
        try:  # each by itself: a damaged file of one distribution must not hide those of the others
            for point in distribution.entry_points:
                if point.group == GROUP:
                    found.setdefault(point.name, point)
        except Exception:
            continue
    return list(found.values())


def files_in(folder: Path) -> list[Path]:
    """The lists of entry points in a folder of installed distributions; none where it cannot be read."""
    try:
        return list(folder.glob("*-info/entry_points.txt"))
    except OSError:
        return []


def text_of(file: Path) -> str:
    """The text of a file; empty where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8", errors="ignore")
    except OSError:
        return ""


def adopt(plugins: Plugins, status: PluginStatus, load: Factory) -> None:
    """Load one plugin and let it register; whatever it raises ends with it, and it leaves nothing behind."""
    plugins.statuses.append(status)
    before = {hook: dict(registry.entries) for hook, registry in plugins.registries.items()}
    plugin: Any = None
    try:
        with kept_apart():
            plugin = load()
            plugins.manager.register(plugin, name=status.name)
            plugins.manager.check_pending()
            for hook, registry in plugins.registries.items():
                call_alone(plugins.manager, plugin, hook, register=registering(registry, status))
    except BaseException as error:
        record(status, error)
        status.provides.clear()
        if plugin is not None and plugins.manager.is_registered(plugin):
            plugins.manager.unregister(plugin)
        for hook, registry in plugins.registries.items():
            registry.entries = before[hook]
            registry.failures.append(status.name)


def record(status: PluginStatus, error: BaseException) -> None:
    """Keep what a plugin raised; the user's Ctrl-C and the end of the process go on, and in strict mode every error.

    Raises:
        PluginError: the error, in strict mode.
    """
    if isinstance(error, Terminated) or (isinstance(error, KeyboardInterrupt) and not raised_by_statement(error)):
        raise error
    status.error = in_words(error)
    if os.environ.get(STRICT) == "1":
        msg = f"plugin {status.name!r} (distribution {status.distribution}) failed: {status.error}"
        raise PluginError(msg) from error


def registering(registry: Registry, status: PluginStatus) -> Factory:
    """``register`` as it is handed to the hook of one plugin."""

    def register(name: str, factory: Factory | str, *, summary: str = "") -> None:
        where = f"{status.distribution} {status.version}"
        registry.register(name, factory, summary=summary, plugin=status.name, distribution=where)
        status.provides.append(f"{registry.kind} {name}")

    return register


def call_alone(manager: pluggy.PluginManager, plugin: Any, hook: str, **arguments: Any) -> None:
    """Call one hook of one plugin."""
    others = [other for other in manager.get_plugins() if other is not plugin]
    manager.subset_hook_caller(hook, others)(**arguments)


def register_commands(app: Any, builtin_commands: Any) -> None:
    """Let every loaded plugin add its commands; a plugin that fails at it is recorded like any other.

    Args:
        app: Typer app that gets the commands.
        builtin_commands: plugin of the built-in commands, which come first.
    """
    plugins = load_plugins()
    if not plugins.manager.is_registered(builtin_commands):
        plugins.manager.register(builtin_commands)
    call_alone(plugins.manager, builtin_commands, "register_commands", app=app)
    for status in plugins.statuses:
        if status.error is None:
            before = len(app.registered_commands), len(app.registered_groups)
            taken = command_names(app)
            try:
                with kept_apart():
                    call_alone(plugins.manager, plugins.manager.get_plugin(status.name), "register_commands", app=app)
                    again = [name for name in command_names(app)[len(taken) :] if name in taken]
                if again:
                    msg = f"there is a command {again[0]!r} already"
                    raise PluginError(msg)
            except BaseException as error:
                del app.registered_commands[before[0] :], app.registered_groups[before[1] :]
                record(status, error)


def command_names(app: Any) -> list[str]:
    """The names of an app's commands and groups, those of the commands that come first at the end of the groups."""
    commands = [one.name or one.callback.__name__.replace("_", "-") for one in app.registered_commands]
    return [str(group.name or group.typer_instance.info.name) for group in app.registered_groups] + commands


def describe(point: EntryPoint) -> PluginStatus:
    """Name, distribution, version and licence of an entry point."""
    meta: Any = point.dist.metadata if point.dist else None
    if meta is None:
        return PluginStatus(point.name, "unknown", "unknown", "unknown")
    licence = meta.get("License-Expression") or meta.get("License") or "unknown"
    return PluginStatus(point.name, meta["Name"], meta["Version"], licence.splitlines()[0])
