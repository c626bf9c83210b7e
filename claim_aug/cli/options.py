"""Options that several commands share, and how their text is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claim_aug.errors import InputError

if TYPE_CHECKING:
    from claim_aug.anatomy import LabelScheme, LVAnatomy

Scheme = Annotated[
    str | None,
    typer.Option(
        "--labels",
        show_default="emidec",
        help="Label scheme: emidec, phantom, acdc, mnms, myops, mscmrseg, or your own such as "
        "cavity=1,myocardium=2+7,infarct=3,mvo=4,rv=5.",
    ),
]
Prior = Annotated[str, typer.Option("--prior", help="Where scar goes: smile, random, manual, or a plugin's.")]
Generator = Annotated[
    str,
    typer.Option(
        "--generator", help="What scar looks like: ddpm, signal, transplant:BANK, latent:MODEL, or a plugin's."
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same files.")]
Existing = Annotated[
    str,
    typer.Option("--existing", metavar="keep|replace|refuse", help="What to do with scar that is there already."),
]
Setting = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="A parameter of the prior or generator with no option of its own."
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")]
AnteriorInsertion = Annotated[
    str | None,
    typer.Option(
        "--anterior-insertion",
        metavar="DEGREES|I,J,K",
        help="Where the anterior RV insertion is: its angle seen from the cavity's centre, from the array's first "
        "in-plane axis towards its second, or a voxel. Found from an RV label or in the image where not given.",
    ),
]
RequireAnchor = Annotated[
    bool, typer.Option("--require-anchor", help="Refuse a scan whose anterior RV insertion cannot be found.")
]
ThroughPlane = Annotated[int | None, typer.Option("--through-plane", min=0, max=2, help="Array axis across slices.")]
Base = Annotated[str | None, typer.Option("--base", metavar="first|last", help="Which end of the stack is basal.")]
Winding = Annotated[
    int | None,
    typer.Option(
        "--winding",
        metavar="+1|-1",
        help="+1 where segments run anterior, septum, inferior with growing angle; -1 where against it.",
    ),
]


def orientation(
    anterior_insertion: str | None,
    through_plane: int | None,
    base: str | None,
    winding: int | None,
    require_anchor: bool,
) -> dict[str, Any]:
    """What the user knows of the scan's orientation, as keywords of ``LVAnatomy.from_labels``."""
    if base not in (None, "first", "last"):
        msg = f"--base needs to be first or last, got {base!r}"
        raise InputError(msg)
    if winding not in (None, 1, -1):
        msg = f"--winding needs to be 1 or -1, got {winding}"
        raise InputError(msg)
    landmark = numbers("anterior-insertion", anterior_insertion, "an angle such as 210 or a voxel such as 80,95,4")
    return {
        "require_anchor": require_anchor,
        "anterior_insertion": landmark[0] if landmark and len(landmark) == 1 else landmark,
        "through_plane": through_plane,
        "base": base,
        "winding": winding,
    }


def note_doubts(anatomy: LVAnatomy, scheme: LabelScheme | str | None) -> None:
    """Say what to look at: a label scheme that may be another's, and a winding that a picture alone does not tell."""
    from claim_aug.anatomy import LabelScheme
    from claim_aug.anatomy.enclosure import FITTING, cavity_enclosure

    orientation = anatomy.orientation
    if cavity_enclosure(anatomy) < FITTING:
        known = LabelScheme.parse(scheme or "emidec")
        typer.echo(f"note: in no slice the wall closes around the cavity; is {known} the right label scheme?")
    if orientation.winding_source == "assumed" and anatomy.grid_shape[-1] == 1:
        typer.echo(
            f"note: one slice does not tell which way segments run; --winding {orientation.winding} was assumed, "
            f"as for a picture with the septum on the left; a mirrored one needs --winding {-orientation.winding}"
        )


def numbers(name: str, text: str | None, needed: str) -> tuple[float, ...] | None:
    """Comma-separated numbers."""
    try:
        return None if text is None else tuple(float(part) for part in text.split(","))
    except ValueError:
        msg = f"--{name} needs {needed}, got {text!r}"
        raise InputError(msg) from None


def number_or_range(name: str, text: str | None) -> float | tuple[float, ...] | None:
    """``"20"`` is fixed, ``"5,30"`` a range."""
    given = numbers(name, text, "a number such as 20 or a range such as 5,30")
    return given[0] if given and len(given) == 1 else given


def segment_list(text: str | None) -> tuple[int, ...] | None:
    """``"1,2,7,8"``."""
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        msg = f"--segments needs AHA segments such as 1,2,7,8, got {text!r}"
        raise InputError(msg) from None


def counted(count: int, thing: str) -> str:
    """``1 sample``, ``2 samples``."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def required(**paths: Path | None) -> None:
    """Refuse a command line that stops before all its arguments."""
    missing = [name.upper() for name, path in paths.items() if path is None]
    if missing:
        msg = f"missing {', '.join(missing)}; see claim-aug generate --help, or try claim-aug generate --demo OUT"
        raise InputError(msg)
