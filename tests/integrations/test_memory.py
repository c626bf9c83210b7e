"""Workers do not grow: five hundred samples cost no more memory than the first ones."""

from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader, Dataset

from claim_aug import ScarSynthesizer, seed_worker

STATM = Path("/proc/self/statm")
EPOCH, WARM = 250, 50
SETTINGS = {"labels": "phantom", "burden": 5}

pytestmark = pytest.mark.skipif(not STATM.exists(), reason="memory is read from /proc")


def resident(_=None):
    """The worker, and how many pages of memory it holds."""
    return torch.tensor([torch.utils.data.get_worker_info().id, int(STATM.read_text().split()[1])])


def check_growth(dataset):
    """Two epochs in two workers that stay: less than 5 % between the first samples and the last."""
    loader = DataLoader(dataset, num_workers=2, persistent_workers=True, worker_init_fn=seed_worker)
    pages = torch.cat([page for _ in range(2) for page in loader])
    for worker in (0, 1):
        own = pages[pages[:, 0] == worker, 1].float()
        assert len(own) == EPOCH
        before, after = own[WARM : 2 * WARM].median(), own[-WARM:].median()
        assert after < 1.05 * before


class Calls(Dataset):
    """A call again and again."""

    def __init__(self, call):
        self.call = call

    def __len__(self):
        return EPOCH

    def __getitem__(self, index):
        self.call(index)
        return resident()


def called_on_a_dictionary(heart):
    scar = ScarSynthesizer(**SETTINGS)
    return lambda _: scar({"image": heart.image, "label": heart.labels, "affine": heart.affine})


def monais_array_form(heart):
    if not find_spec("monai"):
        pytest.skip("monai is not installed")
    from claim_aug.integrations.monai import ScarSynthesizer as Arrays

    scar, image, label = Arrays(**SETTINGS), torch.tensor(heart.image)[None], torch.tensor(heart.labels)[None]
    return lambda _: scar(image, label)


def augment_batch(heart):
    scar = ScarSynthesizer(**SETTINGS)
    pair = {"image": torch.tensor(heart.image), "label": torch.tensor(heart.labels)}
    batch = {key: value[None, None] for key, value in pair.items()}
    return lambda _: scar.augment_batch(batch)


def the_synthesizer(heart):
    scar = ScarSynthesizer(**SETTINGS)
    return lambda index: scar.sample(heart.image, heart.labels, affine=heart.affine, seed=index)


def test_five_hundred_samples_in_two_persistent_workers_grow_memory_by_less_than_5_percent(native, samples):
    check_growth(samples(native, native.transform(burden=5), EPOCH, read=resident))


@pytest.mark.filterwarnings("ignore:the 2 workers of this DataLoader")  # in a closure seed_worker finds none
@pytest.mark.parametrize("way", [called_on_a_dictionary, monais_array_form, augment_batch, the_synthesizer])
def test_the_same_holds_for_ways_in_that_are_no_transform_of_a_framework(heart, way):
    check_growth(Calls(way(heart)))
