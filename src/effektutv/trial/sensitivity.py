"""The main effect looked at from elsewhere: by the employers' statements alone, and site by site."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from effektutv.api.itt import itt
from effektutv.api.missing_outcomes import lee_bounds, worst_case_bounds
from effektutv.cohort.month_masks import unpack
from effektutv.errors import ArgumentError
from effektutv.results.bounds import Bounds
from effektutv.results.effects import Effects
from effektutv.results.names import Own
from effektutv.study import FIRST_MONTH_IN_WORK, MONTHS_IN_WORK

from .base import ENTRY, Participants

__all__ = ["RESIDENT", "SITE", "STATEMENTS", "Sensitivities"]

#: The outcome of :meth:`Sensitivities.statements_only`, before the name of the outcome on work.
STATEMENTS = "statements"
#: The outcome of :meth:`Sensitivities.attrition_bounds`, before the name of the outcome.
RESIDENT = "resident"
#: The characteristic of :meth:`Sensitivities.effects_by_site`.
SITE = "site"


class Sensitivities(Participants):
    """The main effect under another source of work, in each site, and by half-year of entry."""

    @property
    def n_sites(self) -> int:
        """Number of municipalities with participants; 0 in a study of a plain table."""
        return int(self._cohort.people["municipality"].nunique()) if self.from_registers else 0

    @property
    def n_half_years(self) -> int:
        """Number of half-years in which someone was randomised; 0 in a study of a plain table."""
        return int(self._half_year().nunique()) if self.from_registers else 0

    def effects_by_entry(
        self, outcome: str | None = None, *, month: int | None = None, clock: str | None = None
    ) -> Effects:
        """Return the effects by half-year of randomisation: whether the effect changed while the trial went on.

        Strata are small within half-years, and many lack an arm. With strata the effects are therefore those of ``fe``, which
        weighs strata by precision and leaves few persons out; without, differences in means. Exploratory.

        Parameters
        ----------
        outcome : str, optional
            The outcome's name; the primary one where not given.
        month, clock : optional
            As in :meth:`outcome`.

        Returns
        -------
        Effects
            By ``entry_half_year``, with the joint test that all half-years have the same effect.

        Raises
        ------
        ArgumentError
            If the study is of a plain table, which has no day of randomisation.
        """
        name = self.study.primary.name if outcome is None else outcome
        declared, y = self.study.outcome(name), self.outcome(name, month=month, clock=clock)
        half_year, entry = self._half_year(), Own(ENTRY)
        dated = declared.dated
        return itt(
            self._columns({name: y, entry: half_year}),
            outcome=name,
            **self._method(y, "fe" if self.study.design.strata else "difference", "HC2"),
            weights=self._weights(),
            level=self.study.study.confidence,
            by=[entry],
            levels={entry: sorted(half_year.unique())},
            **self._attributes(declared),
            clock=self._clock(clock) if dated else "",
            month=self._month(declared, month) if dated else None,
            **self._assigned(),
        )

    def statements_only(self, *, month: int | None = None, clock: str | None = None) -> Effects:
        """Return the effects on work as the employers' statements alone know it (KU, or AGI).

        The employment service follows persons with a SIUS consultant longer than others, so that work known from its register
        may be seen more in one arm; employers' statements are made for everyone alike.

        Parameters
        ----------
        month, clock : optional
            As in :meth:`outcome`.

        Returns
        -------
        Effects
            With the outcome ``statements:NAME``, where ``NAME`` is the study's outcome on work.

        Raises
        ------
        ArgumentError
            If the study has no outcome on work, or neither of the two registers.
        """
        work = self._of_state("work")
        if not {"scb_ku", "scb_agi"} & set(self.study.registers):
            raise ArgumentError("the study has no employers' statements: add [registers.scb_ku] or [registers.scb_agi]")
        chosen, k = self._clock(clock), self._month(work, month)
        masks, name = self._masks(chosen), f"{STATEMENTS}:{work.name}"
        y = unpack(masks.statements, [k])[:, 0].astype(float)
        y[~unpack(masks.observed["work"], [k])[:, 0]] = np.nan
        return itt(
            self._columns({name: y}),
            outcome=name,
            **self._method(y, None, None),
            weights=self._weights(),
            level=self.study.study.confidence,
            **self._attributes(work),
            clock=chosen,
            month=k,
            **self._assigned(),
        )

    def attrition_bounds(
        self, outcome: str | None = None, *, month: int | None = None, clock: str | None = None
    ) -> tuple[Bounds, Bounds]:
        """Return bounds on the effects where it is unknown what the dead, and for work the emigrated, would have done.

        :meth:`itt` counts whoever is dead as in no state, and whoever has emigrated as not in (Swedish) work. Here their
        outcome is missing instead. Whoever is not followed to the month is left out, as there.

        Parameters
        ----------
        outcome : str, optional
            The name of an outcome with months; the primary one where not given.
        month, clock : optional
            As in :meth:`outcome`.

        Returns
        -------
        (Bounds, Bounds)
            Lee's bounds, for those who would be there in either arm, and worst-case bounds, for everyone. Both within the
            study's strata, with the outcome ``resident:NAME``.

        Raises
        ------
        ArgumentError
            If the outcome has no months, or the study no register of deaths and moves.
        """
        name = self.study.primary.name if outcome is None else outcome
        declared = self.study.outcome(name)
        if not declared.dated:
            raise ArgumentError(f"outcome: {name!r} has no months; use lee_bounds and worst_case_bounds on the table")
        if not self.knows_events:
            raise ArgumentError("the study has no register of deaths and moves: add [registers.scb_handelser]")
        k, chosen = self._month(declared, month), self._clock(clock)
        y = self.outcome(name, month=k, clock=chosen)
        followed = ~np.isnan(y)
        y[self._gone(declared.month_state or "", k, chosen)] = np.nan
        named = f"{RESIDENT}:{name}"
        df = self._columns({named: y}).take(followed)
        limits = (0.0, float(k)) if declared.state in (MONTHS_IN_WORK, FIRST_MONTH_IN_WORK) else (0.0, 1.0)
        assigned = {**self._assigned(), **self._attributes(declared), "clock": chosen, "month": k}
        level = self.study.study.confidence
        weights = self._weights()
        return (
            lee_bounds(df, outcome=named, level=level, **assigned),
            worst_case_bounds(df, outcome=named, level=level, limits=limits, weights=weights, **assigned),
        )

    def _gone(self, state: str, month: int, clock: str) -> NDArray[np.bool_]:
        """Return who is dead at a month, or abroad where the state is work."""
        masks = self._masks(clock)
        named = [masks.dead, *([masks.away] if state.startswith("work") else [])]
        gone = np.zeros(len(self), dtype=bool)
        for mask in named:
            if mask is not None:
                gone |= unpack(mask, [month])[:, 0].astype(bool)
        return gone

    def effects_by_site(
        self, outcome: str | None = None, *, month: int | None = None, clock: str | None = None
    ) -> Effects:
        """Return the main contrast's effect for everyone and in each project area; in each municipality where there are none.

        Parameters
        ----------
        outcome : str, optional
            The outcome's name; the primary one where not given.
        month, clock : optional
            As in :meth:`outcome`.

        Returns
        -------
        Effects
            By ``site``; the level is the place's name or code. Small sites say little one by one: see also
            :meth:`site_variation`.

        Raises
        ------
        ArgumentError
            If the study is of a plain table, which does not say where persons live, or there is one site only.
        """
        if not self.from_registers:
            raise ArgumentError("a study of a plain table has no sites; use itt with by on the table")
        name = self.study.primary.name if outcome is None else outcome
        declared = self.study.outcome(name)
        y, people = self.outcome(name, month=month, clock=clock), self._cohort.people
        site = people["area"] if people["area"].nunique() > 1 else people["municipality"]
        if site.nunique() < 2:
            raise ArgumentError("everyone is in one site: nothing can differ between sites")
        dated = declared.dated
        return itt(
            self._columns({name: y, Own(SITE): site}),
            outcome=name,
            **self._method(y, None, None),
            weights=self._weights(),
            level=self.study.study.confidence,
            by=[Own(SITE)],
            levels={Own(SITE): sorted(site.dropna().unique())},
            contrasts=[(self.study.arm_codes[1], self.study.control)],
            **self._attributes(declared),
            clock=self._clock(clock) if dated else "",
            month=self._month(declared, month) if dated else None,
            **self._assigned(),
        )
