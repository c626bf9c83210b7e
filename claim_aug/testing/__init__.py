"""Suites that authors of plugins and integrations subclass, and what ``claim-aug plugins check`` runs.

They are ``unittest`` test cases, so pytest, ``python -m unittest`` and the command line all run them.
"""

from claim_aug.testing.forms import Form
from claim_aug.testing.frameworks import FrameworkTests
from claim_aug.testing.generators import GeneratorTests
from claim_aug.testing.priors import PriorTests
from claim_aug.testing.report import CheckResult, run_suite

__all__ = ["CheckResult", "Form", "FrameworkTests", "GeneratorTests", "PriorTests", "run_suite"]
