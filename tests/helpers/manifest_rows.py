"""The rows of a manifest as they stand in its file."""

import json


def rows(out):
    """One dictionary for each line of ``out/manifest.jsonl``."""
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]
