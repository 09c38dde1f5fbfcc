"""The interval of constant shifts that a studentised randomisation test does not reject.

The outcome less a shift of those in the arm is linear in the shift, so that a draw's estimate is linear and its variance
quadratic in it: what is drawn once serves every shift.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from effektutv.values import Statistic, Unavailable

from .draws import BLOCK, Subsets, blocks
from .null_distribution import Options, reached, rounding, studentised

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..design import FloatArray
    from .cell_statistics import Form
    from .pair import Pair

__all__ = ["INTERVAL_DRAWS", "Shifts", "draw_shifts", "interval"]

#: Draws that an interval rests on, at most: what bounds its memory.
INTERVAL_DRAWS = 16 * BLOCK


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Shifts:
    """Of each draw: deviation and variance of the outcome less a shift, as polynomials in the shift."""

    e_y: FloatArray
    e_z: FloatArray
    v_yy: FloatArray
    v_yz: FloatArray
    v_zz: FloatArray
    scale: float
    noise: float

    def statistics(self, shift: float) -> FloatArray:
        """Return (B,) studentised statistics of y − shift·z."""
        variance = self.v_yy - 2 * shift * self.v_yz + shift**2 * self.v_zz
        return studentised(self.e_y - shift * self.e_z, variance, self.scale, self.noise)


def draw_shifts(pair: Pair, form: Form, draws: int, seed: int) -> Shifts:
    """Draw what the inversion needs: sums of the outcome, of the arm as observed, and of their products over those drawn.

    Parameters
    ----------
    pair : Pair
    form : Form
    draws, seed : int
        As for the test itself, whose draws these are unless the outcome is 0/1.
    """
    share = pair.n1 / (pair.n1 + pair.n0)
    z = pair.treated - share[np.repeat(pair.stratum, pair.size)]
    totals = pair.by_stratum(pair.by_group(np.stack([pair.y**2, pair.y * z, z**2])).T).T
    turned = pair.turned
    many = (pair.n0 if turned else pair.n1)[:, None]
    sums = Subsets(pair.size, pair.size - pair.chosen if turned else pair.chosen).prepare(
        np.stack([pair.y, pair.treated, pair.y**2, pair.y * pair.treated])
    )
    share = share[:, None]
    mean_y, sd = pair.null_moments(form)
    mean_z, _ = replace(pair, y=z).null_moments(form)
    found: list[list[FloatArray]] = [[], [], [], [], []]
    for rng, some in blocks(seed, draws):
        t, treated, squares, crossed = (pair.by_stratum(part) for part in sums.draw(rng, some))
        # z is one of two numbers in a stratum, so that its sums and squares follow from how many of the arm are drawn.
        u = treated - many * share
        products = [squares, crossed - share * t, treated * (1 - 2 * share) + many * share**2]
        if turned:
            t, u = -t, -u
            products = [Q[:, None] - q for q, Q in zip(products, totals, strict=True)]
        values = (
            form.estimate(t) - mean_y,
            form.estimate(u) - mean_z,
            form.product(t, t, products[0], totals[0]),
            form.product(t, u, products[1], totals[1]),
            form.product(u, u, products[2], totals[2]),
        )
        for kept, value in zip(found, values, strict=True):
            kept.append(value)
    e_y, e_z, v_yy, v_yz, v_zz = (np.concatenate(part) for part in found)
    return Shifts(e_y=e_y, e_z=e_z, v_yy=v_yy, v_yz=v_yz, v_zz=v_zz, scale=sd, noise=rounding(pair.largest, sd))


def interval(
    pair: Pair, form: Form, options: Options, draws: int, shifts: Shifts | None = None
) -> tuple[Statistic, Statistic]:
    """Return the ends of the interval of shifts that are not rejected, two-sided.

    Parameters
    ----------
    pair : Pair
    form : Form
    options : Options
    draws : int
    shifts : Shifts, optional
        Where they have been drawn already.
    """
    if options.level is None:
        none = Unavailable("no interval was asked for")
        return none, none
    if not options.studentize or options.alternative != "two-sided":
        none = Unavailable("intervals are studentised and two-sided")
        return none, none
    used = min(draws, INTERVAL_DRAWS)
    # 1 − 0.9 is a little less than 0.1 in floats, and a p-value of 0.1 would not be rejected
    alpha = round(1 - options.level, 12)
    if (1 + used) * alpha < 1:
        none = Unavailable(f"{draws} draws are too few for coverage {options.level:g}")
        return none, none
    t, q, Q = pair.observed
    estimate, error = float(form.b @ t), float(np.sqrt(form.variance(t[:, None], q[:, None], Q)[0]))
    mean_y, _ = pair.null_moments(form)
    z = pair.treated - (pair.n1 / (pair.n1 + pair.n0))[np.repeat(pair.stratum, pair.size)]
    mean_z, _ = replace(pair, y=z).null_moments(form)
    if not 1 - mean_z > 1e-9:
        none = Unavailable("the assignment cannot be drawn otherwise")
        return none, none
    if shifts is None:
        shifts = draw_shifts(pair, form, used, options.seed)
    # Where the statistic is 0; for `blocked` and `fe` that is the estimate itself.
    middle = (estimate - mean_y) / (1 - mean_z)

    def rejected(shift: float) -> bool:
        observed = (estimate - mean_y - shift * (1 - mean_z)) / error
        return (1 + reached(shifts.statistics(shift), observed, "two-sided", shifts.noise)) <= alpha * (1 + used)

    return _end(rejected, middle, -error), _end(rejected, middle, error)


def _end(rejected: Callable[[float], bool], start: float, step: float) -> Statistic:
    """Return where shifts begin to be rejected, going from ``start`` by ``step``: to 1e-6 of the step."""
    inside, outside = 0.0, 2.0
    while not rejected(start + outside * step):
        inside, outside = outside, 1.5 * outside
        if outside > 1e4:
            return Unavailable("no shift, however large, is rejected with so few arrangements")
    while outside - inside > 1e-6:
        between = (inside + outside) / 2
        if rejected(start + between * step):
            outside = between
        else:
            inside = between
    return start + outside * step
