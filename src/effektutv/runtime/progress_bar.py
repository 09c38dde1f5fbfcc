"""Steps on a terminal: a moving line that says what is done, how far it is, and how long it will still take."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .progress import Far, Look, Progress

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["showing", "told"]

#: Seconds before a time left is told: what is reckoned earlier is a guess.
_FIRST = 3.0
_LEAST = 0.02


@contextmanager
def showing(quiet: bool) -> Iterator[Progress | None]:
    """Give what shows steps: a moving line on a terminal, plain lines elsewhere, nothing where not wanted.

    The line goes, and the terminal has its cursor back, before anything else is said.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        from rich.console import Console

        moving = _Moving()
        # the line asks how far the work is each time it is drawn, in the terminal's own thread
        with Console(stderr=True).status(moving, refresh_per_second=4):
            yield moving
    else:
        yield _plain


def told(far: Far, elapsed: float) -> str:
    """Return in words how far work is, and about how long it will still take.

    Parameters
    ----------
    far : Far
    elapsed : float
        Seconds since the work began.
    """
    parts = []
    if far.done is not None and far.of is not None:
        parts.append(f"{min(far.done, far.of):,} of {far.of:,} {far.unit}")
    if elapsed >= _FIRST and far.share >= _LEAST:
        seconds = round(elapsed * (1 - far.share) / far.share)
        parts.append(f"about {seconds // 60}:{seconds % 60:02d} left")
    return ", ".join(parts)


class _Moving:
    """The line on a terminal."""

    def __init__(self) -> None:
        self._step = ""
        self._look: Look | None = None
        self._began = 0.0

    def __call__(self, step: str) -> None:
        self._step = step

    def watch(self, look: Look | None) -> None:
        self._began = time.perf_counter()
        self._look = look

    def __rich__(self) -> Text:
        from rich.text import Text

        look = self._look
        far = look() if look is not None else None
        how = told(far, time.perf_counter() - self._began) if far is not None else ""
        return Text(f"{self._step} … {how}".rstrip())


def _plain(step: str) -> None:
    sys.stderr.write(f"{step}\n")
