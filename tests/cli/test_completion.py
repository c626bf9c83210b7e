"""Shells complete commands and options."""

import os
import shutil
import subprocess
import sys

import pytest

MAIN = "from claim_aug.cli import main; main()"


def asked(shell, typed):
    """What a shell asks with when what was typed is to be completed."""
    own = {
        "bash": {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)},
        "zsh": {"_TYPER_COMPLETE_ARGS": typed},
        "fish": {"_TYPER_COMPLETE_ARGS": typed, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }
    return {"_CLAIM_AUG_COMPLETE": f"complete_{shell}"} | own[shell]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("typed", "offered"),
    [("claim-aug gen", "generate"), ("claim-aug plugins ch", "check"), ("claim-aug generate --terr", "--territory")],
)
def test_a_shell_is_offered_what_begins_as_typed(shell, typed, offered):
    command = [sys.executable, "-c", MAIN]
    done = subprocess.run(command, env=os.environ | asked(shell, typed), capture_output=True, text=True, timeout=120)
    assert offered in done.stdout
    assert "bullseye" not in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_known_and_gets_its_own_completion(shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    env = os.environ | {"HOME": str(tmp_path)}
    line = f"'{sys.executable}' -m claim_aug --install-completion; true"
    done = subprocess.run([shell, "-c", line], env=env, capture_output=True, text=True, timeout=120)
    assert f"{shell} completion installed in {tmp_path}" in "".join(done.stdout.splitlines())
    written = [path for path in tmp_path.rglob("*claim-aug*") if path.is_file()]
    assert written
    assert "_CLAIM_AUG_COMPLETE=complete_" in written[0].read_text()
