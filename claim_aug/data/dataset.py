"""A folder of labelled scans as a list of cases, in the layouts people keep them in."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.data.case import Case, naming
from claim_aug.data.checks import check_image
from claim_aug.data.input_layouts import PAIRED_FOLDERS, check_folder, find_dataset
from claim_aug.data.pairs import by_case, is_voxels, voxels_in
from claim_aug.data.voxels import SUFFIXES
from claim_aug.errors import AnatomyError, InputError, UnanchoredWarning

#: Cases that a warning names.
NAMED = 5


#: What is done about a case that cannot be used; where it returns, the case is passed over.
OnError = Callable[[Case, InputError], None]


def raise_named(case: Case, error: InputError) -> None:
    """Raise the error with the case's name in front."""
    with naming(case.name):
        raise error


class Skipped(list[str]):
    """Names of the cases that could not be used; as ``on_error`` it passes over these and goes on.

    Args:
        kinds: errors that are passed over; others end the loop. By default those of a ventricle that cannot be read,
            with ``InputError`` all, with ``()`` none.

    Attributes:
        reasons: reasons why, by the names of the cases.
    """

    def __init__(self, kinds: type[InputError] | tuple[type[InputError], ...] = AnatomyError) -> None:
        super().__init__()
        self.kinds = kinds
        self.reasons: dict[str, str] = {}

    def __call__(self, case: Case, error: InputError) -> None:
        """Keep the name and the reason, or raise what is not passed over."""
        if not isinstance(error, self.kinds):
            raise_named(case, error)
        files = [path.name for path in (*case.label_paths, *case.image_paths)]
        named = any(name in str(error) for name in files)
        self.append(case.name)
        self.reasons[case.name] = str(error) if named or not files else f"{files[0]}: {error}"

    @contextmanager
    def passing_over(self, case: Case) -> Iterator[None]:
        """The same for what is done with a case that was read."""
        try:
            yield
        except InputError as error:
            self(case, error)

    def refuse_all(self, count: int) -> None:
        """Refuse a data set of which no case could be used.

        Args:
            count: number of its cases.

        Raises:
            InputError: such a data set; the first reason is given.
        """
        if self and len(self) == count:
            others = f" (and {count - 1} more)" if count > 1 else ""
            msg = f"{self[0]}{others} cannot be used: {self.reasons[self[0]]}"
            raise InputError(msg)


def iter_cases(
    cases: Iterable[Case], scheme: LabelScheme | str, *, on_error: OnError = raise_named, **options: Any
) -> Iterator[tuple[Case, LVAnatomy]]:
    """Cases with their ventricles, one after another; nothing of a case is kept here once the next is asked for.

    A plain ``for`` loop still holds the pair of before while the next is read, so memory needs room for two cases.

    Args:
        cases: cases to be read, such as those of ``find_cases``.
        scheme: label scheme of the label maps.
        on_error: function that is called with a case that cannot be read.
        **options: keywords of ``Case.ventricle``.
    """
    for listed_case in cases:
        case = replace(listed_case)  # the one in the list stays without voxels
        try:
            anatomy = case.ventricle(scheme, **options)
            if case.image_paths:
                assert case.image is not None
                check_image(case.image, case.labels)
        except InputError as error:
            on_error(case, error)
        else:
            yield case, anatomy


def find_cases(
    dataset: Path, *, images_for: str | None = None, channel: str | None = None, on_error: OnError | None = None
) -> list[Case]:
    """The cases of a folder, by name; nothing is read yet.

    Known layouts are those of ``input_layouts``. Slices ``CASE_slice003.png`` make one case.

    Args:
        images_for: purpose that the images are needed for, such as ``"a pool"``; ``None`` where labels alone will do.
        channel: number or name of the LGE channel in nnU-Net's layout; by default the one that is called LGE.
        on_error: function that is called with a case that lacks its image where others have theirs; by default that
            ends the search.

    Raises:
        InputError: a folder that does not exist, no label map in any layout, a label map without its image, or a case
            without images where they are needed.
    """
    found = find_dataset(dataset, channel)
    for case in found.cases:
        if case.name in found.lacking:
            error = InputError(found.lacking[case.name])
            if on_error is None:
                raise error
            on_error(case, error)
    cases = [case for case in found.cases if case.name not in found.lacking]
    lacking = [case.name for case in cases if images_for and not case.image_paths]
    if lacking:
        msg = f"{lacking[0]} of {dataset} has labels alone; {images_for} needs the images too, in Images/ or images/"
        raise InputError(msg)
    return cases


def find_images(dataset: Path) -> list[Case]:
    """The scans of a folder without their labels, by name; nothing is read yet.

    Known layouts: those of ``find_cases``, nnU-Net's ``imagesTs``, and a folder of images alone.

    Raises:
        InputError: a folder that does not exist, or one without images in any layout.
    """
    check_folder(dataset)
    emidec = sorted(path for path in dataset.glob("*/Images/*") if is_voxels(path))
    if emidec:
        return [Case(path.parents[1].name, (), (path,)) for path in emidec]
    folders = [dataset / name for name in ("images", "imagesTr", "imagesTs") if (dataset / name).is_dir()]
    found = by_case(voxels_in((folders or [dataset])[0]))
    if not found:
        msg = f"{dataset} holds no images ({', '.join(SUFFIXES)}); expected CASE/Images/, images/, or images alone"
        raise InputError(msg)
    return found


def has_labels(dataset: Path) -> bool:
    """Whether a folder has label maps beside its images."""
    folders = [labels for labels, _ in PAIRED_FOLDERS if (dataset / labels).is_dir()]
    return bool(folders) or any(is_voxels(path) for path in dataset.glob("*/Contours/*"))


def warn_unanchored(names: Sequence[str], count: int) -> None:
    """One warning for a set: which of its cases nothing anchors."""
    if names:
        listed = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
        warnings.warn(
            f"unanchored in {len(names)} of {count} cases ({listed}): there is no RV label and no RV was found in an "
            "image, so their AHA segments are rotated by unknown angles",
            UnanchoredWarning,
            stacklevel=2,
        )
