"""A config may claim any network; what its weights do not hold is not built."""

import json
import shutil

import pytest

from claim_aug.errors import InputError
from claim_aug.generators.diffusion.folder import read_model
from claim_aug.generators.diffusion.generator import SHIPPED
from claim_aug.segmentation import SHIPPED as START
from claim_aug.segmentation import read_segmenter


def claiming(source, folder, change):
    """A copy of a folder whose config claims something else."""
    shutil.copytree(source, folder)
    record = json.loads((folder / "config.json").read_text())
    change(record)
    (folder / "config.json").write_text(json.dumps(record))
    return folder


def test_a_huge_generator_is_refused_before_it_is_built(tmp_path):
    huge = claiming(SHIPPED, tmp_path / "model", lambda record: record["model"].update(widths=[4096] * 4))
    with pytest.raises(InputError, match=r"its config speaks of [0-9]{9,} weights, the file has"):
        read_model(huge)


def test_a_huge_segmenter_is_refused_before_it_is_built(tmp_path):
    huge = claiming(START, tmp_path / "start", lambda record: record["unet"].update(channels=[4096] * 5))
    with pytest.raises(InputError, match=r"its config speaks of [0-9]{9,} weights, the file has"):
        read_segmenter(huge)


@pytest.mark.parametrize("unet", [{"channels": [16] * 40, "units": 2}, {"channels": [], "units": 2}, {"channels": "x"}])
def test_a_config_of_no_network_is_refused(tmp_path, unet):
    with pytest.raises(InputError, match="no folder of a segmenter"):
        read_segmenter(claiming(START, tmp_path / "start", lambda record: record.update(unet=unet)))
