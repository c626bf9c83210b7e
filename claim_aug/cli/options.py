"""Options that several commands share, and how their text is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from claim_aug.errors import InputError


def panel(name: str) -> Callable[..., Any]:
    """Options that ``--help`` shows under a heading: ``option(metavar, help, *flags, **more)``."""

    def option(metavar: str | None, description: str, *flags: str, **more: Any) -> Any:
        return typer.Option(*flags, metavar=metavar, help=description, rich_help_panel=name, **more)

    return option


scan_option, where_option, looks_option = panel("Input"), panel("Where scar goes"), panel("What scar looks like")
orientation_option, output_option = panel("Orientation"), panel("Output")

SCHEME = "emidec"
#: Files are made once and looks count, so the command line takes the network. ``ScarSynthesizer()`` and the transforms
#: default to ``signal`` instead: they run in the workers of a data loader, where a network would starve the training.
GENERATOR = "ddpm"

#: Names that --set does not take, and the option that does.
RESERVED = {name: f"--{name}" for name in ("labels", "prior", "generator", "existing", "mask", "table")}
RESERVED["distributions"] = "--prior smile:FILE.json"

Dataset = Annotated[Path, typer.Argument(help="Folder of images and label maps: EMIDEC's layout, or paired.")]
Scheme = Annotated[
    str,
    scan_option(
        "SCHEME",
        "What label values mean: emidec, phantom, acdc, mnms, myops, mscmrseg, or your own such as "
        "cavity=1,myocardium=2+7,infarct=3,mvo=4,rv=5.",
        "--labels",
    ),
]
Seed = Annotated[int, output_option("N", "The same seed gives the same files.", "--seed", min=0)]
Overwrite = Annotated[bool, output_option(None, "Replace files that exist.", "--overwrite")]
Json = Annotated[bool, output_option(None, "Print JSON instead of tables.", "--json")]


def flag(name: str) -> str:
    """The option of a parameter: ``--grey-zone`` of ``grey_zone``."""
    return f"--{name.replace('_', '-')}"


def parse_numbers(name: str, text: str | None, needed: str) -> tuple[float, ...] | None:
    """Comma-separated numbers.

    Args:
        name: name of the parameter.
        text: what the user wrote; ``None`` where the option was not given.
        needed: what the option takes, for the error.

    Raises:
        InputError: a part that is no number.
    """
    try:
        return None if text is None else tuple(float(part) for part in text.split(","))
    except ValueError:
        msg = f"{flag(name)} needs {needed}, got {text!r}"
        raise InputError(msg) from None


def parse_number_or_range(name: str, text: str | None) -> float | tuple[float, ...] | None:
    """``"20"`` is fixed, ``"5,30"`` a range."""
    given = parse_numbers(name, text, "a number such as 20 or a range such as 5,30")
    return given[0] if given and len(given) == 1 else given


def parse_segments(text: str | None) -> tuple[int, ...] | None:
    """AHA segments such as ``"1,2,7,8"``."""
    try:
        return None if text is None else tuple(int(part) for part in text.split(","))
    except ValueError:
        msg = f"--segments needs AHA segments such as 1,2,7,8, got {text!r}"
        raise InputError(msg) from None


def parse_settings(texts: list[str]) -> dict[str, Any]:
    """``NAME=VALUE`` pairs; values are read as JSON where they can be."""
    import json

    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or name in RESERVED:
            why = f"; {name} is set by {RESERVED[name]}" if name in RESERVED else ""
            msg = f"--set needs NAME=VALUE of a prior or generator, got {text!r}{why}"
            raise InputError(msg)
        try:
            pairs[name] = json.loads(value)
        except json.JSONDecodeError:
            pairs[name] = value
    return pairs


def require_arguments(**paths: Path | None) -> list[Path]:
    """The paths, all of them there.

    Raises:
        InputError: the command line stops before all its arguments.
    """
    missing = [name.upper() for name, path in paths.items() if path is None]
    if missing:
        msg = f"missing {', '.join(missing)}; see claim-aug generate --help, or try claim-aug generate --demo OUT"
        raise InputError(msg)
    return [path for path in paths.values() if path is not None]
