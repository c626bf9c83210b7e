"""The distributions of ``plugins/``, installed as a third party's would be."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"


class Environment:
    """An environment whose Python path has one installed distribution, and where no other plugin is loaded."""

    def __init__(self, site, name):
        without = {key: value for key, value in os.environ.items() if not key.startswith("CLAIM_AUG_PLUGINS")}
        paths = [str(site), *filter(None, [without.get("PYTHONPATH")])]
        self.variables = without | {"PYTHONPATH": os.pathsep.join(paths), "CLAIM_AUG_PLUGINS": name, "COLUMNS": "120"}

    def run(self, *arguments, cwd=None):
        """``claim-aug`` with arguments."""
        return self.python("-c", "from claim_aug.cli import main; main()", *arguments, cwd=cwd)

    def python(self, *arguments, cwd=None):
        """Python with arguments."""
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=self.variables, cwd=cwd, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="session")
def install(tmp_path_factory):
    """Install the distribution of a folder; skipped, by name, where that needs what is not installed."""

    def install(folder, name):
        for module in ("pip", "hatchling"):
            if importlib.util.find_spec(module) is None:
                pytest.skip(f"{module} is not installed, so {folder.name} cannot be")
        site = tmp_path_factory.mktemp("site")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
        subprocess.run([*pip, "--target", str(site), str(folder)], check=True, timeout=300)
        return Environment(site, name)

    return install
