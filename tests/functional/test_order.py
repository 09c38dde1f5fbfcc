"""What is ordered is enough, and nothing of it is too much: a delivery of it alone gives the same participants."""

from __future__ import annotations

import csv
import io
import re
import shutil
from datetime import date

import numpy as np
import openpyxl
import pytest

import effektutv as eu
from effektutv.cli import app
from effektutv.commands.order.periods import Window
from effektutv.commands.order.write_order import COLUMNS, UNITS, order, order_of
from effektutv.errors import ArgumentError, StudyError
from effektutv.registers.schema.table_schema import load_schema, load_schemas
from effektutv.study.plan_lock import plan_of


def window_of(trial):
    people = trial.table
    started = people["started"].max().date()
    return Window(first=people["randomised"].min().date(), last=people["randomised"].max().date(), started=started)


def _day(row, fields, column):
    text = row[fields.index(column)] if column in fields else ""
    return date.fromisoformat(text) if text else None


def _inside(row, fields, need, name):
    """Whether a row lies in the ordered period, read from the order's own first, last and years."""
    dating, period = need.schema.dating, need.period
    if period.years:
        year = row[fields.index(dating.at)][:4] if dating.at in fields else re.search(r"\d{4}", name)[0]
        return int(year) in period.years
    if period.first is None:
        return True
    if dating.by == "month":
        return f"{period.first:%Y%m}" <= row[fields.index(dating.at)] <= f"{period.last:%Y%m}"
    start, end = _day(row, fields, dating.start or dating.at), _day(row, fields, dating.end or dating.at)
    return start <= period.last and (end is None or end >= period.first)


def deliver(study, needs, source, target, without=()):
    """Write what was ordered: the ordered columns, and the rows of the ordered period."""
    for need in needs:
        name = need.schema.name
        wanted = {v.field.column for v in need.variables} - {c for r, c in without if r == name}
        for path in sorted((source / "extracts").glob(study.registers[name].path.removeprefix("extracts/"))):
            header, *rows = csv.reader(io.StringIO(path.read_text(encoding="cp1252")), delimiter=";")
            fields = [next((f.column for f in need.schema.fields if f.matches(h)), "") for h in header]
            kept = [i for i, f in enumerate(fields) if f in wanted]
            rows = [r for r in rows if _inside(r, fields, need, path.name)]
            if not rows:
                continue  # a year that was not ordered
            with (target / "extracts" / path.name).open("w", encoding="cp1252", newline="") as out:
                writer = csv.writer(out, delimiter=";", lineterminator="\n")
                writer.writerows([row[i] for i in kept] for row in [header, *rows])


@pytest.fixture(scope="module")
def ordered(trial):
    return order_of(trial.study, window_of(trial))


def undeclared(text, ordered):
    """The study file without the registers that nothing is ordered of."""
    kept = {need.schema.name for need in ordered.needs}
    return re.sub(r"\[registers\.(\w+)\]\n(?:[a-z].*\n)+", lambda m: m[0] if m[1] in kept else "", text)


def same(a, b):
    """Whether two trials have the same participants, months, answers and deliveries."""
    a, b = a._cohort, b._cohort
    assert a.people.equals(b.people)
    for clock, masks in a.masks.items():
        other = b.masks[clock]
        for name in ("states", "observed"):
            x, y = getattr(masks, name), getattr(other, name)
            assert x.keys() == y.keys()
            for key in x:
                np.testing.assert_array_equal(x[key], y[key], err_msg=f"{clock} {key}")
        for name in ("af", "statements", "dead", "away"):
            np.testing.assert_array_equal(getattr(masks, name), getattr(other, name), err_msg=name)
    for mine, theirs in (
        (a.received, b.received),
        (a.delivery.hours, b.delivery.hours),
        (a.delivery.given, b.delivery.given),
    ):
        assert mine.keys() == theirs.keys()
        for key in mine:
            np.testing.assert_array_equal(mine[key], theirs[key], err_msg=str(key))
    assert a.survey.answers.keys() == b.survey.answers.keys()
    for key in a.survey.answers:
        np.testing.assert_array_equal(a.survey.answers[key], b.survey.answers[key])


def test_what_is_ordered_is_enough(demo, trial, ordered, tmp_path):
    (tmp_path / "extracts").mkdir()
    deliver(trial.study, ordered.needs, demo, tmp_path)
    text = (demo / "study.toml").read_text(encoding="utf-8")
    (tmp_path / "study.toml").write_text(undeclared(text, ordered), encoding="utf-8")
    same(trial, eu.load(tmp_path / "study.toml"))


def test_nothing_that_is_ordered_is_too_much(trial, ordered):
    """Each variable is required by the declaration, dates the row, or is named by the code that reads the register."""
    readers = "".join(
        path.read_text(encoding="utf-8") for room in ("cohort",) for path in sorted((eu_folder() / room).rglob("*.py"))
    ).lower()
    covariates = {(c.register_name, name.lower()) for c in trial.study.covariates for name in c.columns}
    design = {trial.study.design.strata, trial.study.design.cluster, trial.study.design.probability}
    for need in ordered.needs:
        dating = need.schema.dating
        for variable in need.variables:
            column = variable.field.column
            used = (
                (need.schema.name, column) in covariates
                or column in design
                or column in {o.item for o in trial.study.outcomes}
            )
            assert variable.reasons
            assert (
                used
                or variable.field.required
                or column in (dating.start, dating.end, dating.at)
                or re.search(rf"\b{column}\b", readers)
            ), (need.schema.name, column)
    named = {(n.schema.name, v.field.column) for n in ordered.needs for v in n.variables}
    # work by control statements needs pay above 0
    assert ("scb_ku", "kontbrutto") in named
    never = {
        ("scb_lisa", "dispink04"), ("scb_lisa", "civil"), ("scb_lisa", "kommun"), ("sos_lss", "p2"),
        ("fk_ersattning", "manbelopp"), ("af_inskrivning", "avakt_orsak"), ("af_beslut", "bidrag"),
        ("deltagarenkat", "kommentar"), ("assignment", "sannolikhet"), ("tidredovisning", "timkostnad"),
    }  # fmt: skip
    assert not named & never


def eu_folder():
    from pathlib import Path

    return Path(eu.__file__).parent


LOSSES = [
    ("scb_lisa", "loneink"),
    ("scb_lisa", "barn4_6"),
    ("fk_ersattning", "diagnos1_kod"),
    ("sos_lss", "p9"),
    ("scb_ku", "tomman"),
    ("af_sokandekategori", "utskadm"),
    ("af_inskrivning", "sius_from_datum"),
    ("tidredovisning", "timmar"),
    ("deltagarenkat", "livskvalitet"),
    ("assignment", "avhopp"),
]


def test_a_delivery_without_one_ordered_variable_is_another(demo, trial, ordered, tmp_path):
    (tmp_path / "extracts").mkdir()
    text = undeclared((demo / "study.toml").read_text(encoding="utf-8"), ordered)
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    assert set(LOSSES) <= {(n.schema.name, v.field.column) for n in ordered.needs for v in n.variables}
    # what the primary outcome is made of stops the run, and names the column
    primary = {("af_sokandekategori", "utskadm"), ("scb_ku", "tomman")} & set(LOSSES)
    assert primary
    deliver(trial.study, ordered.needs, demo, tmp_path, without=LOSSES)
    with pytest.raises(eu.ExtractError, match="cannot be known: utskadm was not delivered; TomMan was not delivered"):
        eu.load(tmp_path / "study.toml")
    shutil.rmtree(tmp_path / "extracts")
    (tmp_path / "extracts").mkdir()
    deliver(trial.study, ordered.needs, demo, tmp_path, without=[x for x in LOSSES if x not in primary])
    changed = eu.load(tmp_path / "study.toml")
    assert changed.table["loneinkomst"].isna().all()
    assert changed.table["diagnos"].isna().all()
    assert not changed.table["bostad_lss"].equals(trial.table["bostad_lss"])
    assert not changed.table["barn"].equals(trial.table["barn"])
    assert changed.table["dropped_out"].isna().all()
    assert {"dropped_out", "sius", "hours"} <= {*changed._cohort.lacking}
    assert "sius" not in changed._cohort.delivery.given
    assert not changed._cohort.delivery.hours
    assert np.isnan(next(iter(changed._cohort.survey.answers.values()))).all()


def test_a_study_that_asks_less_orders_less(demo, restudied):
    def fewer(text):
        text = re.sub(r"\[\[outcomes\]\]\nname = \"(?!arbete_med_stod)(?:.+\n)+", "", text)
        text = re.sub(r"\[\[covariates\]\]\nname = \"(?!kon|daglig)(?:.+\n)+", "", text)
        return re.sub(r"(?m)^received = .*\n", "", text)

    study = eu.Study.from_toml(restudied(fewer))
    rows = {(n.schema.name, v.field.name) for n in order_of(study).needs for v in n.variables}
    registers = {register for register, _ in rows}
    assert registers == {
        "assignment", "af_sokandekategori", "af_beslut", "scb_lisa", "sos_lss", "scb_handelser", "tidredovisning",
    }  # fmt: skip
    assert {name for register, name in rows if register == "scb_lisa"} == {"LopNr", "Ar", "Kon", "FodelseAr"}
    assert {name for register, name in rows if register == "sos_lss"} == {"LopNr", "matdatum", "p10"}


def test_a_register_that_the_study_needs_and_lacks_is_ordered(demo, restudied):
    study = eu.Study.from_toml(restudied(lambda t: re.sub(r"\[registers\.(studier|scb_ku)\]\n(?:[a-z].*\n)+", "", t)))
    needs = {n.schema.name: n for n in order_of(study).needs}
    # statements end in 2018 and declarations begin in 2019: which of them is for the period to say
    assert not any(needs[name].declared for name in ("studier", "scb_ku", "scb_agi"))
    assert [v.field.name for v in needs["scb_agi"].variables] == [
        "LopNr",
        "PERIOD",
        "LopNr_PeOrgNr",
        "KONTANT_ERSATTNING_ULAG_AG",
    ]


DAYS = Window(first=date(2014, 11, 10), last=date(2016, 6, 30), started=date(2016, 10, 1))


def periods(study, window):
    return {n.schema.name: n.period for n in order_of(study, window).needs}


def test_periods_follow_the_window(trial):
    found = periods(trial.study, DAYS)
    # the year before randomisation; the last 1 October strictly before it
    assert found["scb_lisa"].years == (2013, 2014, 2015)
    assert found["sos_lss"].years == (2014, 2015)
    assert found["scb_ku"].years == (2014, 2015, 2016, 2017)
    # 24 months after the last start would be 2018-10-01; the study says that deliveries end before
    assert (found["af_sokandekategori"].first, found["af_sokandekategori"].last) == (
        date(2014, 11, 10),
        date(2017, 12, 31),
    )
    # a spell that covers the day before randomisation
    assert found["fk_ersattning"].first == date(2014, 11, 9)
    assert found["af_inskrivning"].last == date(2016, 12, 31)
    # decisions count until the month of the main outcome, 15
    assert found["af_beslut"].last == date(2017, 9, 30)
    assert found["deltagarenkat"].text == "Våg 2"


def test_snapshots_of_somebody_randomised_on_the_day_are_those_of_the_year_before(trial):
    found = periods(trial.study, Window(first=date(2014, 10, 1), last=date(2015, 10, 2)))
    assert found["sos_lss"].years == (2013, 2014, 2015)


def test_a_window_that_is_not_known_is_left_to_whoever_sends_the_order(trial):
    found = periods(trial.study, Window())
    for name in ("scb_lisa", "sos_lss", "scb_ku", "af_sokandekategori"):
        assert "(anges)" in found[name].text, name
        assert not found[name].years


@pytest.mark.parametrize(
    "days",
    [
        {"first": date(2015, 1, 1)},
        {"first": date(2015, 1, 2), "last": date(2015, 1, 1)},
        {"started": date(2015, 1, 1)},
        {"first": date(2015, 1, 2), "last": date(2015, 2, 1), "started": date(2015, 1, 1)},
    ],
)
def test_days_that_are_no_window_are_refused(days):
    with pytest.raises(ArgumentError):
        Window(**days)


def test_every_register_has_an_owner_and_every_column_a_swedish_description():
    for schema in load_schemas().values():
        assert schema.owner in {"SCB", "Arbetsförmedlingen", "Försäkringskassan", "Socialstyrelsen", "projektet"}
        for field in schema.fields:
            assert field.beskrivning.endswith("."), (schema.name, field.name)
            assert field.unit is None or field.unit in UNITS, field.unit


def test_files(demo, tmp_path):
    for folder in ("a", "b"):
        order(demo / "study.toml", out=tmp_path / folder, window=DAYS)
    for name in ("bestallning.csv", "bestallning.xlsx"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    data = (tmp_path / "a" / "bestallning.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n")
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";")
    assert tuple(header) == COLUMNS
    assert {r[0] for r in rows} == {"Arbetsförmedlingen", "Försäkringskassan", "SCB", "Socialstyrelsen", "Projektet"}
    assert ["SCB", "SCB LISA (Individ_YYYY)", "Kon"] in [r[:3] for r in rows]
    book = openpyxl.load_workbook(tmp_path / "a" / "bestallning.xlsx")
    assert book.sheetnames == [
        "Beställning",
        "Arbetsförmedlingen",
        "Försäkringskassan",
        "SCB",
        "Socialstyrelsen",
        "Egna uppgifter",
    ]
    first = "\n".join(str(c.value) for row in book["Beställning"] for c in row if c.value)
    for word in ("aldrig personnummer", "löpnummer", "antal rader", "Tom cell", "En fil per år", "Bara löpnummer"):
        assert word.lower() in first.lower(), word
    # the sheets hold the same variables as the text, in its order
    titles = {schema.title for schema in load_schemas().values()}
    sheets = [ws for ws in book.worksheets if ws.title != "Beställning"]
    variables = [
        r[0].value
        for ws in sheets
        for r in ws.iter_rows(min_row=2)
        if r[1].value is not None and r[0].value not in titles
    ]
    assert variables == [r[2] for r in rows]


TARGET = """
[target_group]
who = { sv = "Alla 19–29 år med aktivitetsersättning den 1 november 2014", en = "All aged 19–29 with aktivitetsersättning" }
registers = ["sos_lss", "fk_ersattning"]
"""


def texts(path):
    book = openpyxl.load_workbook(path)
    return "\n".join(str(c.value) for row in book["Beställning"] for c in row if c.value)


def test_nobody_but_participants_and_who_was_asked_is_ordered(demo, tmp_path):
    made = order_of(eu.Study.from_toml(demo / "study.toml"))
    assert {(r.register == "Lottningsenkät", r.population) for r in made.rows} == {
        (True, "Alla tillfrågade, också de som avböjde"), (False, "Deltagarna"),
    }  # fmt: skip
    order(demo / "study.toml", out=tmp_path)
    first = texts(tmp_path / "bestallning.xlsx")
    assert "Uppgifter om andra personer beställs inte." in first
    assert "I lottningsenkäten också de som tillfrågades och avböjde." in first
    assert "ålgruppen" not in first


def test_the_target_group_is_ordered_where_the_study_says_so_and_of_its_background_alone(restudied, tmp_path):
    path = restudied(lambda t: t + TARGET)
    made = order_of(eu.Study.from_toml(path))
    both = {
        (n.schema.name, v.field.column)
        for n in made.needs
        for v in n.variables
        if v.population == "Deltagarna och målgruppen"
    }
    assert {register for register, _ in both} == {"sos_lss", "fk_ersattning"}
    # the diagnosis is background; the codes of the benefit are the outcome's too, but no row is read without them
    assert {c for r, c in both if r == "sos_lss"} >= {"lopnr", "matdatum", "p10"}
    assert ("fk_ersattning", "diagnos1_kod") in both
    alone = {v.field.column for n in made.needs if n.schema.name == "fk_ersattning" for v in n.variables} - {
        c for r, c in both if r == "fk_ersattning"
    }
    assert all(
        "Bakgrund" not in r.why for r in made.rows if r.variable.lower() in alone and r.register.startswith("FK")
    )
    order(path, out=tmp_path)
    first = texts(tmp_path / "bestallning.xlsx")
    assert "Alla 19–29 år med aktivitetsersättning den 1 november 2014, antal: (anges)." in first
    assert "Uppgifter om andra personer beställs inte." not in first
    assert first.count("Deltagarna och målgruppen, för bakgrund; annars deltagarna") == 2
    # it changes the order and nothing else
    assert plan_of(eu.Study.from_toml(path)) == plan_of(eu.Study.from_toml(restudied(lambda t: t)))


@pytest.mark.parametrize("register", ["scb_ku", "assignment", "nowhere"])
def test_a_register_that_does_not_describe_anybody_is_no_target_groups(restudied, register):
    with pytest.raises(StudyError, match=rf"study\.toml, line \d+: no covariate is read from '{register}'.*sos_lss"):
        eu.Study.from_toml(restudied(lambda t: t + TARGET.replace("sos_lss", register)))


def test_labels_that_look_like_formulas_stay_text(demo, restudied, tmp_path):
    study = restudied(
        lambda t: t.replace('sv = "Syntetiska data: ', 'sv = "=HYPERLINK(1) ').replace('sv = "I arbete"', 'sv = "=1+1"')
    )
    order(study, out=tmp_path)
    book = openpyxl.load_workbook(tmp_path / "bestallning.xlsx")
    assert not [c for ws in book.worksheets for row in ws for c in row if c.data_type == "f"]
    rows = csv.reader(io.StringIO((tmp_path / "bestallning.csv").read_text(encoding="utf-8-sig")), delimiter=";")
    assert not [c for row in rows for c in row if c.startswith(("=", "+", "-", "@"))]


def test_command(demo, tmp_path, capsys):
    shutil.copy(demo / "study.toml", tmp_path)
    days = ["--randomised-from", "2014-11-10", "--randomised-to", "2016-06-30"]
    app(["order", str(tmp_path / "study.toml"), *days], standalone_mode=False)
    assert (tmp_path / "bestallning.xlsx").is_file()
    with pytest.raises(ArgumentError, match="randomised-to"):
        app(["order", str(tmp_path / "study.toml"), "--randomised-to", "i fjol"], standalone_mode=False)


def test_a_plain_table_orders_nothing(plain, tmp_path):
    with pytest.raises(ArgumentError, match="plain table"):
        order(plain, out=tmp_path)
    assert not list(tmp_path.iterdir())
    with pytest.raises(StudyError):
        order(tmp_path / "none.toml")


def test_names_of_variables_are_the_registers_own(ordered):
    for need in ordered.needs:
        schema = load_schema(need.schema.name)
        assert {v.field.name for v in need.variables} <= {f.name for f in schema.fields}
