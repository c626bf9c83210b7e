"""``LayoutTests``: what every layout that scans are read in keeps."""

from __future__ import annotations

import unittest
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from claim_aug.data.pair import Pair
from claim_aug.data.registered_layouts import LAST, pairs_by, registered_layouts, wrong_pairs
from claim_aug.errors import ClaimAugError
from claim_aug.plugins.builtin import LAYOUTS
from claim_aug.plugins.registry import Entry
from claim_aug.testing.folders import FolderTests, tree_of
from claim_aug.testing.repeatable import sentence

#: Files of folders that nobody keeps on purpose: cut off, of other programs, with names from elsewhere.
ODD = (
    *("dataset.json", "notes.txt", ".DS_Store", "._p1.nii.gz", "labels/readme.md", "sub-01/anat/sub-01_LGE.json"),
    *(
        "imagesTr/p 1_0000.nii.gz",
        "labelsTr/p 1.nii.gz",
        "Größe/Contours/Größe.nii.gz",
        "a_gd.nii.gz",
        "x/y/z/mask.png",
    ),
)
#: Files of a folder in which there is nothing to read.
NOTHING = ("notes.txt", "scan.dcm", ".hidden.nii.gz", "tables/values.csv", "labels/.keep", "images/.keep")


class LayoutTests(FolderTests):
    """Checks of a layout that scans are read in, for a subclass that says how it finds them, and what.

    Attributes:
        find: function from a folder and the channel that was asked for to a list of ``Pair`` (in a class body,
            ``staticmethod(function)``).
        files: image of each label map of a folder in this layout, as paths in it; ``None`` for a label map alone. Empty
            files are made of these names; override ``fill`` where the layout looks into them.
        expected_failures: reason for each check, by name, that is known to fail; one that passes then is a failure.

    Example:
        >>> from claim_aug.data import Pair
        >>> from claim_aug.testing import LayoutTests, run_suite
        >>> def archive(dataset, channel):
        ...     images = {path.name.split(".")[0]: path for path in dataset.glob("*.lge.nii.gz")}
        ...     labels = {path.name.split(".")[0]: path for path in dataset.glob("*.scar.nii.gz")}
        ...     return [Pair(path, images.get(name), name) for name, path in sorted(labels.items())]
        >>> class TestArchive(LayoutTests):
        ...     find = staticmethod(archive)
        ...     files = {"p1.scar.nii.gz": "p1.lge.nii.gz", "p2.scar.nii.gz": "p2.lge.nii.gz"}
        >>> {result.outcome for result in run_suite(TestArchive)}
        {'passed'}
    """

    __test__ = False
    find: ClassVar[Callable[[Path, str | None], list[Pair]]]
    files: ClassVar[Mapping[str, str | None]] = {}

    def make(self) -> Callable[[Path, str | None], list[Pair]]:
        """The layout, held to its contract as it is in a command."""
        entry = Entry(type(self).__name__, type(self).find, "", "under test")
        return lambda dataset, channel: pairs_by(entry, dataset, channel)

    def fill(self, folder: Path) -> None:
        """Make the files of a data set in this layout."""
        touch(folder, [name for pair in self.files.items() for name in pair if name])

    def tried(self, made: Any) -> tuple[Any, ...]:
        """What it finds in a folder of its own: the name of each case, its label map and its image."""
        self.fill(self.folder)
        pairs = made(self.folder, None)
        return tuple((pair.case, *map(self.named, (pair.labels, pair.image))) for pair in pairs)

    def named(self, path: Path | None) -> str | None:
        """The path of a file in the folder."""
        return None if path is None else path.relative_to(self.folder).as_posix()

    def found(self) -> dict[str | None, str | None]:
        """The image of each label map that it finds in the folder."""
        return {self.named(pair.labels): self.named(pair.image) for pair in self.make()(self.folder, None)}

    def fill_with_its_own(self) -> None:
        """Fill the folder with a data set in this layout; skips the check where it is not said what that is."""
        if not self.files:
            raise unittest.SkipTest("which files are of this layout is not said: subclass LayoutTests")
        self.fill(self.folder)

    def test_its_own_folder_is_found(self) -> None:
        """Each label map of a folder in this layout is found, with its image and no other.

        A pair that is missed is a patient who is left out of a training without a word.
        """
        self.fill_with_its_own()
        self.must(self.found() == dict(self.files), f"of {dict(self.files)} it finds {self.found()}")

    def test_no_layout_before_it_takes_its_folder(self) -> None:
        """No layout that is asked before it finds anything in its folder.

        The first layout that finds something is taken, and the built-in ones of known names come first.
        """
        self.fill_with_its_own()
        for entry in registered_layouts():
            if entry.load() is type(self).find:
                return
            if entry.name in LAYOUTS and entry.name not in LAST:
                self.must(
                    not pairs_by(entry, self.folder, None), f"its folder is taken for that of layout {entry.name}"
                )

    def test_a_case_whose_image_is_gone_is_no_error(self) -> None:
        """Where an image is missing, its label map has none, or is left out; the others are found as before.

        One damaged patient must not keep a site's other patients from being read.
        """
        self.fill_with_its_own()
        (labels, image), *others = self.files.items()
        if image is None:
            raise unittest.SkipTest("its label maps have no images")
        (self.folder / image).unlink()
        found = self.found()
        self.must(found.get(labels) is None, f"without {image}, {labels} gets the image {found.get(labels)}")
        lost = sorted(name for name, own in others if found.get(name) != own)
        self.must(not lost, f"without {image}, {', '.join(lost)} are not found as before")

    def test_a_folder_without_scans_is_left_alone(self) -> None:
        """An empty folder, and one of other files, give an empty list.

        The layouts that come after it are asked then, and in the end the user is told what was expected.
        """
        find = self.make()
        for names in ((), NOTHING):
            touch(self.folder, names)
            found = find(self.folder, None)
            self.must(not found, f"in {', '.join(names) or 'an empty folder'} it finds {found[:1]}")

    def test_any_folder_gives_pairs_or_an_error_in_words(self) -> None:
        """Whatever a folder holds, it gives pairs of files that exist, or raises a ``ClaimAugError``.

        It is asked about every folder that a user names, most of which are not in its layout.
        """
        touch(self.folder, ODD)
        for channel in (None, "0", "LGE"):
            try:
                wrong = wrong_pairs(type(self).find(self.folder, channel))
            except ClaimAugError:
                continue
            except Exception as error:
                self.fail(f"with channel {channel} it ended in {sentence(error)}")
            self.must(not wrong, f"with channel {channel}: {wrong}")

    def test_nothing_is_written(self) -> None:
        """The folder is the same afterwards.

        It is the user's data set, and may be of patients.
        """
        self.fill(self.folder)
        touch(self.folder, ODD)
        before = tree_of(self.folder)
        with suppress(ClaimAugError):
            self.make()(self.folder, None)
        self.must(tree_of(self.folder) == before, "files were made, changed or removed")


def touch(folder: Path, names: Iterable[str]) -> None:
    """Make empty files."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
