"""The template distribution, installed as a third party's would be, and used."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TEMPLATE = Path(__file__).parents[2] / "plugins" / "claim-aug-template"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """An environment whose Python path has the installed template."""
    for module in ("pip", "hatchling"):
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed, so the template cannot be")
    site = tmp_path_factory.mktemp("site")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*install, "--target", str(site), str(TEMPLATE)], check=True, timeout=300)
    environment = {name: value for name, value in os.environ.items() if name != "CLAIM_AUG_PLUGINS"}
    return environment | {"PYTHONPATH": str(site)}


def run(environment, *arguments):
    code = "from claim_aug.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, timeout=300
    )


def test_it_is_listed_with_version_and_licence(installed):
    done = run(installed, "plugins", "--json")
    row = next(row for row in json.loads(done.stdout) if row["name"] == "template")
    assert row["distribution"] == "claim-aug-template"
    assert (row["version"], row["licence"], row["error"]) == ("0.1.0", "Apache-2.0", None)
    assert row["provides"] == ["prior midwall"]


def test_its_prior_is_used_with_its_parameter(installed, tmp_path):
    done = run(
        installed, "generate", "--demo", str(tmp_path), "-n", "1", "--prior", "midwall", "--set", "thickness=0.3"
    )
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "sidecars" / "Case_demo_scar000.json").read_text())
    assert record["parameters"]["prior"]["prior"] == "midwall"
    assert set(record["parameters"]["realised"]["segments"]) <= {2, 3, 8, 9, 14}


def test_its_own_test_passes(installed):
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(TEMPLATE / "tests")]
    done = subprocess.run(tests, env=installed, capture_output=True, text=True, timeout=300, cwd=TEMPLATE)
    assert done.returncode == 0, done.stdout
