"""A plugin's output layout is written by its name, and is named when it misbehaves; nothing is half-written then."""

import errno
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from command_line import run_command

from claim_aug import LabelScheme
from claim_aug.data import OutputLayout, SampleFiles
from claim_aug.data.case import Case
from claim_aug.data.registered_output_layouts import find_output_layout
from claim_aug.errors import OutputError, PluginError
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.plugins import builtin

CASE = Case("p1", (Path("p1_gt.nii"),), (Path("p1.nii"),))
SCHEME = LabelScheme.parse("phantom")
WHO = r"output layout 'archive' of plugin 'ours' \(distribution unknown unknown\)"


@dataclass(frozen=True)
class Archive(OutputLayout):
    """Our archive, whose cases are listed beside them."""

    images: str = "scans"
    labels: str = "masks"
    labels_end: str = "_seg"

    def tables(self, real, synthetic, scheme, ending):
        return {"cases.json": dict(synthetic)}


@pytest.fixture
def provide(register_as_plugin):
    """Let a plugin register an output layout ``archive``."""
    return lambda layout, name="archive": register_as_plugin(
        "register_output_layouts", name, layout, "our archive (scans/, masks/)"
    )


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """Two healthy phantoms in EMIDEC's layout."""
    folder = tmp_path_factory.mktemp("scans")
    for number in range(2):
        write_emidec(make_phantom(number, scar=False, shape=(64, 64, 3)), folder, f"Case_{number}")
    return folder


@pytest.fixture
def generate(scans, tmp_path):
    """Generate two samples of each phantom into ``tmp_path / "out"``, or of one scan."""

    def generate(*source, layout="archive"):
        options = ("--labels", "phantom", "-n", "2", "--no-preview", "--layout", layout)
        return run_command(["generate", *map(str, source or (scans,)), str(tmp_path / "out"), *options], tmp_path)

    return generate


def test_a_data_set_is_written_in_the_layout_of_a_plugin(provide, generate, tmp_path):
    provide(Archive())
    done = generate()
    assert done.code == 0, done.said
    assert "such as scans/Case_0_scar000.nii.gz" in done.said
    names = sorted(str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").glob("*/*.nii.gz"))
    samples = [f"Case_{case}_scar00{number}" for case in range(2) for number in range(2)]
    assert names == [f"masks/{name}_seg.nii.gz" for name in samples] + [f"scans/{name}.nii.gz" for name in samples]
    cases = json.loads((tmp_path / "out" / "cases.json").read_text())
    assert cases == {name: name.partition("_scar")[0] for name in samples}
    assert run_command(["verify", "out", "--redo", "Case_1_scar001"], tmp_path).code == 0


def test_samples_of_one_scan_are_written_in_it_too(provide, generate, scans, tmp_path):
    provide(Archive())
    done = generate(*(scans / "Case_0" / part / "Case_0.nii.gz" for part in ("Images", "Contours")))
    assert done.code == 0, done.said
    assert sorted(path.name for path in (tmp_path / "out" / "masks").iterdir()) == [
        f"Case_0_scar00{number}_seg.nii.gz" for number in range(2)
    ]


def test_the_built_in_layouts_are_registered_as_a_plugins_are(provide):
    plugins = provide(Archive())
    assert list(plugins.output_layouts.entries) == [*builtin.OUTPUT_LAYOUTS, "archive"]
    assert [find_output_layout(name).real for name in builtin.OUTPUT_LAYOUTS] == [False, True, False, False]


def test_it_is_listed_shown_and_named_in_the_help(provide, tmp_path):
    provide(Archive())
    known = {row["name"]: row for row in json.loads(run_command(["plugins", "--json"], tmp_path).said)}
    assert known["ours"]["output_layouts"] == [{"name": "archive", "summary": "our archive (scans/, masks/)"}]
    shown = run_command(["plugins", "show", "archive"], tmp_path).said
    assert shown == "output layout archive: our archive (scans/, masks/)\n"
    assert "--layout archive: our archive (scans/, masks/)" in run_command(["generate", "--help"], tmp_path).said


def test_a_built_in_name_stays_what_it_is(provide):
    (status,) = [one for one in provide(Archive(), name="nnunet").statuses if one.name == "ours"]
    assert "already registered by 'built-in'" in status.error


def files(make):
    """An output layout whose files are what a function of the plain ones makes."""

    class Odd(OutputLayout):
        def files(self, case, name, root=None, *, sidecar=True):
            return make(OutputLayout.files(self, case, name, root, sidecar=sidecar))

    return Odd()


def image_at(path):
    return files(lambda plain: replace(plain, images=dict.fromkeys(plain.images, path)))


def fails(*_, **__):
    raise OSError("the archive is locked")


def with_method(name, method):
    return type("Odd", (OutputLayout,), {name: method})()


#: What a layout gives for the files of a sample, and what is said of it.
WRONG_FILES = {
    "None": (files(lambda plain: None), "files gave NoneType and not SampleFiles"),
    "paths": (files(lambda plain: plain.paths), "files gave list and not SampleFiles"),
    "no image": (files(lambda plain: replace(plain, images={})), "a path for each image of p1"),
    "no label map": (files(lambda plain: replace(plain, labels=None)), "a path for each label map of p1"),
    "no sidecar": (files(lambda plain: replace(plain, sidecar=None)), "needs a sidecar"),
    "an absolute path": (image_at(Path("/etc/scan.nii.gz")), "paths within the output folder"),
    "a path that leads out": (image_at(Path("../scan.nii.gz")), "paths within the output folder"),
    "text": (image_at("scan.nii.gz"), "paths within the output folder"),
    "a hidden folder of ours": (image_at(Path(".claim-aug/scan.nii.gz")), "half-written"),
    "another kind of file": (image_at(Path("scan.png")), "a name that ends in .nii.gz"),
    "a name that is a suffix": (image_at(Path("a/.nii.gz")), "a name that ends in .nii.gz"),
    "one name for all samples": (image_at(Path("scan.nii.gz")), "two samples of p1 are to be scan.nii.gz"),
    "image and labels in one": (OutputLayout("a", "a"), "files gave one path twice"),
    "an error": (with_method("files", fails), "OSError: the archive is locked"),
    "other parameters": (with_method("files", lambda self, case: SampleFiles({}, {})), "TypeError"),
}


@pytest.mark.parametrize("what", WRONG_FILES)
def test_a_layout_whose_files_cannot_be_written_is_named(provide, what):
    layout, reason = WRONG_FILES[what]
    provide(layout)
    with pytest.raises(PluginError, match=WHO) as caught:
        find_output_layout("archive").files(CASE, "p1_scar000")
    assert reason in str(caught.value)


def call(name):
    """Call a method of the layout as the work on a data set does."""
    arguments = {
        "renumber": (np.zeros((2, 2), np.uint8), SCHEME),
        "tables": ({"p1": "p1"}, {"p1_scar000": "p1"}, SCHEME, ".nii.gz"),
        "missing": (Path("out"),),
    }[name]
    getattr(find_output_layout("archive"), name)(*arguments)


def writes(self, labels, scheme):
    labels[:] = 1
    return labels


#: Another method of a layout, what it is, and what is said of it.
WRONG_METHODS = {
    "labels of another shape": ("renumber", lambda self, labels, scheme: labels[1:], "renumber needs uint8 of (2, 2)"),
    "labels as floats": ("renumber", lambda self, labels, scheme: labels / 2, "it gave float64"),
    "labels that are None": ("renumber", lambda self, labels, scheme: None, "NoneType and not an array"),
    "labels that are written into": ("renumber", writes, "read-only"),
    "tables that are None": ("tables", lambda self, *_: None, "NoneType and not a dictionary"),
    "a table elsewhere": ("tables", lambda self, *_: {"../cases.json": 1}, "needs names of JSON files"),
    "a table without JSON": ("tables", lambda self, *_: {"cases.json": {1, 2}}, "TypeError"),
    "a table with NaN": ("tables", lambda self, *_: {"cases.json": float("nan")}, "ValueError"),
    "a table that fails": ("tables", fails, "OSError: the archive is locked"),
    "a number that is missing": ("missing", lambda self, out: 3, "missing gave int"),
}


@pytest.mark.parametrize("what", WRONG_METHODS)
def test_a_layout_that_does_anything_else_wrong_is_named(provide, what):
    name, method, reason = WRONG_METHODS[what]
    provide(with_method(name, method))
    with pytest.raises(PluginError, match=WHO) as caught:
        call(name)
    assert reason in str(caught.value)


#: What a plugin registers as an output layout, and what is said of it.
WRONG = {
    "None": (None, "it needs an OutputLayout, there is NoneType"),
    "the class": (Archive, "it needs an OutputLayout, there is type"),
    "a folder that is a path": (Archive(images=Path("scans")), "its images cannot be"),
    "a module that is not there": ("no_such_module:LAYOUT", "ModuleNotFoundError"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_output_layout_is_named(provide, what):
    thing, reason = WRONG[what]
    provide(thing)
    with pytest.raises(PluginError, match="'archive' of plugin 'ours'") as caught:
        find_output_layout("archive")
    assert reason in str(caught.value)


#: A layout that misbehaves: before anything is made, when the first sample is written, and at the very end.
LATE = {
    "files": image_at(Path("scan.nii.gz")),
    "renumber": with_method("renumber", fails),
    "tables": with_method("tables", fails),
}


@pytest.mark.parametrize("when", LATE)
def test_it_is_one_red_line_and_nothing_is_half_written(provide, generate, when, tmp_path):
    provide(LATE[when])
    done = generate()
    assert done.code == 1
    (line,) = [line for line in done.said.splitlines() if line.startswith("error: ")]
    assert "'archive' of plugin 'ours' (distribution unknown unknown)" in line
    made = sorted(path.name for path in (tmp_path / "out").rglob("*.nii.gz"))
    assert len(made) == (8 if when == "tables" else 0)
    assert not list(tmp_path.rglob(".claim-aug*/*"))


def test_a_full_disk_is_no_fault_of_the_layout(provide, tmp_path):
    def finish(self, *_):
        raise OSError(errno.ENOSPC, "No space left on device")

    provide(with_method("finish", finish))
    with pytest.raises(OutputError, match="No space left on device") as caught:
        find_output_layout("archive").finish(tmp_path, tmp_path, CASE, SCHEME, 1)
    assert "archive" not in str(caught.value)


def test_a_layout_that_takes_two_cases_for_one_is_refused_before_anything_is_made(provide, generate, tmp_path):
    def by_number(self, case, name, root=None, *, sidecar=True):
        return OutputLayout.files(self, case, name[-5:], root, sidecar=sidecar)

    provide(with_method("files", by_number))
    done = generate()
    assert (done.code, "would be written twice (Case_0, Case_1)" in done.said) == (1, True)
    assert not (tmp_path / "out").exists()


def test_of_one_scan_nothing_is_written_at_all(provide, generate, scans, tmp_path):
    provide(with_method("finish", lambda self, stage, *_: next(stage.rglob("*.json")).unlink()))
    done = generate(*(scans / "Case_0" / part / "Case_0.nii.gz" for part in ("Images", "Contours")))
    assert (done.code, "finish took away sidecars/" in done.said) == (1, True)
    assert not list((tmp_path / "out").rglob("*"))
