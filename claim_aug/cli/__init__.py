"""The command line, ``claim-aug``. Commands import what they need when they run, so that ``--help`` is quick."""

from claim_aug.cli.app import build_app, main, run_command
from claim_aug.cli.groups import Orientation, with_groups

__all__ = ["Orientation", "build_app", "main", "run_command", "with_groups"]
