"""Survey outcomes: response and the effects among those who answered."""

from __future__ import annotations

from dataclasses import dataclass

from .bounds import Bounds
from .effects import Effects

__all__ = ["SurveyOutcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyOutcome:
    """One item of one survey wave: who responded, the effect among respondents, weighted, and bounds on it.

    Parameters
    ----------
    outcome : str
        The outcome's name in the study.
    wave : int
    response : Effects
        Response as a 0/1 outcome: shares by arm and their differences. Its rows' ``outcome`` is ``response:OUTCOME``.
    observed : Effects
        The outcome among respondents, as they are; its note says that respondents are compared.
    weighted : Effects
        The same, respondents weighted by the inverse of their probability of response.
    bounds : tuple of Bounds
        Lee's bounds and worst-case bounds.
    """

    outcome: str
    wave: int
    response: Effects
    observed: Effects
    weighted: Effects
    bounds: tuple[Bounds, ...]
