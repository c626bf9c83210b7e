"""Objects as the code that would make them again, and what differs between two requests."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any


def as_code(made: Any, **given: Any) -> str:
    """The call that makes an object, such as ``ScarSynthesizer(labels='phantom', burden=20)``.

    Args:
        made: object that the code would make again.
        **given: arguments of the object's class by name; those that have the default of ``__init__`` are left out.
    """
    parameters = inspect.signature(type(made).__init__).parameters
    defaults = {name: parameter.default for name, parameter in parameters.items()}
    shown = (f"{name}={shortened(value)}" for name, value in given.items() if not is_default(value, defaults, name))
    return f"{type(made).__name__}({', '.join(shown)})"


def is_default(value: Any, defaults: Mapping[str, Any], name: str) -> bool:
    """Whether an argument has its default; an array never has."""
    return name in defaults and not hasattr(value, "dtype") and bool(value == defaults[name])


def shortened(value: Any) -> str:
    """The value as code; an array by its shape and dtype."""
    return f"<{value.dtype} array {tuple(value.shape)}>" if hasattr(value, "dtype") and value.shape else repr(value)


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between two requests, such as ``"seed was 0 and is 1"``, by name."""
    names = sorted(name for name in {**before, **now} if before.get(name) != now.get(name))
    return [f"{name} was {before.get(name)!r} and is {now.get(name)!r}" for name in names]
