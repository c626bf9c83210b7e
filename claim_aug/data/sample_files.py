"""Where the files of a sample go: their folders and names, after those of the scan that it is made from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from claim_aug.anatomy.labels import LabelScheme
from claim_aug.data.case import Case, stem
from claim_aug.data.pairs import SLICE

#: How the samples of a case are named, and what of a name says so.
SAMPLE, SAMPLE_PART = re.compile(r"(?P<case>.+)_scar\d+$"), re.compile(r"scar\d+$")
#: How a label map's name ends where it lies beside its image in one folder.
FLAT_LABELS = "_labels"
#: Values of JSON files by their names.
Tables = dict[str, Any]


@dataclass(frozen=True)
class SampleFiles:
    """Paths of one sample's files, relative to the output folder.

    Attributes:
        images: path of each image, by the path of the image that it is made from; several where slices are files.
        labels: path of each label map, by the path of the one that it is made from.
        sidecar: path of the sidecar; ``None`` of a scan as it is.

    Example:
        >>> from pathlib import Path
        >>> from claim_aug.data import SampleFiles
        >>> scan = {Path("p1.nii"): Path("scans/p1_scar000.nii.gz")}
        >>> labels = {Path("p1_gt.nii"): Path("masks/p1_scar000.nii.gz")}
        >>> len(SampleFiles(scan, labels, Path("sidecars/p1_scar000.json")).paths)
        3
    """

    images: Mapping[Path, Path]
    labels: Mapping[Path, Path]
    sidecar: Path | None = None

    @property
    def paths(self) -> list[Path]:
        """All paths, the sidecar last."""
        return [*self.images.values(), *self.labels.values(), *([self.sidecar] if self.sidecar else [])]


@dataclass(frozen=True)
class OutputLayout:
    """Where the files of samples go, and what else a data set of them needs; as it stands, the plain one.

    Attributes:
        images: folder of the images.
        labels: folder of the label maps.
        sidecars: folder of the sidecars; they are looked for in ``sidecars``, and at the top of the data set.
        channel: ending of an image's name before its suffix.
        labels_end: ending of a label map's name before its suffix.
        real: whether the scans themselves are part of the data set, too.

    Example:
        >>> from pathlib import Path
        >>> from claim_aug.data import OutputLayout
        >>> from claim_aug.data.case import Case
        >>> layout = OutputLayout("scans", "masks", labels_end="_seg")
        >>> case = Case("p1", (Path("p1_gt.nii"),), (Path("p1.nii"),))
        >>> [path.as_posix() for path in layout.files(case, "p1_scar000").paths]
        ['scans/p1_scar000.nii.gz', 'masks/p1_scar000_seg.nii.gz', 'sidecars/p1_scar000.json']
    """

    images: str = "images"
    labels: str = "labels"
    sidecars: str = "sidecars"
    channel: str = ""
    labels_end: str = ""
    real: bool = False

    def files(self, case: Case, name: str, root: Path | None = None, *, sidecar: bool = True) -> SampleFiles:
        """The files of one sample, such as ``images/<name>.nii.gz`` and its companions.

        Args:
            case: case that the sample is made from.
            name: name of the sample, or of the case itself.
            root: folder of the data set that the case is from, for a layout that follows it.
            sidecar: whether there is a sidecar.
        """
        names = [name + rest for rest in ends_of_slices(case)]
        images = {
            path: Path(self.images) / (own + self.channel + written_suffix(path))
            for path, own in zip(case.image_paths, names, strict=True)
        }
        labels = {
            path: Path(self.labels) / (own + self.labels_end + written_suffix(path))
            for path, own in zip(case.label_paths, names, strict=True)
        }
        return SampleFiles(images, labels, Path(self.sidecars) / (name + ".json") if sidecar else None)

    def renumber(self, labels: NDArray[Any], scheme: LabelScheme) -> NDArray[Any]:
        """The label map in the numbers of the layout, same shape and dtype."""
        return labels

    def finish(self, stage: Path, out: Path, case: Case, scheme: LabelScheme, count: int) -> None:
        """Write what belongs to a case beside its ``count`` samples into ``stage``, whose files move to ``out``."""

    def tables(self, real: Mapping[str, str], synthetic: Mapping[str, str], scheme: LabelScheme, ending: str) -> Tables:
        """What is written beside a whole data set, as JSON by the name of the file.

        Args:
            real: patient of every real image, by its name.
            synthetic: patient of every synthetic image, by its name.
            scheme: label scheme of the cases.
            ending: suffix of the images.
        """
        return {}

    def missing(self, out: Path) -> str | None:
        """What the data set in ``out`` still lacks, in one sentence; ``None`` where it is whole."""


class SameLayout(OutputLayout):
    """That of the input: every path as it was, with the sample's name where the case's name was."""

    def files(self, case: Case, name: str, root: Path | None = None, *, sidecar: bool = True) -> SampleFiles:
        """The files of one sample, such as ``<name>/Images/<name>.nii.gz``."""

        def renamed(path: Path) -> Path:
            # Of a scan elsewhere, as a CSV may name one, the folder tells an image from a label map of its name.
            own = path.relative_to(root) if root and path.is_relative_to(root) else Path(path.parent.name, path.name)
            parts = [part.replace(case.name, name) for part in (*own.parts[:-1], stem(path))]
            folder = () if parts != [*own.parts[:-1], stem(path)] else (name,)
            return Path(*folder, *parts[:-1], parts[-1] + written_suffix(path))

        images, labels = ({path: renamed(path) for path in paths} for paths in (case.image_paths, case.label_paths))
        return SampleFiles(images, labels, Path(self.sidecars) / (name + ".json") if sidecar else None)


def sample_name(case: Case, replica: int) -> str:
    """Name of one sample, without a suffix."""
    return f"{case.name}_scar{replica:03d}"


def is_sample_name(name: str) -> bool:
    """Whether a case is called as a sample of another case is."""
    return SAMPLE.match(name) is not None


def ends_of_slices(case: Case) -> list[str]:
    """What follows the case's name in the name of each of its files; ``""`` where the case is one file."""
    if len(case.label_paths) < 2:
        return [""]
    found = [SLICE.match(stem(path)) for path in case.label_paths]
    return [f"_slice{one['index'] if one else f'{number:03d}'}" for number, one in enumerate(found)]


def written_suffix(path: Path) -> str:
    """The suffix of a file that is made from another: NIfTI is written compressed."""
    return ".png" if path.suffix.lower() == ".png" else ".nii.gz"
