"""A run that is told to stop clears away what is half done, whoever tells it."""

import signal
import subprocess
import sys
import time

import pytest


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_run_that_is_told_to_stop_leaves_nothing(tmp_path, number):
    command = [sys.executable, "-m", "claim_aug", "generate", "--demo", "out", "-n", "1000", "--generator", "signal"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    # As in a terminal: what runs in the background is often started with some of them ignored.
    run = subprocess.Popen(command, cwd=tmp_path, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL), **pipes)
    with run:
        staging = tmp_path / "out" / ".claim-aug" / "new" / "images"
        until = time.monotonic() + 60
        while not staging.exists() and time.monotonic() < until:
            time.sleep(0.05)
        run.send_signal(number)
        try:
            _, err = run.communicate(timeout=60)
        finally:
            run.kill()
    assert run.returncode == (128 + number if number != signal.SIGINT else 130)
    assert "Traceback" not in err
    assert number == signal.SIGINT or f"stopped by {signal.Signals(number).name}" in err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["phantom"]
