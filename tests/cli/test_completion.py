"""Shells complete commands and options."""

import os
import subprocess
import sys

import pytest

MAIN = "from claim_aug.cli import main; main()"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("claim-aug gen", "generate"), ("claim-aug plugins ch", "check"), ("claim-aug generate --terr", "--territory")],
)
def test_bash_is_offered_what_begins_as_typed(typed, offered):
    asked = {"_CLAIM_AUG_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    command = [sys.executable, "-c", MAIN]
    done = subprocess.run(command, env=os.environ | asked, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == [offered]
