"""Libraries that only an integration needs."""

from __future__ import annotations

import importlib
from typing import Any

from claim_aug.errors import MissingDependencyError


def need(module: str, extra: str) -> Any:
    """Import a module of an optional library.

    Args:
        module: its full name.
        extra: the extra of this package that brings it.

    Raises:
        MissingDependencyError: it is not installed; the message is the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        name = module.partition(".")[0]
        msg = f'{name} is needed here and cannot be imported ({error}); pip install "claim-aug[{extra}]"'
        raise MissingDependencyError(msg) from error
