"""A headless Chromium, where there is one, and axe, which finds what keeps people from using a page."""

import atexit
import functools
import os
from pathlib import Path

import pytest

#: Path of a Chromium, where it is not the one that ``playwright install chromium`` brings.
CHROMIUM = "CLAIM_AUG_CHROMIUM"


@functools.cache
def launched():
    """The one browser of this process: several folders of tests ask for it, and Playwright runs once at a time."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
    running = playwright.sync_playwright().start()
    try:
        browser = running.chromium.launch(executable_path=os.environ.get(CHROMIUM) or None, args=["--no-sandbox"])
    except playwright.Error as error:
        running.stop()
        pytest.skip(f"no Chromium ({str(error).splitlines()[0]}); playwright install chromium, or set {CHROMIUM}")
    atexit.register(running.stop)
    return browser


@pytest.fixture(scope="session")
def chromium():
    """A browser; tests that need it are skipped, by name, where there is none."""
    return launched()


@pytest.fixture(scope="session")
def axe():
    """``axe(page)`` gives the serious faults that axe finds."""
    found = pytest.importorskip("axe_playwright_python", reason="no axe: pip install axe-playwright-python")
    script = (Path(found.__file__).parent / "axe.min.js").read_text("utf-8")

    def faults(page):
        result = page.evaluate(f"(() => {{ {script} }})(), axe.run()")
        return [(one["id"], one["impact"]) for one in result["violations"] if one["impact"] in ("serious", "critical")]

    return faults
