"""What an effect is an effect of."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Estimand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimand:
    """What a row of effects is an effect of, in the five attributes of ICH E9(R1).

    Parameters
    ----------
    population : str
        Who the effect is for, e.g. all randomised who consented.
    outcome : str
        The outcome's name.
    contrast : str
        How the arms are compared, e.g. ``"each arm against FS, as assigned"``.
    intercurrent : str
        What is done about death, emigration and missing follow-up.
    summary : str
        The summary measure, e.g. ``"difference in proportions"``.
    """

    population: str
    outcome: str
    contrast: str
    intercurrent: str
    summary: str
