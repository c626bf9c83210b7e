"""The plugin layer: hooks, loader, registry, and the options of what is registered."""

from claim_aug.plugins.documented import Option, options_of_entry
from claim_aug.plugins.hookspecs import hookimpl
from claim_aug.plugins.loader import load_plugins
from claim_aug.plugins.registry import Entry

__all__ = ["Entry", "Option", "hookimpl", "load_plugins", "options_of_entry"]
