"""What an estimate was made from, kept beside it so that its tests can be drawn again. It never leaves the process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from .design import Design, Estimator, FloatArray, Spec, Vcov
from .subgroups import Subgroup

__all__ = ["Source", "source_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Source:
    """Design, outcomes and subgroups behind a table of effects.

    Parameters
    ----------
    design : Design
        Without covariates.
    outcomes : mapping of str to (n,) array of float
        By name; NaN where missing.
    subgroups : tuple of Subgroup
    spec : Spec
    refused : str
        Why these effects are not drawn again, empty if they are. Then no person's data are kept.
    """

    design: Design
    outcomes: Mapping[str, FloatArray]
    subgroups: tuple[Subgroup, ...]
    spec: Spec
    refused: str = ""


def source_of(
    design: Design, outcomes: Mapping[str, FloatArray], subgroups: tuple[Subgroup, ...], spec: Spec
) -> Source:
    """Return the source of effects: nothing that is not needed to draw them again.

    Parameters
    ----------
    design : Design
    outcomes : mapping of str to (n,) array of float
    subgroups : tuple of Subgroup
    spec : Spec
    """
    adjusted = design.X.shape[1] > 0
    bare = replace(design, X=np.empty((design.arm.size, 0)), covariates=(), cluster=None, probability=None)
    plain = spec.estimator in (Estimator.DIFFERENCE, Estimator.BLOCKED, Estimator.FE)
    if plain and not adjusted and spec.vcov is not Vcov.CR2:
        return Source(design=bare, outcomes=outcomes, subgroups=subgroups, spec=spec)
    refused = f"estimator {spec.estimator.value!r}" + (" with covariates" if adjusted else "")
    refused += " with clusters" if spec.vcov is Vcov.CR2 else ""
    no_one = np.zeros(design.arm.size, dtype=bool)
    return Source(design=bare.take(no_one), outcomes={}, subgroups=(), spec=spec, refused=refused)
