"""One broken plugin takes down neither the others nor the command line."""

import sys
import time
import types

import pytest
import typer

from claim_aug.cli import commands
from claim_aug.errors import PluginError
from claim_aug.plugins import guard, hookimpl, loader


def plugin(**hooks):
    module = types.ModuleType("plugin_under_test")
    for name, hook in hooks.items():
        setattr(module, name, hookimpl(hook))
    return module


def good(register):
    register("spots", dict, summary="spots")


def unwilling(register):
    register("half", dict)
    raise RuntimeError("no licence file")


def exits(register):
    sys.exit("bye")


def takes_a_builtin_name(register):
    register("smile", dict)


class Point(types.SimpleNamespace):
    """An entry point that gives a module, or raises."""

    def load(self):
        if isinstance(self.module, Exception):
            raise self.module
        return self.module


@pytest.fixture
def load(monkeypatch):
    """Load the built-ins and the given modules as plugins."""

    def load(strict="0", allowed=None, **modules):
        points = [Point(name=name, module=module, dist=None) for name, module in modules.items()]
        monkeypatch.setattr(loader, "find_points", lambda: points)
        monkeypatch.setenv(loader.STRICT, strict)
        monkeypatch.delenv(loader.ALLOW)
        if allowed is not None:
            monkeypatch.setenv(loader.ALLOW, allowed)
        loader.load_plugins.cache_clear()
        return loader.load_plugins()

    yield load
    loader.load_plugins.cache_clear()


def errors(plugins):
    return {status.name: status.error for status in plugins.statuses}


def test_builtins_register_through_the_same_hooks(load):
    plugins = load()
    assert {entry.name for entry in plugins.priors} == {"smile", "random", "manual"}
    assert {entry.name for entry in plugins.generators} == {"signal", "transplant", "ddpm", "latent"}
    assert errors(plugins) == {"built-in": None}


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (ImportError("No module named 'nowhere'"), "ImportError: No module named 'nowhere'"),
        (SyntaxError("invalid syntax"), "SyntaxError: invalid syntax"),
        (plugin(register_priors=unwilling), "RuntimeError: no licence file"),
        (plugin(register_priors=exits), "SystemExit: bye"),
        (plugin(register_priors=takes_a_builtin_name), "already registered by 'built-in'"),
        (plugin(register_prior=good), "PluginValidationError"),
        (plugin(register_priors=lambda register, colour: None), "PluginValidationError"),
    ],
    ids=["import", "syntax", "raises", "exits", "duplicate", "unknown-hook", "unknown-argument"],
)
def test_a_broken_plugin_is_recorded_and_the_others_load(load, broken, reason):
    plugins = load(a_broken=broken, spotted=plugin(register_priors=good))
    assert reason in errors(plugins)["a_broken"]
    assert errors(plugins)["spotted"] is None
    assert {entry.name for entry in plugins.priors} == {"smile", "random", "manual", "spots"}


def test_strict_mode_raises_what_would_be_recorded(load):
    with pytest.raises(PluginError, match="plugin 'a_broken' .*failed: ImportError"):
        load(strict="1", a_broken=ImportError("x"))


def test_plugins_can_be_limited_by_name(load):
    plugins = load(allowed="spotted", spotted=plugin(register_priors=good), other=ImportError("never loaded"))
    assert set(errors(plugins)) == {"built-in", "spotted"}


def test_a_plugin_that_fails_to_add_its_commands_leaves_none(load):
    def half(app):
        app.command()(lambda: None)
        raise RuntimeError("half way")

    plugins = load(spotted=plugin(register_priors=good, register_commands=half))
    app = typer.Typer()
    loader.register_commands(app, commands)
    assert set(loader.command_names(app)) == {
        "generate", "verify", "evaluate", "reading", "doctor", "segment", "finetune", "train", "joint-train",
        "phantom", "aha", "quantify", "bullseye", "nnunet-trainers", "plugins", "prior", "bank", "pool",
    }  # fmt: skip
    assert "half way" in errors(plugins)["spotted"]


def test_entry_points_are_found_on_the_path(monkeypatch, tmp_path):
    folder = tmp_path / "some_plugin-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: some-plugin\nVersion: 1.0\n")
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    assert loader.find_points() == []
    (folder / "entry_points.txt").write_text("[claim_aug]\nsome = some_module\n")
    (point,) = loader.find_points()
    assert (point.name, point.value, loader.describe(point).version) == ("some", "some_module", "1.0")


def test_a_damaged_list_of_entry_points_hides_no_other(monkeypatch, tmp_path):
    for name, text in (("good", "[claim_aug]\ngood = some_module\n"), ("bad", "[claim_aug]\nno equals sign\n\x00")):
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (folder / "entry_points.txt").write_text(text)
    monkeypatch.setattr("sys.path", ["", str(tmp_path / "missing"), str(tmp_path)])
    assert "good" in [point.name for point in loader.find_points()]


class Slow(types.SimpleNamespace):
    """An entry point whose import never ends, or prints."""

    def load(self):
        print("printed while imported")  # noqa: T201
        if self.ends:
            return plugin(register_priors=good)
        while True:
            time.sleep(0.01)


def test_an_import_that_hangs_is_given_up_and_the_others_load(load, monkeypatch, capsys):
    monkeypatch.setattr(loader, "kept_apart", lambda: guard.kept_apart(0.3))
    load()
    points = [Slow(name="a_hanging", ends=False, dist=None), Slow(name="spotted", ends=True, dist=None)]
    monkeypatch.setattr(loader, "find_points", lambda: points)
    monkeypatch.delenv(loader.ALLOW, raising=False)
    loader.load_plugins.cache_clear()
    plugins = loader.load_plugins()
    assert "it took more than 0.3 s to be imported" in errors(plugins)["a_hanging"]
    assert errors(plugins)["spotted"] is None
    printed = capsys.readouterr()
    assert (printed.out, "printed while imported" in printed.err) == ("", True)


def test_a_command_may_not_take_a_name_that_there_is(load):
    def shadow(app):
        app.command("generate")(lambda: None)

    plugins = load(spotted=plugin(register_commands=shadow))
    app = typer.Typer()
    loader.register_commands(app, commands)
    assert "there is a command 'generate' already" in errors(plugins)["spotted"]
    assert loader.command_names(app).count("generate") == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(0), GeneratorExit()])
def test_whatever_an_import_raises_is_recorded(load, error):
    def register_priors(register):
        raise error

    assert type(error).__name__ in errors(load(a_broken=plugin(register_priors=register_priors)))["a_broken"]
