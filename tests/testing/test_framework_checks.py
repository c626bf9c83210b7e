"""Each check of ``FrameworkTests`` fails for a framework whose transform breaks it."""

import importlib.util
import warnings

import numpy as np
import pytest
import torch
from framework_forms import Monai

from claim_aug.testing import Form, FrameworkTests, run_suite


class Brighter(Form):
    def run(self, transform, data):
        done = super().run(transform, data)
        return done | {"image": done["image"] + 1}


class Unseeded(Form):
    def run(self, transform, data):
        torch.seed()
        return super().run(transform, data)


class Repeating(Form):
    def run(self, transform, data):
        torch.manual_seed(0)
        return super().run(transform, data)


class Double(Form):
    def run(self, transform, data):
        done = super().run(transform, data)
        return done | {"image": done["image"].double()}


class InPlace(Form):
    def run(self, transform, data):
        done = super().run(transform, data)
        data["label"][:] = done["label"]
        return done


class Heavy(Form):
    def transform(self, **settings):
        made = super().transform(**settings)
        made.ballast = bytes(20_000)
        return made


class Silent(Form):
    def run(self, transform, data):
        try:
            return super().run(transform, data)
        except Exception:
            return data


class Dividing(Form):
    def run(self, transform, data):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            np.zeros(1) / np.zeros(1)
        return super().run(transform, data)


class Deaf(Form):
    def transform(self, **settings):
        return super().transform(
            **{name: value for name, value in settings.items() if name != "segments"} | {"prior": "random"}
            if "segments" in settings
            else settings
        )


class Always(Monai):
    def transform(self, **settings):
        return super().transform(**settings | {"prob": 1.0} if "prob" in settings else settings)


class Early(Monai):
    """Draws its seed only where there is to be a scar."""

    def hand_on(self, first, second):
        second.set_random_state(state=first.R)
        if first.prob:
            second.R.random()


class WrongMask(Monai):
    def extra(self, data, name):
        found = super().extra(data, name)
        return 1 - found if name == "new_scar" else found


class Lenient(Monai):
    def transform(self, **settings):
        try:
            return super().transform(**settings)
        except Exception:
            return super().transform()


BROKEN = {
    Brighter: {
        "test_a_scar_is_put_into_image_and_labels_and_nothing_else_is_changed",
        "test_it_composes_with_spatial_transforms",
    },
    Unseeded: {"test_the_frameworks_seed_decides_the_result", "test_a_seed_gives_the_same_epoch_again"},
    Repeating: {"test_two_calls_differ", "test_two_workers_never_repeat_each_other"},
    Double: {"test_types_dtypes_and_metadata_are_kept"},
    InPlace: {"test_the_input_is_not_changed"},
    Heavy: {"test_it_is_small_when_pickled_and_works_after"},
    Silent: {
        "test_a_missing_label_map_is_named",
        "test_labels_on_another_grid_are_refused",
        "test_a_subject_without_a_ventricle_is_refused_or_kept",
    },
    Dividing: {"test_numpys_warnings_as_errors_do_not_stop_it"},
    Deaf: {"test_it_has_the_parameters_of_the_synthesizer"},
    Always: {"test_with_probability_0_the_output_is_the_input", "test_a_batch_collates_when_only_some_get_a_scar"},
    Early: {"test_the_random_state_moves_on_equally_whatever_comes_of_the_gate"},
    WrongMask: {"test_the_extra_mask_is_the_new_scar_and_the_parameters_are_those_drawn"},
    Lenient: {"test_a_wrong_setting_is_an_error_when_it_is_made"},
}


@pytest.mark.parametrize("form", BROKEN, ids=lambda form: form.__name__)
def test_a_transform_fails_the_check_that_it_breaks(form):
    if form.framework and not importlib.util.find_spec(form.framework):
        pytest.skip(f"{form.framework} is not installed")
    suite = type("TestOne", (FrameworkTests,), {"form": form()})
    names = BROKEN[form]
    results = {result.check: result for result in run_suite(suite, checks=names)}
    assert {name: results[name].outcome for name in names} == dict.fromkeys(names, "failed")


def test_no_check_is_without_something_that_breaks_it():
    checks = {name for name in dir(FrameworkTests) if name.startswith("test_")}
    assert checks == set().union(*BROKEN.values())
