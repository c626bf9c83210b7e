"""A bull's-eye table is read by its header, and what is no share of the wall's depth is not taken for one."""

import pytest

from claim_aug.errors import InputError
from claim_aug.priors.table import check_table, read_table


@pytest.mark.parametrize(
    "text",
    [
        "7,0.5\n8,0.75\n",
        "segment,transmurality\n7,0.5\n8,0.75\n",
        ",segment,transmurality\n1,7,0.5\n2,8,0.75\n",
        "name,Transmurality, Segment \nmid,0.5,7\nmid,0.75,8\n",
        "\ufeffsegment,transmurality,note\n\n7,0.5,seen\n8,0.75,\n",
    ],
)
def test_columns_are_found_by_their_names(tmp_path, text):
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    assert read_table(tmp_path / "table.csv") == {7: 0.5, 8: 0.75}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("aha,depth\n7,0.5\n", "its header is 'aha,depth'"),
        ("segment,segment,transmurality\n7,7,0.5\n", "needs a column segment"),
        ("1,7,0.5\n2,8,0.75\n", "has 3 columns; name them in its first line"),
        ("7\n", "line 1 of the table .* needs segment,transmurality"),
        ("segment,transmurality\n7,0.5\n7,0.6\n", "line 3 of the table .* has segment 7 again"),
        ("segment,transmurality\n7,half\n", "line 2 of the table"),
        ("7," + "9" * 200_000, "cannot be read: field larger"),
    ],
)
def test_other_tables_are_refused_with_the_line(tmp_path, text, reason):
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(InputError, match=reason):
        read_table(tmp_path / "table.csv")


def test_the_clinical_score_is_named():
    with pytest.raises(InputError, match="looks like the clinical score 0-4; give shares"):
        check_table({7: 2, 8: 4, 9: 0})


def test_percent_and_shares_are_told_apart():
    assert check_table({7: 50, 8: 0}) == {7: 0.5}
    assert check_table({7: 1, 8: 0.5}) == {7: 1, 8: 0.5}
