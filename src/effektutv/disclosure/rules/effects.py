"""Rows of effects, months of profiles and their bands, as the closed ledger and the profile's rules decide them.

An effect that touches a hidden cell loses its estimate and everything that rests on it; so does the interaction of that
subgroup in that contrast. Weighted over strata that stand in the report themselves, an estimate for everyone is a second
equation in the cells of these strata: where one of them is hidden it goes too, and the raw shares stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from effektutv.results.effect_rows import EffectRow
from effektutv.results.names import part_of, parts, written
from effektutv.values import Status, Suppressed, Unavailable, available

from ..cells import outcome_cell, persons_cell
from ..magnitude_rules import effect_rule
from ..protected import Decision, Role
from . import collect_effects
from .bounds import response_cell
from .notes import safe_note
from .rounding import decimals, round_fields, round_p

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from effektutv.results.effects import Effects
    from effektutv.results.names import Name
    from effektutv.results.profiles import ArmSummary, EffectBand
    from effektutv.study import Study

    from ..cells import Cell
    from ..ledger import Ledger
    from .rounding import Blurred

__all__ = ["Rows", "banded_effects", "banded_rows"]

_COUNTS = Suppressed("the counts behind shares are not released by themselves")
_GONE = Suppressed("touches a suppressed cell")
_DIFFERENCING = Suppressed("differs from the same cell of another contrast by too few")
_LOST = Suppressed("differs by too few from another number of the same persons")
_STRATA = "weighted over strata of which one is not shown: a second equation in it"
_POOLED = "pooled"
_ADJUSTED = ("mean_arm", "mean_control", "estimate", "std_error", "conf_low", "conf_high")
_TESTED = ("statistic", "df", "p_value", "p_randomization", "p_adjusted")
_SHOWN = ("share_arm", "share_control", *_ADJUSTED)
#: Decimals of a band where a number of persons is hidden, and of the errors of first months where months are.
_COARSE = 2


@dataclass(slots=True, kw_only=True)
class Rows:
    """What decides rows of effects.

    Parameters
    ----------
    ledger : Ledger
        Closed.
    study : Study
    blurred : Blurred
        Numbers of persons that are hidden.
    thinned : frozenset of (str, str)
        Outcomes that are first months, and arms whose curve leaves months out.
    decisions : dict of Decision to None
        What was decided here, each once.
    """

    ledger: Ledger
    study: Study
    blurred: Blurred
    thinned: frozenset[tuple[str, str]]
    decisions: dict[Decision, None]

    def effect(self, row: EffectRow) -> EffectRow:
        """Return a row of effects as it may be shown."""
        sides = collect_effects.sides(row)
        hidden = [self._side_hidden(row, side) for side in sides]
        rule = self._rule(row)
        touched = any(hidden) or self._every(row) or bool(rule)
        changes: dict[str, object] = {"events_arm": _COUNTS, "events_control": _COUNTS}
        if touched:
            changes.update(dict.fromkeys((*_ADJUSTED, *_TESTED), Suppressed(rule) if rule else _GONE), note="")
        else:
            changes["note"] = row.note
        for name, side, away in zip(("arm", "control"), sides, hidden, strict=True):
            changes.update(self._side(row, name, side, away=away, rule=rule))
        if not touched:
            changes.update(self._rounded(row, changes))
        known = not any(isinstance(changes.get(f"n_{name}"), Suppressed) for name in ("arm", "control"))
        changes["note"] = safe_note(str(changes["note"]), self.ledger.policy, totals=known) or ""
        shown = Status.UNAVAILABLE if isinstance(row.estimate, Unavailable) else Status.RELEASED
        taken = any(isinstance(v, Suppressed) for k, v in changes.items() if not k.startswith("events"))
        return replace(row, status=Status.SUPPRESSED if taken else shown, **changes)  # type: ignore[arg-type]

    def _every(self, row: EffectRow) -> bool:
        """Return whether the row is of one regression of all arms, with an arm hidden."""
        cells = (outcome_cell(row, arm) for arm in self.study.arm_codes)
        return row.estimator == _POOLED and any(self.ledger.is_hidden(c) for c in cells)

    def _rule(self, row: EffectRow) -> str:
        """Return the rule, other than a hidden cell, by which the estimates go."""
        rule = effect_rule(self.ledger.policy, self.study, row)
        if not rule and self._hidden_strata(row):
            rule = _STRATA
        if rule:
            month = "" if row.month is None else f"month {row.month}, "
            level = f", {written(row.subgroup)}={written(row.level)}" if row.subgroup else ""
            cell = f"{row.outcome}, {month}{row.arm} and {row.control}{level}"
            self.decisions[
                Decision(table="effects", cell=cell, rule=rule, role=Role.PRIMARY, count_band="not stated")
            ] = None
        return rule

    def _hidden_strata(self, row: EffectRow) -> bool:
        """Return whether a cell of the row's arms is hidden in a level of its strata."""
        arms, own = (row.arm, row.control), set(parts(row.subgroup))
        groups = (
            parts(c.group)
            for c in self.ledger.hidden
            if c.table == "outcome" and (c.outcome, c.month) == (row.outcome, row.month) and c.group and c.arm in arms
        )
        return any(set(group) != own and any(part_of(part, row.strata) for part in group) for group in groups)

    def _side(
        self, row: EffectRow, name: str, side: collect_effects.Side, *, away: bool, rule: str
    ) -> dict[str, object]:
        """Return what changes of one arm of the row."""
        out: dict[str, object] = {}
        interaction, cell = row.kind.compares, outcome_cell(row, side.arm)
        if away or (rule and rule != _STRATA):
            out[f"share_{name}"] = _GONE if away else Suppressed(rule)
        elif not interaction and (cell in self.ledger.thin or self._differencing(row, side)):
            out[f"share_{name}"] = _DIFFERENCING
        few = isinstance(side.n, int) and self.ledger.policy.small(side.n)
        # of a survey item those counted are the respondents
        few = few or response_cell(row.outcome, side.arm) in self.ledger.hidden
        persons = persons_cell(side.arm, row.subgroup, row.level)
        if few or (row.subgroup and (persons in self.ledger.hidden or (interaction and self._level_hidden(persons)))):
            out[f"n_{name}"] = _GONE
        elif self._is_blurred(row, cell, side.n) and not row.outcome.startswith("response:"):
            out[f"n_{name}"] = _LOST
        return out

    def _level_hidden(self, persons: Cell) -> bool:
        """Return whether the number of persons is hidden in some level of an arm: the sum of all, less the others, is it."""
        return any((c.table, c.arm, c.group) == (persons.table, persons.arm, persons.group) for c in self.ledger.hidden)

    def _is_blurred(self, row: EffectRow | ArmSummary, cell: Cell, n: object) -> bool:
        if isinstance(row, EffectRow) and row.kind.compares:
            levels = [s for s in self.blurred.sights if (s[0].outcome, s[0].month, s[0].arm, s[0].group) == _key(cell)]
            return any(s[1] == row.clock for s in levels)
        return self.blurred.has(cell, row.clock, n)

    def _rounded(self, row: EffectRow, changes: dict[str, object]) -> dict[str, object]:
        """Return numbers rounded where a number of persons is hidden, or the errors of first months where months are."""
        cells = [outcome_cell(row, side.arm) for side in collect_effects.sides(row)]
        numbers = [n for c, n in zip(cells, (row.n_arm, row.n_control), strict=True) if self._is_blurred(row, c, n)]
        if numbers:
            kept = {k: v for k, v in changes.items() if isinstance(v, Suppressed)}
            digits = min(decimals(n) for n in numbers)
            p_values = round_p(row, _TESTED[2:])
            return {**round_fields(row, _SHOWN, digits), **p_values, "statistic": _LOST, "df": _LOST, **kept}
        if any((row.outcome, arm) in self.thinned for arm in (row.arm, row.control)):
            coarse = round_fields(row, ("std_error", "conf_low", "conf_high", "statistic"), _COARSE)
            return {**coarse, **round_p(row, _TESTED[2:])}
        return {}

    def _side_hidden(self, row: EffectRow, side: collect_effects.Side) -> bool:
        """Return whether an arm's cell of the row is hidden; of an interaction, whether any level's is."""
        cell = outcome_cell(row, side.arm)
        plain = row.estimator == "difference" or not row.strata
        # without strata an estimate is made of raw shares, so that a thin cell hides it too
        hidden = {**self.ledger.hidden, **self.ledger.thin} if plain else self.ledger.hidden
        if not row.kind.compares:
            if not _has_persons(side.n):
                # that an estimate is not defined for want of persons would tell that there are none
                return persons_cell(side.arm, row.subgroup, row.level) in self.ledger.hidden
            return self.ledger.is_hidden(cell) or cell in hidden
        return any(_key(c) == _key(cell) for c in hidden if c.table == "outcome")

    def _differencing(self, row: EffectRow, side: collect_effects.Side) -> bool:
        """Return whether the cell stands elsewhere with a few more persons, so that subtraction shows those few."""
        if not isinstance(side.n, int) or side.n == 0:
            return False
        n, events = side.n, side.events if isinstance(side.events, int) else None
        for more, others in self.ledger.seen[outcome_cell(row, side.arm)].get(row.clock, []):
            apart = None if events is None or others is None else others - events
            if more > n and (apart is None or 0 <= apart <= more - n) and self.ledger.rule(more - n, apart):
                return True
        return False

    def summary(self, row: ArmSummary) -> ArmSummary:
        """Return an arm's month as it may be shown."""
        if not _has_persons(row.n):
            return replace(row, status=Status.UNAVAILABLE, events=_COUNTS)
        names = ("share", "std_error", "conf_low", "conf_high", "sim_low", "sim_high")
        cell = outcome_cell(row, row.arm)
        if not self.ledger.is_hidden(cell):
            shown = Status.UNAVAILABLE if isinstance(row.share, Unavailable) else Status.RELEASED
            if not self._is_blurred(row, cell, row.n):
                return replace(row, status=shown, events=_COUNTS)
            return replace(
                row,
                status=Status.SUPPRESSED,
                events=_COUNTS,
                n=_LOST,
                **round_fields(row, names, decimals(row.n)),  # type: ignore[arg-type]
            )
        small = isinstance(row.n, int) and self.ledger.policy.small(row.n)
        lost = self._is_blurred(row, cell, row.n)
        gone = dict.fromkeys((*names, "sim_critical"), _GONE)
        n = _GONE if small else _LOST if lost else row.n
        return replace(row, n=n, status=Status.SUPPRESSED, events=_COUNTS, **gone)  # type: ignore[arg-type]


def _key(cell: Cell) -> tuple[str, int | None, str, Name]:
    return cell.outcome, cell.month, cell.arm, cell.group


def _has_persons(n: object) -> bool:
    return not isinstance(n, Unavailable) and n != 0


# ------------------------------------------------------------------------------------------------------------- bands


def _wider(low: object, high: object, critical: object, step: float) -> dict[str, object]:
    """Return a band with its critical value rounded up to the next step; it is only widened."""
    if not (available(low) and available(high) and available(critical)):
        return {}
    up = round(ceil(float(critical) / step - 1e-9) * step, 6)  # type: ignore[arg-type]
    middle, half = (float(low) + float(high)) / 2, (float(high) - float(low)) / 2  # type: ignore[arg-type]
    half *= up / float(critical)  # type: ignore[arg-type]
    return {"sim_low": middle - half, "sim_high": middle + half, "sim_critical": up}


def banded_rows(rows: Sequence[ArmSummary], step: float) -> list[ArmSummary]:
    """Return the months of a profile, with a coarser critical value in a curve of which a month is hidden.

    Parameters
    ----------
    rows : sequence of ArmSummary
        As decided.
    step : float
        The critical value is rounded up to a multiple of it.
    """
    secret = {(r.outcome, r.clock, r.arm) for r in rows if isinstance(r.share, Suppressed)}
    out = []
    for row in rows:
        wider = _wider(row.sim_low, row.sim_high, row.sim_critical, step)
        secret_curve = (row.outcome, row.clock, row.arm) in secret
        out.append(replace(row, **wider) if secret_curve else row)  # type: ignore[arg-type]
    return out


def banded_effects(bands: Iterable[EffectBand], effects: Effects, step: float) -> tuple[EffectBand, ...]:
    """Return the bands as their effects were decided; a band that has no effect of its own is not shown.

    Parameters
    ----------
    bands : iterable of EffectBand
    effects : Effects
        As decided.
    step : float
        The critical value of a contrast with a hidden month is rounded up to a multiple of it.
    """
    found = {(r.outcome, r.clock, r.month, r.arm, r.control): r for r in effects.rows if not r.subgroup}
    secret = {(k[0], k[1], k[3], k[4]) for k, r in found.items() if isinstance(r.estimate, Suppressed)}
    out = []
    for band in bands:
        effect = found.get((band.outcome, band.clock, band.month, band.arm, band.control))
        if effect is None or isinstance(effect.estimate, Suppressed) or isinstance(effect.std_error, Suppressed):
            gone = dict.fromkeys(("sim_low", "sim_high", "sim_critical"), _GONE)
            out.append(replace(band, status=Status.SUPPRESSED, **gone))  # type: ignore[arg-type]
            continue
        changes: dict[str, object] = {}
        if (band.outcome, band.clock, band.arm, band.control) in secret:
            changes = _wider(band.sim_low, band.sim_high, band.sim_critical, step)
        if isinstance(effect.df, Suppressed) and available(effect.std_error):
            # the effect is rounded, so the band is
            widest = replace(band, **changes)  # type: ignore[arg-type]
            changes |= round_fields(widest, ("sim_low", "sim_high"), _COARSE)
        status = Status.UNAVAILABLE if isinstance(band.sim_low, Unavailable) else Status.RELEASED
        out.append(replace(band, status=status, **changes))  # type: ignore[arg-type]
    return tuple(out)
