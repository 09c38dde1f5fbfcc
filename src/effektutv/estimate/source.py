"""What an estimate was made from, kept beside it so that its tests can be drawn again. It never leaves the process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .design import Design, FloatArray, Spec
from .subgroups import Subgroup

__all__ = ["Source"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Source:
    """Design, outcomes and subgroups behind a table of effects.

    Parameters
    ----------
    design : Design
    outcomes : mapping of str to (n,) array of float
        By name; NaN where missing.
    subgroups : tuple of Subgroup
    spec : Spec
    """

    design: Design
    outcomes: Mapping[str, FloatArray]
    subgroups: tuple[Subgroup, ...]
    spec: Spec
