r"""The exact null distribution of a 0/1 outcome's events in an arm: no draws, no approximation.

Under the sharp null the K_s events of stratum s are where they are whoever is drawn, so the arm's a_s is hypergeometric:
n₁ₛ drawn from n_s persons. The strata are drawn independently: Σ a_s has the convolution of their distributions. With
fixed numbers per stratum and arm the `fe` estimate is (Σ a_s − E Σ a_s)/Σ n₁ₛn₀ₛ/n_s, so that its test is the exact
Cochran–Mantel–Haenszel test; the plain difference in means is a rising function of Σ a_s, too (without strata: Fisher's
exact test).

Two-sided p-values: by distance, P(\|Σa − E Σa\| ≥ \|observed − E Σa\|), or by probability, the sum over every value that
is no more probable than the observed one (Fisher's convention; R's `fisher.test` and `mantelhaen.test(exact = TRUE)`).

Exact tests are of the sharp null (no effect on anyone) and not studentised: see Wu and Ding (2021, doi
10.1080/01621459.2020.1750415) for what that means for the weak one. Probabilities come from logarithms of factorials,
and a convolution of them is a sum of products: nothing is subtracted, so that a p-value of 1e-200 has its digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .draws import hypergeometric

if TYPE_CHECKING:
    from ..design import FloatArray, IntArray

__all__ = ["Margins", "null_distribution", "p_exact"]

#: Probabilities closer than this are equal, as in R's exact tests.
_TIE = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Margins:
    """The fixed numbers of a stratified 2 × 2 table: (S,) arrays of int.

    Parameters
    ----------
    n1, n0 : (S,) arrays of int
        Persons in the arm and in the control.
    events : (S,) array of int
        Persons of both arms with the event.
    """

    n1: IntArray
    n0: IntArray
    events: IntArray

    @property
    def mean(self) -> float:
        """Expected events in the arm under the null."""
        return float((self.events * (self.n1 / (self.n1 + self.n0))).sum())


def null_distribution(margins: Margins) -> tuple[IntArray, FloatArray]:
    """Return the numbers of events that the arm can have and their probabilities under the null."""
    low = np.maximum(0, margins.events - margins.n0)
    high = np.minimum(margins.n1, margins.events)
    each = hypergeometric(margins.n1, margins.events, margins.n1 + margins.n0 - margins.events, int(high.max()) + 1)
    total = np.ones(1)
    # Small supports first: the convolutions stay short for longer.
    for s in np.argsort(high - low, kind="stable"):
        total = np.convolve(total, each[s, low[s] : high[s] + 1])
    return int(low.sum()) + np.arange(total.size), total / total.sum()


def p_exact(margins: Margins, observed: int, alternative: str = "two-sided", rule: str = "distance") -> float:
    """Return the exact p-value of the events observed in the arm.

    Parameters
    ----------
    margins : Margins
    observed : int
        Events in the arm.
    alternative : {"two-sided", "greater", "less"}
    rule : {"distance", "probability"}
        What counts as no less extreme than the observed value in a two-sided test.
    """
    values, probability = null_distribution(margins)
    if alternative == "greater":
        extreme = values >= observed
    elif alternative == "less":
        extreme = values <= observed
    elif rule == "probability":
        extreme = probability <= probability[values == observed] * (1 + _TIE)
    else:
        gap = np.abs(values - margins.mean)
        extreme = gap >= abs(observed - margins.mean) - 1e-9 * max(1.0, margins.mean)
    # Smallest first, so that the sum of a far tail keeps its digits.
    return min(float(np.sort(probability[extreme]).sum()), 1.0)
