"""``claim-aug design``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claim_aug.cli import Orientation
from claim_aug.errors import InputError

if TYPE_CHECKING:
    from claim_aug_designer.folders import Folders
    from claim_aug_designer.scan import Scan

HERE = "127.0.0.1"
DEMO, SCHEME = "Case_demo", "emidec"


def shown_under(heading: str) -> Callable[..., Any]:
    """Options that ``--help`` shows under a heading: ``option(metavar, help, *flags, **more)``."""
    return lambda metavar, text, *flags, **more: typer.Option(
        *flags, metavar=metavar, help=text, rich_help_panel=heading, **more
    )


given, written, served = shown_under("Input"), shown_under("Output"), shown_under("Server")


def design(
    scan: Annotated[
        Path | None, typer.Argument(metavar="[SCAN]", help="LGE stack (.nii.gz, .nii) or grey slice (.png).")
    ] = None,
    labels: Annotated[
        Path | None, typer.Argument(metavar="[LABELS]", help="Label map of the scan, on the same grid.")
    ] = None,
    *,
    demo: Annotated[bool, given(None, "Use a phantom as the scan.", "--demo")] = False,
    scheme: Annotated[
        str, given("SCHEME", "What label values mean, as generate has it: emidec, a plugin's, or your own.", "--labels")
    ] = SCHEME,
    orientation: Orientation,
    out: Annotated[Path, written("FOLDER", "Where what you save goes.")] = Path("designed"),
    allow: Annotated[
        list[Path] | None,
        written("FOLDER", "Further folder that banks, models and scans may be read from; may be repeated."),
    ] = None,
    port: Annotated[int, served("N", "Port; a free one by default.", min=0, max=65535)] = 0,
    host: Annotated[str, served("ADDRESS", "Address to listen at; only this computer can reach the default.")] = HERE,
    open_to_network: Annotated[
        bool, served(None, "Allow an address that others can reach, unencrypted.", "--open-to-network")
    ] = False,
    no_browser: Annotated[bool, served(None, "Print the address and open no browser.", "--no-browser")] = False,
) -> None:
    """Design scar in the browser: say where it shall be, and watch it appear in the scan."""
    from claim_aug_designer.folders import Folders
    from claim_aug_designer.serve import check_host, serve

    check_host(host, open_to_network=open_to_network)
    readable = [path.parent for path in (scan, labels) if path is not None]
    folders = Folders(out, (*readable, *(allow or ())))
    opened = open_scan(scan, labels, scheme, orientation, folders, demo=demo)
    if opened is not None:
        for note in opened.notes:
            typer.echo(f"note: {note}")
    serve(folders, opened, host, port, browser=not no_browser)


def open_scan(
    image: Path | None, labels: Path | None, scheme: str, orientation: Orientation, folders: Folders, *, demo: bool
) -> Scan | None:
    """The scan of the command line: two files, a phantom, or none yet.

    Raises:
        InputError: a scan without labels, or a scan beside ``--demo``.
        ClaimAugError: a scan that cannot be used.
    """
    from claim_aug_designer.scan import Scan

    if demo:
        if image is not None or scheme != SCHEME:
            msg = "--demo makes its own scan with its own labels: claim-aug design --demo"
            raise InputError(msg)
        image, labels, scheme = *write_demo(folders.out), "phantom"
    if image is None:
        return None
    if labels is None:
        msg = f"{image} needs its label map beside it: claim-aug design SCAN LABELS, or --demo"
        raise InputError(msg)
    return Scan.from_files(image, labels, scheme, orientation)


def write_demo(out: Path) -> tuple[Path, Path]:
    """Image and labels of the phantom, written to ``out`` where they are not there yet."""
    from claim_aug.phantom import make_phantom, write_emidec

    files = [out / "phantom" / DEMO / part / f"{DEMO}.nii.gz" for part in ("Images", "Contours")]
    if not all(path.is_file() for path in files):
        write_emidec(make_phantom(0, scar=False), out / "phantom", DEMO)
    return files[0], files[1]
