"""nnU-Net v2: a transform for its pipeline, and a trainer that it finds in the folder ``TRAINERS``."""

from pathlib import Path

#: For the environment variable ``nnUNet_extTrainer``; nnU-Net imports every file in it, so the trainer is alone there.
TRAINERS = Path(__file__).parent / "trainers"
