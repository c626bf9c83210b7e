"""Suites that authors of plugins and integrations subclass, and what ``claim-aug plugins check`` runs.

They are ``unittest`` test cases, so pytest, ``python -m unittest`` and the command line all run them.
"""

from claim_aug.testing.forms import Form
from claim_aug.testing.frameworks import FrameworkTests
from claim_aug.testing.generators import GeneratorTests
from claim_aug.testing.layouts import LayoutTests
from claim_aug.testing.metrics import MetricTests
from claim_aug.testing.output_layouts import OutputLayoutTests
from claim_aug.testing.priors import PriorTests
from claim_aug.testing.report import CheckResult, run_suite

__all__ = [
    "CheckResult",
    "Form",
    "FrameworkTests",
    "GeneratorTests",
    "LayoutTests",
    "MetricTests",
    "OutputLayoutTests",
    "PriorTests",
    "run_suite",
]
