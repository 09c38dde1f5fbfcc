"""Folders and files that are there while something is made, and what is left of them by a run that was killed.

Whoever makes one holds a lock on it, which the system lets go when the process ends, however it ends. What is found with
nobody's lock on it is therefore dead and is removed; what is locked is never touched. Only names that are made here are looked
at: a prefix and eight random characters, owned by the same user.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

try:
    import fcntl
except ImportError:  # only Unix has it: elsewhere nothing is locked, and nothing swept
    fcntl = None  # type: ignore[assignment]

__all__ = ["LOCK", "TemporaryFolder", "make_file", "sweep_files", "sweep_folders"]

#: The file in a folder that its maker holds a lock on.
LOCK = "in_use"
_RANDOM = re.compile(r"[a-z0-9_]{8}")
#: How often one is made anew that a sweep took before it was locked.
_TRIES = 20


class TemporaryFolder:
    """A folder of this process's own, mode 0700, locked while it is used.

    Parameters
    ----------
    prefix : str
        How its name begins.
    inside : Path
        Where it is made.

    Attributes
    ----------
    path : Path
        The folder; it holds the file :data:`LOCK`.

    Raises
    ------
    OSError
        If none can be made there.
    """

    def __init__(self, prefix: str, inside: Path) -> None:
        for _ in range(_TRIES):
            self.path = Path(tempfile.mkdtemp(prefix=prefix, dir=inside))
            # a sweep takes an empty folder, or one whose lock nobody holds yet: then another is made
            with suppress(FileNotFoundError):
                self._lock = os.open(self.path / LOCK, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
                if _locked(self._lock, self.path / LOCK, wait=True):
                    return
                os.close(self._lock)
        raise BlockingIOError("every new folder was taken away")

    def close(self) -> None:
        """Remove the folder with all that is in it; a second call does nothing."""
        if self._lock >= 0:
            _remove(self.path)
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def make_file(prefix: str, inside: Path) -> tuple[int, Path]:
    """Make a file of mode 0600, to be written before it takes another's place; it is locked until its handle is closed.

    Parameters
    ----------
    prefix : str
        How its name begins.
    inside : Path
        Where it is made.

    Returns
    -------
    handle : int
        Open for writing.
    path : Path

    Raises
    ------
    OSError
        If none can be made there.
    """
    for _ in range(_TRIES):
        handle, name = tempfile.mkstemp(prefix=prefix, dir=inside)
        if _locked(handle, Path(name), wait=True):
            return handle, Path(name)
        os.close(handle)
    raise BlockingIOError("every new file was taken away")


def sweep_folders(prefix: str, inside: Path, saved: Callable[[Path], None] | None = None) -> int:
    """Remove the folders of processes that were killed.

    Parameters
    ----------
    prefix : str
        How their names begin.
    inside : Path
        Where they are looked for.
    saved : callable, optional
        Called with each before it is removed: takes out of it what is not to be lost.

    Returns
    -------
    int
        How many were removed.
    """
    swept = 0
    for folder in _named(prefix, inside):
        with suppress(OSError):
            if not folder.is_dir():
                continue
            try:
                lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError:
                # its maker was killed before there was a lock, or is about to make it: only an empty one goes
                folder.rmdir()
                swept += 1
                continue
            try:
                if _locked(lock, folder / LOCK, wait=False):
                    if saved is not None:
                        saved(folder)
                    _remove(folder)
                    swept += 1
            finally:
                os.close(lock)
    return swept


def sweep_files(prefix: str, inside: Path) -> int:
    """Remove the files of processes that were killed while they wrote them; return how many.

    Parameters
    ----------
    prefix : str
        How their names begin.
    inside : Path
        Where they are looked for.
    """
    swept = 0
    for path in _named(prefix, inside):
        with suppress(OSError):
            if not path.is_file():
                continue
            handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                if _locked(handle, path, wait=False):
                    path.unlink()
                    swept += 1
            finally:
                os.close(handle)
    return swept


def _named(prefix: str, inside: Path) -> Iterator[Path]:
    """Yield what has a name that is made here, and this user's; a link is nobody's."""
    if fcntl is None:
        return
    with suppress(OSError):
        for path in sorted(inside.iterdir()):
            if path.name.startswith(prefix) and _RANDOM.fullmatch(path.name.removeprefix(prefix)):
                with suppress(OSError):
                    if path.lstat().st_uid == os.getuid() and not path.is_symlink():
                        yield path


def _locked(handle: int, path: Path, *, wait: bool) -> bool:
    """Lock an open file and return whether it is locked and still the one of that name: another may have removed it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        # a file system without locks: what is made there is used, and never swept
        return wait
    try:
        there, held = path.stat(), os.fstat(handle)
    except FileNotFoundError:
        return False
    return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)


def _remove(folder: Path) -> None:
    """Remove a folder, its lock last: a removal that is cut short leaves what the next sweep knows."""
    with suppress(OSError):
        for entry in folder.iterdir():
            if entry.name == LOCK:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                with suppress(OSError):
                    entry.unlink()
    shutil.rmtree(folder, ignore_errors=True)
