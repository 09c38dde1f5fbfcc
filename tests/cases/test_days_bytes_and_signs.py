"""What a delivery may hold and nobody sees: days that are moments, bytes that are no text, signs that are not shown, numbers that
stand for missing, codes and days that no register has. Each is right or counted, in every format."""

from __future__ import annotations

import csv
import unicodedata
from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

import effektutv as eu
from effektutv.commands.check.check import check
from effektutv.commands.init.draft_study import draft
from effektutv.registers.checks.run_checks import check_extract, error_text
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources.open_extract import open_extract
from effektutv.registers.sources.signs import BLANKS, FIRST_BYTES, INVISIBLE
from effektutv.study import Register

ARMS = ("FS", "SE", "CM")
STUDY = """study = { name = "h", title = { sv = "h", en = "h" }, synthetic = true, horizon = 24 }
arms = [
  { code = "FS", label = { sv = "FS", en = "FS" }, control = true },
  { code = "SE", label = { sv = "SE", en = "SE" } },
  { code = "CM", label = { sv = "CM", en = "CM" } },
]
design = { strata = "stratum" }
time_zero = { clock = "randomisation", fallback = "stratum_median_delay", interventions_end = 2016-12-31 }
[registers]
assignment = { path = "lott.csv" }
af_sokandekategori = { path = "af.*", cutoff = 2017-12-31 }
scb_ku = { path = "ku.csv", cutoff = 2017-12-31 }
scb_handelser = { path = "ev.csv", cutoff = 2018-12-31 }
sos_lss = { path = "lss.csv" }
[work]
ku_months_missing = "none"
[[covariates]]
name = "dv"
label = { sv = "dv", en = "dv" }
register = "sos_lss"
column = "p10"
measure = "equals"
values = ["1"]
absent = 0
baseline = "last_before"
[[outcomes]]
name = "arbete"
label = { sv = "a", en = "a" }
role = "primary"
state = "work"
month = 15
"""
FORM = "LopNr arm lottningsdatum insatsstart samtycke kommun Projektområde stratum sannolikhet avhopp behandlare"
SPELL = "LopNr inskadm utskadm skat"


def person(number, arm, day="2015-03-10"):
    return (number, arm, day, day[:8] + "20", 1, "1284", "X", "1284", "0,333", None, None)


PEOPLE = [person(f"{1001 + i}", ARMS[i % 3]) for i in range(30)]
#: The first of each arm works throughout, the others do not.
SPELLS = [
    (p[0], "2015-01-01", "2017-12-31" if i < 3 else f"2015-05-{i:02}", "31" if i < 3 else "11")
    for i, p in enumerate(PEOPLE)
]


@pytest.fixture
def study(tmp_path):
    """Write a study of thirty persons with files changed; a text of one file is passed through its function."""

    def study_(spells=SPELLS, events=(), lss=(), people=PEOPLE, encoding="cp1252", changed=None, head=SPELL):
        files = {
            "lott.csv": (FORM, people),
            "af.csv": (head, spells),
            "ku.csv": ("LopNr Ar LopNr_PeOrgNr FromMan TomMan KontBrutto", [("1001", 2015, "F", 1, 2, 5)]),
            "ev.csv": ("LopNr Händelse datum", events),
            "lss.csv": ("LopNr matdatum p10 p9", lss),
        }
        for name, (header, rows) in files.items():
            with (tmp_path / name).open("w", encoding=encoding, newline="") as handle:
                csv.writer(handle, delimiter=";").writerows([header.split(), *rows])
        if changed is not None:
            changed(tmp_path)
        (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
        return tmp_path / "study.toml"

    return study_


def found(path, register):
    """Return severity, column, first word of the rule and count of what is more than a note, or of too short a time."""
    return [
        (str(r.severity), r.column, r.rule.split(":")[0], r.rows_failing)
        for r in check(path).rows
        if r.extract == register and str(r.severity) != "note" and not r.rule.startswith(("column not", "coverage"))
    ]


def working(path, month=15):
    """Return how many of each arm are in work in a month."""
    trial = eu.load(path)
    bits, arms = trial._cohort.masks["randomisation"].states["work"], trial.table["arm"]
    return [sum(int(b) >> month & 1 for b, a in zip(bits, arms, strict=True) if a == arm) for arm in ARMS]


@pytest.fixture
def read(tmp_path):
    """One register from one file: the values of a column in the order of serial numbers, and what was found on it."""

    def read_(register, file, column, **options):
        with Engine(threads=1) as engine:
            extract = open_extract(
                engine, load_schema(register), Register(path=file, **options), tmp_path, "study.toml"
            )
            values = engine.rows(f'SELECT "{column}" FROM "{register}" ORDER BY lopnr', what="test")
            rows = check_extract(engine, extract)[1]
        return [v for (v,) in values], [r for r in rows if r.column.lower() == column]

    return read_


# ------------------------------------------------------------------------------------------------------------------ days
MOMENTS = [datetime(2015, 1, 31), datetime(2015, 1, 31, 10, 30), datetime(2015, 1, 30, 23), None]
DAYS = [date(2015, 1, 31), None, None, None]
OTHERS = {"LopNr": ["A", "B", "C", "D"], "from": [date(2015, 1, 1)] * 4, "slag": ["annan"] * 4}


def seconds(moment, zero):
    return float("nan") if moment is None else (moment - zero).total_seconds()


def write_moments(path, form):
    """Write the column ``tom`` of a register of studies, with two moments that are no days."""
    if form == "csv":
        lines = [f"{n};2015-01-01;{'' if m is None else m};annan" for n, m in zip("ABCD", MOMENTS, strict=True)]
        (path / "s.csv").write_text("LopNr;from;tom;slag\n" + "\n".join(lines) + "\n")
    elif form.startswith("parquet"):
        kind = {
            "parquet": pa.timestamp("us"),
            "parquet ns": pa.timestamp("ns"),
            "parquet zone": pa.timestamp("us", "UTC"),
        }
        moments = pa.array(MOMENTS, pa.timestamp("us")).cast(kind.get(form, pa.timestamp("ns")))
        table = pa.table({**OTHERS, "tom": moments})
        pq.write_table(table, path / "s.parquet", use_deprecated_int96_timestamps=form == "parquet int96")
    else:
        zero = datetime(1582, 10, 14) if form == "sav" else datetime(1960, 1, 1)
        many = 1000 if form == "dta" else 1
        days = [(date(2015, 1, 1) - zero.date()).days * (86_400 if form == "sav" else 1) * 1.0] * 4
        frame = pd.DataFrame({**OTHERS, "from": days, "tom": [seconds(m, zero) * many for m in MOMENTS]})
        formats = {"dta": ("%td", "%tc"), "sav": ("DATE11", "DATETIME20"), "xpt": ("DATE9.", "DATETIME20.")}[form]
        write = {"dta": pyreadstat.write_dta, "sav": pyreadstat.write_sav, "xpt": pyreadstat.write_xport}[form]
        more = {"file_format_version": 8} if form == "xpt" else {}
        write(frame, path / f"s.{form}", variable_format=dict(zip(("from", "tom"), formats, strict=True)), **more)
    return f"s.{form.split()[0]}"


@pytest.mark.parametrize("form", ["csv", "parquet", "parquet ns", "parquet zone", "parquet int96", "dta", "sav", "xpt"])
def test_a_moment_that_is_not_midnight_is_no_day_in_any_format(tmp_path, read, form):
    """What RG10's kind asks: one rule for every format. Midnight is a day, any other moment is counted and missing."""
    values, findings = read("studier", write_moments(tmp_path, form), "tom")
    assert values == DAYS
    assert [(f.rule, f.rows_failing, str(f.severity)) for f in findings] == [
        ("type: date in the declared format", 2, "error")
    ]
    assert "midnight" in findings[0].advice
    assert "2015" not in error_text(findings)


def test_numbers_of_stata_that_are_no_day_are_counted_too(tmp_path, read):
    frame = pd.DataFrame({**OTHERS, "from": [20089.0] * 4, "tom": [20119.0, 20119.5, 1e9, float("nan")]})
    pyreadstat.write_dta(frame, tmp_path / "s.dta", variable_format={"from": "%td", "tom": "%td"})
    values, findings = read("studier", "s.dta", "tom")
    assert (values, [f.rows_failing for f in findings]) == ([date(2015, 1, 31), None, None, None], [2])


# ----------------------------------------------------------------------------------------------------------------- bytes
def studies_with(path, slag):
    pq.write_table(pa.table({**OTHERS, "slag": slag}), path / "s.parquet")
    return "s.parquet"


def test_bytes_are_text_where_they_decode(tmp_path, read):
    """Files of older writers do not say that a column is text (BYTE_ARRAY without UTF8)."""
    slag = pa.array(["komvux", "folkhögskola", " högskola ", None], pa.string()).cast(pa.binary())
    values, findings = read("studier", studies_with(tmp_path, slag), "slag")
    assert values == ["komvux", "folkhögskola", "högskola", None]
    assert [f.rule.split(":")[0] for f in findings] == ["required"]


def test_bytes_that_do_not_decode_are_refused_with_the_count(tmp_path, read):
    slag = pa.array(["folkhögskola".encode("cp1252")] * 2 + [b"komvux", b"annan"], pa.binary())
    with pytest.raises(
        eu.ExtractError, match=r"column slag holds bytes that are no text in UTF-8, in fewer than 5 rows"
    ) as raised:
        read("studier", studies_with(tmp_path, slag), "slag")
    assert "folkh" not in str(raised.value)
    assert raised.value.__context__ is None


# ----------------------------------------------------------------------------------------------------------------- signs
def test_the_signs_are_those_of_unicode():
    """Every control and format sign, every blank; a later Unicode may have more, which the engines would not know."""
    blanks = {chr(c) for c in range(0x3100) if unicodedata.category(chr(c)) in ("Zs", "Zl", "Zp")}
    assert set(BLANKS) == blanks | set("\t\n\v\f\r\u0085")
    hidden = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) in ("Cc", "Cf")]
    matched = pa.compute.match_substring_regex(pa.array(hidden), INVISIBLE)
    assert pa.compute.all(matched).as_py()
    assert {c.encode()[0] for c in hidden} <= FIRST_BYTES
    seen = [chr(c) for c in range(0x3000) if unicodedata.category(chr(c)) not in ("Cc", "Cf", "Cs", "Cn")]
    assert not pa.compute.any(pa.compute.match_substring_regex(pa.array(seen), INVISIBLE)).as_py()


def every_second(column, *changes):
    """Return the spells with every second value of a column changed, in each of these ways in turn."""
    out = [list(r) for r in SPELLS]
    for i in range(1, len(out), 2):
        out[i][column] = changes[i // 2 % len(changes)](out[i][column])
    return out


@pytest.mark.parametrize("column", [0, 3])
def test_blanks_of_every_kind_around_keys_and_codes_are_no_part_of_them(study, column):
    """RG05: a tab after every second number or code; the shares stay what they are."""
    path = study(every_second(column, *(lambda v, b=b: f"{b}{v}{b} " for b in sorted(BLANKS))), encoding="utf-8")
    assert found(path, "af_sokandekategori") == []
    assert working(path) == [1, 1, 1]


def test_a_tab_in_the_randomisation_form_is_no_part_of_a_number(study):
    """RG05: the assignment."""
    people = [(f"{p[0]}\t", *p[1:]) if i % 2 else p for i, p in enumerate(PEOPLE)]
    assert working(study(people=people)) == [1, 1, 1]


def test_a_key_with_a_sign_that_nobody_sees_is_refused_with_the_count(study):
    """RG05: a zero-width space before every second number."""
    signs = ("\u200b", "\ufeff", "\u00ad", "\u2060", "\u202e", "\x01", "\x7f")
    path = study(every_second(0, *(lambda v, c=c: f"{c}{v}" for c in signs)), encoding="utf-8")
    assert ("error", "LopNr", "text", 15) in found(path, "af_sokandekategori")
    with pytest.raises(eu.ExtractError, match=r"LopNr: text: without signs that nobody sees: 15 of 30 rows fail"):
        eu.load(path)


def test_a_tab_within_a_key_and_a_hidden_sign_in_a_code_are_refused(study):
    assert ("error", "LopNr", "text", 15) in found(
        study(every_second(0, lambda v: f"{v[:2]}\t{v[2:]}")), "af_sokandekategori"
    )
    path = study(every_second(3, lambda v: f"{v}\u200b"), encoding="utf-8")
    assert ("error", "skat", "text", 15) in found(path, "af_sokandekategori")


def as_parquet(folder):
    table = pd.read_csv(folder / "af.csv", sep=";", dtype=str, encoding="utf-8", keep_default_na=False)
    table.to_parquet(folder / "af.parquet")
    (folder / "af.csv").unlink()


def as_stata(folder):
    table = pd.read_csv(folder / "af.csv", sep=";", dtype=str, encoding="utf-8", keep_default_na=False)
    pyreadstat.write_dta(table, folder / "af.dta")
    (folder / "af.csv").unlink()


@pytest.mark.parametrize("changed", [as_parquet, as_stata])
def test_signs_are_the_same_in_other_formats(study, changed):
    """RG05 as Parquet and Stata."""
    blank = study(every_second(0, lambda v: f"{v}\u00a0\u2003"), encoding="utf-8", changed=changed)
    assert (found(blank, "af_sokandekategori"), working(blank)) == ([], [1, 1, 1])
    (blank.parent / f"af.{'parquet' if changed is as_parquet else 'dta'}").unlink()
    hidden = study(every_second(0, lambda v: f"\u200b{v}"), encoding="utf-8", changed=changed)
    assert ("error", "LopNr", "text", 15) in found(hidden, "af_sokandekategori")


def test_numbers_that_a_spreadsheet_wrote_are_counted(study):
    """RG05: ``="1001"``, ``+1001``, ``1,001E+03``, ``1001.0``, a blank inside, a project's number before it."""
    plain = ('="{}"', "+{}", "{}.0", "{},0", "{}.00", "P1105_{}", "'{}", "0{}")
    changes = [lambda v, c=c: c.format(v) for c in plain]
    changes += [lambda v, c=c: f"1{c}{v[1:]}" for c in ("\u00a0", " ", ",", ".", "\u202f")]
    changes += [lambda v: f"{int(v):.3E}", lambda v: f"{int(v):.3E}".replace(".", ",")]
    path = study(every_second(0, *changes), encoding="utf-8", head=SPELL.replace("LopNr", "P1105_LopNr"))
    assert ("error", "LopNr", "foreign key", 15) in found(path, "af_sokandekategori")


def test_a_register_without_one_participant_stops_a_run_that_needs_it(study):
    """RG05: the numbers of another delivery."""
    path = study([(f"X{r[0][1:]}", *r[1:]) for r in SPELLS])
    assert ("error", "LopNr", "participants without a row", 30) in found(path, "af_sokandekategori")
    with pytest.raises(eu.ExtractError, match="no participant is in the register"):
        eu.load(path)


def test_serial_numbers_under_another_projects_number_are_a_warning(study):
    """RG05's kind: two projects' prefixes."""

    def of_another_project(folder):
        form = (folder / "lott.csv").read_text("cp1252")
        (folder / "lott.csv").write_text(f"P2201_{form}", "cp1252")

    path = study(head=f"P1105_{SPELL}", changed=of_another_project)
    assert found(path, "af_sokandekategori") == [("warning", "(file)", "serial numbers", 1)]


# --------------------------------------------------------------------------------------------------------------- calendar
@pytest.mark.parametrize(
    ("day", "warned"), [("2014-10-01", []), *((d, [2]) for d in ("2014-09-30", "2014-10-15", "2014-12-31"))]
)
def test_a_snapshot_of_another_day_is_a_warning(study, day, warned):
    """RG03: the register is one snapshot a year, on 1 October."""
    path = study(lss=[("1001", day, 1, 0), ("1002", day, 0, 0)])
    assert [
        n for severity, _, rule, n in found(path, "sos_lss") if (severity, rule) == ("warning", "calendar")
    ] == warned
    assert int(eu.load(path).table["dv"].sum()) == 1


@pytest.mark.parametrize(
    ("register", "head", "row", "column"),
    [
        ("scb_ku", "LopNr;Ar;LopNr_PeOrgNr;FromMan;TomMan;KontBrutto", "A;2015;F;1;13;5", "tomman"),
        ("scb_ku", "LopNr;Ar;LopNr_PeOrgNr;FromMan;TomMan;KontBrutto", "A;2015;F;0;12;5", "fromman"),
        ("scb_agi", "LopNr;PERIOD;LopNr_PeOrgNr;KONTANT_ERSATTNING_ULAG_AG", "A;20190115;F;5", "period"),
        ("scb_agi", "LopNr;PERIOD;LopNr_PeOrgNr;KONTANT_ERSATTNING_ULAG_AG", "A;2019-01;F;5", "period"),
        ("tidredovisning", "LopNr;manad;aktor;timmar", "A;201513;CM;5", "manad"),
    ],
)
def test_months_that_no_calendar_has_are_errors(tmp_path, read, register, head, row, column):
    """RG03's kind: months of KU above 12, a PERIOD with a day."""
    (tmp_path / "x.csv").write_text(f"{head}\n{row}\n")
    assert [str(f.severity) for f in read(register, "x.csv", column)[1]] == ["error"]


# ----------------------------------------------------------------------------------------------------------------- events
@pytest.mark.parametrize(
    "code", ["död", "Död", "DÖD", " död\t", unicodedata.normalize("NFD", "Död"), "utvandring", "Utvandring"]
)
def test_events_are_compared_without_case(study, code):
    """RG04: who has died, or left, works no more."""
    encoding = "utf-8" if "\u0308" in code else "cp1252"
    path = study(events=[("1001", code, "2015-06-01")], encoding=encoding)
    assert found(path, "scb_handelser") == []
    assert working(path) == [0, 1, 1]


@pytest.mark.parametrize("code", ["avliden", "utvandrad", "dod", "1"])
def test_an_event_that_is_not_known_stops_a_run(study, code):
    """RG04: leaving it out would let the dead work."""
    path = study(events=[("1001", code, "2015-06-01"), ("1002", "död", "2015-06-02")])
    assert found(path, "scb_handelser") == [("error", "handelse", "code list", 1)]
    with pytest.raises(
        eu.ExtractError, match=r"handelse: code list: handelse: fewer than 5 of fewer than 5 rows fail; .*goes on"
    ):
        eu.load(path)


@pytest.mark.parametrize(("register", "head", "row", "column"), [
    ("sos_lss", "LopNr;matdatum;p10", "A;2014-10-01;2", "p10"),
    ("sos_lss", "LopNr;matdatum;p10", "A;2014-10-01;", "p10"),
    ("assignment", "LopNr;samtycke;kommun", "A;2;1284", "samtycke"),
    ("fk_ersattning", "LopNr;Fall_from_datum;Del_from_datum;Forman_kod", "A;2015-01-01;2015-01-01;", "forman_kod"),
])  # fmt: skip
def test_closed_lists_that_decide_a_state_stop_a_run(tmp_path, read, register, head, row, column):
    """RG04's kind: consent, p10, the benefit."""
    (tmp_path / "x.csv").write_text(f"{head}\n{row}\n")
    assert [str(f.severity) for f in read(register, "x.csv", column)[1]] == ["error"]


# ---------------------------------------------------------------------------------------------------------------- numbers
@pytest.mark.parametrize("form", ["csv", "parquet", "dta", "sav"])
@pytest.mark.parametrize("number", [1.7498005798264095e100, float(2**53), -1.797e308])
def test_numbers_that_stand_for_missing_fit_in_no_format(tmp_path, read, form, number):
    """RG10: Stata's missing value before version 8, and every number of 2⁵³ or more."""
    if form in ("dta", "sav") and number < -1e300:
        return  # these formats have their own use for it
    frame = pd.DataFrame({"LopNr": ["A", "B", "C"], "insats": ["42"] * 3, "bidrag": [1.5, number, -(2.0**52)]})
    if form == "csv":
        frame.assign(**{"from": "2015-01-01"}).to_csv(tmp_path / "b.csv", sep=";", index=False)
    elif form == "parquet":
        frame.assign(**{"from": date(2015, 1, 1)}).to_parquet(tmp_path / "b.parquet")
    else:
        write = pyreadstat.write_dta if form == "dta" else pyreadstat.write_sav
        write(frame.assign(**{"from": "2015-01-01"}), tmp_path / f"b.{form}")
    values, findings = read("af_beslut", f"b.{form}", "bidrag")
    assert values == [1.5, None, -(2.0**52)]
    assert (findings[0].rule.split(":")[0], findings[0].rows_failing) == ("type", 1)
    assert "2^53" in findings[0].advice


# ------------------------------------------------------------------------------------------------------- days of many ends
def ended(days):
    """Spells of thirty persons, two each, that end on these days in turn."""
    out = []
    for i, p in enumerate(PEOPLE * 2):
        out.append((p[0], f"2015-{1 + i % 3:02}-{1 + i % 28:02}", days[i % len(days)], "11"))
    return out


SPREAD = [f"2016-{1 + i % 12:02}-{1 + i % 28:02}" for i in range(60)]


@pytest.mark.parametrize(
    ("days", "severity"),
    [
        (SPREAD, []),
        (["2016-09-17", *SPREAD[:1]], ["warning"]),
        (["2016-12-31", *SPREAD], []),
        # the cut-off, and what stands for no end, end nothing
        (["2017-12-31"], []),
        (["9999-12-31"], []),
        # terms end on a few days, and none of them stands out
        (["2016-01-17", "2016-06-05"], []),
    ],
)
def test_one_day_that_ends_many_spells_is_a_warning(study, days, severity):
    """A change of system, or a delivery, ends spells on one day: the register's owner knows."""
    if days[1:] == SPREAD[:1]:
        days = [days[0], SPREAD[3], days[0], SPREAD[7], days[0], SPREAD[11], days[0], SPREAD[20]]
    path = study(ended(days))
    rows = [r for r in check(path).rows if r.rule.startswith("ends:")]
    assert [str(r.severity) for r in rows] == severity
    assert all("ask the register's owner" in r.advice for r in rows)


@pytest.mark.parametrize(("reversed_", "severity"), [(3, "note"), (25, "warning")])
def test_a_large_share_of_reversed_spells_is_a_warning(study, reversed_, severity):
    spells = [(p[0], "2015-06-01", "2015-01-01" if i < reversed_ else "2015-09-01", "11") for i, p in enumerate(PEOPLE)]
    rows = [r for r in check(study(spells)).rows if r.rule.startswith("reversed")]
    assert [(str(r.severity), r.rows_failing) for r in rows] == [(severity, reversed_)]
    assert ("changed places" in rows[0].advice) == (severity == "warning")


# ---------------------------------------------------------------------------------------------------------------- folders
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("y.parquet", b"GARBAGE"), ("y.parquet", b""), ("y.csv", b""), ("y.csv.gz", b"\x1f\x8b"), ("y.dta", b"GARBAGE"),
        ("Individ_2014.sav", b""), ("y.sas7bdat", b"\x00" * 100),
    ],
)  # fmt: skip
def test_a_folder_with_nothing_like_a_register_is_refused_beside_an_unreadable_file(tmp_path, name, content):
    """RG11: the file that cannot be read is named, and nothing is drafted."""
    (tmp_path / "x.csv").write_text("a;b\n1;2\n")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(eu.ArgumentError, match=r"no file of .* is like a register") as raised:
        draft(tmp_path)
    assert name in str(raised.value)
    assert not (tmp_path / "study.toml").exists()


@pytest.mark.parametrize("content", [b"", b"GARBAGE", b"PAR1" + b"\x00" * 20])
def test_a_file_that_cannot_be_read_is_no_register_without_rows(study, content):
    """RG11's kind: zero bytes, cut off."""

    def broken(folder):
        (folder / "af.csv").unlink()
        (folder / "af.parquet").write_bytes(content)

    with pytest.raises(eu.ExtractError, match="af_sokandekategori: "):
        check(study(changed=broken))
