"""What goes wrong, said in one sentence: what was expected, what came, what to do.

Each error is also the built-in error that a Python user expects, so ``except ValueError`` finds it.
"""


class ClaimAugError(Exception):
    """Base of every error that a user can mend; the command line prints it as one red line and exits with code 1.

    Example:
        >>> from claim_aug import ClaimAugError, ScarSynthesizer
        >>> try:
        ...     ScarSynthesizer("smyle")
        ... except ClaimAugError as error:
        ...     print(error)
        unknown prior 'smyle'; did you mean 'smile'?; available: smile, random, manual
    """


class InputError(ClaimAugError, ValueError):
    """A file, an array or a parameter that cannot be used as it is."""


class MissingFileError(InputError, FileNotFoundError):
    """A file that is not there."""


def unreadable(message: str, cause: Exception) -> InputError:
    """The error of a file that cannot be read: a ``MissingFileError`` where it is not there."""
    return (MissingFileError if isinstance(cause, FileNotFoundError) else InputError)(message)


class LabelError(InputError):
    """Label values that do not fit the scheme they were said to follow."""


class AnatomyError(InputError):
    """A segmentation from which no left ventricle can be read."""


class EmptyScarError(InputError):
    """A wall in which no scar can be placed."""


class MissingDependencyError(ClaimAugError, ImportError):
    """A library that an integration needs and that is not installed."""


class PluginError(ClaimAugError, LookupError):
    """A prior, a generator or a plugin that is unknown, broken or registered twice."""


class OutputError(ClaimAugError, OSError):
    """A result that could not be written; nothing half-written is left behind."""


class ClaimAugWarning(UserWarning):
    """Base of every warning: the result stands, but rests on something assumed."""


class SpacingWarning(ClaimAugWarning):
    """A file whose ``pixdim`` and affine disagree on the voxel size."""


class Terminated(SystemExit):
    """The end of the process that a signal asked for; no plugin's, wherever it arrives."""


class IntensityWarning(ClaimAugWarning):
    """Intensities that a file's type cannot hold."""


class LabelWarning(ClaimAugWarning):
    """A label map of which a part cannot belong to the left ventricle, or whose ventricle has an impossible size."""


class WindingWarning(ClaimAugWarning):
    """A stack of which nothing tells whether segments run with growing angle of the array or against it."""


class LeftoverWarning(ClaimAugWarning):
    """What an earlier run left in an output when it was killed, and what became of it."""


class RepeatedScarsWarning(ClaimAugWarning):
    """Workers of a data loader that all make the same scars, as nobody seeded them apart."""


class RequestWarning(ClaimAugWarning):
    """A request that can be met, but is hardly what was meant."""


class UnanchoredWarning(ClaimAugWarning):
    """A stack without a known anterior RV insertion, so that AHA segments are rotated by an unknown angle."""


class MaskWarning(ClaimAugWarning):
    """A given mask of which a part could not be used."""
