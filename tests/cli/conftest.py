"""Run the command line within the test process, as ``main`` does."""

import sys
import warnings
from dataclasses import dataclass

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from claim_aug.cli import main
from claim_aug.phantom import make_phantom, write_emidec


@dataclass
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def cli(monkeypatch, capsys):
    """``cli("generate", ...)`` gives exit code, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["claim-aug", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "200")
        with warnings.catch_warnings(), pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        return Done(end.value.code or 0, printed.out, printed.err)

    return run


@pytest.fixture
def png_case(scarred, tmp_path):
    """A slice of the infarcted phantom as two grey pictures."""
    plane = scarred.image[..., 4]
    Image.fromarray((255 * plane / plane.max()).astype(np.uint8)).save(tmp_path / "slice.png")
    Image.fromarray(scarred.labels[..., 4]).save(tmp_path / "mask.png")
    return tmp_path / "slice.png", tmp_path / "mask.png"


@pytest.fixture
def produced(tmp_path):
    """The files in a folder, that of ``generate`` where none is given."""
    return lambda out=tmp_path / "out": sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())


@pytest.fixture
def case(phantom, tmp_path):
    """The healthy phantom as two files."""
    return save_case(tmp_path, phantom.image, phantom.labels, phantom.affine)


@pytest.fixture
def infarcted(scarred, tmp_path):
    """The phantom with infarct and MVO as two files."""
    return save_case(tmp_path, scarred.image, scarred.labels, scarred.affine)


@pytest.fixture
def generate(cli, case, tmp_path):
    """Run ``generate`` on the phantom with further arguments."""

    # Most of what is said here holds for any generator; this one takes no time.
    def run(*arguments, image=case[0], labels=case[1], out=tmp_path / "out"):
        options = ("--generator", "signal", "--labels", "phantom", "-n", "2")
        return cli("generate", image, labels, out, *options, *arguments)

    return run


def save_case(folder, image, labels, affine):
    """Write an image and a label map next to each other."""
    paths = folder / "heart.nii.gz", folder / "heart_labels.nii.gz"
    for path, array in zip(paths, (image, labels), strict=True):
        nib.save(nib.Nifti1Image(np.ascontiguousarray(array), affine), path)
    return paths


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Three phantoms in EMIDEC's layout, the last two with scar."""
    folder = tmp_path_factory.mktemp("set") / "scans"
    for number in range(3):
        write_emidec(make_phantom(number, scar=bool(number), shape=(64, 64, 3)), folder, f"Case_{number}")
    return folder


@pytest.fixture
def generate_set(cli, dataset, tmp_path):
    """Run ``generate`` on the data set with further arguments."""

    def run(*arguments, source=dataset, out=tmp_path / "out"):
        return cli("generate", source, out, "--labels", "phantom", "--generator", "signal", "-n", "2", *arguments)

    return run
