"""Writing what a user asked for: whole or not at all, and never in the place of something else."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import ArgumentError

__all__ = ["check_file", "check_out", "refusals", "replacing", "write_whole"]

_MANIFEST = "manifest.json"


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
    """Give a temporary folder beside ``out`` that takes its place when the block ends well, and goes when it does not.

    Parameters
    ----------
    out : Path
        The folder to replace: a report, an empty folder, or nothing yet.

    Raises
    ------
    ArgumentError
        If ``out`` is a file, holds something that is not a report's, or lies where nothing can be written.
    """
    check_out(out)
    with refusals("out", out):
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{out.name}.tmp-", dir=out.parent))
    try:
        yield folder
        folder.chmod(0o777 & ~_umask())
        if out.exists():
            old = Path(tempfile.mkdtemp(prefix=f"{out.name}.tmp-", dir=out.parent))
            out.rename(old / "old")
            folder.rename(out)
            shutil.rmtree(old)
        else:
            folder.rename(out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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


def write_whole(path: Path, text: str, argument: str) -> None:
    """Write a text file in one step: whoever looks sees the old one or the whole new one.

    Parameters
    ----------
    path : Path
        An earlier file is replaced.
    text : str
        In UTF-8, line ends as they are.
    argument : str
        What the user gave it as.

    Raises
    ------
    ArgumentError
        If the file cannot be written there.
    """
    check_file(path, argument)
    with refusals(argument, path):
        handle, name = tempfile.mkstemp(prefix=f"{path.name}.tmp-", dir=path.parent)
        made = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            made.chmod(0o666 & ~_umask())
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
