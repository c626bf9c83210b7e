"""Objects show themselves as the code that makes them, or in one line."""

from claim_aug import LVAnatomy, ScarSynthesizer
from claim_aug.text import as_code


def test_a_synthesizer_shows_what_differs_from_the_defaults():
    assert repr(ScarSynthesizer()) == "ScarSynthesizer()"
    made = ScarSynthesizer("random", "ddpm", labels="phantom", burden=(2, 5))
    assert repr(made) == "ScarSynthesizer(prior='random', generator='ddpm', labels='phantom', burden=(2, 5))"


def test_the_code_of_a_synthesizer_makes_it_again():
    made = ScarSynthesizer(generator="ddpm", labels="phantom", burden=20)
    assert repr(eval(repr(made))) == repr(made)


def test_a_sample_is_one_line_with_size_burden_and_seed(phantom):
    sample = ScarSynthesizer(labels="phantom").sample(phantom.image, phantom.labels, affine=phantom.affine, seed=7)
    shown = repr(sample)
    assert "\n" not in shown
    assert len(shown) < 160
    assert all(part in shown for part in (str(phantom.image.shape), "%LV", "seed=7"))


def test_an_anatomy_is_one_line(phantom):
    anatomy = LVAnatomy.from_labels(phantom.labels, "phantom", spacing=phantom.spacing)
    assert "\n" not in repr(anatomy)
    assert len(repr(anatomy)) < 160


def test_a_default_is_left_out():
    class Made:
        def __init__(self, first=1, second="two"):
            pass

    assert as_code(Made(), first=1, second="three") == "Made(second='three')"
