"""The manifest: rows are added whole, and a line that was cut off does no harm."""

import json
import multiprocessing

import pytest

from claim_aug.data.provenance import sha256
from claim_aug.jobs.runs.manifest import append_row, damage, drop_rows, read_rows, write_table


def row(name, **more):
    """A row of a scan itself, as short as one can be."""
    own = {"id": name, "name": name, "case": "a", "replica": None, "synthetic": False}
    return own | {"files": {}, "inputs": {}, "warnings": []} | more


def test_a_torn_last_line_is_passed_over_and_the_next_row_is_whole(tmp_path):
    append_row(tmp_path, row("a"))
    with (tmp_path / "manifest.jsonl").open("a") as stream:
        stream.write('{"id": "b", "ca')
    assert list(read_rows(tmp_path)) == ["a"]
    append_row(tmp_path, row("c"))
    assert list(read_rows(tmp_path)) == ["a", "c"]


@pytest.mark.parametrize(
    "damaged",
    [
        "[" * 100_000,
        "[1]",
        '{"id": "b"}',
        json.dumps(row("b", files=["x"])),
        json.dumps(row("b", files={"../x": "0"})),
        json.dumps(row("b", files={"/x": "0"})),
        json.dumps(row("b", inputs={"image": "x"})),
        json.dumps(row("b", synthetic=True)),
        json.dumps(row("b", synthetic=True, realised={}, anchor={}, quality={}, existing="none")),
    ],
)
def test_a_line_that_no_run_wrote_is_passed_over(tmp_path, damaged):
    append_row(tmp_path, row("a"))
    with (tmp_path / "manifest.jsonl").open("a") as stream:
        stream.write(f"{damaged}\n")
    assert list(read_rows(tmp_path)) == ["a"]


def add(folder, start):
    for number in range(start, start + 50):
        append_row(folder, row(str(number), filler="x" * 5000))


def test_rows_of_several_processes_do_not_mix(tmp_path):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=add, args=(tmp_path, start)) for start in (0, 50)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert sorted(map(int, read_rows(tmp_path))) == list(range(100))
    assert len((tmp_path / "manifest.jsonl").read_text().splitlines()) == 100


def test_rows_can_be_left_out(tmp_path):
    (tmp_path / "hidden").mkdir()
    for name in "ab":
        append_row(tmp_path, row(name))
    drop_rows(tmp_path, {"a"}, tmp_path / "hidden")
    assert list(read_rows(tmp_path)) == ["b"]


def test_the_table_for_people_does_not_depend_on_the_order_of_the_rows(tmp_path):
    rows = [row(str(n), replica=n, seconds=n, realised={"burden_percent": n}) for n in range(3)]
    tables = []
    for name, order in (("one", rows), ("other", rows[::-1])):
        (tmp_path / name).mkdir()
        for one in order:
            append_row(tmp_path / name, one)
        write_table(tmp_path / name, tmp_path)
        tables.append((tmp_path / name / "manifest.csv").read_text())
    assert tables[0] == tables[1]
    assert "seconds" not in tables[0]
    assert len(tables[0].splitlines()) == 4


@pytest.mark.parametrize(("change", "wrong"), [(None, None), ("other", "x has changed"), ("", "x is missing")])
def test_damage_is_named(tmp_path, change, wrong):
    path = tmp_path / "x"
    path.write_text("as it was")
    row = {"files": {"x": sha256(path)}}
    if change is not None:
        path.write_text(change) if change else path.unlink()
    assert damage(tmp_path, row) == wrong
