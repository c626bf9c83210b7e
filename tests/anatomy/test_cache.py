"""The memory of ventricles: what it gives is what reading anew gives, and it stays small."""

import warnings

import numpy as np
import pytest

from claim_aug import LVAnatomy, ScarSynthesizer
from claim_aug.anatomy import LabelScheme
from claim_aug.anatomy import cache as room
from claim_aug.anatomy.cache import AnatomyCache, Kept
from claim_aug.errors import AnatomyError, LabelError, UnanchoredWarning
from claim_aug.phantom import make_phantom

PHANTOM = LabelScheme.parse("phantom")


@pytest.fixture
def memory():
    return AnatomyCache()


@pytest.fixture
def readings(monkeypatch):
    """How often a ventricle was read anew."""
    seen = []
    read = LVAnatomy.from_labels

    def counted(labels, *arguments, **known):
        seen.append(labels)
        return read(labels, *arguments, **known)

    monkeypatch.setattr(LVAnatomy, "from_labels", counted)
    return seen


def without_rv(phantom):
    return np.where(phantom.labels == 5, 0, phantom.labels)


def same(first, second):
    """Whether two ventricles are equal, bit for bit."""
    return all(
        (value.dtype, value.shape) == (other.dtype, other.shape) and np.array_equal(value, other)
        if isinstance(value, np.ndarray)
        else value == other
        for value, other in ((value, getattr(second, name)) for name, value in vars(first).items())
    )


@pytest.mark.parametrize("axis", [None, 0, 1, 2])
@pytest.mark.parametrize("rv", [True, False])
def test_a_ventricle_that_is_remembered_is_as_if_read_anew(memory, readings, scarred, axis, rv):
    labels, image = scarred.labels if rv else without_rv(scarred), scarred.image
    if axis is None:
        labels, image = labels[..., 3], image[..., 3]
    else:
        labels, image = (np.moveaxis(array, 2, axis) for array in (labels, image))
    first, second = (memory.read(labels, PHANTOM, image=image) for _ in range(2))
    assert len(readings) == 1
    assert same(first, second)
    assert same(first, LVAnatomy.from_labels(labels, PHANTOM, image=image))


def test_what_a_caller_does_to_a_ventricle_is_forgotten(memory, phantom):
    for _ in range(3):
        found = memory.read(phantom.labels, PHANTOM)
        assert found.wall.any()
        for layer in (found.wall, found.transmural, found.segment):
            layer[:] = 0


@pytest.mark.parametrize(
    "change",
    [
        lambda labels: {"labels": labels[::-1]},
        lambda labels: {"labels": labels[:, :, 1:]},
        lambda labels: {"labels": labels.astype(np.float32)},
        lambda labels: {"labels": np.where(labels == 5, 0, labels)},
        lambda labels: {"affine": np.diag([1.5, 1.5, -11, 1])},
        lambda labels: {"spacing": (1.4, 1.4, 10)},
        lambda labels: {"scheme": LabelScheme.parse("cavity=1,myocardium=2,infarct=4,mvo=3,rv=5")},
        lambda labels: {"anterior_insertion": 30.0},
        lambda labels: {"base": "first"},
    ],
)
@pytest.mark.filterwarnings("ignore::claim_aug.errors.UnanchoredWarning")
def test_another_label_map_or_another_geometry_is_read(memory, readings, phantom, change):
    given = {"labels": phantom.labels, "scheme": PHANTOM}
    memory.read(**given)
    memory.read(**given | change(phantom.labels))
    assert len(readings) == 2


def test_an_error_comes_back_although_the_whole_numbers_are_remembered(memory, phantom):
    labels = phantom.labels.astype(np.float32)
    memory.read(labels, PHANTOM, image=phantom.image)
    with pytest.raises(LabelError):
        memory.read(labels + np.float32(0.25) * (labels == 2), PHANTOM, image=phantom.image)
    with pytest.raises(AnatomyError, match="same grid"):
        memory.read(without_rv(phantom), PHANTOM, image=phantom.image[1:])


def test_the_image_counts_where_the_anchor_was_looked_for_in_it(memory, readings, phantom):
    labels = without_rv(phantom)
    anchors = [memory.read(labels, PHANTOM, image=image).anchor for image in (phantom.image, phantom.image.copy())]
    assert (anchors[0].source, len(readings)) == ("image", 1)
    assert anchors[0] == anchors[1]
    with pytest.warns(UnanchoredWarning):
        assert not memory.read(labels, PHANTOM, image=np.ones_like(phantom.image)).anchor.known
    for image in (phantom.image, phantom.image + 1):
        memory.read(phantom.labels, PHANTOM, image=image)
    assert len(readings) == 3


def test_a_warning_is_said_each_time(memory, phantom):
    for _ in range(2):
        with pytest.warns(UnanchoredWarning, match="unanchored"):
            memory.read(without_rv(phantom), PHANTOM)


def test_it_never_holds_more_than_its_limit_and_forgets_the_oldest(readings):
    scans = [make_phantom(seed, scar=False, shape=(64, 64, 4)).labels for seed in range(3)]
    sizes = [Kept.from_anatomy(LVAnatomy.from_labels(labels, PHANTOM), None).nbytes for labels in scans]
    memory = AnatomyCache(limit=sum(sizes) - 1)
    for number in (0, 1, 0, 2):
        memory.read(scans[number], PHANTOM)
    assert len(memory.kept) == 2
    assert sum(kept.nbytes for kept in memory.kept.values()) <= memory.limit
    before = len(readings)
    memory.read(scans[0], PHANTOM)
    assert len(readings) == before
    memory.read(scans[1], PHANTOM)
    assert len(readings) == before + 1


def test_a_patient_takes_little(ventricle):
    assert Kept.from_anatomy(ventricle, None).nbytes < 300_000


def test_a_sample_does_not_depend_on_what_is_remembered(monkeypatch, scarred):
    synthesizer = ScarSynthesizer(labels="phantom", existing="replace")
    found = []
    for limit in (0, room.LIMIT_BYTES):
        monkeypatch.setattr("claim_aug.synthesizer.ANATOMY_CACHE", AnatomyCache(limit))
        for _ in range(2):
            with warnings.catch_warnings():
                made = synthesizer.sample(scarred.image, scarred.labels, affine=scarred.affine, seed=7)
            found.append((made.image.tobytes(), made.labels.tobytes(), made.parameters))
    assert all(one == found[0] for one in found)
