"""The truth: the clean plan evaluated day by day, without any of the pipeline's arithmetic.

Each cell is counted by asking, for every person and month, whether a planned spell covers that very day. No month masks, no
SQL, no codes: the plan's own classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import targets
from .columns import CUTOFF, FAR, MISSING, Bools, Ints, Table, add_months, year_of
from .participants import People, municipalities
from .spell_plan import Plan
from .targets import ARMS, MONTH, MONTHS
from .trajectories import OTHER, REGULAR, SUPPORT

__all__ = ["CLOCKS", "STATES", "arm_facts", "baseline_truth", "planted_cells", "source_of_work"]

STATES = ("work", "work_with_support", "work_other_subsidised", "work_regular", "studies", "active", "benefit")
CLOCKS = ("randomisation", "start")
SEXES = ("man", "kvinna")
DAILY = ("utan", "med")


def _covered(spells: Table, day: Ints, where: Bools | None = None) -> Bools:
    """Return whether any of the spells covers the person's day, both ends included."""
    person, first, last = (np.asarray(spells[name]) for name in ("person", "from", "to"))
    hit = (first <= day[person]) & (day[person] <= last)
    if where is not None:
        hit &= where
    return np.asarray(np.bincount(person[hit], minlength=len(day)) > 0)


def _work_on(people: People, plan: Plan, day: Ints) -> dict[str, Bools]:
    """Return the exclusive classes of work on a day for each person, and which register saw it."""
    kind = np.asarray(plan.af["kind"])
    here = ~people.away(day)
    support = _covered(plan.af, day, kind == SUPPORT) & here
    other = _covered(plan.af, day, kind == OTHER) & here & ~support
    ku = _covered(plan.ku, day) & here
    regular = ((_covered(plan.af, day, kind == REGULAR) & here) | ku) & ~support & ~other
    return {
        "work": support | other | regular,
        "work_with_support": support,
        "work_other_subsidised": other,
        "work_regular": regular,
        "af": _covered(plan.af, day) & here,
        "ku": ku,
    }


def _zero(people: People, clock: str) -> Ints:
    return people.randomised if clock == "randomisation" else people.start_zero


def _states_on(people: People, plan: Plan, day: Ints) -> dict[str, Bools]:
    states = _work_on(people, plan, day)
    alive = day < people.death
    states["studies"] = _covered(plan.studies, day) & alive
    states["benefit"] = _covered(plan.benefit, day) & alive
    started = (people.started != MISSING) & (day >= people.started)
    states["active"] = started & (day < people.dropout) & (day <= targets.INTERVENTIONS_END) & alive
    return states


def planted_cells(people: People, plan: Plan) -> list[list[Any]]:
    """Return ``state, clock, month, arm, kon, daglig_verksamhet, n, events`` for every cell of the truth.

    ``n`` counts persons whose day lies within the registers' cut-off (``active`` needs no register: everyone counts).

    Parameters
    ----------
    people : People
        The participants.
    plan : Plan
        Their spells, without quirks.
    """
    shape = (3, 2, 2)
    cell = np.ravel_multi_index((people.arm, people.woman.astype(int), people.daily.astype(int)), shape)
    rows: dict[str, list[list[Any]]] = {state: [] for state in STATES}
    for clock in CLOCKS:
        zero = _zero(people, clock)
        for month in range(MONTHS):
            day = add_months(zero, month)
            seen = day <= CUTOFF
            found = _states_on(people, plan, day)
            for state in STATES:
                observed = np.ones_like(seen) if state == "active" else seen
                n = np.bincount(cell[observed], minlength=12)
                events = np.bincount(cell[observed & found[state]], minlength=12)
                for i, (a, s, d) in enumerate(np.ndindex(shape)):
                    label = [state, clock, month, ARMS[a], SEXES[s], DAILY[d]]
                    rows[state].append([*label, int(n[i]), int(events[i])])
    return [row for state in STATES for row in rows[state]]


def source_of_work(people: People, plan: Plan) -> list[list[Any]]:
    """Return ``clock, month, arm, af_only, ku_only, both`` among those in work at the main month.

    Parameters
    ----------
    people : People
        The participants.
    plan : Plan
        Their spells, without quirks.
    """
    rows = []
    for clock in CLOCKS:
        day = add_months(_zero(people, clock), MONTH)
        found = _work_on(people, plan, day)
        seen = day <= CUTOFF
        for a, arm in enumerate(ARMS):
            af, ku = (found[k] & seen & (people.arm == a) for k in ("af", "ku"))
            rows.append([clock, MONTH, arm, int((af & ~ku).sum()), int((ku & ~af).sum()), int((af & ku).sum())])
    return rows


def baseline_truth(people: People, earnings: Ints, any_before: Bools) -> dict[str, Any]:
    """Return counts of the baseline characteristics by arm, and the sums of the two numbers.

    Parameters
    ----------
    people : People
        The participants.
    earnings : array of int
        LoneInk of the year before randomisation, hundreds of SEK.
    any_before : array of bool
        Daily activities in any snapshot before randomisation.
    """
    age = year_of(people.randomised) - year_of(people.born)
    columns: dict[str, Bools | Ints] = {
        "n": np.ones(len(people), dtype=np.int64),
        "alder_sum": age,
        "loneinkomst_sum": earnings,
        "kon_kvinna": people.woman,
        "barn": people.children,
        "utrikes_fodd": people.foreign,
        "gymnasium": people.secondary,
        "lss_beslut": people.lss,
        "daglig_verksamhet_med": people.daily,
        "daglig_verksamhet_any_before": any_before,
        "bostad_lss": people.housing,
    }
    for i, (name, _, _) in enumerate(targets.DIAGNOSES):
        columns[f"diagnos_{name}"] = people.diagnosis == i
    return {
        "columns": ["characteristic", *ARMS],
        "rows": [[name, *(int(c[people.arm == a].sum()) for a in range(3))] for name, c in columns.items()],
    }


def arm_facts(people: People) -> dict[str, Any]:
    """Return size, starters, summed delay, drop-outs and events by arm, and sizes by municipality.

    Parameters
    ----------
    people : People
        The participants.
    """
    starters = people.started != MISSING
    delay = np.where(starters, people.started - people.randomised, 0)
    facts = {
        "n": np.ones(len(people), dtype=np.int64),
        "started": starters,
        "delay_days_sum": delay,
        "dropped_out": people.dropout < FAR,
        "died": people.death < FAR,
        "emigrated": people.emigrated < FAR,
    }
    by_arm = {arm: {k: int(v[people.arm == a].sum()) for k, v in facts.items()} for a, arm in enumerate(ARMS)}
    sizes = np.bincount(people.kommun, minlength=len(municipalities()))
    return {"arms": by_arm, "strata": dict(zip(municipalities(), sizes.tolist(), strict=True))}
