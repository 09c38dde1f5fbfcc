"""Waiting for an engine so that the process can be interrupted meanwhile.

The engine does not come back from a query when a signal arrives, and Python handles signals only between its own instructions:
Ctrl-C would wait for the query's end. So the query runs in another thread, and this one waits, a little at a time: a library
that takes the signal for itself (polars does, as soon as it is imported) lets a wait that was interrupted begin again.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import current_thread, main_thread
from typing import TypeVar

__all__ = ["Waiting"]

T = TypeVar("T")
#: Seconds after which who waits looks whether somebody wants to end.
LOOK = 0.2


class Waiting:
    """Runs an engine's calls one after the other, each in a thread that this one waits for.

    Parameters
    ----------
    interrupt : callable
        Lets the engine give up what it is at.
    """

    def __init__(self, interrupt: Callable[[], None]) -> None:
        self._interrupt = interrupt
        self._worker = ThreadPoolExecutor(max_workers=1)

    def __call__(self, call: Callable[[], T]) -> T:
        """Return what a call returns, or raise what it raises.

        Parameters
        ----------
        call : callable
            A query of the engine.
        """
        if current_thread() is not main_thread():
            # signals are the main thread's: there is nothing to be woken by
            return call()
        future = self._worker.submit(call)
        try:
            return _result(future)
        except BaseException:
            if not future.done():
                # not the query's own error: somebody wants to end
                self._interrupt()
                future.exception()
            raise

    def close(self) -> None:
        """End the thread."""
        self._worker.shutdown(wait=False)


def _result(future: Future[T]) -> T:
    while not future.done():
        wait((future,), timeout=LOOK)
    return future.result()
