"""Draw the pictures of the page's documentation: ``python plugins/claim-aug-designer/make_pictures.py FOLDER``."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from claim_aug_designer.command import open_scan
from claim_aug_designer.folders import Folders
from claim_aug_designer.serve import Place, make_server
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from claim_aug.cli import Orientation

#: How long a busy computer may take.
PATIENCE_MS = 600_000


def main() -> None:
    """Write five pictures of a phantom into the folder that is given."""
    folder = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        place = start(Path(temporary))
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CLAIM_AUG_CHROMIUM") or None, args=["--no-sandbox"]
        )

        def opened(width: int, height: int, scheme: Any = "light") -> Page:
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.set_default_timeout(PATIENCE_MS)
            page.goto(place.address)
            return settled(page)

        page = opened(1440, 900)
        choose(page, 7, 8, 13)
        keep(page, folder / "design-segments.png")
        page.keyboard.press("b")
        keep(page, folder / "design-before.png")
        page = opened(1440, 900, "dark")
        choose(page, 4, 10, 11)
        for key in ("-", "-", "-", "-"):
            page.keyboard.press(key)
            settled(page)
        keep(page, folder / "design-depths.png")
        page = opened(1440, 900)
        choose(page, 12)
        paint(page)
        keep(page, folder / "design-brush.png")
        keep(opened(390, 844), folder / "design-phone.png")
        browser.close()


def start(out: Path) -> Place:
    """A designer with the phantom, in a thread that ends with the process."""
    folders, place = Folders(out), Place.at("127.0.0.1", 0)
    scan = open_scan(None, None, "emidec", Orientation(), folders, demo=True)
    server = make_server(folders, scan, place)
    threading.Thread(target=server.run, kwargs={"sockets": [place.listener]}, daemon=True).start()
    return place


def settled(page: Page) -> Page:
    """The page once nothing is painted any more."""
    page.wait_for_timeout(100)
    page.wait_for_selector("body[data-busy=false]")
    return page


def choose(page: Page, *segments: int) -> None:
    """Click segments."""
    for segment in segments:
        page.locator(f'#eye path[aria-label^="Segment {segment},"]').click()
        settled(page)


def paint(page: Page) -> None:
    """Paint a stroke down the septum."""
    page.locator("#paint").click()
    box = page.locator("#slice").bounding_box()
    assert box is not None
    across, down = box["x"] + 0.285 * box["width"], box["y"]
    page.mouse.move(across, down + 0.42 * box["height"])
    page.mouse.down()
    page.mouse.move(across, down + 0.58 * box["height"], steps=12)
    page.mouse.up()
    settled(page)


def keep(page: Page, path: Path) -> None:
    """Write what is seen."""
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").save(path, optimize=True)


if __name__ == "__main__":
    main()
