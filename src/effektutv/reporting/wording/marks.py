"""What the marks of a table mean, for formats where nothing can be pointed at: as notes under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n

if TYPE_CHECKING:
    from ..model.blocks import TableBlock
    from .words import Words

__all__ = ["absence_notes"]

_MARKS = {"suppressed": i18n.SUPPRESSED, "unavailable": i18n.ABSENT, "not_asked": i18n.NOT_ASKED}


def absence_notes(block: TableBlock, words: Words) -> list[str]:
    """Return a note for each reason of a mark that the table's own notes leave out."""
    found: dict[tuple[str, str], None] = {}
    for group in block.groups:
        for row in group.rows:
            for cell in row.cells:
                for part in cell.parts or (cell,):
                    if part.absent:
                        found[part.absent, part.why or words(part.absent)] = None
    notes = []
    for absent, why in found:
        mark = _MARKS[absent]
        note = f"{mark} {why.rstrip('.')}."
        explained = any(n.startswith(mark) for n in block.notes) and why == words(absent)
        if not explained and note not in block.notes:
            notes.append(note)
    return notes
