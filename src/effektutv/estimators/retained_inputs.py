"""What an estimate was made from, kept beside it so that its tests can be drawn again. It never leaves the process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.results.names import Name

from .design import Design, Estimator, FloatArray, Spec, Vcov
from .randomization.refit_inputs import by_arm_probability
from .regression.design_matrix import RegressionMatrix, regression_matrix
from .subgroups import Subgroup

__all__ = ["CLUSTERED", "Source", "source_of"]

#: Why clustered variances are not drawn again.
CLUSTERED = (
    "clustered (CR2) variances are not drawn again: a cluster such as the provider comes with the arm, and nobody knows which "
    "one a person would have had in the other; persons were assigned one by one, so that without cluster the test by drawing "
    "them again is valid however outcomes go together"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Source:
    """Design, outcomes and subgroups behind a table of effects.

    Parameters
    ----------
    design : Design
        With covariates and known probabilities where the estimator needs them.
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

    @property
    def refitted(self) -> bool:
        """Whether the estimator is fitted again in each draw, being no function of the arms' sums."""
        plain = self.spec.estimator in (Estimator.DIFFERENCE, Estimator.BLOCKED, Estimator.FE)
        return not plain or self.design.X.shape[1] > 0

    def regression(self, outcome: str, pair: tuple[str, str], group: Name = "", level: Name = "") -> RegressionMatrix:
        """Return one contrast's estimate as a regression; see
        :func:`effektutv.estimators.regression.design_matrix.regression_matrix`.
        """
        if self.refused:
            raise ArgumentError(f"these effects keep no data to fit a model to: {self.refused}")
        return regression_matrix(self.design, self.outcomes[outcome], self.subgroups, self.spec, pair, group, level)


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
    refused = ""
    if spec.vcov is Vcov.CR2:
        refused = CLUSTERED
    elif isinstance(why := by_arm_probability(design), str):
        refused = f"{why}, so that they are not drawn again"
    if not refused:
        return Source(design=replace(design, cluster=None), outcomes=outcomes, subgroups=subgroups, spec=spec)
    no_one = np.zeros(design.arm.size, dtype=bool)
    bare = replace(design, X=np.empty((design.arm.size, 0)), covariates=(), cluster=None, probability=None)
    return Source(design=bare.take(no_one), outcomes={}, subgroups=(), spec=spec, refused=refused)
