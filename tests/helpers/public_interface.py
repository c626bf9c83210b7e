"""The public interface as text: ``python tests/helpers/public_interface.py > tests/public_api.txt``."""

import importlib
import inspect

#: Modules whose names others may use; what is in no other module of this list is ours to change.
MODULES = (
    *("claim_aug", "claim_aug.cli", "claim_aug.data", "claim_aug.errors", "claim_aug.evaluation", "claim_aug.fields"),
    *("claim_aug.generators", "claim_aug.joint"),
    *("claim_aug.phantom", "claim_aug.plots", "claim_aug.plugins", "claim_aug.priors", "claim_aug.testing"),
)


def interface():
    """One line for each public name and each of its public methods and attributes."""
    for name in MODULES:
        module = importlib.import_module(name)
        for public in names_of(module):
            yield from described(f"{name}.{public}", getattr(module, public))


def names_of(module):
    """The names of ``__all__``, or those that the module defines."""
    own = [name for name, thing in vars(module).items() if getattr(thing, "__module__", None) == module.__name__]
    return sorted(name for name in getattr(module, "__all__", own) if not name.startswith("_"))


def described(name, thing):
    """The line of a name, and of its members where it is a class."""
    yield name + (parameters(thing) if callable(thing) and not is_bare(thing) else "")
    if inspect.isclass(thing):
        for cls in reversed(inspect.getmro(thing)):
            for member, value in sorted(vars(cls).items() if cls.__module__.startswith("claim_aug") else ()):
                if not member.startswith("_") and (callable(value) or isinstance(value, (property, classmethod))):
                    bare = getattr(value, "__func__", value)
                    yield f"{name}.{member}" + (parameters(bare) if callable(bare) else "")


def is_bare(thing):
    """Whether a class has no parameters of its own: errors, and protocols."""
    return inspect.isclass(thing) and (issubclass(thing, BaseException) or getattr(thing, "_is_protocol", False))


def parameters(function):
    """The parameters of a function: ``=`` after one that has a default, without what it is."""
    signature = inspect.signature(function)
    bare = [
        parameter.replace(
            annotation=parameter.empty, default=parameter.empty if parameter.default is parameter.empty else ...
        )
        for parameter in signature.parameters.values()
    ]
    return str(signature.replace(parameters=bare, return_annotation=signature.empty)).replace("=Ellipsis", "=")


if __name__ == "__main__":
    print("\n".join(sorted(set(interface()))))  # noqa: T201
