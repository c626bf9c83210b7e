"""The forms: every way in which a framework can be handed our transform, behind one small interface."""

from __future__ import annotations

import functools
import os
from importlib.util import find_spec

import numpy as np
import pytest
import torch

import claim_aug
from claim_aug.phantom import make_phantom

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
torch.set_num_threads(1)
#: What the forms have in common here.
CORE = {"labels": "phantom"}


@pytest.fixture(scope="session")
def heart():
    """A small healthy phantom: the tests make thousands of scars."""
    return make_phantom(3, scar=False, shape=(64, 64, 4))


class Form:
    """A dictionary of tensors, and the synthesizer as it is."""

    framework: str | None = None
    #: Whether it has a probability and ``out_keys``, as the framework's own transforms have.
    native = False
    label_key = "label"
    #: Keyword of the probability.
    p = "p"

    def __init__(self, heart):
        self.heart = heart

    def transform(self, **settings):
        return claim_aug.ScarSynthesizer(**CORE | settings)

    def gated(self, p, **settings):
        return self.transform(**{self.p: p}, **settings)

    def data(self):
        return {
            "image": torch.from_numpy(self.heart.image.copy())[None],
            "label": torch.from_numpy(self.heart.labels.copy())[None],
            "affine": self.heart.affine.copy(),
            "name": "Case_3",
        }

    def run(self, transform, data):
        return transform(data)

    def compose(self, transforms):
        """The transforms one after the other, as the framework composes them."""

        return lambda data: functools.reduce(lambda done, transform: self.run(transform, done), transforms, data)

    def seed(self, transform, number):
        torch.manual_seed(number)

    def arrays(self, data):
        """Image and labels without channels."""
        return tuple(np.asarray(data[key]).reshape(self.shape) for key in ("image", self.label_key))

    @property
    def shape(self):
        return self.heart.labels.shape

    @property
    def truth(self):
        """Image and labels of the input."""
        return self.heart.image, self.heart.labels

    def without(self, key):
        return {name: value for name, value in self.data().items() if name != key}

    def flip(self):
        """A spatial transform of the framework along the first axis."""
        return lambda data: data | {key: torch.flip(data[key], (1,)) for key in ("image", "label")}

    def extra(self, data, name):
        return np.asarray(data[name]).reshape(self.shape)


class Torchio(Form):
    framework = "torchio"
    native = True

    def transform(self, **settings):
        from claim_aug.integrations.torchio import ScarSynthesizer

        return ScarSynthesizer(**CORE | settings)

    def image(self, kind, tensor, affine):
        import torchio

        given = {"tensor": tensor} if torchio.__version__.startswith("1") else {"source": tensor}
        return getattr(torchio, kind)(**given, affine=affine)

    def data(self):
        import torchio

        plain = super().data()
        return torchio.Subject(
            image=self.image("ScalarImage", plain["image"], plain["affine"]),
            label=self.image("LabelMap", plain["label"], plain["affine"]),
            name="Case_3",
        )

    def compose(self, transforms):
        import torchio

        return torchio.Compose(transforms)

    def arrays(self, data):
        return tuple(data[key].data.numpy().reshape(self.shape) for key in ("image", "label"))

    def without(self, key):
        import torchio

        return torchio.Subject(**{name: self.data()[name] for name in ("image", "label") if name != key})

    def flip(self):
        import torchio

        return getattr(torchio, "RandomFlip", getattr(torchio, "Flip", None))(axes=(0,), flip_probability=1)

    def extra(self, data, name):
        return data[name].data.numpy().reshape(self.shape)


class TorchioAsIs(Torchio):
    native = False

    def transform(self, **settings):
        return Form.transform(self, **settings)


class Monai(Form):
    framework = "monai"
    native = True
    p = "prob"

    def transform(self, **settings):
        from claim_aug.integrations.monai import ScarSynthesizerd

        return ScarSynthesizerd("image", "label", **CORE | settings)

    def data(self):
        from monai.data import MetaTensor

        plain = super().data()
        affine = torch.from_numpy(plain.pop("affine"))
        for key in ("image", "label"):
            plain[key] = MetaTensor(plain[key], affine=affine, meta={"filename_or_obj": key})
        return plain

    def compose(self, transforms):
        from monai.transforms import Compose

        return Compose(transforms)

    def seed(self, transform, number):
        torch.manual_seed(number)
        if hasattr(transform, "set_random_state"):
            transform.set_random_state(number)

    def flip(self):
        from monai.transforms import Flipd

        return Flipd(["image", "label"], spatial_axis=0)


class MonaiAsIs(Monai):
    native = False

    def transform(self, **settings):
        return Form.transform(self, **settings)


class Albumentations(Form):
    framework = "albumentations"
    native = True
    label_key = "mask"

    def transform(self, **settings):
        from claim_aug.integrations.albumentations import ScarSynthesizer

        return ScarSynthesizer(**CORE | {"p": 1.0} | settings)

    def data(self):
        return {"image": self.truth[0].copy(), "mask": self.truth[1].copy(), "name": "Case_3"}

    def run(self, transform, data):
        return transform(**data)

    def compose(self, transforms):
        import albumentations

        return albumentations.Compose(transforms)

    def seed(self, transform, number):
        transform.set_random_seed(number)

    shape = property(lambda self: self.heart.labels.shape[:2])
    truth = property(lambda self: (self.heart.image[..., 2], self.heart.labels[..., 2]))

    def flip(self):
        import albumentations

        return albumentations.VerticalFlip(p=1)


class BatchGenerators(Form):
    framework = "batchgeneratorsv2"
    native = True
    label_key = "segmentation"

    def transform(self, **settings):
        from claim_aug.integrations.nnunet.transform import ScarTransform

        return ScarTransform(**CORE | {"unusable": "raise"} | settings)

    def data(self):
        plain = super().data()
        return {"image": plain["image"], "segmentation": plain["label"].to(torch.int16), "name": "Case_3"}

    def run(self, transform, data):
        return transform(**data)

    def compose(self, transforms):
        from batchgeneratorsv2.transforms.utils.compose import ComposeTransforms

        return ComposeTransforms(transforms)

    def seed(self, transform, number):
        np.random.seed(number)  # noqa: NPY002  what nnU-Net does

    def flip(self):
        from batchgeneratorsv2.transforms.spatial.mirroring import MirrorTransform

        return MirrorTransform((0,))


FORMS = {
    "as it is, dictionary": Form,
    "as it is, torchio": TorchioAsIs,
    "as it is, MONAI": MonaiAsIs,
    "torchio": Torchio,
    "MONAI": Monai,
    "albumentations": Albumentations,
    "batchgeneratorsv2": BatchGenerators,
}


def formed(name, heart):
    """The form of a name; skipped, by name, where its framework is not installed."""
    form = FORMS[name]
    if form.framework and not find_spec(form.framework):
        pytest.skip(f"{form.framework} is not installed")
    return form(heart)


@pytest.fixture(params=FORMS)
def form(request, heart):
    """Each form."""
    return formed(request.param, heart)


@pytest.fixture(params=[name for name, form in FORMS.items() if form.native])
def native(request, heart):
    """Each form with a probability and ``out_keys``."""
    return formed(request.param, heart)


class Samples(torch.utils.data.Dataset):
    """The same subject again and again, through a transform; its items are tensors, which every loader collates."""

    def __init__(self, form, transform, length, *, read=None):
        self.form, self.transform, self.length, self.read = form, transform, length, read

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        if index >= self.length:
            raise IndexError(index)
        data = self.form.run(self.transform, self.form.data())
        return self.read(data) if self.read else torch.from_numpy(self.form.arrays(data)[1].astype(np.int64))


@pytest.fixture
def samples():
    """The data set ``Samples``."""
    return Samples
