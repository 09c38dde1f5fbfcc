"""Draws in which outcomes are missing and cells have one person: each is the ordinary estimator's, all arms decide the form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from effektutv.estimators.design import Design, observe
from effektutv.estimators.effects import fit_contrast
from effektutv.estimators.options import parse_spec
from effektutv.estimators.randomization.refit import refit
from effektutv.estimators.randomization.refit_inputs import Draw, People


@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize(
    ("n", "strata", "p", "weights", "estimator"),
    [
        (60, 8, 2, "all", "lin"),
        (90, 30, 2, "all", "lin"),
        (40, 8, 0, "pair", "lin"),
        (120, 5, 2, "all", "lin"),
        (120, 6, 1, "all", "logit"),
        (120, 6, 0, "all", "ipw"),
    ],
)
def test_every_draw_is_the_ordinary_estimator_s(n, strata, p, weights, estimator, missing):
    rng = np.random.default_rng(n + strata)
    stratum = np.sort(np.concatenate([np.arange(strata), rng.choice(strata, n - strata)]))
    arm, X = rng.choice(3, n, p=[0.4, 0.3, 0.3]), rng.normal(size=(n, p))
    y = (rng.random(n) < 0.4).astype(float) if estimator == "logit" else rng.normal(size=n) + X.sum(axis=1)
    y[rng.random(n) < missing] = np.nan
    seen = ~np.isnan(y)
    design = Design(arm=arm, stratum=stratum, X=X, arms=("a", "b", "c"), n_strata=strata, strata="s")
    spec = parse_spec(estimator=estimator, vcov=None, weights=weights, level=0.95, stratified=True, adjusted=bool(p))
    people, kept = People.of(design.take(seen), y[seen], np.ones(int(seen.sum()), dtype=bool), design.take(~seen))
    unseen = np.flatnonzero(~seen)[kept]
    rows = [np.flatnonzero(stratum == s) for s in range(strata)]
    codes = np.stack([np.concatenate([rng.permutation(arm[r]) for r in rows]) for _ in range(12)])
    inside, everyone, beyond = codes[:, seen], np.ones((1, int(seen.sum()))), np.ones((1, unseen.size))
    first, second = (inside == 1).astype(float), (inside == 0).astype(float)
    size = people.sums(everyone) + people.unseen_sums(beyond) if weights == "all" else people.sums(first + second)
    draw = Draw(
        arm=first, control=second, everyone=everyone, unseen=beyond, pair=(1, 0), codes=inside,
        size=np.broadcast_to(size, (12, people.n_strata)), unseen_codes=codes[:, unseen],
    )  # fmt: skip
    estimate, variance = refit(people, spec, draw)
    for b, code in enumerate(codes):
        sample, _ = observe(replace(design, arm=code), y)
        fit = fit_contrast(sample, spec, 1, 0)
        theirs = [v if isinstance(v, float) else np.nan for v in (fit.estimate, fit.variance)]
        assert estimate[b] == pytest.approx(theirs[0], rel=1e-7, abs=1e-10, nan_ok=True)
        assert variance[b] == pytest.approx(theirs[1], rel=1e-7, abs=1e-13, nan_ok=True)
