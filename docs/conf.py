"""How Sphinx builds the site; ``python tools/make_site.py OUT`` gathers the pages and calls it."""

import re

from claim_aug import __version__

project = "claim-aug"
author = "the claim-aug authors"
copyright = "the claim-aug authors, Apache-2.0"
release = version = __version__
language = "en_GB"
smartquotes = False  # --demo is an option, no dash

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 4

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings say shapes and units, which types do not
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_attr_annotations = False

html_theme = "furo"
html_title = "claim-aug"
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False

#: An entry of a docstring for several names, such as ``image, labels: files of the scan``, and its later lines.
SHARED = re.compile(r"^    (?P<names>\w+(?:, \w+)+)(?P<rest>: .*(?:\n {5,}.*)*)", re.MULTILINE)
#: The star of a shape such as ``(B, C, *grid)``, which is no emphasis.
STAR = re.compile(r"(?<![\w*`\\])\*(?=\w)")


def setup(app):
    """Read docstrings as they are meant, before and after Sphinx reads them in Google's style."""
    app.connect("autodoc-process-docstring", part_shared_entries, priority=400)
    app.connect("autodoc-process-docstring", keep_stars, priority=600)


def part_shared_entries(app, what, name, thing, options, lines):
    """Make an entry for each name of one that is shared."""
    lines[:] = SHARED.sub(entry_for_each, "\n".join(lines)).split("\n")


def entry_for_each(found):
    """The entries for the names of a shared one."""
    return "\n".join(f"    {name}{found['rest']}" for name in found["names"].split(", "))


def keep_stars(app, what, name, thing, options, lines):
    """Take a star for what it is."""
    lines[:] = [STAR.sub(r"\\*", line) for line in lines]
