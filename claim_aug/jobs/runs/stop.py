"""Ctrl-C and SIGTERM as a request: what is in hand is finished first; a second one ends at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class Stop:
    """A request to end that may come; as a context it listens to signals, those that are ignored excepted.

    Args:
        told: function that is called with the signal's name when the request comes.

    Attributes:
        number: number of the signal that asked for the end; ``None`` as long as none did.
    """

    def __init__(self, told: Callable[[str], None] = lambda name: None) -> None:
        self.told = told
        self.number: int | None = None
        self.before: dict[int, Any] = {}

    def asked(self) -> bool:
        """Whether no more is to be begun."""
        return self.number is not None

    def __enter__(self) -> Stop:
        if threading.current_thread() is threading.main_thread():
            for name in SIGNALS:
                number = getattr(signal, name, None)
                if number is not None and signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
                    self.before[number] = signal.signal(number, self.ask)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def ask(self, number: int, frame: object) -> None:
        """Ask for the end; the second time, end."""
        if self.asked():
            raise KeyboardInterrupt
        self.number = number
        self.told(signal.Signals(number).name)
