"""A blind reading as one page and a sealed key, and its scores as a figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from claim_aug.data.output_layouts import write_json
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.evaluation.reading import ReadingScore
from claim_aug.jobs.reading import ANSWER_FORMAT, choose_slices, data_url, number, reading_key
from claim_aug.optional import need
from claim_aug.report.pages import embedded, render

PAGE, KEY = "reading.html", "key.json"


def make_reading(
    synthetic: Path, real: Path, out: Path, *, count: int, seed: int, overwrite: bool = False, **schemes: Any
) -> None:
    """Write ``reading.html``, which holds no hint of what is what, and ``key.json``, which the reader does not get.

    Args:
        synthetic, real: folders of labelled scans with scar.
        out: folder to write to.
        count: number of slices, even, from 4.
        seed: seed of the draw and of the order.
        overwrite: whether a reading that exists is replaced.
        **schemes: label schemes as keywords of ``choose_slices``.

    Raises:
        ClaimAugError: too few scans, a reading that exists, or a folder that cannot be written.
    """
    need("jinja2", "evaluate")
    if not overwrite:
        refuse_existing(out, (PAGE, KEY))
    slices = choose_slices(synthetic, real, count, seed, **schemes)
    key = reading_key(slices, seed)
    shown = [{"number": number(place), "image": data_url(one.image)} for place, one in enumerate(slices)]
    data = embedded({"format": ANSWER_FORMAT, "reading": key["reading"], "slices": shown})
    with staged(out) as stage:
        (stage / PAGE).write_text(render("reading.html.j2", count=count, data=data), encoding="utf-8")
        write_json(stage / KEY, key)


def plot_reading(score: ReadingScore, path: Path) -> None:
    """Plot accuracy, sensitivity, specificity and AUC of every reader with their intervals.

    Args:
        score: scores of the readers.
        path: PNG or SVG file to write.
    """
    measures = ("accuracy", "sensitivity", "specificity", "auc")
    figure = Figure(figsize=(9, 1.4 + 0.4 * len(score.readers)), layout="constrained")
    FigureCanvasAgg(figure)
    names = [reader.reader for reader in score.readers]
    for column, measure in enumerate(measures):
        axes = figure.add_subplot(1, len(measures), column + 1)
        for row, reader in enumerate(score.readers):
            share = getattr(reader, measure)
            axes.plot([share.low, share.high], [row, row], color="0.3", linewidth=1.5)
            axes.plot(share.value, row, "o", color="#0a5fb4")
        axes.axvline(0.5, color="0.6", linestyle=":")
        axes.set(xlim=(0, 1), ylim=(len(names) - 0.5, -0.5), yticks=range(len(names)))
        axes.set_yticklabels(names if column == 0 else [], parse_math=False)
        axes.set_title("AUC" if measure == "auc" else measure, fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle("Blind reading: a half is guessing", fontsize=11)
    figure.savefig(path, dpi=150)
