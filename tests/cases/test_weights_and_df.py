"""Weights of those randomised, degrees of freedom of thin cells, and one form of `lin` for all contrasts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.errors import ArgumentError
from effektutv.results import Unavailable

ALL = [("SE", "FS"), ("CM", "FS"), ("SE", "CM")]


def gaps() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Two equal strata with effects .3 and 0; without half of the second's outcomes; without those of a third arm."""
    rows = [
        (s, a, float(i % 10 < round(10 * (0.2 + (effect if a == "SE" else 0)))))
        for s, effect in ((0, 0.3), (1, 0))
        for a in ("FS", "SE", "CM")
        for i in range(200)
    ]
    d = pd.DataFrame(rows, columns=["s", "arm", "y"])
    nth = d.groupby(["s", "arm"]).cumcount()
    half = d.assign(y=d.y.where(~((d.s == 1) & (nth // 10 % 2 == 1))))
    third = d.assign(y=d.y.where(~((d.arm == "CM") & (d.s == 1) & (nth < 190))))
    return d, half, third


OPTIONS = {"outcome": "y", "arm": "arm", "control": "FS", "strata": "s", "contrasts": [("SE", "FS")]}


@pytest.mark.parametrize("estimator", ["blocked", "lin", "ipw"])
def test_gaps_move_no_stratum_weight(estimator):
    """ST05: half of one stratum lacks the outcome, in every arm alike. ST06: only a third arm does. 0.15 throughout."""
    for d in gaps():
        assert eu.itt(d, estimator=estimator, **OPTIONS).rows[0].estimate == pytest.approx(0.15, abs=1e-12)


def test_complete_cases_of_the_two_arms_are_there_for_who_asks():
    """ST05: what estimatr does has a name."""
    _, half, third = gaps()
    assert eu.itt(half, weights="pair", **OPTIONS).rows[0].estimate == pytest.approx(0.2, abs=1e-12)
    assert eu.itt(third, weights="pair", **OPTIONS).rows[0].estimate == pytest.approx(0.15, abs=1e-12)


@pytest.mark.parametrize("estimator", ["lin", "logit"])
def test_a_third_arm_s_gaps_move_nothing_with_covariates(estimator):
    """ST06, where covariates are centred at, and margins standardised to, everyone randomised."""
    rng = np.random.default_rng(4)
    d, _, third = (q.assign(x=rng.normal(size=len(q)) if j == 0 else 0.0) for j, q in enumerate(gaps()))
    third["x"] = d["x"] = d["x"] + d["s"]
    found = [eu.itt(q, estimator=estimator, covariates=["x"], **OPTIONS).rows[0].estimate for q in (d, third)]
    assert found[0] == pytest.approx(found[1], abs=1e-12)


def test_months_levels_ratios_and_known_probabilities_weigh_alike():
    """ST05's neighbours: a month with gaps, a level with gaps, adjusted means of ratios, known probabilities."""
    d, half, third = gaps()
    months = d.rename(columns={"y": "m1"}).assign(m2=half.y, m3=third.y)
    effects = eu.profile(
        months, outcomes={1: "m1", 2: "m2", 3: "m3"}, arm="arm", control="FS", strata="s", name="y",
        contrasts=[("SE", "FS")],
    ).effects.rows  # fmt: skip
    assert [r.estimate for r in effects] == pytest.approx([0.15] * 3, abs=1e-12)
    for q in (half, third):
        q = q.assign(p=1 / 3, g=np.where(np.arange(len(q)) % 2, "a", "b"))
        assert eu.itt(q, estimator="ipw", probability="p", **OPTIONS).rows[0].estimate == pytest.approx(0.15, abs=1e-12)
        ratio = eu.ratios(q, **OPTIONS).rows[0]
        assert (ratio.mean_arm, ratio.mean_control) == pytest.approx((0.35, 0.2), abs=1e-12)
        whole = eu.itt(d.assign(g=q.g), by="g", **OPTIONS).rows
        gapped = eu.itt(third.assign(g=q.g), by="g", **OPTIONS).rows
        assert [r.estimate for r in gapped] == pytest.approx([r.estimate for r in whole], abs=1e-12)
        drawn = eu.randomization_test(q, draws=50, **OPTIONS).rows[0]
        assert drawn.estimate == pytest.approx(0.15, abs=1e-12)
        assert drawn.statistic == pytest.approx(0.15 / eu.itt(q, **OPTIONS).rows[0].std_error, rel=1e-9)


@pytest.mark.parametrize("estimator", ["blocked", "lin", "ipw"])
def test_contrasts_add_up_where_all_keep_the_same_strata(estimator):
    _, half, third = gaps()
    for d in (half, third):
        effects = eu.itt(d, estimator=estimator, **{**OPTIONS, "contrasts": ALL})
        v = {(r.arm, r.control): r.estimate for r in effects.rows}
        assert v["SE", "CM"] == pytest.approx(v["SE", "FS"] - v["CM", "FS"], abs=1e-12)
        assert not any("need not add up" in note for note in effects.notes)


def test_where_contrasts_need_not_add_up_the_note_says_so():
    d, _, _ = gaps()
    lost = d.assign(y=d.y.where(~((d.arm == "CM") & (d.s == 1))))
    options = {**OPTIONS, "contrasts": ALL}
    assert any("different strata" in note for note in eu.itt(lost, **options).notes)
    assert any("logistic" in note for note in eu.itt(d, estimator="logit", **options).notes)
    assert any("own two arms" in note for note in eu.itt(d, weights="pair", **options).notes)


def test_a_stratum_without_any_known_outcome_is_counted():
    d, _, _ = gaps()
    lost = d.assign(y=d.y.where(d.s == 0))
    effects = eu.itt(lost, **OPTIONS)
    assert effects.rows[0].estimate == pytest.approx(0.3, abs=1e-12)
    assert any("1 stratum of s without both arms left out (400 persons)" in note for note in effects.notes)


# ------------------------------------------------------------------------------------------------- degrees of freedom


def thin(cells: tuple[tuple[int, int], ...], seed: int = 1) -> pd.DataFrame:
    rows = [(s, a) for s, c in enumerate(cells) for a, n in zip(("SE", "FS"), c, strict=True) for _ in range(n)]
    d = pd.DataFrame(rows, columns=["s", "arm"])
    return d.assign(y=np.random.default_rng(seed).normal(size=len(d)))


def test_thin_cells_have_the_df_of_those_who_inform_the_variance():
    """ST02: four strata of 1 + 9 have three, not 32; strata of 2 + 28 Satterthwaite's over their cells, not 112."""
    row = eu.itt(thin(((1, 9),) * 4), **OPTIONS).rows[0]
    assert row.df == pytest.approx(3, rel=1e-12)
    d = thin(((2, 28),) * 4)
    row = eu.itt(d, **OPTIONS).rows[0]
    cells = d.groupby(["s", "arm"]).y.agg(["var", "size"])
    v = cells["var"] / cells["size"] / 16
    assert row.df == pytest.approx(v.sum() ** 2 / (v**2 / (cells["size"] - 1)).sum(), rel=1e-12)
    assert eu.itt(d, dof="residual", **OPTIONS).rows[0].df == 112
    assert eu.itt(d, dof="satterthwaite", **OPTIONS).rows[0].df == row.df


def test_st02_coverage_where_strata_are_of_one_and_nine():
    """ST02's own 600 draws: 89.8 % with df 32."""
    y, s = np.random.default_rng(1).normal(size=40), np.repeat(range(4), 10)
    hit = 0
    for r in range(300):
        g = np.random.default_rng((1, r))
        a = np.zeros(40, int)
        for k in range(4):
            a[10 * k + g.integers(10)] = 1
        row = eu.itt(pd.DataFrame({"s": s, "arm": np.where(a, "SE", "FS"), "y": y}), **OPTIONS).rows[0]
        hit += row.conf_low <= 0 <= row.conf_high
    assert hit / 300 > 0.95 - 3 * np.sqrt(0.05 * 0.95 / 300)


def test_interactions_combine_all_cells_by_satterthwaite():
    """ST02's neighbour: the df of an interaction are those of all its cells."""
    d = thin(((2, 28),) * 4).assign(g=lambda q: np.where(q.groupby(["s", "arm"]).cumcount() % 2, "a", "b"))
    d = pd.concat([d, d.assign(y=d.y * 2 + 1)])
    rows = eu.itt(d, by="g", **OPTIONS).rows
    a, b, both = rows[1], rows[2], rows[3]
    v = np.array([a.std_error, b.std_error]) ** 2
    assert both.std_error**2 == pytest.approx(v.sum(), rel=1e-12)
    assert both.df == pytest.approx(v.sum() ** 2 / (v**2 / [a.df, b.df]).sum(), rel=1e-12)


def test_the_logit_does_not_lean_to_the_strata_whose_outcomes_are_known():
    """ST05's neighbour: effect 0.3 in a stratum, 0 in the other, half of whose outcomes are unknown at random: 0.15."""
    rows = [
        (s, a, float(i % 10 < round(10 * (0.2 + (eff if a == "SE" else 0)))))
        for s, eff in ((0, 0.3), (1, 0))
        for a in ("FS", "SE")
        for i in range(200)
    ]
    d = pd.DataFrame(rows, columns=["s", "arm", "y"])
    nth = d.groupby(["s", "arm"]).cumcount()
    gaps = d.assign(y=d.y.where(~((d.s == 1) & (nth // 10 % 2 == 1))))
    row = eu.itt(gaps, estimator="logit", **OPTIONS).rows[0]
    assert row.estimate == pytest.approx(0.15, abs=1e-9)
    assert row.estimate == pytest.approx(eu.itt(d, estimator="logit", **OPTIONS).rows[0].estimate, abs=1e-9)
    assert row.estimate == pytest.approx(eu.itt(gaps, **OPTIONS).rows[0].estimate, abs=1e-9)
    assert row.std_error > eu.itt(d, estimator="logit", **OPTIONS).rows[0].std_error
    # drawn anew, in profiles and bands, and by statsmodels
    drawn = eu.randomization_test(gaps, draws=20, estimator="logit", **OPTIONS).rows[0]
    assert drawn.statistic == pytest.approx(row.statistic, rel=1e-7)
    model = eu.itt(gaps, estimator="logit", vcov="HC0", **OPTIONS).to_statsmodels(arm="SE", control="FS")
    lines = [np.array([[1, t, s] for s in (0, 1)]) @ model.params.to_numpy() for t in (1.0, 0.0)]
    margin = np.mean(1 / (1 + np.exp(-lines[0])) - 1 / (1 + np.exp(-lines[1])))
    assert margin == pytest.approx(row.estimate, rel=1e-8)


def test_st05_logit_keeps_its_level_where_a_stratum_has_gaps():
    """The test of 0.15 rejected 19 per cent of the time; 150 draws of new persons."""
    s, arm = np.repeat([0, 1], 240), np.tile(np.repeat(["FS", "SE"], 120), 2)
    p = 0.2 + 0.3 * ((s == 0) & (arm == "SE"))
    wrong = 0
    for r in range(150):
        g = np.random.default_rng((5, r))
        y = np.where((s == 1) & (g.random(480) < 0.5), np.nan, (g.random(480) < p).astype(float))
        d = pd.DataFrame({"s": s, "arm": arm, "y": y})
        row = eu.itt(d, estimator="logit", **OPTIONS).rows[0]
        wrong += not row.conf_low <= 0.15 <= row.conf_high
    assert wrong / 150 < 0.05 + 3.5 * np.sqrt(0.05 * 0.95 / 150)


def in_full(columns: np.ndarray, target: int) -> float:
    """(tr P)²/tr P² of a coefficient's HC2, P written out: errors independent and alike."""
    inverse = np.linalg.pinv(columns)
    hat = columns @ inverse
    a = inverse[target] / np.sqrt(1 - np.diag(hat))
    P = a[:, None] * (np.eye(len(columns)) - hat) * a
    return np.trace(P) ** 2 / np.sum(P**2)


def test_regressions_have_the_df_of_their_contrast():
    """ST02's neighbours `fe` and the interacted `lin`: 2 + 28 have 115 and 112 by persons less rank."""
    d = thin(((2, 28),) * 4).assign(x=np.random.default_rng(3).normal(size=120))
    t, S = (d.arm == "SE").to_numpy(float), pd.get_dummies(d.s).to_numpy(float)
    x = (d.x - d.x.mean()).to_numpy()
    plain, adjusted = np.column_stack([t, S]), np.column_stack([t, S, x])
    crossed = np.column_stack([adjusted, t[:, None] * (S - 0.25)[:, 1:], t * x])
    for options, columns in (
        ({"estimator": "fe"}, plain),
        ({"estimator": "fe", "covariates": ["x"]}, adjusted),
        ({"estimator": "lin", "covariates": ["x"]}, crossed),
    ):
        row = eu.itt(d, **options, **OPTIONS).rows[0]
        assert row.df == pytest.approx(in_full(columns, 0), rel=1e-9)
        assert row.df < 10
        assert eu.itt(d, dof="satterthwaite", **options, **OPTIONS).rows[0].df == row.df
        assert "say nothing about the variance" not in row.note
        for more in ({"dof": "residual"}, {"vcov": "HC1"}, {"vcov": "HC0"}):
            counted = eu.itt(d, **more, **options, **OPTIONS).rows[0]
            assert counted.df == 120 - np.linalg.matrix_rank(columns)
            assert "say nothing about the variance" in counted.note


def test_lin_without_covariates_has_them_by_cell_counts_alone():
    """ST02's neighbour: v_c in proportion to w²/n_c, each with n_c − 1."""
    cells = ((2, 28), (5, 9), (12, 3))
    row = eu.itt(thin(cells), estimator="lin", **OPTIONS).rows[0]
    n = np.array(cells, float)
    v = (n.sum(axis=1, keepdims=True) / n.sum()) ** 2 / n
    assert row.df == pytest.approx(v.sum() ** 2 / (v**2 / (n - 1)).sum(), rel=1e-9)


@pytest.mark.parametrize("estimator", ["difference", "blocked", "fe", "lin", "ipw"])
def test_degrees_of_freedom_that_count_the_uninformed_say_so(estimator):
    """ST02's kind: whoever asks for persons less parameters reads what that does, in every estimator and only where it does."""
    d = thin(((2, 28),) * 4)
    options = {**OPTIONS, "estimator": estimator, "dof": "residual"}
    assert "say nothing about the variance" in eu.itt(d, **options).rows[0].note
    even = eu.itt(thin(((15, 15),) * 4), **options).rows[0]
    assert "say nothing about the variance" not in even.note


def test_interactions_of_regressions_combine_their_levels():
    """ST02's neighbour: `fe` and `lin` by level have Satterthwaite's df over the levels."""
    d = thin(((4, 56),) * 4).assign(g=lambda q: np.where(q.groupby(["s", "arm"]).cumcount() % 2, "a", "b"))
    for estimator in ("fe", "lin"):
        _, a, b, both = eu.itt(d, by="g", estimator=estimator, **OPTIONS).rows
        v = np.array([a.std_error, b.std_error]) ** 2
        assert both.df == pytest.approx(v.sum() ** 2 / (v**2 / [a.df, b.df]).sum(), rel=1e-12)
        assert both.df < 40


def test_weighted_means_have_the_df_of_their_weights():
    """ST02's neighbour `ipw`: a quadratic form of each arm, P written out; equal weights give `difference`."""
    rng = np.random.default_rng(4)
    d = thin(((9, 21),) * 3)
    d["p"] = rng.choice([0.1, 0.3, 0.6], len(d))
    row = eu.itt(d, estimator="ipw", probability="p", **OPTIONS).rows[0]
    parts = []
    for arm in ("SE", "FS"):
        y, w = d.y[d.arm == arm].to_numpy(), 1 / d.p[d.arm == arm].to_numpy()
        s = w / w.sum()
        M = np.eye(s.size) - s[None, :]
        root = np.diag(s / np.sqrt(1 - s))
        P = root @ M @ M.T @ root
        parts.append((np.sum((root @ M @ y) ** 2), np.trace(P) ** 2 / np.trace(P @ P)))
    V = sum(v for v, _ in parts)
    assert row.std_error == pytest.approx(np.sqrt(V), rel=1e-12)
    assert row.df == pytest.approx(V**2 / sum(v**2 / nu for v, nu in parts), rel=1e-9)
    even = eu.itt(d.assign(p=0.5), estimator="ipw", probability="p", **OPTIONS).rows[0]
    plain = eu.itt(d, estimator="difference", **{**OPTIONS, "strata": None}).rows[0]
    assert (even.std_error, even.df) == pytest.approx((plain.std_error, plain.df), rel=1e-9)


def test_degrees_of_freedom_can_be_asked_for_where_they_belong():
    d = thin(((6, 8), (5, 9)))
    fe = {**OPTIONS, "estimator": "fe"}
    assert eu.itt(d, dof="residual", estimator="difference", **{**OPTIONS, "strata": None}).rows[0].df == 26
    assert eu.itt(d, dof="residual", **fe).rows[0].df == 25
    own = eu.itt(d.assign(c=range(len(d))), cluster="c", **fe).rows[0]
    for dof in (None, "bell-mccaffrey", "satterthwaite"):
        asked = eu.itt(d, dof=dof, **fe).rows[0]
        assert (asked.std_error, asked.df) == pytest.approx((own.std_error, own.df), rel=1e-9)
    assert own.df < 25
    for wrong, options in (
        ("satterthwaite", {**fe, "vcov": "HC1"}),
        ("satterthwaite", {**OPTIONS, "estimator": "logit"}),
        ("bell-mccaffrey", OPTIONS),
        ("residual", {**fe, "cluster": "c"}),
        ("many", OPTIONS),
        ("bell-mccaffrey", {**fe, "vcov": "HC1"}),
    ):
        with pytest.raises(ArgumentError, match="dof"):
            eu.itt(d.assign(c=range(len(d))), dof=wrong, **options)
    with pytest.raises(ArgumentError, match="dof"):
        eu.randomization_test(d, dof="bell-mccaffrey", **OPTIONS)


def test_few_persons_with_a_0_1_outcome_are_pointed_to_the_exact_test():
    d = thin(((4, 9), (5, 9))).assign(y=lambda q: (q.y > 0).astype(int))
    assert "exact test" in eu.itt(d, **OPTIONS).rows[0].note
    many = pd.concat([d, d])
    assert "exact test" not in eu.itt(many, **OPTIONS).rows[0].note


# ------------------------------------------------------------------------------------------------- one form for all


def single_in_one_arm() -> pd.DataFrame:
    rows = [
        (s, a, (e if a == "SE" else 0) + 0.1 * (-1) ** i)
        for s, c, e in ((0, (30, 30, 30), 0.5), (1, (10, 40, 10), 0.0), (2, (1, 5, 5), 0.0))
        for a, n in zip(("FS", "SE", "CM"), c, strict=True)
        for i in range(n)
    ]
    d = pd.DataFrame(rows, columns=["s", "arm", "y"])
    rng = np.random.default_rng(0)
    return d.assign(x=rng.normal(size=len(d)), rare=(np.arange(len(d)) % 50 == 0).astype(float))


@pytest.mark.parametrize("covariates", [None, ["x"], ["x", "rare"]])
def test_lin_has_one_form_for_all_contrasts(covariates):
    """ST07: a single FS person; without covariates `lin` is `blocked`, 0.274, −0.0055, 0.2795."""
    d = single_in_one_arm()
    effects = eu.itt(d, estimator="lin", covariates=covariates, **{**OPTIONS, "contrasts": ALL})
    v = {(r.arm, r.control): r for r in effects.rows}
    estimates = [r.estimate for r in effects.rows]
    assert estimates[2] == pytest.approx(estimates[0] - estimates[1], abs=1e-12)
    assert all("sparse form of lin" in r.note for r in effects.rows)
    # the form does not depend on which contrasts are asked for
    alone = eu.itt(d, estimator="lin", covariates=covariates, **{**OPTIONS, "contrasts": [("SE", "CM")]}).rows[0]
    assert (alone.estimate, alone.std_error, alone.df) == (
        v["SE", "CM"].estimate,
        v["SE", "CM"].std_error,
        v["SE", "CM"].df,
    )
    if covariates is None:
        assert [round(e, 4) for e in estimates] == [0.274, -0.0055, 0.2795]
        blocked = eu.itt(d, **{**OPTIONS, "contrasts": ALL}).rows
        for ours, theirs in zip(effects.rows, blocked, strict=True):
            assert (ours.std_error, ours.df) == pytest.approx((theirs.std_error, theirs.df), rel=1e-9)


def test_a_column_that_one_person_would_fit_has_one_slope():
    """ST07's neighbour, columns: two persons with a rare value, one in each of two arms."""
    d = single_in_one_arm().query("s != 2").reset_index(drop=True)
    first = [np.flatnonzero((d.arm == a) & (d.s == 0))[0] for a in ("FS", "SE")]
    d["rare"] = 0.0
    d.loc[first, "rare"] = 1.0
    effects = eu.itt(d, estimator="lin", covariates=["x", "rare"], **{**OPTIONS, "contrasts": ALL})
    estimates = [r.estimate for r in effects.rows]
    assert estimates[2] == pytest.approx(estimates[0] - estimates[1], abs=1e-12)
    assert all(isinstance(r.std_error, float) for r in effects.rows)
    # a value that a single person has, in one arm alone, has no weight in any contrast: no reason for another form
    d["rare"] = 0.0
    d.loc[first[0], "rare"] = 1.0
    assert "sparse" not in eu.itt(d, estimator="lin", covariates=["x", "rare"], **OPTIONS).rows[0].note


def test_the_sparse_form_says_what_it_does_not_have():
    d = single_in_one_arm()
    row = eu.itt(d, estimator="lin", vcov="HC1", **OPTIONS).rows[0]
    assert isinstance(row.std_error, Unavailable)
    assert "'HC2' only" in row.std_error.reason
    few = d.groupby(["s", "arm"]).head(1)
    wide = few.assign(**{f"x{j}": np.random.default_rng(j).normal(size=len(few)) for j in range(3)})
    why = eu.itt(wide, estimator="lin", covariates=["x0", "x1", "x2"], **OPTIONS).rows[0].estimate
    assert isinstance(why, Unavailable)
    assert "as many covariates" in why.reason
    for q in (d, d.query("s != 2")):
        asked, own = (eu.itt(q, estimator="lin", dof=dof, **OPTIONS).rows[0].df for dof in ("satterthwaite", None))
        assert asked == own


def test_drawn_p_values_and_bands_rest_on_the_sparse_form_too():
    d = single_in_one_arm()
    options = {**OPTIONS, "estimator": "lin", "covariates": ["x"]}
    row = eu.itt(d, **options).rows[0]
    drawn = eu.randomization_test(d, draws=40, **options).rows[0]
    assert drawn.statistic == pytest.approx(row.estimate / row.std_error, rel=1e-7)
    curve = eu.profile(
        d.assign(m2=lambda q: q.y * 2 + q.x), outcomes={1: "y", 2: "m2"}, name="y", bands="both", draws=200,
        **{k: v for k, v in options.items() if k != "outcome"},
    )  # fmt: skip
    assert all(isinstance(b.sim_low, float) for b in curve.bands.rows)


def test_row_order_changes_no_digit_of_the_sparse_form():
    d = single_in_one_arm()
    d.loc[[3, 40, 77], "y"] = np.nan
    options = {**OPTIONS, "estimator": "lin", "covariates": ["x", "rare"], "contrasts": ALL}
    found = [eu.itt(d.sample(frac=1, random_state=k), **options).to_dicts() for k in range(3)]
    assert all(a == b for a, b in pairwise(found))


def study(tmp_path, design: str) -> eu.Trial:
    d = thin(((6, 8), (5, 9), (7, 4))).assign(row=lambda q: range(len(q)))
    d.loc[[2, 11, 20], "y"] = np.nan
    d.to_csv(tmp_path / "d.csv", index=False)
    label = 'label = { sv = "x", en = "x" }'
    (tmp_path / "s.toml").write_text(
        f"""study = {{ name = "t", title = {{ sv = "x", en = "x" }} }}
arms = [{{ code = "FS", control = true, {label} }}, {{ code = "SE", {label} }}]
design = {{ {design} }}
table = {{ path = "d.csv", arm = "arm" }}
outcomes = [{{ name = "y", {label}, role = "primary", column = "y" }}]""",
        encoding="utf-8",
    )
    return eu.load(tmp_path / "s.toml")


def test_the_study_file_has_the_same_choices(tmp_path):
    """ST05 and ST02 by the other door: everyone randomised weighs, and `[design] dof` reaches estimate, ratio and profile."""
    trial = study(tmp_path, 'strata = "s", dof = "residual"')
    row = trial.itt().rows[0]
    d = pd.read_csv(tmp_path / "d.csv")
    ours = eu.itt(d, dof="residual", **OPTIONS).rows[0]
    assert (row.estimate, row.std_error, row.df) == pytest.approx((ours.estimate, ours.std_error, ours.df), rel=1e-12)
    assert row.df == 36 - 6
    assert trial.itt(dof="satterthwaite").rows[0].df == pytest.approx(eu.itt(d, **OPTIONS).rows[0].df, rel=1e-12)
    # another estimator than the study's has its own
    assert trial.itt(estimator="fe").rows[0].df == eu.itt(d, estimator="fe", **OPTIONS).rows[0].df < 36 - 4


@pytest.mark.parametrize(
    "design",
    [
        'strata = "s", dof = "bell-mccaffrey"',
        'strata = "s", estimator = "fe", vcov = "HC1", dof = "satterthwaite"',
        'strata = "s", estimator = "fe", vcov = "CR2", cluster = "row", dof = "residual"',
        'strata = "s", dof = "many"',
    ],
)
def test_the_study_file_refuses_degrees_of_freedom_that_do_not_belong(tmp_path, design):
    with pytest.raises(eu.EffektutvError, match="dof"):
        study(tmp_path, design)
