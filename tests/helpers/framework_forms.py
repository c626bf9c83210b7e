"""The forms of the frameworks: all ways in which each can be handed our transform."""

from __future__ import annotations

import os

import numpy as np
import torch

from claim_aug.testing import Form

os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
torch.set_num_threads(1)


class TorchioAsIs(Form):
    framework = "torchio"

    def image(self, kind, tensor):
        import torchio

        given = {"tensor": tensor} if torchio.__version__.startswith("1") else {"source": tensor}
        return getattr(torchio, kind)(**given, affine=self.affine)

    def data(self):
        return self.subject(**super().data())

    def subject(self, *, image=None, label=None, name="Case_3", **_):
        import torchio

        given = {"image": ("ScalarImage", image), "label": ("LabelMap", label)}
        images = {key: self.image(*one) for key, one in given.items() if one[1] is not None}
        return torchio.Subject(**images, name=name)

    def compose(self, transforms):
        import torchio

        return torchio.Compose(transforms)

    def extra(self, data, name):
        return data[name].data.numpy().reshape(self.truth[1].shape)

    def entry(self, data, name):
        return getattr(data, name)

    def kept(self, data):
        images = {key: data[key] for key in ("image", "label")}
        # The affine is an array in torchio 1, and an object that holds one in torchio 2.
        affines = {
            f"affine of {key}": np.asarray(getattr(one.affine, "data", one.affine)) for key, one in images.items()
        }
        own = {key: (type(image), image.data.dtype, image.data.shape) for key, image in images.items()}
        return own | affines | {"type": type(data), "name": data.name}

    def without(self, key):
        return self.subject(**{name: value for name, value in Form.data(self).items() if name != key})

    def with_labels(self, change):
        plain = Form.data(self)
        return self.subject(**plain | {"label": change(plain["label"])})

    def flip(self):
        import torchio

        return getattr(torchio, "RandomFlip", getattr(torchio, "Flip", None))(axes=(0,), flip_probability=1)


class Torchio(TorchioAsIs):
    p = "p"

    def transform(self, **settings):
        from claim_aug.integrations.torchio import ScarSynthesizer

        return ScarSynthesizer(**{"labels": "phantom"} | settings)


class MonaiAsIs(Form):
    framework = "monai"

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

    def kept(self, data):
        meta = {f"name of {key}": data[key].meta["filename_or_obj"] for key in ("image", "label")}
        affines = {f"affine of {key}": data[key].affine.numpy() for key in ("image", "label")}
        return super().kept(data) | meta | affines

    def flip(self):
        from monai.transforms import Flipd

        return Flipd(["image", "label"], spatial_axis=0)


class Monai(MonaiAsIs):
    p = "prob"

    def transform(self, **settings):
        from claim_aug.integrations.monai import ScarSynthesizerd

        return ScarSynthesizerd("image", "label", **{"labels": "phantom"} | settings)

    def hand_on(self, first, second):
        second.set_random_state(state=first.R)


class Albumentations(Form):
    framework = "albumentations"
    label_key = "mask"
    affine = None
    p = "p"

    def transform(self, **settings):
        from claim_aug.integrations.albumentations import ScarSynthesizer

        return ScarSynthesizer(**{"labels": "phantom", "p": 1.0} | settings)

    def data(self):
        return {"image": self.truth[0].copy(), "mask": self.truth[1].copy(), "name": "Case_3"}

    def run(self, transform, data):
        return transform(**data)

    def compose(self, transforms):
        import albumentations

        return albumentations.Compose(transforms)

    def seed(self, transform, number):
        transform.set_random_seed(number)

    def hand_on(self, first, second):
        second.set_random_state(first.random_generator, first.py_random)

    @property
    def truth(self):
        return tuple(array[..., 2] for array in super().truth)

    def flip(self):
        import albumentations

        return albumentations.VerticalFlip(p=1)


class BatchGenerators(Form):
    framework = "batchgeneratorsv2"
    label_key = "segmentation"
    affine = None
    p = "p"

    def transform(self, **settings):
        from claim_aug.integrations.nnunet.transform import ScarTransform

        return ScarTransform(**{"labels": "phantom", "unusable": "raise"} | settings)

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
