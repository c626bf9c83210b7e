"""Groups of options that commands share: dataclasses whose fields are options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from claim_aug.cli import options as opt
from claim_aug.errors import InputError

if TYPE_CHECKING:
    from claim_aug.synthesizer import ScarSynthesizer


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """The command as Typer needs it: in place of each parameter that is a group, one parameter per option of it.

    The command gets ``--config``, too, as all commands have it.

    Args:
        command: function whose parameters are Typer's, or annotated with a dataclass whose fields are.

    Example:
        >>> import inspect
        >>> from claim_aug.cli import Orientation
        >>> def angle(*, orientation: Orientation) -> None:
        ...     print(orientation.keywords()["anterior_insertion"])
        >>> list(inspect.signature(with_groups(angle)).parameters)[-2:]
        ['require_anchor', 'config']
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    parameters = []
    for name, parameter in inspect.signature(command).parameters.items():
        if name in groups:
            own = get_type_hints(groups[name], include_extras=True)
            parameters += [
                parameter.replace(name=field.name, default=field.default, annotation=own[field.name])
                for field in fields(groups[name])
            ]
        else:
            parameters.append(parameter.replace(annotation=hints[name]))
    parameters.append(inspect.Parameter("config", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=opt.Config))

    @wraps(command)
    def flat(**values: Any) -> None:
        del values["config"]  # what it says has become the other values
        built = {
            name: group(**{field.name: values.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        command(**values, **built)

    flat.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return flat


@dataclass(frozen=True)
class Orientation:
    """What the user knows of the scan's orientation, as options of a command; see ``with_groups``.

    Example:
        >>> Orientation(anterior_insertion="210", base="first").keywords()["anterior_insertion"]
        210.0
    """

    anterior_insertion: Annotated[
        str | None,
        opt.orientation(
            "DEGREES|I,J,K",
            "Where the anterior RV insertion is: its angle seen from the cavity's centre, from the array's first "
            "in-plane axis towards its second, or a voxel. Found from an RV label or in the image where not given.",
        ),
    ] = None
    through_plane: Annotated[int | None, opt.orientation("AXIS", "Array axis across slices.", min=0, max=2)] = None
    base: Annotated[str | None, opt.orientation("first|last", "Which end of the stack is basal.")] = None
    winding: Annotated[
        int | None,
        opt.orientation(
            "+1|-1", "+1 where segments run anterior, septum, inferior with growing angle; -1 where against it."
        ),
    ] = None
    require_anchor: Annotated[
        bool, opt.orientation(None, "Refuse a scan whose anterior RV insertion cannot be found.", "--require-anchor")
    ] = False

    def keywords(self) -> dict[str, Any]:
        """Keywords of ``LVAnatomy.from_labels``; what makes no sense is refused."""
        if self.base not in (None, "first", "last"):
            msg = f"--base needs to be first or last, got {self.base!r}"
            raise InputError(msg)
        if self.winding not in (None, 1, -1):
            msg = f"--winding needs to be 1 or -1, got {self.winding}"
            raise InputError(msg)
        needed = "an angle such as 210 or a voxel such as 80,95,4"
        landmark = opt.parse_numbers("anterior_insertion", self.anterior_insertion, needed)
        return vars(self) | {"anterior_insertion": landmark[0] if landmark and len(landmark) == 1 else landmark}


@dataclass(frozen=True)
class Synthesis:
    """What scar is made with: what the labels mean, a prior, a generator, and parameters of both."""

    scheme: opt.Scheme = opt.SCHEME
    existing: Annotated[str, opt.scan("keep|replace|refuse", "What to do with scar that the scan has.")] = "keep"
    prior: Annotated[
        str, opt.where("NAME", "What places scar: smile, smile:FILE.json, random, manual, or a plugin's.")
    ] = "smile"
    generator: Annotated[
        str,
        opt.looks(
            "NAME",
            "What paints scar: ddpm, ddpm:MODEL, latent:MODEL, signal, transplant:BANK, or a plugin's. The default is "
            "the network, ddpm, as files are made once and shall look real; in Python it is signal, as a network slows "
            "a training.",
        ),
    ] = opt.GENERATOR
    setting: Annotated[
        list[str] | None, opt.looks("NAME=VALUE", "Any other parameter of the prior or the generator.", "--set")
    ] = None

    def parameters(self) -> dict[str, Any]:
        """Parameters of prior and generator that were given, by name."""
        return opt.parse_settings(self.setting or [])

    def synthesizer(self, parameters: dict[str, Any]) -> ScarSynthesizer:
        """The synthesizer that makes what was asked for."""
        from claim_aug.synthesizer import ScarSynthesizer

        return ScarSynthesizer(self.prior, self.generator, labels=self.scheme, existing=self.existing, **parameters)

    def request(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """What was asked for, as sidecars and pools record it."""
        return {"prior": self.prior, "generator": self.generator, "existing": self.existing, **parameters}
