"""What tells one run of this package from others, as it is hidden beside an output while it is written."""

from __future__ import annotations

import json
import os
import shlex
import socket
import sys
from datetime import datetime
from pathlib import Path

#: Beginning of every name that this package hides in an output folder.
HIDDEN = ".claim-aug"


def hidden_name(name: str, ending: str = "") -> str:
    """Name of what is hidden beside an output: the whole folder where ``name`` is ``""``, or one file in it."""
    return f"{HIDDEN}-{name}{ending}" if name else f"{HIDDEN}{ending}"


def this_run() -> str:
    """This run as JSON: its command, process, computer and time."""
    since = datetime.now().astimezone().isoformat(timespec="seconds")
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    return json.dumps({"command": command, "process": os.getpid(), "computer": socket.gethostname(), "since": since})


def described(text: str) -> str:
    """A run in words, from the text of ``this_run``."""
    try:
        run = dict(json.loads(text))
        return f"{run['command']!r}, process {run['process']} on {run['computer']}, since {run['since']}"
    except (ValueError, KeyError, TypeError):
        return "which had just begun"
