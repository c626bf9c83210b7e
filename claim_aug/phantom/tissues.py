"""The tissues of the phantom."""

from enum import IntEnum, unique


@unique
class Tissue(IntEnum):
    """What fills a point of the body; the value is its index in the tissue map."""

    AIR = 0
    FAT = 1
    MUSCLE = 2
    CORTICAL_BONE = 3
    MARROW = 4
    LUNG = 5
    VESSEL = 6
    LIVER = 7
    SPLEEN = 8
    KIDNEY = 9
    STOMACH_CONTENT = 10
    BOWEL = 11
    PERICARDIUM = 12
    MYOCARDIUM = 13
    BLOOD = 14
    SCAR = 15
    MVO = 16
