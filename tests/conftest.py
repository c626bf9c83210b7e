"""What all tests share: phantoms, the real scans where they are, and no plugins but the built-in ones."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from claim_aug import LVAnatomy
from claim_aug.phantom import Phantom, make_phantom

settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")  # the same examples at every run: a landing does not depend on luck

os.environ["CLAIM_AUG_PLUGINS"] = ""  # what a developer has installed must not decide a test


ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def phantom() -> Phantom:
    """A healthy phantom with an RV label."""
    return make_phantom(3, scar=False, shape=(112, 112, 7), spacing=(1.5, 1.5, 11.0))


@pytest.fixture(scope="session")
def scarred() -> Phantom:
    """A phantom with infarct and MVO."""
    return make_phantom(5, scar=True, mvo=True, shape=(112, 112, 7), spacing=(1.5, 1.5, 11.0))


@pytest.fixture(scope="session")
def ventricle(phantom: Phantom) -> LVAnatomy:
    """The healthy phantom's left ventricle."""
    return LVAnatomy.from_labels(phantom.labels, "phantom", affine=phantom.affine, spacing=phantom.spacing)


@pytest.fixture(scope="session")
def realdata() -> Path:
    """The folder of real scans; tests that need it are skipped, by name, where it is absent."""
    folder = Path(os.environ.get("CLAIM_AUG_REALDATA", ROOT.parent / "shared" / "data"))
    if not (folder / "emidec").is_dir():
        pytest.skip(f"no real scans in {folder} (set CLAIM_AUG_REALDATA)")
    return folder
