"""A small data set, and runs over it."""

import json
from pathlib import Path

import pytest

from claim_aug import ScarSynthesizer
from claim_aug.data.registered_output_layouts import find_output_layout
from claim_aug.jobs.runs.generate import generate_dataset
from claim_aug.jobs.runs.plan import plan_run
from claim_aug.jobs.runs.serial import Serial
from claim_aug.phantom import make_phantom, write_emidec

PER_CASE = 3


@pytest.fixture(scope="session")
def scans(tmp_path_factory):
    """Two phantoms in EMIDEC's layout, one of them with scar."""
    folder = tmp_path_factory.mktemp("scans")
    for number in range(2):
        write_emidec(make_phantom(number, scar=bool(number), shape=(64, 64, 3)), folder, f"Case_{number}")
    return folder


@pytest.fixture
def generate(scans):
    """``generate(out, ...)`` runs over the data set, and gives the summary."""

    def run(out, *, dataset=scans, options=None, layout="plain", executor=None, **more):
        synthesizer = ScarSynthesizer(labels="phantom", existing="replace", **(options or {}))
        settings = {"scan": str(dataset), "seed": 0, "per-case": PER_CASE, **(options or {})}
        keywords = {"per_case": PER_CASE, "seed": 0, "settings": settings, "command": "again"} | more
        return generate_dataset(
            plan_run(dataset, synthesizer.labels),
            synthesizer,
            out,
            layout=find_output_layout(layout),
            root=dataset,
            executor=executor or Serial(),
            **keywords,
        )

    return run


@pytest.fixture(scope="session")
def content():
    """Files of a run by their paths, and its rows in the order of their ids without their seconds."""

    def read(out):
        files = {str(path.relative_to(out)): path for path in Path(out).rglob("*") if path.is_file()}
        rows = [json.loads(line) for line in files.pop("manifest.jsonl").read_text().splitlines()]
        rows = sorted(({**row, "seconds": 0} for row in rows), key=lambda row: row["id"])
        return {name: path.read_bytes() for name, path in files.items()}, rows

    return read


@pytest.fixture(scope="session")
def undisturbed(scans, tmp_path_factory, content):
    """What a run in this process leaves that nobody disturbs."""
    out = tmp_path_factory.mktemp("runs") / "out"
    synthesizer = ScarSynthesizer(labels="phantom", existing="replace")
    generate_dataset(
        plan_run(scans, synthesizer.labels),
        synthesizer,
        out,
        layout=find_output_layout("plain"),
        root=scans,
        per_case=PER_CASE,
        seed=0,
        executor=Serial(),
        settings={"scan": str(scans), "seed": 0, "per-case": PER_CASE},
        command="again",
    )
    return content(out)
