"""Each check of a layout or a metric fails for what breaks it and for nothing else, and says what it found."""

import random
import socket
import warnings
from dataclasses import replace

import numpy as np
import pytest

from claim_aug.data import OutputLayout, Pair
from claim_aug.evaluation import Definition
from claim_aug.testing import LayoutTests, MetricTests, OutputLayoutTests, run_suite

FILES = {f"p{number}.scar.nii.gz": f"p{number}.lge.nii.gz" for number in range(2)}
SURROUNDINGS = {
    "drawing": ({"test_only_the_rng_that_is_given_is_drawn_from"}, random.random),
    "warning": ({"test_nothing_warns_and_no_number_fails"}, lambda: warnings.warn("so and so", stacklevel=1)),
    "calling": ({"test_no_network_is_used"}, lambda: socket.getaddrinfo("localhost", 80)),
}


def archive(dataset, channel):
    """Label maps ``NAME.scar.nii.gz`` beside ``NAME.lge.nii.gz``."""
    found = []
    for labels in sorted(dataset.glob("*.scar.nii.gz")):
        image = labels.with_name(labels.name.replace(".scar.", ".lge."))
        found.append(Pair(labels, image if image.is_file() else None, labels.name.split(".")[0]))
    return found


def shuffled(dataset, channel):
    pairs = archive(dataset, channel)
    images = [pair.image for pair in pairs]
    return [replace(pair, image=image) for pair, image in zip(pairs, images[::-1], strict=True)]


def needs_all(dataset, channel):
    pairs = archive(dataset, channel)
    return pairs if all(pair.image for pair in pairs) else []


def next_best(dataset, channel):
    images = sorted(dataset.glob("*.lge.nii.gz"))
    pairs = archive(dataset, channel)
    return [replace(pair, image=pair.image or images[0]) for pair in pairs]


def needs_scans(dataset, channel):
    return archive(dataset, channel) or 1 / 0


def needs_list(dataset, channel):
    archive_list = dataset / "notes.txt"
    return archive(dataset, channel) if not archive_list.exists() else archive_list.read_text().index("cases")


def tidies(dataset, channel):
    (dataset / ".DS_Store").unlink(missing_ok=True)
    return archive(dataset, channel)


def greedy(dataset, channel):
    return [
        Pair(path, None, path.name.split(".")[0]) for path in sorted(dataset.rglob("*.nii.gz")) if "scar" in path.name
    ]


LAYOUTS = {
    shuffled: {"test_its_own_folder_is_found", "test_a_case_whose_image_is_gone_is_no_error"},
    greedy: {"test_its_own_folder_is_found", "test_a_case_whose_image_is_gone_is_no_error"},
    needs_all: {"test_a_case_whose_image_is_gone_is_no_error"},
    next_best: {"test_a_case_whose_image_is_gone_is_no_error"},
    needs_scans: {
        "test_a_folder_without_scans_is_left_alone",
        "test_any_folder_gives_pairs_or_an_error_in_words",
    },
    needs_list: {
        "test_a_folder_without_scans_is_left_alone",
        "test_any_folder_gives_pairs_or_an_error_in_words",
    },
    tidies: {"test_nothing_is_written"},
}


class ByNumber(OutputLayout):
    def files(self, case, name, root=None, *, sidecar=True):
        return super().files(case, name[-5:], root, sidecar=sidecar)


class Merged(OutputLayout):
    def renumber(self, labels, scheme):
        return np.minimum(labels, 2)


class Elsewhere(OutputLayout):
    def finish(self, stage, out, case, scheme, count):
        (out / "cases.txt").write_text(case.name)


class Over(OutputLayout):
    def finish(self, stage, out, case, scheme, count):
        next((stage / "images").iterdir()).write_text("nothing")


class Unpicklable(OutputLayout):
    def __getstate__(self):
        raise TypeError("it holds a file that is open")


class Relabelling(OutputLayout):
    act = staticmethod(lambda: None)

    def renumber(self, labels, scheme):
        self.act()
        return labels


AGAIN, STAGE = "test_what_is_written_is_found_again", "test_what_belongs_to_one_scan_is_written_into_the_stage_alone"
OUTPUT_LAYOUTS = {
    OutputLayout(sidecars="records"): {AGAIN},
    ByNumber(): {"test_every_sample_has_files_of_its_own", AGAIN},
    OutputLayout("a", "b"): {AGAIN},
    Merged(): {"test_labels_keep_their_meaning"},
    Elsewhere(): {STAGE},
    Over(): {STAGE},
    Unpicklable(): {"test_it_can_be_pickled"},
}


def smallest(synthetic, real):
    """Size of the smallest scar over that of the smallest real one."""
    return np.divide(*(min(scar.burden_percent for scar in scars) for scars in (synthetic, real)))


SMALLEST = Definition("smallest", "anatomy", smallest, "{value:.2f} times as large", "small scars", (0.5, 2))


def first(synthetic, real):
    return synthetic[0].burden_percent / real[0].burden_percent


def marks(synthetic, real):
    synthetic[0].cells[:] = 0
    return smallest(synthetic, real)


METRICS = {
    "a silent sentence": ({"sentence": "as large"}, {"test_a_value_can_be_said"}),
    "a wrong range": ({"fine": (2, 3)}, {"test_a_set_beside_itself_is_fine"}),
    "of the first alone": ({"statistic": first}, {"test_the_order_of_the_scans_does_not_matter"}),
    "a mark": ({"statistic": marks}, {"test_the_scars_are_not_changed"}),
}


def failed(suite, **body):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as users run it: one check alone makes them errors
        results = run_suite(type("TestOne", (suite,), body))
    assert all(result.detail for result in results if not result.good)
    return {result.check for result in results if not result.good}


def after(act, function):
    """A function that does something else first."""

    def both(*arguments, **more):
        act()
        return function(*arguments, **more)

    return both


class TestArchive(LayoutTests):
    find = staticmethod(archive)
    files = FILES


class TestFolders(OutputLayoutTests):
    layout = OutputLayout()


class TestSmallest(MetricTests):
    definition = SMALLEST


@pytest.mark.parametrize("find", LAYOUTS, ids=lambda find: find.__name__)
def test_a_layout_fails_the_check_that_it_breaks(find):
    assert failed(LayoutTests, find=staticmethod(find), files=FILES) == LAYOUTS[find]


def test_a_layout_whose_folder_a_built_in_one_takes_is_told_so():
    files = {"labels/p1.nii.gz": "images/p1.nii.gz"}

    def find(dataset, channel):
        return [
            Pair(dataset / name, dataset / image, "p1") for name, image in files.items() if (dataset / image).exists()
        ]

    expected = {"test_no_layout_before_it_takes_its_folder"}
    assert failed(LayoutTests, find=staticmethod(find), files=files) == expected


@pytest.mark.parametrize("odd", OUTPUT_LAYOUTS, ids=lambda odd: type(odd).__name__)
def test_an_output_layout_fails_the_check_that_it_breaks(odd):
    assert failed(OutputLayoutTests, layout=odd) == OUTPUT_LAYOUTS[odd]


@pytest.mark.parametrize("what", METRICS)
def test_a_metric_fails_the_check_that_it_breaks(what):
    changes, checks = METRICS[what]
    assert failed(MetricTests, definition=replace(SMALLEST, **changes)) == checks


@pytest.mark.parametrize("what", SURROUNDINGS)
def test_what_draws_warns_or_calls_fails_in_each_suite(what, monkeypatch):
    checks, act = SURROUNDINGS[what]
    monkeypatch.setattr(Relabelling, "act", staticmethod(act))
    assert checks <= failed(LayoutTests, find=staticmethod(after(act, archive)), files=FILES)
    assert checks <= failed(OutputLayoutTests, layout=Relabelling())
    assert checks <= failed(MetricTests, definition=replace(SMALLEST, statistic=after(act, smallest)))


def test_no_check_is_without_something_that_breaks_it():
    alike = set().union(*(checks for checks, _ in SURROUNDINGS.values()))
    broken = {
        LayoutTests: set().union(*LAYOUTS.values(), {"test_no_layout_before_it_takes_its_folder"}),
        OutputLayoutTests: set().union(*OUTPUT_LAYOUTS.values()),
        MetricTests: set().union(*(checks for _, checks in METRICS.values())),
    }
    for suite, checks in broken.items():
        assert {name for name in dir(suite) if name.startswith("test_")} == checks | alike


def test_each_check_says_what_holds_and_why_it_matters():
    for suite in (TestArchive, TestFolders, TestSmallest):
        for result in run_suite(suite):
            assert result.holds.endswith("."), result.check
            assert result.why.endswith("."), result.check
