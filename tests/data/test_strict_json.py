"""What is no JSON is a ValueError, whatever it is."""

import pytest

from claim_aug.data import strict_json
from claim_aug.data.strict_json import parse_json, read_json


@pytest.mark.parametrize(
    "text", ["NaN", '{"a": Infinity}', "[-Infinity]", "[" * 100_000, '{"a":' * 50_000, "", "{", "'a'"]
)
def test_only_json_is_read(text):
    with pytest.raises(ValueError):  # noqa: PT011  json's own texts
        parse_json(text)


def test_a_file_is_read_whole_and_in_utf_8(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": "\xc3\xbc"}')
    assert read_json(path) == {"a": "ü"}
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(ValueError, match="utf-8"):
        read_json(path)
    monkeypatch.setattr(strict_json, "LARGEST", 3)
    with pytest.raises(ValueError, match="it has more than"):
        read_json(path)
