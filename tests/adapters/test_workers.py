"""DataLoader workers: their seeds, and what may not run in them."""

import random
import warnings

import numpy as np
import pytest
import torch
from torch.utils.data import ConcatDataset, DataLoader, Dataset, Subset

from claim_aug import ScarSynthesizer, seed_worker
from claim_aug.adapters.workers import MainProcessOnly, SeededInProcess
from claim_aug.errors import ClaimAugError, ClaimAugWarning
from claim_aug.generators.signal import SignalGenerator


class Heavy(SignalGenerator):
    """Stands for diffusion: all that is looked at is where it says it runs."""

    main_process_only = True

    def __init__(self, device):
        super().__init__()
        self.device = device


class Hearts(Dataset):
    """One heart through a synthesizer."""

    def __init__(self, heart, synthesizer):
        self.heart, self.synthesizer = heart, synthesizer

    def __len__(self):
        return 2

    def __getitem__(self, index):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                self.synthesizer({"image": self.heart.image, "label": self.heart.labels, "affine": self.heart.affine})
            except ClaimAugError as error:
                return f"error: {error}"
        return " ".join(str(warning.message) for warning in said if issubclass(warning.category, ClaimAugWarning))


def said(heart, device, workers):
    dataset = Hearts(heart, ScarSynthesizer(generator=Heavy(device), labels="phantom"))
    return [message for (message,) in DataLoader(dataset, num_workers=workers)]


def test_a_diffusion_generator_on_a_gpu_is_refused_in_a_worker_with_three_ways_out(phantom):
    for worker, message in enumerate(said(phantom, "cuda:0", 2)):
        assert message.startswith(f"error: generator Heavy on cuda:0 runs in DataLoader worker {worker}")
        assert all(way in message for way in ("num_workers=0", "claim-aug pool build", "augment_batch"))


def test_a_diffusion_generator_on_the_cpu_warns_in_a_worker(phantom):
    assert all(message.startswith("this will be slow") for message in said(phantom, "cpu", 1))


def test_in_the_main_process_it_runs_without_a_word(phantom):
    assert said(phantom, "cuda:0", 0) == ["", ""]


class State:
    """A transform with a random state of its own, seeded as MONAI's are."""

    def __init__(self):
        self.rng = np.random.RandomState(0)

    def set_random_state(self, seed):
        self.rng = np.random.RandomState(seed)


class Draws(Dataset):
    """Numbers from every random state there is."""

    def __init__(self, transform):
        self.transform = transform

    def __len__(self):
        return 4

    def __getitem__(self, index):
        state = self.transform[0] if isinstance(self.transform, list) else self.transform
        return torch.tensor([state.rng.rand(), np.random.rand(), random.random()])  # noqa: NPY002


def test_without_it_workers_repeat_each_other():
    numbers = torch.cat(list(DataLoader(Draws(State()), num_workers=2)))
    assert len(set(numbers[:, 0].tolist())) == 2


@pytest.mark.parametrize(
    "wrapped", [Draws, lambda t: Subset(Draws(t), range(4)), lambda t: ConcatDataset([Draws([t])])]
)
def test_every_state_differs_between_workers_and_a_seed_gives_it_again(wrapped):
    def epoch():
        torch.manual_seed(0)
        return torch.cat(list(DataLoader(wrapped(State()), num_workers=2, worker_init_fn=seed_worker)))

    numbers = epoch()
    assert all(len(set(column.tolist())) == 4 for column in numbers.T)
    assert torch.equal(numbers, epoch())


def test_one_that_does_not_say_its_device_warns_in_a_worker_too(phantom):
    class Silent(SignalGenerator):
        main_process_only = True

    dataset = Hearts(phantom, ScarSynthesizer(generator=Silent(), labels="phantom"))
    for (message,) in DataLoader(dataset, num_workers=1):
        assert message.startswith("this will be slow: generator Silent on cpu")


def test_what_belongs_in_the_main_process_says_so_by_a_protocol():
    assert isinstance(Heavy("cpu"), MainProcessOnly)
    assert not isinstance(SignalGenerator(), MainProcessOnly)


class Repeats(SeededInProcess):
    """A transform whose draws depend on how it was seeded."""

    def __init__(self):
        self.seeded()

    def set_random_state(self, seed=None):
        self.seeded()

    def draw(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.warn_of_repeats()
            self.warn_of_repeats()
        return [str(one.message) for one in caught]


class Warned(Dataset):
    def __init__(self):
        self.transform = Repeats()

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return " ".join(self.transform.draw())


@pytest.mark.parametrize(("workers", "seeded", "count"), [(2, False, 2), (2, True, 0), (1, False, 0), (0, False, 0)])
def test_workers_that_nobody_seeded_apart_are_warned_of_once_each(workers, seeded, count):
    init = {"worker_init_fn": seed_worker} if seeded else {}
    said = [message for (message,) in DataLoader(Warned(), num_workers=workers, **init)]
    assert sum("2 workers of this DataLoader all make the same scars" in one for one in said) == count
