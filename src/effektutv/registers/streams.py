"""Arrow rows that come in batches: a few are held whole, many are passed on as they come."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["HELD", "whole_or_stream"]

#: Bytes of rows that are held in memory; a register of a thousand persons never touches a disk.
HELD = 1 << 25


def whole_or_stream(
    rows: pa.Table | pa.RecordBatchReader, most: int = HELD
) -> tuple[pa.Table | pa.RecordBatchReader, bool]:
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
