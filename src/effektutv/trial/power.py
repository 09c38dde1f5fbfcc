"""What the trial could detect."""

from __future__ import annotations

from dataclasses import replace

from effektutv.errors import ArgumentError
from effektutv.estimators.power import power, power_curve
from effektutv.results.power import Power, PowerRow
from effektutv.study import Plan

from .base import Participants

__all__ = ["Detectable"]

#: Persons an arm, a step of the curve of minimum detectable effects.
_STEP = 50
_PLANNED = "the comparison arm's share is the plan's, {:g}, in every contrast"


class Detectable(Participants):
    """Power, from what was planned."""

    def power(self) -> Power:
        """Return the minimum detectable effect of every contrast, by itself and in the family of all contrasts.

        From the arms' sizes as randomised and the study's ``[plan]``: two-sided, normal, unpooled; in the family of k
        contrasts each is tested at alpha/k.

        Returns
        -------
        Power
            Two rows a contrast, with the arms' names: ``family`` 1, then k.

        Raises
        ------
        ArgumentError
            If the study has no plan.
        """
        plan = self._plan()
        sizes = self._cohort.people["arm"].value_counts()
        codes = self.study.arm_codes
        # the contrasts' order is that of the effects: each against the comparison arm, then each against every later arm
        pairs = [(a, codes[0]) for a in codes[1:]]
        pairs += [(a, b) for i, a in enumerate(codes[1:], start=1) for b in codes[i + 1 :]]
        rows: list[PowerRow] = []
        for arm, control in pairs:
            n, n_control = int(sizes[arm]), int(sizes[control])
            for family in sorted({1, len(pairs)}):
                found = power(
                    n_per_arm=n,
                    baseline=plan.baseline,
                    power=plan.power,
                    alpha=plan.alpha,
                    family=family,
                    ratio=n_control / n,
                )
                rows += [replace(row, arm=arm, control=control) for row in found.rows]
        return Power(rows=tuple(rows), notes=(_PLANNED.format(plan.baseline),))

    def power_curve(self) -> Power:
        """Return minimum detectable effects over numbers of persons an arm: the data of a curve.

        Of the plan alone, two arms of the same size, up to twice the largest arm randomised; by itself and in the family of
        all contrasts.

        Returns
        -------
        Power
            A row a family and number of persons, in steps of 50.

        Raises
        ------
        ArgumentError
            If the study has no plan.
        """
        plan = self._plan()
        largest = int(self._cohort.people["arm"].value_counts().max())
        k = len(self.study.arm_codes)
        # to the next hundred, so that the curve's end tells no arm's size
        end = max(4 * _STEP, -(-2 * largest // 100) * 100)
        found = power_curve(
            range(_STEP, end + 1, _STEP),
            baseline=plan.baseline,
            power=plan.power,
            alpha=plan.alpha,
            families=sorted({1, k * (k - 1) // 2}),
        )
        return replace(found, notes=(*found.notes, _PLANNED.format(plan.baseline)))

    def _plan(self) -> Plan:
        """Return the plan, whose baseline is of the primary outcome."""
        plan = self.study.plan
        if plan is None:
            raise ArgumentError("the study has no plan: give [plan] with baseline, the comparison arm's expected share")
        if plan.outcome not in (None, self.study.primary.name):
            raise ArgumentError(
                f"the study's plan is of {plan.outcome!r}, and the primary outcome is {self.study.primary.name!r}: give [plan] "
                f"with the baseline of the primary outcome"
            )
        return plan
