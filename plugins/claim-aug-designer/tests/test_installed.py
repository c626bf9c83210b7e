"""The command as it is installed: its wheel, a third party's plugin beside it, a browser, and no network."""

import io
import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from designer_page import burden, pixels, segment, settled, slide
from PIL import Image

PLUGINS = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the designer and the template of plugins, which is a third party's, installed from their wheels."""
    site = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    folders = [PLUGINS / name for name in ("claim-aug-designer", "claim-aug-template")]
    subprocess.run([*pip, "--target", str(site), *map(str, folders)], check=True, timeout=300)
    return site


@pytest.fixture(scope="module")
def server(installed, heart, tmp_path_factory):
    """``claim-aug design`` in a process of its own."""
    out = tmp_path_factory.mktemp("designed")
    command = ["design", *map(str, heart), "--labels", "phantom", "--out", str(out), "--no-browser"]
    own = {"PYTHONPATH": str(installed), "PYTHONUNBUFFERED": "1"}
    settings = {name: value for name, value in os.environ.items() if not name.startswith("CLAIM_AUG_PLUGINS")} | own
    start = [sys.executable, "-m", "claim_aug", *command]
    with subprocess.Popen(start, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        said = []
        while not (address := re.search(r"http://([^/]+)/\S+", said[-1] if said else "")):
            said.append(process.stdout.readline())
            assert said[-1], f"it ended before it said where it is: {said}"
        yield SimpleNamespace(place=SimpleNamespace(address=address[0], authority=address[1]), out=out)
        process.terminate()


def test_niivue_comes_with_the_wheel_as_it_was_released(installed):
    folder = installed / "claim_aug_designer" / "static" / "niivue"
    release = re.search(r"sha256 (\w+)", (folder / "VERSION").read_text("utf-8"))[1]
    assert sha256((folder / "niivue.umd.js").read_bytes()).hexdigest() == release
    assert "BSD 2-Clause" in (folder / "LICENSE").read_text("utf-8")


def test_the_whole_volume_is_drawn_with_its_scar(server, open_designer):
    page = settled(open_designer(server))
    page.keyboard.press("v")
    page.wait_for_selector("body[data-volume=drawn]", timeout=120_000)
    assert page.locator("#stack-said").inner_text().startswith("Drag")
    drawn = colours(page)
    assert (drawn.std(axis=(0, 1)) > 20).all()
    assert orange(drawn).sum() > 100
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.keyboard.press("b")
    page.keyboard.press("v")
    page.wait_for_selector("body[data-volume=drawn]", timeout=120_000)
    assert orange(colours(page)).sum() == 0
    # Without a graphics card the driver says that it is slow where the picture is read.
    assert [said for said in page.trouble if "GPU stall due to ReadPixels" not in said] == []


def colours(page):
    """The volume as it is seen, (rows, columns, 3)."""
    return np.asarray(Image.open(io.BytesIO(page.locator("#stack-canvas").screenshot())).convert("RGB")).astype(int)


def orange(shown):
    """Pixels of the colour of scar; the crosshair is pure red."""
    red, green, blue = np.moveaxis(shown, -1, 0)
    return (red > blue + 60) & (green > blue + 20)


def test_a_third_partys_prior_and_generator_have_their_own_options(server, open_designer):
    page = settled(open_designer(server))
    page.select_option("#prior", "midwall")
    page.select_option("#generator", "shift")
    settled(page)
    assert "mid-wall septal stripe" in page.locator("#summary").inner_text()
    page.locator("summary").click()
    for option, (low, high) in {"thickness": ("0.2", "1"), "brightness": ("0.5", "3")}.items():
        slider = page.locator(f"#option-{option}")
        assert (slider.get_attribute("min"), slider.get_attribute("max")) == (low, high)
        assert slider.is_visible()
    assert page.locator("#option-burden").count() == 0
    slide(page, "thickness", 0.2)
    thin, shown = burden(page), pixels(page)
    slide(page, "thickness", 0.9)
    assert burden(page) > 1.5 * thin
    slide(page, "brightness", 3)
    assert pixels(page) != shown
    assert segment(page, 8).get_attribute("aria-label").startswith("Segment 8, mid anteroseptal")
    page.locator("#save").click()
    page.wait_for_function("() => document.getElementById('said').textContent.startsWith('saved')")
    (sidecar,) = server.out.glob("scar001/sidecars/*.json")
    drawn = json.loads(sidecar.read_text("utf-8"))["parameters"]
    assert (drawn["prior"]["prior"], drawn["prior"]["thickness"]) == ("midwall", 0.9)
    assert (drawn["generator"]["generator"], drawn["generator"]["brightness"]) == ("shift", 3)
    assert page.trouble == []
