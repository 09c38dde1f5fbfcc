"""The report as an attacker's system: what each hidden cell may be by the printed rules, and which sums tie cells together.

A *sight* is a cell on one clock. The log says of every hidden cell under which rule it went, and of the others that they are
complements; so a cell that went for 1 to 4 events holds 1 to 4, and a complement holds nobody, everybody, or at least the
threshold of both events and non-events. ``pieces`` are these possibilities, ``low`` to ``high`` the one that the count lies in:
what can be moved within it would have been logged alike.

A *silent* log names the hidden cells and no more. A hidden count is then anything that its denominator allows, and still as much
of it must remain possible as the rule leaves open that took it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cells import Margin, persons_cell
from .sights import INFINITE, Equation, Gap, Piece, Range, Sight

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..cells import Cell
    from ..ledger import Ledger
    from ..policy import Policy

__all__ = ["equations_of", "gaps_of", "ranges_of"]


def equations_of(ledger: Ledger) -> list[Equation]:
    """Return every margin on every clock.

    A cell that was not counted on a clock stands there with what it is on none, or else on the other clock: the same persons,
    counted from two dates, have one decision. A level that was not is empty there, and known to be, but where none was: there
    no table says what the levels add up to. Persons who were counted alike on a clock and on none are the same.
    """
    out = []
    for margin in ledger.margins:
        # receipt among those with an outcome is looked at by itself
        clocks = [{"": 0} if c.table == "receipts" else ledger.seen.get(c, {}) for c in margin.cells]
        named = dict.fromkeys(k for own in clocks for k in own if k or all("" in other for other in clocks))
        for clock in named if margin.clock is None else (margin.clock,):
            coefficients = {}
            for cell, k in margin.coefficients.items():
                own = ledger.seen.get(cell, {})
                if clock in own or "" in own:
                    coefficients[Sight(cell, clock if clock in own else "")] = k
                elif own and not cell.group:
                    coefficients[Sight(cell, next(iter(own)))] = k
            if margin.total is None or any(s.cell != margin.total for s in coefficients):
                out.append(Equation(coefficients, margin))
    return [*out, *_ties(ledger)]


def _ties(ledger: Ledger) -> list[Equation]:
    out = []
    for cell in ledger.seen:
        largest = ledger.largest(cell)
        if "" not in largest or cell.table == "receipts":
            continue
        # nothing is known of these but that they are the same
        tie = Margin(parts=(cell,), total=cell, where="the same persons elsewhere")
        for clock, sight in largest.items():
            if clock and sight[1] == largest[""][1]:
                out.append(Equation({Sight(cell, ""): 1, Sight(cell, clock): -1}, tie))
    return out


def gaps_of(ledger: Ledger, ranges: Mapping[Sight, Range]) -> list[Gap]:
    """Return for every cell of a level, whose persons are a cell themselves, how many non-events it may have."""
    out = []
    for cell in ledger.seen:
        if cell.table != "outcome" or not cell.group:
            continue
        for clock, (n, events) in ledger.largest(cell).items():
            persons = Sight(persons_cell(cell.arm, cell.group, cell.level), clock)
            if events is None or persons not in ranges or ranges[persons].value != n:
                continue
            pieces = ((0.0, INFINITE),) if ledger.silent else _gap(ledger.policy, n, events)
            low, high = next(p for p in pieces if p[0] <= n - events <= p[1])
            out.append(Gap(persons, Sight(cell, clock), low, high, pieces))
    return out


def _gap(policy: Policy, n: int, events: int) -> tuple[Piece, ...]:
    if policy.small(n) or policy.small_events(events):
        return ((0, INFINITE),)
    if policy.small_non_events(n - events):
        return ((policy.least_full, policy.threshold - 1),)
    return ((0, 0), (policy.threshold, INFINITE))


def ranges_of(ledger: Ledger) -> dict[Sight, Range]:
    """Return what every sight holds and may hold."""
    out = {}
    for cell in ledger.seen:
        behind = ledger.seen.get(persons_cell(cell.arm, cell.group, cell.level), {}) if cell.group else {}
        for clock, (n, events) in ledger.largest(cell).items():
            # where the persons are a cell of their own the non-events are bounded by these
            free = cell.table == "outcome" and n in [part for _, part in behind.get(clock, ())]
            found = _range(ledger.policy, cell, n, events, free)
            out[Sight(cell, clock)] = _untold(ledger.policy, found, cell, n, events, free) if ledger.silent else found
    return out


def _untold(policy: Policy, found: Range, cell: Cell, n: int, events: int | None, free: bool) -> Range:
    """Return what a sight may hold where the log does not say by which rule it went; what must remain possible is the same."""
    if events is None and cell.table in ("outcome", "hours"):
        return found
    if policy.small(n) and events is not None and not free:
        return found  # that there are few shows by their number, which is hidden for nothing else
    high = INFINITE if free or events is None else float(n)
    return found._replace(low=0.0, high=high, pieces=((0.0, high),))


def _range(policy: Policy, cell: Cell, n: int, events: int | None, free: bool) -> Range:
    """Return what a sight may hold, by the rule that it went under, or would go under as a complement."""
    t = policy.threshold
    if events is None and cell.table in ("outcome", "hours"):
        return _of(0, ((-INFINITE, INFINITE),))  # a mean: its sum may be anything
    if events is None:
        return _secret(policy, n, (1, t - 1)) if policy.small(n) else _of(n, ((0, 0), (t, INFINITE)))
    if policy.small(n):
        return _secret(policy, events, (0, t - 1)) if 0 < events < n else _of(events, ((0, t - 1),))
    if policy.small_events(events):
        return _secret(policy, events, (policy.least, min(t - 1, n)))
    if policy.small_non_events(n - events):
        found = _secret(policy, events, (max(t, n - t + 1), n - policy.least_full))
        return found._replace(low=t, high=INFINITE, pieces=((t, INFINITE),)) if free else found
    # where the persons may be others too, everybody is among the many, and no gap is left
    apart: tuple[Piece, ...] = ((t, INFINITE),) if free else ((t, n - t), (n, n))
    return _of(events, ((0, 0), *apart))


def _of(value: float, pieces: tuple[Piece, ...]) -> Range:
    """Return a range that is no secret."""
    kept = tuple(dict.fromkeys(p for p in pieces if p[0] <= p[1]))
    low, high = next(p for p in kept if p[0] <= value <= p[1])
    return Range(value, low, high, kept, value, value)


def _secret(policy: Policy, value: int, piece: Piece) -> Range:
    """Return a range with what of it must remain possible, around the value."""
    low, high = piece
    width = min(policy.remains, high - low)
    down = min(value - low, width // 2)
    up = min(high - value, width - down)
    return Range(value, low, high, (piece,), value - (width - up), value + up)
