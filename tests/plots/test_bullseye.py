"""The bull's-eye as a picture."""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from claim_aug.plots.bullseye import plot_bullseye, plot_bullseye_figure


@pytest.fixture
def axes():
    figure = Figure()
    FigureCanvasAgg(figure)
    return figure.add_subplot(projection="polar")


def written(axes):
    return [text.get_text() for text in axes.texts]


def test_all_segments_are_drawn_and_those_with_a_value_show_it(axes):
    plot_bullseye(axes, {1: 12.4, 7: 100})
    assert len(axes.patches) == 17
    assert written(axes)[:3] == ["1", "12", "2"]
    assert "100" in written(axes)


def test_own_texts_take_the_place_of_values(axes):
    plot_bullseye(axes, {1: 25}, texts={1: "3\n25 %"})
    assert written(axes)[:2] == ["1", "3\n25 %"]


def test_a_segment_without_a_value_is_grey_and_one_with_more_scar_is_darker(axes):
    plot_bullseye(axes, {1: 0, 2: 50, 3: 100})
    none, half, whole, grey = (np.array(axes.patches[index].get_facecolor()[:3]) for index in range(4))
    assert np.allclose(grey, 0.85)
    assert none.sum() > half.sum() > whole.sum()


def test_segment_1_is_at_the_top_and_2_follows_counter_clockwise(axes):
    plot_bullseye(axes, {})
    first, second = (patch.get_x() + patch.get_width() / 2 for patch in axes.patches[:2])
    assert np.degrees(first) == pytest.approx(90)
    assert np.degrees(second) == pytest.approx(150)


@pytest.mark.parametrize("warning", ["", "unanchored in 2 of 3 cases"])
def test_the_figure_is_a_picture_with_its_description(tmp_path, warning):
    path = tmp_path / "eye.png"
    plot_bullseye_figure(
        path, {1: 5.0, 2: 3.0}, title="3 cases: scar", measure="scar, %", warning=warning, highest=10, description="eye"
    )
    with Image.open(path) as picture:
        assert (picture.format, picture.width > 800, picture.info["Description"]) == ("PNG", True, "eye")
        assert np.asarray(picture.convert("L")).std() > 10
