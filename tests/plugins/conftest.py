"""The distributions of ``plugins/``, installed as a third party's would be."""

import importlib.util
import os
import subprocess
import sys
import types

import pytest
from command_line import run_command

from claim_aug.plugins import hookimpl, loader


@pytest.fixture(scope="module")
def install(tmp_path_factory):
    """Install the distribution of a folder beside the built-in plugins; skipped, by name, where pip cannot."""
    with pytest.MonkeyPatch.context() as patch:

        def install(folder, name):
            for module in ("pip", "hatchling"):
                if importlib.util.find_spec(module) is None:
                    pytest.skip(f"{module} is not installed, so {folder.name} cannot be")
            site = tmp_path_factory.mktemp("site")
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
            subprocess.run([*pip, "--target", str(site), str(folder)], check=True, timeout=300)
            patch.syspath_prepend(site)
            patch.setenv("PYTHONPATH", str(site))
            patch.setenv(loader.ALLOW, name)
            loader.load_plugins.cache_clear()

        yield install
    loader.load_plugins.cache_clear()


@pytest.fixture
def python(tmp_path):
    """Run Python, which finds what is installed, in a folder."""

    def python(*arguments, cwd=tmp_path):
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=os.environ, cwd=cwd, capture_output=True, text=True, timeout=300)

    return python


@pytest.fixture
def command(tmp_path):
    """Run ``claim-aug``, which finds what is installed, in a folder; an error fails the test."""

    def command(*arguments, cwd=tmp_path):
        done = run_command(arguments, cwd)
        assert done.code == 0, done.said
        return done.said

    return command


@pytest.fixture
def register_as_plugin(monkeypatch):
    """Let a plugin ``ours`` register one thing by a hook; returns all plugins."""

    def register_as_plugin(hook, name, thing, summary):
        module = types.ModuleType("plugin_under_test")
        setattr(module, hook, hookimpl(lambda register: register(name, thing, summary=summary)))
        point = types.SimpleNamespace(name="ours", load=lambda: module, dist=None)
        monkeypatch.setattr(loader, "find_points", lambda: [point])
        monkeypatch.delenv(loader.ALLOW, raising=False)
        loader.load_plugins.cache_clear()
        return loader.load_plugins()

    yield register_as_plugin
    loader.load_plugins.cache_clear()
