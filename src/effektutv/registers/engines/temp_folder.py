"""A session's private temporary folder: only its owner can open it, and nobody's is left for long.

Copies of deliveries and what the engine spills lie there while a session lasts. It is removed when the session ends; a session
that was killed cannot remove its own, so the next one sweeps what it finds of such
(:mod:`effektutv.runtime.temporary_files`). What the file
system keeps of removed files, and what a copy of the disk taken meanwhile holds, is protected by the disk's own encryption or
not at all.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Self

from effektutv.errors import ArgumentError
from effektutv.runtime.temporary_files import LOCK, TemporaryFolder, sweep_folders

__all__ = ["Scratch"]

_PREFIX = "effektutv-"
#: Seconds between two looks at what lies in the folder.
_EVERY = 0.1


class Scratch:
    """A folder of the session's own, mode 0700, with a lock that says that the session lives.

    Parameters
    ----------
    inside : Path, optional
        The folder to make it in; the system's own for temporary files where not given.

    Attributes
    ----------
    path : Path
        The folder.
    swept : int
        Folders of killed sessions that were removed.
    most_bytes, most_files : int
        The most that was ever seen in it, the lock left out.

    Raises
    ------
    ArgumentError
        If no folder can be made there.
    """

    def __init__(self, inside: Path | None = None) -> None:
        base = Path(tempfile.gettempdir()) if inside is None else inside
        self.swept = sweep_folders(_PREFIX, base)
        self.most_bytes = self.most_files = 0
        refused = ""
        try:
            self._folder = TemporaryFolder(_PREFIX, base)
        except OSError as error:
            refused = error.strerror or type(error).__name__
        if refused:
            raise ArgumentError(
                f"temporary_folder: no folder can be made in it ({refused}); give one that exists and may be written"
            )
        self.path = self._folder.path
        self._ended = Event()
        # what the engine spills is gone when its query is: it must be looked at meanwhile
        self._watch = Thread(target=self._look, daemon=True)
        self._watch.start()

    def measure(self) -> int:
        """Return how many bytes lie in the folder now, and keep the most that was ever seen."""
        sizes = list(_sizes(self.path))
        self.most_bytes = max(self.most_bytes, sum(sizes))
        self.most_files = max(self.most_files, len(sizes))
        return sum(sizes)

    def _look(self) -> None:
        while not self._ended.wait(_EVERY):
            self.measure()

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        if not self._ended.is_set():
            self._ended.set()
            self._watch.join()
            self.measure()
        self._folder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _sizes(folder: Path) -> list[int]:
    """Return the bytes of every file in a folder and those in it; what goes meanwhile is not counted."""
    sizes: list[int] = []
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    sizes += _sizes(Path(entry.path))
                elif entry.name != LOCK:
                    sizes.append(entry.stat(follow_symlinks=False).st_size)
    return sizes
