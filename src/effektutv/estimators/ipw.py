r"""Means weighted by the inverse of the probability of the arm assigned, where those probabilities differ.

With weights :math:`w_i = 1/P(\text{arm}_i)` each arm's mean stands for everyone randomised (Hájek 1971):

.. math:: \hat\tau = \frac{\sum_1 w_i y_i}{\sum_1 w_i} - \frac{\sum_0 w_i y_i}{\sum_0 w_i},\qquad
          \hat V = \sum_{k}\sum_{i \in k} \frac{s_i^2 (y_i - \bar y_k)^2}{1 - s_i},\quad s_i = w_i / \textstyle\sum_k w,

the HC2 variance of the weighted regression on the arm (R's ``lm_robust(weights = )``). Each arm's part is a quadratic form of
its errors; were these independent and alike, it would have :math:`\nu_k = (\operatorname{tr} P_k)^2/\operatorname{tr} P_k^2`
degrees of freedom, :math:`P = D^{1/2}(I - 1s')(I - s1')D^{1/2}`, :math:`D = \operatorname{diag}(s^2/(1 - s))`: persons less
one where weights are equal. The two combine by Satterthwaite's rule, :math:`V^2/\sum_k(V_k^2/\nu_k)`.

The probabilities are known from the design, or the shares of the arms within strata: then the estimate is `blocked`'s. The
variance does not know the strata. That is right where every person's arm was drawn by itself, so that the arms' numbers in a
stratum vary: a variance within strata would leave out what that adds. Where the numbers were held fixed the variance is
conservative, never too small, and `blocked` has the sharp one. Clusters are not offered.

Weights are extreme where one person holds more than 5 per cent of an arm's weight and five times an equal share, or where
the effective number :math:`(\sum w)^2/\sum w^2` is below a quarter of the persons: a note then gives the largest share and the
effective number. Weights worth fewer than two persons have no variance.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.values import Statistic, Unavailable

from .bell_mccaffrey import uninformed_note
from .design import Dof, persons, strata_count
from .regression.fit import Fit, describe
from .variation import STILL, exact_fit

if TYPE_CHECKING:
    from .design import BoolArray, Cells, FloatArray, IntArray, Sample

__all__ = [
    "FEWEST",
    "effective_number",
    "known_weights",
    "known_weights_fit",
    "share_weights",
    "share_weights_fit",
    "weight_note",
    "weighted_df",
    "weighted_mean",
    "weighted_scores",
]


#: One person's share of an arm's weight above which it may be extreme, and how many equal shares it must be.
_LARGE, _TIMES = 0.05, 5.0
#: Effective number over persons below which weights are extreme.
_EFFECTIVE = 0.25
#: Effective number below which there is no variance.
FEWEST = 2.0


def effective_number(weight: FloatArray) -> float:
    """Return Kish's effective number of persons.

    Parameters
    ----------
    weight : (n,) array of float
        Not all 0.
    """
    scaled = weight / weight.max()
    return float(scaled.sum()) ** 2 / float(scaled @ scaled)


def weight_note(name: str, weight: FloatArray) -> tuple[str, ...]:
    """Return the note on an arm's extreme weights, if they are so.

    Parameters
    ----------
    name : str
        Of the arm.
    weight : (n,) array of float
        Above 0.
    """
    if weight.size < 2:
        return ()
    largest, effective = float(weight.max() / weight.sum()), effective_number(weight)
    one = largest > _LARGE and largest * weight.size > _TIMES
    if not one and effective >= _EFFECTIVE * weight.size:
        return ()
    said = f"one person holds {100 * largest:.0f} per cent of the weight, effective number of persons {effective:.1f}"
    return (f"arm {name}: {said}",)


def weighted_df(weight: FloatArray) -> float:
    """Return the degrees of freedom of a weighted mean's HC2 variance, as if errors were independent and alike.

    Parameters
    ----------
    weight : (n,) array of float
        Above 0, of two persons or more.

    Examples
    --------
    >>> import numpy as np
    >>> round(weighted_df(np.ones(8)), 12)
    7.0
    """
    s = weight / weight.sum()
    d, total = s**2 / (1 - s), float(s @ s)
    alone, first, second = float(d.sum()), float(d @ s), float(d @ s**2)
    trace = alone - 2 * first + total * alone
    off = (total * alone) ** 2 + 2 * alone * second + 2 * first**2 - 4 * total * alone * first
    return trace**2 / (float(d**2 @ (1 + 2 * (total - 2 * s))) + off)


def weighted_mean(y: FloatArray, weight: FloatArray) -> tuple[float, float | None]:
    """Return a weighted mean and its HC2 variance, or None where the weights are worth fewer than two persons.

    Parameters
    ----------
    y, weight : (n,) arrays of float
        At least one person.
    """
    share = weight / weight.sum()
    mean = float(share @ y)
    slack = 1 - share
    if share.size < 2 or effective_number(weight) < FEWEST * (1 - 1e-9):
        return mean, None
    each = share**2 / slack
    spread, size = float(each @ (y - mean) ** 2), float(each @ y**2)
    return mean, 0.0 if exact_fit(spread, size) else spread


def weighted_scores(sample: Sample, pair: tuple[int, int], weight: FloatArray) -> FloatArray:
    """Return what each person adds to the variance of the difference of the weighted means: squares add up to it.

    Parameters
    ----------
    sample : Sample
    pair : tuple of int
        Codes of (arm, control).
    weight : (n,) array of float
        0 for persons left out.
    """
    out = np.zeros(sample.y.size)
    for k, sign in zip(pair, (1.0, -1.0), strict=True):
        rows = (sample.design.arm == k) & (weight > 0)
        share = weight[rows] / weight[rows].sum()
        mean = float(share @ sample.y[rows])
        # a person who holds all the weight has no deviation, and the mean no variance
        slack = np.maximum(1 - share, 1e-12)
        out[rows] = sign * share / np.sqrt(slack) * (sample.y[rows] - mean)
    return out


def _fit(sample: Sample, cells: Cells, pair: tuple[int, int], weight: FloatArray, note: str, dof: Dof | None) -> Fit:
    """Return the difference of the weighted means; ``weight`` is 0 for persons left out."""
    design = sample.design
    means: list[float] = []
    variances: list[float | None] = []
    counts: list[int] = []
    degrees: list[float] = []
    notes: tuple[str, ...] = (note,)
    for k in pair:
        rows = (design.arm == k) & (weight > 0)
        counts.append(int(rows.sum()))
        notes += weight_note(design.arms[k], weight[rows])
        mean, variance = weighted_mean(sample.y[rows], weight[rows])
        means.append(mean)
        variances.append(variance)
        degrees.append(weighted_df(weight[rows]) if variance is not None else np.nan)
    fit = replace(describe(cells, *pair, sample.binary), means=(means[0], means[1]), notes=notes)
    first, second = variances
    if first is None or second is None:
        at = 0 if first is None else 1
        name = design.arms[pair[at]]
        why = Unavailable(f"one person in arm {name}: no variance")
        if counts[at] > 1:
            why = Unavailable(f"arm {name}: the weights are worth fewer than 2 persons: no variance")
        return replace(fit, variance=why, df=why, notes=(*notes, why.reason), spread=why)
    variance = first + second
    df: Statistic = STILL
    if variance > 0:
        df = variance**2 / (first**2 / degrees[0] + second**2 / degrees[1])
    if dof is Dof.RESIDUAL:
        free = float(sum(counts) - 2)
        fit, df = replace(fit, notes=(*notes, *uninformed_note(free, df))), free
    spread = (first, second, 0.0)
    return replace(fit, variance=variance, df=df, spread=spread, approximate=dof is not Dof.RESIDUAL)


def known_weights_fit(sample: Sample, cells: Cells, pair: tuple[int, int], dof: Dof | None = None) -> Fit:
    """Return the contrast weighted by the known probabilities of the design.

    Parameters
    ----------
    sample : Sample
        Its design holds the probabilities.
    cells : Cells
    pair : tuple of int
        Codes of (arm, control).
    dof : Dof, optional
    """
    note = "weighted by the inverse of the known probabilities of the arms"
    fit = _fit(sample, cells, pair, known_weights(sample, cells, pair), note, dof)
    silent = _silent(cells, pair)
    if not silent.any():
        return fit
    names, both = [sample.design.arms[k] for k in pair], list(pair)
    left, remain = (persons(int(cells.randomised[rows][:, both].sum())) for rows in (silent, ~silent))
    kept = strata_count(int(((cells.n[:, both].sum(axis=1) > 0) & ~silent).sum()))
    lost = (
        f"{names[0]} − {names[1]}: {strata_count(int(silent.sum()))} of {sample.design.strata} without both arms left out "
        f"({left}); the effect is that of the {remain} in the {kept} with both"
    )
    return replace(fit, notes=(lost, *fit.notes))


def known_weights(sample: Sample, cells: Cells, pair: tuple[int, int]) -> FloatArray:
    """Return each person's weight: the inverse of the known probability, times how many such her outcome stands for.

    Within stratum and arm those with a known outcome stand for all who were randomised there, so that a stratum weighs the
    same whoever has an outcome. A stratum in which an arm has persons, but none with an outcome, is left out of both arms.

    Parameters
    ----------
    sample : Sample
        Its design holds the probabilities.
    cells : Cells
        Of all strata.
    pair : tuple of int
        Codes of (arm, control).

    Returns
    -------
    (n,) array of float
        0 for who is left out of the contrast.
    """
    design, arms = sample.design, len(sample.design.arms)
    if design.probability is None or sample.unseen.probability is None:
        raise ValueError("known_weights: the design has no probabilities")
    weight = np.where((design.arm == pair[0]) | (design.arm == pair[1]), 1 / design.probability, 0.0)
    if not sample.n_missing:
        return weight
    cell, size = design.stratum * arms + design.arm, design.n_strata * arms
    known = np.bincount(cell, weights=1 / design.probability, minlength=size)
    others = sample.unseen.stratum * arms + sample.unseen.arm
    unknown = np.bincount(others, weights=1 / sample.unseen.probability, minlength=size)
    stands_for = np.divide(known + unknown, known, out=np.zeros(size), where=known > 0).reshape(-1, arms)
    stands_for[_silent(cells, pair)] = 0.0
    return np.asarray(weight * stands_for[design.stratum, design.arm], dtype=np.float64)


def _silent(cells: Cells, pair: tuple[int, int]) -> BoolArray:
    """Return the strata in which an arm of the contrast has persons, but none with a known outcome."""
    both = list(pair)
    return np.asarray(((cells.n[:, both] == 0) & (cells.randomised[:, both] > 0)).any(axis=1))


def share_weights_fit(
    sample: Sample,
    cells: Cells,
    pair: tuple[int, int],
    kept: IntArray,
    size: FloatArray,
    dof: Dof | None = None,
) -> Fit:
    """Return the contrast weighted by the inverse of the arms' shares within strata.

    Parameters
    ----------
    sample : Sample
    cells : Cells
        Of the strata kept.
    pair : tuple of int
        Codes of (arm, control).
    kept : (m,) array of int
        Codes of the strata with both arms.
    size : (m,) array of float
        Persons that weight them.
    dof : Dof, optional
    """
    weight = share_weights(sample, cells, pair, kept, size)
    note = "weighted by the inverse of the arms' shares within strata"
    return _fit(sample, cells, pair, weight, note, dof)


def share_weights(sample: Sample, cells: Cells, pair: tuple[int, int], kept: IntArray, size: FloatArray) -> FloatArray:
    """Return each person's weight: the stratum's persons over those of her arm in it; 0 outside the contrast.

    Parameters
    ----------
    sample, cells, pair, kept, size
        As in :func:`share_weights_fit`.
    """
    design = sample.design
    table = np.zeros((design.n_strata, len(design.arms)))
    for k in pair:
        table[kept, k] = size / cells.n[:, k]
    return np.asarray(table[design.stratum, design.arm], dtype=np.float64)
