"""A sound installation has no fault, and what is broken is named."""

import importlib.metadata
import json
from pathlib import Path
from types import SimpleNamespace

from claim_aug.generators.diffusion import generator
from claim_aug.jobs import doctor


def by_name():
    return {check.name: check for check in doctor.examine()}


def test_this_installation_is_sound():
    found = by_name()
    assert {name: check.detail for name, check in found.items() if check.state == "fault"} == {}
    assert found["weights of ddpm"].detail.startswith("read; sha256 ")
    assert "claim-aug" in found["versions"].detail


def test_the_sample_has_the_hash_of_this_release():
    """Where a change is meant, the new hash goes into ``doctor.EXPECTED``."""
    assert doctor.sample_hash() == doctor.EXPECTED


def test_weights_that_are_not_as_installed_are_a_fault(monkeypatch):
    path = generator.SHIPPED / "weights.safetensors"
    file = SimpleNamespace(hash=SimpleNamespace(value="AAAA"), locate=lambda: path)
    monkeypatch.setattr(importlib.metadata, "files", lambda name: [file])
    found = by_name()["weights of ddpm"]
    assert found.state == "fault"
    assert "is not as it was installed" in found.detail


def test_weights_that_cannot_be_read_are_a_fault(monkeypatch, tmp_path):
    monkeypatch.setattr(generator, "SHIPPED", Path(tmp_path))
    found = by_name()["weights of ddpm"]
    assert found.state == "fault"
    assert found.detail.endswith("install claim-aug anew")


def test_a_library_that_is_missing_is_a_note(monkeypatch):
    monkeypatch.setattr(doctor, "FRAMEWORKS", {"no_such_library": "monai"})
    found = by_name()
    assert found["frameworks"].detail == "none"
    assert found["not installed"].state == "note"
    assert 'monai; where you need one: pip install "claim-aug[NAME]"' in found["not installed"].detail


def test_json_has_every_check(capsys):
    from claim_aug.cli.doctor import doctor as command

    command(as_json=True)
    assert {check["name"] for check in json.loads(capsys.readouterr().out)} >= {"versions", "device", "self-test"}
