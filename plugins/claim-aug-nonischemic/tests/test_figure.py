"""The figure of the page can be drawn again."""

import runpy
import sys
from pathlib import Path


def test_the_figure_can_be_drawn_again(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["make_figure.py", str(tmp_path / "figure.png")])
    runpy.run_path(str(Path(__file__).parents[1] / "make_figure.py"), run_name="__main__")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")
