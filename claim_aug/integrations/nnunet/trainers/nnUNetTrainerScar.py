"""nnU-Net's trainer with scars in its training patches; nnU-Net finds it through ``nnUNet_extTrainer``."""

from __future__ import annotations

from typing import Any

from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

from claim_aug.integrations.nnunet.settings import read_settings
from claim_aug.integrations.nnunet.transform import ScarTransform


class nnUNetTrainerScar(nnUNetTrainer):
    """``nnUNetTrainer``, with ``ScarTransform`` before everything that it does to a training patch."""

    # A static method there; here it needs the data set's labels.
    def get_training_transforms(self, *args: Any, **settings: Any) -> Any:
        """nnU-Net's transforms, and ours in front."""
        transforms = nnUNetTrainer.get_training_transforms(*args, **settings)
        table = self.dataset_json
        own = read_settings(table["labels"], table.get("channel_names", table.get("modality")))
        transforms.transforms.insert(0, ScarTransform(**own))
        return transforms
