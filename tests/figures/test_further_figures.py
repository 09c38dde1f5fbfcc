"""What the figures of times, plans, estimators, draws, bounds and months show, held to the tables they are drawn from."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex

import effektutv as eu
from effektutv import i18n
from effektutv.api.pooled_regression import contamination
from effektutv.errors import ArgumentError
from effektutv.estimators.power import power_curve
from effektutv.plots import bounds, cumulative_incidence, effects_by_month, estimators, power, randomization, sites

SE = "#0072b2"


def _words(figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


# ------------------------------------------------------------------------------------------------------ time to a state


def test_the_curves_are_the_incidence_in_steps_where_the_times_are_months(case_named) -> None:
    case = case_named("survival_normal")
    (axes,) = case.figure().axes
    for line, arm in zip(axes.lines, ["FS", "SE", "CM"], strict=True):
        mine = case.table[case.table["arm"] == arm]
        np.testing.assert_array_equal(line.get_xdata(), mine["time"])
        np.testing.assert_array_equal(line.get_ydata(), mine["incidence"])
        assert line.get_drawstyle() == "steps-post"
    assert "Case management 33,0\u202f% [28,1; 37,9]" in case.alt_text()
    (axes,) = case_named("survival_bare").figure().axes
    assert {line.get_drawstyle() for line in axes.lines} == {"default"}


@pytest.mark.parametrize(
    "name", ["survival_normal", "survival_bare", "survival_suppressed", "survival_five", "survival_uneven"]
)
def test_persons_at_risk_stand_under_the_ticks(case_named, name) -> None:
    case = case_named(name)
    figure = case.figure()
    figure.canvas.draw()
    (axes,) = figure.axes
    ticks = axes.get_xticks()
    assert len(ticks) >= 5
    rows = case.table.set_index(["arm", "time"])
    arms = list(case.options.get("arms") or ["FS", "SE", "CM"])
    strip = next(t for t in figure.texts if t.get_text().startswith("Personer som följs"))
    found: dict[float, list[str]] = {}
    for text in figure.texts:
        below = text.get_position()[1] < strip.get_position()[1] - 1e-9
        if text.get_ha() == "center" and below:
            found.setdefault(round(text.get_position()[0], 9), []).append(text)
    places = sorted(found)
    pixels = [axes.transData.transform((t, 0))[0] / figure.bbox.width for t in ticks]
    np.testing.assert_allclose(places, pixels, atol=1e-6)
    for tick, place in zip(ticks, places, strict=True):
        down = [t.get_text() for t in sorted(found[place], key=lambda t: -t.get_position()[1])]
        cells = [rows.loc[(arm, float(tick))] for arm in arms]
        assert down == ["‥" if np.isnan(c["n_risk"]) else i18n.count(c["n_risk"], "sv") for c in cells]


def test_an_arm_that_is_not_shown_has_no_line_and_says_so(case_named) -> None:
    case = case_named("survival_arm_gone")
    (axes,) = case.figure().axes
    assert np.isnan(axes.lines[2].get_ydata()).all()
    assert "månad 24: ‥" in _words(case.figure())
    assert "Case management visas inte" in case.alt_text()
    assert "Förstärkt samarbete saknas" in case.alt_text()


def test_the_competing_events_are_told_where_there_may_be_some(case_named) -> None:
    case = case_named("survival_normal")
    said = "Den som dör eller flyttar från Sverige"
    assert any(w.startswith(said) for w in _words(case.figure()))
    none = cumulative_incidence.survival(case.table.assign(competing=0), lang="sv")
    assert not any(w.startswith(said) for w in _words(none))
    hidden = cumulative_incidence.survival(case.table.assign(competing=np.nan), lang="sv")
    assert any(w.startswith(said) for w in _words(hidden))


def test_survival_refuses_two_clocks_and_an_unknown_time(case_named) -> None:
    table = case_named("survival_normal").table
    with pytest.raises(ArgumentError, match="2 outcomes and clocks"):
        cumulative_incidence.survival(pd.concat([table, table.assign(clock="start")]))
    with pytest.raises(ArgumentError, match="mark_time"):
        cumulative_incidence.survival(table, mark_time=7.5)


# ------------------------------------------------------------------------------------------------- rows: estimators, bounds


def test_the_main_estimator_comes_first_bold_and_its_estimate_runs_through_the_rows(case_named) -> None:
    case = case_named("estimators_normal")
    table = case.table.iloc[::-1]
    figure = estimators.estimators(table, **{**case.options, "lang": "sv"})
    labels = [t for t in figure.texts if t.get_text() in {"Vägd efter stratum", "Samverkande med grupp (Lin)"}]
    first = max(labels, key=lambda t: t.get_position()[1])
    assert (first.get_text(), first.get_fontweight()) == ("Vägd efter stratum", "bold")
    (axes,) = figure.axes
    guides = [line for line in axes.lines if list(line.get_xdata()) == [0.081, 0.081]]
    assert len(guides) == len(table)
    with pytest.raises(ArgumentError, match="main"):
        estimators.estimators(case.table, main="ols")
    with pytest.raises(ArgumentError, match="give one"):
        estimators.estimators(pd.concat([case.table, case.table.assign(month=18)]))


def test_bars_reach_from_bound_to_bound_and_lines_to_the_intervals_ends(case_named) -> None:
    case = case_named("bounds_normal")
    (axes,) = case.figure().axes
    bars = [(p.get_x(), p.get_x() + p.get_width()) for p in axes.patches]
    wanted = case.table[case.table["method"].notna()]
    np.testing.assert_allclose(bars, wanted[["lower", "upper"]])
    whiskers = [
        tuple(x.get_xdata()) for x in axes.lines if len(x.get_xdata()) == 2 and x.get_xdata()[0] != x.get_xdata()[1]
    ]
    np.testing.assert_allclose(whiskers, case.table[["conf_low", "conf_high"]])
    markers = [x.get_xdata()[0] for x in axes.lines if len(x.get_xdata()) == 1]
    np.testing.assert_allclose(markers, case.table["estimate"].dropna())


def test_lees_bounds_say_whom_they_are_for(case_named) -> None:
    table = case_named("bounds_normal").table
    said = "Lee’s bounds are for those who would answer in either arm."
    assert said in _words(bounds.bounds(table))
    assert said not in _words(bounds.bounds(table[table["method"] != "lee"]))


def test_a_levels_label_may_be_told_by_its_covariate(case_named) -> None:
    table = case_named("forest_normal").table.replace({"level": {"kvinna": "1", "nej": "1", "man": "2", "ja": "2"}})
    said = {("kon", "1"): "Kvinnor", ("daglig_verksamhet", "1"): "Utan daglig verksamhet", "2": "Övriga"}
    from effektutv.plots import forest, love

    words = _words(forest.forest(table, lang="sv", labels=said))
    assert words.count("Kvinnor") == words.count("Utan daglig verksamhet") == 3
    assert words.count("Övriga") == 6
    assert "Interaktion: Övriga − Kvinnor" in words
    smd = case_named("love_normal").table.replace({"level": {"kvinna": "1", "utveckling": "1"}})
    words = _words(
        love.love(smd, lang="sv", labels={("kon", "1"): "kvinna", ("diagnos", "1"): "psykisk", "kon": "Kön"})
    )
    assert "Kön: kvinna" in words
    assert any(w.endswith("psykisk") for w in words)


def test_sites_are_sorted_and_those_not_shown_come_last_in_the_tables_order(case_named) -> None:
    case = case_named("sites_suppressed")
    figure = case.figure()
    places = [t for t in figure.texts if t.get_text().startswith("Kommun ")]
    down = [t.get_text() for t in sorted(places, key=lambda t: -t.get_position()[1])]
    known = case.table[case.table["level"].str.startswith("Kommun")].dropna(subset="estimate")
    assert down[:8] == list(known.sort_values("estimate", ascending=False)["level"])
    assert down[8:] == ["Kommun 2", "Kommun 5", "Kommun 7", "Kommun 12"]
    (axes,) = figure.axes
    assert sum(list(line.get_xdata()) == [0.08, 0.08] for line in axes.lines) == 13
    assert "8 av 12 platser visas" in case.alt_text()
    assert any("p\u00a0=\u00a00,700" in t.get_text() for t in figure.texts)
    with pytest.raises(ArgumentError, match="one contrast"):
        sites.sites(pd.concat([case.table, case.table.assign(arm="CM")]))


# ------------------------------------------------------------------------------------------------------- draws


def _coloured(figure) -> float:
    """The area in the arm's colour."""
    total = 0.0
    for axes in figure.axes:
        for boxes in axes.collections:
            assert isinstance(boxes, PolyCollection)
            if len(boxes.get_facecolor()) and to_hex(boxes.get_facecolor()[0]) == SE:
                corners = [path.vertices for path in boxes.get_paths()]
                total += sum((v[:, 0].max() - v[:, 0].min()) * v[:, 1].max() for v in corners)
    return total


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
def test_what_is_as_far_out_as_the_observed_statistic_has_the_arms_colour(alternative) -> None:
    edges = np.array([-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0])
    share = np.array([0.05, 0.15, 0.3, 0.25, 0.2, 0.05])
    keys = {"arm": "SE", "control": "FS"}
    rows = [keys | {"low": a, "high": a + 1, "share": s, "kind": "draws"} for a, s in zip(edges, share, strict=False)]
    rows.append(keys | {"low": 1.4, "high": 1.4, "share": 0.2, "kind": "observed"})
    figure = randomization.randomization(pd.DataFrame(rows), alternative=alternative)
    right, left = 0.6 * 0.2 + 0.05, 0.6 * 0.15 + 0.05
    assert _coloured(figure) == pytest.approx(
        {"two-sided": right + left, "greater": right, "less": 1 - right}[alternative]
    )


def test_exact_bins_have_one_colour_each_by_the_value_in_their_middle() -> None:
    values = 0.03 * np.arange(-3, 4)
    share = np.array([0.02, 0.08, 0.2, 0.4, 0.2, 0.08, 0.02])
    keys = {"arm": "SE", "control": "FS"}
    rows = [
        keys | {"low": v - 0.015, "high": v + 0.015, "share": s, "kind": "exact"}
        for v, s in zip(values, share, strict=True)
    ]
    rows.append(keys | {"low": 0.06, "high": 0.06, "share": 0.2, "kind": "observed"})
    table = pd.DataFrame(rows)
    figure = randomization.randomization(table, lang="sv")
    assert _coloured(figure) == pytest.approx(0.8 * 0.03 * 0.2)
    assert "observerat 6,0 procentenheter, p = 0,200" in [w.replace("\u00a0", " ") for w in _words(figure)]
    with pytest.raises(ArgumentError, match="one row of kind 'observed'"):
        randomization.randomization(table[table["kind"] == "exact"])
    with pytest.raises(ArgumentError, match="alternative"):
        randomization.randomization(table, alternative="both")
    draws = table.assign(arm="CM", kind=table["kind"].replace("exact", "draws"))
    with pytest.raises(ArgumentError, match="one kind"):
        randomization.randomization(pd.concat([table, draws]))


# ------------------------------------------------------------------------------------------------------- plans


def test_power_lines_are_the_tables_points_and_the_trials_own_are_marked(case_named) -> None:
    case = case_named("power_normal")
    (axes,) = case.figure().axes
    plain = case.table[case.table["arm"] == ""].dropna(subset="effect")
    lines = [line for line in axes.lines if len(line.get_xdata()) > 3]
    for line, (_, mine) in itertools.zip_longest(lines, plain.groupby("family")):
        np.testing.assert_allclose(line.get_xdata(), mine["n_arm"])
        np.testing.assert_allclose(line.get_ydata(), mine["effect"])
    marked = [line for line in axes.lines if len(line.get_xdata()) == 3]
    assert [sorted(set(line.get_xdata())) for line in marked] == [[354.0], [354.0]]
    words = _words(case.figure())
    assert "354 personer: 8,7" in words
    assert "Nivå 1,7\u202f%" in words
    assert "(en av 3 jämförelser)" in words


def test_power_refuses_points_that_make_no_line() -> None:
    one = eu.power(n_per_arm=354, baseline=0.18)
    with pytest.raises(ArgumentError, match="two rows or more"):
        one.plot()
    curve = power_curve([100, 200, 300], baseline=0.18).tidy()
    with pytest.raises(ArgumentError, match="same thing"):
        power.power_curve(pd.concat([curve, curve.assign(solved="power")]))
    with pytest.raises(ArgumentError, match="over one thing"):
        power.power_curve(curve.assign(power=[0.7, 0.8, 0.9]))


# ------------------------------------------------------------------------------------------------------- months


def test_panels_share_one_scale_and_the_lighter_band_is_the_simultaneous_one(case_named) -> None:
    case = case_named("effects_by_month_normal")
    panels = case.figure().axes
    assert len(panels) == 3
    assert len({axes.get_ylim() for axes in panels}) == 1
    joined = case.table.merge(
        case.options["bands"].drop(columns=["n_arm", "n_control"]), on=["month", "arm", "control"]
    )
    for axes, (arm, control) in zip(panels, [("SE", "FS"), ("CM", "FS"), ("SE", "CM")], strict=True):
        mine = joined[(joined["arm"] == arm) & (joined["control"] == control)]
        np.testing.assert_allclose(axes.lines[1].get_ydata(), mine["estimate"])
        wide, narrow = axes.collections
        assert wide.get_alpha() < narrow.get_alpha()
        for band, low, high in ((wide, "sim_low", "sim_high"), (narrow, "conf_low", "conf_high")):
            heights = band.get_paths()[0].vertices[:, 1]
            assert (heights.min(), heights.max()) == pytest.approx((mine[low].min(), mine[high].max()))


def test_effects_by_month_takes_everyone_and_one_clock(case_named) -> None:
    table = case_named("effects_by_month_normal").table
    women = table.assign(subgroup="kon", level="kvinna", estimate=0.9)
    figure = effects_by_month.effects_by_month(pd.concat([table, women]))
    assert len(figure.axes) == 3
    assert max(axes.lines[1].get_ydata().max() for axes in figure.axes) < 0.5
    with pytest.raises(ArgumentError, match="clock"):
        effects_by_month.effects_by_month(table, clock="start")
    with pytest.raises(ArgumentError, match="mark_month"):
        effects_by_month.effects_by_month(table, mark_month=30)


# ------------------------------------------------------------------------------------------------------- results


@pytest.fixture(scope="module")
def persons() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    n = 300
    df = pd.DataFrame({"arm": rng.permutation(np.repeat(["FS", "SE", "CM"], n // 3)), "site": np.arange(n) % 4})
    df["y"] = (rng.random(n) < np.where(df["arm"] == "SE", 0.35, 0.2)).astype(int)
    df["time"] = np.ceil(rng.exponential(30, n)).clip(0, 24)
    df["event"] = np.where(df["time"] < 24, rng.choice([1, 1, 1, 2], n), 0)
    df["seen"] = rng.random(n) < np.where(df["arm"] == "SE", 0.8, 0.6)
    df["answer"] = df["y"].where(df["seen"])
    return df


@pytest.mark.parametrize("lang", i18n.LANGUAGES)
def test_further_results_plot_with_nothing_given(persons, lang) -> None:
    assigned = {"arm": "arm", "control": "FS"}
    test = {"outcome": "y", "strata": "site", "draws": 200, **assigned}
    results = [
        eu.time_to_event(persons, time="time", event="event", **assigned),
        eu.lee_bounds(persons, outcome="answer", observed="seen", **assigned),
        eu.randomization_test(persons, distribution=True, **test),
        contamination(persons, outcome="y", strata="site", **assigned),
        power_curve(range(50, 401, 50), baseline=0.18, families=(1, 3)),
    ]
    for result in results:
        figure = result.plot(lang=lang)
        assert figure.get_size_inches()[0] * 2.54 == pytest.approx(16)
        assert figure.axes[0].has_data()
    with pytest.raises(ArgumentError, match="distribution=True"):
        eu.randomization_test(persons, **test).plot(lang=lang)
