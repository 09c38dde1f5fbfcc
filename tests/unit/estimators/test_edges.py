"""Small and degenerate samples: a number where there is one, else the reason."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.estimators.design import count_cells, default_contrasts, persons
from effektutv.estimators.regression.least_squares import least_squares
from effektutv.results import EffectRow, Unavailable


def frame(cells: dict[tuple[str, str], list[float]]) -> pd.DataFrame:
    """One row a person from outcomes by (stratum, arm)."""
    return pd.DataFrame([(s, a, y) for (s, a), ys in cells.items() for y in ys], columns=["s", "arm", "y"])


def first(df: pd.DataFrame, **options: object) -> EffectRow:
    return eu.itt(df, **{"outcome": "y", "arm": "arm", "control": "c", **options}).rows[0]


def test_no_variation_in_either_arm():
    row = first(frame({("a", "t"): [1, 1, 1], ("a", "c"): [0, 0, 0]}))
    assert (row.estimate, row.events_arm, row.events_control) == (1.0, 3, 0)
    for value in (row.std_error, row.statistic, row.p_value, row.df, row.conf_low, row.conf_high):
        assert value == Unavailable("no variation in either arm")


@pytest.mark.parametrize("estimator", ["fe", "lin", "blocked"])
def test_no_variation_whatever_the_estimator(estimator):
    df = frame({("a", "t"): [0.1] * 3, ("a", "c"): [0.1] * 4, ("b", "t"): [0.1] * 3, ("b", "c"): [0.1] * 2})
    row = first(df, strata="s", estimator=estimator)
    assert (row.estimate, row.mean_arm, row.share_control) == (0.0, 0.1, 0.1)
    assert row.std_error == row.p_value == Unavailable("no variation in either arm")


def test_no_variation_in_one_arm_is_a_number_with_a_note():
    row = first(frame({("a", "t"): [1, 0, 1, 0], ("a", "c"): [0, 0, 0]}))
    assert row.std_error == pytest.approx(np.sqrt(1 / 3 / 4))
    assert row.note.startswith(
        "no variation in arm c: it adds nothing to the standard error; fewer than 10 persons in t and c"
    )
    assert row.df == pytest.approx(3)


def test_the_note_on_an_arm_without_variation_stands_for_every_estimator():
    df = frame({("a", "t"): [1, 0, 1, 0], ("a", "c"): [0, 0, 0], ("b", "t"): [1, 0], ("b", "c"): [0, 0, 0]})
    for estimator in ("difference", "blocked", "fe", "lin"):
        row = first(df, strata="s", estimator=estimator)
        assert "no variation in arm c" in row.note
        assert row.std_error > 0


def test_one_person_in_an_arm():
    row = first(frame({("a", "t"): [1], ("a", "c"): [0, 1, 2]}))
    assert row.estimate == 0
    assert row.std_error == Unavailable("one person in arm t: no variance")
    assert isinstance(row.p_value, Unavailable)


def test_an_arm_whose_outcomes_are_all_missing():
    df = frame({("a", "t"): [np.nan, np.nan], ("a", "c"): [0, 1, 2]})
    row = first(df)
    assert (row.n_arm, row.n_control) == (0, 3)
    assert row.estimate == Unavailable("no one in arm t has an observed outcome here")
    assert isinstance(row.share_arm, Unavailable)
    assert row.share_control == 1


def test_no_stratum_with_both_arms():
    row = first(frame({("a", "t"): [1, 0], ("b", "c"): [0, 1]}), strata="s")
    assert row.estimate == Unavailable("no stratum has persons of both t and c")


def test_strata_without_both_arms_are_counted_and_the_population_named():
    df = frame({("a", "t"): [1, 0] * 3, ("a", "c"): [0, 1] * 4, ("b", "c"): [0] * 7})
    effects = eu.itt(df, outcome="y", arm="arm", control="c", strata="s")
    # counts and raw shares are the arm's own, in every contrast alike; the estimate and its df are the stratum's with both
    assert effects.rows[0].n_control == 15
    assert effects.rows[0].share_control == pytest.approx(4 / 15)
    assert effects.rows[0].mean_control == pytest.approx(1 / 2)
    v = np.array([6 / 4 / 5 / 6, 8 / 4 / 7 / 8])
    assert effects.rows[0].df == pytest.approx(v.sum() ** 2 / (v**2 / [5, 7]).sum())
    assert eu.itt(df, outcome="y", arm="arm", control="c", strata="s", dof="residual").rows[0].df == 12
    assert effects.notes[0] == (
        "t − c: 1 stratum of s without both arms left out (7 persons); the effect is that of the 14 persons in the "
        "1 stratum with both"
    )


def test_matched_pairs_have_the_paired_variance():
    """Pairs of equal weight: the pooled variance is that of the mean difference, with pairs − 1 df."""
    rng = np.random.default_rng(0)
    t, c = rng.normal(size=(2, 12))
    df = frame({(str(i), a): [v] for i in range(12) for a, v in (("t", t[i]), ("c", c[i]))})
    row = first(df, strata="s")
    gap = t - c
    assert row.estimate == pytest.approx(gap.mean())
    assert row.std_error == pytest.approx(gap.std(ddof=1) / np.sqrt(12), rel=1e-12)
    assert row.df == 11


def test_two_pairs_leave_no_variance():
    """Each of two pairs holds half the weight: nothing to pool, and no other stratum to take a variance from."""
    df = frame({("a", "t"): [1.0], ("a", "c"): [0.0], ("b", "t"): [3.0], ("b", "c"): [0.5]})
    row = first(df, strata="s")
    assert row.estimate == pytest.approx(1.75)
    assert isinstance(row.std_error, Unavailable)
    assert "too few to pool" in row.std_error.reason


def test_one_small_stratum_takes_the_arms_pooled_variance():
    df = frame({("a", "t"): [0, 1, 1, 4], ("a", "c"): [0, 2, 3], ("b", "t"): [5], ("b", "c"): [1, 2]})
    row = first(df, strata="s")
    w = np.array([0.7, 0.3])
    pooled_t = np.var([0, 1, 1, 4], ddof=1)
    expected = w[0] ** 2 * (pooled_t / 4 + np.var([0, 2, 3], ddof=1) / 3) + w[1] ** 2 * (pooled_t + 0.5 / 2)
    assert row.std_error == pytest.approx(np.sqrt(expected), rel=1e-12)
    assert "single persons take their arm's variance pooled within strata" in row.note


def test_arm_that_a_covariate_determines():
    df = frame({("a", "t"): [1, 2, 3], ("a", "c"): [0, 2, 1]}).assign(x=lambda d: (d["arm"] == "t") * 2.0)
    row = first(df, covariates=["x"], estimator="fe")
    assert row.estimate == Unavailable("the arm cannot be told apart from the covariates and strata")


def test_dependent_covariates_are_left_out_and_counted():
    rng = np.random.default_rng(1)
    df = pd.DataFrame({"arm": ["t", "c"] * 20, "y": rng.normal(size=40), "x": rng.normal(size=40)})
    df["twice"] = 2 * df["x"] + 1
    row = first(df, covariates=["x", "twice"], estimator="fe")
    assert row.note == "columns left out because they depend on the others: 1"
    assert row.estimate == pytest.approx(first(df, covariates=["x"], estimator="fe").estimate, rel=1e-10)
    assert first(df, covariates=["x", "twice"], estimator="fe", dof="residual").df == 37


def test_more_parameters_than_persons():
    rng = np.random.default_rng(1)
    df = pd.DataFrame({"arm": ["t", "c"] * 3, "y": rng.normal(size=6)})
    names = [f"x{j}" for j in range(8)]
    df[names] = rng.normal(size=(6, 8))
    row = first(df, covariates=names, estimator="fe")
    assert isinstance(row.std_error, Unavailable)
    assert isinstance(row.p_value, Unavailable)


def test_least_squares_against_dummies():
    rng = np.random.default_rng(2)
    group = np.repeat([0, 1, 2], [10, 12, 9])
    target, main = rng.integers(0, 2, 31).astype(float), rng.normal(size=(31, 2))
    y = rng.normal(size=31) + group
    fit = least_squares(y, target, main, np.empty((31, 0)), group, 3)
    X = np.column_stack([np.eye(3)[group], main, target])
    hat = X @ np.linalg.pinv(X)
    beta = np.linalg.lstsq(X, y, rcond=None)[0]
    assert not isinstance(fit, Unavailable)
    assert fit.coefficient == pytest.approx(beta[-1], rel=1e-10)
    np.testing.assert_allclose(fit.intercepts, beta[:3], rtol=1e-10)
    np.testing.assert_allclose(fit.leverage, np.diag(hat), rtol=1e-10)
    np.testing.assert_allclose(fit.residuals, y - X @ beta, atol=1e-12)
    assert fit.influence @ y == pytest.approx(beta[-1], rel=1e-10)
    assert fit.rank == 6


@pytest.fixture
def grouped() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    n = 600
    df = pd.DataFrame(
        {
            "s": rng.choice(["a", "b", "d"], n),
            "arm": rng.choice(["t", "c"], n),
            "kon": rng.choice(["kvinna", "man"], n),
            "dv": rng.choice(["nej", "ja", "okänt"], n),
        }
    )
    df["y"] = (rng.random(n) < 0.3 + 0.1 * (df["kon"] == "man")).astype(int)
    return df


def test_levels_in_declared_order_and_the_interaction_after_them(grouped):
    options = {"outcome": "y", "arm": "arm", "control": "c", "by": "kon", "levels": {"kon": ["man", "kvinna"]}}
    effects = eu.itt(grouped, **options)
    assert [(r.subgroup, r.level) for r in effects.rows] == [
        ("", ""),
        ("kon", "man"),
        ("kon", "kvinna"),
        ("kon", ("man", "kvinna")),
    ]
    _, man, kvinna, interaction = effects.rows
    assert interaction.estimate == pytest.approx(kvinna.estimate - man.estimate, abs=1e-15)
    assert interaction.std_error == pytest.approx(np.hypot(man.std_error, kvinna.std_error))
    assert isinstance(interaction.mean_arm, Unavailable)
    assert interaction.n_arm == man.n_arm + kvinna.n_arm


def test_interaction_weights_strata_alike_in_both_levels(grouped):
    """Levels with a different mix of strata but the same effects within strata: no interaction."""
    cells = {}
    for level, sizes in (("x", (40, 4)), ("z", (4, 40))):
        for s, n, effect in zip("ab", sizes, (1.0, 5.0), strict=True):
            for arm in "tc":
                cells[level, s, arm] = [effect * (arm == "t") + d for d in (-0.5, 0.5)] * (n // 2)
    df = pd.DataFrame([(g, s, a, y) for (g, s, a), ys in cells.items() for y in ys], columns=["g", "s", "arm", "y"])
    effects = eu.itt(df, outcome="y", arm="arm", control="c", strata="s", by="g")
    _, x, z, interaction = effects.rows
    assert z.estimate - x.estimate == pytest.approx(5 - 4 / 11 - (1 + 4 / 11), abs=1e-12)
    assert interaction.estimate == pytest.approx(0, abs=1e-12)
    lin = eu.itt(df, outcome="y", arm="arm", control="c", strata="s", by="g", estimator="lin").rows[-1]
    assert lin.estimate == pytest.approx(0, abs=1e-12)


def test_more_than_two_levels_have_a_joint_row_without_a_single_difference(grouped):
    effects = eu.itt(grouped, outcome="y", arm="arm", control="c", by="dv")
    joint = effects.rows[-1]
    assert joint.kind == "joint"
    assert isinstance(joint.estimate, Unavailable)
    assert joint.df == 2
    assert 0 < joint.p_value < 1
    tau = np.array([r.estimate for r in effects.rows[1:-1]])
    v = np.array([r.std_error for r in effects.rows[1:-1]]) ** 2
    contrast = np.array([[-1, 1, 0], [-1, 0, 1]])
    gap = contrast @ tau
    assert joint.statistic == pytest.approx(gap @ np.linalg.solve(contrast @ np.diag(v) @ contrast.T, gap))


def test_a_tuple_is_a_cross(grouped):
    effects = eu.itt(grouped, outcome="y", arm="arm", control="c", by=["kon", ("kon", "dv")])
    assert [r.level for r in effects.rows if r.subgroup == ("kon", "dv")] == [
        ("kvinna", "ja"),
        ("kvinna", "nej"),
        ("kvinna", "okänt"),
        ("man", "ja"),
        ("man", "nej"),
        ("man", "okänt"),
        "",
    ]
    alone = eu.itt(grouped, outcome="y", arm="arm", control="c", by=("kon", "dv"))
    assert alone.rows[1:] == effects.rows[4:]


def test_a_declared_level_that_no_one_has(grouped):
    options = {"outcome": "y", "arm": "arm", "control": "c", "by": "kon"}
    effects = eu.itt(grouped, **options, levels={"kon": ["kvinna", "man", "annat"]})
    empty, interaction = effects.rows[-2:]
    assert (empty.n_arm, empty.n_control) == (0, 0)
    assert isinstance(empty.estimate, Unavailable)
    assert isinstance(interaction.statistic, Unavailable)


def test_missing_level_is_left_out_and_counted(grouped):
    grouped.loc[:9, "kon"] = None
    effects = eu.itt(grouped, outcome="y", arm="arm", control="c", by="kon")
    assert sum(r.n_arm + r.n_control for r in effects.rows[1:3]) == 590
    assert "kon: 10 persons with no level left out of its rows" in effects.notes


def test_missing_covariate_stands_as_its_own_row_and_no_one_is_dropped():
    rng = np.random.default_rng(4)
    df = pd.DataFrame({"arm": ["t", "c"] * 50, "x": rng.normal(size=100), "k": rng.choice(["p", "q"], 100)})
    df.loc[:6, "x"] = np.nan
    result = eu.balance(df, arm="arm", control="c", covariates=["x", "k"])
    assert [(r.covariate, r.level, r.kind) for r in result.rows] == [
        ("x", "", "continuous"),
        ("x", "missing", "missing"),
        ("k", "p", "category"),
        ("k", "q", "category"),
    ]
    assert result.rows[0].n_arm + result.rows[0].n_missing_arm == 50
    assert result.omnibus.df == 3
    assert result.notes == ("x: 7 persons with no value",)


def test_stratum_weighted_smd_by_hand():
    df = frame({("a", "t"): [1, 2, 3], ("a", "c"): [2, 4], ("b", "t"): [7], ("b", "c"): [4, 6, 5, 5]})
    row = eu.balance(df, arm="arm", control="c", covariates=["y"], strata="s").rows[0]
    weighted = (5 * (2 - 3) + 5 * (7 - 5)) / 10
    t, c = df.query("arm == 't'")["y"], df.query("arm == 'c'")["y"]
    assert row.smd_weighted == pytest.approx(weighted / np.sqrt((t.var() + c.var()) / 2))


def test_profile_interval_is_the_t_interval():
    df = frame({("a", "t"): [1, 0, 1, 1, 0], ("a", "c"): [0, 0, 0]})
    rows = {r.arm: r for r in eu.profile(df, outcomes={0: "y"}, arm="arm", control="c", name="y").rows}
    half = 2.7764451051977987 * np.sqrt(0.3 / 5)
    assert rows["t"].conf_high - rows["t"].share == pytest.approx(half, rel=1e-10)
    assert (rows["t"].n, rows["t"].events) == (5, 3)
    assert rows["c"].std_error == 0
    assert rows["c"].conf_low == Unavailable("no variation in the arm")


def test_small_helpers():
    assert default_contrasts(("a", "b", "c", "d")) == ((1, 0), (2, 0), (3, 0), (1, 2), (1, 3), (2, 3))
    assert [persons(n) for n in (0, 1, 4, 5)] == [
        "0 persons",
        "fewer than 5 persons",
        "fewer than 5 persons",
        "5 persons",
    ]
    assert callable(count_cells)
