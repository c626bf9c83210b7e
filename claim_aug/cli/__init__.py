"""The command line, ``claim-aug``. Commands import what they need when they run, so that ``--help`` is quick."""

from claim_aug.cli.app import build_app, main

__all__ = ["build_app", "main"]
