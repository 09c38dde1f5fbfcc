"""A second process that draws figures while the first draws others: the same code, the same bytes, in half the time.

It is a fresh process, not a copy of this one, so that no thread or connection of an engine is carried over. It is given what to
draw through a pipe, writes the two files of a figure, and says so with one byte. Whatever goes wrong in it ends it, and the
figures that it has not confirmed are drawn by the first process, which then meets the error itself.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from effektutv.machine import collect_rarely

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from matplotlib.figure import Figure

__all__ = ["Drawer", "serve"]

_DONE = b"+"
# the search path is this process's own: not that of the folder it happens to run in
_PROGRAM = "import sys; sys.path[:] = {path!r}; from effektutv.reporting.drawer import serve; serve()"


class Drawer:
    """The second process, from its start to its end; use it as a context.

    Starting it early lets it load its libraries while the first process reads extracts. Where no process can be started it
    draws nothing, and says so.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        if not sys.executable:
            return
        command = [sys.executable, "-P", "-c", _PROGRAM.format(path=sys.path)]
        with suppress(OSError):
            self._process = subprocess.Popen(  # noqa: S603  (this interpreter and our own program)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )

    def draw(self, figure: Callable[[], Figure], stem: Path) -> bool:
        """Draw one figure over there, and wait for it.

        Parameters
        ----------
        figure : callable
            Draws it. It must be one that can be sent: a function of a module with plain arguments.
        stem : Path
            Folder and name of its files, without suffix.

        Returns
        -------
        bool
            Whether it was drawn. If not, nothing is said of why: draw it here.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return False
        try:
            job = pickle.dumps((figure, stem.absolute()))
        except (pickle.PicklingError, AttributeError, TypeError):  # the three ways in which pickle refuses
            return False
        try:
            process.stdin.write(job)
            process.stdin.flush()
            return process.stdout.read(1) == _DONE
        except (OSError, ValueError):  # it has ended, or was ended meanwhile
            return False

    def close(self) -> None:
        """End the process, whatever it is at, and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve() -> None:
    """Draw what comes through standard input until it ends: the second process's whole life."""
    collect_rarely()
    jobs = sys.stdin.buffer
    done = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    # nothing that a library prints may be taken for an answer
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    _warm()
    from effektutv.plots import style

    while True:
        try:
            figure, stem = pickle.load(jobs)  # noqa: S301  (only from the process that started this one)
        except EOFError:
            return
        style.save(figure(), stem)
        done.write(_DONE)


def _warm() -> None:
    """Load what drawing loads at first use: data frames, both back ends, the fonts."""
    import pandas as pd  # noqa: F401  (the tables that are sent)

    from effektutv.plots import style

    page = style.Page(20.0, title="0", subtitle="0", notes=())
    page.text(0, 0, "0")
    with style.house_style():
        for form in ("svg", "rgba"):
            page.fig.savefig(io.BytesIO(), format=form)
