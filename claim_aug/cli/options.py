"""Options that several commands share, and how their text is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from claim_aug.cli.config import load_config
from claim_aug.errors import InputError


def panel(heading: str) -> Callable[..., Any]:
    """Options that ``--help`` shows under a heading: ``option(metavar, help, *flags, **more)``."""
    return lambda metavar, text, *flags, **more: typer.Option(
        *flags, metavar=metavar, help=text, rich_help_panel=heading, **more
    )


scan, where, looks = panel("Input"), panel("Where scar goes"), panel("What scar looks like")
orientation, output, dataset = panel("Orientation"), panel("Output"), panel("A whole data set")

SCHEME = "emidec"
#: Files are made once and shall look real, so the command line takes the network. ``ScarSynthesizer()`` and the
#: transforms default to ``signal`` instead: they run in the workers of a data loader, where a network would starve
#: the training.
GENERATOR = "ddpm"

#: Names that --set does not take, and the option that does.
RESERVED = {name: f"--{name}" for name in ("labels", "prior", "generator", "existing", "mask", "table")}
RESERVED["distributions"] = "--prior smile:FILE.json"

Dataset = Annotated[Path, typer.Argument(help="Folder of scans: EMIDEC's layout, or images/ beside labels/.")]
Channel = Annotated[
    str | None,
    scan("NAME|N", "LGE channel of a data set of nnU-Net's, where none is called LGE.", "--channel"),
]
Scheme = Annotated[
    str,
    scan(
        "SCHEME",
        "What label values mean: emidec, phantom, acdc, mnms, myops, mscmrseg, a plugin's, or your own such as "
        "cavity=1,myocardium=2+7,infarct=3,mvo=4,rv=5.",
        "--labels",
    ),
]
SyntheticLabels = Annotated[
    str | None, scan("SCHEME", "What label values mean; by default what the sidecars say.", "--labels")
]
RealLabels = Annotated[
    str | None, scan("SCHEME", "What those of the real scans mean, where it is something else.", "--real-labels")
]
Start = Annotated[
    str | None, typer.Option(metavar="FOLDER|none", help="Segmenter to start from; the package's by default.")
]
Seed = Annotated[int, output("N", "The same seed gives the same files.", "--seed", min=0)]
FailFast = Annotated[bool, output(None, "Stop at the first case that cannot be used.", "--fail-fast")]
Overwrite = Annotated[bool, output(None, "Replace files that exist.", "--overwrite")]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="TOML file with options by their long names; the command line overrules it.",
        is_eager=True,
        callback=load_config,
    ),
]
Json = Annotated[bool, output(None, "Print JSON instead of tables.", "--json")]


def starting_folder(text: str | None) -> Path | None:
    """Folder of the segmenter that a training starts from; ``None`` for random weights."""
    from claim_aug.segmentation.folder import SHIPPED

    return SHIPPED if text is None else None if text == "none" else Path(text)


def parse_numbers(name: str, text: str | None, needed: str, kind: type = float) -> tuple[Any, ...] | None:
    """Comma-separated numbers of the option of a parameter; ``needed`` says in the error what the option takes."""
    try:
        return None if text is None else tuple(kind(part) for part in text.split(","))
    except ValueError:
        msg = f"--{name.replace('_', '-')} needs {needed}, got {text!r}"
        raise InputError(msg) from None


def parse_number_or_range(name: str, text: str | None) -> float | tuple[float, ...] | None:
    """``"20"`` is fixed, ``"5,30"`` a range."""
    given = parse_numbers(name, text, "a number such as 20 or a range such as 5,30")
    return given[0] if given and len(given) == 1 else given


def parse_settings(texts: list[str]) -> dict[str, Any]:
    """``NAME=VALUE`` pairs; values are read as JSON where they can be."""
    from claim_aug.data.strict_json import parse_json

    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or name in RESERVED:
            why = f"; {name} is set by {RESERVED[name]}" if name in RESERVED else ""
            msg = f"--set needs NAME=VALUE of a prior or generator, got {text!r}{why}"
            raise InputError(msg)
        try:
            pairs[name] = parse_json(value)
        except ValueError:
            pairs[name] = value
    return pairs


def require_arguments(**paths: Path | None) -> list[Path]:
    """The paths; a command line that stops before all its arguments is refused."""
    missing = [name.upper() for name, path in paths.items() if path is None]
    if missing:
        msg = f"missing {', '.join(missing)}; see claim-aug generate --help, or try claim-aug generate --demo OUT"
        raise InputError(msg)
    return [path for path in paths.values() if path is not None]
