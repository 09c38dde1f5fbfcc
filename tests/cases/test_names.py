"""Names and words of users never collide with ours: kinds of rows, keys in parts, columns apart, what looks the same."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import effektutv as eu
from effektutv import i18n
from effektutv.analysis import analyse
from effektutv.commands.run import run
from effektutv.disclosure.protect import protect
from effektutv.results import Own, RowKind, part_of, written
from effektutv.synthetic.write_demo import write_demo

LABEL = 'label = { sv = "x", en = "x" }'
NASTY = (
    "a:b", "a", "b", "p:q", "q:r", "a×b", "a,b", "a/b", "a=b", "a|b", "a\nb", '"a"', "'a'", "=1+1", "-x", "+x", "@x", "", " ",
    '["a", "b"]', "[a]", "nan", "None", "missing", "okand", "omnibus", "joint", "interaction", "level", "effect", "å", "1", "0",
)  # fmt: skip


def words() -> list[str]:
    """Every identifier and short text of our own source, and signs that join or open something."""
    found = set(NASTY)
    for path in sorted(Path(eu.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= 40:
                found.add(node.value)
    return sorted(found)


WORDS = words()


def numbers(effects):
    """Everything of the rows but names, without what only texts differ in."""
    kept = (
        "n_arm",
        "n_control",
        "estimate",
        "std_error",
        "statistic",
        "df",
        "p_value",
        "p_adjusted",
        "p_randomization",
    )
    return [
        (r.kind, *(v if isinstance(v := getattr(r, name), float | int) else None for name in kept))
        for r in effects.rows
    ]


def close(one, other):
    """Whether numbers are alike but for the order in which strata and levels, sorted by name, are summed."""
    return len(one) == len(other) and all(
        x == pytest.approx(y, rel=1e-9, abs=1e-12) if isinstance(x, float) else x == y
        for a, b in zip(one, other, strict=True)
        for x, y in zip(a, b, strict=True)
    )


@pytest.mark.parametrize("name", ["joint", "interaction", "", "missing"])
@pytest.mark.parametrize("method", ["westfall-young", "romano-wolf", "holm"])
def test_a_level_called_as_a_kind_of_row(name, method):
    """ST08: a level's row keeps its own p in a family, whatever it is called."""
    n = 240
    g = np.random.default_rng(0).choice(["joint", "alone"], n)
    y = np.random.default_rng(1).normal(size=n)
    arm = np.random.default_rng(2).permutation(np.repeat(["FS", "SE"], n // 2))

    def adjusted(level):
        df = pd.DataFrame({"arm": arm, "z": y, "g": np.where(g == "joint", level, g)})
        found = eu.itt(df, outcome="z", arm="arm", control="FS", by="g", levels={"g": ["alone", level]})
        return eu.adjust(found, method=method, **({} if method == "holm" else {"draws": 99}))

    theirs = adjusted(name)
    assert numbers(theirs) == numbers(adjusted("shared"))
    assert [r.kind for r in theirs.rows] == ["effect", "level", "level", "interaction"]
    assert theirs.rows[2].level == name
    table = theirs.tidy()
    assert list(table["kind"]) == ["effect", "level", "level", "interaction"]
    assert not table.duplicated(["subgroup", "level", "kind"]).any()


def test_a_level_called_joint_has_the_p_of_its_own():
    """ST08: the right values of the case."""
    n = 240
    g = np.random.default_rng(0).choice(["joint", "alone"], n)
    df = pd.DataFrame({"arm": np.random.default_rng(2).permutation(np.repeat(["FS", "SE"], n // 2)), "g": g})
    df["z"] = np.random.default_rng(1).normal(size=n)
    found = eu.itt(df, outcome="z", arm="arm", control="FS", by="g", levels={"g": ["alone", "joint"]})
    row = next(r for r in eu.adjust(found, method="westfall-young", draws=2000).rows if r.level == "joint")
    assert row.p_value == pytest.approx(0.887, abs=5e-4)
    assert row.p_adjusted == pytest.approx(0.893, abs=0.02)


@pytest.mark.parametrize("sign", [":", "×", ",", "/", "=", "|", "\n", '"', " × "])
def test_signs_within_names_and_levels_join_nothing(sign):
    """ST10: two crosses whose joined texts are one stay two, in rows and families; a column named so stands beside."""
    g = np.random.default_rng(7)
    n = 240
    arm = g.permutation(np.repeat(["FS", "SE"], n // 2))
    y = np.random.default_rng(1).normal(size=n)
    first, second = g.choice(["y", "x"], n), g.choice(["u", "w"], n)
    family = {"rows": lambda r: not r.kind.compares, "method": "westfall-young", "draws": 199}

    def found(left, right, name):
        df = pd.DataFrame(
            {"arm": arm, "z": y, "a": [left.get(x, x) for x in first], "b": [right.get(x, x) for x in second]}
        )
        df[name] = first
        by = {
            "by": [name, ("a", "b")],
            "levels": {"a": list(left.values()), "b": list(right.values()), name: ["x", "y"]},
        }
        return eu.adjust(eu.itt(df, outcome="z", arm="arm", control="FS", **by), **family)

    nasty = found({"x": f"p{sign}q", "y": "p"}, {"u": "r", "w": f"q{sign}r"}, f"a{sign}b")
    plain = found({"x": "pq", "y": "p"}, {"u": "r", "w": "qr"}, "ab")
    assert numbers(nasty) == numbers(plain)
    keys = [(written(r.subgroup), written(r.level), r.kind) for r in nasty.rows]
    assert len(set(keys)) == len(keys)
    crossed = [r.level for r in nasty.rows if r.subgroup == ("a", "b") and r.kind is RowKind.LEVEL]
    assert crossed == [(x, z) for x in (f"p{sign}q", "p") for z in ("r", f"q{sign}r")]


def test_a_name_of_ours_equals_no_text():
    """ST09: what the package's own columns are reached by."""
    assert Own("arm") != "arm"
    assert "arm" != Own("arm")  # noqa: SIM300
    assert Own("arm") == Own("arm")
    assert {Own("arm"): 1, "arm": 2} == {"arm": 2, Own("arm"): 1}
    assert f"{Own('arm')}" == "arm"
    assert type(str(Own("arm"))) is str


STUDY = """study = {{ name = "t", title = {{ sv = "x", en = "x" }} }}
arms = [{{ code = "FS", control = true, {L} }}, {{ code = "SE", {L} }}]
design = {{ strata = "site", cluster = "site" }}
table = {{ path = "d.csv", arm = "arm" }}
outcomes = [{{ name = "{outcome}", {L}, role = "primary", column = "y", above = 0.5 }}]
disclosure = {{ profile = "public_data" }}

[[covariates]]
name = "{one}"
{L}
column = "k"
measure = "levels"
baseline = "before_randomisation"
levels = [{{ code = "{first}", values = ["u"], {L} }}, {{ code = "{second}", values = ["v"], {L} }}]

[[covariates]]
name = "{other}"
{L}
column = "h"
measure = "levels"
baseline = "before_randomisation"
levels = [{{ code = "{first}", values = ["a"], {L} }}, {{ code = "{second}", values = ["b"], {L} }},
  {{ code = "{third}", values = ["c"], {L} }}]

[[subgroups]]
by = ["{one}"]

[[subgroups]]
by = ["{one}", "{other}"]
"""
PLAIN = {"outcome": "arbete", "one": "xone", "other": "xother", "first": "p", "second": "q", "third": "r"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A plain table with gaps in one characteristic."""
    out = tmp_path_factory.mktemp("names")
    g = np.random.default_rng(7)
    n = 360
    df = pd.DataFrame(
        {"arm": g.permutation(np.repeat(["FS", "SE"], n // 2)), "site": g.choice(["A", "B", "C", "D"], n)}
    )
    df["y"] = (g.random(n) < 0.35).astype(int)
    df["k"], df["h"] = g.choice(["u", "v"], n), g.choice(["a", "b", "c", None], n, p=[0.3, 0.3, 0.3, 0.1])
    df.to_csv(out / "d.csv", index=False)
    return out


def trial(folder, **names):
    (folder / "s.toml").write_text(STUDY.format(L=LABEL, **{**PLAIN, **names}), encoding="utf-8")
    return eu.load(folder / "s.toml")


#: Names of the package's own columns, and other words of which a study may make a name.
OURS = (
    "arm",
    "cluster",
    "stratum",
    "area",
    "randomised",
    "site",
    "weight",
    "n",
    "probability",
    "provider",
    "entry_half_year",
)


def answers(made):
    name = made.study.primary.name
    one, other = (c.name for c in made.study.covariates)
    fitted = made.itt(estimator="fe", vcov="CR2", by=[one, (one, other)], covariates=[other])
    tested = made.randomization_test(name, draws=99)
    balance = [(r.kind, r.n_arm, r.mean_arm, r.mean_control) for r in made.balance(draws=49).rows]
    return numbers(fitted), [r.p_randomization for r in tested.rows], balance


@pytest.fixture(scope="module")
def harmless(folder):
    return answers(trial(folder))


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("role", ["outcome", "one", "other"])
def test_a_name_that_our_columns_have_takes_no_ones_place(folder, harmless, name, role):
    """ST09: estimates and clustered errors, tests and balance are those of a harmless name, in every role."""
    assert answers(trial(folder, **{role: name})) == harmless


@pytest.fixture(scope="module")
def registers(tmp_path_factory):
    """A demonstration of registers, and what its report may show by covariates whose names are of no consequence."""
    out = tmp_path_factory.mktemp("registers") / "demo"
    write_demo(out, participants=240, population=300, seed=4)
    return out, shown(protect(analyse(eu.load(out / "study.toml"))).value)


def shown(value):
    """What may be shown, in order: status, persons and numbers of every effect, balance by arm, and by place and half-year."""
    effects = [*value.effects, value.sites, value.entry]
    rows = [r for e in effects if e is not None for r in e.rows]
    text = [(r.kind, r.status, str(r.n_arm), str(r.estimate), str(r.p_value)) for r in rows]
    return text, [(r.kind, r.status, str(r.n_arm), str(r.mean_arm)) for r in value.balance.rows]


def test_covariates_of_a_register_study_may_have_names_of_ours(registers):
    """ST09: sex is called site, as the places of the report are, and others as columns of the participants."""
    folder, plain = registers
    text = (folder / "study.toml").read_text("utf-8")
    for old, new in {
        "kon": "site",
        "barn": "arm",
        "alder": "cluster",
        "lss_beslut": "area",
        "gymnasium": "randomised",
    }.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    (folder / "named.toml").write_text(text, "utf-8")
    value = protect(analyse(eu.load(folder / "named.toml"))).value
    assert shown(value) == plain
    assert {type(r.subgroup) for r in value.sites.rows if r.subgroup} == {Own}


def test_names_with_colons_are_found_among_joined_ones():
    """Trap 16: of a stratum named with a colon none is missed, so that what its hidden cells would tell is hidden."""
    assert part_of("a:b", "a:b")
    assert part_of("a:b", "c:a:b")
    assert part_of(("a", "b"), "a:b")
    assert not part_of("a", "ab:ba")
    assert not part_of("a", "")
    assert not part_of("", "a")


def test_a_name_that_stands_twice_is_refused_with_both_lines(folder):
    """ST09: across sections, too."""
    with pytest.raises(eu.StudyError, match=r"line 5: 'xone' is declared twice, here and on line 8"):
        trial(folder, outcome="xone")
    with pytest.raises(eu.StudyError, match=r"line 16: 'xone' is declared twice, here and on line 8"):
        trial(folder, other="xone")
    with pytest.raises(eu.StudyError, match="level 'p' of 'xone' is declared twice"):
        trial(folder, second="p")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Sö", "So\N{COMBINING DIAERESIS}"), ("SE", "SE "), ("SE", "se"), ("SE", "S\N{ZERO WIDTH SPACE}E")],
)
def test_arms_that_look_the_same_are_refused(one, other, folder):
    """ST13: both spellings are named; a study that declares both is refused, too."""
    df = pd.DataFrame({"arm": [one, other, "FS"] * 40, "y": np.random.default_rng(0).normal(size=120)})
    with pytest.raises(eu.ArgumentError) as told:
        eu.itt(df, outcome="y", arm="arm", control="FS")
    assert f"{one!a}" in str(told.value)
    assert f"{other!a}" in str(told.value)
    text = (
        STUDY.format(L=LABEL, **PLAIN)
        .replace('code = "SE"', f'code = "{other}"')
        .replace('code = "FS"', f'code = "{one}"')
    )
    (folder / "alike.toml").write_text(text, encoding="utf-8")
    with pytest.raises(eu.StudyError, match="which another looks like"):
        eu.load(folder / "alike.toml")


@pytest.mark.parametrize("argument", ["strata", "by", "cluster"])
def test_values_that_look_the_same_are_noted(argument):
    """ST13: of strata, levels and clusters a note says so, and names no value."""
    g = np.random.default_rng(0)
    df = pd.DataFrame({"arm": ["A", "B"] * 100, "y": g.normal(size=200), "s": g.choice(["Öst", "Öst ", "väst"], 200)})
    options = {argument: "s"} | ({"estimator": "difference"} if argument == "cluster" else {})
    notes = eu.itt(df, outcome="y", arm="arm", control="A", **options).notes
    told = [n for n in notes if "differ in capitals, spaces" in n]
    assert len(told) == 1
    assert told[0].startswith(f"{argument}: s has values")


COLUMNS = (
    "collect",
    "columns",
    "lazy",
    "schema",
    "shape",
    "to_pandas",
    "index",
    "values",
    "dtypes",
    "isna",
    "T",
    "__len__",
)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_may_be_called_as_a_frame_s_own(name):
    """PY05: what a frame is, is asked of its type, not of what it has; pandas and polars, every role."""
    import polars as pl

    g = np.random.default_rng(3)
    values = {"arm": ["A", "B"] * 100, "b": g.integers(0, 2, 200), "k": g.choice(["u", "v"], 200)}
    call = {"outcome": "b", "arm": "arm", "control": "A"}
    want = numbers(eu.itt(pd.DataFrame(values), by="k", **call))
    for frame in (pd.DataFrame, pl.DataFrame):
        assert numbers(eu.itt(frame({**values, name: values["b"]}), by="k", **call)) == want
        assert numbers(eu.itt(frame({**values, name: values["k"]}), by=name, **call)) == want
        assert numbers(eu.itt(frame({**values, name: values["b"]}), by="k", **{**call, "outcome": name})) == want
        renamed = {(name if k == "arm" else k): v for k, v in values.items()}
        assert numbers(eu.itt(frame(renamed), by="k", **{**call, "arm": name})) == want
    with pytest.raises(eu.ArgumentError, match="not read yet"):
        eu.itt(pl.DataFrame(values).lazy(), **call)


def tables(folder, **names):
    """The tables of a run, names put back to the harmless ones."""
    trial(folder, **names)
    out = folder / "out"
    run(folder / "s.toml", out=out, lang="en")
    back = {v: k for k, v in {**PLAIN, **names}.items()}
    found = {}
    for path in sorted((out / "tables").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        keyed = [
            i for i, c in enumerate(rows[0]) if c in ("outcome", "covariate", "subgroup", "level", "note", "family")
        ]
        if path.stem == "balance":
            # the mark of those not known is ours, and its kind says so
            at = rows[0].index("kind")
            rows[1:] = [[row[0], "", *row[2:]] if row[at] == "missing" else row for row in rows[1:]]
        found[path.stem] = [[back.get(x, "") if i in keyed else x for i, x in enumerate(row)] for row in rows[1:]]
    assert {p.suffix for p in out.iterdir()} >= {".html", ".pdf", ".docx", ".xlsx"}
    return found


def test_sentinel_words_as_codes_reach_the_last_format(folder):
    """PY07: levels coded as our own marks, with gaps in the column, make the same report."""
    sentinels = {"outcome": "cluster", "one": "omnibus", "other": "arm"}
    nasty = tables(folder, first="missing", second="joint", third="interaction", **sentinels)
    assert nasty == tables(folder)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(drawn=st.lists(st.sampled_from(WORDS), min_size=11, max_size=11, unique=True))
def test_no_word_changes_a_number(drawn):
    """Names, codes and levels out of our own source, through the door on any data frame."""
    g = np.random.default_rng(5)
    n = 160
    names, codes = drawn[:6], drawn[6:]
    arm, stratum = g.integers(0, 2, n), g.integers(0, 3, n)
    first, second, x = g.integers(0, 2, n), g.integers(0, 3, n), g.normal(size=n)
    y = (g.random(n) < 0.4).astype(float)

    def coded(codes, which):
        # an array of fixed-width text would lose a NUL at the end
        return np.array(codes, dtype=object)[which]

    def rounded(value):
        return round(value, 9) if isinstance(value, float) else -1.0

    def found(names, codes):
        outcome, who, strata, one, other, covariate = names
        # the first two are arms, the first three levels: one word may be a name, an arm and a level at once
        df = pd.DataFrame(
            {who: coded(codes[:2], arm), strata: coded(codes[1:4], stratum), one: coded(codes[2:4], first),
             other: coded(codes[:3], second), covariate: x, outcome: y}
        )  # fmt: skip
        call = {"outcome": outcome, "arm": who, "control": codes[0], "strata": strata, "arms": codes[:2]}
        levels = {one: codes[2:4], other: codes[:3]}
        effects = eu.itt(df, by=[one, other, (one, other)], levels=levels, estimator="blocked", **call)
        keys = [(written(r.subgroup), written(r.level), r.kind) for r in effects.rows]
        assert len(set(keys)) == len(keys)
        holm = eu.adjust(effects, method="holm", rows=lambda r: r.kind.compares)
        balance = eu.balance(
            df, arm=who, control=codes[0], arms=codes[:2], covariates=[one, other, covariate], strata=strata
        )
        # levels stand in the order of their names
        told = sorted((r.kind, r.n_arm, rounded(r.mean_arm), rounded(r.smd)) for r in balance.rows)
        adjusted = eu.itt(df, estimator="fe", covariates=[covariate, one], **call)
        return numbers(effects), numbers(holm), told, numbers(adjusted)

    if len({i18n.look(c) for c in codes[:2]}) == 2:
        theirs = found(names, codes)
        ours = found(["y", "w", "s", "g", "h", "z"], ["c1", "c2", "c3", "c4", "c5"])
        for one, other in zip(theirs, ours, strict=True):
            assert close(one, other)
