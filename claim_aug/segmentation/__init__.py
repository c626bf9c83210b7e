"""One segmenter for every use: the windows it sees, its network, its training, and what it finds."""

from __future__ import annotations

from claim_aug.segmentation.folder import SHIPPED, load_start, read_segmenter, write_segmenter
from claim_aug.segmentation.segmenter import Segmenter

__all__ = ["SHIPPED", "Segmenter", "load_start", "read_segmenter", "write_segmenter"]
