"""Native transforms of torchio, MONAI, albumentations and nnU-Net: one module each, which imports its framework."""
