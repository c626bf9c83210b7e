"""How an arm of the study is spelled."""

import pytest
from study.arms import Arm, recipients


def test_what_mixes_belongs_to_the_mixture_and_the_rest_to_its_kinds():
    arm = Arm.parse('phantom@count=1200+signal:P@existing="replace"@ratio=0.8@fade=0.3@scarred=0')
    assert (arm.ratio, arm.fade, arm.scarred) == (0.8, 0.3, 0.0)
    assert [part.text for part in arm.parts] == ["phantom@count=1200", 'signal:P@existing="replace"']
    assert Arm.parse("usual").parts == []


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("signal:N", True),
        ("latent:P@model=folder", True),
        ("latent:P@model=folder/{fold}", False),
        ("signal:N@distributions=fitted", False),
        ("transplant:N", False),
        ("joint:P", False),
        ("carve", False),
    ],
)
def test_slices_of_a_patient_are_shared_where_its_arm_has_no_say_in_them(text, alone):
    assert Arm.parse(text).by_patient is alone


def test_scar_goes_into_those_that_the_source_names():
    class One:
        def __init__(self, scarred):
            self.scarred = scarred

    normal, pathological = One(scarred=False), One(scarred=True)
    for source, found in (("N", [normal]), ("P", [pathological]), ("NP", [normal, pathological])):
        assert recipients(Arm.parse(f"signal:{source}"), [normal, pathological]) == found
