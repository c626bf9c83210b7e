"""``accelerate launch -m claim_aug.training DATASET OUT [options]``: ``claim-aug train`` on several devices."""

import importlib
import sys

if __name__ == "__main__":
    sys.argv.insert(1, "train")
    # Looked up late: the command line stands above this room.
    importlib.import_module("claim_aug.cli").main()
