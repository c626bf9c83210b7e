"""Courses from a start to a segmenter of some patients, tried on inner folds; finished stages are kept in a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from claim_aug.data.output_layouts import write_json
from claim_aug.data.staging import staged
from claim_aug.data.strict_json import read_json
from claim_aug.errors import InputError
from claim_aug.optimisation.plan import Progress, Report
from claim_aug.segmentation.tuning import (
    OWN_COURSE,
    Choice,
    Course,
    Patients,
    averaged,
    gathered,
    inner_folds,
    judge,
    tune,
)
from claim_aug.segmentation.windows import Windows, join_windows

#: A function that is called after every step.
Tell = Callable[[], None]


@dataclass(frozen=True)
class Courses:
    """The trainings of one data set, each from the same start; a finished one is not run again.

    Attributes:
        folder: folder for what is finished.
        patients: windows of the patients.
        own: windows of healthy patients with scars that were made in them, by patient; empty for no such stage.
        start: network that all begin with.
        device: device that it runs on.
        seed: seed of everything that is random.
        about: facts that a finished stage needs to agree in to be used.
        report: function that is called with the progress of every step.
    """

    folder: Path
    patients: Patients
    own: Patients
    start: nn.Module
    device: torch.device
    seed: int
    about: Mapping[str, Any]
    report: Report

    def choices(self, courses: Sequence[Course], averages: Sequence[float]) -> list[Choice]:
        """Every course with every average, judged on patients that it had not seen."""
        folds = list(inner_folds(self.patients, self.seed))
        total = len(folds) * (sum(course.steps for course in courses) + (OWN_COURSE.steps if self.own else 0))
        tell = self.counter("choosing on inner folds", total)
        scores = [self.judged(courses, averages, number, fold, tell) for number, fold in enumerate(folds)]
        return [
            gathered(replace(course, average=share), [own[which][place] for own in scores])
            for which, course in enumerate(courses)
            for place, share in enumerate(averages)
        ]

    def final(self, course: Course) -> nn.Module:
        """The segmenter that learnt from all patients."""
        tell = self.counter("all patients", course.steps + (OWN_COURSE.steps if self.own else 0))
        return self.tuned(self.begun(self.patients, tell), self.patients, course, tell)

    def judged(
        self,
        courses: Sequence[Course],
        averages: Sequence[float],
        number: int,
        fold: tuple[list[str], list[str]],
        tell: Tell,
    ) -> list[Any]:
        """Scores of all courses on the patients of a fold, for every average; kept in a file."""
        about = {**self.about, "courses": [asdict(course) for course in courses], "averages": list(averages)}
        path = self.folder / f"fold {number}.json"
        if path.exists():
            try:
                kept = read_json(path)
                if kept["about"] == about:
                    return list(kept["scores"])
            except (OSError, ValueError, KeyError, TypeError) as error:
                msg = f"{path} is damaged ({error}); remove it, and the fold is trained again"
                raise InputError(msg) from error
        learn, held = ({name: self.patients[name] for name in names} for names in fold)
        begun = self.begun(learn, tell)
        tuned = (self.tuned(begun, learn, course, tell) for course in courses)
        scores = [[judge(averaged(begun, network, share), held) for share in averages] for network in tuned]
        with staged(self.folder) as stage:
            write_json(stage / path.name, {"about": about, "scores": scores})
        return scores

    def begun(self, learn: Patients, tell: Tell) -> nn.Module:
        """The start after it learnt from scars in those healthy scans that are learnt from, if there are any."""
        own = {name: windows for name, windows in self.own.items() if name in learn}
        if not own:
            return self.start
        healthy = {name: learn[name] for name in own}
        return self.tuned(self.start, healthy, OWN_COURSE, tell, own_scars=join_windows(own.values()))

    def tuned(self, begun: nn.Module, learn: Patients, course: Course, tell: Tell, **made: Windows) -> nn.Module:
        """A network after a course on some patients."""
        return tune(begun, learn, course, self.device, seed=self.seed, report=lambda step: tell(), **made)

    def counter(self, stage: str, total: int) -> Tell:
        """A function that counts steps of a stage and reports them."""
        done = 0

        def tell() -> None:
            nonlocal done
            done += 1
            self.report(Progress(stage, done, total, float("nan")))

        return tell
