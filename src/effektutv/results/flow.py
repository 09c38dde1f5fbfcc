"""Participant flow: exclusions by stage, which must add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from effektutv.errors import ArgumentError
from effektutv.values import Count, Status

from .tabular import Tabular, plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Flow", "FlowStage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStage:
    """One stage of the participant flow: how many came in, how many left and why, how many went on.

    Parameters
    ----------
    name : str
        The stage's key, e.g. ``"randomised"``.
    n : int
        Persons who remain after the stage.
    excluded : int
        Persons who left at the stage.
    reason : str
        Why they left: a key, not a display text; empty where nobody can leave.
    by_arm : mapping of str to int
        Persons who remain by arm, empty before randomisation.
    """

    name: str
    n: Count
    excluded: Count
    reason: str
    by_arm: Mapping[str, Count] = field(default_factory=dict)
    status: Status = Status.UNCHECKED


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Flow(Tabular):
    """Participant flow: exclusions by stage, which must add up.

    Raises
    ------
    ArgumentError
        If a stage's persons and exclusions do not add up to the stage before, or its arms to its persons.
    """

    rows: tuple[FlowStage, ...]

    def __post_init__(self) -> None:
        for before, stage in zip(self.rows, self.rows[1:], strict=False):
            counts = (before.n, stage.n, stage.excluded)
            # a suppressed count cannot be added; disclosure control only takes counts away, it never changes one
            if all(isinstance(c, int) for c in counts) and stage.n + stage.excluded != before.n:  # type: ignore[operator]
                raise ArgumentError(f"participant flow: stage {stage.name!r} does not add up with {before.name!r}")
        for stage in self.rows:
            known = [c for c in stage.by_arm.values() if isinstance(c, int)]
            if known and len(known) == len(stage.by_arm) and isinstance(stage.n, int) and sum(known) != stage.n:
                raise ArgumentError(f"participant flow: the arms of stage {stage.name!r} do not add up to the stage")

    @classmethod
    def _row_type(cls) -> type[FlowStage]:
        return FlowStage

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return one dictionary a stage and arm; the row with an empty arm is the stage's total."""
        out: list[dict[str, Any]] = []
        for stage in self.rows:
            first = {"stage": stage.name, "arm": "", "n": plain(stage.n), "excluded": plain(stage.excluded)}
            out.append({**first, "reason": stage.reason, "status": str(stage.status)})
            out.extend(
                {
                    "stage": stage.name,
                    "arm": arm,
                    "n": plain(n),
                    "excluded": None,
                    "reason": "",
                    "status": str(stage.status),
                }
                for arm, n in stage.by_arm.items()
            )
        return out

    def tidy(self) -> pd.DataFrame:
        """Return one row a stage and arm."""
        import pandas as pd

        return pd.DataFrame(self.to_dicts(), columns=["stage", "arm", "n", "excluded", "reason", "status"])

    def plot(self, lang: str = "en", **options: Any) -> Any:
        """Return the participant flow as a diagram (matplotlib figure).

        Parameters
        ----------
        lang : {"en", "sv"}
            Language of every word in the figure.
        **options
            Passed to :func:`effektutv.plots.consort_flow.flow`.
        """
        from effektutv.plots.consort_flow import flow
        from effektutv.plots.options import drawn

        return drawn(flow, self.tidy(), options, lang=lang)
