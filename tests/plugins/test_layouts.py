"""A plugin's layout is found by what it finds, comes after what is better known, and is named when it misbehaves."""

from pathlib import Path

import pytest

from claim_aug.data import Pair
from claim_aug.data.input_layouts import find_dataset
from claim_aug.data.registered_layouts import LAST, registered_layouts
from claim_aug.errors import PluginError
from claim_aug.plugins import builtin


@pytest.fixture
def provide(register_as_plugin):
    """Let a plugin register a layout ``archive``."""
    return lambda find, name="archive": register_as_plugin(
        "register_layouts", name, find, "our archive (NAME.scar beside NAME.lge)"
    )


def archive(dataset, channel):
    """Label maps ``NAME.scar.nii.gz`` beside ``NAME.lge.nii.gz``."""
    found = sorted(dataset.glob("*.scar.nii.gz"))
    return [Pair(path, path.with_name(path.name.replace("scar", "lge")), path.name.split(".")[0]) for path in found]


@pytest.fixture
def scans(tmp_path):
    """A folder in the layout of the archive."""
    for name in ("p1.scar.nii.gz", "p1.lge.nii.gz", "p2.scar.nii.gz", "p2.lge.nii.gz"):
        (tmp_path / name).touch()
    return tmp_path


def test_a_layout_of_a_plugin_is_found_and_named(provide, scans):
    assert find_dataset(scans).layout == "label maps alone"
    provide(archive)
    found = find_dataset(scans)
    assert found.layout == "our archive (NAME.scar beside NAME.lge), by plugin 'ours'"
    assert [case.name for case in found.cases] == ["p1", "p2"]
    assert found.cases[0].image_paths == (scans / "p1.lge.nii.gz",)


def test_a_plugin_is_asked_after_layouts_of_known_names_and_before_those_of_any(provide):
    provide(archive)
    names = [entry.name for entry in registered_layouts()]
    assert names == [*(name for name in builtin.LAYOUTS if name not in LAST), "archive", *LAST]


def test_a_folder_in_a_known_layout_stays_what_it_is(provide, tmp_path):
    def greedy(dataset, channel):
        raise AssertionError("not to be asked")

    provide(greedy)
    for folder in ("images", "labels"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "p1.nii.gz").touch()
    assert find_dataset(tmp_path).layout == "images/ beside labels/"


def test_a_layout_that_finds_nothing_leaves_the_folder_to_others(provide, scans):
    provide(lambda dataset, channel: [])
    assert find_dataset(scans).layout == "label maps alone"


def test_a_case_without_its_image_is_one_that_cannot_be_used(provide, scans):
    provide(lambda dataset, channel: [Pair(scans / "p1.scar.nii.gz", None, "p1", "p1 was never scanned")])
    assert find_dataset(scans).lacking == {"p1": "p1 was never scanned"}


def fails(dataset, channel):
    raise OSError("the archive is locked")


HERE = Path(__file__)
#: What a layout does, and what is said of it.
WRONG = {
    "None": (lambda d, c: None, "gave NoneType and not a list of Pair"),
    "a generator": (lambda d, c: (one for one in ()), "gave generator and not a list of Pair"),
    "paths": (lambda d, c: [HERE], "gave PosixPath and not a Pair"),
    "text for a path": (lambda d, c: [Pair(str(HERE), None, "a")], "need to be paths, there is str"),
    "no label map": (lambda d, c: [Pair(None, HERE, "a")], "need to be paths, there is NoneType"),
    "a file that is not there": (lambda d, c: [Pair(d / "gone.nii.gz", None, "a")], "there is no file"),
    "a name that is a path": (lambda d, c: [Pair(HERE, HERE, "../a")], "a case needs a name that can begin a file"),
    "a name that is a number": (lambda d, c: [Pair(HERE, HERE, 3)], "need to be text"),
    "one label map twice": (lambda d, c: [Pair(HERE, HERE, "a"), Pair(HERE, HERE, "b")], "a label map twice"),
    "other parameters": (lambda dataset: [], "TypeError"),
    "an error": (fails, "OSError: the archive is locked"),
    "a module that is not there": ("no_such_module:find", "ModuleNotFoundError"),
    "what cannot be called": ("string:digits", "needs a factory that can be called"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_layout_that_misbehaves_is_named(provide, scans, what):
    find, reason = WRONG[what]
    provide(find)
    with pytest.raises(PluginError, match=r"'archive' of plugin 'ours' \(distribution unknown unknown\)") as caught:
        find_dataset(scans)
    assert reason in str(caught.value)


def test_a_built_in_name_stays_what_it_is(provide):
    (status,) = [one for one in provide(archive, name="bids").statuses if one.name == "ours"]
    assert "already registered by 'built-in'" in status.error
