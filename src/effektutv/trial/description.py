"""Questions about who takes part and what is known of them: balance, kinds and sources of work, starts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from effektutv.api.balance import balance
from effektutv.cohort.month_masks import unpack
from effektutv.errors import ArgumentError
from effektutv.results.balance import Balance
from effektutv.results.counts import CountRow, Counts, StartRow, Starts
from effektutv.study import Covariate, Outcome
from effektutv.values import Unavailable

from .base import Participants

__all__ = ["Descriptions"]

#: The exclusive kinds of work, in their order of precedence.
_KINDS = ("work_with_support", "work_other_subsidised", "work_regular")


class Descriptions(Participants):
    """Who takes part, and what the registers know of them."""

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
        found: dict[str, Any] = dict(self._characteristics(names))
        kinds = {}
        for name in names:
            declared = self.study.covariate(name)
            if declared.kind == "categorical" and len(declared.levels) == 2:
                # two levels are one 0/1 row: the share in the second
                second = declared.levels[1].code
                found[name] = (found[name] == second).astype(float).where(found[name].notna())
            kinds[name] = _balance_kind(declared)
        assigned = {k: v for k, v in self._assigned().items() if k in ("arm", "control", "arms", "strata")}
        return balance(
            self._columns(found), covariates=names, kinds=kinds, draws=draws, seed=self.study.study.seed, **assigned
        )

    def kinds(self, *, month: int | None = None, clock: str | None = None) -> Counts:
        """Return the kinds of work by arm: with support, other subsidised, regular; they exclude each other.

        Parameters
        ----------
        month, clock : optional
            As in :meth:`outcome`.
        """
        work = self._of_state("work")
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
        work = self._of_state("work")
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
        gone = Unavailable(why) if (why := self._cohort.lacking.get("start")) is not None else None
        for code in self.study.arm_codes:
            inside = people[people["arm"] == code]
            if gone is not None:
                rows.append(StartRow(arm=code, n=len(inside), started=gone, share=gone, median_delay=gone))
                continue
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


def _balance_kind(covariate: Covariate) -> str:
    if covariate.kind == "categorical":
        return "binary" if len(covariate.levels) == 2 else "category"
    return covariate.kind
