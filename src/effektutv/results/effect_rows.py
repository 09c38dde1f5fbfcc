"""One row per contrast: in everyone, in a level of a subgroup, or comparing its levels."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from effektutv.values import Count, Statistic, Status, Unavailable

from .names import Name

__all__ = ["EffectRow", "RowKind"]


class RowKind(StrEnum):
    """What a row of effects is about: everyone, one level of a subgroup, or a comparison of its levels.

    ``interaction``: one contrast of the levels' effects, the second less the first, or in a cross of two by two the
    difference of differences. ``joint``: a test that all levels' effects are equal, with more than two levels.
    """

    EFFECT = "effect"
    LEVEL = "level"
    INTERACTION = "interaction"
    JOINT = "joint"

    @property
    def compares(self) -> bool:
        """Whether the row compares levels, and holds no persons of its own."""
        return self in (RowKind.INTERACTION, RowKind.JOINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRow:
    """One contrast of two arms for one outcome in one group. Shares and effects are proportions (0.08, not 8).

    ``subgroup`` and ``level`` are the characteristic's name and the level's; of a cross the tuples of its parts', and both
    empty for everyone. ``level`` of an interaction holds the levels that it compares, in their order, each as in its own
    row; of a joint test, which is of all levels, it is empty. Tables write a tuple as a JSON list.

    ``events_arm`` and ``events_control`` are the counts behind the shares of a 0/1 outcome; disclosure control reads
    them, and they are not part of the released table.
    """

    outcome: str
    clock: str = ""
    month: int | None = None
    arm: str
    control: str
    subgroup: Name = field(default="", metadata={"name": True})
    level: Name = field(default="", metadata={"name": True})
    kind: RowKind = RowKind.EFFECT
    n_arm: Count
    n_control: Count
    share_arm: Statistic
    share_control: Statistic
    mean_arm: Statistic
    mean_control: Statistic
    estimate: Statistic
    std_error: Statistic
    statistic: Statistic
    df: Statistic
    p_value: Statistic
    conf_low: Statistic
    conf_high: Statistic
    p_randomization: Statistic = Unavailable("no randomisation test was asked for")
    p_adjusted: Statistic = Unavailable("no family was declared")
    family: str = ""
    estimator: str
    vcov: str
    strata: str = ""
    status: Status = Status.UNCHECKED
    note: str = ""
    events_arm: Count = field(default=Unavailable("not a 0/1 outcome"), metadata={"internal": True})
    events_control: Count = field(default=Unavailable("not a 0/1 outcome"), metadata={"internal": True})
