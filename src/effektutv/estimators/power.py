r"""What a trial of two proportions can detect: power, sample size and minimum detectable effect.

With n_1 and n_0 persons, control proportion p_0 and difference δ, the two-sided test at level α without pooling has

.. math:: \text{power} = \Phi(|\delta|/\sigma - z_{1-\alpha/2}) \;(+\;\Phi(-|\delta|/\sigma - z_{1-\alpha/2})),
          \qquad \sigma^2 = \frac{p_1(1-p_1)}{n_1} + \frac{p_0(1-p_0)}{n_0},\; p_1 = p_0 + \delta

(Fleiss, Levin and Paik 2003, ch. 4, without continuity correction). The part in brackets is the chance of a significant
result in the wrong direction; it is left out, as is usual when a sample size is sought. In strata the variance is
:math:`\sigma^2 = \sum_s w_s^2\{\dots\}_s` with the strata's own control proportions. With k contrasts in the family each is
tested at α/k (Bonferroni; Holm rejects at least as often). By simulation each draw makes persons, each with the outcome that
the person would have in either arm (an effect above 0 harms nobody), assigns them with fixed counts in every stratum, and does
the `blocked` estimator's t test on what is then seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from effektutv.errors import ArgumentError
from effektutv.results.power import Power, PowerRow
from effektutv.values import Statistic, Unavailable

from .design import FloatArray, IntArray

__all__ = ["power", "power_curve", "simulated_power"]

FORMULA = "two-sided, normal, unpooled"
SIMULATION = "simulation of the stratified assignment"


def _number(name: str, value: object, low: float, high: float) -> float:
    """Return an argument as a number strictly between two bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not low < float(value) < high:
        bounds = f"between {low:g} and {high:g}" if np.isfinite(high) else f"above {low:g}"
        raise ArgumentError(f"{name}: got {value!r}; give a number {bounds}")
    return float(value)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Plan:
    """Control proportions and shares of the persons by stratum, and the ratio of control to arm."""

    baseline: FloatArray
    share: FloatArray
    ratio: float

    @property
    def control(self) -> float:
        return float(self.share @ self.baseline)

    def unit_error(self, effect: float) -> float:
        """Return σ for one person in the arm."""
        p1 = self.baseline + effect
        return float(np.sqrt(self.share @ (p1 * (1 - p1) + self.baseline * (1 - self.baseline) / self.ratio)))

    def reach(self, sign: float) -> float:
        """Return the largest effect in this direction that keeps every proportion between 0 and 1."""
        return float((1 - self.baseline).min() if sign > 0 else -self.baseline.min())


def _plan(baseline: float | Sequence[float], shares: Sequence[float] | None, ratio: float) -> _Plan:
    """Read strata's control proportions and shares."""
    values = [baseline] if isinstance(baseline, int | float | np.number) else list(baseline)
    proportions = np.array([_number("baseline", b, 0, 1) for b in values])
    if not values:
        raise ArgumentError("baseline: the list is empty; give the control proportion, or one a stratum")
    if shares is None:
        if len(values) > 1:
            raise ArgumentError(f"strata: {len(values)} control proportions need as many shares of the persons")
        weight = np.ones(1)
    else:
        weight = np.array([_number("strata", w, 0, np.inf) for w in shares])
        if weight.size != len(values):
            raise ArgumentError(f"strata: got {weight.size} shares for {len(values)} control proportions; give as many")
        weight = weight / weight.sum()
    return _Plan(baseline=proportions, share=weight, ratio=_number("ratio", ratio, 0, np.inf))


def _detectable(plan: _Plan, n: float, quantiles: float, sign: float) -> Statistic:
    """Return the effect that is quantiles·σ(effect), by bisection: the ratio of effect to σ grows with the effect."""
    far = plan.reach(sign)
    root = float(np.sqrt(n))

    def gap(effect: float) -> float:
        return abs(effect) * root - quantiles * plan.unit_error(effect)

    if gap(far) < 0:
        return Unavailable("no effect within the range of a proportion can be detected with so few persons")
    near, end = 0.0, far
    for _ in range(200):
        middle = (near + end) / 2
        if gap(middle) < 0:
            near = middle
        else:
            end = middle
    return end


def power(
    *,
    n_per_arm: float | None = None,
    effect: float | None = None,
    power: float | None = 0.8,
    baseline: float | Sequence[float],
    alpha: float = 0.05,
    family: int = 1,
    ratio: float = 1.0,
    strata: Sequence[float] | None = None,
    direction: str = "increase",
) -> Power:
    """Return the minimum detectable effect, the sample size or the power of one contrast of two proportions.

    ``n_per_arm`` alone gives the minimum detectable effect at 80 % power (or the power named), ``effect`` alone the
    persons needed, both together the power.

    Parameters
    ----------
    n_per_arm : float, optional
        Persons in the arm.
    effect : float, optional
        Difference in proportions (0.08, not 8).
    power : float, optional
        Chance of a significant result; leave it out where it is to be computed.
    baseline : float or sequence of float
        The control arm's proportion, or one a stratum.
    alpha : float
        Level of the family.
    family : int
        Contrasts tested together: each at alpha/family.
    ratio : float
        Persons in the control arm for each in the arm.
    strata : sequence of float, optional
        Shares of the persons by stratum, where ``baseline`` has several.
    direction : {"increase", "decrease"}
        Of the minimum detectable effect.

    Returns
    -------
    Power
        One row.

    Raises
    ------
    ArgumentError
        If an argument cannot be used.

    Examples
    --------
    >>> round(power(n_per_arm=354, baseline=0.18).rows[0].effect, 3)
    0.087
    """
    plan = _plan(baseline, strata, ratio)
    level = _number("alpha", alpha, 0, 1)
    if isinstance(family, bool) or not isinstance(family, int) or family < 1:
        raise ArgumentError(f"family: got {family!r}; give the number of contrasts tested together, at least 1")
    if direction not in ("increase", "decrease"):
        raise ArgumentError(f"direction: got {direction!r}; choose 'increase' or 'decrease'")
    if n_per_arm is not None and effect is not None and power is not None:
        power = None if power == 0.8 else power  # the default stands for "not given" where both others are
    if sum(v is None for v in (n_per_arm, effect, power)) != 1:
        raise ArgumentError(
            "n_per_arm, effect, power: give n_per_arm or effect with power, or both without it; the third is computed"
        )
    n = None if n_per_arm is None else _number("n_per_arm", n_per_arm, 1, np.inf)
    delta = None if effect is None else _effect(plan, effect)
    target = None if power is None else _number("power", power, level, 1)
    return _solve(plan, n, delta, target, level, family, 1.0 if direction == "increase" else -1.0)


def _effect(plan: _Plan, effect: float) -> float:
    value = _number("effect", effect, -1, 1)
    if value == 0:
        raise ArgumentError("effect: got 0; give the difference to be detected")
    if not plan.reach(-1) < value < plan.reach(1):
        raise ArgumentError(f"effect: got {effect!r}, which takes a proportion out of 0 to 1; give a smaller one")
    return value


def _solve(
    plan: _Plan,
    n: float | None,
    delta: float | None,
    target: float | None,
    level: float,
    family: int,
    sign: float,
) -> Power:
    """Compute the one of n, effect and power that is None."""
    z = float(ndtri(1 - level / family / 2))
    found: dict[str, Statistic] = {}
    solved = "power"
    if target is not None:
        quantiles = z + float(ndtri(target))
        if n is None and delta is not None:
            solved, n = "n_per_arm", float(np.ceil((quantiles * plan.unit_error(delta) / delta) ** 2 - 1e-9))
        elif n is not None:
            solved, found["effect"] = "effect", _detectable(plan, n, quantiles, sign)
        found["power"] = target
    elif n is not None and delta is not None:
        found["power"] = float(ndtr(abs(delta) * np.sqrt(n) / plan.unit_error(delta) - z))
    size = found.get("effect", delta if delta is not None else Unavailable("not asked for"))
    persons = n if n is not None else Unavailable("not asked for")
    error: Statistic = Unavailable("no effect")
    if isinstance(size, float) and isinstance(persons, float):
        error = plan.unit_error(size) / float(np.sqrt(persons))
    row = PowerRow(
        n_arm=persons,
        n_control=float(np.ceil(persons * plan.ratio - 1e-9)) if isinstance(persons, float) else persons,
        baseline=plan.control,
        effect=size,
        alpha=level,
        alpha_each=level / family,
        family=family,
        power=found["power"],
        solved=solved,
        method=FORMULA,
        std_error=error,
    )
    return Power(rows=(row,))


def power_curve(
    n_per_arm: Sequence[float],
    *,
    baseline: float | Sequence[float],
    power: float = 0.8,
    alpha: float = 0.05,
    families: Sequence[int] = (1,),
    ratio: float = 1.0,
    strata: Sequence[float] | None = None,
) -> Power:
    """Return minimum detectable effects over a range of sample sizes and families: the data of a curve.

    Parameters
    ----------
    n_per_arm : sequence of float
    baseline, power, alpha, ratio, strata
        As in :func:`power`.
    families : sequence of int
        Contrasts tested together, one curve each.
    """
    rows: list[PowerRow] = []
    for family in families:
        for n in n_per_arm:
            rows += _curve_point(n, baseline, power, alpha, family, ratio, strata)
    return Power(rows=tuple(rows))


def _curve_point(
    n: float,
    baseline: float | Sequence[float],
    target: float,
    alpha: float,
    family: int,
    ratio: float,
    strata: Sequence[float] | None,
) -> tuple[PowerRow, ...]:
    return power(
        n_per_arm=n, power=target, baseline=baseline, alpha=alpha, family=family, ratio=ratio, strata=strata
    ).rows


def _assigned_events(
    rng: np.random.Generator, n: IntArray, p0: FloatArray, difference: float, shape: tuple[int, int]
) -> tuple[IntArray, IntArray]:
    """Return events of (arm, control) by draw and stratum: persons are made, then assigned with fixed counts.

    In each stratum some have the outcome whatever their arm, some in one of the arms alone (which, the effect's sign says), and
    the others never; how many of each the arm gets of all is hypergeometric.
    """
    both, moved = np.minimum(p0, p0 + difference), abs(difference)
    everyone = np.broadcast_to(n.sum(axis=1), shape)
    always = rng.binomial(everyone, both)
    movers = rng.binomial(everyone - always, np.clip(moved / np.maximum(1 - both, moved or 1.0), 0.0, 1.0))
    first = np.broadcast_to(n[:, 0], shape)
    always_arm = rng.hypergeometric(always, everyone - always, first)
    movers_arm = rng.hypergeometric(movers, everyone - always - movers, first - always_arm)
    if difference >= 0:
        return always_arm + movers_arm, always - always_arm
    return always_arm, always - always_arm + movers - movers_arm


def simulated_power(
    counts: Sequence[tuple[int, int]],
    *,
    baseline: float | Sequence[float],
    effect: float,
    alpha: float = 0.05,
    family: int = 1,
    draws: int = 10_000,
    seed: int = 1,
) -> Power:
    """Return the power of the stratum-weighted difference by simulation of persons and their assignment with fixed counts.

    Parameters
    ----------
    counts : sequence of (int, int)
        Persons in (arm, control) by stratum, at least two each.
    baseline : float or sequence of float
        Control proportion, or one a stratum.
    effect : float
        Difference in proportions in every stratum; 0 gives the size of the test.
    alpha, family
        As in :func:`power`.
    draws : int
    seed : int

    Returns
    -------
    Power
        One row, with its Monte Carlo error.
    """
    n = np.array(counts, dtype=float)
    if n.ndim != 2 or n.shape[1] != 2 or n.min(initial=0 if n.size == 0 else np.inf) < 2:
        raise ArgumentError("counts: give (arm, control) persons a stratum, at least two of each")
    if isinstance(draws, bool) or not isinstance(draws, int) or draws < 100:
        raise ArgumentError(f"draws: got {draws!r}; give a whole number of at least 100")
    difference = _number("effect", effect, -1, 1)
    proportions = [baseline] if isinstance(baseline, int | float | np.number) else list(baseline)
    if len(proportions) not in (1, n.shape[0]):
        raise ArgumentError(
            f"baseline: got {len(proportions)} proportions for {n.shape[0]} strata; give one, or as many"
        )
    p0 = np.broadcast_to([_number("baseline", b, 0, 1) for b in proportions], (n.shape[0],))
    p1 = p0 + difference
    if p1.min() < 0 or p1.max() > 1:
        raise ArgumentError("baseline, effect: a proportion leaves 0 to 1; give a smaller effect")
    level = _number("alpha", alpha, 0, 1)
    rng = np.random.default_rng(np.random.SeedSequence(seed))
    shape = (draws, n.shape[0])
    events = _assigned_events(rng, n.astype(np.int64), p0, difference, shape)
    a, c = events[0] / n[:, 0], events[1] / n[:, 1]
    weight = n.sum(axis=1) / n.sum()
    estimate = (a - c) @ weight
    parts = np.concatenate([weight**2 * a * (1 - a) / (n[:, 0] - 1), weight**2 * c * (1 - c) / (n[:, 1] - 1)], axis=1)
    variance = parts.sum(axis=1)
    # Satterthwaite's degrees of freedom over the cells, as the estimator has them
    free = np.concatenate([n[:, 0], n[:, 1]]) - 1
    spread = (parts**2 / free).sum(axis=1)
    df = np.divide(variance**2, spread, out=np.ones_like(variance), where=spread > 0)
    critical = stdtrit(df, 1 - level / family / 2)
    # no variation in either arm of any stratum: there is no test, hence no rejection
    hits = np.abs(estimate) > critical * np.sqrt(variance)
    share = float(hits[variance > 0].sum()) / draws
    row = PowerRow(
        n_arm=float(n[:, 0].sum()),
        n_control=float(n[:, 1].sum()),
        baseline=float(weight @ p0),
        effect=difference,
        alpha=level,
        alpha_each=level / family,
        family=family,
        power=share,
        solved="power",
        method=SIMULATION,
        std_error=float(np.sqrt(variance.mean())),
        monte_carlo_error=float(np.sqrt(share * (1 - share) / draws)),
    )
    return Power(rows=(row,), notes=(f"{draws} draws, seed {seed}",))
