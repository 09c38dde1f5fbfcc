"""Enter every cell and margin of a report into the ledger.

What is entered fails closed: a share without the count behind it, a count that does not fit its share, levels that hold
more persons than everyone are no cells to protect but faults, and stop the release.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from effektutv.errors import DisclosureError
from effektutv.results.names import MISSING, Own, parts, said
from effektutv.study import MONTHS_IN_WORK
from effektutv.values import Unavailable, available

from ..cells import Cell, flow_cell, left_cell, outcome_cell, persons_cell, started_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from effektutv.results.balance import Balance, BalanceRow
    from effektutv.results.counts import CountRow, Starts
    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.flow import Flow
    from effektutv.results.profiles import ArmSummary
    from effektutv.study import Study

    from ..ledger import Ledger

__all__ = [
    "Side",
    "category_cell",
    "collect_arms",
    "collect_balance",
    "collect_counts",
    "collect_effects",
    "collect_flow",
    "collect_starts",
    "level_cell",
    "link_outcomes",
    "sides",
]

#: The level of those whose value is known, where there is no level.
_KNOWN = Own("known")
_REST, _BETWEEN = "@rest", "@between"
_TOLERANCE = 1e-6


class Side(NamedTuple):
    """One arm of a row of effects."""

    arm: str
    n: object
    events: object
    share: object


def sides(row: EffectRow) -> tuple[Side, Side]:
    """Return both arms of a row of effects."""
    return (
        Side(row.arm, row.n_arm, row.events_arm, row.share_arm),
        Side(row.control, row.n_control, row.events_control, row.share_control),
    )


def _counted(study: Study, outcome: str, side: Side) -> tuple[int, int | None] | None:
    """Return persons and events of a side, or None where there is nobody; refuse what cannot be checked."""
    n, events, share = side.n, side.events, side.share
    if isinstance(n, Unavailable) or (isinstance(n, int) and n == 0):
        if available(share):
            raise DisclosureError(f"{outcome}: a share of nobody; it cannot be checked and nothing is released")
        return None
    if not isinstance(n, int) or isinstance(n, bool):
        raise DisclosureError(f"{outcome}: the number of persons behind a row is unknown, so that it cannot be checked")
    if isinstance(events, int) and not isinstance(events, bool):
        if available(share) and abs(float(share) - events / n) > _TOLERANCE:  # type: ignore[arg-type]
            raise DisclosureError(f"{outcome}: a share and the count behind it do not agree; nothing is released")
        return n, events
    if any(o.name == outcome and not o.binary for o in study.outcomes):
        return n, None
    raise DisclosureError(f"{outcome}: a share came without the count behind it, so that it cannot be checked")


# ---------------------------------------------------------------------------------------------- effects and profiles


def collect_effects(ledger: Ledger, study: Study, rows: Iterable[EffectRow]) -> None:
    """Enter the arms of every row of effects."""
    for row in rows:
        if row.kind.compares:
            continue
        for side in sides(row):
            if (counted := _counted(study, row.outcome, side)) is not None:
                ledger.observe(outcome_cell(row, side.arm), *counted, clock=row.clock)


def collect_arms(ledger: Ledger, study: Study, rows: Iterable[ArmSummary]) -> None:
    """Enter the arms of a profile, month by month."""
    for row in rows:
        if (counted := _counted(study, row.outcome, Side(row.arm, row.n, row.events, row.share))) is not None:
            ledger.observe(outcome_cell(row, row.arm), *counted, clock=row.clock)


def link_outcomes(ledger: Ledger, study: Study) -> None:
    """Enter the margins of all outcome cells: levels within everyone, crosses within levels, kinds within work."""
    cells = [c for c in ledger.seen if c.table == "outcome"]
    by_outcome: dict[tuple[str, int | None, str], list[Cell]] = {}
    for cell in cells:
        by_outcome.setdefault((cell.outcome, cell.month, cell.arm), []).append(cell)
    for (outcome, month, arm), members in by_outcome.items():
        everyone = Cell("outcome", outcome, month, arm)
        groups = dict.fromkeys(c.group for c in members if c.group)
        for group in groups:
            levels = [c for c in members if c.group == group]
            _link_levels(ledger, everyone, levels)
            _link_crosses(ledger, levels, members)
    _link_kinds(ledger, study, cells)
    _link_months(ledger, study, cells)


def _link_levels(ledger: Ledger, everyone: Cell, levels: list[Cell]) -> None:
    """Levels add up to everyone, but for the rest: who has no level, or is in strata that a level's estimate left out."""
    group = levels[0].group
    people = [persons_cell(everyone.arm, group, c.level) for c in levels]
    for clock, (n, events) in ledger.largest(everyone).items():
        if not any(clock in ledger.seen[c] for c in levels):
            continue
        sights = [ledger.largest(c).get(clock, (0, 0)) for c in levels]
        left = n - sum(s[0] for s in sights)
        counts = [s[1] for s in sights]
        left_events = None if events is None else events - sum(c or 0 for c in counts)
        if left < 0 or (left_events is not None and not 0 <= left_events <= left):
            raise DisclosureError(f"{levels[0]}: its levels do not fit into everyone; nothing is released")
        for cell, (part, _) in zip(people, sights, strict=True):
            ledger.observe(cell, n, part, clock)
        if left and ledger.rule(left, left_events):
            ledger.leftovers.append(tuple(levels))
    ledger.margin(
        levels, everyone if everyone in ledger.seen else None, where=f"effects by {said(group)} and for everyone"
    )
    unknown = persons_cell(everyone.arm, group, MISSING)
    ledger.margin((*people, *([unknown] if unknown in ledger.seen else [])), where=f"persons by {said(group)}")


def _link_crosses(ledger: Ledger, levels: list[Cell], members: list[Cell]) -> None:
    """The levels of a cross add up to each level of each of its parts that is shown too."""
    names, group = parts(levels[0].group), said(levels[0].group)
    if len(names) < 2:
        return
    for position, name in enumerate(names):
        for single in (c for c in members if c.group == name):
            within = [c for c in levels if parts(c.level)[position] == single.level]
            if within:
                ledger.margin(within, single, where=f"effects by {group} and by {said(name)}")
                people = [persons_cell(c.arm, c.group, c.level) for c in within]
                total = persons_cell(single.arm, single.group, single.level)
                ledger.margin(people, total, where=f"persons by {group} and by {said(name)}")


def _link_kinds(ledger: Ledger, study: Study, cells: list[Cell]) -> None:
    """With support, other subsidised and regular add up to work; a kind that is not shown is the rest."""
    states = {o.state: o.name for o in study.outcomes if o.state}
    kinds = [states[s] for s in ("work_with_support", "work_other_subsidised", "work_regular") if s in states]
    if "work" not in states or not kinds:
        return
    for total in (c for c in cells if c.outcome == states["work"]):
        parts = [Cell("outcome", k, total.month, total.arm, total.group, total.level) for k in kinds]
        if all(p in ledger.seen for p in parts):
            _add_up(ledger, total, parts, "kinds of work and work")


def _link_months(ledger: Ledger, study: Study, cells: list[Cell]) -> None:
    """Work at months 1 to m adds up to the months in work until m: a mean of months and all shares but one give that one.

    Who is followed may differ between months; what adds up nearly is treated as adding up.
    """
    states = {o.state: o.name for o in study.outcomes if o.state}
    if "work" not in states or MONTHS_IN_WORK not in states:
        return
    for total in (c for c in cells if c.outcome == states[MONTHS_IN_WORK] and c.month):
        months = range(1, (total.month or 0) + 1)
        parts = [Cell("outcome", states["work"], k, total.arm, total.group, total.level) for k in months]
        if all(p in ledger.seen for p in parts):
            ledger.margin(parts, total, where="work month by month and months in work")


def _add_up(ledger: Ledger, total: Cell, parts: list[Cell], where: str) -> None:
    """Exclusive categories of the same persons add up to a total, with whatever is not shown as the rest.

    A category may be known of more persons than the total is, where it has fewer sources: only what is counted of the same ones
    adds up. What is counted of both tells of those between them.
    """
    rest = replace(total, outcome=f"{total.outcome}:{_REST}")
    ledger.spare.add(rest)
    for clock, (n, events) in ledger.largest(total).items():
        sights = [_by_persons(ledger, p, clock) for p in parts]
        counts = [same for s in sights if (same := s.get(n)) is not None]
        for part in parts:
            _between(ledger, part, n, clock, where)
        if events is None or len(counts) < len(parts):
            continue
        if (left := events - sum(counts)) < 0:
            raise DisclosureError(f"{total}: its categories hold more than it; nothing is released")
        if left:
            ledger.observe(rest, n, left, clock)
    ledger.margin((*parts, *([rest] if rest in ledger.seen else [])), total, where=where)


def _by_persons(ledger: Ledger, cell: Cell, clock: str) -> dict[int, int | None]:
    return dict(reversed(ledger.seen.get(cell, {}).get(clock, [])))


def _between(ledger: Ledger, part: Cell, n: int, clock: str, where: str) -> None:
    """Enter the persons of whom a category is known and its total is not, where they are few: two tables tell of them."""
    of, events = ledger.largest(part).get(clock, (0, None))
    if (same := _by_persons(ledger, part, clock).get(n)) is None or events is None or of <= n:
        return
    left, more = of - n, events - same
    if not 0 <= more <= left:
        raise DisclosureError(f"{part}: those with a known total do not fit into all; nothing is released")
    if ledger.rule(left, more):
        others = replace(part, outcome=f"{part.outcome}:{_BETWEEN}")
        ledger.observe(others, left, more, clock)
        ledger.margin((others,), part, where=where, clock=clock)


# ------------------------------------------------------------------------------------------------ counts and starts


def category_cell(study: Study, row: CountRow) -> Cell:
    """Return the cell of a category: that of the outcome of the same name, where the study has one."""
    named = any(o.name == row.category for o in study.outcomes)
    return Cell("outcome", row.category if named else f"{row.outcome}:{row.category}", row.month, row.arm)


def collect_counts(ledger: Ledger, study: Study, rows: Iterable[CountRow]) -> None:
    """Enter categories by arm, and that they add up to their outcome."""

    def key(row: CountRow) -> tuple[str, str, int, str]:
        return row.outcome, row.clock, -1 if row.month is None else row.month, row.arm

    for _, group in groupby(sorted(rows, key=key), key=key):
        members = list(group)
        total, parts = Cell("outcome", members[0].outcome, members[0].month, members[0].arm), []
        for row in members:
            if not isinstance(row.n, int) or not isinstance(row.events, int):
                raise DisclosureError(f"{row.outcome}, {row.category}: a category came without its counts")
            cell = category_cell(study, row)
            ledger.observe(cell, row.n, row.events, row.clock)
            parts.append(cell)
        if len(set(parts)) < len(parts):
            raise DisclosureError(f"{members[0].outcome}: a category stands twice in one arm and month")
        where = f"categories of {members[0].outcome}"
        n, events = members[0].n, sum(r.events for r in members if isinstance(r.events, int))
        if total not in ledger.seen or events == n:
            ledger.margin(parts, where=where)
        else:
            _add_up(ledger, total, parts, where)


def collect_starts(ledger: Ledger, starts: Starts, flow: Flow | None) -> None:
    """Enter who started by arm; their sum is taken as known, unless the flow has a stage that may hide it."""
    if any(isinstance(row.started, Unavailable) for row in starts.rows):
        # nothing was counted
        return
    for row in starts.rows:
        if not isinstance(row.n, int) or not isinstance(row.started, int):
            raise DisclosureError("start of the intervention: the counts behind an arm are unknown")
        ledger.observe(started_cell(row.arm), row.n, row.started)
    if flow is None or not any(stage.name == "started" for stage in flow.rows):
        ledger.over_arms([started_cell(r.arm) for r in starts.rows], where="starts by arm")


# -------------------------------------------------------------------------------------------------- flow and balance


def collect_flow(ledger: Ledger, flow: Flow) -> None:
    """Enter the flow: who remains and who left, in all and by arm, and that they add up from stage to stage.

    What everyone knows (who was there at first, who was randomised to which arm) is hidden last of all.
    """
    previous = None
    for stage in flow.rows:
        counts = (stage.n, stage.excluded, *stage.by_arm.values())
        if not all(isinstance(c, int) and not isinstance(c, bool) for c in counts):
            raise DisclosureError(f"participant flow: a count of stage {stage.name!r} is unknown")
        n, arms = _int(stage.n), {arm: _int(count) for arm, count in stage.by_arm.items()}
        ledger.observe(flow_cell(stage.name), n, None)
        ledger.observe(left_cell(stage.name), _int(stage.excluded), None)
        for arm, count in arms.items():
            ledger.observe(flow_cell(stage.name, arm), count, None)
        if previous is None or (arms and not previous.by_arm):
            ledger.anchors.update([flow_cell(stage.name), *(flow_cell(stage.name, a) for a in arms)])
        if previous is not None:
            at = f"participant flow at {stage.name}"
            ledger.margin([flow_cell(stage.name), left_cell(stage.name)], flow_cell(previous.name), where=at)
            shared = [a for a in arms if a in previous.by_arm]
            # the losses first: their smallest is the next cell to hide, and who remains follows from it
            if shared:
                ledger.margin([left_cell(stage.name, a) for a in shared], left_cell(stage.name), where=at)
            for arm in shared:
                before = _int(previous.by_arm[arm])
                if before < arms[arm]:
                    raise DisclosureError(f"participant flow: an arm of stage {stage.name!r} holds more than before")
                _enter_loss(ledger, left_cell(stage.name, arm), before, arms[arm])
                remain = [flow_cell(stage.name, arm), left_cell(stage.name, arm)]
                ledger.margin(remain, flow_cell(previous.name, arm), where=at)
        if arms:
            by_arm = [flow_cell(stage.name, a) for a in arms]
            ledger.margin(by_arm, flow_cell(stage.name), where=f"participant flow at {stage.name}")
        previous = stage


def _enter_loss(ledger: Ledger, cell: Cell, before: int, after: int) -> None:
    if cell.table == "starts":
        ledger.observe(cell, before, after)
    else:
        ledger.observe(cell, before - after, None)


def _int(value: object) -> int:
    if not isinstance(value, int):
        raise DisclosureError("a count of persons is not a number; it cannot be checked")
    return value


def level_cell(study: Study, row: BalanceRow, arm: str) -> Cell:
    """Return the cell of an arm's persons in the level that a row of balance is about.

    A characteristic of two levels stands as one 0/1 row, the share in the second: its cell is that level's, the same as
    in the effects by subgroup.
    """
    level = {"continuous": _KNOWN, "missing": MISSING, "binary": _two_levels(study, row)[1]}.get(row.kind, row.level)
    return persons_cell(arm, row.covariate, level)


def _two_levels(study: Study, row: BalanceRow) -> tuple[str, str]:
    """Return the names of a 0/1 row's levels: the declared ones, else ``"0"`` and ``"1"``."""
    declared = next((c.levels for c in study.covariates if c.name == row.covariate), ())
    return (declared[0].code, declared[1].code) if len(declared) == 2 else ("0", "1")


def _arms_of(row: BalanceRow) -> Iterator[tuple[str, int, int, object]]:
    yield row.arm, _int(row.n_arm), _int(row.n_missing_arm), row.mean_arm
    yield row.control, _int(row.n_control), _int(row.n_missing_control), row.mean_control


def collect_balance(ledger: Ledger, study: Study, balance: Balance) -> None:
    """Enter baseline characteristics: persons by level, without it, and with nothing known, by arm."""
    parts: dict[tuple[str, str], dict[Cell, None]] = {}
    for row in balance.rows:
        for arm, n, missing, mean in _arms_of(row):
            members = parts.setdefault((arm, row.covariate), {})
            cell, unknown = level_cell(study, row, arm), persons_cell(arm, row.covariate, MISSING)
            if row.kind == "continuous" and not missing:
                continue  # everybody has a value: that is no level that somebody is in
            members.setdefault(cell)
            if missing:
                ledger.observe(unknown, n + missing, missing)
                members.setdefault(unknown)
            if row.kind == "continuous":
                ledger.observe(cell, n + missing, n)
                ledger.spare.add(cell)
                continue
            count = _whole(row, n, mean)
            ledger.observe(cell, n + missing, count)
            if row.kind == "binary":
                first, second = _two_levels(study, row)
                without = persons_cell(arm, row.covariate, first)
                ledger.observe(without, n + missing, n - count)
                if second == "1":
                    ledger.spare.add(without)
                members.setdefault(without)
    for (_, covariate), members in parts.items():
        ledger.margin(members, where=f"balance of {covariate}")


def _whole(row: BalanceRow, n: int, mean: object) -> int:
    """Return the count behind a share of persons; a share that is not of whole persons is a fault."""
    if n == 0:
        return 0
    if not isinstance(mean, int | float) or row.kind not in ("binary", "category", "categorical", "missing"):
        raise DisclosureError(f"balance, {row.covariate}: a row that is no share of persons cannot be checked")
    count = round(mean * n)
    if abs(mean * n - count) > _TOLERANCE * max(1, n):
        raise DisclosureError(f"balance, {row.covariate}: a share is not one of whole persons; it cannot be checked")
    return count
