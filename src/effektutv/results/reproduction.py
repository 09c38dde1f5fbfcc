"""A run held against published figures, figure by figure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from effektutv.values import Statistic, Status, Unavailable

from .names import Name
from .tabular import Tabular

__all__ = ["Reproduction", "ReproductionRow", "Verdict"]

_NONE = Unavailable("no number was published")


class Verdict(StrEnum):
    """What the comparison of one published figure with a run says.

    ``match``: the run's number, rounded as printed, is the printed one. ``differs``: it is not. ``not contradicted`` and
    ``contradicted``: of a claim without a number, whether the run's interval leaves it room; room is never a match.
    ``conflict``: the sources disagree, and the run's number, where it has one, is one of theirs. ``not comparable``: the run
    has no such number that may be shown. ``not published``: nothing to compare with.
    """

    MATCH = "match"
    DIFFERS = "differs"
    NOT_CONTRADICTED = "not contradicted"
    CONTRADICTED = "contradicted"
    CONFLICT = "conflict"
    NOT_COMPARABLE = "not comparable"
    NOT_PUBLISHED = "not published"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReproductionRow:
    """One published figure, or one contrast that a published claim speaks of.

    Parameters
    ----------
    figure : str
        Its key in the file of published figures.
    label : str
        What it is, in words.
    arm, control, subgroup, level : str
        What of the run it was held against; empty where that says nothing. Of a cross the last two are tuples.
    published : float or the reason why there is none
        As printed, in the run's unit (a share is 0.26, not 26).
    rounding : float or the reason why there is none
        The unit of the last printed digit.
    also_published : float or the reason why there is none
        What another source prints, where the sources disagree.
    claim : str
        What was published in words, where no number was.
    ours : float or the reason why there is none
        The run's protected number: for a claim, the effect.
    conf_low, conf_high : float or the reason why there is none
        For a claim, the interval that decides.
    difference : float or the reason why there is none
        ``ours`` − ``published``.
    verdict : Verdict
    reason : str
        Why, where the verdict does not say it all.
    source : str
        Where it was published.
    """

    figure: str
    label: str
    arm: str = ""
    control: str = ""
    subgroup: Name = field(default="", metadata={"name": True})
    level: Name = field(default="", metadata={"name": True})
    published: Statistic = _NONE
    rounding: Statistic = _NONE
    also_published: Statistic = _NONE
    claim: str = ""
    ours: Statistic = Unavailable("the run has no such number")
    conf_low: Statistic = Unavailable("not a claim")
    conf_high: Statistic = Unavailable("not a claim")
    difference: Statistic = Unavailable("no two numbers to compare")
    verdict: Verdict
    reason: str = ""
    source: str
    status: Status = Status.RELEASED


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reproduction(Tabular):
    """A run held against published figures.

    Parameters
    ----------
    rows : tuple of ReproductionRow
        In the order of the file of published figures.
    study : str
        The study's name.
    report : str
        What the figures were published in.
    synthetic : bool
        Whether the run's data are made up: the comparison then proves the machine, not the trial.
    """

    rows: tuple[ReproductionRow, ...]
    study: str
    report: str
    synthetic: bool

    @property
    def agrees(self) -> bool:
        """Whether nothing differs and no claim is contradicted."""
        return not any(r.verdict in (Verdict.DIFFERS, Verdict.CONTRADICTED) for r in self.rows)

    @classmethod
    def _row_type(cls) -> type[ReproductionRow]:
        return ReproductionRow
