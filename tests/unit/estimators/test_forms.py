"""The quadratic forms and the cell statistics are the estimators' own estimate and variance."""

from __future__ import annotations

import numpy as np
import pytest

from effektutv.estimators.design import Design, Estimator, observe
from effektutv.estimators.effects import fit_contrast
from effektutv.estimators.options import parse_spec
from effektutv.estimators.randomization.cell_statistics import CellSums, Form, cell_statistics, form_of

SPECS = [("difference", "HC2"), ("blocked", "HC2"), *(("fe", v) for v in ("classical", "HC0", "HC1", "HC2", "HC3"))]


def small_trial(seed: int):
    rng = np.random.default_rng(seed)
    strata, n = int(rng.integers(1, 6)), int(rng.integers(6, 60))
    y = rng.normal(size=n) + 5 if rng.random() < 0.5 else rng.integers(0, 2, n).astype(float)
    design = Design(
        arm=rng.integers(0, 3, n),
        stratum=rng.integers(0, strata, n),
        X=np.empty((n, 0)),
        arms=("c", "t", "u"),
        n_strata=strata,
        strata="s",
    )
    return design, y


@pytest.mark.parametrize(("estimator", "vcov"), SPECS)
def test_forms_and_cells_agree_with_the_estimators(estimator, vcov):
    spec = parse_spec(estimator=estimator, vcov=vcov, weights="all", level=0.95, stratified=True, adjusted=False)
    compared = undefined = 0
    for seed in range(400):
        design, y = small_trial(seed)
        pooled = spec.estimator is Estimator.DIFFERENCE
        stratum = np.zeros_like(design.stratum) if pooled else design.stratum
        strata = 1 if pooled else design.n_strata
        fit = fit_contrast(observe(design, y)[0], spec, 1, 0)
        if not isinstance(fit.estimate, float) or fit.variance == 0:
            continue
        pair = design.arm < 2
        mean = np.bincount(stratum[pair], weights=y[pair], minlength=strata)
        mean /= np.maximum(np.bincount(stratum[pair], minlength=strata), 1)
        centred = y - mean[stratum]

        def cell(code: int, columns, stratum=stratum, strata=strata, arm=design.arm) -> CellSums:
            sums = [np.bincount(stratum[arm == code], weights=c[arm == code], minlength=strata) for c in columns]
            return CellSums(*(s[:, None] for s in sums))

        columns = (np.ones_like(y), centred, centred**2)
        arm, control = cell(1, columns), cell(0, columns)
        size = np.bincount(stratum, minlength=strata).astype(float)
        estimate, variance = cell_statistics(spec, arm, control, size[:, None])
        assert estimate[0] == pytest.approx(fit.estimate, rel=1e-10, abs=1e-12)
        kept = np.flatnonzero((arm.n[:, 0] > 0) & (control.n[:, 0] > 0))
        form = form_of(spec, arm.n[kept, 0], control.n[kept, 0], size[kept])
        if not isinstance(fit.variance, float):
            assert np.isnan(variance[0])
            assert not isinstance(form, Form)
            undefined += 1
            continue
        assert variance[0] == pytest.approx(fit.variance, rel=1e-9, abs=1e-13)
        assert isinstance(form, Form)
        t, q, Q = arm.t[kept], arm.q[kept], (arm.q + control.q)[kept, 0]
        assert form.estimate(t)[0] == pytest.approx(fit.estimate, rel=1e-10, abs=1e-12)
        assert form.variance(t, q, Q)[0] == pytest.approx(fit.variance, rel=1e-9, abs=1e-13)
        compared += 1
    assert compared > 250
    if vcov in ("HC2", "HC3") and estimator == "fe":
        assert undefined > 5, "leverage 1 must be among the cases"
