"""``ddpm`` and ``latent``: what can be asked of them, what they refuse, and what they say they drew."""

import json
import pickle
import socket

import numpy as np
import pytest

from claim_aug import ScarSynthesizer
from claim_aug.errors import InputError
from claim_aug.generators.diffusion import control_histogram
from claim_aug.generators.diffusion.folder import read_model
from claim_aug.generators.diffusion.generator import DiffusionGenerator, LatentGenerator
from claim_aug.measures.tissue import measure

KINDS = {"ddpm": DiffusionGenerator, "latent": LatentGenerator}
GEOMETRY = {"spacing": (1.6, 1.6, 10.0)}


def rng(seed=0):
    return np.random.default_rng(seed)


def mean_of(histograms):
    middles = (control_histogram.EDGES[1:] + control_histogram.EDGES[:-1]) / 2
    return float(np.mean(np.array(histograms) @ middles))


def test_a_brightness_in_sd_above_remote_becomes_the_histogram(ddpm, region, mask, heart):
    from claim_aug.measures.remote import remote_myocardium

    remote, contrast = remote_myocardium(region, heart), float(np.median(measure(region, heart).contrast))
    for sd in (4, 8):
        params = ddpm(brightness_sd=sd).render(region, mask, heart, rng()).params
        assert params["brightness_ratio"] == pytest.approx(sd * remote.sd / contrast)
        assert mean_of(params["histograms"]) == pytest.approx(sd * remote.sd / contrast, abs=0.13)
        assert params["source_patient"] is None
    drawn = [ddpm(brightness_sd=(4, 8)).render(region, mask, heart, rng(seed)).params for seed in (0, 1)]
    low, high = (params["brightness_ratio"] for params in drawn)
    assert low != high
    assert 4 * remote.sd / contrast <= min(low, high) <= max(low, high) <= 8 * remote.sd / contrast


def test_otherwise_it_is_the_histogram_of_a_training_patient(ddpm, region, mask, heart, folders):
    known = read_model(folders["ddpm"]).controls
    patients = set()
    for seed in range(6):
        params = ddpm(steps=1).render(region, mask, heart, rng(seed)).params
        patients.add(params["source_patient"])
        own = known.histogram[known.source_patient == params["source_patient"]].tolist()
        assert all(list(one) in own for one in params["histograms"])
    assert len(patients) > 1


def test_a_histogram_may_be_given_or_left_to_the_model(ddpm, region, mask, heart):
    bright = [0.0] * 12 + [1.0, 3.0, 0.0, 0.0]
    given = ddpm(histogram=bright).render(region, mask, heart, rng())
    assert set(given.params["histograms"]) == {tuple(np.array(bright) / 4)}
    free = ddpm(histogram="none").render(region, mask, heart, rng())
    assert not np.any(free.params["histograms"])
    assert not np.array_equal(given.image, free.image)
    strong = ddpm(histogram=bright, guidance=3.0).render(region, mask, heart, rng())
    assert not np.array_equal(given.image, strong.image)


def test_what_was_drawn_says_how_the_scar_was_made(spec, scan):
    made = ScarSynthesizer(generator=spec, labels="phantom", steps=1).sample(
        scan.image, scan.labels, seed=1, **GEOMETRY
    )
    params = json.loads(json.dumps(made.parameters["generator"]))
    slices = (made.infarct | made.mvo).any((0, 1)).sum()
    assert params["generator"] == spec.partition(":")[0]
    assert (params["sampler"], params["model"]) == ("ddim", spec.rpartition("/")[2])
    assert len(params["histograms"]) == len(params["seeds"]) == slices


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"sampler": "euler"}, r"sampler needs to be one of ddim, dpm\+\+, repaint, got 'euler'"),
        ({"steps": 0}, "steps needs to be a whole number within 1-1000, got 0"),
        ({"steps": 1001}, "steps needs to be a whole number within 1-1000, got 1001"),
        ({"steps": 2.5}, "steps needs to be a whole number within 1-1000, got 2.5"),
        ({"steps": True}, "steps needs to be a whole number within 1-1000, got True"),
        ({"brightness_sd": 5, "histogram": "none"}, "brightness_sd and histogram clash"),
        ({"brightness_sd": 1}, "brightness_sd needs a number or a pair .* within 2-60, got 1"),
        ({"histogram": "bright"}, "histogram needs 16 numbers or 'none', got 'bright'"),
        ({"histogram": [1, 2]}, "histogram needs 16 numbers from 0"),
        ({"guidance": 9}, "guidance needs a number.* within 0-5, got 9"),
        ({"guidance": (1, 2)}, "guidance needs a number"),
        ({"guidance": None}, "guidance needs a number"),
        ({"device": "tpu"}, "device 'tpu' cannot be used"),
        ({"model": "nowhere"}, "nowhere is no folder of a generator: config.json cannot be read"),
        ({"model": "model.pt"}, "model.pt is a pickle"),
    ],
)
def test_a_wrong_request_is_refused_at_once(folders, options, reason):
    with pytest.raises(InputError, match=reason) as error:
        ScarSynthesizer(generator="ddpm", labels="phantom", **({"model": folders["ddpm"]} | options))
    assert "\n" not in str(error.value)


def test_latent_comes_without_weights_and_says_how_to_make_them():
    for name in ("latent", "latent:"):
        with pytest.raises(InputError, match="claim-aug train DATASET OUT --generator latent and say latent:OUT"):
            ScarSynthesizer(generator=name)


def test_a_model_of_the_other_kind_is_refused_with_what_to_say(folders):
    for kind, other in (("ddpm", "latent"), ("latent", "ddpm")):
        with pytest.raises(InputError, match=f"{folders[other]} holds a model of the kind '{other}'; say {other}:"):
            ScarSynthesizer(generator=f"{kind}:{folders[other]}")


def test_it_belongs_in_the_main_process_and_says_so():
    assert DiffusionGenerator.main_process_only
    assert LatentGenerator.main_process_only


def test_it_pickles_small_and_comes_back_the_same(spec, kind, folders, scan):
    synthesizer = ScarSynthesizer(generator=spec, labels="phantom", steps=2)
    synthesizer.sample(scan.image, scan.labels, seed=5, **GEOMETRY)  # the network is in memory by now
    for thing in (synthesizer, KINDS[kind](folders[kind])):
        assert len(pickle.dumps(thing)) < 10_000
    again = pickle.loads(pickle.dumps(synthesizer))
    one, other = (each.sample(scan.image, scan.labels, seed=6, **GEOMETRY).image for each in (synthesizer, again))
    assert np.array_equal(one, other)


def test_objects_of_one_folder_share_its_network(folders):
    one, two = (DiffusionGenerator(folders["ddpm"], steps=steps) for steps in (1, 2))
    assert one.network() is two.network()


def test_every_scan_needs_a_seed(spec, scan):
    with pytest.raises(InputError, match="every scan needs a seed of its own, got 1 scans and 2 seeds"):
        ScarSynthesizer(generator=spec, labels="phantom").sample_many(
            [{"image": scan.image, "labels": scan.labels}], seeds=[1, 2]
        )


def test_no_scans_are_no_samples(spec):
    assert ScarSynthesizer(generator=spec, labels="phantom").sample_many([], seeds=[]) == []


def test_nothing_opens_a_socket(folders, scan, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    synthesizer = ScarSynthesizer(generator=f"ddpm:{folders['ddpm']}", labels="phantom", steps=1)
    assert synthesizer.sample(scan.image, scan.labels, seed=1, **GEOMETRY).infarct.any()
