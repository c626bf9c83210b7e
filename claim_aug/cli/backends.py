"""The priors, generators and layouts of plugins at the end of a command's help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from typer.core import TyperCommand

from claim_aug.errors import PluginError

if TYPE_CHECKING:
    from claim_aug.plugins.documented import Option
    from claim_aug.plugins.registry import Registry

BUILT_IN = "built-in"


class ListsBackends(TyperCommand):
    """A command whose help ends with all priors and generators, and what plugins brought: its options, its layouts."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Gather them only now: their modules are imported for it."""
        from rich.markup import escape

        from claim_aug.cli.console import shown
        from claim_aug.plugins.loader import load_plugins

        plugins = load_plugins()
        lines = [line for registry in (plugins.priors, plugins.generators) for line in described(registry)]
        added = [entry for entry in plugins.output_layouts if entry.plugin != BUILT_IN]
        lines += [f"--layout {entry.name}: {entry.summary or 'no summary'}" for entry in added]
        self.epilog = escape(shown("\n\n".join([*lines, "What options mean: claim-aug plugins show NAME."])))
        super().format_help(ctx, formatter)


def described(registry: Registry) -> Iterator[str]:
    """One line for each backend, with the options and ranges of those that are not built in."""
    from claim_aug.plugins.documented import options_of_entry

    for entry in registry:
        line = f"--{registry.kind} {entry.name}: {entry.summary or 'no summary'}"
        if entry.plugin != BUILT_IN:
            try:
                options = [named(option) for option in options_of_entry(entry)]
            except PluginError as error:
                options = [str(error)]
            line += f"; options: {', '.join(options) or 'none'}"
        yield line


def named(option: Option) -> str:
    """An option with its range, if it has one."""
    return option.name if option.range is None else "{} ({:g}-{:g})".format(option.name, *option.range)
