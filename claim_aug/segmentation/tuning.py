"""From a start to a segmenter of some patients: briefly on them alone, chosen on inner folds, averaged with it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from claim_aug.optimisation.plan import Plan
from claim_aug.segmentation.augment import sample_plan
from claim_aug.segmentation.calibrate import ANYWHERE, WITHIN_WALL, Curve, Scores, curve_of, score
from claim_aug.segmentation.fit import Training
from claim_aug.segmentation.predict import class_shares
from claim_aug.segmentation.windows import Windows, join_windows

#: Windows of each patient, by name.
Patients = Mapping[str, Windows]


@dataclass(frozen=True)
class Course:
    """How a start is tuned on patients.

    Attributes:
        steps: number of batches of real patients.
        lr: highest learning rate.
        scarred: share of every batch that is drawn from windows with scar, 0-1.
        average: share of the start in the mean of its weights and those that were tuned, 0-1.
    """

    steps: int
    lr: float
    scarred: float = 1 / 3
    average: float = 0.0


#: What is tried: briefly and gently, which keeps most of the start, to longer and faster, which needs patients.
BRIEFLY, LONGER, LONGEST = Course(300, 5e-4, 0.4), Course(800, 1e-3), Course(2400, 1e-3)
#: Patients with scar from which on longer courses are tried.
MANY = 15
#: How a start learns from scars in healthy scans before it learns from real scars.
OWN_COURSE = Course(600, 1e-3)
#: What is tried where there is no start.
FROM_SCRATCH = (Course(800, 2e-3), Course(2400, 2e-3))
#: Shares of the start that are tried in the average.
AVERAGES = (0.0, 0.25, 0.5)


def courses_for(scarred: int) -> tuple[Course, ...]:
    """The courses that are tried for a number of patients with scar.

    Example:
        >>> [course.steps for course in courses_for(10)], [course.steps for course in courses_for(20)]
        ([300, 800], [800, 2400])
    """
    return (BRIEFLY, LONGER) if scarred < MANY else (LONGER, LONGEST)


def tune(
    start: nn.Module, patients: Patients, course: Course, device: torch.device, *, seed: int = 0,
    own_scars: Windows | None = None, report: Callable[[int], None] = lambda step: None,
) -> nn.Module:  # fmt: skip
    """A copy of the start that has learnt from patients.

    Args:
        start: network to start from, which is left as it is.
        patients: windows of the patients.
        course: number of steps, learning rate, share of windows with scar and share of the start in the average.
        device: device that the network runs on.
        seed: seed of the batches.
        own_scars: windows with scars that were made in these patients, who have none; half of every batch is of them.
        report: function that is called with the number of steps done.
    """
    windows = join_windows(patients.values())
    made = [] if own_scars is None else [own_scars]
    rng = np.random.default_rng(seed)
    batches = sample_plan(windows, course.steps, rng, synthetic=made, ratio=0.5, scarred=course.scarred)
    network = copy.deepcopy(start).requires_grad_(True)
    training = Training(network, Plan(course.steps, lr=course.lr), device)
    training.show(join_windows([windows, *made]), batches)
    for step in range(course.steps):
        training.step()
        report(step + 1)
    return averaged(start, training.network.eval(), course.average)


def averaged(start: nn.Module, tuned: nn.Module, share: float) -> nn.Module:
    """A network whose weights lie between two, ``share`` of the first; neither is changed."""
    result = copy.deepcopy(tuned)
    first = start.state_dict()
    mixed = {
        name: torch.lerp(value, first[name].to(value), share) if value.is_floating_point() else value
        for name, value in tuned.state_dict().items()
    }
    result.load_state_dict(mixed)
    return result.eval()


def inner_folds(patients: Patients, seed: int = 0) -> Iterator[tuple[list[str], list[str]]]:
    """Names to learn from and names to judge by, three times: a third of those with scar and of those without.

    Whoever is judged by was not learnt from.
    """
    rng = np.random.default_rng((seed, 9))
    groups = [[name for name, own in patients.items() if own.scarred.any() == scarred] for scarred in (True, False)]
    orders = [[group[index] for index in rng.permutation(len(group))] for group in groups]
    for fold in range(3):
        judges = [name for order in orders for name in order[fold::3]]
        yield [name for name in patients if name not in judges], judges


def judge(network: nn.Module, patients: Patients) -> dict[str, list[Scores]]:
    """Scores of every patient, anywhere and within the wall."""
    shares = {name: class_shares(network, own.images) for name, own in patients.items()}
    return {
        where: [score(shares[name], own, where) for name, own in patients.items()] for where in (ANYWHERE, WITHIN_WALL)
    }


@dataclass(frozen=True)
class Choice:
    """A course, and what it reached on patients that it had not seen.

    Attributes:
        course: course that was taken.
        curves: curve of Dice against false scar by place, ``ANYWHERE`` and ``WITHIN_WALL``.
    """

    course: Course
    curves: Mapping[str, Curve]

    def dice(self, false_scar: float) -> float:
        """Dice anywhere where normals have so much false scar, %LV; at caution 1 where there are no normals."""
        curve = self.curves[ANYWHERE]
        return curve.dice_at(curve.caution_for(false_scar))


def best(choices: Sequence[Choice], false_scar: float) -> Choice:
    """The choice with the highest Dice at a false scar, %LV."""
    return max(choices, key=lambda choice: choice.dice(false_scar))


def gathered(course: Course, folds: Sequence[Mapping[str, list[Scores]]]) -> Choice:
    """The curves of a course over all its folds."""
    return Choice(course, {where: curve_of([own for fold in folds for own in fold[where]]) for where in folds[0]})
