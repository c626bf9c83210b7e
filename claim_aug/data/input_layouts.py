"""The layouts that people keep labelled scans in, and how each is recognised."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from claim_aug.data.case import Case, stem
from claim_aug.data.channels import CHANNEL, LGE, channel_names, lge_channel
from claim_aug.data.commit import warn_unfinished
from claim_aug.data.dataset_json import read_dataset_json
from claim_aug.data.pair import Pair
from claim_aug.data.pairs import beside, grouped, is_voxels, named, voxels_in
from claim_aug.data.registered_layouts import pairs_by, registered_layouts, shown_name
from claim_aug.data.sample_files import FLAT_LABELS, SAMPLE_PART
from claim_aug.data.voxels import SUFFIXES
from claim_aug.errors import InputError, MissingFileError, unreadable

#: Folders of label maps beside folders of images, label folder first.
PAIRED_FOLDERS = (("labels", "images"), ("labelsTr", "imagesTr"))
#: What a file of labels is called in a folder of one case, and how its name ends in BIDS.
LABELS = re.compile(r"(?:^|_)(labels?|dseg|mask|seg|segmentation|contours?|gt|ground.?truth|roi)$", re.IGNORECASE)
#: Formats of scans that others read.
OTHER_FORMATS = {".img", ".hdr", ".mha", ".mhd", ".nrrd", ".dcm", ".ima", ".mgz", ".tif", ".tiff", ".jpg", ".npy"}
#: Entities of a BIDS name that tell label maps of one scan apart, not scans.
NOT_OF_THE_SCAN = ("desc-", "space-", "res-", "den-", "label-")


@dataclass(frozen=True)
class DataSet:
    """The cases of a folder.

    Attributes:
        layout: name of the layout, as people are told it.
        cases: cases by name; nothing of them is read yet.
        lacking: reasons why cases cannot be used, by their names.
    """

    layout: str
    cases: tuple[Case, ...]
    lacking: dict[str, str]


def find_dataset(dataset: Path, channel: str | None = None) -> DataSet:
    """The cases of a folder, or of a CSV of pairs, in whichever layout it has.

    Args:
        dataset: folder of label maps and images, or a CSV with the columns ``image`` and ``labels``.
        channel: number or name of the LGE channel in nnU-Net's layout; by default the one that is called LGE.

    Raises:
        InputError: what is no data set, or two cases of one name.
    """
    check_folder(dataset)
    warn_unfinished(dataset)
    if dataset.is_file():
        return dataset_of("a CSV of pairs", pairs_of_csv(dataset))
    for layout in registered_layouts():
        if pairs := pairs_by(layout, dataset, channel):
            return dataset_of(shown_name(layout), pairs)
    msg = (
        f"{dataset} holds no label maps; expected CASE/Contours/CASE.nii.gz, labels/ beside images/, "
        f"or label maps ({', '.join(SUFFIXES)})"
    )
    raise InputError(msg + other_formats(dataset))


def other_formats(dataset: Path) -> str:
    """What to do about scans of another format, as the end of a sentence; ``""`` where there are none."""
    found = sorted({path.suffix.lower() for path in dataset.rglob("*")} & OTHER_FORMATS)
    return f"; it has {', '.join(found)}, which are not read: convert them to .nii.gz" if found else ""


def dataset_of(layout: str, pairs: Sequence[Pair]) -> DataSet:
    """The cases of the pairs that a layout found.

    Raises:
        InputError: two cases of one name.
    """
    reasons = {name: pair.lacking for name, pair in named(pairs) if pair.lacking}
    return DataSet(layout, tuple(grouped(pairs)), reasons)


def check_folder(dataset: Path) -> None:
    """Refuse what is no folder, and no CSV of pairs either.

    Raises:
        InputError: a path to another file, or to nothing.
    """
    if not dataset.is_dir() and not (dataset.is_file() and dataset.suffix.lower() == ".csv"):
        msg = f"{dataset} is not a folder"
        raise (InputError if dataset.exists() else MissingFileError)(msg)


def emidec(dataset: Path, channel: str | None) -> list[Pair]:
    """EMIDEC: ``CASE/Contours`` beside ``CASE/Images``."""
    found = sorted(path for path in dataset.glob("*/Contours/*") if is_voxels(path))
    return [beside(path, path.parents[1] / "Images", case=path.parents[1].name) for path in found]


def nnunet(dataset: Path, channel: str | None) -> list[Pair]:
    """nnU-Net's raw data: ``labelsTr`` beside ``imagesTr``, channels and file ending as ``dataset.json`` says."""
    labels, images = (dataset / name for name in PAIRED_FOLDERS[1])
    ending = read_dataset_json(dataset).get("file_ending", SUFFIXES[0]) if labels.is_dir() else SUFFIXES[0]
    if ending not in SUFFIXES:
        msg = f"{dataset / 'dataset.json'} has the file ending {ending!r}; convert the scans to one of {SUFFIXES}"
        raise InputError(msg)
    number = lge_number(dataset, labels, images, channel) if labels.is_dir() else 0
    return [beside(path, images, number) for path in voxels_in(labels)]


def side_by_side(dataset: Path, channel: str | None) -> list[Pair]:
    """``labels`` beside ``images``, files of one name."""
    labels, images = (dataset / name for name in PAIRED_FOLDERS[0])
    number = lge_number(dataset, labels, images, channel) if labels.is_dir() else 0
    return [beside(path, images, number) for path in voxels_in(labels)]


def myops(dataset: Path, channel: str | None) -> list[Pair]:
    """MyoPS: ``NAME_gd`` beside ``NAME_LGE`` or ``NAME_DE``, in one folder or in folders of their own."""
    files = [path for path in sorted(dataset.rglob("*")) if is_voxels(path)]
    images = {stem(path).rpartition("_")[0]: path for path in files if stem(path).rpartition("_")[2] in ("LGE", "DE")}
    found = []
    for path in files:
        name, _, role = stem(path).rpartition("_")
        if role == "gd" and name:
            image = images.get(name)
            found.append(Pair(path, image, name, "" if image else f"{path} has no image {name}_LGE or {name}_DE"))
    return found


def bids(dataset: Path, channel: str | None) -> list[Pair]:
    """BIDS: scans under ``sub-*``, label maps such as ``sub-01_dseg`` beside them or under ``derivatives``."""
    files = [path for path in sorted(dataset.rglob("sub-*")) if is_voxels(path)]
    scans = [path for path in files if not LABELS.search(stem(path)) and "derivatives" not in path.parts]
    found = []
    for path in files:
        if LABELS.search(stem(path)):
            own = entities(path)
            images = [scan for scan in scans if set(own) <= set(entities(scan))]
            image = only_lge(images)
            among = ", ".join(image.name for image in images) or "none"
            found.append(Pair(path, image, "_".join(own), "" if image else f"{path} has no LGE image; found: {among}"))
    return found


def folders_of_cases(dataset: Path, channel: str | None) -> list[Pair]:
    """A folder for each case, with an image and a label map that are called so."""
    found = []
    for labels in sorted(path for path in dataset.rglob("*") if is_voxels(path) and path.parent != dataset):
        if LABELS.search(stem(labels)):
            others = [path for path in voxels_in(labels.parent) if not LABELS.search(stem(path))]
            image = only_lge(others)
            lacking = f"{labels} has no image beside it that alone can be the LGE image"
            found.append(Pair(labels, image, lacking="" if image else lacking))
    return found


def flat(dataset: Path, channel: str | None) -> list[Pair]:
    """One folder, as ``claim-aug generate --layout flat`` writes it: ``NAME`` beside ``NAME_labels``."""
    files = {stem(path): path for path in voxels_in(dataset)}
    names = [name.removesuffix(FLAT_LABELS) for name in files if name.endswith(FLAT_LABELS)]
    return [Pair(files[name + FLAT_LABELS], files[name], name) for name in names if name in files]


def alone(dataset: Path, channel: str | None) -> list[Pair]:
    """A folder of label maps without images."""
    return [Pair(path, None, stem(path)) for path in voxels_in(dataset)]


def pairs_of_csv(path: Path) -> list[Pair]:
    """A CSV with the columns ``image`` and ``labels``, and ``case`` if need be; rows of one case are its slices.

    Raises:
        InputError: a file that is no such CSV.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise unreadable(f"{path} cannot be read as a CSV of pairs: {error}", error) from error
    if not rows or not {"image", "labels"} <= set(rows[0]) or not all(row["image"] and row["labels"] for row in rows):
        columns = "nothing" if not rows else ", ".join(map(str, rows[0]))
        msg = f"{path} needs the columns image and labels with a path in each, and case if need be; it has {columns}"
        raise InputError(msg)
    folder = path.parent
    return [Pair(folder / row["labels"], folder / row["image"], row.get("case") or "") for row in rows]


def lge_number(dataset: Path, labels: Path, images: Path, channel: str | None) -> int:
    """The number of the LGE channel of nnU-Net's layout: as ``dataset.json`` names it, or the only one there is.

    Raises:
        InputError: channels of which nothing says which one is LGE.
    """
    names = channel_names(dataset)
    if not names:
        cases = {stem(path) for path in voxels_in(labels)}  # one called patient_0002 has no channels
        numbers = {
            found["number"]
            for path in voxels_in(images)
            if (found := CHANNEL.fullmatch(stem(path))) and stem(path) not in cases
        }
        names = {str(int(number)): "not named" for number in sorted(numbers)}
    return lge_channel(names, channel, str(dataset)) if names or channel is not None else 0


def only_lge(images: Sequence[Path]) -> Path | None:
    """The image that is called LGE, or the only one there is."""
    called = [path for path in images if LGE.search(stem(path).rpartition("_")[2])] if len(images) > 1 else images
    return called[0] if len(called) == 1 else None


def entities(path: Path) -> list[str]:
    """The parts of a BIDS name that say which scan it is of, such as ``sub-01``, ``ses-2``, and a sample's number."""
    parts = [part for part in stem(path).split("_") if "-" in part or SAMPLE_PART.match(part)]
    return [part for part in parts if not part.startswith(NOT_OF_THE_SCAN)]
