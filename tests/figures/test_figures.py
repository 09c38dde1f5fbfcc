"""Every figure as its reader meets it: nothing overlaps or is cut, one language, the same bytes, absent values marked."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from effektutv import i18n
from effektutv.errors import ArgumentError
from effektutv.plots import cumulative_incidence, estimators, forest, love, shares_by_month, sites, stacked_bars
from effektutv.plots.layout.style import arm_styles, luminance, pair_styles, readable, save
from effektutv.plots.layout.text_metrics import spread, text_width, wrap
from effektutv.plots.words import WORDS

_DPI = 200


def texts(figure) -> list[Text]:
    """Every word that a figure shows: its own, and the tick labels of its axes."""
    out = list(figure.texts)
    for axes in figure.axes:
        out += [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels(), axes.xaxis.label, axes.yaxis.label]
    return [text for text in out if text.get_visible() and text.get_text().strip()]


def _renderer(figure):
    figure.set_dpi(_DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas.get_renderer()


def _box(text: Text, renderer) -> Bbox:
    patch = text.get_bbox_patch()
    return (patch or text).get_window_extent(renderer)


def _overlap(a: Bbox, b: Bbox, slack: float = 0.6) -> bool:
    """Whether two boxes share more than a sliver: the anti-aliased edge of a letter is no overlap."""
    across = min(a.x1, b.x1) - max(a.x0, b.x0)
    down = min(a.y1, b.y1) - max(a.y0, b.y0)
    return across > slack and down > slack


# -------------------------------------------------------------------------------------------------------------- layout


def test_no_words_overlap_and_none_is_cut(case) -> None:
    figure = case.figure()
    renderer = _renderer(figure)
    width, height = figure.get_size_inches() * _DPI
    boxes = [(text.get_text(), _box(text, renderer)) for text in texts(figure)]
    assert len(boxes) > 5
    cut = [w for w, b in boxes if b.x0 < 0 or b.y0 < 0 or b.x1 > width or b.y1 > height]
    assert cut == []
    clashes = [(v, w) for i, (v, a) in enumerate(boxes) for w, b in boxes[i + 1 :] if _overlap(a, b)]
    assert clashes == []


def test_words_stand_clear_of_lines_and_markers_in_row_figures(row_case) -> None:
    figure = row_case.figure()
    renderer = _renderer(figure)
    words = [(text.get_text(), _box(text, renderer)) for text in texts(figure)]
    (axes,) = figure.axes
    for line in axes.lines:
        # guides over the whole height are love's zero line and limits
        if line.get_transform() != axes.transData:
            continue
        drawn = line.get_window_extent(renderer)
        padded = Bbox.from_extents(drawn.x0 - 1, drawn.y0 - 1, drawn.x1 + 1, drawn.y1 + 1)
        assert [w for w, box in words if _overlap(box, padded)] == []


def test_words_in_boxes_stay_inside_them(flow_case) -> None:
    figure = flow_case.figure()
    renderer = _renderer(figure)
    frames = [a.get_window_extent(renderer) for a in figure.artists if isinstance(a, Rectangle)]
    assert frames
    body = [t for t in figure.texts if t.get_ha() == "center"]
    for text in body:
        box = _box(text, renderer)
        assert any(f.x0 < box.x0 and box.x1 < f.x1 and f.y0 < box.y0 and box.y1 < f.y1 for f in frames), text.get_text()


def test_every_figure_is_16_cm_wide_in_9_points(case) -> None:
    figure = case.figure()
    assert figure.get_size_inches()[0] * 2.54 == pytest.approx(16)
    assert {text.get_fontsize() for text in texts(figure)} == {9.0, 11.0}
    assert {text.get_fontname() for text in texts(figure)} == {"DejaVu Sans"}


# ------------------------------------------------------------------------------------------------------------ language


def _words(passages) -> set[str]:
    return {w.lower() for passage in passages for w in re.findall(r"[^\W\d_]{2,}", re.sub(r"\{\w*\}", " ", passage))}


#: Words that are Swedish too: what the programmes are called, and "bostad med särskild service".
_NAMES = {"supported", "employment", "case", "management", "service"}
_ENGLISH = _words(w["en"] for c in (WORDS, i18n.catalogue) for w in c.values())
_ENGLISH -= _words(w["sv"] for c in (WORDS, i18n.catalogue) for w in c.values()) | _NAMES


def test_a_swedish_figure_has_no_english_word(swedish_case) -> None:
    assert len(_ENGLISH) > 80
    shown = [text.get_text() for text in texts(swedish_case.figure())]
    assert _words([*shown, swedish_case.alt_text()]) & _ENGLISH == set()
    assert not [s for s in shown if re.search(r"\d\.\d", s)]


def test_numbers_have_the_languages_decimal_mark(case) -> None:
    wrong = r"\d,\d{1,2}(?!\d)" if case.lang == "en" else r"\d\.\d"
    assert not re.search(wrong, case.alt_text())
    assert "-" not in re.sub(r"[^\W\d]-", "", case.alt_text())


# -------------------------------------------------------------------------------------------------------------- absent


def test_absent_values_are_marked_and_explained(case) -> None:
    status = set(case.table["status"]) & {"suppressed", "unavailable"}
    shown = [text.get_text() for text in texts(case.figure())]
    for wanted, sign in (("suppressed", "‥"), ("unavailable", "–")):
        if wanted in status:
            assert any(sign in s and len(s) < 20 for s in shown), wanted
            assert any(s.startswith(f"{sign} ") for s in shown), f"{wanted} is not explained"
        elif sign == "‥":
            assert not any(sign in s for s in shown)


def test_nothing_absent_is_drawn_as_zero(hidden_case) -> None:
    case = hidden_case
    column = {
        shares_by_month: "share",
        cumulative_incidence: "incidence",
        forest: "estimate",
        estimators: "estimate",
        sites: "estimate",
        love: "smd",
    }[case.module]
    known = case.table[column].dropna().to_numpy(dtype=float)
    (axes,) = case.figure().axes
    lines = [line for line in axes.lines if line.get_marker() not in {"None", None}]
    across = 1 if case.module in {shares_by_month, cumulative_incidence} else 0
    drawn = np.concatenate([np.empty(0), *(np.asarray(line.get_data()[across], dtype=float) for line in lines)])
    assert (
        np.isclose(drawn[~np.isnan(drawn)][:, None], np.append(known, case.table.get("smd_weighted", known)))
        .any(1)
        .all()
    )


def test_effects_of_nothing_lie_in_the_middle() -> None:
    """RP02's kind: places without an event in either arm, or a negative zero, drew an axis from 0 to 100 points."""
    for scale, zero in (("points", 0.0), ("points", -0.0), ("unit", 0.0)):
        rows = [
            {"arm": "B", "control": "A", "subgroup": "", "level": "", "kind": "effect", "n_arm": 8, "n_control": 8}
            | {"estimate": zero, "conf_low": np.nan, "conf_high": np.nan, "status": "released"}
        ]
        (axes,) = (a for a in forest.forest(pd.DataFrame(rows), scale=scale).axes if len(a.get_xticks()))
        low, high = axes.get_xlim()
        assert low + high == pytest.approx(0, abs=1e-9)
        assert high < (0.02 if scale == "points" else 2)
        labels = [t.get_text() for t in axes.get_xticklabels()]
        assert {"−1", "1"} <= {re.sub(r"[.,]0$", "", label) for label in labels}


@pytest.mark.parametrize("name", ["profile_one_month", "effects_by_month_one_month"])
def test_a_month_without_neighbours_shows_its_interval(case_named, name) -> None:
    """A band between one month and itself has no area: its interval is a bar."""
    case = case_named(name)
    axes = [a for a in case.figure().axes if a.collections]
    bars = [c for a in axes for c in a.collections if isinstance(c, LineCollection)]
    expected = {(round(r.conf_low, 6), round(r.conf_high, 6)) for r in case.table.itertuples()}
    drawn = {tuple(round(float(y), 6) for y in s[:, 1]) for bar in bars for s in bar.get_segments()}
    assert expected <= drawn
    # and the month lies within its axis, above the persons counted there
    for a in axes:
        low, high = a.get_xlim()
        assert low + 0.3 < 15 < high - 0.3


def test_a_hidden_part_hides_the_total(case_named) -> None:
    totals = [t.get_text() for t in texts(case_named("kinds_suppressed").figure()) if t.get_text().startswith("Tot")]
    assert [t.split(" ")[-1].strip() for t in totals][1:] == ["–", "‥"]


# --------------------------------------------------------------------------------------------------------------- bytes


_SCRIPT = """
import hashlib, importlib.util, json, pathlib, sys, tempfile
spec = importlib.util.spec_from_file_location("figure_hooks", sys.argv[1])
module = importlib.util.module_from_spec(spec); sys.modules["figure_hooks"] = module; spec.loader.exec_module(module)
from effektutv.plots.layout.style import save
out = {}
with tempfile.TemporaryDirectory() as folder:
    for case in module.cases():
        if case.name.endswith(("normal", "suppressed")):
            for path in save(case.figure(), pathlib.Path(folder) / f"{case.name}-{case.lang}"):
                out[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
assert "matplotlib.pyplot" not in sys.modules
print(json.dumps(out))
"""


def _hashes(folder: Path, seed: str, settings: str) -> dict[str, str]:
    folder.mkdir()
    (folder / "matplotlibrc").write_text(settings, encoding="utf-8")
    conftest = Path(__file__).with_name("conftest.py")
    environment = os.environ | {
        "PYTHONHASHSEED": seed,
        "MATPLOTLIBRC": str(folder),
        "TZ": "Asia/Tokyo" if seed == "1" else "UTC",
    }
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(conftest)], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.same_bytes
def test_the_same_bytes_in_two_processes_whatever_the_users_settings(every_case, tmp_path: Path) -> None:
    plain = _hashes(tmp_path / "plain", "1", "")
    other = _hashes(
        tmp_path / "other",
        "2",
        "font.family: serif\nfont.size: 14\naxes.grid: True\nsvg.fonttype: none\nlines.linewidth: 5\naxes.facecolor: red\n",
    )
    wanted = [c for c in every_case() if c.name.endswith(("normal", "suppressed"))]
    assert len(plain) == 2 * len(wanted) >= 2 * 2 * 13
    assert plain == other


def test_saved_files_need_nothing_else(tmp_path: Path, normal_case) -> None:
    svg, png = save(normal_case.figure(), tmp_path / "figure")
    words = svg.read_text(encoding="utf-8")
    assert "<text" not in words
    assert "dc:date" not in words
    assert not re.search(r"(href|src)=\"(?!#)", words)
    assert int.from_bytes(png.read_bytes()[16:20], "big") == pytest.approx(16 / 2.54 * 300, abs=1)


def test_figures_leave_matplotlib_as_they_found_it_and_draw_the_same_twice(case, tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    first = save(case.figure(), tmp_path / "a")
    assert dict(mpl.rcParams) == before
    second = save(case.figure(), tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


# ---------------------------------------------------------------------------------------------------------------- arms


def _lightness(colour: str) -> float:
    return float(116 * np.cbrt(luminance(colour)) - 16)


@pytest.mark.parametrize("arms", [["FS", "SE", "CM"], ["K", "A", "B"], ["K", "A", "B", "C"]])
def test_arms_differ_in_grey_in_line_and_in_marker(arms) -> None:
    looks = list(arm_styles(arms, arms[0]).values())
    greys = sorted(_lightness(look.colour) for look in looks)
    assert min(np.diff(greys)) >= 8
    assert len({str(look.line) for look in looks}) == len(looks)
    assert len({(look.marker, look.hollow) for look in looks}) == len(looks)
    assert all(1.05 / (luminance(look.text_colour) + 0.05) >= 4.5 for look in looks)
    assert all(1.05 / (luminance(look.colour) + 0.05) >= 3 for look in looks)


def test_the_trials_arms_look_the_same_whoever_else_is_there() -> None:
    every = arm_styles({"FS": "a", "SE": "b", "CM": "c"}, "FS")
    assert (every["FS"].colour, every["SE"].colour, every["CM"].colour) == ("#4A5560", "#0072B2", "#D55E00")
    assert (every["FS"].marker, every["SE"].marker, every["CM"].marker) == ("o", "o", "^")
    assert every["FS"].hollow
    assert not every["SE"].hollow
    assert arm_styles(["CM", "SE"], "SE")["CM"].colour == every["CM"].colour
    assert arm_styles({"FS": "a", "X": "b"}, "X")["X"].colour == "#4A5560"


def test_a_pair_without_the_control_has_a_look_of_its_own() -> None:
    arms = arm_styles(["FS", "SE", "CM"], "FS")
    first, second, third = pair_styles([("SE", "FS"), ("CM", "FS"), ("SE", "CM")], arms, "FS")
    assert (first, second) == (arms["SE"], arms["CM"])
    assert third.colour not in {arm.colour for arm in arms.values()}


def test_readable_keeps_a_dark_colour_and_darkens_a_light_one() -> None:
    assert readable("#0072B2") == "#0072b2"
    assert luminance(readable("#F0E442")) < luminance("#F0E442")


# ------------------------------------------------------------------------------------------------------------- measure


def test_spread_moves_labels_apart_as_little_as_can_be() -> None:
    assert spread([10, 50], [10, 10], 0, 100) == [10, 50]
    assert spread([30, 30], [10, 10], 0, 100, gap=2) == pytest.approx([24, 36])
    assert spread([99, 98], [10, 10], 0, 100) == pytest.approx([95, 85])
    assert spread([], [], 0, 1) == []


def test_spread_never_overlaps_and_keeps_the_order() -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        n = int(rng.integers(1, 8))
        wanted, sizes = rng.uniform(0, 200, n), rng.uniform(5, 20, n)
        places = np.array(spread(list(wanted), list(sizes), 0, 200, gap=1))
        order = np.argsort(wanted, kind="stable")
        low, high = (places - sizes / 2)[order], (places + sizes / 2)[order]
        assert (low[1:] - high[:-1] >= 1 - 1e-9).all()
        assert low[0] >= -1e-9
        assert high[-1] <= 200 + 1e-9


def test_wrapped_lines_fit_and_no_break_spaces_hold() -> None:
    words = (
        "Stratumvägd skillnad i andelar med 95\u202f% konfidensintervall för arbetsmarknadspolitiska programdeltagare"
    )
    lines = wrap(words, 90)
    assert max(text_width(line) for line in lines) <= 90
    assert any("95\u202f%" in line for line in lines)
    assert "".join(lines).replace("-", "").replace(" ", "") == words.replace(" ", "")
    assert wrap("Arbetsmarknadsutbildning", 100) == ["Arbetsmarknads-", "utbildning"]


# -------------------------------------------------------------------------------------------------------------- errors


def test_a_wrong_table_or_argument_is_named(normal_case) -> None:
    case = normal_case
    with pytest.raises(ArgumentError, match="without rows"):
        case.draw(case.table.iloc[:0], lang=case.lang)
    with pytest.raises(ArgumentError, match="needs the columns"):
        case.draw(case.table[["status"]], lang=case.lang)
    with pytest.raises(ArgumentError, match="lang"):
        case.draw(case.table, lang="de")
    with pytest.raises(ArgumentError, match="control"):
        case.draw(case.table, lang=case.lang, control="XX")


def test_a_month_that_the_table_lacks_is_refused(case_named) -> None:
    case = case_named("profile_normal")
    with pytest.raises(ArgumentError, match="mark_month"):
        shares_by_month.shares_by_month(case.table, mark_month=99)
    with pytest.raises(ArgumentError, match="outcome"):
        shares_by_month.shares_by_month(case.table, outcome="nothing")


def test_two_months_of_kinds_are_refused(case_named) -> None:
    case = case_named("kinds_normal")
    import pandas as pd

    with pytest.raises(ArgumentError, match="one outcome"):
        stacked_bars.stacked_bars(pd.concat([case.table, case.table.assign(month=18)]))


@pytest.mark.parametrize("name", ["kinds_normal", "kinds_tiny", "sources_normal", "hours_normal"])
def test_bars_stand_evenly_whether_or_not_a_value_stands_above(case_named, name) -> None:
    figure = case_named(name).figure()
    boxes = [p for p in figure.findobj(Rectangle) if p.get_height() > 20 and p.get_height() < 30]
    tops = sorted({round(p.get_y(), 6) for p in boxes})
    steps = {round(b - a, 6) for a, b in pairwise(tops)}
    assert len(tops) == 3
    assert len(steps) == 1


def test_hours_are_written_as_hours_and_none_where_there_are_none(case_named) -> None:
    case = case_named("hours_normal")
    words = [t.get_text() for t in case.figure().findobj(Text)]
    assert {"24,4", "Totalt 38,2", "n = 354"} <= set(words)
    assert not any("%" in w or "kommun" in w.lower() for w in words)
    assert "62,2" in stacked_bars.alt_text(case.table, "sv", **case.alt)
    with pytest.raises(ArgumentError, match="unit"):
        stacked_bars.stacked_bars(case.table, unit="days")


def test_save_wants_an_existing_folder(case_named, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="folder"):
        save(case_named("kinds_normal").figure(), tmp_path / "no" / "figure")


# ------------------------------------------------------------------------------------------------------------- results


def test_results_plot_with_nothing_given() -> None:
    import pandas as pd

    import effektutv as eu

    rng = np.random.default_rng(1)
    n = 300
    df = pd.DataFrame(
        {"arm": rng.choice(["SE", "FS", "CM"], n), "x": rng.normal(size=n), "kon": rng.choice(["k", "m"], n)}
    )
    df["y"] = (rng.random(n) < 0.2 + 0.1 * (df["arm"] == "SE")).astype(int)
    df.loc[:20, "x"] = np.nan
    effects = eu.itt(df, outcome="y", arm="arm", control="FS", by=["kon"])
    balance = eu.balance(df, arm="arm", covariates=["x", "kon"])
    for result in (effects, balance):
        for lang in ("sv", "en"):
            figure = result.plot(lang=lang)
            assert figure.get_size_inches()[0] * 2.54 == pytest.approx(16)
    assert figure._repr_png_().startswith(b"\x89PNG")
