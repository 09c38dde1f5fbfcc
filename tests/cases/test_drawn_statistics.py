"""The statistic that a drawn test starts from is the row's of `itt`, and no third arm's outcome has a part in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.estimators.multiplicity.hypothesis import Hypothesis
from effektutv.estimators.multiplicity.redraw_cells import pairwise_statistics
from effektutv.estimators.multiplicity.resample_cells import bootstrap_statistics
from effektutv.results import kept

ARMS = ("FS", "SE", "CM")
HOW = {
    "difference": {"estimator": "difference"},
    "blocked": {"strata": "s"},
    "blocked, of the pair": {"strata": "s", "weights": "pair"},
    "fe": {"strata": "s", "estimator": "fe"},
    "lin": {"strata": "s", "covariates": ["x"]},
    "lin, no strata": {"covariates": ["x"]},
    "fe, covariate": {"strata": "s", "estimator": "fe", "covariates": ["x"]},
    "logit": {"strata": "s", "estimator": "logit", "covariates": ["x"]},
    "ipw": {"strata": "s", "estimator": "ipw"},
}
EACH = pytest.mark.parametrize("how", HOW.values(), ids=HOW)
BASE = {"arm": "arm", "control": "FS", "arms": ARMS, "contrasts": [("SE", "FS")]}


def trial(single: int = 0, missing: float = 0.2, seed: int = 4) -> pd.DataFrame:
    """Four strata with every arm, and ``single`` more with one SE person each; outcomes are missing by stratum."""
    rng = np.random.default_rng(seed)
    cells = [(8, 7, 6), (5, 9, 6), (10, 6, 4), (7, 7, 9)] + [(3, 1, 2)] * single
    rows = [(s, a) for s, n in enumerate(cells) for a, k in zip(ARMS, n, strict=True) for _ in range(k)]
    df = pd.DataFrame(rows, columns=["s", "arm"])
    df["x"] = rng.normal(size=len(df))
    df["y"] = (rng.random(len(df)) < 0.3 + 0.1 * (df["s"] % 3)).astype(float)
    df.loc[(rng.random(len(df)) < missing * (1 + df["s"] % 2)) & (df["s"] < 4), "y"] = np.nan
    return df


@EACH
@pytest.mark.parametrize("single", [0, 2, 5])
def test_the_statistic_is_the_rows(how, single):
    """ST01's neighbours: weights of everyone randomised, pooled or plug-in variance, missing outcomes and single persons."""
    df = trial(single)
    row = eu.itt(df, outcome="y", **BASE, **how).rows[0]
    drawn = eu.randomization_test(df, outcome="y", draws=20, level=None, **BASE, **how).rows[0]
    if isinstance(row.statistic, float):
        assert drawn.estimate == row.estimate
        assert drawn.std_error == pytest.approx(row.std_error, rel=1e-9)
        if how != HOW["difference"] and how != HOW["ipw"]:  # whose mean over draws is not 0 where shares differ
            assert drawn.statistic == pytest.approx(row.statistic, rel=1e-8)
    else:
        assert not isinstance(drawn.p_randomization, float)


@EACH
@pytest.mark.parametrize("single", [0, 5])
def test_the_families_statistics_are_the_rows(how, single):
    df = trial(single)
    df["g"] = np.arange(len(df)) % 2
    effects = eu.itt(df, outcome="y", by="g", **BASE, **how)
    known = [r for r in effects.rows if isinstance(r.statistic, float)]
    source = kept(effects)
    everyone, code = np.ones(len(df), dtype=bool), df["g"].to_numpy()
    levels = {"effect": (everyone,), "0": (code == 0,), "1": (code == 1,), "interaction": (code == 0, code == 1)}
    tests = [
        Hypothesis(outcome="y", contrast=(1, 0), levels=levels[str(r.level) if r.kind == "level" else r.kind])
        for r in known
    ]
    expected = [r.statistic for r in known]
    assert len(expected) >= 1
    assert bootstrap_statistics(source, tests, 1, 1).observed == pytest.approx(expected, rel=1e-8)
    if how not in (HOW["difference"], HOW["ipw"]):
        observed, _ = pairwise_statistics(source, tests, None, 1, 1)
        assert observed == pytest.approx(expected, rel=1e-8)


def without_third(df: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same trial with CM's outcomes blank in a stratum, and turned round everywhere."""
    blank = df.assign(y=df["y"].where((df["arm"] != "CM") | (df["s"] != 1)))
    return blank, df.assign(y=df["y"].where(df["arm"] != "CM", 1 - df["y"]))


def both_drawn(df: pd.DataFrame, other: pd.DataFrame, how: dict) -> list:
    return [eu.randomization_test(d, outcome="y", draws=150, level=0.8, **BASE, **how).rows[0] for d in (df, other)]


@EACH
def test_a_third_arms_outcomes_have_no_part(how):
    """ST06: blanking CM's outcomes moves neither the statistic nor any drawn p of SE − FS."""
    df = trial(2)
    for other in without_third(df):
        ours, theirs = both_drawn(df, other, how)
        assert theirs.statistic == pytest.approx(ours.statistic, rel=1e-9)
        assert theirs.p_randomization == ours.p_randomization
        assert theirs.conf_low == ours.conf_low


def test_a_third_arm_has_no_part_in_the_sparse_form_with_own_slopes():
    """ST06: single persons, and enough of others for a slope of each arm's own; and without single persons."""
    df = trial(2)
    assert "sparse" not in eu.itt(trial(0), outcome="y", **BASE, **HOW["lin"]).rows[0].note
    for other in without_third(trial(0)):
        row, again = (eu.itt(d, outcome="y", **BASE, **HOW["lin"]).rows[0] for d in (trial(0), other))
        assert (again.estimate, again.std_error, again.df) == (row.estimate, row.std_error, row.df)
    for other in without_third(df):
        row, again = (eu.itt(d, outcome="y", **BASE, **HOW["lin"]).rows[0] for d in (df, other))
        assert "slopes of each arm's own" in row.note
        assert (again.estimate, again.std_error, again.df) == (row.estimate, row.std_error, row.df)
        ours, theirs = both_drawn(df, other, HOW["lin"])
        assert theirs.statistic == pytest.approx(ours.statistic, rel=1e-9)
        assert theirs.p_randomization == ours.p_randomization


def test_a_third_arm_moves_the_common_slope_and_nothing_else():
    """ST06: too few persons for own slopes, so that one is estimated from all arms: the estimate moves by that slope alone."""
    df = trial(5, missing=0).groupby(["s", "arm"]).head(3).reset_index(drop=True)

    def slope(d: pd.DataFrame) -> float:
        known = d.dropna(subset=["y"])
        x, y = (known[c] - known.groupby(["s", "arm"])[c].transform("mean") for c in ("x", "y"))
        return float(x @ y) / float(x @ x)

    known = df.dropna(subset=["y"])
    means = known.groupby(["s", "arm"])["x"].mean().unstack()
    share = df.groupby("s").size() / len(df)
    apart = float(share @ (means["SE"] - means["FS"]))
    for other in without_third(df):
        row, again = (eu.itt(d, outcome="y", **BASE, **HOW["lin"]).rows[0] for d in (df, other))
        assert "one slope for all arms" in row.note
        moved = -apart * (slope(other) - slope(df))
        assert abs(moved) > 1e-4
        assert again.estimate - row.estimate == pytest.approx(moved, rel=1e-9)


@pytest.mark.parametrize("how", [HOW["fe"], HOW["blocked, of the pair"], HOW["difference"]], ids=str)
def test_a_third_arm_twice_changes_nothing_where_it_has_no_weight(how):
    df = trial(2)
    twice = pd.concat([df, df[df["arm"] == "CM"]], ignore_index=True)
    ours, theirs = (
        eu.randomization_test(d, outcome="y", draws=150, level=0.8, **BASE, **how).rows[0] for d in (df, twice)
    )
    assert (theirs.statistic, theirs.p_randomization) == (ours.statistic, ours.p_randomization)
