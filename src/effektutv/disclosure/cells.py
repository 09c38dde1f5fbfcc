"""Cells of a report's tables, keyed by what they count, and the margins that tie them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from effektutv.results.names import Name, ordered_by, written

if TYPE_CHECKING:
    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.profiles import ArmSummary

__all__ = ["Cell", "Margin", "flow_cell", "left_cell", "outcome_cell", "persons_cell", "started_cell"]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell counts: persons of an arm, in a group, with an outcome at a month. Keys only, never a count."""

    table: str
    outcome: str = ""
    month: int | None = None
    arm: str = ""
    group: Name = ""
    level: Name = ""

    @property
    def key(self) -> tuple[str, str, int, str, str, str]:
        """What cells are sorted by: no order of tables, contrasts or arms decides anything."""
        month = -1 if self.month is None else self.month
        return self.table, self.outcome, month, self.arm, ordered_by(self.group), ordered_by(self.level)

    def __str__(self) -> str:
        parts = [self.outcome, "" if self.month is None else f"month {self.month}", self.arm]
        parts.append(f"{written(self.group)}={written(self.level)}" if self.group else "")
        return ", ".join(p for p in parts if p)


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """Cells that add up: to ``total``, or to something that everyone knows where ``total`` is None.

    Parameters
    ----------
    parts : tuple of Cell
    total : Cell or None
    where : str
        The tables that say so.
    clock : str or None
        The only clock on which they do; None for all.
    """

    parts: tuple[Cell, ...]
    total: Cell | None = None
    where: str = ""
    clock: str | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What margins are sorted by."""
        total = () if self.total is None else self.total.key
        return tuple(c.key for c in self.parts), total, self.where, self.clock or "", self.clock is None

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell of the equation, the parts first."""
        return self.parts if self.total is None else (*self.parts, self.total)

    @property
    def coefficients(self) -> dict[Cell, int]:
        """The equation: parts less total."""
        out = dict.fromkeys(self.parts, 1)
        if self.total is not None:
            out[self.total] = -1
        return out


def outcome_cell(row: EffectRow | ArmSummary, arm: str) -> Cell:
    """Return the cell of one arm of a row of effects, or of an arm's month in a profile."""
    group, level = getattr(row, "subgroup", ""), getattr(row, "level", "")
    return Cell("outcome", row.outcome, row.month, arm, group, level)


def persons_cell(arm: str, group: Name, level: Name) -> Cell:
    """Return the cell of an arm's persons in one level of a characteristic."""
    return Cell("persons", arm=arm, group=group, level=level)


def started_cell(arm: str) -> Cell:
    """Return the cell of who started in an arm."""
    return Cell("starts", "started", arm=arm)


def flow_cell(stage: str, arm: str = "") -> Cell:
    """Return the cell of who remains after a stage of the flow."""
    return Cell("flow", stage, arm=arm)


def left_cell(stage: str, arm: str = "") -> Cell:
    """Return the cell of who left at a stage; who left at the start of an arm is who never started there."""
    return started_cell(arm) if stage == "started" and arm else Cell("flow", f"left at {stage}", arm=arm)
