"""What a run asks of the machine: threads of linear algebra, collections of garbage, memory.

Only the command line sets anything here: an imported library leaves its caller's process alone.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Asked",
    "Taken",
    "collect_rarely",
    "end_when_asked",
    "leave",
    "load_meanwhile",
    "one_thread_for_small_matrices",
    "peak_memory_mib",
]

#: Where Linux tells of a process, by its number.
_STATUS = "/proc/{}/status"

#: A report makes a million small objects and few cycles: collecting as often as usual takes a seventh of the run.
_OBJECTS = (100_000, 50, 100)
#: Seconds that a thread keeps the interpreter when another waits for it.
_TURN = 0.0005


def one_thread_for_small_matrices() -> None:
    """Let linear algebra run on one thread, unless the user says otherwise; it must be said before numpy is loaded.

    The matrices of a trial are small: two threads wait for one another longer than they compute, and beside any other work
    on the machine many times longer. The second processor has figures to draw.
    """
    for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")


def collect_rarely() -> None:
    """Let garbage wait longer until it is collected: for a process that ends soon."""
    gc.set_threshold(*_OBJECTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What the engine that read the extracts could take of the machine, and what it took.

    Parameters
    ----------
    threads : int
        Threads it could use.
    memory_limit : str
        The memory beyond which it spilled, as it says it itself.
    temporary_bytes, temporary_files : int
        The most bytes and files that were seen in its temporary folder: copies of deliveries and what was spilled.
    """

    threads: int
    memory_limit: str
    temporary_bytes: int
    temporary_files: int


class Asked(BaseException):
    """The process was asked to end; like an interruption it passes every handler of errors, and what is open is closed.

    Attributes
    ----------
    code : int
        The exit code, 128 and the signal's number.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.code = 128 + number


def end_when_asked() -> None:
    """Let a request to end (SIGTERM) close and remove what is open first, as an interruption from the keyboard does."""

    def asked(number: int, _frame: object) -> None:
        # once is enough: a second one ends the process as it stands
        signal.signal(number, signal.SIG_DFL)
        raise Asked(number)

    # only the main thread may say so
    with suppress(ValueError):
        signal.signal(signal.SIGTERM, asked)


def leave(code: int) -> NoReturn:
    """End the process now, without taking its objects apart: that is a twentieth of a report's time.

    Parameters
    ----------
    code : int
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        # nobody listens any more, or there never was a stream
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


def load_meanwhile(libraries: Sequence[str]) -> None:
    """Import libraries in a thread, while this one waits for an engine that leaves the interpreter to others.

    Parameters
    ----------
    libraries : sequence of str
        None may import a module of ours: whoever needs one meanwhile waits for it, and two that wait for one another would
        see half of it. What cannot be imported is met again where it is needed.
    """

    def load() -> None:
        for library in libraries:
            with suppress(ImportError):
                import_module(library)

    # whoever comes back from the engine need not wait long for his turn
    sys.setswitchinterval(_TURN)
    Thread(target=load, daemon=True).start()


def peak_memory_mib(process: int | None = None) -> int | None:
    """Return the most memory that a process has held so far, MiB; None where the system does not tell.

    Parameters
    ----------
    process : int, optional
        The number of a living process; this one where not given.

    Notes
    -----
    Where the system keeps it, it is what the program itself has held. ``getrusage``, which stands in for it for this process
    elsewhere, counts from the fork on: of a program that a large one started it tells the large one's size.
    """
    with suppress(OSError):
        status = Path(_STATUS.format(process or "self")).read_text(encoding="utf-8")
        if (found := re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)) is not None:
            return round(int(found[1]) / 1024)
    if process is not None:
        return None
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1024 * 1024 if sys.platform == "darwin" else 1024))
