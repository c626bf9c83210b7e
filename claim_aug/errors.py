"""What goes wrong, said in one sentence: what was expected, what came, what to do."""


class ClaimAugError(Exception):
    """Base of every error a user can mend. The command line prints it as one red line and exits with code 1."""


class InputError(ClaimAugError):
    """A file, an array or a parameter that cannot be used as it is."""


class LabelError(InputError):
    """Label values that do not fit the scheme they were said to follow."""


class AnatomyError(InputError):
    """A segmentation from which no left ventricle can be read."""


class EmptyScarError(InputError):
    """A wall in which no scar can be placed."""


class MissingDependencyError(ClaimAugError, ImportError):
    """A library that an integration needs is not installed."""


class PluginError(ClaimAugError):
    """A prior, a generator or a plugin that is unknown, broken or registered twice."""


class OutputError(ClaimAugError):
    """A result that could not be written. Nothing half-written is left behind."""


class ClaimAugWarning(UserWarning):
    """Base of every warning: the result stands, but rests on something assumed."""


class SpacingWarning(ClaimAugWarning):
    """``pixdim`` and the affine of a file disagree on the voxel size."""


class UnanchoredWarning(ClaimAugWarning):
    """Nothing says where the anterior RV insertion is, so AHA segments are rotated by an unknown angle."""


class MaskWarning(ClaimAugWarning):
    """Part of a given mask could not be used."""
