"""The template's prior and generator in a pipeline of torchio."""

import torch
import torchio

from claim_aug.integrations.torchio import ScarSynthesizer
from claim_aug.phantom import make_phantom

scan = make_phantom(1, scar=False, shape=(96, 96, 5))
subject = torchio.Subject(
    image=torchio.ScalarImage(tensor=torch.from_numpy(scan.image)[None], affine=scan.affine),
    label=torchio.LabelMap(tensor=torch.from_numpy(scan.labels)[None], affine=scan.affine),
)
scar = ScarSynthesizer("image", "label", prior="midwall", generator="shift", labels="phantom", thickness=0.4)
pipeline = torchio.Compose([scar, torchio.RandomFlip(axes=(0,)), torchio.RandomNoise()])

scarred = pipeline(subject)
print(scarred["image"].shape, "voxels of scar:", int((scarred["label"].data == 3).sum()))
