"""A comparison with published figures as lines of text, for a terminal."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.results.names import said
from effektutv.results.reproduction import Verdict

if TYPE_CHECKING:
    from effektutv.results.reproduction import Reproduction, ReproductionRow
    from effektutv.values import Statistic

__all__ = ["lines"]

_HEADS = ("figure", "published", "this run", "verdict")
_MADE_UP = "made-up data"


def lines(found: Reproduction, *, width: int = 100) -> list[str]:
    """Return a comparison as an aligned table, each row with its reason under it, and a count of the verdicts.

    Parameters
    ----------
    found : Reproduction
    width : int
        Longest line of the reasons.
    """
    heads = (*_HEADS, "data") if found.synthetic else _HEADS
    table = [heads, *(_cells(row, found.synthetic) for row in found.rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(heads))]
    out = [f"{found.study}: this run beside {found.report}"]
    if found.synthetic:
        out.append(
            "The data of this run are made up: the comparison proves the machine, it says nothing of the trial or its report."
        )
    out.append("")
    for i, cells in enumerate(table):
        out.append("  ".join(c.ljust(w) for c, w in zip(cells, widths, strict=True)).rstrip())
        if i == 0:
            out.append("  ".join("-" * w for w in widths))
        elif said := _under(found.rows[i - 1]):
            out += textwrap.wrap(said, width, initial_indent="    ", subsequent_indent="    ")
    totals = [(v, sum(r.verdict is v for r in found.rows)) for v in Verdict]
    counted = ", ".join(f"{n} {v}" for v, n in totals if n)
    return [*out, "", f"{counted}{f' ({_MADE_UP})' if found.synthetic else ''}"]


def _under(row: ReproductionRow) -> str:
    """Return what stands under a row: the claim, and why the verdict is what it is."""
    return "; ".join(filter(None, (f"“{row.claim}”" if row.claim else "", row.reason)))


def _cells(row: ReproductionRow, synthetic: bool) -> tuple[str, ...]:
    pair = f"{row.arm} − {row.control}" if row.arm and row.control else row.arm
    group = ": ".join(filter(None, (said(row.subgroup), said(row.level))))
    about = ", ".join(filter(None, (pair, group))) if row.claim else ""
    label = f"{row.label} [{about}]" if about else row.label
    cells = (label, _published(row), _ours(row), _verdict(row))
    return (*cells, _MADE_UP) if synthetic else cells


def _verdict(row: ReproductionRow) -> str:
    if row.verdict is Verdict.DIFFERS and isinstance(row.difference, float):
        sign = "" if row.difference < 0 else "+"
        return f"{row.verdict} by {sign}{_number(row.difference, _decimals(row) + 1)}"
    return str(row.verdict)


def _published(row: ReproductionRow) -> str:
    if row.claim:
        return "a claim"
    shown = _number(row.published, _decimals(row))
    if isinstance(row.also_published, int | float):
        return f"{shown} / {_number(row.also_published, _decimals(row))}"
    return shown


def _ours(row: ReproductionRow) -> str:
    if row.claim:
        if not all(isinstance(x, float) for x in (row.ours, row.conf_low, row.conf_high)):
            return _number(row.ours, 0)
        decimals = _decimals_of(row.conf_high - row.conf_low)  # type: ignore[operator]
        ends = [_number(x, decimals) for x in (row.conf_low, row.conf_high)]
        return f"{_number(row.ours, decimals)} ({ends[0]} to {ends[1]})"
    whole = isinstance(row.ours, float) and row.ours.is_integer() and _decimals(row) == 0
    # one digit more than was printed, so that one sees how near a half is
    return _number(row.ours, 0 if whole else _decimals(row) + 1)


def _decimals(row: ReproductionRow) -> int:
    if not isinstance(row.rounding, int | float):
        return _decimals_of(row.published)
    return max(0, -math.floor(math.log10(row.rounding) + 1e-9))


def _decimals_of(value: Statistic) -> int:
    """Return three digits' worth of decimals, at least none."""
    if not isinstance(value, int | float) or value == 0 or not math.isfinite(value):
        return 0
    if float(value).is_integer():
        return 0
    return min(6, max(0, 2 - math.floor(math.log10(abs(value)))))


def _number(value: Statistic, decimals: int) -> str:
    return i18n.number(value, decimals, "en")
