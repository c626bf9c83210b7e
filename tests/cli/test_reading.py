"""``claim-aug reading``: made, answered, scored."""

import json

import pytest

from claim_aug.phantom import make_phantom, write_emidec


@pytest.fixture
def made(cli, tmp_path):
    for kind, first in (("synthetic", 0), ("real", 10)):
        for seed in range(first, first + 2):
            write_emidec(make_phantom(seed, scar=True, shape=(80, 80, 4)), tmp_path / kind, f"{kind}_{seed}")
    out = tmp_path / "out"
    done = cli("reading", "make", tmp_path / "synthetic", tmp_path / "real", out, "-n", "4", "--labels", "phantom")
    assert done.code == 0, done.err
    assert f"keep {out / 'key.json'} from the readers" in done.out
    return out


def answer(made, reader, called):
    """A file of answers, as the page saves it."""
    key = json.loads((made / "key.json").read_text())
    own = [
        {"slice": number, "called": called or one["kind"], "confidence": 3, "seconds": 1.0}
        for number, one in key["slices"].items()
    ]
    record = {"format": "claim-aug reading answers 1", "reading": key["reading"], "reader": reader, "answers": own}
    path = made / f"{reader}.json"
    path.write_text(json.dumps(record))
    return path


def test_readers_are_scored_and_compared(cli, made, tmp_path):
    files = [answer(made, "Ada", None), answer(made, "Bo", "real")]
    done = cli("reading", "score", made / "key.json", *files, "--figure", tmp_path / "readers.png")
    assert done.code == 0, done.err
    assert "1.00 (0.40-1.00)" in done.out
    assert "Ada and Bo agree by kappa 0.00" in done.out
    assert (tmp_path / "readers.png").is_file()
    report = json.loads(cli("reading", "score", made / "key.json", *files, "--json").out)
    assert [one["accuracy"]["value"] for one in report["readers"]] == [1, 0.5]


def test_one_reader_twice_and_figures_of_other_kinds_are_refused(cli, made):
    one = answer(made, "Ada", None)
    assert "two files are of one reader" in cli("reading", "score", made / "key.json", one, one).err
    assert "ends in .png" in cli("reading", "score", made / "key.json", one, "--figure", "x.svg").err


def test_a_reading_that_exists_is_not_replaced(cli, made, tmp_path):
    again = ("reading", "make", tmp_path / "synthetic", tmp_path / "real", made, "-n", "4", "--labels", "phantom")
    assert "exists already" in cli(*again).err
    assert cli(*again, "--overwrite").code == 0
