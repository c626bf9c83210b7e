"""A headless Chromium for pages, where there is one."""

import os
from pathlib import Path

import pytest

#: Path of a Chromium, where it is not the one that ``playwright install chromium`` brings.
CHROMIUM = "CLAIM_AUG_CHROMIUM"


@pytest.fixture(scope="session")
def chromium():
    """A browser; tests that need it are skipped, by name, where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
    with playwright.sync_playwright() as running:
        try:
            browser = running.chromium.launch(executable_path=os.environ.get(CHROMIUM) or None, args=["--no-sandbox"])
        except playwright.Error as error:
            pytest.skip(f"no Chromium ({str(error).splitlines()[0]}); playwright install chromium, or set {CHROMIUM}")
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """``open_page(path, width)`` opens a file offline; the page keeps what went wrong in ``page.trouble``."""
    contexts = []

    def opened(path, width=1440, scheme="light"):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.trouble = []
        page.on("console", lambda message: page.trouble.append(message.text))
        page.on("pageerror", lambda error: page.trouble.append(str(error)))
        page.on(
            "request",
            lambda request: request.url.startswith(("data:", "blob:", "file:")) or page.trouble.append(request.url),
        )
        page.goto(Path(path).resolve().as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe():
    """``axe(page)`` gives the serious faults that axe finds."""
    found = pytest.importorskip("axe_playwright_python", reason="no axe: pip install axe-playwright-python")
    script = (Path(found.__file__).parent / "axe.min.js").read_text("utf-8")

    def faults(page):
        result = page.evaluate(f"(() => {{ {script} }})(), axe.run()")
        return [(one["id"], one["impact"]) for one in result["violations"] if one["impact"] in ("serious", "critical")]

    return faults
