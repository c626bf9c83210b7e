"""A bank comes back from its file as it went in, and no other file passes for one."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from claim_aug.errors import InputError
from claim_aug.generators.bank import LAYOUT, Bank, BankPatch
from claim_aug.generators.bank_file import CONVENTION, KIND, LICENCE, read_bank, write_bank
from claim_aug.generators.texture import DEPTHS, POSITIONS

ABOUT = {KIND.format: json.dumps({"version": 2, "scars": 1, "source": "x"})}


@pytest.fixture
def bank():
    rng = np.random.default_rng(0)
    cells = (DEPTHS, POSITIONS)
    patches = [
        BankPatch(rng.random(cells), rng.random(cells) < 0.9, row == 2, row // 2, row, 90.0, 30.0, 6.0, 0.6, 0.1)
        for row in range(4)
    ]
    return Bank.from_patches(patches, "phantoms")


@pytest.fixture
def file(bank, tmp_path):
    write_bank(bank, tmp_path / "bank.safetensors")
    return tmp_path / "bank.safetensors"


def test_a_bank_comes_back_as_it_was_written(bank, file):
    again = read_bank(file)
    assert again.source == "phantoms"
    for name, (kind, _) in LAYOUT.items():
        assert getattr(again, name).dtype == kind
        assert np.array_equal(getattr(again, name), getattr(bank, name))


def test_equal_banks_give_equal_bytes(bank, file, tmp_path):
    write_bank(bank, tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == file.read_bytes()


def test_the_file_says_what_it_is_how_it_is_normalised_and_who_answers_for_it(file):
    from safetensors import safe_open

    with safe_open(file, framework="numpy") as opened:
        (about,) = opened.metadata().values()
    known = {"version": 2, "scars": 2, "source": "phantoms", "licence": LICENCE, "convention": CONVENTION}
    assert json.loads(about) == known


def test_a_bank_is_read_once_until_its_file_changes(bank, file):
    first = read_bank(file)
    assert read_bank(str(file)) is first
    write_bank(replace(bank, source="other phantoms"), file)
    assert read_bank(file).source == "other phantoms"


def test_the_intensity_of_a_source_patient_is_the_median_of_its_infarct(bank):
    own = (bank.source_patient == 0) & ~bank.mvo
    assert bank.intensity(0) == pytest.approx(np.median(bank.texture[own][bank.measured[own]]), abs=1e-3)
    assert list(bank.source_patients) == [0, 1]


def spoil(arrays, name, array):
    return arrays | {name: array}


@pytest.mark.parametrize("about", [{}, {KIND.format: "[1]"}, {KIND.format: "no json"}, {"format": "pt"}])
def test_arrays_without_the_words_of_a_bank_are_something_else(file, about):
    save_file(load_file(file), file, about)
    with pytest.raises(InputError, match="it is a safetensors file of something else"):
        read_bank(file)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda a: spoil(a, "arc", a["arc"].astype("float64")), "arc needs to be float32"),
        (lambda a: spoil(a, "texture", np.ascontiguousarray(a["texture"][:, :5])), "texture needs to be"),
        (lambda a: spoil(a, "length", a["length"][:2]), "length needs to be float32 of shape (4,)"),
        (lambda a: spoil(a, "noise", a["noise"] * np.nan), "noise holds values that are NaN"),
        (lambda a: spoil(a, "length", a["length"] * 0), "length holds values that are not positive"),
        (lambda a: spoil(a, "mvo", np.ones(4, bool)), "it holds no infarct"),
        (lambda a: {name: array for name, array in a.items() if name != "mvo"}, "mvo is missing"),
        (lambda a: spoil(a, "extra", a["arc"]), "extra is not part of it"),
    ],
    ids=["dtype", "shape", "count", "nan", "size", "no-infarct", "missing", "extra"],
)
def test_impossible_content_is_refused_by_name(file, change, reason):
    save_file(change(load_file(file)), file, ABOUT)
    with pytest.raises(InputError) as refused:
        read_bank(file)
    assert str(file) in str(refused.value)
    assert reason in str(refused.value)


@pytest.mark.parametrize("version", [1, 7])
def test_another_version_is_refused_with_both_versions(file, version):
    save_file(load_file(file), file, {KIND.format: json.dumps({"version": version})})
    with pytest.raises(InputError, match=f"format version {version}, this release reads version 2"):
        read_bank(file)


class Bomb:
    """Would shout if it were unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was executed",))


@pytest.mark.parametrize(
    "write",
    [
        lambda path, content: path.write_bytes(content[: len(content) // 2]),
        lambda path, content: path.write_bytes(content[:5]),
        lambda path, content: path.write_bytes(b""),
        lambda path, content: path.write_bytes(pickle.dumps(Bomb())),
        lambda path, content: path.write_text("not a bank, but a text\n" * 20),
        lambda path, content: save_file({"weight": np.zeros(3, np.float32)}, path),
        lambda path, content: (path.unlink(), path.mkdir()),
        lambda path, content: path.unlink(),
    ],
    ids=["half", "stub", "empty", "pickle", "text", "other-safetensors", "folder", "missing"],
)
def test_what_is_no_bank_is_refused_by_name_with_what_to_do(file, write):
    write(file, file.read_bytes())
    with pytest.raises(InputError) as refused:
        read_bank(file)
    assert str(file) in str(refused.value)
    assert "claim-aug bank build" in str(refused.value)
    assert "\n" not in str(refused.value)
