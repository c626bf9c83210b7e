"""``FrameworkTests``: what every transform keeps in whatever framework."""

from __future__ import annotations

import json
import pickle
import unittest
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from claim_aug.adapters.workers import seed_worker
from claim_aug.errors import ClaimAugError
from claim_aug.testing.forms import Arrays, Form, HasProbability
from claim_aug.testing.suite import Suite

#: Labels of scar in the phantom's scheme.
SCAR = (3, 4)


class FrameworkTests(Suite):
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
    form: ClassVar[Form]

    def setUp(self) -> None:
        if not self.form.installed:
            raise unittest.SkipTest(f"{self.form.framework} is not installed")

    def gated(self, p: float, **settings: Any) -> Any:
        """The transform with a probability; the check is skipped where it has none."""
        if not isinstance(self.form, HasProbability):
            raise unittest.SkipTest("it has no probability of its own")
        return self.form.transform(**{self.form.p: p}, **settings)

    def made(self, transform: Any) -> Arrays:
        """Image and labels that a transform makes of a new subject."""
        return self.form.arrays(self.form.run(transform, self.form.data()))

    def message(self, transform: Any, data: Any) -> str:
        """Our message for data that cannot be used."""
        raised = self.error(self.form.compose([transform]), data)
        ours = [error for error in chain(raised) if isinstance(error, ClaimAugError)]
        self.must(ours, f"no ClaimAugError says what is wrong, but {raised!r}")
        return str(ours[0])

    def error(self, transform: Any, data: Any) -> Exception:
        """What a transform raises for data that cannot be used."""
        try:
            self.form.run(transform, data)
        except Exception as error:
            return error
        return self.fail("data that cannot be used are taken")

    def refused(self, settings: dict[str, Any]) -> None:
        """Fail unless a transform with these settings cannot be made."""
        try:
            self.form.transform(**settings)
        except ClaimAugError:
            return
        self.fail(f"{settings} is taken")

    def epoch(self, transform: Any, *, workers: int, seed: int = 0, length: int = 6) -> list[NDArray[Any]]:
        """Label maps of an epoch through PyTorch's own loader, in order."""
        import torch

        torch.manual_seed(seed)
        self.form.seed(transform, seed)
        samples: Any = Samples(self.form, transform, length)
        loader = torch.utils.data.DataLoader(samples, num_workers=workers, worker_init_fn=seed_worker)
        return [batch[0].numpy() for batch in loader]

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

    def test_the_frameworks_seed_decides_the_result(self) -> None:
        """The framework's own way of seeding gives the same scars again.

        A training is repeated by one seed, not by one for each library.
        """
        transform, results = self.form.transform(), []
        for seed in (1, 1, 2):
            self.form.seed(transform, seed)
            results.append(self.made(transform))
        self.must(same(results[0], results[1]), "one seed gave two results")
        self.must(not same(results[0], results[2]), "two seeds gave one result")

    def test_the_random_state_moves_on_equally_whatever_comes_of_the_gate(self) -> None:
        """A subject that is passed over draws as many random numbers as one that gets a scar.

        Otherwise a change of the probability changes all that is drawn after it.
        """
        results = []
        for p in (0, 1):
            first, second = self.gated(p), self.form.transform()
            self.form.seed(first, 1)
            self.form.seed(second, 1)
            self.form.hand_on(first, second)
            self.form.run(first, self.form.data())
            results.append(self.made(second))
        self.must(same(*results), "what follows depends on the gate")

    def test_two_calls_differ(self) -> None:
        """Each call makes another scar.

        Otherwise the augmentation is one image more, not as many as there are epochs.
        """
        transform = self.form.transform()
        self.must(not same(self.made(transform), self.made(transform)), "two calls made one scar")

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

    def test_two_workers_never_repeat_each_other(self) -> None:
        """In two workers of a data loader, no scar comes twice.

        Workers are copies; with copies of one random state they make the same scars, and half of them is lost.
        """
        found = self.epoch(self.form.transform(), workers=2, length=8)
        self.must(len({labels.tobytes() for labels in found}) == 8, "scars come twice")

    def test_a_seed_gives_the_same_epoch_again(self) -> None:
        """One seed gives the same epoch again, with and without workers.

        A run that cannot be repeated cannot be compared.
        """
        transform = self.form.transform()
        for workers in (0, 2):
            first, second = (self.epoch(transform, workers=workers, seed=5) for _ in range(2))
            self.must(all(map(np.array_equal, first, second)), f"with {workers} workers, one seed gave two epochs")

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

    def test_it_is_small_when_pickled_and_works_after(self) -> None:
        """The transform takes less than 10 kB when it is pickled, and its copy makes the same scars.

        It goes to each worker so; networks and scans do not go with it.
        """
        transform = self.form.transform()
        self.form.run(transform, self.form.data())
        packed = pickle.dumps(transform)
        self.must(len(packed) < 10_000, f"it takes {len(packed)} bytes")
        again, found = pickle.loads(packed), []  # of our own making, a moment ago
        for one in (transform, again):
            self.form.seed(one, 4)
            found.append(self.made(one))
        self.must(same(*found), "the copy makes another scar")

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


class Samples:
    """The same subject again and again, through a transform; its items are tensors, which each loader collates.

    Args:
        form: form of the framework.
        transform: transform of each item.
        length: number of items.
        read: function from a subject to an item; its label map where not given.
    """

    def __init__(self, form: Form, transform: Any, length: int, *, read: Callable[[Any], Any] | None = None) -> None:
        self.form, self.transform, self.length, self.read = form, transform, length, read

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Any:
        import torch

        if index >= self.length:
            raise IndexError(index)
        data = self.form.run(self.transform, self.form.data())
        return self.read(data) if self.read else torch.from_numpy(self.form.arrays(data)[1].astype(np.int64))


def same(first: Arrays, second: Arrays) -> bool:
    """Whether two pairs of image and labels are equal, bit for bit."""
    return all(one.dtype == two.dtype and np.array_equal(one, two) for one, two in zip(first, second, strict=True))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what caused it: MONAI wraps what its transforms raise."""
    while error is not None:
        yield error
        error = error.__cause__
