"""What a set was made of comes from its sidecars and its manifest."""

import json

from claim_aug import ScarSynthesizer
from claim_aug.data.dataset import find_cases
from claim_aug.data.scan_set import read_scan_set
from claim_aug.jobs.generate import generate_case
from claim_aug.jobs.set_provenance import SetProvenance, set_provenance, without_folders
from claim_aug.phantom import make_phantom, write_emidec


def test_options_files_weights_and_patients_of_a_run_are_gathered(tmp_path):
    asked = {"seed": 0, "prior": "smile", "generator": "signal", "burden": 15.0}
    (tmp_path / "table.csv").write_text("read, too")
    for seed, name in enumerate("AB"):
        write_emidec(make_phantom(seed, shape=(80, 80, 4)), tmp_path / "scans", name)
    for case in find_cases(tmp_path / "scans"):
        synthesizer = ScarSynthesizer(labels="phantom", burden=15)
        generate_case(
            case, synthesizer, case.ventricle("phantom"), tmp_path / "out", count=2, seed=0, preview=False,
            request=asked, files=[tmp_path / "table.csv"],
        )  # fmt: skip
    out = tmp_path / "out"
    found = set_provenance(out, read_scan_set(out))
    assert found.patients == {"A": 2, "B": 2}
    assert set(found.hashes) == {"A", "B"}
    assert (found.priors, found.generators, found.anchors) == ({"smile": 4}, {"signal": 4}, {"rv_label": 4})
    assert found.options == {"burden": ("15.0",)}
    assert {name: len(hashes) for name, hashes in found.files.items()} == {"table.csv": 1}
    assert found.weights == {}
    assert len(found.software["numpy"]) == 1

    weights = {"model": "mine", "sha256": {"network.safetensors": "ab" * 32}, "licence": "CC BY 4.0"}
    row = {"id": "1", "name": "A", "case": "A", "replica": None, "synthetic": False}
    row |= {"files": {}, "inputs": {}, "warnings": [], "weights": weights}
    (out / "manifest.jsonl").write_text(json.dumps(row) + "\n")
    assert set_provenance(out, read_scan_set(out)).weights == {"mine (abababababab)": "CC BY 4.0"}


def test_of_any_other_folder_nothing_is_known(tmp_path):
    write_emidec(make_phantom(1, scar=True, shape=(80, 80, 4)), tmp_path, "A")
    assert set_provenance(tmp_path, read_scan_set(tmp_path, "phantom")) == SetProvenance()


def test_a_data_sheet_names_no_folder_of_a_computer():
    assert without_folders("transplant:/home/ada/bank.safetensors") == "transplant:bank.safetensors"
    assert without_folders("signal") == "signal"
