"""A blind reading gives nothing away, and what the reader saves is what is scored."""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from claim_aug.errors import InputError
from claim_aug.evaluation.reading import score_reading
from claim_aug.jobs.reading import choose_slices, read_answers, read_key
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.report.reading import make_reading, plot_reading

SCHEME = {"labels": "phantom"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reading")
    for kind, first in (("synthetic", 0), ("real", 10)):
        for seed in range(first, first + 4):
            scan = make_phantom(seed, scar=True, shape=(80, 80, 4))
            write_emidec(scan, folder / kind, f"{kind}_{seed}")
    make_reading(folder / "synthetic", folder / "real", folder / "out", count=8, seed=3, **SCHEME)
    return folder


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text())[1])


def test_the_page_holds_no_name_and_no_truth(made):
    page = (made / "out" / "reading.html").read_text()
    assert "synthetic_" not in page
    assert "real_" not in page
    assert set(data_of(made / "out" / "reading.html")["slices"][0]) == {"number", "image"}


def test_all_slices_are_files_of_one_size_shape_and_kind(made):
    files = [
        base64.b64decode(one["image"].partition(",")[2]) for one in data_of(made / "out" / "reading.html")["slices"]
    ]
    assert len({len(file) for file in files}) == 1
    opened = [Image.open(io.BytesIO(file)) for file in files]
    assert {(image.size, image.format) for image in opened} == {((320, 320), "WEBP")}
    assert all(not image.getexif() and "xmp" not in image.info for image in opened)
    assert len({np.asarray(image).tobytes() for image in opened}) == 8


def test_half_are_synthetic_and_the_order_is_of_the_seed(made):
    _, kinds = read_key(made / "out" / "key.json")
    assert sorted(kinds.values()) == ["real"] * 4 + ["synthetic"] * 4
    orders = [
        [one.scan for one in choose_slices(made / "synthetic", made / "real", 8, seed, **SCHEME)] for seed in (3, 3, 4)
    ]
    assert orders[0] == orders[1] != orders[2]


def test_too_few_scans_and_odd_numbers_are_refused(made):
    with pytest.raises(InputError, match="has 4 scans with scar, 10 are needed; give more, or -n 8"):
        choose_slices(made / "synthetic", made / "real", 20, 0, **SCHEME)
    with pytest.raises(InputError, match="even number"):
        choose_slices(made / "synthetic", made / "real", 7, 0, **SCHEME)


def test_answers_of_another_reading_are_refused(made, tmp_path):
    reading, kinds = read_key(made / "out" / "key.json")
    record = {"format": "claim-aug reading answers 1", "reading": "other", "reader": "A", "answers": []}
    path = tmp_path / "answers.json"
    path.write_text(json.dumps(record))
    with pytest.raises(InputError, match="answers of another reading"):
        read_answers(path, reading, kinds)
    for broken in ({}, record | {"answers": [{"slice": "001", "called": "maybe", "confidence": 3}]}):
        path.write_text(json.dumps(broken))
        with pytest.raises(InputError, match="holds no answers"):
            read_answers(path, reading, kinds)
    with pytest.raises(InputError, match="is not the key.json"):
        read_key(path)


def test_in_a_browser_the_reading_is_done_by_keyboard_and_scored(open_page, axe, made, tmp_path):
    _, kinds = read_key(made / "out" / "key.json")
    page = open_page(made / "out" / "reading.html", 390)
    assert axe(page) == []
    page.locator("#reader").fill("Reader <1>")
    page.locator("#start").click()
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.getElementById('slice').decode().then(() => true)")
    page.keyboard.press("Enter")  # nothing is answered yet
    assert page.locator("#where").inner_text() == "Slice 1 of 8"
    for number in sorted(kinds):
        page.keyboard.press("r" if kinds[number] == "real" else "s")
        page.keyboard.press("4")
        page.keyboard.press("Enter")
    with page.expect_download() as download:
        page.locator("#save").click()
    download.value.save_as(tmp_path / "answers.json")
    assert page.trouble == []
    name, answers = read_answers(tmp_path / "answers.json", *read_key(made / "out" / "key.json"))
    assert name == "Reader <1>"
    score = score_reading(kinds, {name: answers})
    assert score.readers[0].accuracy.value == 1
    plot_reading(score, tmp_path / "figure.png")
    with Image.open(tmp_path / "figure.png") as figure:
        assert figure.width > 800
