"""Figures as printed in the literature, within their printed rounding, on public data.

LaLonde (1986), "Evaluating the econometric evaluations of training programs", AER 76: 886 (the pooled
error of these data is 472). Dehejia and Wahba (1999), "Causal effects in nonexperimental studies", JASA 94: 1,794 (633), with
pooled variance; the HC2 errors 488 and 671 are those of later textbooks. Elmunzer et al. (2012), NEJM 366 (INDO): 27/295,
52/307.
"""

from __future__ import annotations

import pytest
import trials

import effektutv as eu


@pytest.mark.parametrize(
    ("trial", "unit", "effect", "pooled", "hc2"),
    [("nsw722", 1, 886, 472, 488), ("nsw445", 1000, 1794, 633, 671)],
)
def test_national_supported_work(trial, unit, effect, pooled, hc2):
    df = trials.load(trial)
    row = eu.itt(df, outcome="re78", arm="arm", control="control").rows[0]
    assert round(row.estimate * unit) == effect
    assert round(row.std_error * unit) == hc2
    row = eu.itt(df, outcome="re78", arm="arm", control="control", estimator="fe", vcov="classical").rows[0]
    assert round(row.estimate * unit) == effect
    assert round(row.std_error * unit) == pooled


def test_indo():
    row = eu.itt(trials.load("indo"), outcome="y", arm="arm", control="placebo").rows[0]
    assert (row.events_arm, row.n_arm, row.events_control, row.n_control) == (27, 295, 52, 307)
    assert round(row.share_arm, 3) == 0.092
    assert round(row.share_control, 3) == 0.169
