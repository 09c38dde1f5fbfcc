"""A session's private temporary folder: only its owner can open it, and nobody's is left for long.

Copies of deliveries and what the engine spills lie there while a session lasts. It is removed when the session ends; a session
that was killed cannot remove its own, so the next one sweeps what it finds of such: each living session holds a lock on a file
in its folder, which the system lets go when the process ends, however it ends. What the file system keeps of removed files, and
what a copy of the disk taken meanwhile holds, is protected by the disk's own encryption or not at all.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

from ..errors import ArgumentError

try:
    import fcntl
except ImportError:  # only Unix has it: elsewhere nothing is locked, and nothing swept
    fcntl = None  # type: ignore[assignment]

__all__ = ["Scratch"]

_PREFIX = "effektutv-"
_LOCK = "in_use"


class Scratch:
    """A folder of the session's own, mode 0700, with a lock that says that the session lives.

    Parameters
    ----------
    inside : Path, optional
        The folder to make it in; the system's own for temporary files where not given.

    Raises
    ------
    ArgumentError
        If no folder can be made there.
    """

    def __init__(self, inside: Path | None = None) -> None:
        base = Path(tempfile.gettempdir()) if inside is None else inside
        self.swept = _sweep(base)
        refused = ""
        try:
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
        except OSError as error:
            refused = error.strerror or type(error).__name__
        if refused:
            raise ArgumentError(
                f"temporary_folder: no folder can be made in it ({refused}); give one that exists and may be written"
            )
        # named only once it is locked: under its name nobody ever finds it free while the session lives
        unnamed = self.path / f"{_LOCK}.new"
        self._lock = os.open(unnamed, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        if fcntl is not None:
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        unnamed.rename(self.path / _LOCK)
        self.most_bytes = 0

    def measure(self) -> int:
        """Return how many bytes lie in the folder now, and keep the most that was ever seen."""
        total = 0
        for path in self.path.rglob("*"):
            with suppress(OSError):
                total += path.stat().st_size if path.is_file() else 0
        self.most_bytes = max(self.most_bytes, total)
        return total

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        if self._lock >= 0:
            self.measure()
            shutil.rmtree(self.path, ignore_errors=True)
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _sweep(base: Path) -> int:
    """Remove the folders of sessions that were killed; return how many."""
    if fcntl is None:
        return 0
    swept = 0
    for folder in base.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
                swept += 1
            finally:
                os.close(lock)
    return swept
