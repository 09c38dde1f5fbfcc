"""A second process that works beside the first: the same code, the same results, in less time.

It is a fresh process, not a copy of this one, so that no thread or connection of an engine is carried over. It is given one
piece of work after the other through a pipe, and answers through another; nothing of it touches a disk. Whatever goes wrong in
it ends it, and what it has not answered is done by the first process, which then meets the error itself. When the first
process is gone, however it ended, so is the second: the pipe's other end closes, and it does not finish what it is at.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from threading import Lock, Thread
from typing import TYPE_CHECKING, Self, TypeVar

from .process import collect_rarely, peak_memory_mib

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

__all__ = ["Beside", "serve"]

T = TypeVar("T")

# the search path is this process's own: not that of the folder it happens to run in
_PROGRAM = "import sys; sys.path[:] = {path!r}; from effektutv.runtime.worker_process import serve; serve({ready!r})"


class Beside:
    """The second process, from its start to its end; use it as a context.

    Parameters
    ----------
    ready : sequence of str
        What it does before the first work, while this process is busy elsewhere: modules to import, or functions without
        arguments as ``"module:function"``.

    Attributes
    ----------
    peak_memory_mib : int, or None
        The most memory that it held, once it is closed; None before, and where the system does not tell.

    Notes
    -----
    Where no process can be started it does nothing, and says so.
    """

    def __init__(self, ready: Sequence[str] = ()) -> None:
        self.peak_memory_mib: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = Lock()
        if not sys.executable:
            return
        command = [sys.executable, "-P", "-c", _PROGRAM.format(path=sys.path, ready=tuple(ready))]
        with suppress(OSError):
            self._process = subprocess.Popen(  # noqa: S603  (this interpreter and our own program)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )

    def ask(self, work: Callable[[], T]) -> tuple[T] | None:
        """Do a piece of work over there, and wait for it; from several threads, one after the other.

        Parameters
        ----------
        work : callable
            Without arguments. It must be one that can be sent, and so must what it returns: a function of a module, with its
            arguments bound by :func:`functools.partial`.

        Returns
        -------
        tuple of one, or None
            What it returned. None if it was not done; nothing is said of why: do it here.
        """
        with self._turn:
            process = self._process
            if process is None or process.stdin is None or process.stdout is None:
                return None
            try:
                sent = pickle.dumps(work, protocol=pickle.HIGHEST_PROTOCOL)
            except (pickle.PicklingError, AttributeError, TypeError):  # the three ways in which pickle refuses
                return None
            try:
                process.stdin.write(sent)
                process.stdin.flush()
                answer: tuple[T] = pickle.load(process.stdout)  # noqa: S301  (only from the process that we started)
            except (OSError, ValueError, EOFError, pickle.UnpicklingError):  # it has ended, or was ended meanwhile
                return None
            return answer

    def ahead(self, work: Callable[[], T]) -> Callable[[], T]:
        """Begin a piece of work over there, and return what waits for its result, or does it here if it was not done.

        Parameters
        ----------
        work : callable
            As for :meth:`ask`.
        """
        answers: list[tuple[T] | None] = []
        thread = Thread(target=lambda: answers.append(self.ask(work)), daemon=True)
        thread.start()

        def result() -> T:
            thread.join()
            answer = answers[0] if answers else None
            return work() if answer is None else answer[0]

        return result

    def close(self) -> None:
        """End the process, whatever it is at, and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        # of a process that has ended the system does not tell
        self.peak_memory_mib = peak_memory_mib(process.pid)
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


def serve(ready: Sequence[str]) -> None:
    """Do what comes through standard input until it ends: the second process's whole life.

    Parameters
    ----------
    ready : sequence of str
        See :class:`Beside`.
    """
    # Ctrl-C goes to both; the first one ends this one
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_the_first()
    collect_rarely()
    given = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # nothing that a library prints may be taken for an answer
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    for name in ready:
        module, _, function = name.partition(":")
        loaded = import_module(module)
        if function:
            getattr(loaded, function)()
    while True:
        try:
            work = pickle.load(given)  # noqa: S301  (only from the process that started this one)
        except EOFError:
            return
        pickle.dump((work(),), answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


def _end_with_the_first() -> None:
    """End this process as soon as nobody can give it work any more, also in the middle of some."""
    try:
        pipe = select.poll()
    except AttributeError:  # where the system has none, it ends when it looks for more work
        return
    # no event is asked for: what is always told is that the other end has been closed
    pipe.register(sys.stdin.fileno(), 0)

    def wait() -> None:
        pipe.poll()
        os._exit(0)

    Thread(target=wait, daemon=True).start()
