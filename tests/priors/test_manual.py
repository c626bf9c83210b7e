"""``manual`` does as it is told, and no more than fits."""

import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.errors import InputError, MaskWarning
from claim_aug.priors.manual import ManualPrior

RNG = np.random.default_rng(0)


def test_segments_are_filled_from_the_endocardium_to_the_transmurality(ventricle):
    mask = ManualPrior(segments=[1, 2, 7, 8], transmurality=0.75).sample(ventricle, RNG)
    asked = np.isin(ventricle.segment, [1, 2, 7, 8]) & (ventricle.transmural <= 0.75)
    assert np.array_equal(mask.infarct, asked)


def test_without_a_transmurality_the_wall_is_filled(ventricle):
    mask = ManualPrior(segments=[10]).sample(ventricle, RNG)
    assert np.array_equal(mask.infarct, ventricle.segment == 10)


def test_a_plain_mask_is_infarct(ventricle):
    wanted = ventricle.on_grid(ventricle.segment == 8)
    mask = ManualPrior(mask=wanted.astype(np.uint8) * 255).sample(ventricle, RNG)
    assert np.array_equal(mask.infarct, ventricle.segment == 8)


def test_a_label_map_brings_its_infarct_and_its_mvo(phantom, ventricle):
    drawn = phantom.labels.copy()
    drawn[ventricle.on_grid(ventricle.segment) == 4] = 3
    drawn[ventricle.on_grid(ventricle.segment) == 5] = 4
    mask = ManualPrior(mask=drawn, labels="phantom").sample(ventricle, RNG)
    assert np.array_equal(mask.infarct, ventricle.segment == 4)
    assert np.array_equal(mask.mvo, ventricle.segment == 5)


def test_what_lies_outside_the_wall_is_left_out_and_said(ventricle):
    wanted = ventricle.on_grid((ventricle.segment == 8) | ventricle.cavity)
    with pytest.warns(MaskWarning, match="lie outside the healthy myocardium"):
        mask = ManualPrior(mask=wanted).sample(ventricle, RNG)
    assert np.array_equal(mask.infarct, ventricle.segment == 8)
    assert "left out" in mask.note


def test_a_mask_without_scar_or_of_another_scan_says_which_it_is(ventricle):
    nothing = np.zeros(ventricle.grid_shape, np.uint8)
    with pytest.raises(InputError, match="the mask has no scar in it; mark scar with 1"):
        ManualPrior(mask=nothing).sample(ventricle, RNG)
    nothing[:3, :3] = 1
    with pytest.raises(InputError, match="none of the 63 scar voxels .* is it the mask of another scan?"):
        ManualPrior(mask=nothing).sample(ventricle, RNG)


def test_a_table_that_has_a_segment_twice_is_refused(tmp_path):
    (tmp_path / "table.csv").write_text("7,0.5\n8,0.5\n7,0.9\n")
    with pytest.raises(InputError, match="line 3 of the table .* has segment 7 again; give each segment one row"):
        ManualPrior(table=tmp_path / "table.csv")


def test_a_cases_own_label_map_needs_its_scar_replaced(scarred):
    anatomy = LVAnatomy.from_labels(scarred.labels, "phantom", affine=scarred.affine)
    prior = ManualPrior(mask=scarred.labels, labels="phantom")
    with pytest.raises(InputError, match="existing=replace"):
        prior.sample(anatomy, RNG)
    again = prior.sample(anatomy.healed(), RNG)
    assert np.array_equal(again.infarct, anatomy.infarct)
    assert np.array_equal(again.mvo, anatomy.mvo)


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({}, "needs segments, territory or levels, or a table, or a mask: nothing was given"),
        ({"segments": [1], "mask": np.ones((2, 2))}, "segments and mask clash"),
        ({"mask": np.ones((2, 2)), "transmurality": 0.5}, "mask and transmurality clash"),
        ({"table": {1: 0.5}, "transmurality": 0.5}, "table and transmurality clash"),
        ({"territory": "RIVA"}, "LAD, RCA, LCX"),
        ({"table": {1: 0.0}}, "all are 0"),
        ({"table": {18: 0.5}}, "segments 1-17"),
        ({"table": {1: 120, 2: 50}}, "0-100 %"),
        ({"table": "no.csv"}, "the table no.csv cannot be read"),
    ],
)
def test_requests_that_contradict_themselves_are_refused(parameters, reason):
    with pytest.raises(InputError, match=reason):
        ManualPrior(**parameters)


def test_a_mask_on_another_grid_is_refused(ventricle):
    with pytest.raises(InputError, match=r"shape \(3, 3, 3\), the scan \(112, 112, 7\)"):
        ManualPrior(mask=np.ones((3, 3, 3), bool)).sample(ventricle, RNG)


def test_a_territory_is_filled_by_name(ventricle):
    mask = ManualPrior(territory="rca", transmurality=0.5).sample(ventricle, RNG)
    assert set(np.unique(ventricle.segment[mask.infarct])) == {3, 4, 9, 10, 15}
    assert ventricle.transmural[mask.infarct].max() <= 0.5


@pytest.mark.parametrize("header", ["", "segment,transmurality\n"])
@pytest.mark.parametrize("scale", [1, 100])
def test_a_bulls_eye_table_gives_each_segment_its_depth(ventricle, tmp_path, header, scale):
    rows = "".join(
        f"{segment},{scale * (0.5 if segment == 8 else 1.0 if segment == 9 else 0)}\n" for segment in range(1, 18)
    )
    (tmp_path / "table.csv").write_text(header + rows)
    mask = ManualPrior(table=tmp_path / "table.csv").sample(ventricle, RNG)
    assert np.array_equal(mask.infarct & (ventricle.segment == 9), ventricle.segment == 9)
    assert ventricle.transmural[mask.infarct & (ventricle.segment == 8)].max() <= 0.5
    assert set(np.unique(ventricle.segment[mask.infarct])) == {8, 9}


@pytest.mark.parametrize("line", ["7;0.5", "7", "seven,0.5", "7,deep"])
def test_a_table_that_cannot_be_read_names_its_line(tmp_path, line):
    (tmp_path / "table.csv").write_text(f"1,0.5\n{line}\n")
    with pytest.raises(InputError, match=r"line 2 of the table .* needs segment,transmurality"):
        ManualPrior(table=tmp_path / "table.csv")


@pytest.mark.parametrize("values", [(0, 1, 255), (0, 2), (0, 7), (0, 100)])
def test_a_mask_of_other_values_is_refused_with_what_it_holds(ventricle, values):
    given = np.resize(values, ventricle.grid_shape).astype(np.uint8)
    listed = ", ".join(map(str, values))
    with pytest.raises(InputError, match=rf"holds {listed}, which is neither|has no scar in it"):
        ManualPrior(mask=given).sample(ventricle, RNG)


def test_a_mask_of_shares_is_refused(ventricle):
    with pytest.raises(InputError, match="threshold a map of shares"):
        ManualPrior(mask=np.linspace(0, 1, int(np.prod(ventricle.grid_shape))).reshape(ventricle.grid_shape)).sample(
            ventricle, RNG
        )
