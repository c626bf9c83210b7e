"""A headless Chromium for pages, where there is one."""

from pathlib import Path

import pytest
from browser import axe, chromium  # noqa: F401  fixtures


@pytest.fixture
def open_page(chromium):  # noqa: F811
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
