"""What a run asks of the machine: threads of linear algebra, collections of garbage, memory.

Only the command line sets anything here: an imported library leaves its caller's process alone.
"""

from __future__ import annotations

import gc
import os
import sys

__all__ = ["collect_rarely", "one_thread_for_small_matrices", "peak_memory_mib"]

#: A report makes a million small objects and few cycles: collecting as often as usual takes a seventh of the run.
_OBJECTS = (100_000, 50, 100)


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


def peak_memory_mib() -> int | None:
    """Return the most memory that this process has held so far, MiB; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1024 * 1024 if sys.platform == "darwin" else 1024))
