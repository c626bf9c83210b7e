"""``FrameworkTests``: what every transform keeps in whatever framework."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from claim_aug.testing.forms import Form, HasProbability
from claim_aug.testing.framework_base import Samples, chain, same
from claim_aug.testing.framework_randomness import RandomnessTests

#: Labels of scar in the phantom's scheme.
SCAR = (3, 4)


class FrameworkTests(RandomnessTests):
    """Checks of a transform in a framework, for a subclass that says how the framework is handed it.

    Checks of what goes with a probability are skipped where the form does not fit ``HasProbability``.

    Attributes:
        form: form of the framework's data and of our transform in it.
        expected_failures: reason for each check, by name, that is known to fail; one that passes then is a failure.

    Example:
        >>> from claim_aug.testing import Form, FrameworkTests
        >>> class TestDictionary(FrameworkTests):
        ...     form = Form()
        >>> TestDictionary("test_the_input_is_not_changed").run().wasSuccessful()
        True
    """

    __test__ = False

    def test_a_scar_is_put_into_image_and_labels_and_nothing_else_is_changed(self) -> None:
        """Image and labels get the same scar; outside it they are the input, bit for bit.

        Image and label that do not match teach a segmenter what is wrong.
        """
        (image, labels), (old_image, old_labels) = self.made(self.form.transform()), self.form.truth
        scar = np.isin(labels, SCAR)
        self.must(scar.any(), "there is no scar in the labels")
        self.must(np.array_equal(labels[~scar], old_labels[~scar]), "labels outside the scar changed")
        self.must(np.array_equal(image[~scar], old_image[~scar]), "the image outside the scar changed")
        self.must(not np.array_equal(image, old_image), "there is no scar in the image")

    def test_with_probability_0_the_output_is_the_input(self) -> None:
        """With probability 0 nothing changes.

        A user who switches it off compares with real data alone.
        """
        transform = self.form.compose([self.gated(0)])
        for _ in range(3):
            self.must(same(self.made(transform), self.form.arrays(self.form.data())), "something changed")

    def test_types_dtypes_and_metadata_are_kept(self) -> None:
        """Types, dtypes, shapes and what the framework keeps beside are those of the input.

        Transforms that follow rely on them, affines above all.
        """
        before = self.form.data()
        after, kept = self.form.kept(self.form.run(self.form.transform(), before)), self.form.kept(self.form.data())
        for name, value in kept.items():
            self.must(
                np.array_equal(after[name], value) if isinstance(value, np.ndarray) else after[name] == value,
                f"{name} was {value} and is {after[name]}",
            )

    def test_the_input_is_not_changed(self) -> None:
        """The subject that is handed over stays as it is.

        Frameworks keep subjects in memory, and the next epoch would begin with the last one's scar.
        """
        data = self.form.data()
        keys = set(data)
        self.form.run(self.form.transform(), data)
        self.must(same(self.form.arrays(data), self.form.arrays(self.form.data())), "the input has a scar")
        self.must(set(data) == keys, "the input has other entries")

    def test_a_batch_collates_when_only_some_get_a_scar(self) -> None:
        """Subjects with and without a scar have the same entries, so that PyTorch's loader collates them.

        A batch that sometimes fails ends a training after hours.
        """
        import torch

        transform = self.gated(0.5, out_keys={"mask": "new_scar", "parameters": "how"})
        self.form.seed(transform, 1)

        def read(data: Any) -> dict[str, Any]:
            mask = torch.from_numpy(self.form.extra(data, "new_scar").copy())
            return {"scar": mask, "how": self.form.entry(data, "how")}

        samples: Any = Samples(self.form, transform, 12, read=read)
        (batch,) = torch.utils.data.DataLoader(samples, batch_size=12)
        scarred = batch["scar"].flatten(1).any(1).tolist()
        self.must(0 < sum(scarred) < 12, f"{sum(scarred)} of 12 got a scar at probability 0.5")
        self.must([how != "{}" for how in batch["how"]] == scarred, "parameters and masks do not match")

    def test_the_extra_mask_is_the_new_scar_and_the_parameters_are_those_drawn(self) -> None:
        """``out_keys`` hands out the scar's mask and, as JSON, what was drawn.

        They are what a loss on the scar, or a record of the training, needs.
        """
        transform = self.gated(1, burden=20, out_keys={"mask": "new_scar", "parameters": "how"})
        data = self.form.run(self.form.compose([transform]), self.form.data())
        mask, (_, labels) = self.form.extra(data, "new_scar"), self.form.arrays(data)
        self.must(mask.dtype == np.uint8, f"the mask is {mask.dtype}")
        self.must(np.array_equal(mask > 0, np.isin(labels, SCAR)), "the mask is not the scar")
        how = json.loads(self.form.entry(data, "how"))
        self.must(how["prior"]["burden"] == 20 and how["seed"] >= 0, f"the parameters are {how}")

    def test_it_composes_with_spatial_transforms(self) -> None:
        """It works before and after a flip, in nested pipelines, and twice.

        Where it stands is the user's choice.
        """
        scar, flip = self.form.transform(), self.form.flip()
        nested = [self.form.compose([flip]), self.form.compose([scar])]
        for pipeline in ([scar, flip], [flip, scar], nested, [scar, flip, scar]):
            image, labels = self.made(self.form.compose(pipeline))
            here = np.isin(labels, SCAR)
            self.must(here.any(), "there is no scar")
            either = [self.form.truth, tuple(np.flip(array, 0) for array in self.form.truth)]
            fits = [
                np.array_equal(image[~here], old[~here]) and np.isin(marks[here], (2,)).all() for old, marks in either
            ]
            self.must(any(fits), "outside the scar it is not the input, flipped or not")

    def test_a_missing_label_map_is_named(self) -> None:
        """A subject without a label map is refused with a ``ClaimAugError`` that names what is there and what is not.

        A wrong key is the commonest slip.
        """
        message = self.message(self.form.transform(), self.form.without(self.form.label_key))
        self.must("label" in message and "image" in message, f"the error is {message!r}")

    def test_labels_on_another_grid_are_refused(self) -> None:
        """Image and labels of different shapes are refused.

        A scar would be painted beside the wall.
        """
        try:
            data = self.form.with_labels(lambda labels: labels[:, :-1])
        except Exception as error:  # some frameworks see to it themselves
            raised = error
        else:
            raised = self.error(self.form.transform(), data)
        named = any("shape" in str(error) or "aligned" in str(error) for error in chain(raised))
        self.must(named, f"the error is {raised!r}")

    def test_a_subject_without_a_ventricle_is_refused_or_kept(self) -> None:
        """A label map without myocardium is refused in words, or kept as it is where ``unusable="keep"``.

        Patches of a training often show no heart.
        """
        data = self.form.with_labels(lambda labels: labels * 0)
        before = self.form.arrays(data)
        message = self.message(self.form.transform(), data)
        self.must("myocardium" in message, f"the error is {message!r}")
        if isinstance(self.form, HasProbability):
            result = self.form.arrays(self.form.run(self.form.transform(unusable="keep"), data))
            self.must(same(result, before), "a subject without a ventricle changed")

    def test_a_wrong_setting_is_an_error_when_it_is_made(self) -> None:
        """A wrong name or value is refused when the transform is made.

        Not in the first batch, after the data were read.
        """
        self.gated(1)
        for wrong in ({"burdn": 20}, {"prior": "smyle"}, {"out_keys": {"masks": "x"}}, {"unusable": "drop"}):
            self.refused(wrong)
        self.refused({self.form.p: 1.5} if isinstance(self.form, HasProbability) else {})

    def test_it_has_the_parameters_of_the_synthesizer(self) -> None:
        """All parameters of ``ScarSynthesizer`` are taken, and mean the same.

        What works in one place works in all.
        """
        settings: dict[str, Any] = {"prior": "manual", "generator": "signal", "existing": "keep"}
        settings |= {"segments": (7, 8, 9, 10, 11, 12), "transmurality": 0.5}
        image, old = self.form.truth
        truth = Form().transform(**settings).sample(image, old, affine=self.form.affine, seed=0)
        _, labels = self.made(self.form.transform(**settings))
        self.must(np.array_equal(np.isin(labels, SCAR), np.isin(truth.labels, SCAR)), "the scar is another one")

    def test_numpys_warnings_as_errors_do_not_stop_it(self) -> None:
        """It works under ``numpy.errstate(all="raise")``.

        Users run with it, and a division by zero that is passed over becomes NaN.
        """
        transform = self.form.transform()
        with np.errstate(all="raise"):
            for _ in range(8):
                self.made(transform)
