"""``OutputLayoutTests``: what every layout of what is written keeps."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from claim_aug.anatomy.labels import TISSUES, LabelScheme
from claim_aug.data.case import Case
from claim_aug.data.input_layouts import find_dataset
from claim_aug.data.output_layouts import write_json, write_scan
from claim_aug.data.pair import Pair
from claim_aug.data.pairs import grouped
from claim_aug.data.registered_output_layouts import output_layout_of
from claim_aug.data.sample_files import OutputLayout, sample_name
from claim_aug.data.scan_set import sidecar_paths
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.plugins.registry import Entry
from claim_aug.testing.folders import FolderTests, tree_of
from claim_aug.testing.repeatable import equal

#: Cases by name whose names are part of one another, one of them a series of slices.
NAMES = ("Case_1", "Case_10", "Case_1_b", "case 2")
SCHEME = LabelScheme.parse("phantom")


class OutputLayoutTests(FolderTests):
    """Checks of an output layout, for a subclass that says which.

    Attributes:
        layout: output layout.
        find: function that finds what was written, as that of ``LayoutTests``; by default all layouts that are
            registered are asked.
        expected_failures: reason for each check, by name, that is known to fail; one that passes then is a failure.

    Example:
        >>> from claim_aug.data import OutputLayout
        >>> from claim_aug.testing import OutputLayoutTests, run_suite
        >>> class TestSideBySide(OutputLayoutTests):
        ...     layout = OutputLayout("images", "labels")
        >>> {result.outcome for result in run_suite(TestSideBySide)}
        {'passed'}
    """

    __test__ = False
    layout: ClassVar[OutputLayout]
    find: ClassVar[Callable[[Path, str | None], list[Pair]] | None] = None

    def make(self) -> OutputLayout:
        """The layout, held to its contract as it is in a run."""
        return output_layout_of(Entry(type(self).__name__, type(self).layout, "", "under test"))

    def tried(self, made: OutputLayout) -> tuple[Any, ...]:
        """The paths of the files of a few samples, relabelled voxels, and tables."""
        root = Path("scans")
        paths = [path.as_posix() for case in cases(root) for path in made.files(case, case.name + "_scar001").paths]
        numbers = made.renumber(np.arange(6, dtype=np.uint8).reshape(2, 3, 1), SCHEME)
        return paths, numbers, made.tables({"p": "p"}, {"p_scar000": "p"}, SCHEME, ".nii.gz"), made.missing(root)

    def test_every_sample_has_files_of_its_own(self) -> None:
        """Each image, label map and sidecar has a path within the folder, of the right kind, that nothing else has.

        A path that two samples share would leave the image of one beside the labels of the other.
        """
        layout, root = self.make(), Path("scans")
        taken: dict[str, str] = {}
        for case in cases(root):
            for name in (case.name, *(sample_name(case, replica) for replica in (0, 1, 2, 10, 1000))):
                for path in layout.files(case, name, root, sidecar=name != case.name).paths:
                    other = taken.setdefault(path.as_posix().casefold(), name)
                    self.must(other == name, f"{path} is of {other} and of {name}")

    def test_labels_keep_their_meaning(self) -> None:
        """A tissue has one number after relabelling, and no two tissues have the same.

        Labels that run together cannot be told apart by any training.
        """
        labels = np.arange(6, dtype=np.uint8).reshape(2, 3, 1)
        numbers = self.make().renumber(labels, SCHEME)
        found = {tissue: set(numbers[np.isin(labels, getattr(SCHEME, tissue))].tolist()) for tissue in TISSUES}
        found = {tissue: own for tissue, own in found.items() if own}
        self.must(all(len(own) == 1 for own in found.values()), f"a tissue has several numbers: {found}")
        self.must(len(set.union(*found.values())) == len(found), f"two tissues have one number: {found}")

    def test_what_is_written_is_found_again(self) -> None:
        """Commands that take a folder of scans find each sample by its name, with image, labels and sidecar.

        Otherwise ``evaluate``, ``train`` and ``finetune`` cannot use what ``generate`` wrote, or take it for real.
        """
        layout, scans, out = self.make(), self.folder / "scans", self.folder / "out"
        written = {}
        for case in phantoms(scans):
            for name in ([case.name] if layout.real else []) + [sample_name(case, 0), sample_name(case, 1)]:
                write_scan(layout, layout.files(case, name, scans, sidecar=False), out, case, SCHEME)
                written[name] = case
        real, synthetic = ({n: c.name for n, c in written.items() if (n == c.name) == own} for own in (True, False))
        for name, value in layout.tables(real, synthetic, SCHEME, ".nii.gz").items():
            write_json(out / name, value)
        find = type(self).find
        found = {case.name: case for case in (grouped(find(out, None)) if find else find_dataset(out).cases)}
        self.must(set(found) == set(written), f"{sorted(written)} were written, {sorted(found)} are found")
        for name in synthetic:
            sidecar, places = layout.files(written[name], name, scans).sidecar, [*sidecar_paths(Path(), name)]
            self.must(sidecar in places, f"{sidecar} is looked for as {' and '.join(map(str, places))}")
        for name, case in written.items():
            self.must(len(found[name].image_paths) == 1, f"{name} is found without its image")
            self.must(equal(found[name].image, case.image), f"{name} is found with another image")
            same = equal(found[name].labels, layout.renumber(case.labels, SCHEME))
            self.must(same, f"{name} is found with other labels")

    def test_what_belongs_to_one_scan_is_written_into_the_stage_alone(self) -> None:
        """``finish`` writes into the folder that it is given, and leaves samples and output as they are.

        What it writes there takes its place with the samples, or not at all where anything fails.
        """
        layout, scans, stage, out = self.make(), *(self.folder / name for name in ("scans", "stage", "out"))
        case, *_ = phantoms(scans)
        for folder in (stage, out):
            folder.mkdir()
        write_scan(layout, layout.files(case, sample_name(case, 0), sidecar=False), stage, case, SCHEME)
        before = tree_of(stage)
        layout.finish(stage, out, case, SCHEME, 1)
        self.must(not tree_of(out), f"it wrote into the output folder itself: {', '.join(tree_of(out))}")
        changed = [name for name, content in before.items() if tree_of(stage).get(name) != content]
        self.must(not changed, f"it changed {', '.join(changed)}")

    def test_it_can_be_pickled(self) -> None:
        """The layout can be pickled, and says the same then.

        Processes and machines that share a run each get a copy.
        """
        layout = self.make()
        again = pickle.loads(pickle.dumps(layout))  # of our own making, a moment ago
        self.must(equal(self.tried(again), self.tried(layout)), "the copy says something else")


def cases(root: Path) -> list[Case]:
    """Cases that are names of files alone: stacks, and one of two slices as PNG."""
    stacks = [Case(name, (root / "labels" / f"{name}.nii",), (root / "images" / f"{name}.nii",)) for name in NAMES]
    slices = [[root / part / f"p3_slice00{number}.png" for number in range(2)] for part in ("labels", "images")]
    return [*stacks, Case("p3", *map(tuple, slices))]


def phantoms(folder: Path) -> list[Case]:
    """Two phantoms with scar in EMIDEC's layout."""
    for number in range(2):
        write_emidec(make_phantom(number, scar=True, shape=(64, 64, 3)), folder, f"Case_{number}")
    return list(find_dataset(folder).cases)
