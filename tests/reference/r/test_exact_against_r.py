"""A person whom a covariate fits exactly, and one whose event it tells, against the fits without her, in R.

exact.json was written by exact.R from the table of exact_people.py, whose digest stands in it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import effektutv as eu

sys.path.insert(0, str(Path(__file__).parent))
import exact_people

REFERENCE = json.loads((Path(__file__).parent / "exact.json").read_text())


def row(outcome: str, estimator: str, vcov: str, dof: str | None = None):
    return eu.itt(
        exact_people.load(), outcome=outcome, arm="arm", control="c", strata="s", covariates=["x"], estimator=estimator,
        vcov=vcov, dof=dof,
    ).rows[0]  # fmt: skip


def test_the_table_is_the_one_r_read():
    assert exact_people.fingerprint() == REFERENCE["meta"]["sha256"]


@pytest.mark.parametrize("estimator", ["fe", "lin"])
def test_leverage_without_weight_is_the_fit_without_her(estimator):
    theirs = REFERENCE[estimator]
    for vcov, error in (("HC2", "hc2"), ("HC3", "hc3")):
        ours = row("y", estimator, vcov)
        assert ours.estimate == pytest.approx(theirs["estimate"], rel=1e-9)
        assert ours.std_error == pytest.approx(theirs[error], rel=1e-9)
        assert "with leverage 1" in ours.note
        assert "sparse" not in ours.note
    assert row("y", estimator, "HC2").df == pytest.approx(theirs["df"], rel=1e-9)
    assert row("y", estimator, "HC2", "residual").df == exact_people.N - 1 - theirs["rank"]


def test_whose_event_a_covariate_tells_contributes_nothing():
    for vcov, error in (("HC0", "hc0"), ("HC2", "hc2")):
        ours = row("event", "logit", vcov)
        assert ours.estimate == pytest.approx(REFERENCE["logit"]["estimate"], rel=1e-8)
        assert ours.std_error == pytest.approx(REFERENCE["logit"][error], rel=1e-8)
        assert "contribute 0" in ours.note
