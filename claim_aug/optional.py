"""Libraries that only an integration needs."""

from __future__ import annotations

import importlib
from typing import Any

from claim_aug.errors import MissingDependencyError


def need(module: str, extra: str) -> Any:
    """Import a module of an optional library.

    Args:
        module: full name of the module.
        extra: name of the extra of this package that brings the library.

    Raises:
        MissingDependencyError: a library that cannot be imported; the message has the command that installs it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        name = module.partition(".")[0]
        msg = f'{name} is needed here and cannot be imported ({error}); pip install "claim-aug[{extra}]"'
        raise MissingDependencyError(msg) from error
