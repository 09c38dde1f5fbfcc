"""What must not change a randomisation test: row order, names, roles, threads, chunks, scale."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import effektutv as eu
from effektutv.estimators.multiplicity import redraw_cells
from effektutv.estimators.randomization import draws as module

OPTIONS = [
    {"estimator": "difference"},
    {"estimator": "difference", "strata": "s"},
    {"estimator": "blocked", "strata": "s"},
    {"estimator": "fe", "strata": "s"},
    {"estimator": "blocked", "strata": "s", "studentize": False},
    {"estimator": "blocked", "strata": "s", "mechanism": ("blocked", "b")},
]
EACH = pytest.mark.parametrize("options", OPTIONS, ids=lambda o: "-".join(map(str, o.values())))


REFITTED = [
    {"estimator": "lin", "covariates": ["x"]},
    {"estimator": "lin", "strata": "s", "covariates": ["x"]},
    {"estimator": "fe", "strata": "s", "covariates": ["x"]},
    {"estimator": "logit", "strata": "s", "covariates": ["x"]},
    {"estimator": "ipw", "strata": "s"},
]
EACH_REFITTED = pytest.mark.parametrize("options", REFITTED, ids=lambda o: "-".join(map(str, o.values())))


@st.composite
def trials(draw: st.DrawFn, binary: bool | None = None) -> pd.DataFrame:
    """Three arms in up to three strata, some outcomes missing, many of them tied."""
    n = draw(st.integers(30, 70))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    zero_one = draw(st.booleans()) if binary is None else binary
    df = pd.DataFrame(
        {
            "arm": rng.permutation(np.resize(["FS", "SE", "CM"], n)),
            "s": rng.choice(["a", "b", "d"][: draw(st.integers(1, 3))], n),
            "b": rng.integers(0, 3, n),
            "kon": rng.permutation(np.resize(["k", "m"], n)),
        }
    )
    df["y"] = rng.integers(0, 2, n).astype(float) if zero_one else rng.normal(size=n).round(1)
    df["x"] = rng.normal(size=n)
    if draw(st.booleans()):
        df.loc[rng.random(n) < 0.1, "y"] = np.nan
    return df


def run(df: object, **options: object) -> list[dict]:
    given = {"outcome": "y", "arm": "arm", "control": "FS", "draws": 150, "level": 0.9, "seed": 5, **options}
    return eu.randomization_test(df, **given).to_dicts()


def numbers(rows: list[dict], *names: str) -> np.ndarray:
    return np.array([[np.nan if r[k] is None else r[k] for k in names] for r in rows], dtype=float)


@EACH
@given(df=trials(), seed=st.integers(0, 1000))
@settings(max_examples=12, deadline=None)
def test_row_order_and_engine_change_no_bit(options, df, seed):
    shuffled = df.sample(frac=1, random_state=seed)
    ours = run(df, **options)
    assert ours == run(shuffled, **options)
    assert ours == run(pl.from_pandas(shuffled), **options)


@EACH
@given(df=trials())
@settings(max_examples=10, deadline=None)
def test_names_of_arms_do_not_matter(options, df):
    """Renamed so that the arms sort the other way; the contrasts are asked for by their new names."""
    pairs, new = [("SE", "FS"), ("CM", "FS"), ("SE", "CM")], {"FS": "z", "SE": "b", "CM": "a"}
    renamed = df.assign(arm=df["arm"].map(new))
    names = ("estimate", "statistic", "p_randomization", "conf_low", "conf_high")
    ours = numbers(run(df, contrasts=pairs, **options), *names)
    theirs = run(renamed, control="z", contrasts=[(new[a], new[c]) for a, c in pairs], **options)
    np.testing.assert_array_equal(ours, numbers(theirs, *names))


@EACH
@given(df=trials())
@settings(max_examples=10, deadline=None)
def test_roles_turned_give_the_same_p(options, df):
    """CM − SE is SE − CM with its sign turned: two-sided p-values are equal, one-sided ones change places."""
    for one, other in (("two-sided", "two-sided"), ("greater", "less")):
        rows = run(df, contrasts=[("SE", "CM")], alternative=one, **options)
        if abs(rows[0]["statistic"] or 0) < 1e-9:
            continue  # arms exactly alike have no order to be drawn in
        ours = numbers(rows, "estimate", "p_randomization")
        turned = numbers(run(df, contrasts=[("CM", "SE")], alternative=other, **options), "estimate", "p_randomization")
        np.testing.assert_allclose(turned, ours * [-1, 1], rtol=1e-12, atol=1e-15)


@EACH
@given(df=trials(), scale=st.sampled_from([1e-4, 2.0, 1e5]), shift=st.sampled_from([0.0, -3.0, 50.0]))
@settings(max_examples=10, deadline=None)
def test_shift_and_scale_of_the_outcome(options, df, scale, shift):
    moved = df.assign(y=scale * (df["y"] + shift))
    if set(df["y"].dropna()) <= {0.0, 1.0}:  # a 0/1 outcome is drawn by counts: compare with its own kind
        df, moved = df.assign(y=2 * df["y"] + 1), df.assign(y=scale * (2 * df["y"] + 1) + 7 * scale)
    ours, theirs = run(df, **options), run(moved, **options)
    np.testing.assert_array_equal(numbers(ours, "p_randomization"), numbers(theirs, "p_randomization"))
    names = ("null_sd", "estimate")
    np.testing.assert_allclose(scale * numbers(ours, *names), numbers(theirs, *names), rtol=1e-6, atol=1e-7 * scale)


@EACH_REFITTED
@given(df=trials(binary=True), seed=st.integers(0, 1000))
@settings(max_examples=6, deadline=None)
def test_refitted_row_order_and_engine_change_no_bit(options, df, seed):
    shuffled = df.sample(frac=1, random_state=seed)
    given = {**options, "draws": 60}
    ours = run(df, **given)
    assert ours == run(shuffled, **given)
    assert ours == run(pl.from_pandas(shuffled), **given)


@EACH_REFITTED
@given(df=trials(binary=True))
@settings(max_examples=6, deadline=None)
def test_refitted_names_and_roles_of_arms_do_not_matter(options, df):
    pairs, new = [("SE", "FS"), ("SE", "CM")], {"FS": "z", "SE": "b", "CM": "a"}
    given = {**options, "draws": 60}
    names = ("estimate", "statistic", "p_randomization")
    ours = run(df, contrasts=pairs, **given)
    renamed = df.assign(arm=df["arm"].map(new))
    theirs = run(renamed, control="z", contrasts=[(new[a], new[c]) for a, c in pairs], **given)
    np.testing.assert_allclose(numbers(ours, *names), numbers(theirs, *names), rtol=1e-9, atol=1e-12)
    if abs(ours[1]["statistic"] or 0) < 1e-9:
        return  # arms exactly alike have no order to be drawn in
    turned = run(df, contrasts=[("CM", "SE")], **given)
    np.testing.assert_allclose(numbers(turned, *names), numbers(ours[1:], *names) * [-1, -1, 1], rtol=1e-7, atol=1e-10)


@EACH_REFITTED
@given(df=trials(binary=False), scale=st.sampled_from([1e-4, 1e5]), shift=st.sampled_from([0.0, 50.0]))
@settings(max_examples=6, deadline=None)
def test_refitted_shift_and_scale_of_the_outcome(options, df, scale, shift):
    if options["estimator"] == "logit":
        df = df.dropna(subset=["y"])
        df, moved = df.assign(y=(df["y"] > 0).astype(float)), df.assign(y=(df["y"] <= 0).astype(float))
    else:
        moved = df.assign(y=scale * (df["y"] + shift))
    given = {**options, "draws": 60}
    if options["estimator"] != "logit":  # where 0 and 1 change places the order of persons does, too
        ours, theirs = run(df, **given), run(moved, **given)
        np.testing.assert_allclose(numbers(ours, "p_randomization"), numbers(theirs, "p_randomization"), atol=1e-12)
    sign = -1 if options["estimator"] == "logit" else 1
    ours, theirs = (numbers(run(d, **{**given, "draws": 5}), "statistic") for d in (df, moved))
    np.testing.assert_allclose(ours, sign * theirs, rtol=1e-5, atol=1e-6)


@given(df=trials(binary=True), seed=st.integers(0, 1000))
@settings(max_examples=8, deadline=None)
def test_exact_tests_do_not_depend_on_row_order_names_or_roles(df, seed):
    pairs, new = [("SE", "FS"), ("SE", "CM")], {"FS": "z", "SE": "b", "CM": "a"}
    for estimator in ("blocked", "fe", "difference"):
        given = {"estimator": estimator, "strata": "s", "draws": "exact"}
        ours = run(df, contrasts=pairs, **given)
        assert ours == run(df.sample(frac=1, random_state=seed), contrasts=pairs, **given)
        renamed = df.assign(arm=df["arm"].map(new))
        theirs = run(renamed, control="z", contrasts=[(new[a], new[c]) for a, c in pairs], **given)
        np.testing.assert_array_equal(numbers(ours, "p_randomization"), numbers(theirs, "p_randomization"))
        turned = run(df, contrasts=[("CM", "SE")], **given)
        np.testing.assert_allclose(numbers(turned, "p_randomization"), numbers(ours[1:], "p_randomization"), rtol=1e-9)


@given(df=trials(), seed=st.integers(0, 1000))
@settings(max_examples=8, deadline=None)
def test_families_do_not_depend_on_row_order_or_chunks(df, seed):
    options = {"outcome": ["y", "x"], "arm": "arm", "control": "FS", "strata": "s", "contrasts": [("SE", "FS")]}
    shuffled = df.sample(frac=1, random_state=seed)
    effects = eu.itt(df, by="kon", **options), eu.itt(shuffled, by="kon", **options)
    defined = [isinstance(r.statistic, float) for r in effects[0].rows]
    if not any(defined):
        return
    for method in ("westfall-young", "romano-wolf"):
        found = [
            eu.adjust(e, method=method, draws=120, rows=lambda r: isinstance(r.statistic, float)).to_dicts()
            for e in effects
        ]
        assert found[0] == found[1]


@pytest.mark.parametrize("method", ["holm", "westfall-young", "romano-wolf"])
def test_families_do_not_depend_on_the_order_of_their_tests(method):
    rng = np.random.default_rng(1)
    df = pd.DataFrame({"arm": rng.choice(["FS", "SE"], 120), "s": rng.integers(0, 4, 120)})
    for j in range(4):
        df[f"y{j}"] = rng.normal(size=120) + 0.2 * j * (df["arm"] == "SE")
    names = [f"y{j}" for j in range(4)]
    options = {"arm": "arm", "control": "FS", "strata": "s"}
    one = eu.adjust(eu.itt(df, outcome=names, **options), method=method, draws=4000)
    other = eu.adjust(eu.itt(df, outcome=names[::-1], **options), method=method, draws=4000)
    ours, theirs = ({r.outcome: r.p_adjusted for r in e.rows} for e in (one, other))
    tolerance = 0 if method == "holm" else 4.5 * np.sqrt(2 * 0.25 / 4000)  # the order of outcomes orders tied persons
    assert all(abs(ours[n] - theirs[n]) <= tolerance + 1e-12 for n in names)


def test_fewer_draws_at_a_time_change_nothing(monkeypatch):
    """How sums are found, by table or product, and how many outcomes stand beside, changes no draw."""
    rng = np.random.default_rng(2)
    df = pd.DataFrame({"arm": rng.choice(["FS", "SE"], 300), "s": rng.integers(0, 5, 300), "y": rng.normal(size=300)})
    options = {"strata": "s", "draws": 9000}
    ours = run(df, **options)
    monkeypatch.setattr(module, "_FEW_COLUMNS", 0)
    theirs = run(df, **options)
    assert [r["p_randomization"] for r in ours] == [r["p_randomization"] for r in theirs]
    np.testing.assert_allclose(numbers(ours, "conf_low"), numbers(theirs, "conf_low"), rtol=1e-9)


def test_block_and_part_sizes_are_constants_that_results_are_tied_to():
    """Changing either would change every recorded p-value: a change must be meant."""
    assert (module.BLOCK, module.PIECE, redraw_cells._PART) == (4096, 12, 1024)


PROGRAM = """
import numpy as np, pandas as pd, effektutv as eu
rng = np.random.default_rng(8)
df = pd.DataFrame({"arm": rng.choice(["FS", "SE", "CM"], 400), "s": rng.integers(0, 7, 400)})
names = [f"y{j}" for j in range(9)]
for j, name in enumerate(names):
    df[name] = rng.normal(size=400) if j % 2 else rng.integers(0, 2, 400)
options = {"arm": "arm", "control": "FS", "strata": "s"}
for r in eu.randomization_test(df, outcome=names[:2], draws=5000, **options).rows:
    print(r.p_randomization, r.conf_low)
df["z"] = rng.normal(size=400)
for name, how in (("y1", {"covariates": ["z"]}), ("y0", {"estimator": "logit", "covariates": ["z"]}), ("y0", {"draws": "exact"})):
    how = {"draws": 300, "distribution": True, **how}
    found = eu.randomization_test(df, outcome=name, contrasts=[("SE", "FS")], **how, **options)
    print(found.rows[0].statistic, found.rows[0].p_randomization, found.rows[0].mc_error, [b.share for b in found.distribution])
effects = eu.itt(df, outcome=names, contrasts=[("SE", "FS")], **options)
for method in ("westfall-young", "romano-wolf"):
    print([r.p_adjusted for r in eu.adjust(effects, method=method, draws=3000).rows])
"""


@pytest.mark.same_bytes
def test_number_of_threads_changes_nothing():
    def run_with(threads: int) -> str:
        environment = {**os.environ, **{f"{p}_NUM_THREADS": str(threads) for p in ("OMP", "OPENBLAS", "MKL")}}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    assert run_with(1) == run_with(4)
