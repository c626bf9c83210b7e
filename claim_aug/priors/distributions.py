"""The distributions that ``smile`` draws from: clinical by default, or fitted to a labelled data set."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from claim_aug.data.strict_json import read_json
from claim_aug.errors import InputError, unreadable
from claim_aug.priors.territories import TERRITORIES

Quantiles = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class ScarDistributions:
    """Distributions of ischaemic scar; the defaults are clinical.

    Attributes:
        burden: quantiles of infarct size in %LV mass, as (share, size). Median 18, interquartile range 8-28: between
            Rubenstein's 15 +- 12 and 26 +- 12, 8 +- 8 to 23 +- 9 in first infarcts (PMC2948162), EMIDEC's 24 +- 16 mL.
        transmurality: mean depth as (at 0 %LV, gain per %LV, SD): larger infarcts are more often transmural.
        islands: probability of no, one and two parts beside the main one, each 0-1.
        mvo: probability of MVO, as (at most, size at half of that in %LV, width in %LV). Of 48 EMIDEC patients 25,
            56, 73 and 89 % had it in infarcts below 10, 20, 30 and above 30 %LV.
        mvo_share: quantiles of MVO's share of scars that have some, as (share, size), of the same patients.
        grey_zone: range of the share of the scar that is grey zone; Zhang 2016 (jmri.25285) found 37-42 % by
            thresholds, other definitions give far less (Rubenstein 2013).
        unlabelled_endocardium: share of the endocardial surface of a scar that is not labelled; 0 in nature, more where
            annotators began a pixel off.
        culprit: probability that LAD, RCA, LCX is the culprit, each 0-1; our default, in the order usual in STEMI, of
            no single source.
        segments: relative frequency of scar in each of the 17 segments; empty where that is not known.
        source: name of the source of the numbers.
    """

    burden: Quantiles = ((0, 1.5), (0.25, 8), (0.5, 18), (0.75, 28), (1, 45))
    transmurality: tuple[float, float, float] = (0.47, 0.006, 0.1)
    islands: tuple[float, float, float] = (0.55, 0.3, 0.15)
    mvo: tuple[float, float, float] = (0.9, 14, 7)
    mvo_share: Quantiles = ((0, 0.01), (0.25, 0.06), (0.5, 0.11), (0.75, 0.21), (1, 0.3))
    grey_zone: tuple[float, float] = (0.05, 0.4)
    unlabelled_endocardium: float = 0.0
    culprit: tuple[float, float, float] = (0.45, 0.33, 0.22)
    segments: tuple[float, ...] = ()
    source: str = "clinical"

    def draw_burden(self, rng: np.random.Generator) -> float:
        """Size in %LV."""
        return quantile(self.burden, rng)

    def draw_transmurality(self, size: float, rng: np.random.Generator) -> float:
        """Mean depth of a scar of this size, 0.15-0.98."""
        start, gain, spread = self.transmurality
        return float(np.clip(rng.normal(start + gain * size, spread), 0.15, 0.98))

    def draw_mvo(self, size: float, rng: np.random.Generator) -> float:
        """Share of MVO in a scar of this size, 0 where there is none."""
        highest, middle, width = self.mvo
        present = rng.random() < highest / (1 + np.exp((middle - size) / width))
        share = quantile(self.mvo_share, rng)
        return share if present else 0.0

    def draw_grey_zone(self, rng: np.random.Generator) -> float:
        """Share of grey zone in a scar."""
        return float(rng.uniform(*self.grey_zone))

    def draw_territory(self, rng: np.random.Generator) -> str:
        """A culprit artery."""
        return str(rng.choice(TERRITORIES, p=np.array(self.culprit) / sum(self.culprit)))

    def draw_islands(self, rng: np.random.Generator) -> int:
        """Number of parts beside the main one."""
        return int(rng.choice(len(self.islands), p=np.array(self.islands) / sum(self.islands)))

    def save(self, path: Path) -> None:
        """Write as JSON."""
        path.write_text(
            json.dumps({"format": "claim-aug scar distributions 1"} | asdict(self), indent=2) + "\n", encoding="utf-8"
        )

    @classmethod
    def load(cls, path: str | Path) -> ScarDistributions:
        """Read what ``save`` wrote.

        Raises:
            InputError: a file that is missing, no JSON, or no scar distributions.
        """
        try:
            content: Any = read_json(path)
            if content.pop("format") != "claim-aug scar distributions 1" or set(content) != {
                field.name for field in fields(cls)
            }:
                raise KeyError
            distributions = cls(**{name: tuplify(value) for name, value in content.items()})
            distributions.draw_mvo(distributions.draw_burden(np.random.default_rng(0)), np.random.default_rng(0))
        except OSError as error:
            raise unreadable(f"{path} cannot be read: {error.strerror}", error) from error
        except (ValueError, LookupError, AttributeError, TypeError, ArithmeticError) as error:
            msg = f"{path} is not a fitted smile prior; make one with claim-aug prior fit DATASET OUT.json"
            raise InputError(msg) from error
        return distributions


def quantile(table: Quantiles, rng: np.random.Generator) -> float:
    """A draw from a distribution given by its quantiles, linear between them."""
    shares, sizes = zip(*table, strict=True)
    return float(np.interp(rng.random(), shares, sizes))


def tuplify(value: Any) -> Any:
    """JSON's lists as the tuples they were."""
    return tuple(tuplify(item) for item in value) if isinstance(value, list) else value


ACUTE = ScarDistributions()
#: Months later an infarct has shrunk by a quarter (39.0 to 29.7 %LV, Zhang 2016) and thinned, and MVO has gone.
CHRONIC = replace(
    ACUTE,
    burden=tuple((share, round(0.76 * size, 2)) for share, size in ACUTE.burden),
    transmurality=(0.42, 0.006, 0.1),
    mvo=(0.0, 14, 7),
    source="clinical, chronic",
)
PRESETS = {"acute": ACUTE, "chronic": CHRONIC}
