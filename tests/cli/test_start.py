"""The command line starts quickly and says errors in one red line."""

import subprocess
import sys

import pytest

from claim_aug.cli import run_command
from claim_aug.errors import InputError

MAIN = "from claim_aug.cli import main; main()"


def run(*arguments, code=MAIN):
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("arguments", [["--help"], ["generate", "--help"], ["--version"], ["plugins"]])
def test_nothing_heavy_is_imported_to_answer(arguments):
    heavy = "{'torch', 'numpy', 'scipy', 'matplotlib', 'nibabel', 'diffusers'}"
    code = f"import sys, atexit; atexit.register(lambda: print('HEAVY', sorted(set(sys.modules) & {heavy}))); {MAIN}"
    done = run(*arguments, code=code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "HEAVY []"


@pytest.mark.parametrize("command", ["generate", "aha", "quantify", "bullseye", "pool build"])
def test_options_of_one_kind_are_under_one_heading(command):
    shown = run(*command.split(), "--help").stdout
    headings = {"Input": "--labels", "Orientation": "--winding", "Where scar goes": "--prior", "Output": "--overwrite"}
    for heading, option in headings.items():
        assert (f"─ {heading} ─" in shown) == (f"{option} " in shown)
        assert f"{option} " not in shown.partition(f"─ {heading} ─")[0]


def test_the_version_is_the_packages():
    from claim_aug import __version__

    assert run("--version").stdout.strip() == f"claim-aug {__version__}"


def test_an_error_is_one_line_on_stderr_and_exit_code_1(tmp_path):
    done = run("generate", str(tmp_path / "no.nii.gz"), str(tmp_path / "no.nii.gz"), str(tmp_path / "out"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [f"error: {tmp_path / 'no.nii.gz'} does not exist"]


def test_a_command_line_that_stops_short_says_what_is_missing():
    done = run("generate")
    assert done.returncode == 1
    assert "missing IMAGE, LABELS, OUT" in done.stderr


def test_a_plugin_runs_a_command_in_its_own_process(capsys, tmp_path):
    assert run_command("--version") == 0
    assert capsys.readouterr().out.startswith("claim-aug ")
    assert run_command("generate", "--nonsense") == 2
    with pytest.raises(InputError, match=r"no\.nii\.gz does not exist"):
        run_command("generate", str(tmp_path / "no.nii.gz"), str(tmp_path / "no.nii.gz"), str(tmp_path / "out"))
