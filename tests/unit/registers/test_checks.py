"""Every rule of the checks on rows that break it and rows that do not, how bad a break is, and what is shown of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from effektutv.registers.checks import rules
from effektutv.registers.checks.coverage import missing_of_spells
from effektutv.registers.checks.keys import check_foreign_keys
from effektutv.registers.checks.run_checks import check_extract, error_text
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import FieldType, RuleKind, load_schema, load_schemas
from effektutv.registers.sources.open_extract import open_extract
from effektutv.reporting.wording.notes import advice_in_language, rule_in_language
from effektutv.reporting.wording.words import Words
from effektutv.results import DataQuality, Finding, Severity
from effektutv.results.data_quality import FILE, MONTHS_COVERED, PARTICIPANTS, YEARS_COVERED
from effektutv.study import Register


@pytest.fixture
def engine():
    with Engine(threads=1) as session:
        yield session


@pytest.fixture
def opened(engine, tmp_path):
    def open_(rows, schema, **changes):
        name = schema if isinstance(schema, str) else schema.name
        declared = load_schema(name) if isinstance(schema, str) else schema
        (tmp_path / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        declared = replace(declared, **changes)
        return open_extract(engine, declared, Register(path=f"{name}.csv"), tmp_path, "study.toml, line 1")

    return open_


def told(engine, extract, **options):
    """Counts by column and rule."""
    return {(f.column, f.rule): (f.rows_failing, f.rows_checked) for f in check_extract(engine, extract, **options)[1]}


def with_field(schema, name, **changes):
    fields = tuple(replace(f, **changes) if f.name == name else f for f in schema.fields)
    return replace(schema, fields=fields)


SPELLS = "LopNr;inskadm;utskadm;skat"


def test_a_value_that_is_unique_stands_once(engine, opened):
    schema = with_field(load_schema("studier"), "LopNr", unique=True)
    extract = opened(
        ["LopNr;from;tom;slag", *(f"{p};2015-01-01;;komvux" for p in "ABAAC"), ";2015-01-01;;komvux"], schema
    )
    found = told(engine, extract)
    assert found["LopNr", "unique: stands once"] == (2, 6)
    # two missing values are not the same value
    assert found["LopNr", "required: never missing"] == (1, 6)


def test_a_key_with_a_missing_part_is_no_key(engine, opened):
    extract = opened(["LopNr;vag", "A;1", "A;1", "A;1", ";1", ";1", "B;2"], "deltagarenkat")
    assert told(engine, extract)["LopNr, vag", "primary key: unique"] == (2, 6)


def test_rows_of_nobody_in_the_other_extract_are_counted(engine, opened):
    form = opened(["LopNr;samtycke;kommun", "A;1;0180", "A;1;0180", "B;1;0180"], "assignment", primary_key=())
    survey = opened(["LopNr;vag", "A;1", "B;1", "C;1", "D;1", "D;2", ";2"], "deltagarenkat")
    found = check_foreign_keys(engine, {"assignment": form, "deltagarenkat": survey})
    assert [(f.column, f.rule, f.rows_failing, f.rows_checked, f.severity) for f in found] == [
        ("LopNr", "foreign key: in assignment (LopNr)", 3, 5, Severity.WARNING)
    ]
    assert check_foreign_keys(engine, {"deltagarenkat": survey}) == []
    # a register of the whole country has persons who do not take part: that is no error
    register = opened([SPELLS, "Z;2015-01-01;;42"], "af_sokandekategori")
    assert check_foreign_keys(engine, {"assignment": form, "af_sokandekategori": register}) == []


def test_reversed_pairs_beside_the_spell_itself(engine, opened):
    extract = opened(
        [
            "LopNr;INTR_DAT;AVAKT_DATUM;SIUS_FROM_DATUM;SIUS_TOM_DATUM",
            "A;2015-01-01;2015-01-01;2015-03-01;2015-02-01",
            "B;2015-01-02;2015-01-01;2015-03-01;",
        ],
        "af_inskrivning",
    )
    found = told(engine, extract)
    rule = "reversed: the end lies before the start"
    assert found["INTR_DAT, AVAKT_DATUM", rule] == (1, 2)
    assert found["SIUS_FROM_DATUM, SIUS_TOM_DATUM", rule] == (1, 1)


@pytest.mark.parametrize(
    ("register", "rows", "column", "failing"),
    [
        ("af_sokandekategori", [SPELLS, "A;2018-03-31;;42", "A;2018-04-01;2019-01-01;42"], "inskadm", 1),
        ("scb_ku", ["LopNr;Ar;LopNr_PeOrgNr", "A;2017;F", "A;2018;F"], "Ar", 0),
        ("scb_lisa", ["LopNr;Ar;Kon;FodelseAr", "A;2018;1;1990", "A;2019;1;1990", "A;2020;1;1990"], "Ar", 2),
        ("tidredovisning", ["LopNr;manad;aktor", "A;201803;FK", "A;201804;FK"], "manad", 1),
        ("sos_lss", ["LopNr;matdatum;p10", "A;2017-10-01;1", "A;2018-10-01;1"], "matdatum", 1),
    ],
)
def test_nothing_happens_after_the_delivery(engine, opened, register, rows, column, failing):
    extract = opened(rows, register)
    found = told(engine, extract, delivered=date(2018, 3, 31))
    assert found.get((column, "future: not after 2018-03-31"), (0, 0))[0] == failing
    assert not any(rule.startswith("future") for _, rule in told(engine, extract))


def test_a_decision_may_end_after_the_delivery(engine, opened):
    extract = opened(["LopNr;insats;from;tom", "A;42;2018-01-01;2019-12-31"], "af_beslut")
    assert not any(c == "tom" for c, _ in told(engine, extract, delivered=date(2018, 3, 31)))


@pytest.mark.parametrize(("year", "failing"), [(2010, 1), (2011, 0), (2018, 0), (2019, 1)])
def test_codes_of_an_annual_register_by_its_year(engine, opened, year, failing):
    # employment status in November has these codes for 2011 to 2018 only
    extract = opened(["LopNr;Ar;Kon;FodelseAr;SyssStat11", f"A;{year};1;1990;5"], "scb_lisa")
    found = told(engine, extract)
    assert found.get(("SyssStat11", "code list: syssstat11, code in force in the row's year"), (0, 1)) == (failing, 1)


@pytest.mark.parametrize(
    ("day", "code", "failing"), [("2015-07-31", "47", 1), ("2015-08-01", "47", 0), ("2015-07-31", "11", 0)]
)
def test_codes_of_a_spell_by_its_first_day(engine, opened, day, code, failing):
    extract = opened([SPELLS, f"A;{day};2016-12-31;{code}"], "af_sokandekategori")
    found = told(engine, extract)
    assert found.get(("skat", "code list: skat, code in force on the spell's first day"), (0, 1)) == (failing, 1)


def test_a_column_that_was_not_delivered_is_one_finding(engine, opened):
    extract = opened(["LopNr;Ar;LopNr_PeOrgNr;KontBrutto", "A;2015;F;1000"], "scb_ku")
    found = [(f.column, f.rule) for f in check_extract(engine, extract)[1]]
    assert found == [("FromMan", "column not delivered"), ("TomMan", "column not delivered")]


@pytest.mark.parametrize(
    ("spells", "ended", "found"),
    [(20, False, {("utskadm", "column not delivered"): (20, 20)}), (20, True, {}), (19, False, {})],
)
def test_many_spells_of_which_none_ends_are_a_column_not_delivered(engine, opened, spells, ended, found):
    rows = [f"P{i};2015-01-01;{'2015-02-01' if ended and i == 7 else ' '};42" for i in range(spells)]
    assert told(engine, opened([SPELLS, *rows], "af_sokandekategori")) == found


def test_the_declaration_says_how_bad_a_break_is(engine, opened):
    rows = [SPELLS, "A;2015-01-02;2015-01-01;9x"]
    usual = {f.rule.split(":")[0]: f.severity for f in check_extract(engine, opened(rows, "af_sokandekategori"))[1]}
    assert usual == {"reversed": Severity.NOTE, "pattern": Severity.WARNING, "code list": Severity.WARNING}
    schema = with_field(load_schema("af_sokandekategori"), "skat", severity={RuleKind.PATTERN: Severity.NOTE})
    schema = replace(schema, severity={RuleKind.ORDER: Severity.ERROR, RuleKind.PATTERN: Severity.ERROR})
    changed = {r.rule.split(":")[0]: r.severity for r in rules.rules_of(schema) if r.rule.split(":")[0] in usual}
    changed["code list"] = rules.severity_of(schema, RuleKind.CODES, schema.field("skat"))
    assert changed == {"reversed": Severity.ERROR, "pattern": Severity.NOTE, "code list": Severity.WARNING}


def test_every_rule_has_a_severity_and_advice():
    assert set(rules.SEVERITY) == set(rules.ADVICE) == set(RuleKind)


def test_every_rule_and_advice_is_told_in_swedish():
    words = Words("sv")
    said = {
        *rules.ADVICE.values(),
        *rules.TYPE_ADVICE.values(),
        rules.LEFT_OUT,
        rules.NO_PERIOD,
        rules.OFTEN_REVERSED,
        rules.DECIDES,
    }
    for schema in load_schemas().values():
        for rule in rules.rules_of(schema, delivered=date(2018, 3, 31)):
            assert rule_in_language(rule.rule, words) != words("rule_other"), rule.rule
            said.add(rule.advice)
    other = ("unique: stands once", "foreign key: in assignment (LopNr)", MONTHS_COVERED, YEARS_COVERED)
    other += ("ends: no day of its own for many spells", "serial numbers: of one project")
    for text in (*other, f"{YEARS_COVERED}; missing within: 2015, 2016", "primary key: unique", PARTICIPANTS):
        assert rule_in_language(text, words) != words("rule_other"), text
    for advice in said:
        assert advice_in_language(advice, words) != advice, advice
        assert advice_in_language(advice, Words("en")) == advice


def test_no_rule_counts_a_row_that_it_does_not_look_at(engine, opened):
    # every column that may be missing is: only what is required may be found
    for schema in load_schemas().values():
        row = {f.name: "" for f in schema.fields}
        extract = opened([";".join(row), ";".join(row.values()) or ";"], schema, primary_key=())
        for finding in check_extract(engine, extract)[1]:
            assert finding.rule in ("required: never missing", "months missing"), (schema.name, finding)


def finding(failing, checked=100, **changes):
    usual = {"extract": "x", "column": "c", "rule": "r", "severity": Severity.ERROR}
    return Finding(rows_checked=checked, rows_failing=failing, **{**usual, **changes})


@pytest.mark.parametrize("failing", [1, 2, 3, 4])
def test_few_are_never_told(failing):
    few = finding(failing, failing)
    shown = DataQuality(rows=(few,), read={"x": failing})
    row = shown.to_dicts()[0]
    assert row["rows_failing"] == row["rows_checked"] == shown.read_text("x") == "fewer than 5"
    assert "fewer than 5 of fewer than 5 rows fail" in error_text([few])
    assert str(failing) not in error_text([few]).replace("fewer than 5", "")


def test_what_is_no_person_is_told():
    assert (finding(0).failing_text, finding(5).failing_text, finding(5).checked_text) == ("0", "5", "100")
    for column, rule, unit in (
        (FILE, "r", "files"),
        ("c", MONTHS_COVERED, "months"),
        ("c", YEARS_COVERED, "years"),
        ("c", f"{YEARS_COVERED}; missing within: 2015", "years"),
    ):
        one = finding(1, 3, column=column, rule=rule)
        assert (one.failing_text, one.checked_text, one.unit) == ("1", "3", unit)
    assert finding(1, rule=PARTICIPANTS).unit == "persons"
    assert finding(1, rule=PARTICIPANTS).failing_text == "fewer than 5"


YEAR = 12 * 2015
NEEDED = list(range(YEAR, YEAR + 36))


@pytest.mark.parametrize(
    ("gone", "missing"),
    [
        (range(0), 0),
        (range(35, 36), 0),  # the last month is seldom whole
        (range(34, 36), 2),
        (range(3), 3),
        ([5, 6, 7, 33, 34, 35], 0),  # as long as a gap between two rows
        ([5, 6, 32, 33, 34, 35], 4),
        (range(12, 24), 12),  # the file of a year
        (range(11, 25), 14),
        (range(6, 18), 0),  # a year's length, but no calendar year: no file's
        ([*range(12, 24), 34, 35], 14),
    ],
)
def test_gaps_of_spells(gone, missing):
    left = [m for i, m in enumerate(NEEDED) if i not in set(gone)]
    assert len(missing_of_spells(NEEDED, dict.fromkeys(left, 10))) == missing


def test_where_few_spells_begin_only_a_year_is_a_gap():
    assert missing_of_spells(NEEDED, {YEAR + 4: 1, YEAR + 30: 1}) == list(range(YEAR + 5, YEAR + 30))
    assert missing_of_spells(NEEDED, {YEAR + 11: 1, YEAR + 13: 1, YEAR + 25: 1}) == []


def test_no_value_of_a_declared_type_is_left_without_a_rule():
    for schema in load_schemas().values():
        typed = {f.name for f in schema.fields if f.type is not FieldType.STRING}
        found = {r.column for r in rules.rules_of(schema) if r.rule.startswith("type:")}
        assert found == typed


@pytest.mark.parametrize(("right", "rows", "severity"), [(0, 20, "error"), (1, 20, "warning"), (0, 19, "warning")])
def test_codes_of_which_not_one_is_known_are_no_codes_of_the_list(engine, opened, right, rows, severity):
    codes = ["42"] * right + ["-"] * (rows - right)
    spells = [f"P{i};2015-01-{i % 28 + 1:02d};2015-03-01;{code}" for i, code in enumerate(codes)]
    _, found = check_extract(engine, opened([SPELLS, *spells, "Q;2015-01-01;2015-03-01;"], "af_sokandekategori"))
    (unknown,) = (f for f in found if f.rule == "code list: skat")
    assert (unknown.rows_failing, unknown.rows_checked) == (rows - right, rows)
    assert unknown.severity == severity
    assert (unknown.advice == rules.NOT_ONE) == (severity == "error")
    # it is said in Swedish too
    assert advice_in_language(rules.NOT_ONE, Words("sv")) != rules.NOT_ONE


def test_a_finding_in_a_notebook_shows_no_small_count():
    few = {"extract": "studier", "column": "slag", "rule": "r", "severity": Severity.NOTE}
    found = DataQuality(rows=(Finding(**few, rows_checked=4321, rows_failing=3),), read={"studier": 4321})
    for shown in (repr(found.rows), str(found.rows[0])):
        assert "fewer than 5 of 4321 rows" in shown
        assert "rows_failing" not in shown
    for shown in (repr(found), found._repr_html_()):
        assert "fewer than 5" in shown
        assert re.search(r"\b3\b", shown) is None
    assert "fewer than 5 of fewer than 5 rows" in repr(Finding(**few, rows_checked=4, rows_failing=2))
