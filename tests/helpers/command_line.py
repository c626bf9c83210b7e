"""The command line within this process: a start of Python for each command would take minutes."""

import contextlib
import io
import sys
import warnings
from dataclasses import dataclass

import pytest

from claim_aug.cli import main


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    code: int
    said: str


def run_command(arguments, folder):
    """Run ``claim-aug`` in a folder, as ``main`` does."""
    printed = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        warnings.catch_warnings(),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        pytest.raises(SystemExit) as end,
    ):
        patch.setattr(sys, "argv", ["claim-aug", *arguments])
        patch.setenv("COLUMNS", "120")
        patch.chdir(folder)
        warnings.onceregistry.clear()  # each command says its warnings anew
        main()
    return Done(end.value.code or 0, printed.getvalue())
