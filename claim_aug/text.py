"""Objects as the code that would make them again."""

from __future__ import annotations

import inspect
from typing import Any


def as_code(made: Any, **given: Any) -> str:
    """The call that makes an object, such as ``ScarSynthesizer(labels='phantom', burden=20)``.

    Args:
        made: object whose class takes the arguments.
        **given: its arguments by name; those that have the default of ``__init__`` are left out.
    """
    parameters = inspect.signature(type(made).__init__).parameters
    defaults = {name: parameter.default for name, parameter in parameters.items()}
    shown = (f"{name}={value!r}" for name, value in given.items() if name not in defaults or value != defaults[name])
    return f"{type(made).__name__}({', '.join(shown)})"
