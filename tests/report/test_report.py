"""The page of an evaluation: one file, no network, usable by keyboard and on a phone."""

import json
import re
from html.parser import HTMLParser

import pytest

from claim_aug import ScarSynthesizer
from claim_aug.data.case import Case
from claim_aug.jobs.generate import generate_case
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.report.html import spread, strip
from claim_aug.report.pages import embedded
from claim_aug.report.write import evaluate_and_write


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """The folder of a report of two patients, one with a name that is markup."""
    folder = tmp_path_factory.mktemp("report")
    for seed, name in ((1, "A"), (2, "B<b>&amp;")):
        write_emidec(make_phantom(seed, scar=False, shape=(80, 80, 4)), folder / "real", name)
        case = Case.from_files(*(folder / "real" / name / part / f"{name}.nii.gz" for part in ("Images", "Contours")))
        synthesizer = ScarSynthesizer(labels="phantom", burden=20)
        generate_case(case, synthesizer, case.ventricle("phantom"), folder / "out", count=1, seed=0, preview=False)
    write_emidec(make_phantom(11, scar=True, shape=(80, 80, 4)), folder / "real", "C")
    evaluate_and_write(folder / "out", folder / "real", folder / "written", segmenter=None, draws=5)
    return folder / "written"


@pytest.fixture(scope="session")
def page(written):
    return (written / "report.html").read_text("utf-8")


class Reader(HTMLParser):
    """Elements that stay open, addresses, and headings."""

    VOID = ("meta", "input", "img", "br", "link")

    def __init__(self):
        super().__init__()
        self.open, self.addresses, self.headings = [], [], []

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.open.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href", "xlink:href")]

    def handle_startendtag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("h1", "h2"):
            self.headings.append(data)


def test_the_page_is_whole_and_asks_for_nothing(page):
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert all(address.startswith(("data:", "#")) for address in reader.addresses)
    assert "default-src 'none'" in page
    assert [text for text in reader.headings if text in ("Metrics", "Where scar lies", "Scans")] != []


def test_the_verdict_comes_first_and_is_that_of_the_json(page, written):
    record = json.loads((written / "evaluation.json").read_text())
    assert page.index(record["sentence"]) < page.index("<h2>Metrics")
    for metric in record["metrics"]:
        assert f"<code>{metric['name']}" in page


def test_the_data_sheet_says_what_was_made_of_whom_and_what_it_is_not_for(written):
    text = (written / "datasheet.md").read_text()
    assert json.loads((written / "evaluation.json").read_text())["sentence"] in text
    assert "- synthetic: 2 scans with scar" in text
    assert re.search(r"\| burden, %LV \| 20\.\d ± 0\.\d \|", text)
    assert re.search(r"\| A \| 1 \| [0-9a-f]{12} \|", text)
    assert "- segments anchored by: `rv_label` (2)\n" in text
    assert "Not judged: leaks, " in text
    assert "not for diagnosis" in text
    assert "licence" in text
    assert "{" not in text
    assert "\n\n\n" not in text


def test_the_model_card_says_what_made_the_scar_what_for_and_how_it_did(written):
    text, record = (written / "modelcard.md").read_text(), json.loads((written / "evaluation.json").read_text())
    assert record["sentence"] in text
    assert re.search(r"- scar painted by: `\w+` \(2\)\n", text)
    assert "## Intended use" in text
    assert "Not to test a segmenter" in text
    judged = [metric for metric in record["metrics"] if metric["value"] is not None]
    assert len(judged) > 3
    assert all(re.search(rf"\| `{metric['name']}` \| .* \| {metric['verdict']} \|", text) for metric in judged)
    assert "{" not in text
    assert "\n\n\n" not in text


def test_names_are_text_and_never_markup(page):
    assert "B<b>" not in page
    assert "B&lt;b&gt;&amp;amp;_scar000" in page
    assert str(embedded("</script>")) == '"\\u003c/script>"'


def test_every_scan_has_its_slices_before_and_after(page):
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page)[1])
    assert set(data) == {"A_scar000", "B<b>&amp;_scar000"}
    for slices in data.values():
        assert len(slices) >= 3
        assert all(one["before"].startswith("data:image/webp") and one["after"] for one in slices)
        assert any(one["paths"]["scar"] for one in slices)
        assert slices[0]["title"].startswith("slice 1 of ")


def test_fifty_scans_stay_below_ten_megabytes(page):
    assert len(page) / 2 * 50 < 10e6


def test_a_strip_lies_within_its_width():
    from claim_aug.evaluation.metric import Metric

    found = strip(Metric("one", "realism", 2.0, 1.0, 3.0, (0.0, 9.0), fine=(None, 1.0)))
    assert (
        0 < found["chance"][0] < found["interval"][0] < found["value"] < found["interval"][1] < found["chance"][1] < 200
    )
    assert found["fine"] == (0, found["interval"][0])
    assert strip(Metric("one", "realism", None)) is None


def test_a_contact_sheet_is_spread_over_the_scans():
    assert spread(list("abcdefghij"), 4) == ["a", "d", "g", "j"]
    assert spread(["a"], 4) == ["a"]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_in_a_browser_nothing_is_asked_for_and_axe_finds_no_fault(open_page, axe, written, width, scheme):
    page = open_page(written / "report.html", width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.trouble == []
    assert axe(page) == []


def test_in_a_browser_slider_and_keys_walk_and_blink(open_page, written):
    page = open_page(written / "report.html")
    figure = page.locator("[data-scan]").first
    image, place, state = figure.locator("img"), figure.locator(".place"), figure.locator(".state")
    data = json.loads(page.locator("#data").text_content())
    slices = data[figure.get_attribute("data-scan")]
    assert place.inner_text() == slices[int(figure.get_attribute("data-first"))]["title"]
    page.locator("#slice").focus()
    page.keyboard.press("End")
    assert place.inner_text().startswith(f"slice {len(slices)} of ")
    page.keyboard.press("Home")
    assert place.inner_text().startswith("slice 1 of")
    after = image.get_attribute("src")
    page.keyboard.press("b")
    assert state.inner_text() == "before"
    assert page.locator("#before").get_attribute("aria-pressed") == "true"
    page.keyboard.press("b")
    assert (state.inner_text(), image.get_attribute("src")) == ("after", after)
    outlined = figure.locator("svg path").count()
    page.keyboard.press("o")
    assert figure.locator("svg path").count() < outlined
    assert page.trouble == []
