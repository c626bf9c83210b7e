"""What a plugin raises, prints or never ends with stays its own matter, and names it."""

from __future__ import annotations

import dis
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from claim_aug.errors import ClaimAugError, PluginError, Terminated

#: Longest that a plugin may take to be imported and to register, seconds.
LIMIT_S = 10.0


@contextmanager
def naming_whatever_is_raised(who: str) -> Iterator[None]:
    """Turn whatever a plugin raises into one error that names it.

    Our own errors, the user's Ctrl-C and the end that a signal asks for pass.

    Raises:
        PluginError: anything that was raised, an exit included.
    """
    try:
        yield
    except (ClaimAugError, Terminated):
        raise
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, GeneratorExit)) and not raised_by_statement(error):
            raise
        msg = f"{who} failed: {in_words(error)}"
        raise PluginError(msg) from error


def raised_by_statement(error: BaseException) -> bool:
    """Whether an exception comes from a ``raise`` in Python code, and not from a signal such as that of Ctrl-C."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return False
    return trace.tb_frame.f_code.co_code[trace.tb_lasti] == dis.opmap["RAISE_VARARGS"]


def in_words(error: BaseException) -> str:
    """An exception as text, whatever its own text does."""
    try:
        text = " ".join(str(error).split())
    except BaseException:
        text = "its text cannot be read"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


@contextmanager
def kept_apart(limit: float = LIMIT_S) -> Iterator[None]:
    """Code of a plugin that is imported: what it prints goes to stderr, and after a while it is given up.

    Only the main thread can give up; elsewhere there is no limit.

    Raises:
        PluginError: code that takes longer than the limit.
    """
    with redirect_stdout(sys.stderr):
        if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
            yield
            return

        def give_up(number: int, frame: object) -> None:
            msg = f"it took more than {limit:g} s to be imported"
            raise PluginError(msg)

        before = signal.signal(signal.SIGALRM, give_up)
        signal.setitimer(signal.ITIMER_REAL, limit)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
