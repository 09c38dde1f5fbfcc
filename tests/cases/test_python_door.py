"""The door for data frames as a user meets it: units and room of plots, options, reprs, and slips that are refused."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
import pytest

import effektutv as eu
from effektutv.api.missing_outcomes import response_weighted, worst_case_bounds
from effektutv.api.pooled_regression import contamination, pooled_regression
from effektutv.api.sites import site_variation
from effektutv.errors import ArgumentError
from effektutv.plots import bounds, effects_by_month, estimators, forest, shares_by_month, sites

N = 200
K = {"arm": "arm", "control": "A"}


@pytest.fixture(scope="module")
def d():
    g = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "arm": ["A", "B"] * 100,
            "y": g.normal(50, 10, N),
            "b": g.integers(0, 2, N),
            "s": g.integers(0, 4, N),
            "v": g.choice(["one", "two"], N),
        }
    )


def words(figure):
    return [t.get_text() for t in figure.texts] + [t.get_text() for a in figure.axes for t in a.get_yticklabels()]


def inside(figure):
    """Draw it, and return whether every axes has room and every word of the page lies on it."""
    figure.savefig(BytesIO())
    page = figure.bbox
    boxes = [t.get_window_extent() for t in figure.texts]
    return all(a.get_position().width > 0.05 for a in figure.axes) and all(
        box.x0 >= page.x0 - 2 and box.x1 <= page.x1 + 2 for box in boxes
    )


# ----------------------------------------------------------------------------------------------------- units of plots


def test_the_estimand_decides_the_unit_of_effects(d):
    """PY01: a difference in means of 1.72 is drawn as 1.7, not as 172.1 percentage points; a difference in shares as points."""
    found = eu.itt(d, outcome="y", **K)
    shown = words(found.plot())
    assert "1.7" in shown
    assert not any("points" in w or "172" in w for w in shown)
    assert "Percentage points" in words(eu.itt(d, outcome="b", **K).plot())
    assert "Percentage points" not in words(eu.itt(d, outcome="y", **K).plot(lang="sv", unit_label="kronor"))


def test_a_profile_of_means_is_no_share(d):
    """PY01: means near 50 have no per cent, in title, subtitle, axis or alt text."""
    found = eu.profile(d.assign(w=d.y - 60), outcomes={1: "y", 2: "w"}, name="score", **K)
    figure = found.plot(mark_month=1)
    assert not any("%" in w or "share" in w.lower() or "per cent" in w for w in words(figure))
    low, high = figure.axes[0].get_ylim()
    assert low < found.rows[2].share < high, "a mean below zero lies on its axis"
    assert "%" not in shares_by_month.alt_text(found.tidy(), "en", mark_month=1)
    assert "percentage" not in effects_by_month.alt_text(found.effects.tidy(), "en")
    shares = eu.profile(d.assign(c=1 - d.b), outcomes={1: "b", 2: "c"}, name="work", **K)
    assert any("%" in w for w in words(shares.plot()))


def test_bounds_and_other_figures_of_means_are_in_their_unit(d):
    """PY01: Lee bounds, contamination, sites, estimators, and the alt texts of each."""
    gaps = d.assign(y=d.y.where(d.index % 7 > 0), third=np.tile(["A", "B", "C", "B"], 50))
    lee = eu.lee_bounds(gaps, outcome="y", **K)
    mixed = contamination(gaps, outcome="y", arm="third", control="A", strata="s")
    for found in (lee, mixed):
        assert not any("points" in w for w in words(found.plot()))
    levels = eu.itt(d, outcome="y", by="s", **K).tidy()
    assert "points" not in bounds.alt_text(lee.tidy(), "en", scale="unit")
    assert "points" not in sites.alt_text(levels, "en")
    assert "points" not in forest.alt_text(levels, "en")
    assert "points" not in estimators.alt_text(levels[levels.kind == "effect"], "en")


def test_shares_and_amounts_have_no_axis_in_common(d):
    """PY01: mixed outcomes are refused, naming one of each, and drawn one at a time in their own units."""
    both = eu.itt(d, outcome=["b", "y"], **K)
    with pytest.raises(ArgumentError, match=r"'b' is a share and 'y' an amount.*plot\(outcome='y'\)"):
        both.plot()
    assert "Percentage points" in words(both.plot(outcome="b"))
    assert "1.7" in words(both.plot(outcome="y"))


# ---------------------------------------------------------------------------------------------------------- room in plots


@pytest.mark.parametrize(("times", "word"), [(1e5, "tusental"), (1e6, "miljoner"), (1e9, "miljarder"), (1e16, "10¹⁵")])
def test_large_amounts_are_drawn(d, times, word):
    """PY02: amounts of any size have room, in thousands or millions, and the figure says so."""
    figure = eu.itt(d.assign(y=d.y * times), outcome="y", by="v", **K).plot(lang="sv")
    assert inside(figure)
    assert any(word in w for w in words(figure))


def test_large_bounds_profiles_and_small_amounts_are_drawn(d):
    """PY02: the same in figures of bounds and of months; amounts far below 1 are no zeros."""
    large = d.assign(y=(d.y * 1e9).where(d.index % 7 > 0), w=d.y * 1e9, u=d.y * -1e9)
    figure = eu.lee_bounds(large, outcome="y", **K).plot()
    assert inside(figure)
    assert "Amounts are shown in billions." in words(figure)
    found = eu.profile(large, outcomes={1: "w", 2: "u"}, name="pay", **K)
    assert inside(found.plot(mark_month=2))
    assert "Billions" in words(found.plot())
    assert "billions" in effects_by_month.alt_text(found.effects.tidy(), "en")
    small = words(eu.itt(d.assign(y=d.y * 1e-7), outcome="y", **K).plot())
    assert "172.11" in small
    assert "10⁻⁹" in small


def test_long_labels_and_many_levels_are_drawn(d):
    """PY02: sixty levels with long names, and amounts of 10⁹ beside them."""
    names = ["En lång etikett som beskriver nivån i detalj och aldrig vill ta slut " + str(i) for i in range(60)]
    many = d.assign(y=d.y * 1e9, level=[names[(i // 2) % 60] for i in range(N)])
    assert inside(eu.itt(many, outcome="y", by="level", **K).plot())


# ------------------------------------------------------------------------------------------------------ options and reprs


def test_options_and_keys_that_are_not_known_are_refused(d):
    """PY03: axes of others, unknown scales, options, keys of labels and arms, and levels of columns that are no subgroup."""
    found = eu.itt(d, outcome="b", **K)
    found.plot(ax=None, labels={"b": "Work"}, arms={"A": "one", "B": "two"})
    for options, said in (
        ({"ax": object()}, "ax: .*leave ax out"),
        ({"scale": "bananas"}, "scale: got 'bananas'; choose 'points'"),
        ({"labels": {"nosuch": "x"}}, "labels: 'nosuch' .* it has 'b'"),
        ({"arms": {"NO": "x"}}, "arms: 'NO' .* it has 'A', 'B'"),
        ({"colour": "red"}, "colour: is no option of this figure; it has lang"),
        ({"decimals": -1}, "decimals: got -1"),
    ):
        with pytest.raises(ArgumentError, match=said):
            found.plot(**options)
    # the labels of a whole study fit each of its figures; a key that nearly names what has no label is a slip
    found.plot(
        labels={"b": "Work", "another_outcome": "x"}, arms={"A": "one", "B": "two", "arm_of_another_contrast": "x"}
    )
    long = eu.itt(d.rename(columns={"b": "arbete"}), outcome="arbete", **K)
    with pytest.raises(ArgumentError, match=r"labels: 'arbeta' .* did you mean 'arbete'"):
        long.plot(labels={"arbeta": "Work", "A": "one"})
    with pytest.raises(ArgumentError, match=r"levels: 'typo' is not among the columns of by, \['v'\]"):
        eu.itt(d, outcome="b", by="v", levels={"typo": ["two", "one"]}, **K)


def test_a_result_shows_a_few_aligned_lines(d):
    """PY03: what is estimated above, eight columns at most, notes below; no values of persons."""
    found = eu.itt(d, outcome="y", by="v", strata="s", estimator="difference", **K)
    lines = repr(found).splitlines()
    assert lines[0] == "Effects: 4 rows"
    assert "difference in means" in lines[1]
    head = lines[2].split()
    assert len(head) == 8
    assert {"estimate", "conf_low", "conf_high"} <= set(head)
    assert len({len(line) for line in lines[2:7]}) == 1, "aligned"
    assert any("strata" in line for line in lines[7:])
    assert "8 of 29 columns; .tidy() has all" in lines[-1]
    html = found._repr_html_()
    assert html.index("difference in means") < html.index("<table") < html.index("strata: ")
    assert html.count("<th>") == 8
    many = eu.itt(d.assign(level=[str(i // 2 % 50) for i in range(N)]), outcome="y", by="level", **K)
    assert len(repr(many).splitlines()) < 30


# ----------------------------------------------------------------------------------------------------------------- slips


def test_a_column_has_one_role(d):
    """PY04: the outcome or the arm among covariates, strata, subgroups, clusters; at every door."""
    for role in ({"covariates": ["b"]}, {"strata": "b"}, {"strata": ["s", "b"]}, {"by": "b"}, {"by": [("v", "b")]}):
        with pytest.raises(ArgumentError, match="column 'b' is the outcome, too"):
            eu.itt(d, outcome="b", **role, **K)
    for role in ({"covariates": ["arm"]}, {"strata": "arm"}, {"by": "arm"}, {"cluster": "arm"}):
        with pytest.raises(ArgumentError, match="column 'arm' is the arm, too"):
            eu.itt(d, outcome="b", **role, **K)
    for call in (
        lambda: eu.ratios(d, outcome="b", strata="b", **K),
        lambda: eu.profile(d, outcomes={0: "b"}, name="b", covariates=["b"], **K),
        lambda: eu.randomization_test(d, outcome="b", strata="b", **K),
        lambda: eu.lee_bounds(d, outcome="b", observed="b", **K),
        lambda: eu.lee_bounds(d, outcome="b", tighten="arm", **K),
        lambda: worst_case_bounds(d, outcome="b", strata="arm", **K),
        lambda: response_weighted(d, outcome="b", covariates=["b"], **K),
        lambda: eu.cace(d, outcome="b", treatment="b", assignment="arm", control="A"),
        lambda: eu.time_to_event(d, time="y", event="y", **K),
        lambda: eu.balance(d, arm="arm", covariates=["arm"]),
        lambda: pooled_regression(d, outcome="b", strata="b", **K),
        lambda: contamination(d, outcome="b", strata="arm", **K),
        lambda: site_variation(d, outcome="b", site="b", **K),
    ):
        with pytest.raises(ArgumentError, match=", too; a column has one role"):
            call()
    assert len(eu.itt(d, outcome="b", strata="v", by="v", **K).rows) == 4, "a stratum may be a subgroup"


def test_a_covariate_that_is_the_outcome_is_refused(d):
    """PY04: twice the outcome, or covariates that make it up together; close is not equal."""
    own = d.assign(c=2 * d.b, one=d.y + d.s, other=d.s * 3.0, near=d.y + np.linspace(0, 1e-3, N), text=d.b.map(str))
    for outcome, covariates, said in (("b", ["c"], "'c' reproduces 'b'"), ("y", ["one", "other"], "together reproduce 'y'"),
                                      ("b", ["s", "text"], "'text=1' reproduces 'b'")):  # fmt: skip
        with pytest.raises(ArgumentError, match=said):
            eu.itt(own, outcome=outcome, covariates=covariates, **K)
        with pytest.raises(ArgumentError, match=said):
            eu.randomization_test(own, outcome=outcome, covariates=covariates, draws=10, **K)
    with pytest.raises(ArgumentError, match="reproduces 'b, month 0'"):
        eu.profile(own, outcomes={0: "b", 1: "s"}, name="b", covariates=["c"], **K)
    assert isinstance(eu.itt(own, outcome="y", covariates=["near"], **K).rows[0].std_error, float)


def test_strata_that_are_not_used_are_said(d):
    """PY04: the plain difference says that it does not use the strata it was given; what uses them says nothing."""
    plain = eu.itt(d, outcome="b", strata="s", estimator="difference", **K)
    assert plain.rows[0].strata == ""
    assert "strata: estimator 'difference' does not use them" in plain.notes[0]
    assert "does not use them" in eu.ratios(d, outcome="b", strata="s", estimator="difference", **K).notes[0]
    assert not eu.itt(d, outcome="b", strata="s", **K).notes


@pytest.mark.parametrize("as_text", [False, True])
def test_dates_are_no_dummies(d, as_text):
    """PY04, PY08: a date among covariates, subgroups or outcomes is called a date, with what to do."""
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(N) % 50, "D")
    dated = d.assign(day=days.strftime("%Y-%m-%d") if as_text else days)
    for call in (
        lambda: eu.itt(dated, outcome="b", covariates=["day"], **K),
        lambda: eu.balance(dated, arm="arm", covariates=["day"]),
    ):
        with pytest.raises(ArgumentError, match=r"covariates: 'day' is a date; use a number, e\.g\. days since"):
            call()
    with pytest.raises(ArgumentError, match="by: 'day' is a date; cut it into periods"):
        eu.itt(dated, outcome="b", by="day", **K)
    if not as_text:
        with pytest.raises(ArgumentError, match="outcome: column 'day' is a date, not numeric"):
            eu.itt(dated, outcome="day", **K)


def test_a_horizon_ends_after_the_data_begin(d):
    """PY04: a restricted mean up to a day before anyone's first is 0 for want of data, and is refused."""
    with pytest.raises(ArgumentError, match="tau: 2 ends before anything is known"):
        eu.time_to_event(d, time="y", event="b", tau=2, **K)
