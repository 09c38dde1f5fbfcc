"""The effect of the programme received."""

from __future__ import annotations

from typing import Any

from effektutv.api.compliance import cace
from effektutv.errors import ArgumentError
from effektutv.results.compliance import ComplierEffects
from effektutv.results.names import Own

from .base import Participants

__all__ = ["Receipts"]


class Receipts(Participants):
    """Receipt of programmes."""

    @property
    def knows_receipt(self) -> bool:
        """Whether the study says, and the delivery tells, who received the programme of each arm but the comparison arm."""
        return all(code in self._cohort.received for code in self.study.arm_codes[1:])

    def compliance(
        self,
        outcome: str | None = None,
        *,
        month: int | None = None,
        clock: str | None = None,
        vcov: str | None = None,
    ) -> ComplierEffects:
        """Return the effect of receiving one's own programme, each arm against the comparison arm, and who received what.

        Receipt is what the study declares as ``received`` of each arm. The effect is refused where receipt of a third
        programme differs between the two arms by more than the design's ``receipt_tolerance``: the assignment then acts
        through that programme too. The comparison arm's own programme is what the other is compared with; where the study
        says who received it, it stands in the table of receipt, and a note says where many received neither.

        Parameters
        ----------
        outcome : str, optional
            The outcome's name; the primary one where not given.
        month, clock : optional
            As in :meth:`outcome`.
        vcov : str, optional
            The study's where not given, HC2 for a study with clusters; see :func:`effektutv.cace`.

        Returns
        -------
        ComplierEffects

        Raises
        ------
        ArgumentError
            If the study is of a plain table, or an arm other than the comparison arm does not say what receipt is.
        """
        received = self._cohort.received
        lacking = [code for code in self.study.arm_codes[1:] if code not in received]
        sources = {a.code: a.received.source for a in self.study.arms if a.received is not None}
        gone = [
            f"{c}: {self._cohort.lacking[s]}" for c, s in sources.items() if s in self._cohort.lacking and c in lacking
        ]
        if gone:
            raise ArgumentError(f"who received a programme cannot be known: {'; '.join(gone)}; order the column")
        if lacking:
            raise ArgumentError(
                f"the study does not say who received the programme of {', '.join(lacking)}: give received in [[arms]], "
                'e.g. received = { source = "start" } (a study from registers)'
            )
        name = self.study.primary.name if outcome is None else outcome
        declared = self.study.outcome(name)
        y = self.outcome(name, month=month, clock=clock)
        design = self.study.design
        told = [code for code in self.study.arm_codes if code in received]
        columns: dict[str, Any] = {Own(f"received:{code}"): received[code].astype(float) for code in told}
        assigned = {**self._assigned(), **self._attributes(declared)}
        return cace(
            self._columns({name: y, **columns}),
            outcome=name,
            treatment={code: Own(f"received:{code}") for code in told},
            assignment=assigned.pop("arm"),
            vcov=vcov or ("HC2" if design.vcov == "CR2" else design.vcov),
            tolerance=design.receipt_tolerance,
            level=self.study.study.confidence,
            clock=self._clock(clock) if declared.dated else "",
            month=self._month(declared, month) if declared.dated else None,
            **assigned,
        )
