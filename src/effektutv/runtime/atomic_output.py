"""Writing what a user asked for: whole or not at all, and never in the place of something else."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from effektutv.errors import ArgumentError

from .temporary_files import TemporaryFolder, make_file, sweep_files, sweep_folders

__all__ = ["check_file", "check_out", "refusals", "replacing", "whole_folder", "write_whole"]

_MANIFEST = "manifest.json"
#: Where the folder that is replaced lies, for a moment, where two cannot be exchanged in one step.
_OLD = "old"
#: The kernel's RENAME_EXCHANGE (macOS: RENAME_SWAP), and AT_FDCWD: names as the process sees them.
_EXCHANGE, _HERE = 2, -100


def check_out(out: Path) -> None:
    """Refuse a folder that a report may not take the place of.

    An earlier report is replaced; one that somebody has put something of their own into is not, for that would be lost.
    Hidden files, such as an office program's locks, are nobody's work.

    Parameters
    ----------
    out : Path
        What the report is to be.

    Raises
    ------
    ArgumentError
        If ``out`` is a file, or holds something that is not a report's, or lies where no folder can be.
    """
    out = out.absolute()
    if out.exists() and not out.is_dir():
        raise ArgumentError(f"out: {out.name!r} is a file; give a folder")
    above = next((p for p in out.parents if p.exists()), None)
    if above is not None and not above.is_dir():
        raise ArgumentError(f"out: {above.name!r} is a file, so that no folder can lie in it; give another folder")
    if not out.is_dir() or not any(out.iterdir()):
        if out.is_dir() and out.samefile(Path.cwd()):
            raise ArgumentError(
                "out: this is the folder that you stand in, and it is to be replaced; give another folder"
            )
        return
    known = _files_of_a_report(out)
    if known is None:
        raise ArgumentError(
            f"out: the folder {out.resolve().name or '/'!r} holds something that is not a report; give an empty or new folder"
        )
    there = {p.relative_to(out) for p in out.rglob("*") if p.is_file()}
    own = sum(1 for p in there - known if not any(part.startswith(".") for part in p.parts))
    if own:
        files = "1 file that is" if own == 1 else f"{own} files that are"
        raise ArgumentError(
            f"out: the folder {out.name!r} holds {files} not the earlier report's; move what is yours away, or give a new "
            f"folder"
        )


def _files_of_a_report(folder: Path) -> set[Path] | None:
    """Return the files of the report in a folder, by its manifest; None where it holds no report."""
    try:
        listed = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))["outputs"]
        return {Path(_MANIFEST), *map(Path, listed)}
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """Give a temporary folder beside ``out`` that takes a report's place when the block ends well, and goes when it does not.

    Parameters
    ----------
    out : Path
        The folder to replace: a report, an empty folder, or nothing yet.

    Raises
    ------
    ArgumentError
        If ``out`` is a file, holds something that is not a report's, or lies where nothing can be written.
    """
    _put_back(out.absolute())
    check_out(out)
    with whole_folder(out, "out") as folder:
        yield folder


@contextmanager
def whole_folder(target: Path, argument: str, ours: Collection[str] | None = None) -> Iterator[Path]:
    """Give a temporary folder beside another that takes its place in one step when the block ends well.

    Whoever looks, and whatever ends the process meanwhile, finds the old folder or the whole new one. What runs that were killed
    left beside it is removed before.

    Parameters
    ----------
    target : Path
        The folder to replace, or nothing yet.
    argument : str
        What the user gave it as.
    ours : collection of str, optional
        Names in the old folder that are replaced or go; all others stay as they are. Everything goes where not given.

    Raises
    ------
    ArgumentError
        If no folder can be made beside it.
    """
    target = target.absolute()
    _put_back(target)
    with refusals(argument, target):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = TemporaryFolder(_temporary(target), target.parent)
    with temporary:
        new = temporary.path / "new"
        new.mkdir()
        yield new
        if ours is not None and target.is_dir():
            for entry in sorted(target.iterdir()):
                if entry.name not in ours:
                    _also_in(new, entry)
        with refusals(argument, target):
            _take_place(new, target, temporary.path / _OLD)


def _temporary(target: Path) -> str:
    return f"{target.name}.tmp-"


def _put_back(target: Path) -> None:
    """Sweep what killed runs left beside a folder, and give it back where one of them had just moved it away."""

    def saved(left: Path) -> None:
        if (left / _OLD).is_dir() and not os.path.lexists(target):
            (left / _OLD).rename(target)

    sweep_folders(_temporary(target), target.parent, saved)


def _also_in(new: Path, entry: Path) -> None:
    """Let a file, or a folder's files, lie in a new folder too, before it takes the old one's place: at no moment nowhere."""
    to = new / entry.name
    if entry.is_dir() and not entry.is_symlink():
        shutil.copytree(entry, to, symlinks=True, copy_function=_link)
    else:
        _link(str(entry), str(to))


def _link(source: str, to: str) -> None:
    try:
        os.link(source, to, follow_symlinks=False)
    except OSError:
        # a file system without links
        shutil.copy2(source, to, follow_symlinks=False)


def _take_place(new: Path, target: Path, old: Path) -> None:
    if not os.path.lexists(target):
        new.rename(target)
    elif not _exchanged(new, target):
        # not in one step: a process that is killed between the two leaves the old one where the next run finds it
        target.rename(old)
        new.rename(target)


def _exchanged(one: Path, other: Path) -> bool:
    """Let two folders take each other's place in one step; return whether the system could."""
    import ctypes

    names = os.fsencode(one), os.fsencode(other)
    try:
        system = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            return bool(system.renamex_np(*names, ctypes.c_uint(_EXCHANGE)) == 0)
        here = ctypes.c_int(_HERE)
        return bool(system.renameat2(here, names[0], here, names[1], ctypes.c_uint(_EXCHANGE)) == 0)
    except (OSError, AttributeError, TypeError):
        return False


def check_file(path: Path, argument: str) -> None:
    """Refuse a place where no file can be written, before anything is worked out for it.

    Parameters
    ----------
    path : Path
    argument : str
        What the user gave it as.

    Raises
    ------
    ArgumentError
        If it is a folder, or its folder does not exist.
    """
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise ArgumentError(f"{argument}: {path.name!r} cannot be written: give a file in a folder that exists")


def write_whole(path: Path, content: str | bytes, argument: str) -> None:
    """Write a file in one step: whoever looks sees the old one or the whole new one.

    Parameters
    ----------
    path : Path
        An earlier file is replaced.
    content : str or bytes
        Text is written in UTF-8, line ends as they are.
    argument : str
        What the user gave it as.

    Raises
    ------
    ArgumentError
        If the file cannot be written there.
    """
    check_file(path, argument)
    prefix = _temporary(path)
    sweep_files(prefix, path.absolute().parent)
    with refusals(argument, path):
        handle, made = make_file(prefix, path.absolute().parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                file.flush()
                made.chmod(0o666 & ~_umask())
                # while it is locked: nobody else takes it for dead
                made.replace(path)
        finally:
            made.unlink(missing_ok=True)


@contextmanager
def refusals(argument: str, path: Path) -> Iterator[None]:
    """Turn the system's refusal to write into a message that says which argument it is about.

    Parameters
    ----------
    argument : str
    path : Path
        What cannot be written.

    Raises
    ------
    ArgumentError
        In the place of an ``OSError``.
    """
    refused = ""
    try:
        yield
    except OSError as error:
        refused = error.strerror or type(error).__name__
    if refused:
        raise ArgumentError(f"{argument}: {path.name!r} cannot be written ({refused}); give a place where it can")


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
