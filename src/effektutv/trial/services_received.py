"""Questions about what each arm received, and about who reached the age at which the benefit ends."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from effektutv.cohort.month_masks import day_k
from effektutv.errors import ArgumentError
from effektutv.results.services_received import ALL_ACTORS, HoursRow, Received, ShareRow, Shares
from effektutv.values import Unavailable

from .base import Participants

__all__ = ["Deliveries"]

_NO_MONTHS = Unavailable("everybody was randomised after the interventions had ended")
_NO_HOURS = Unavailable("nobody has hours")
_NOBODY = Unavailable("nobody is followed that long")
#: The items of delivery in the table's order; those without a month of their own.
_ITEMS = ("sius", "programme", "decision_support", "decision_subsidised", "dropped_out")
_UNDATED = ("sius", "dropped_out")


class Deliveries(Participants):
    """What the arms received, so that a reader knows what the effect is an effect of."""

    def received(self) -> Received:
        """Return what each arm received: hours by actor, programmes and decisions, drop-outs.

        A SIUS consultant is told of where an arm's ``received`` is one.

        Everyone assigned to the arm counts, whether they started or not. Hours are those of the calendar months from
        randomisation's own to the month of the main outcome, and not beyond the interventions' end. A person counts for an item
        at most once.

        Returns
        -------
        Received
            Means are hours a person assigned; shares are of everyone assigned.

        Raises
        ------
        ArgumentError
            If the study is of a plain table, which does not say what anyone was given.
        """
        if not self.from_registers:
            raise ArgumentError("a study of a plain table does not say what anyone received")
        delivery = self._cohort.delivery
        arm = self._cohort.people["arm"].to_numpy()
        rows: list[HoursRow] = []
        counted = self._months_counted(delivery.month)
        for code in self.study.arm_codes:
            hours = {actor: h[arm == code] for actor, h in delivery.hours.items()}
            if hours:
                hours[ALL_ACTORS] = np.sum(list(hours.values()), axis=0)
            months = int(counted[arm == code].sum())
            rows += [_hours_row(code, actor, delivery.month, h, months) for actor, h in hours.items()]
        given = {key: (got, None if key == "sius" else delivery.month) for key, got in delivery.given.items()}
        given["dropped_out"] = (self._cohort.people["dropped_out"].notna().to_numpy(), None)
        reasons = {k: v for k, v in delivery.unknown.items() if k != "hours"}
        if (why := self._cohort.lacking.get("dropped_out")) is not None:
            del given["dropped_out"]
            reasons["dropped_out"] = why
        if (why := delivery.unknown.get("hours")) is not None:
            rows = [self._no_hours(code, delivery.month, why) for code in self.study.arm_codes]
        shares = [r for item, (got, month) in given.items() for r in self._shares(item, month, got)]
        for item, why in reasons.items():
            shares += self._no_shares(item, None if item in _UNDATED else delivery.month, why)
        order = list(_ITEMS)
        shares.sort(key=lambda r: order.index(r.item))
        return Received(rows=tuple(rows), shares=Shares(rows=tuple(shares)))

    def turned_thirty(self, *, month: int | None = None, clock: str | None = None) -> Shares:
        """Return how many of each arm turn the age at which the benefit ends, 30 in the first trial, by a month.

        The age is the study file's ``ends_at_age`` in ``[benefit]``; the row's item is ``turned_`` and the age.
        The registers have the year of birth, not the day: who turns 30 in the calendar year of the month's day counts.

        Parameters
        ----------
        month : int, optional
            The month of the study's outcome with ``state = "benefit"`` where not given.
        clock : {"randomisation", "start"}, optional
            What months are counted from; the study's clock where not given.

        Returns
        -------
        Shares
            One row an arm; persons whose year of birth is not known are left out of ``n``.

        Raises
        ------
        ArgumentError
            If the study has no outcome on the benefit, no covariate with ``measure = "age"``, or no ``[benefit]``.
        """
        benefit = self._of_state("benefit")
        ages = [c.name for c in self.study.covariates if c.measure == "age"]
        if not ages:
            raise ArgumentError('the study has no covariate with measure = "age": nobody\'s year of birth is known')
        if self.study.benefit is None:
            raise ArgumentError(
                "the study does not say at which age the benefit ends: give [benefit] with name and ends_at_age"
            )
        ends = self.study.benefit.ends_at_age
        people, k = self._cohort.people, self._month(benefit, month)
        zero = people["randomised" if self._clock(clock) == "randomisation" else "start_clock"]
        day = day_k(zero.to_numpy().astype("datetime64[D]"), k)
        years = day.astype("datetime64[Y]").astype(int) + 1970 - people["randomised"].dt.year.to_numpy()
        # age is counted in calendar years at randomisation
        age = self._cohort.baseline[ages[0]].to_numpy(dtype=float) + years
        return Shares(rows=tuple(self._shares(f"turned_{ends}", k, age >= ends, known=np.isfinite(age))))

    def _months_counted(self, month: int) -> NDArray[np.int64]:
        """Return each participant's calendar months whose hours count: to a month, and not beyond the interventions' end."""
        ends = [self.study.time_zero.interventions_end]
        if "tidredovisning" in self.study.registers:
            ends.append(self.study.registers["tidredovisning"].cutoff)
        day = self._cohort.people["randomised"].dt
        first = (day.year * 12 + day.month).to_numpy(dtype=np.int64)
        counted = np.full(first.shape, month + 1, dtype=np.int64)
        for end in ends:
            if end is not None:
                counted = np.minimum(counted, np.maximum(end.year * 12 + end.month - first + 1, 0))
        return counted

    def _no_hours(self, arm: str, month: int, why: str) -> HoursRow:
        """Return an arm's hours where the reports do not tell them."""
        gone, n = Unavailable(why), int((self._cohort.people["arm"] == arm).sum())
        return HoursRow(
            arm=arm, actor=ALL_ACTORS, month=month, n=n, persons=gone, share=gone, mean=gone, mean_month=gone
        )

    def _no_shares(self, item: str, month: int | None, why: str) -> Iterator[ShareRow]:
        """Return an item of every arm where the delivery does not tell who had it."""
        gone = Unavailable(why)
        for code in self.study.arm_codes:
            n = int((self._cohort.people["arm"] == code).sum())
            yield ShareRow(arm=code, item=item, month=month, n=n, persons=gone, share=gone)

    def _shares(
        self, item: str, month: int | None, got: NDArray[np.bool_], *, known: NDArray[np.bool_] | None = None
    ) -> Iterator[ShareRow]:
        arm = self._cohort.people["arm"].to_numpy()
        for code in self.study.arm_codes:
            inside = (arm == code) if known is None else (arm == code) & known
            n, persons = int(inside.sum()), int(got[inside].sum())
            yield ShareRow(
                arm=code, item=item, month=month, n=n, persons=persons, share=persons / n if n else _NOBODY
            )  # fmt: skip


def _hours_row(arm: str, actor: str, month: int, hours: NDArray[np.float64], months: int) -> HoursRow:
    """Return one arm's hours of one actor.

    Parameters
    ----------
    arm, actor : str
    month : int
    hours : ndarray of float, shape (n of the arm,)
        Of everyone assigned.
    months : int
        Calendar months that count, summed over them.
    """
    n, persons = int(hours.size), int(np.count_nonzero(hours > 0))
    ordered = np.sort(hours)
    # from the smallest up, so that the order of the rows changes no digit
    total = float(np.sum(ordered))
    return HoursRow(
        arm=arm,
        actor=actor,
        month=month,
        n=n,
        persons=persons,
        share=persons / n,
        mean=total / n,
        mean_month=total / months if months else _NO_MONTHS,
        largest=float(ordered[-1] / total) if total > 0 else _NO_HOURS,
        second=float(ordered[-2] / total) if total > 0 and n > 1 else _NO_HOURS,
    )
