"""What late enhancement looks like in each disease, and who says so.

Places and depths follow Table 5 of JCMR 2012;14:54
("JCMR") and the regional atlas of JACC Adv 2024, PMC11380395 ("atlas"). Sizes are our defaults, wide on purpose, unless
a source is named: few papers give them in percent of LV mass, and thresholds differ.
"""

from __future__ import annotations

from dataclasses import dataclass

ALL = tuple(range(1, 17))


@dataclass(frozen=True)
class Pattern:
    """Where a disease scars the wall; each pair is a range to draw from.

    Attributes:
        name: name of the prior.
        segments: AHA segments, 1-17.
        depth: middle of the layer, transmural coordinate, 0 at the endocardium to 1 at the epicardium.
        thickness: thickness of the layer as a share of the wall's, 0-1.
        burden: size in percent of LV mass.
        foci: number of foci; ``None`` where the whole circumference is affected alike.
        length: how much longer a focus is along the heart than round the wall.
        raggedness: relative SD of the distance that a focus grows, for ragged edges.
    """

    name: str
    segments: tuple[int, ...]
    depth: tuple[float, float]
    thickness: tuple[float, float]
    burden: tuple[float, float]
    foci: tuple[int, int] | None
    length: float = 1.0
    raggedness: float = 0.25


#: JCMR: "mid-wall septal (commonest)". Septal fibrosis was 2.9 +- 3.6 %LV by 5 SD in 118 patients, PMC5108079.
DILATED = Pattern("dcm", (2, 3, 8, 9), (0.42, 0.58), (0.3, 0.45), (0.7, 6.5), (1, 2), length=2.5, raggedness=0.15)

#: JCMR: "patchy or confluent in regions of maximal wall thickening and LV/RV insertion points". From 15 %LV on, late
#: enhancement is called extensive (Radcliffe Cardiology, review of CMR in hypertrophic cardiomyopathy).
INSERTION = Pattern("hcm-insertion", (1, 2, 3, 4, 7, 8, 9, 10), (0.4, 0.6), (0.5, 0.8), (1, 8), (1, 2), length=3.0)
PATCHY = Pattern("hcm-patchy", tuple(range(1, 13)), (0.3, 0.7), (0.4, 0.8), (2, 15), (5, 9), raggedness=0.5)

#: JCMR: "focal sub-epicardial"; the inferolateral and lateral walls are the typical place (BMJ Heart, table of CMR
#: findings: "at least one focal lesion in non-ischaemic distribution; often inferolateral and subepicardial").
MYOCARDITIS = Pattern("myocarditis", (5, 6, 11, 12), (0.85, 0.95), (0.4, 0.7), (1.5, 10), (1, 4), raggedness=0.3)

#: JCMR: "focal patchy, mid-wall or sub-epicardial or subendocardial; basal and mid-septum mostly".
SARCOID = Pattern("sarcoid", (2, 3, 8, 9), (0.05, 0.95), (0.4, 0.8), (2, 10), (2, 5), raggedness=0.4)

#: JCMR: "mid-wall in basal inferolateral wall".
FABRY = Pattern("fabry", (5,), (0.45, 0.6), (0.4, 0.6), (0.7, 3), (1, 2), raggedness=0.2)

#: JCMR: "widespread circumferential (commonest)"; sub-endocardial, global, transmural when advanced (World J Cardiol
#: 2023;15:487, Table 1).
AMYLOID = Pattern("amyloid", ALL, (0.0, 0.1), (0.7, 1.4), (15, 40), None, raggedness=0.3)
