"""Participant flow: who left at which stage and why; the counts must add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from effektutv.results.flow import Flow, FlowStage

from .linkage import Linked

__all__ = ["participant_flow"]


def participant_flow(linked: Linked, observed: NDArray[np.bool_] | None) -> Flow:
    """Return the flow from those asked to those in the main analysis.

    Parameters
    ----------
    linked : Linked
        The participants and the counts before randomisation.
    observed : ndarray of bool, shape (n,), or None
        Whether the main outcome can be known at its month; ``None`` where the registers for it are absent.

    Raises
    ------
    ArgumentError
        If the stages do not add up.
    """
    arm = linked.people["arm"]
    stages = [
        FlowStage(name="asked", n=linked.asked, excluded=0, reason=""),
        FlowStage(name="consented", n=linked.consented, excluded=linked.asked - linked.consented, reason="declined"),
        FlowStage(
            name="randomised",
            n=linked.randomised,
            excluded=linked.consented - linked.randomised,
            reason="not_randomised",
            by_arm=_by_arm(arm, np.ones(len(arm), dtype=bool)),
        ),
    ]
    if observed is not None:
        followed = int(observed.sum())
        stages.append(
            FlowStage(
                name="analysed",
                n=followed,
                excluded=linked.randomised - followed,
                reason="follow_up_incomplete",
                by_arm=_by_arm(arm, observed),
            )
        )
    return Flow(rows=tuple(stages))


def _by_arm(arm: pd.Series, inside: NDArray[np.bool_]) -> dict[str, int]:
    return {str(code): int((inside & (arm == code).to_numpy()).sum()) for code in arm.cat.categories}
