"""Ways for a plugin to misbehave: each is one line that names plugin and distribution, and nothing is written."""

import json
import sys
import time
import types

import numpy as np
import pytest

from claim_aug import Rendering, ScarMask
from claim_aug.plugins import guard, hookimpl, loader


class Meta(dict):
    """Metadata of a distribution."""


class Point(types.SimpleNamespace):
    """The entry point of a distribution ``bad-plugin 1.0``."""

    dist = types.SimpleNamespace(metadata=Meta({"Name": "bad-plugin", "Version": "1.0", "License": "MIT"}))

    def load(self):
        return self.make()


def module(**hooks):
    made = types.ModuleType("bad")
    for name, hook in hooks.items():
        setattr(made, name, hookimpl(hook))
    return made


@pytest.fixture
def plug(monkeypatch):
    """Let a function stand for the import of the plugin ``bad``; another plugin, ``good``, is there, too."""

    def good(register):
        register("spots", "claim_aug.priors.blobs:RandomPrior", summary="as random")

    def plug(make):
        points = [Point(name="bad", make=make), Point(name="good", make=lambda: module(register_priors=good))]
        monkeypatch.setattr(loader, "find_points", lambda: points)
        monkeypatch.delenv(loader.ALLOW, raising=False)
        loader.load_plugins.cache_clear()

    yield plug
    loader.load_plugins.cache_clear()


class Backend:
    """A prior and generator that makes what a test says."""

    def __init__(self, act):
        self.act = act

    def sample(self, anatomy, rng):
        infarct = np.isin(anatomy.segment, (7, 8)) & anatomy.healthy
        return self.act(anatomy, ScarMask(infarct, np.zeros_like(infarct), {"prior": "bad"}))

    def render(self, image, mask, anatomy, rng):
        return self.act(image, Rendering(np.full_like(image, image[anatomy.cavity].mean()), {"generator": "bad"}))


def raises(error):
    def act(*_):
        raise error

    return act


class Unprintable:
    def __repr__(self):
        raise RuntimeError("no text")


def mask_with(**changes):
    return lambda anatomy, mask: ScarMask(**vars(mask) | changes)


def image_of(change):
    return lambda image, rendering: Rendering(change(rendering.image), {"generator": "bad"})


def endless():
    found = {}
    found["itself"] = found
    return found


#: What comes back from a prior, and what is said of it.
PRIORS = {
    "None": (lambda anatomy, mask: None, "gave None"),
    "a tuple": (lambda anatomy, mask: (mask.infarct, mask.mvo), "gave a tuple"),
    "a mask of floats": (lambda a, m: ScarMask(m.infarct * 1.0, m.mvo), "infarct needs to be a boolean array"),
    "a mask of another shape": (lambda a, m: ScarMask(m.infarct[1:], m.mvo), "infarct needs to be a boolean array"),
    "MVO of another shape": (lambda a, m: ScarMask(m.infarct, m.mvo[1:]), "mvo needs to be a boolean array"),
    "a mask outside the wall": (lambda a, m: ScarMask(a.cavity, m.mvo), "within anatomy.healthy"),
    "infarct that is MVO": (lambda a, m: ScarMask(m.infarct, m.infarct), "disjoint"),
    "grey zone beside the infarct": (lambda a, m: ScarMask(m.infarct, m.mvo, grey_zone=a.wall), "grey zone"),
    "params that are a list": (mask_with(params=[1]), "params needs to be a dictionary"),
    "params with NaN": (mask_with(params={"size": np.nan}), "params holds NaN"),
    "params without text": (mask_with(params={"size": Unprintable()}), "RuntimeError: no text"),
    "params without an end": (mask_with(params=endless()), "RecursionError"),
    "a note that is no text": (mask_with(note=3), "note needs to be text"),
    "an error": (raises(ZeroDivisionError("division by zero")), "ZeroDivisionError: division by zero"),
    "an assertion": (raises(AssertionError()), "AssertionError"),
    "an exit": (raises(SystemExit(0)), "SystemExit: 0"),
    "an interrupt of its own": (raises(KeyboardInterrupt()), "KeyboardInterrupt"),
    "a lack of memory": (raises(MemoryError("too much")), "MemoryError: too much"),
    "the end of a generator": (raises(GeneratorExit()), "GeneratorExit"),
    "an error with control characters": (raises(ValueError("a\n\x1b[2Jb")), "ValueError: a "),
    "a write into the ventricle": (lambda a, m: a.wall.fill(True), "read-only"),
}
#: What comes back from a generator, and what is said of it.
GENERATORS = {
    "None": (lambda image, rendering: None, "gave None"),
    "an array": (lambda image, rendering: rendering.image, "gave a ndarray"),
    "another shape": (image_of(lambda image: image[1:]), "image needs to be an array of real numbers"),
    "complex numbers": (image_of(lambda image: image + 1j), "complex128"),
    "objects": (image_of(lambda image: image.astype(object)), "object"),
    "NaN": (image_of(lambda image: image * np.nan), "NaN or infinite"),
    "infinities": (image_of(lambda image: image + np.inf), "NaN or infinite"),
    "1e12": (image_of(lambda image: image * 0 + 1e12), "intensities of 1e+12"),
    "the image unchanged": (lambda image, rendering: Rendering(image), "no voxel of it changed"),
    "params that are None": (lambda image, r: Rendering(r.image, None), "params needs to be a dictionary"),
    "an error": (raises(RuntimeError("CUDA error")), "RuntimeError: CUDA error"),
    "a write into the image": (lambda image, rendering: image.fill(0), "read-only"),
}


def check_refused(done, reason, out):
    """One red line that names all that a user has to know, and no file."""
    assert done.code == 1
    (line,) = [line for line in done.err.splitlines() if not line.startswith("warning: ")]
    assert line.startswith("error: ")
    assert "'bad' of plugin 'bad' (distribution bad-plugin 1.0)" in line
    assert reason in line
    assert "\x1b" not in line
    assert not [path for path in out.rglob("*") if path.is_file() and not path.name.startswith(".")]


@pytest.mark.parametrize("what", PRIORS)
def test_a_prior_that_misbehaves_is_named_and_nothing_is_written(generate, plug, tmp_path, what):
    act, reason = PRIORS[what]
    plug(lambda: module(register_priors=lambda register: register("bad", lambda: Backend(act))))
    check_refused(generate("--prior", "bad"), reason, tmp_path / "out")


@pytest.mark.parametrize("what", GENERATORS)
def test_a_generator_that_misbehaves_is_named_and_nothing_is_written(generate, plug, tmp_path, what):
    act, reason = GENERATORS[what]
    plug(lambda: module(register_generators=lambda register: register("bad", lambda: Backend(act))))
    check_refused(generate("--generator", "bad"), reason, tmp_path / "out")


#: Factories that cannot make a prior, and what is said of them.
FACTORIES = {
    "a module that is not there": ("no_such_module:Prior", "ModuleNotFoundError"),
    "a name that is not there": ("collections:Prior", "AttributeError"),
    "what cannot be called": ("string:digits", "needs a factory"),
    "what fails": (raises(OSError("no licence file")), "OSError: no licence file"),
    "what makes something else": (lambda: 3, "made something without the method 'sample'"),
}


@pytest.mark.parametrize("what", FACTORIES)
def test_a_factory_that_misbehaves_is_named_and_nothing_is_written(generate, plug, tmp_path, what):
    factory, reason = FACTORIES[what]
    plug(lambda: module(register_priors=lambda register: register("bad", factory)))
    check_refused(generate("--prior", "bad"), reason, tmp_path / "out")


def hangs():
    while True:
        time.sleep(0.01)


def shadows(app):
    app.command("generate")(lambda: None)


#: What a plugin does when it is imported and registers, and what is said of it.
IMPORTS = {
    "raises": (raises(ImportError("no such library")), "ImportError: no such library"),
    "exits": (lambda: sys.exit(3), "SystemExit: 3"),
    "hangs": (hangs, "more than 0.3 s to be imported"),
    "has a hook that nobody knows": (lambda: module(register_prior=lambda register: None), "register_prior"),
    "asks for an argument that no hook has": (lambda: module(register_priors=lambda register, x: None), "x"),
    "registers what is no factory": (lambda: module(register_priors=lambda register: register("bad", 3)), "factory"),
    "has a name with a slash": (lambda: module(register_priors=lambda register: register("a/b", dict)), "'a/b'"),
    "takes a built-in name": (lambda: module(register_priors=lambda register: register("smile", dict)), "already"),
    "takes a built-in command": (lambda: module(register_commands=shadows), "there is a command 'generate' already"),
}


@pytest.mark.parametrize("what", IMPORTS)
def test_a_plugin_that_misbehaves_when_it_is_loaded_is_listed_and_the_rest_goes_on(cli, plug, monkeypatch, what):
    make, reason = IMPORTS[what]
    monkeypatch.setattr(loader, "kept_apart", lambda: guard.kept_apart(0.3))
    plug(make)
    done = cli("plugins", "--json")
    assert (done.code, done.err) == (0, "")
    rows = {row["name"]: row for row in json.loads(done.out)}
    assert rows["bad"]["distribution"] == "bad-plugin"
    assert reason in rows["bad"]["error"]
    assert rows["good"]["error"] is None
    assert [backend["name"] for backend in rows["good"]["backends"]] == ["spots"]
    monkeypatch.setenv(loader.STRICT, "1")
    loader.load_plugins.cache_clear()
    done = cli("plugins")
    assert done.code == 1
    (line,) = done.err.splitlines()
    assert line.startswith("error: plugin 'bad' (distribution bad-plugin) failed: ")
    assert reason in line


def test_a_plugin_that_misbehaves_leaves_the_others_to_work(generate, plug, produced):
    plug(raises(ImportError("no such library")))
    done = generate("--prior", "spots")
    assert done.code == 0, done.err
    assert len([name for name in produced() if name.startswith("images")]) == 2


def test_a_blocked_plugin_is_not_imported(cli, plug, monkeypatch):
    imported = []
    plug(lambda: imported.append("bad"))
    monkeypatch.setenv(loader.BLOCK, "bad, other")
    loader.load_plugins.cache_clear()
    assert [row["name"] for row in json.loads(cli("plugins", "--json").out)] == ["built-in", "good"]
    assert imported == []


def test_only_allowed_plugins_are_imported_and_blocking_wins(cli, plug, monkeypatch):
    plug(raises(ImportError("never imported")))
    monkeypatch.setenv(loader.ALLOW, "good ,bad")
    monkeypatch.setenv(loader.BLOCK, "bad")
    loader.load_plugins.cache_clear()
    assert [row["name"] for row in json.loads(cli("plugins", "--json").out)] == ["built-in", "good"]
