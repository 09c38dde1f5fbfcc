"""The traps of METHODS that concern design-based tests and families: each test fails where the trap is sprung."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.estimators.design import Design
from effektutv.estimators.multiplicity import redraw_cells, resample_cells
from effektutv.estimators.multiplicity.hypothesis import Hypothesis
from effektutv.estimators.multiplicity.stepdown import holm
from effektutv.estimators.options import parse_spec
from effektutv.estimators.randomization.draws import Subsets, blocks
from effektutv.estimators.retained_inputs import Source
from effektutv.results import Unavailable

ESTIMATE = Path(eu.__file__).parent / "estimators"
BASE = {"arm": "arm", "control": "FS"}


def trial(seed: int = 1, n: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    df = pd.DataFrame(
        {"arm": rng.choice(["FS", "SE", "CM"], n), "s": rng.integers(0, 4, n), "kon": rng.choice(["k", "m"], n)}
    )
    for j in range(5):
        df[f"y{j}"] = rng.normal(size=n) + 0.4 * (df["arm"] == "SE")
    return df


# trap 3: leverage 1 has no number in a test that is drawn, either


def test_trap_3_one_person_in_an_arm_gives_no_studentised_test():
    """In one stratum a person alone in an arm is fitted exactly, in every draw."""
    df = pd.DataFrame({"arm": ["SE"] + ["FS"] * 9, "s": 1, "y": np.arange(10.0)})
    row = eu.randomization_test(df, outcome="y", strata="s", estimator="fe", draws=99, **BASE).rows[0]
    assert isinstance(row.p_randomization, Unavailable)
    assert "leverage 1" in row.p_randomization.reason


# trap 11: families are corrected in one call; a row-wise call makes every correction a no-op


def test_trap_11_a_call_a_row_would_correct_nothing_and_is_seen_by_its_name():
    effects = eu.itt(trial(), outcome=[f"y{j}" for j in range(5)], strata="s", contrasts=[("SE", "FS")], **BASE)
    together = eu.adjust(effects, method="holm")
    p = np.array([r.p_value for r in effects.rows])
    assert [r.p_adjusted for r in together.rows] == pytest.approx(holm(p))
    assert (np.array([r.p_adjusted for r in together.rows]) > 1.5 * p)[:3].all()
    assert {r.family for r in together.rows} == {"holm, 5 tests"}
    alone = eu.adjust(effects, rows=lambda r: r.outcome == "y0")
    assert alone.rows[0].p_adjusted == p[0]
    assert alone.rows[0].family == "holm, 1 test", "the family's size stands on the number"


def test_trap_11_rows_and_lists_of_results_are_refused():
    effects = eu.itt(trial(), outcome="y0", strata="s", **BASE)
    for wrong in (effects.rows, [effects], effects.rows[0]):
        with pytest.raises(eu.ArgumentError, match=r"a family is corrected in one call"):
            eu.adjust(wrong)


def test_trap_11_every_adjusted_p_names_its_family():
    effects = eu.itt(trial(), outcome=["y0", "y1"], strata="s", contrasts=[("SE", "FS")], **BASE)
    for method in ("holm", "westfall-young", "romano-wolf"):
        tidy = eu.adjust(effects, method=method, draws=50).tidy()
        assert (tidy["family"] == f"{method}, 2 tests").all()
        assert tidy["p_adjusted"].notna().all()


# trap 12: randomisation tests rebuild every column that contains the arm


@pytest.mark.parametrize("estimator", ["difference", "blocked", "fe"])
def test_trap_12_every_statistic_drawn_is_the_estimators_of_that_assignment(estimator):
    """With missing outcomes and subgroups, who counts in which arm changes from draw to draw: cells, weights, dropped
    strata, pooled single persons and errors are made anew. The same draws, taken as assignments, go through ``itt``."""
    rng = np.random.default_rng(7)
    n, draws = 60, 150
    stratum, arm = np.repeat(np.arange(6), 10), np.tile([0, 0, 0, 0, 1, 1, 1, 1, 2, 2], 6)
    kon, y = rng.integers(0, 2, n), rng.normal(size=n)
    y[rng.random(n) < 0.2] = np.nan
    spec = parse_spec(estimator=estimator, vcov="HC2", weights="all", level=0.95, stratified=True, adjusted=False)
    design = Design(arm=arm, stratum=stratum, X=np.empty((n, 0)), arms=("FS", "SE", "CM"), n_strata=6, strata="s")
    source = Source(design=design, outcomes={"y": y}, subgroups=(), spec=spec)
    masks = [(np.ones(n, dtype=bool),), (kon == 1,), (kon == 0, kon == 1)]
    tests = [Hypothesis(outcome="y", contrast=(1, 0), levels=m) for m in masks]
    _, found = redraw_cells.pairwise_statistics(source, tests, None, draws, 3)
    drawn = np.concatenate(list(found), axis=1)
    people = redraw_cells.persons_of(source, tests, (1, 0), stratum, by_arm=False).rows
    subsets = Subsets(np.full(6, 8), np.full(6, 4)).prepare(np.eye(people.size))
    chosen = np.concatenate([subsets.draw(g, some).sum(axis=1) for g, some in blocks(3, draws)], axis=1)
    finite = 0
    for b in range(draws):
        again = arm.copy()
        again[people] = chosen[:, b].astype(int)
        for ours, theirs in zip(drawn[:, b], _by_the_estimator(again, stratum, kon, y, estimator), strict=True):
            if isinstance(theirs, float):
                assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-11)
                finite += 1
            else:
                assert np.isinf(ours)
    assert finite > 2.5 * draws


def _by_the_estimator(arm, stratum, kon, y, estimator) -> list[object]:
    """The statistics of everyone, of kon = 1 and of the interaction."""
    df = pd.DataFrame({"arm": np.array(["FS", "SE", "CM"])[arm], "s": stratum, "kon": kon, "y": y})
    options = {"strata": "s", "by": "kon", "contrasts": [("SE", "FS")], "arms": ["FS", "SE", "CM"], **BASE}
    rows = {
        str(r.kind) if r.kind.compares else r.level: r.statistic
        for r in eu.itt(df, outcome="y", estimator=estimator, **options).rows
    }
    return [rows[""], rows["1"], rows["interaction"]]


def test_trap_12_observed_statistics_are_those_of_the_rows():
    df = trial(3)
    df.loc[::9, "y1"] = np.nan
    for estimator in ("difference", "blocked", "fe"):
        effects = eu.itt(
            df, outcome=["y0", "y1"], strata="s", by="kon", estimator=estimator, contrasts=[("SE", "FS")], **BASE
        )
        source = eu.results.kept(effects)
        everyone, by = np.ones(len(df), dtype=bool), (df["kon"] == "k").to_numpy()
        levels = [(everyone,), (by,), (~by,), (by, ~by)]
        tests = [Hypothesis(outcome=y, contrast=(2, 0), levels=m) for y in ("y0", "y1") for m in levels]
        assert source.design.arms == ("FS", "CM", "SE")
        boot = resample_cells.bootstrap_statistics(source, tests, 1, 1)
        assert boot.observed == pytest.approx([r.statistic for r in effects.rows], rel=1e-10)
        observed, _ = redraw_cells.pairwise_statistics(source, tests, None, 1, 1)
        if estimator != "difference":  # whose mean over draws is not 0 where shares differ between strata
            assert observed == pytest.approx([r.statistic for r in effects.rows], rel=1e-10)


# trap 14: one generator a task from a recorded seed


def test_trap_14_no_global_randomness_and_seeds_are_recorded():
    for path in [*ESTIMATE.rglob("*.py"), *(ESTIMATE.parent / "api").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert not called.startswith(("np.random.seed", "random.")), path.name
                assert not (called.endswith("default_rng") and not node.args), f"{path.name}: a generator without seed"
    df = trial()
    found = eu.randomization_test(df, outcome="y0", strata="s", draws=200, seed=42, **BASE)
    assert found.seed == 42
    before = np.random.get_state()[1].copy()
    again = eu.randomization_test(df, outcome="y0", strata="s", draws=200, seed=42, **BASE)
    assert again == found
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    other = eu.randomization_test(df, outcome="y0", strata="s", draws=200, seed=43, **BASE)
    assert other.rows != found.rows


def test_trap_14_an_outcome_or_contrast_has_the_same_p_whatever_stands_beside_it():
    df = trial()
    options = {"strata": "s", "draws": 500, **BASE}
    together = eu.randomization_test(df, outcome=["y0", "y1"], **options).rows
    alone = eu.randomization_test(df, outcome="y1", contrasts=[("SE", "FS")], **options).rows[0]
    assert alone in together


# the three-arm permutation for a pairwise null: not offered


def test_all_arms_are_never_drawn_unstudentised_for_a_pair():
    """Arms of different size and spread: permuting all three labels, unstudentised, rejects a true pairwise null far
    more often than 5 %; the pairwise test does not. (The full simulation is docs/simulations_randomization.md.)"""
    rng = np.random.default_rng(11)
    sizes, spreads, effect = (30, 30, 240), (3.0, 3.0, 0.5), 0.0
    arm = np.repeat([0, 1, 2], sizes)
    wrong = right = 0
    runs = 120
    for _ in range(runs):
        y = rng.normal(size=300) * np.array(spreads)[arm] + effect
        keys = np.argsort(rng.random((199, 300)), axis=1)
        shuffled = arm[keys]
        observed = y[arm == 1].mean() - y[arm == 0].mean()
        drawn = np.array([y[c == 1].mean() - y[c == 0].mean() for c in shuffled])
        wrong += (1 + np.count_nonzero(np.abs(drawn) >= abs(observed))) / 200 <= 0.05
        df = pd.DataFrame({"arm": np.array(["FS", "SE", "CM"])[arm], "y": y})
        row = eu.randomization_test(
            df, outcome="y", contrasts=[("SE", "FS")], draws=199, studentize=False, level=None, **BASE
        ).rows[0]
        right += row.p_randomization <= 0.05
    assert wrong / runs > 0.15
    assert right / runs < 0.05 + 4 * np.sqrt(0.05 * 0.95 / runs)


def test_draws_of_all_arms_are_for_the_closure_only_and_studentised():
    """There is no way to ask for them for a pair; in the closure they come with each pair's own draws."""
    with pytest.raises(TypeError):
        eu.randomization_test(trial(), outcome="y0", permute="all", **BASE)
    found = eu.adjust(eu.itt(trial(), outcome="y0", strata="s", **BASE), method="westfall-young", draws=300)
    assert all(r.p_adjusted >= r.p_randomization for r in found.rows)
    assert any("all arms are drawn again" in note and "studentised" in note for note in found.notes)
