"""Every public name has an example in its docstring, and it runs."""

import doctest
import warnings

import pytest

import claim_aug
import claim_aug.cli
import claim_aug.data
import claim_aug.evaluation
import claim_aug.joint
import claim_aug.phantom
import claim_aug.plots
import claim_aug.plugins
import claim_aug.priors
import claim_aug.testing

ROOMS = (
    *(claim_aug, claim_aug.cli, claim_aug.data, claim_aug.evaluation, claim_aug.joint, claim_aug.phantom),
    *(claim_aug.plots, claim_aug.plugins, claim_aug.priors, claim_aug.testing),
)
#: A type, values, what starts the program, and what is a decorator of pluggy's: there is nothing to show.
PLAIN = ("Range", "TERRITORIES", "__version__", "build_app", "hookimpl", "load_plugins", "main")
NAMES = [(room, name) for room in ROOMS for name in room.__all__ if room is claim_aug or name not in PLAIN]
NAMES.remove((claim_aug, "__version__"))


@pytest.mark.parametrize(("room", "name"), NAMES, ids=[name for _, name in NAMES])
def test_the_example_of_a_public_name_runs(room, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    public = getattr(room, name)
    known = {name: public}
    (example,) = doctest.DocTestFinder(recurse=False).find(public, name, module=False, globs=known)
    assert example.examples, f"{name} has no example"
    said = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        failed = doctest.DocTestRunner(verbose=False).run(example, out=said.append).failed
    assert failed == 0, "".join(said)
