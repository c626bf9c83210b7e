"""The plugin layer: hooks, loader, registry."""

from claim_aug.plugins.hookspecs import hookimpl
from claim_aug.plugins.loader import load_plugins

__all__ = ["hookimpl", "load_plugins"]
