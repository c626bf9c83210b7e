"""A synthesizer called as a transform, without any framework."""

import subprocess
import sys

import numpy as np
import pytest

from claim_aug import ScarSynthesizer
from claim_aug.errors import InputError, MissingDependencyError
from claim_aug.optional import need


@pytest.mark.parametrize(("image", "label"), [("image", "label"), ("img", "seg"), ("lge", "mask")])
def test_usual_names_are_found(phantom, image, label):
    data = {image: phantom.image, label: phantom.labels, "affine": phantom.affine}
    done = ScarSynthesizer(labels="phantom")(data)
    assert (done[label] == 3).any()
    assert list(done) == list(data)


def test_other_names_and_other_things_are_refused(phantom):
    synthesizer = ScarSynthesizer(labels="phantom")
    with pytest.raises(InputError, match=r"needs an image under one of 'image', 'img', 'lge', it has 'x'"):
        synthesizer({"x": phantom.image})
    with pytest.raises(InputError, match="needs a label map under one of"):
        synthesizer({"image": phantom.image})
    with pytest.raises(InputError, match="takes a torchio Subject or a dictionary .* got ndarray"):
        synthesizer(np.zeros(3))


def test_calling_it_imports_no_framework():
    code = (
        "import sys, numpy as np; from claim_aug import ScarSynthesizer; from claim_aug.phantom import make_phantom;"
        "heart = make_phantom(1, scar=False, shape=(64, 64, 4));"
        "ScarSynthesizer(labels='phantom')({'image': heart.image, 'label': heart.labels, 'affine': heart.affine});"
        "print(sorted(set(sys.modules) & {'torchio', 'monai', 'albumentations', 'batchgeneratorsv2'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_missing_framework_is_answered_with_the_command_that_installs_it():
    with pytest.raises(MissingDependencyError, match=r'pip install "claim-aug\[torchio\]"') as caught:
        need("torchio_that_nobody_has", "torchio")
    assert isinstance(caught.value, ImportError)
