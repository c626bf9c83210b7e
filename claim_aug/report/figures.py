"""Figures of a report as SVG that takes the colours of the page."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from claim_aug.evaluation.resampling import Scars
from claim_aug.evaluation.set_statistics import column
from claim_aug.measures.segment_means import MEASURES, segment_means
from claim_aug.plots.bullseye import ENDS, mark_territories, plot_bullseye

#: Colours that stand for the page's own: its text, the synthetic and the real set.
TEXT, SYNTHETIC, REAL = "#010203", "#040506", "#070809"
PAGE_COLOURS = {TEXT: "currentColor", SYNTHETIC: "var(--synthetic)", REAL: "var(--real)"}
BINS = 24


def svg(figure: Figure, label: str) -> str:
    """A figure as inline SVG with a label for those who do not see it."""
    stream = io.StringIO()
    FigureCanvasSVG(figure)
    figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    text = re.sub(r"\A.*?<svg ", "<svg ", text, flags=re.DOTALL)
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    for colour, own in PAGE_COLOURS.items():
        text = text.replace(colour, own)
    return text.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def styled(salt: str) -> Any:
    """matplotlib's settings of a figure; names within the SVG follow from ``salt``, so pages come out the same."""
    settings: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": salt, "font.family": "sans-serif"}
    colours = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    return rc_context(settings | dict.fromkeys(colours, TEXT))


def bullseyes(sets: Sequence[tuple[str, Scars]]) -> list[tuple[str, str]]:
    """A bull's-eye of each set: mean share of each segment that is scar, over scans that are anchored."""
    means = {
        name: segment_means([scar.segments for scar in scars if scar.anchored], MEASURES["burden"])
        for name, scars in sets
    }
    largest = max((value for values in means.values() for value in values.values()), default=0)
    highest = next(end for end in ENDS if largest <= end)
    found = []
    for name, values in means.items():
        with styled(name):
            figure = Figure(figsize=(3.6, 3.6))
            axes: Any = figure.add_axes((0.1, 0.08, 0.8, 0.8), projection="polar")
            axes.patch.set_alpha(0)
            plot_bullseye(axes, values, highest=highest, digits=int(largest < ENDS[1]), fontsize=9)
            mark_territories(axes, fontsize=9)
            for text in axes.texts:
                if text.get_text() in ("LAD", "RCA", "LCX"):
                    text.set_color(TEXT)
            found.append((name, svg(figure, f"Bull's-eye of the {name} set: mean share of each segment that is scar")))
    return found


def distributions(synthetic: Scars, real: Scars) -> list[tuple[str, str]]:
    """Histograms of both sets, a figure for each number."""
    numbers = {
        "burden, %LV": ([s.burden_percent for s in synthetic], [s.burden_percent for s in real]),
        "transmurality": ([s.transmurality for s in synthetic], [s.transmurality for s in real]),
        "brightness, SD over remote": (column(synthetic, "brightness"), column(real, "brightness")),
        "brightness relative to blood": (column(synthetic, "over blood"), column(real, "over blood")),
        "fine texture, SD of remote": (column(synthetic, "fine"), column(real, "fine")),
        "steepness of the border": (column(synthetic, "border"), column(real, "border")),
    }
    return [(name, histogram(name, *map(np.asarray, pair))) for name, pair in numbers.items()]


def histogram(name: str, synthetic: Any, real: Any) -> str:
    """Both sets as shares of their slices or scans, over nearly all values."""
    together = np.concatenate([synthetic, real])
    if not together.size:
        return ""
    low, high = np.percentile(together, [1, 99])
    edges = np.linspace(low, max(high, low + 1e-6), BINS + 1)
    with styled(name):
        figure = Figure(figsize=(3.6, 2.1))
        axes = figure.add_axes((0.12, 0.24, 0.84, 0.7))
        for values, colour, fill in ((real, REAL, True), (synthetic, SYNTHETIC, False)):
            if values.size:
                weights = np.full(values.size, 100 / values.size)
                kind: Any = "stepfilled" if fill else "step"
                axes.hist(
                    np.clip(values, low, high), edges.tolist(), weights=weights, color=colour, histtype=kind,
                    alpha=0.45 if fill else 1, linewidth=1.8,
                )  # fmt: skip
        axes.set_xlabel(name)
        axes.set_ylabel("%")
        axes.spines[["top", "right"]].set_visible(False)
        axes.patch.set_alpha(0)
        return svg(figure, f"Distribution of {name}, synthetic against real")
