"""The participants and the questions one may ask of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import frames, randomised
from .cohort.build import Cohort
from .cohort.months import unpack
from .cohort.outcomes import CLOCKS, StateMasks, outcome_values
from .errors import ArgumentError
from .results import (
    Balance,
    Contamination,
    CountRow,
    Counts,
    DataQuality,
    Effects,
    Flow,
    Profile,
    RandomizationTest,
    StartRow,
    Starts,
    Unavailable,
)
from .study import Covariate, Outcome, Study

__all__ = ["Trial"]

#: The exclusive kinds of work, in their order of precedence.
_KINDS = ("work_with_support", "work_other_subsidised", "work_regular")


class Trial:
    """One row a participant, checked and linked, and the questions that the study asks.

    Made by :func:`effektutv.load`. It never shows a person: its ``repr`` has counts by arm only.

    Parameters
    ----------
    study : Study
        The study.
    cohort : Cohort
        The participants.
    """

    def __init__(self, study: Study, cohort: Cohort) -> None:
        self.study = study
        self._cohort = cohort

    def __repr__(self) -> str:
        counts = self._cohort.people["arm"].value_counts()
        arms = ", ".join(f"{code}: {int(counts[code])}" for code in self.study.arm_codes)
        synthetic = ", synthetic" if self.study.study.synthetic else ""
        return f"<Trial {self.study.study.name}: {len(self._cohort.people)} participants ({arms}){synthetic}>"

    def __len__(self) -> int:
        return len(self._cohort.people)

    @property
    def table(self) -> pd.DataFrame:
        """A copy of the participants' table: arm, stratum, dates and covariates. It holds persons: do not publish it."""
        return self._cohort.people.copy()

    @property
    def quality(self) -> DataQuality:
        """What was found when the extracts were read and checked."""
        return self._cohort.quality

    @property
    def inputs(self) -> dict[str, str]:
        """SHA-256 of every file read."""
        return dict(self._cohort.inputs)

    @property
    def from_registers(self) -> bool:
        """Whether the trial was built from register extracts, so that it has months and clocks."""
        return bool(self._cohort.masks)

    def flow(self) -> Flow:
        """Return the participant flow (CONSORT): persons and exclusions by stage."""
        return self._cohort.flow

    def has(self, outcome: str) -> bool:
        """Return whether the registers that an outcome needs are among the study's.

        Parameters
        ----------
        outcome : str
            The outcome's name.
        """
        declared = self.study.outcome(outcome)
        if declared.state is None:
            return True
        return declared.month_state in self._masks(CLOCKS[0]).states

    def outcome(self, name: str, *, month: int | None = None, clock: str | None = None) -> NDArray[np.float64]:
        """Return one outcome of every participant.

        Parameters
        ----------
        name : str
            The outcome's name.
        month : int, optional
            Months since time zero; the study's month for this outcome where not given.
        clock : {"randomisation", "start"}, optional
            What months are counted from; the study's clock where not given.

        Returns
        -------
        ndarray of float, shape (n,)
            0 or 1 for a state, a count for ``months_in_work``; NaN where it is not known: a month lies beyond a source's
            cut-off.

        Raises
        ------
        ArgumentError
            If month or clock cannot be had, or a register that the outcome needs is not in the study.
        """
        declared = self.study.outcome(name)
        if declared.state is None:
            if month is not None or clock is not None:
                raise ArgumentError(
                    f"month, clock: outcome {name!r} comes from a plain table and has neither; leave both out"
                )
            return self._cohort.people[name].to_numpy(dtype=float)
        return self._months(declared, [self._month(declared, month)], self._clock(clock))[:, 0]

    def itt(
        self,
        outcome: str | None = None,
        *,
        month: int | None = None,
        clock: str | None = None,
        by: Sequence[str | tuple[str, ...]] | str | None = None,
        estimator: str | None = None,
        vcov: str | None = None,
        weights: str | None = None,
        covariates: Sequence[str] | None = None,
        level: float | None = None,
        contrasts: Sequence[tuple[object, object]] | None = None,
    ) -> Effects:
        """Return the effects of the arms as assigned on one outcome.

        Parameters
        ----------
        outcome : str, optional
            The outcome's name; the primary one where not given.
        month, clock : optional
            As in :meth:`outcome`.
        by : str, tuple of str, or sequence of these, optional
            Covariates with levels, each on its own; a tuple is a cross.
        estimator, vcov, weights : str, optional
            The study's where not given; see :func:`effektutv.itt`.
        covariates : sequence of str, optional
            Baseline covariates to adjust for.
        level : float, optional
            Coverage of the intervals; the study's where not given.
        contrasts : sequence of (arm, control), optional
            All pairs where not given.

        Returns
        -------
        Effects

        Raises
        ------
        ArgumentError
            If an argument cannot be used.
        """
        name = self.study.primary.name if outcome is None else outcome
        declared = self.study.outcome(name)
        y = self.outcome(name, month=month, clock=clock)
        groups = _groups(by)
        people = self._cohort.people
        named = list(dict.fromkeys([*(c for g in groups for c in g), *(covariates or ())]))
        self._known(named)
        df = pd.DataFrame(
            {"arm": people["arm"], "stratum": people["stratum"], name: y, **{c: people[c] for c in named}}
        )
        adjusted = bool(covariates)
        dated = declared.state is not None
        return frames.itt(
            df,
            outcome=name,
            estimator=estimator or (None if adjusted else self.study.design.estimator),
            vcov=vcov or self._vcov(estimator, adjusted),
            weights=weights or self.study.design.weights,
            level=level or self.study.study.confidence,
            covariates=list(covariates) if covariates else None,
            by=[g[0] if len(g) == 1 else g for g in groups] or None,
            levels={c: self._levels(c, df[c]) for g in groups for c in g} or None,
            contrasts=contrasts,
            clock=self._clock(clock) if dated else "",
            month=self._month(declared, month) if dated else None,
            **self._assigned(),
        )

    def randomization_test(
        self,
        outcome: str | Sequence[str] | None = None,
        *,
        month: int | None = None,
        clock: str | None = None,
        estimator: str | None = None,
        draws: int | str = 10_000,
        level: float | None = None,
        **options: Any,
    ) -> RandomizationTest:
        """Test the contrasts of one outcome, or of several, by drawing the assignment again.

        Parameters
        ----------
        outcome : str or sequence of str, optional
            The outcomes' names; the primary one where not given.
        month : int, optional
            As in :meth:`outcome`.
        clock : {"randomisation"}, optional
            Months since one's own start cannot be tested so: when a person starts may depend on the arm drawn.
        estimator : str, optional
            The study's where a test is offered for it, else ``blocked`` or ``difference``.
        draws : int or "exact"
            See :func:`effektutv.randomization_test`.
        level : float, optional
            Coverage of the interval by inversion; none where not given.
        **options
            Passed to :func:`effektutv.randomization_test`.

        Returns
        -------
        RandomizationTest

        Raises
        ------
        ArgumentError
            If an argument cannot be used.
        """
        if clock is not None and self._clock(clock) == "start":
            raise ArgumentError(
                "clock: months since one's own start are not protected by randomisation, so that drawing the assignment "
                "again says nothing of them; use clock='randomisation'"
            )
        names = (
            [self.study.primary.name] if outcome is None else [outcome] if isinstance(outcome, str) else list(outcome)
        )
        people = self._cohort.people
        dated = self.from_registers
        columns = {n: self.outcome(n, month=month, clock="randomisation" if dated else None) for n in names}
        offered = ("difference", "blocked", "fe")
        declared = self.study.design.estimator if self.study.design.estimator in offered else None
        return randomised.randomization_test(
            pd.DataFrame({"arm": people["arm"], "stratum": people["stratum"], **columns}),
            outcome=names,
            estimator=estimator or declared,
            draws=draws,
            mechanism=options.pop("mechanism", self.study.design.mechanism),
            level=level,
            seed=options.pop("seed", self.study.study.seed),
            **self._assigned(),
            **options,
        )

    def pooled_regression(
        self, outcome: str | None = None, *, month: int | None = None, clock: str | None = None
    ) -> Effects:
        """Return what one regression of all arms with strata effects would say, to stand beside :meth:`itt`.

        Parameters
        ----------
        outcome : str, optional
            The outcome's name; the primary one where not given.
        month, clock : optional
            As in :meth:`outcome`.

        Returns
        -------
        Effects

        Raises
        ------
        ArgumentError
            If the study has no strata.
        """
        return frames.pooled_regression(**self._pooled(outcome, month, clock))

    def contamination(
        self, outcome: str | None = None, *, month: int | None = None, clock: str | None = None
    ) -> Contamination:
        """Return whose effects are in the coefficients of :meth:`pooled_regression`.

        Parameters
        ----------
        outcome : str, optional
            The outcome's name; the primary one where not given.
        month, clock : optional
            As in :meth:`outcome`.

        Returns
        -------
        Contamination

        Raises
        ------
        ArgumentError
            If the study has no strata.
        """
        return frames.contamination(**self._pooled(outcome, month, clock))

    def balance(self, covariates: Sequence[str] | None = None, *, draws: int | None = None) -> Balance:
        """Return the balance of baseline covariates between the arms.

        Parameters
        ----------
        covariates : sequence of str, optional
            All of the study's where not given.
        draws : int, optional
            Assignments drawn again for the omnibus test, with the study's seed.
        """
        names = [c.name for c in self.study.covariates] if covariates is None else list(covariates)
        self._known(names)
        people = self._cohort.people
        df = people[["arm", "stratum", *names]].copy()
        kinds = {}
        for name in names:
            declared = self.study.covariate(name)
            if declared.kind == "categorical" and len(declared.levels) == 2:
                # two levels are one 0/1 row: the share in the second
                second = declared.levels[1].code
                df[name] = (df[name] == second).astype(float).where(df[name].notna())
            kinds[name] = _balance_kind(declared)
        assigned = {k: v for k, v in self._assigned().items() if k in ("arm", "control", "arms", "strata")}
        return frames.balance(df, covariates=names, kinds=kinds, draws=draws, seed=self.study.study.seed, **assigned)

    def profile(
        self,
        outcome: str | None = None,
        *,
        months: Iterable[int] | None = None,
        clock: str | None = None,
        estimator: str | None = None,
        bands: str = "pointwise",
        draws: int = 10_000,
    ) -> Profile:
        """Return an outcome month by month: shares by arm and effects, with pointwise intervals and, if asked, bands.

        Parameters
        ----------
        outcome : str, optional
            The outcome's name; the primary one where not given.
        months : iterable of int, optional
            0 to the study's horizon where not given.
        clock, estimator : optional
            As in :meth:`itt`.
        bands, draws : optional
            As in :func:`effektutv.profile`; the seed is the study's.

        Returns
        -------
        Profile

        Raises
        ------
        ArgumentError
            If the outcome has no months.
        """
        name = self.study.primary.name if outcome is None else outcome
        declared = self.study.outcome(name)
        if declared.state is None:
            raise ArgumentError(f"outcome {name!r} comes from a plain table and has no months; use itt")
        wanted = [self._month(declared, m) for m in (range(self.study.study.horizon + 1) if months is None else months)]
        chosen = self._clock(clock)
        people = self._cohort.people
        return frames.profile(
            pd.DataFrame({"arm": people["arm"], "stratum": people["stratum"]}),
            outcomes=(wanted, self._months(declared, wanted, chosen)),
            name=name,
            estimator=estimator or self.study.design.estimator,
            vcov=self._vcov(estimator, adjusted=False),
            weights=self.study.design.weights,
            level=self.study.study.confidence,
            bands=bands,
            draws=draws,
            seed=self.study.study.seed,
            clock=chosen,
            **self._assigned(),
        )

    def kinds(self, *, month: int | None = None, clock: str | None = None) -> Counts:
        """Return the kinds of work by arm: with support, other subsidised, regular; they exclude each other.

        Parameters
        ----------
        month, clock : optional
            As in :meth:`outcome`.
        """
        work = self._work()
        chosen, k = self._clock(clock), self._month(work, month)
        masks = self._masks(chosen)
        names: dict[str, str] = {o.state: o.name for o in self.study.outcomes if o.state is not None}
        columns = {names.get(s, s): masks.states[s] for s in _KINDS}
        return Counts(rows=tuple(self._count_rows(work, columns, k, chosen)))

    def sources(self, *, month: int | None = None, clock: str | None = None) -> Counts:
        """Return the registers behind the work by arm: Af only, control statements (KU) only, or both.

        Af sees persons with SIUS longer than others, so that what is known of work may differ by arm: this shows it.

        Parameters
        ----------
        month, clock : optional
            As in :meth:`outcome`.
        """
        work = self._work()
        chosen, k = self._clock(clock), self._month(work, month)
        masks = self._masks(chosen)
        af, ku = masks.af, masks.statements
        columns = {"af_only": af & ~ku, "ku_only": ku & ~af, "both": af & ku}
        return Counts(rows=tuple(self._count_rows(work, columns, k, chosen)))

    def starts(self) -> Starts:
        """Return how many of each arm started their intervention, and the median delay in days of those who did."""
        people = self._cohort.people
        if "started" not in people:
            raise ArgumentError("a study of a plain table has no day of start")
        rows = []
        for code in self.study.arm_codes:
            inside = people[people["arm"] == code]
            started = inside["started"].notna()
            delay = (inside["started"] - inside["randomised"]).dt.days[started]
            rows.append(
                StartRow(
                    arm=code,
                    n=len(inside),
                    started=int(started.sum()),
                    share=float(started.mean()),
                    median_delay=float(delay.median()) if len(delay) else Unavailable("nobody in the arm started"),
                )
            )
        return Starts(rows=tuple(rows))

    # ------------------------------------------------------------------------------------------------------- inside

    def _assigned(self) -> dict[str, Any]:
        """Return the arguments that say how persons were assigned."""
        return {
            "arm": "arm",
            "control": self.study.control,
            "arms": list(self.study.arm_codes),
            "strata": "stratum" if self.study.design.strata else None,
        }

    def _pooled(self, outcome: str | None, month: int | None, clock: str | None) -> dict[str, Any]:
        """Return the arguments of a question about one regression of all arms."""
        if not self.study.design.strata:
            raise ArgumentError("the study has no strata: one regression of all arms does not mix their effects")
        name = self.study.primary.name if outcome is None else outcome
        declared, people = self.study.outcome(name), self._cohort.people
        dated = declared.state is not None
        return {
            "df": pd.DataFrame(
                {
                    "arm": people["arm"],
                    "stratum": people["stratum"],
                    name: self.outcome(name, month=month, clock=clock),
                }
            ),
            "outcome": name,
            "level": self.study.study.confidence,
            "clock": self._clock(clock) if dated else "",
            "month": self._month(declared, month) if dated else None,
            **self._assigned(),
        }

    def _vcov(self, estimator: str | None, adjusted: bool) -> str:
        """Return the study's variance for the study's own estimator; HC2 for any other, which may not have it."""
        same = estimator in (None, self.study.design.estimator) and not adjusted
        return self.study.design.vcov if same else "HC2"

    def _clock(self, clock: str | None) -> str:
        chosen = self.study.time_zero.clock if clock is None else clock
        if chosen not in CLOCKS:
            raise ArgumentError(f"clock: got {chosen!r}; give one of {', '.join(CLOCKS)}")
        return chosen

    def _month(self, outcome: Outcome, month: int | None) -> int:
        chosen = outcome.month if month is None else month
        if not isinstance(chosen, int | np.integer) or not 0 <= chosen <= self.study.study.horizon:
            raise ArgumentError(f"month: give a whole number from 0 to the study's horizon, {self.study.study.horizon}")
        return int(chosen)

    def _masks(self, clock: str) -> StateMasks:
        if not self._cohort.masks:
            raise ArgumentError("a study of a plain table has no months and no clock")
        return self._cohort.masks[clock]

    def _months(self, outcome: Outcome, months: list[int], clock: str) -> NDArray[np.float64]:
        masks = self._masks(clock)
        if outcome.month_state not in masks.states:
            raise ArgumentError(
                f"outcome {outcome.name!r}: a register that it needs is not in the study; add it to [registers]"
            )
        return outcome_values(masks, outcome, months)

    def _work(self) -> Outcome:
        for outcome in self.study.outcomes:
            if outcome.state == "work" and self.has(outcome.name):
                return outcome
        raise ArgumentError("the study has no outcome with state = 'work'")

    def _count_rows(
        self, outcome: Outcome, columns: dict[str, NDArray[np.int64]], month: int, clock: str
    ) -> Iterable[CountRow]:
        known = unpack(self._masks(clock).observed["work"], [month])[:, 0]
        arm = self._cohort.people["arm"].to_numpy()
        for code in self.study.arm_codes:
            inside = known & (arm == code)
            n = int(inside.sum())
            for category, mask in columns.items():
                events = int(unpack(mask[inside], [month]).sum())
                yield CountRow(
                    outcome=outcome.name,
                    clock=clock,
                    month=month,
                    arm=code,
                    category=category,
                    n=n,
                    events=events,
                    share=events / n if n else Unavailable("nobody is followed that long"),
                )

    def _known(self, names: Sequence[str]) -> None:
        allowed = [c.name for c in self.study.covariates]
        for name in names:
            if name not in allowed:
                raise ArgumentError(f"{name!r} is no covariate of the study; it has: {', '.join(allowed) or 'none'}")

    def _levels(self, name: str, column: pd.Series) -> list[str]:
        declared = self.study.covariate(name)
        if declared.kind != "categorical":
            raise ArgumentError(f"by: {name!r} has no levels; a subgroup must be a covariate with levels")
        return [x.code for x in declared.levels if (column == x.code).any()]


def _groups(by: Sequence[str | tuple[str, ...]] | str | None) -> list[tuple[str, ...]]:
    if by is None:
        return []
    entries = [by] if isinstance(by, str | tuple) else list(by)
    return [(e,) if isinstance(e, str) else tuple(e) for e in entries]


def _balance_kind(covariate: Covariate) -> str:
    if covariate.kind == "categorical":
        return "binary" if len(covariate.levels) == 2 else "category"
    return covariate.kind
