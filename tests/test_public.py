"""Names are public, typed, and cost nothing until they are used."""

import subprocess
import sys

import claim_aug

HEAVY = ("torch", "scipy", "matplotlib", "nibabel", "numpy", "diffusers", "monai", "torchio")


def loaded_after(code):
    check = f"import sys; {code}; print(sorted(set(sys.modules) & set({HEAVY!r})))"
    return subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout.strip()


def test_importing_the_package_imports_nothing_heavy():
    assert loaded_after("import claim_aug") == "[]"


def test_the_synthesizer_does_not_import_torch_or_any_framework():
    assert loaded_after("from claim_aug import ScarSynthesizer; ScarSynthesizer()") == "['numpy', 'scipy']"


def test_every_public_name_resolves_and_has_a_docstring():
    for name in claim_aug.__all__:
        assert getattr(claim_aug, name).__doc__ or name == "__version__"
