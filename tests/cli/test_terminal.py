"""The terminal is the user's: names cannot steer it, and output may end in whatever there is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from claim_aug.cli import app, console
from claim_aug.cli.console import shown

FULL = Path("/dev/full")


def run(*arguments, code=None, **options):
    command = [sys.executable, *(["-c", code] if code else ["-m", "claim_aug"]), *arguments]
    return subprocess.run(command, capture_output="stdout" not in options, text=True, check=False, **options)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b]0;mine\x07", "\\x1b]0;mine\\x07"),
        ("a\rb\x08", "a\\rb\\x08"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("Case\udcff", "Case\\udcff"),
        ("\x9b2J", "\\x9b2J"),
        ("Müller [red]x[/red] 心", "Müller [red]x[/red] 心"),
    ],
)
def test_what_would_steer_a_terminal_is_shown_escaped(text, seen, capsys):
    assert shown(text) == seen
    console.print_line(text)
    console.print_line(f"error: {text}", "red")
    console.print_table(text, ("case",), [(text,)])
    printed = "".join(capsys.readouterr())
    assert "\x1b]" not in printed
    assert text == seen or text not in printed


def test_a_closed_pipe_ends_it_without_a_word():
    reader, writer = os.pipe()
    os.close(reader)
    done = run("plugins", stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
def test_a_full_disk_is_one_line():
    with FULL.open("w") as full:
        done = run("plugins", "--json", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_every_encoding_will_do(encoding):
    done = run("plugins", env={**os.environ, "PYTHONIOENCODING": encoding})
    assert done.returncode == 0, done.stderr
    assert "smile" in done.stdout


def test_what_nobody_expected_is_one_line_too(monkeypatch, capsys):
    def broken():
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(app, "build_app", broken)
    assert app.run() == 1
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert "error: unexpected ZeroDivisionError: division by zero; please report it" in printed
    monkeypatch.setenv(app.TRACEBACK, "1")
    with pytest.raises(ZeroDivisionError):
        app.run()
