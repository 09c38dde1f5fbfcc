"""Arrow rows that come in batches: a few are held whole, many are passed on as they come."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["HELD", "held_of", "whole_or_stream"]

#: Bytes of rows that are always held in memory; a register of a thousand persons never touches a disk.
HELD = 1 << 25
#: Where the engine has much memory, so large a part of it may be one file's rows.
_PART = 64
_UNITS = {"bytes": 0, "KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40}


def held_of(memory_limit: str) -> int:
    """Return how many bytes of a file's rows may be held in memory.

    Parameters
    ----------
    memory_limit : str
        The engine's, as it tells it: ``"18.8 GiB"``.
    """
    number, unit = memory_limit.split()
    return max(HELD, int(float(number) * (1 << _UNITS[unit])) // _PART)


def whole_or_stream(rows: pa.Table | pa.RecordBatchReader, most: int) -> tuple[pa.Table | pa.RecordBatchReader, bool]:
    """Return rows as they are to be read on, and whether they are all in memory.

    Parameters
    ----------
    rows : pyarrow.Table or pyarrow.RecordBatchReader
        A reader is not to be used afterwards.
    most : int
        Bytes of a reader's rows that may be held.
    """
    import pyarrow as pa

    if isinstance(rows, pa.Table):
        return rows, True
    held, size = [], 0
    for batch in rows:
        held.append(batch)
        size += batch.nbytes
        if size > most:
            return pa.RecordBatchReader.from_batches(rows.schema, chain(held, rows)), False
    return pa.Table.from_batches(held, rows.schema), True
