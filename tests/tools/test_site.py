"""The site is built without a warning, its links lead somewhere, and its pages ask no other computer for anything."""

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

pytest.importorskip("sphinx", reason="the site needs the extra docs")
pytest.importorskip("furo", reason="the site needs the extra docs")
pytest.importorskip("myst_parser", reason="the site needs the extra docs")
ROOT = Path(__file__).parents[2]
#: Elements that a browser fetches without being asked, and the attributes that say what.
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "object": "data"}


class Page(HTMLParser):
    """What a page fetches, where its links lead, and the places on it that links may lead to."""

    def __init__(self, file):
        super().__init__()
        self.fetched, self.links, self.places = [], [], set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.places.add(found.get("id"))
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        if tag in FETCHED and found.get(FETCHED[tag]):
            self.fetched.append(found[FETCHED[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built."""
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, str(ROOT / "tools" / "make_site.py"), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return out


@pytest.fixture(scope="module")
def pages(site):
    return {file.relative_to(site).as_posix(): Page(file) for file in site.rglob("*.html")}


def test_every_page_of_the_docs_is_on_the_site(pages):
    assert {f"{page.stem}.html" for page in (ROOT / "docs").glob("*.md")} < set(pages)
    assert {"commands.html", "api.html", "search.html"} < set(pages)


def test_nothing_is_fetched_from_outside(site, pages):
    outside = {name: [one for one in page.fetched if "//" in one] for name, page in pages.items()}
    assert {name: found for name, found in outside.items() if found} == {}
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        assert "@import" not in text
        assert "url(http" not in text.replace('"', "").replace("'", "")
        assert "url(//" not in text.replace('"', "").replace("'", "")


def test_links_lead_to_pages_and_places_that_are_there(site, pages):
    lost = []
    for name, page in pages.items():
        for link in page.links:
            target, _, place = unquote(link).partition("#")
            if "://" in target or target.startswith("mailto:"):
                continue
            file = ((site / name).parent / target).resolve() if target else site / name
            if not file.is_file() or (place and place not in pages[file.relative_to(site).as_posix()].places):
                lost.append(f"{name}: {link}")
    assert lost == []


def test_every_command_and_public_name_is_on_the_site(pages):
    listed = {line.split("(")[0] for line in (ROOT / "tests" / "public_api.txt").read_text().splitlines()}
    names = {name for name in listed if name.startswith("claim_aug.") and name.count(".") == 1}
    assert {"claim_aug.ScarSynthesizer", "claim_aug.evaluate"} <= names
    documented = {place.rpartition(".")[2] for place in pages["api.html"].places if place}
    assert {name.rpartition(".")[2] for name in names} - {"__version__"} <= documented
    assert "claim-aug-plugins-check" in pages["commands.html"].places
