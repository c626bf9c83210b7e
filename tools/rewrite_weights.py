"""A model folder of the first format in the words of the second: ``python tools/rewrite_weights.py FOLDER``.

Every number stays as it is; only names in the files change, so nothing is trained anew.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from claim_aug.data.staging import staged
from claim_aug.generators.diffusion.folder import CONFIG, CONTROL_LAYOUT, KIND, WEIGHTS, old_name, read_config


def rewrite(folder: Path) -> None:
    """Write weights and config of a folder anew; both are replaced when both are there."""
    config, version = read_config(folder / CONFIG)
    if version == KIND.versions[-1]:
        return
    _, arrays = KIND.read(folder / WEIGHTS)
    arrays |= {name: arrays.pop(old_name(name)) for name in CONTROL_LAYOUT}
    about = {"format": KIND.format, "version": KIND.versions[-1], "model": config.to_json()}
    with staged(folder) as stage:
        (stage / WEIGHTS).write_bytes(KIND.pack(arrays, {}))
        (stage / CONFIG).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of a model")
    rewrite(parser.parse_args().folder)


if __name__ == "__main__":
    main()
