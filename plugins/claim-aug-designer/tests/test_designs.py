"""A design gives the same scar in the page, from the copied command line, from the Python lines, and saved."""

import base64
import itertools
import shlex

import numpy as np
import pytest
from claim_aug_designer.design import Design
from claim_aug_designer.files import save, save_series, written_files
from claim_aug_designer.measured import show
from claim_aug_designer.spelling import command_line, python_lines
from command_line import run_command

from claim_aug.errors import InputError


def painted(scan):
    """A mask of segment 8's inner half."""
    anatomy = scan.anatomy
    return anatomy.on_grid((anatomy.segment == 8) & (anatomy.transmural < 0.5))


DESIGNS = {
    "drawn": lambda scan: Design(seed=4),
    "segments": lambda scan: Design(options={"segments": [7, 8, 13], "burden": 12, "mvo": 0.1}),
    "range": lambda scan: Design("smile", options={"territory": "LAD", "burden": [5, 9.5], "preset": "chronic"}),
    "table": lambda scan: Design("manual", table={7: 0.75, 8: 0.5}, options={"grey_zone": 0.2}),
    "painted": lambda scan: Design("manual", painted=painted(scan)),
    "random": lambda scan: Design("random", options={"burden": 6}),
    "set": lambda scan: Design("smile", "ddpm", options={"steps": 2, "guidance": 1.0, "burden": 4}),
}


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", DESIGNS)
def test_saved_files_equal_those_of_the_copied_command_byte_for_byte(name, scan, tmp_path):
    design = DESIGNS[name](scan)
    sidecar = save(scan, design, tmp_path, "saved")
    command = command_line(scan, design, written_files(scan, design, tmp_path), tmp_path / "copied")
    program, *arguments = shlex.split(command)
    assert program == "claim-aug"
    done = run_command(arguments, tmp_path)
    assert done.code == 0, done.said
    saved = files_of(tmp_path / "saved")
    assert {path.split("/")[0] for path in saved} == {"images", "labels", "sidecars"}
    assert saved == files_of(tmp_path / "copied")
    sample, _ = scan.sample(design)
    assert sidecar["seed"] == sample.seed
    written = scan.case.image_file.read(next((tmp_path / "saved" / "images").iterdir())).data
    assert (written == sample.image).all()


@pytest.mark.parametrize("name", ["segments", "table", "painted", "set"])
def test_the_python_lines_make_the_same_sample(name, scan, tmp_path):
    design = DESIGNS[name](scan)
    lines = python_lines(scan, design, written_files(scan, design, tmp_path))
    namespace = {}
    exec(lines, namespace)
    expected = scan.sample(design)[0]
    assert (namespace["sample"].image == expected.image).all()
    assert (namespace["sample"].labels == expected.labels).all()


def test_a_display_stack_goes_back_into_the_grid(scan):
    volume = np.random.default_rng(0).random(scan.anatomy.grid_shape)
    assert (scan.display.volume(scan.display.stack(volume)) == volume).all()


def test_in_the_display_anterior_is_up_and_the_septum_left(scan):
    stack = scan.display.stack(scan.anatomy.on_grid(scan.anatomy.segment))
    places = {segment: np.argwhere(stack == segment).mean(0) for segment in (7, 9, 10, 12)}
    assert places[7][1] < places[10][1]  # rows run down
    assert places[9][2] < places[12][2]
    assert np.argwhere(np.isin(stack, range(1, 7)))[:, 0].max() <= np.argwhere(stack >= 13)[:, 0].min()


def test_a_sample_is_shown_with_its_voxels_and_numbers(scan):
    sample, notes = scan.sample(Design(options={"burden": 10}))
    shown = show(scan, sample, notes)
    index = np.frombuffer(base64.b64decode(shown["changed"]), "<u4")
    values = np.frombuffer(base64.b64decode(shown["values"]), "<f4")
    after = scan.display.stack(scan.case.image_file.data.astype(np.float32))
    after.ravel()[index] = values
    assert (after == scan.display.stack(sample.image).astype(np.float32)).all()
    numbers = shown["numbers"]
    assert numbers["totals"]["scar"]["percent_lv"] == pytest.approx(numbers["realised"]["burden_percent"], abs=1e-3)
    assert set(numbers["rules"]) == {"2SD", "3SD", "4SD", "5SD", "6SD", "FWHM"}


def test_what_cannot_be_met_is_said_in_words(scan):
    sample, notes = scan.sample(Design(options={"burden": 60, "segments": [17]}))
    assert "is what AHA segments [17] can hold" in show(scan, sample, notes)["notes"][0]


def test_painted_scar_comes_from_the_bits_of_the_display(scan):
    mask = painted(scan)
    bits = np.packbits(scan.display.stack(mask).ravel(), bitorder="little")
    text = base64.b64encode(bits.tobytes()).decode()
    design = Design.from_json({"prior": "manual", "painted": text}, scan.display)
    assert (design.painted == mask).all()
    sample, _ = scan.sample(design)
    assert (sample.infarct == mask).all()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (7, "a design needs"),
        ({"colour": "red"}, "a design needs"),
        ({"prior": 3}, "prior of a design needs to be str"),
        ({"seed": True}, "seed of a design needs to be int"),
        ({"prior": "manual", "table": {"19": 0.5}}, "AHA segments 1-17"),
        ({"prior": "manual", "table": [1]}, "depths by AHA segment"),
        ({"prior": "manual", "painted": "AAAA"}, "bytes for this scan"),
        ({"prior": "manual", "painted": "no bits"}, "in base64"),
        ({"prior": "smile", "table": {"7": 0.5}}, "prior manual's"),
    ],
)
def test_designs_that_are_none_are_refused(given, said, scan):
    with pytest.raises(InputError, match=said):
        Design.from_json(given, scan.display)


def test_a_series_grows_one_scar(scan, tmp_path):
    rows = list(save_series(scan, Design(options={"burden": 12, "territory": "RCA"}), "growth", tmp_path, "series"))
    burdens = [row["burden_percent"] for row in rows]
    assert len(rows) == 10
    assert burdens == sorted(burdens)
    assert burdens[0] == pytest.approx(5, abs=1)
    labels = [
        scan.case.label_file.read(next((tmp_path / "series" / row["folder"]).rglob("labels/*"))).data for row in rows
    ]
    scars = [np.isin(one, (3, 4)) for one in labels]
    for smaller, larger in itertools.pairwise(scars):
        assert (smaller & larger).sum() > 0.8 * smaller.sum()
    assert (tmp_path / "series" / "series.csv").read_text().count("claim-aug generate") == 10


def test_a_series_turns_through_the_territories(scan, tmp_path):
    rows = list(save_series(scan, Design(options={"segments": [7], "burden": 8}), "territories", tmp_path, "series"))
    assert [row["folder"] for row in rows] == ["territory_LAD", "territory_RCA", "territory_LCX"]
    assert all(row["burden_percent"] > 0 for row in rows)
