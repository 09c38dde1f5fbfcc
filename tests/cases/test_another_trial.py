"""Another trial than the first: nothing of the first in its report, and nothing said to be done that its data cannot show."""

from __future__ import annotations

import re

import numpy as np
import pytest

import effektutv as eu
from effektutv.analysis import analyse
from effektutv.commands.init.draft_study import draft
from effektutv.disclosure.protect import protect
from effektutv.errors import ArgumentError, StudyError
from effektutv.reporting import build
from effektutv.reporting.model.blocks import FigureBlock
from effektutv.reporting.model.document import Facts
from effektutv.reporting.tables.csv_tables import csv_tables
from effektutv.reporting.wording.glossary import abbreviations, texts
from effektutv.synthetic.write_demo import write_demo

#: Words of the first trial; what a study declares itself is taken out of it below.
FIRST = re.compile(
    r"SIUS|ktivitetsersättning|\b18\s?%|30-års|[Aa]ge 30|[Tt]urns? 30|[Ff]yller 30|at 30\b|"
    r"vid 30 år|rojektområde|roject area|aglig verksamhet|"
    r"[Cc]ase manage|case officer|andläggare|benefit ends|\bFS\b|\bSE\b|\bCM\b|månad 15|month 15"
)
#: What is said to be done about deaths and moves, which needs their register.
HANDLED = re.compile(
    r"har dött|have died|who dies|den som dör|have emigrated|har utvandrat|konkurrerar|compete|Aalen|Alla lottade kan följas|"
    r"Everyone assigned can be followed"
)
FACTS = Facts(version="0", engine="duckdb", seed=7, inputs={"a.csv": "0" * 64}, versions={"python": "3"})
GONE = ("tidredovisning", "deltagarenkat", "sos_lss", "scb_handelser", "af_beslut")
ARMS = """[[arms]]
code = "A"
control = true
label = { sv = "Ordinarie", en = "Usual" }
[[arms]]
code = "B"
label = { sv = "Ungdom", en = "Youth" }
"""

PLAIN = """[study]
name = "skola"
title = { sv = "En skola", en = "A school" }
[[arms]]
code = "a"
control = true
label = { sv = "Vanlig", en = "Usual" }
[[arms]]
code = "b"
label = { sv = "Liten klass", en = "Small class" }
[table]
path = "t.csv"
arm = "grp"
[[covariates]]
name = "langd"
label = { sv = "Längd", en = "Length" }
column = "x"
measure = "value"
baseline = "before_randomisation"
[[outcomes]]
name = "klarade"
label = { sv = "Klarade provet", en = "Passed" }
role = "primary"
column = "y"
values = [1]
"""


def _another(text):
    """The demonstration's study file as that of a two-arm trial on studies, without strata and without deaths."""
    text = text[: text.index("[[arms]]")] + ARMS + text[text.index("[design]") :]
    kept = []
    for block in re.split(r"(?m)^(?=\[)", text):
        if any(f"[registers.{name}]" in block for name in GONE) or "sos_lss" in block or "wave = 2" in block:
            continue
        if '"daglig_verksamhet"]' in block or block.startswith("[consort]"):
            continue
        block = block.replace("month = 15", "month = 12")
        if 'name = "arbete"\n' in block:
            block = block.replace('role = "primary"\n', "")
        kept.append(block.replace('state = "studies"', 'role = "primary"\nstate = "studies"'))
    text = "".join(kept).replace("horizon = 24", "horizon = 18")
    text = re.sub(r"(?m)^(strata|cluster|weights|receipt_tolerance) = .*\n", "", text)
    text = text.replace('estimator = "blocked"', 'estimator = "difference"')
    text = re.sub(r"(?m)^title = .*$", 'title = { sv = "Ett försök", en = "A trial" }', text, count=1)
    text = re.sub(r"(?m)^name = \"aktivitetsersattning\"$", 'name = "annat"', text, count=1)
    return re.sub(r"Aktivitets- eller sjukersättning", "Ersättning", text)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small demonstration, as it is."""
    folder = tmp_path_factory.mktemp("first") / "demo"
    write_demo(folder, participants=400, population=600, seed=4)
    return folder


@pytest.fixture(scope="module")
def other(small, tmp_path_factory):
    """The other trial, from two arms of the demonstration."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "extracts").mkdir()
    for path in (small / "extracts").iterdir():
        data = path.read_text("cp1252")
        if path.name == "lottningsenkat.csv":
            lines = [x.replace(";FS;", ";A;").replace(";SE;", ";B;") for x in data.splitlines() if ";CM;" not in x]
            data = "\n".join(lines) + "\n"
        (folder / "extracts" / path.name).write_text(data, "cp1252")
    (folder / "study.toml").write_text(_another((small / "study.toml").read_text("utf-8")), "utf-8")
    return eu.load(folder / "study.toml")


def _said(trial, lang):
    """Every text of a trial's report, but for names of columns and versions."""
    report = build.build(protect(analyse(trial)), lang=lang, facts=FACTS)
    out = [*texts(report), *(f"{short} {long}" for short, long in abbreviations(report))]
    return [t for t in out if "_DATUM" not in t]


@pytest.fixture(scope="module")
def said(other):
    return {lang: _said(other, lang) for lang in ("sv", "en")}


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_nothing_of_the_first_trial_is_in_the_report_of_another(said, lang):
    """RP03: arms, sources, a benefit's age and a plan come from the study file, or are not said."""
    assert not [t for t in said[lang] if FIRST.search(t)]
    weighted = re.compile(
        r"stratumviktad|efter stratum|by stratum|i samma stratum|same stratum|utan strata|without strata"
    )
    assert not [t for t in said[lang] if weighted.search(t)]


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_deaths_that_nobody_knows_are_not_said_to_be_handled(said, lang):
    """RP05: without a register of deaths and moves the report says that they are unknown, and nothing else of them."""
    assert not [t for t in said[lang] if HANDLED.search(t)]
    unknown = "Dödsfall och flyttningar är inte kända" if lang == "sv" else "Deaths and moves are not known"
    told = [t for t in said[lang] if unknown in t]
    # the estimand's strategy, the limits, the time to work
    assert len(told) >= 3


def test_estimands_say_that_deaths_are_unknown(other):
    """RP05: the same by the other door."""
    for found in (other.itt(), other.time_to_work()):
        assert "death and emigration: not known" in found.estimand.intercurrent
        assert "compete" not in found.estimand.intercurrent


def test_the_first_trial_says_what_it_declares(small, tmp_path):
    """RP03: with them declared, the consultant, the officers, the age and the plan's share are in the report as before."""
    (tmp_path / "extracts").symlink_to(small / "extracts")
    text = re.sub(
        r'(?m)^\[\[outcomes\]\]\nname = "livskvalitet"(?:.*\n)+?\n', "", (small / "study.toml").read_text("utf-8")
    )
    (tmp_path / "study.toml").write_text(text, "utf-8")
    trial = eu.load(tmp_path / "study.toml")
    report = " ".join(_said(trial, "en"))
    for words in (
        "SIUS consultant",
        "Shared case officers",
        "ends at 30",
        "from 18%",
        "have died count as not in work",
    ):
        assert words in report, words
    assert "death and emigration: counted as not in the state" in trial.itt().estimand.intercurrent
    assert "emigration: the state as the registers hold it" in trial.itt("studier").estimand.intercurrent


def test_a_plan_of_another_outcome_says_nothing_of_the_primary_one(small, tmp_path):
    """RP03: 18 per cent in work is no share in studies."""
    (tmp_path / "extracts").symlink_to(small / "extracts")
    text = (small / "study.toml").read_text("utf-8")
    study = tmp_path / "study.toml"
    study.write_text(text.replace("baseline = 0.18", 'outcome = "studier"\nbaseline = 0.18'), "utf-8")
    with pytest.raises(ArgumentError, match="plan is of 'studier', and the primary outcome is 'arbete'"):
        eu.load(study).power()
    study.write_text(text.replace("baseline = 0.18", 'outcome = "arbette"\nbaseline = 0.18'), "utf-8")
    with pytest.raises(StudyError, match="there is no outcome 'arbette'"):
        eu.Study.from_toml(study)
    study.write_text(text.replace("baseline = 0.18\npower = 0.8\nalpha = 0.05\n", ""), "utf-8")
    with pytest.raises(ArgumentError, match="has no plan"):
        eu.load(study).power_curve()


def test_a_draft_has_nothing_that_one_trial_found(small, tmp_path):
    """RP04: the plan's share, the month, the name and the title are open questions, of whatever folder."""
    contact = draft(small / "extracts", out=tmp_path / "study.toml")
    text = contact.path.read_text("utf-8")
    lines = [x for x in text.splitlines() if not x.startswith("#") and '"year_before"' not in x]
    assert not [x for x in lines if re.match(r"(baseline = \d|month|name = \"aktivitetsers|title|ends_at_age)\b", x)]
    assert "aktivitetsersättning" not in "\n".join(lines)
    asked = {(q.table, q.key): q.needed for q in contact.questions}
    assert not asked[("plan",), "baseline"]
    assert all(asked[("study",), key] for key in ("name", "title", "month"))
    assert "#?     baseline = " in text
    assert "0.18" not in text


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_an_outcome_without_its_register_is_said_where_its_result_would_be(small, tmp_path, lang):
    """RP06's kind: beside the other outcomes as well as in the limits; what was never declared is not missed."""
    (tmp_path / "extracts").symlink_to(small / "extracts")
    blocks = re.split(r"(?m)^(?=\[)", (small / "study.toml").read_text("utf-8"))
    kept = [b for b in blocks if not re.match(r"\[registers\.(studier|deltagarenkat)\]", b)]
    (tmp_path / "study.toml").write_text("".join(kept), "utf-8")
    report = build.build(protect(analyse(eu.load(tmp_path / "study.toml"))), lang=lang, facts=FACTS)
    lacks = "har inte de register" if lang == "sv" else "lacks the registers"
    found = {s.key: t for s in report.sections for b in s.blocks for t in getattr(b, "texts", ()) if lacks in t}
    assert set(found) == {"effects", "limits"}
    assert all("studier" in t and "deltagarenkat" in t for t in found.values())
    without = [b for b in kept if '"studies"' not in b and "wave = 2" not in b]
    (tmp_path / "study.toml").write_text("".join(without), "utf-8")
    report = build.build(protect(analyse(eu.load(tmp_path / "study.toml"))), lang=lang, facts=FACTS)
    assert not [t for t in texts(report) if lacks in t]


@pytest.mark.parametrize("persons", [4, 6, 8, 12])
@pytest.mark.parametrize("outcome", ["y", "x"])
def test_a_table_of_a_few_persons_is_reported_or_refused_in_words(tmp_path, persons, outcome):
    """RP02's kind: where protection leaves nothing, also of the balance test, every format is written all the same."""
    rng = np.random.default_rng(persons)
    rows = [f"{i},{'ab'[i % 2]},{int(rng.random() < 0.5)},{rng.integers(18, 60)}" for i in range(persons)]
    (tmp_path / "t.csv").write_text("id,grp,y,x\n" + "\n".join(rows) + "\n", "utf-8")
    text = PLAIN if outcome == "y" else PLAIN.replace('column = "y"\nvalues = [1]', 'column = "x"')
    (tmp_path / "study.toml").write_text(text, "utf-8")
    found = protect(analyse(eu.load(tmp_path / "study.toml")))
    tables = csv_tables(found)
    assert {"itt", "balance"} <= set(tables)
    for lang in ("sv", "en"):
        assert len(list(texts(build.build(found, lang=lang, facts=FACTS)))) > 50
    columns, written = tables["balance"]
    said = dict(zip(columns, written[-1], strict=True))
    assert said["covariate"] == "(omnibus)"
    # eight persons have a test, and it may not be shown
    assert persons != 8 or (said["status"] == "suppressed" and "df ‥; p ‥" in str(said["note"]))


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_a_plain_table_has_nothing_of_it_either(tmp_path, lang):
    """RP03, RP05: two arms in a table, without strata, covariates, registers or deaths."""
    rng = np.random.default_rng(5)
    rows = [f"{i},{'ab'[i % 2]},{int(rng.random() < 0.4)},{rng.integers(18, 60)}" for i in range(400)]
    (tmp_path / "t.csv").write_text("id,grp,y,x\n" + "\n".join(rows) + "\n", "utf-8")
    (tmp_path / "study.toml").write_text(PLAIN, "utf-8")
    trial = eu.load(tmp_path / "study.toml")
    built = build.build(protect(analyse(trial)), lang=lang, facts=FACTS)
    figures = [b for s in built.sections for b in s.blocks if isinstance(b, FigureBlock)]
    report = [*_said(trial, lang), *(x for f in figures for x in (f.alt, *f.description))]
    assert len(report) > 50
    assert any(f.key == "balance-love" for f in figures)
    words = re.compile(
        FIRST.pattern + "|" + HANDLED.pattern + r"|stratum|register\b|randomiseringsdatum|samtyckte|consented"
    )
    assert not [t for t in report if words.search(t) and not t.startswith("17b")]
    # one covariate is one degree of freedom
    assert any(("1 frihetsgrad," if lang == "sv" else "1 degree of freedom,") in t for t in report)


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("id;grp;y;x", r"read as one column: give delimiter = ';' in \[table\]"),
        ("17,a,1,2015-03-04", "seems to hold values, not names of columns: the file needs a header"),
        ("SYN98233898,a,1,Anna", "seems to hold values"),
        ("nr,group,y,SYN98233898", "it has: nr, group, y, and 1 whose names are not shown"),
        ("nr,group,y,x", "it has: nr, group, y, x$"),
    ],
)
def test_a_column_that_is_not_there_is_said_without_anybodys_values(tmp_path, first, said):
    """Wrong use: another delimiter, and a file without a header, whose first line is a person."""
    (tmp_path / "study.toml").write_text(PLAIN, "utf-8")
    (tmp_path / "t.csv").write_text("\n".join([first, *(f"{i},{'ab'[i % 2]},1,3" for i in range(20))]) + "\n", "utf-8")
    if ";" in first:
        (tmp_path / "t.csv").write_text("\n".join([first, *("1;a;1;3" for _ in range(20))]) + "\n", "utf-8")
    with pytest.raises(StudyError, match=said) as refused:
        eu.load(tmp_path / "study.toml")
    assert not re.search("SYN98233898|2015-03-04|Anna", str(refused.value))
