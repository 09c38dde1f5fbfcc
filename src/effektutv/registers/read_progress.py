"""How far the reading of a study's registers is: the bytes of its files are the measure of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from effektutv.runtime.progress import Far
from effektutv.study import Study

if TYPE_CHECKING:
    from .engines.duckdb import Engine

__all__ = ["Reading", "sizes_of"]

#: The part of a register's time that reading takes; the rest are its checks.
_READING = 0.6


def sizes_of(study: Study) -> dict[str, int]:
    """Return the bytes of each register's files; one in a database, whose size nobody tells, is as large as the mean."""
    known: dict[str, int] = {}
    for name, register in study.registers.items():
        if register.path is not None:
            paths = map(Path, glob(str(study.folder / register.path)))  # noqa: PTH207  (the pattern may be absolute)
            known[name] = sum(p.stat().st_size for p in paths if p.is_file())
    mean = sum(known.values()) // max(len(known), 1)
    return {name: max(known.get(name, mean), 1) for name in study.registers}


class Reading:
    """Where in the study's registers the reading is.

    Parameters
    ----------
    engine : Engine
        It knows how far its query is.
    sizes : mapping of str to int
        Bytes by register.
    """

    def __init__(self, engine: Engine, sizes: Mapping[str, int]) -> None:
        self._engine = engine
        self._sizes = sizes
        self._whole = sum(sizes.values())
        self._before = self._begun = 0
        self._size = 0
        self._read = False
        self._rows: int | None = None

    def begin(self, name: str) -> None:
        """Go on to a register."""
        self._before += self._size
        self._begun = self._engine.advanced
        self._size, self._read, self._rows = self._sizes[name], False, None

    def checks(self, rows: int | None) -> None:
        """Say that a register has been read and is checked now.

        Parameters
        ----------
        rows : int, or None
            How many rows it has, where that is known.
        """
        self._read, self._rows = True, rows

    def far(self) -> Far:
        """Return how far it is; from any thread."""
        part, rows = self._engine.working() or 0.0, self._rows
        if not self._read and (passed := self._engine.advanced - self._begun):
            # a text file: packed ones hold more than they weigh
            part = min(passed / self._size, 1.0)
        within = _READING + (1 - _READING) * part if self._read else _READING * part
        share = (self._before + within * self._size) / max(self._whole, 1)
        if rows is None:
            return Far(share=share, done=round(part * self._size / 1e6), of=round(self._size / 1e6), unit="MB")
        return Far(share=share, done=round(part * rows), of=rows)
