"""Run the command line within the test process, as ``main`` does."""

import sys
import warnings
from dataclasses import dataclass

import nibabel as nib
import numpy as np
import pytest

from claim_aug.cli import main

#: Most of what is said here holds for any generator; this one takes no time.
SIGNAL = ("--generator", "signal")


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
def case(phantom, tmp_path):
    """The healthy phantom as two files."""
    return save_case(tmp_path, phantom.image, phantom.labels, phantom.affine)


@pytest.fixture
def generate(cli, case, tmp_path):
    """Run ``generate`` on the phantom with further arguments."""

    def run(*arguments, image=case[0], labels=case[1], out=tmp_path / "out"):
        return cli("generate", *SIGNAL, image, labels, out, "--labels", "phantom", "-n", "2", *arguments)

    return run


def save_case(folder, image, labels, affine):
    """Write an image and a label map next to each other."""
    paths = folder / "heart.nii.gz", folder / "heart_labels.nii.gz"
    for path, array in zip(paths, (image, labels), strict=True):
        nib.save(nib.Nifti1Image(np.ascontiguousarray(array), affine), path)
    return paths
