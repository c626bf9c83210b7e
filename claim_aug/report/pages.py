"""Pages from templates; needs Jinja."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from claim_aug._version import __version__
from claim_aug.optional import need

FOLDER = Path(__file__).parent / "templates"


def render(template: str, **values: Any) -> str:
    """A page from a template of this package; in HTML, text is escaped.

    Raises:
        MissingDependencyError: Jinja, where it is not installed.
    """
    jinja = need("jinja2", "evaluate")
    environment = jinja.Environment(
        loader=jinja.FileSystemLoader(FOLDER),
        autoescape=".html." in template,
        undefined=jinja.StrictUndefined,
        trim_blocks=True,
    )
    return str(environment.get_template(template).render(version=__version__, **values)) + "\n"


def embedded(value: Any) -> Any:
    """JSON that can stand in a script element of a page."""
    text = json.dumps(value, separators=(",", ":"))
    return need("markupsafe", "evaluate").Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028"))
