"""Questions about effects: at one month, month by month, by drawing the arms again, by one regression of all arms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from effektutv.api import randomization_test as randomised
from effektutv.api.itt import itt
from effektutv.api.pooled_regression import contamination, pooled_regression
from effektutv.api.profile import profile
from effektutv.api.ratios import ratios
from effektutv.api.sites import site_variation
from effektutv.errors import ArgumentError
from effektutv.estimators.design import default_contrasts
from effektutv.results.contamination import Contamination
from effektutv.results.effect_rows import EffectRow
from effektutv.results.effects import Effects
from effektutv.results.estimand import Estimand
from effektutv.results.names import Own
from effektutv.results.profiles import Profile
from effektutv.results.randomization import RandomizationTest
from effektutv.results.ratios import Ratios
from effektutv.results.site_heterogeneity import SiteVariation
from effektutv.study import Outcome
from effektutv.values import Unavailable

from .base import Participants

__all__ = ["EffectQuestions"]


class EffectQuestions(Participants):
    """What the arms, as assigned, did to the outcomes."""

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
        dof: str | None = None,
        covariates: Sequence[str] | None = None,
        level: float | None = None,
        contrasts: Sequence[tuple[object, object]] | None = None,
        protocol: bool = False,
    ) -> Effects:
        """Return the effects of the arms as assigned on one outcome.

        Parameters
        ----------
        outcome : str, optional
            The outcome's name; the primary one where not given.
        month, clock : optional
            As in :meth:`outcome`.
        by : str, tuple of str, or sequence of these, optional
            Covariates with levels, each on its own; a tuple is a cross. ``"entry_half_year"`` is the half-year of
            randomisation: whether the effect changed while the trial went on.
        estimator, vcov, weights, dof : str, optional
            The study's where not given; see :func:`effektutv.itt`. A study whose estimator is ``logit`` takes the default for
            an outcome that is not 0/1. ``CR2`` needs ``cluster`` in the study's design, and ``ipw`` takes the probabilities
            that it names, else the arms' shares by stratum.
        covariates : sequence of str, optional
            Baseline covariates to adjust for.
        level : float, optional
            Coverage of the intervals; the study's where not given.
        contrasts : sequence of (arm, control), optional
            All pairs where not given.
        protocol : bool, default False
            Whether the subgroups stood in a plan that was locked before outcomes were seen
            (:meth:`effektutv.results.PlanLock.before_outcomes`): two items of ICEMAN ask for it. No estimate depends on it.

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
        if (why := self.lacks(name)) is not None:
            return self._unavailable(declared, why, month, clock)
        if (vcov or self.study.design.vcov).upper() == "CR2" and (why := self._no_providers) is not None:
            return self._unavailable(declared, why, month, clock, estimator=estimator, vcov="CR2")
        y = self.outcome(name, month=month, clock=clock)
        groups = _groups(by)
        named = list(dict.fromkeys([*(c for g in groups for c in g), *(covariates or ())]))
        df = self._columns({name: y, **self._characteristics(named)})
        return itt(
            df,
            outcome=name,
            **self._method(y, estimator, vcov, bool(covariates), dof),
            weights=self._weights(bool(covariates)) if weights is None else weights,
            level=self.study.study.confidence if level is None else level,
            covariates=list(covariates) if covariates else None,
            by=[g[0] if len(g) == 1 else g for g in groups] or None,
            levels={c: self._levels(c, df[c]) for g in groups for c in g} or None,
            **self._hypotheses(groups),
            protocol=protocol,
            **self._labels(declared, month, clock),
            contrasts=contrasts,
            **self._assigned(),
        )

    def adjusted(self, outcome: str | None = None, *, month: int | None = None, clock: str | None = None) -> Effects:
        """Return the effects on one outcome adjusted for the prognostic covariates that ``[design]`` names.

        The study's estimator where it takes covariates (``fe``, ``lin``, ``logit``), else ``lin``, whose estimand with strata is
        that of ``blocked``: what differs is the variance. :meth:`itt` stays unadjusted.

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
            If ``[design]`` names no covariates.
        """
        design = self.study.design
        if not design.covariates:
            raise ArgumentError(
                "the study names no covariates to adjust for: give [design] covariates, or itt(covariates=[…])"
            )
        binary = (self.study.primary if outcome is None else self.study.outcome(outcome)).binary
        takes = design.main in ("fe", "lin") or (design.main == "logit" and binary)
        return self.itt(
            outcome,
            month=month,
            clock=clock,
            estimator=design.main if takes else "lin",
            vcov=design.vcov if takes else None,
            covariates=design.covariates,
        )

    def ratios(self, outcome: str | None = None, *, month: int | None = None, clock: str | None = None) -> Ratios:
        """Return risk and odds ratios of a 0/1 outcome, from the same adjusted means as the difference in :meth:`itt`.

        Parameters
        ----------
        outcome : str, optional
            The outcome's name; the primary one where not given.
        month, clock : optional
            As in :meth:`outcome`.

        Returns
        -------
        Ratios

        Raises
        ------
        ArgumentError
            If the outcome is not 0/1.
        """
        name = self.study.primary.name if outcome is None else outcome
        declared = self.study.outcome(name)
        y = self.outcome(name, month=month, clock=clock)
        return ratios(
            self._columns({name: y}),
            outcome=name,
            **self._method(y, None, None),
            weights=self._weights(),
            level=self.study.study.confidence,
            **self._labels(declared, month, clock),
            **self._assigned(),
        )

    def randomization_test(
        self,
        outcome: str | Sequence[str] | None = None,
        *,
        month: int | None = None,
        clock: str | None = None,
        estimator: str | None = None,
        covariates: Sequence[str] | None = None,
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
            The study's where its distribution needs no fit in every draw, else ``blocked`` or ``difference``.
        covariates : sequence of str, optional
            Baseline covariates to adjust for: ``lin``, or another estimator that takes them, is fitted again in every draw.
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
        dated = {n: self.study.outcome(n).dated for n in names}
        if month is not None and not any(dated.values()):
            raise ArgumentError("month: none of the outcomes has months; leave it out")
        columns = {
            n: self.outcome(n, month=month, clock="randomisation") if dated[n] else self.outcome(n) for n in names
        }
        quick = ("difference", "blocked", "fe")
        declared = self.study.design.estimator if self.study.design.estimator in quick else None
        return randomised.randomization_test(
            self._columns({**self._characteristics(covariates or ()), **columns}),
            outcome=names,
            estimator=estimator or (None if covariates else declared),
            covariates=list(covariates) if covariates else None,
            draws=draws,
            mechanism=options.pop("mechanism", self.study.design.mechanism),
            level=level,
            seed=options.pop("seed", self.study.study.seed),
            **self._attributes_of_all(names),
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
        return pooled_regression(**self._pooled(outcome, month, clock))

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
        return contamination(**self._pooled(outcome, month, clock))

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
        if not declared.dated:
            raise ArgumentError(f"outcome {name!r} has no months; use itt")
        wanted = [self._month(declared, m) for m in (range(self.study.study.horizon + 1) if months is None else months)]
        chosen = self._clock(clock)
        values = self._months(declared, wanted, chosen)
        return profile(
            self._columns({}),
            outcomes=(wanted, values),
            name=name,
            **self._method(values, estimator, None),
            weights=self._weights(),
            level=self.study.study.confidence,
            bands=bands,
            draws=draws,
            seed=self.study.study.seed,
            clock=chosen,
            **self._attributes(declared),
            **self._assigned(),
        )

    def site_variation(
        self, outcome: str | None = None, *, month: int | None = None, clock: str | None = None
    ) -> SiteVariation:
        """Return how much the effects vary between municipalities: standard deviation with interval, Cochran's test.

        Parameters
        ----------
        outcome : str, optional
            The outcome's name; the primary one where not given.
        month, clock : optional
            As in :meth:`outcome`.

        Returns
        -------
        SiteVariation
            No municipality's own effect is part of it.

        Raises
        ------
        ArgumentError
            If the study is of a plain table, which does not say where persons live.
        """
        if not self.from_registers:
            raise ArgumentError("a study of a plain table has no municipalities; use eu.site_variation on the table")
        name = self.study.primary.name if outcome is None else outcome
        declared = self.study.outcome(name)
        y = self.outcome(name, month=month, clock=clock)
        assigned = self._assigned()
        assigned.pop("strata")
        return site_variation(
            self._columns({Own("municipality"): self._cohort.people["municipality"], name: y}),
            outcome=name,
            site=Own("municipality"),
            level=self.study.study.confidence,
            **self._labels(declared, month, clock),
            **assigned,
        )

    def _unavailable(
        self,
        outcome: Outcome,
        why: str,
        month: int | None,
        clock: str | None,
        *,
        estimator: str | None = None,
        vcov: str | None = None,
    ) -> Effects:
        """Return the contrasts of an outcome that cannot be known, each with the reason in the place of every number."""
        codes, gone = self.study.arm_codes, Unavailable(why)
        pairs = [(codes[a], codes[c]) for a, c in default_contrasts(codes)]
        numbers = (
            "n_arm", "n_control", "share_arm", "share_control", "mean_arm", "mean_control", "estimate", "std_error", "statistic",
            "df", "p_value", "conf_low", "conf_high",
        )  # fmt: skip
        labels = {k: v for k, v in self._labels(outcome, month, clock).items() if k in ("clock", "month")}
        rows = tuple(
            EffectRow(
                outcome=outcome.name,
                **labels,
                arm=arm,
                control=control,
                estimator=estimator or self.study.design.main,
                vcov=vcov or self.study.design.vcov,
                strata=self.study.design.strata or "",
                note=why,
                **dict.fromkeys(numbers, gone),  # type: ignore[arg-type]
            )
            for arm, control in pairs
        )
        estimand = Estimand(
            outcome=outcome.name,
            contrast=", ".join(f"{a} − {c}" for a, c in pairs) + "; as assigned",
            summary="difference in proportions" if outcome.binary else "difference in means",
            **self._attributes(outcome),
        )
        return Effects(rows=rows, estimand=estimand, conf_level=self.study.study.confidence)

    def _hypotheses(self, groups: Sequence[tuple[str, ...]]) -> dict[str, Any]:
        """Return what the study declared of these subgroups before outcomes were seen, and how many it has in all."""
        declared = [s for s in self.study.subgroups if s.by in groups]
        return {
            "hypotheses": {s.name: s.direction for s in declared if s.direction is not None},
            "prior_evidence": [s.name for s in declared if s.prior_evidence is not None],
            "modifiers": (len(self.study.subgroups) or None) if groups else None,
        }

    def _pooled(self, outcome: str | None, month: int | None, clock: str | None) -> dict[str, Any]:
        """Return the arguments of a question about one regression of all arms."""
        if not self.study.design.strata:
            raise ArgumentError("the study has no strata: one regression of all arms does not mix their effects")
        name = self.study.primary.name if outcome is None else outcome
        declared = self.study.outcome(name)
        return {
            "df": self._columns({name: self.outcome(name, month=month, clock=clock)}),
            "outcome": name,
            "level": self.study.study.confidence,
            **self._labels(declared, month, clock),
            **self._assigned(),
        }

    def _labels(self, outcome: Outcome, month: int | None, clock: str | None) -> dict[str, Any]:
        """Return what a result says of its outcome: clock and month, empty where it has none, and the study's attributes."""
        return {
            "clock": self._clock(clock) if outcome.dated else "",
            "month": self._month(outcome, month) if outcome.dated else None,
            **self._attributes(outcome),
        }


def _groups(by: Sequence[str | tuple[str, ...]] | str | None) -> list[tuple[str, ...]]:
    if by is None:
        return []
    entries = [by] if isinstance(by, str | tuple) else list(by)
    return [(e,) if isinstance(e, str) else tuple(e) for e in entries]
