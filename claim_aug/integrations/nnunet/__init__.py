"""nnU-Net v2: a transform for its pipeline, and the trainers that it finds in the folder ``TRAINERS``."""

from pathlib import Path

#: For the environment variable ``nnUNet_extTrainer``; nnU-Net imports all that is in it.
TRAINERS = Path(__file__).parent / "trainers"
