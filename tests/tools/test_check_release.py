"""What a release is tried with is what its wheel asks for."""

import zipfile

import pytest
from check_release import dependencies

METADATA = """Metadata-Version: 2.4
Name: thing
Version: 1.0
Requires-Dist: numpy>=1.24
Requires-Dist: diffusers<0.50,>=0.30
Requires-Dist: tomli>=2; python_version < '3.11'
Requires-Dist: torch>=2.2
Provides-Extra: ray
Requires-Dist: ray>=2.40; extra == 'ray'
Provides-Extra: rays
Requires-Dist: other; extra == 'rays'
"""


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("thing-1.0.dist-info/METADATA", METADATA)
    return path


def test_the_oldest_release_of_each_dependency_is_asked_for_and_torch_is_left_away(wheel):
    marked = "tomli==2; python_version < '3.11'"
    assert dependencies(wheel, lowest=True) == ["numpy==1.24", "diffusers<0.50,==0.30", marked]
    assert dependencies(wheel, lowest=False)[:2] == ["numpy>=1.24", "diffusers<0.50,>=0.30"]


def test_an_extra_has_its_own(wheel):
    assert dependencies(wheel, "ray", lowest=True) == ["ray==2.40"]
    assert dependencies(wheel, "rays", lowest=False) == ["other"]
