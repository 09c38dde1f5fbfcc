"""First contact: a delivery without a study file becomes a study that runs, by answering what is asked."""

from __future__ import annotations

import gzip
import re
import shutil
import tomllib

import pytest

import effektutv as eu
from effektutv import cli
from effektutv.analysis import analyse
from effektutv.commands.check import check
from effektutv.commands.init.draft_study import answer, draft
from effektutv.commands.init.questions import Answer
from effektutv.disclosure.protect import protect
from effektutv.errors import ArgumentError, StudyError
from effektutv.registers.engines.spark_local import check_installed
from effektutv.registers.sources.odbc import Table
from effektutv.reporting.tables.csv_tables import csv_tables

#: What the demonstration's own study file says, by the key that asks.
ANSWERS = {
    "name": "aktivitetsersattning",
    "title": '{ sv = "Titel", en = "Title" }',
    "month": "15",
    "baseline": "0.18",
    "data_date": "2018-03-31",
    "interventions_end": "2016-12-31",
    "cutoff": "2017-12-31",
    "aktivitetsersattning": "AE",
    "sjukersattning": "SJ",
    "role": "primary",
}
#: The demonstration's three arms in the order of its study file; a draft has two and takes more.
ARMS = (
    {
        "code": '"FS"',
        "label": '{ sv = "Förstärkt samarbete", en = "Enhanced cooperation" }',
        "received": '{ source = "start" }',
    },
    {
        "code": '"SE"',
        "label": '{ sv = "Supported Employment", en = "Supported Employment" }',
        "received": '{ source = "sius" }',
    },
    {
        "code": '"CM"',
        "label": '{ sv = "Case management", en = "Case management" }',
        "received": '{ source = "hours", actor = "CM" }',
    },
)


def answered(contact, folder):
    """Answer in the file, as a user would: fill the key in and take its mark away."""
    text = contact.path.read_text(encoding="utf-8")
    if text.count("\n[[arms]]") == 2:
        contact.path.write_text(text.replace("\n[plan]", "\n[[arms]]\n\n[plan]"), encoding="utf-8")
        text = draft(folder).path.read_text(encoding="utf-8")
    # what a first draft does not know was planned
    text = re.sub(r'(by = \["\w+"\]\n(?:#~ )?)prespecified = false', r"\1prespecified = true", text)
    out, arm = [], -1
    for line in text.splitlines():
        arm += line == "[[arms]]"
        suggestion = re.match(r"#\?     (\w+) = ", line)
        if suggestion and suggestion[1] in ARMS[0]:
            value = ARMS[arm][suggestion[1]]
            if suggestion[1] != "received" or value.split()[3].rstrip(",") in line:
                line = f"{suggestion[1]} = {value}"
        elif suggestion and suggestion[1] in ANSWERS:
            value = ANSWERS[suggestion[1]]
            listed = f'["{value}"]' if suggestion[1] in ("aktivitetsersattning", "sjukersattning") else f'"{value}"'
            line = f"{suggestion[1]} = " + (value if value[0].isdigit() or value[0] == "{" else listed)
        out.append(line)
    contact.path.write_text("\n".join(out) + "\n", encoding="utf-8")
    return draft(folder)


@pytest.fixture
def delivery(demo, tmp_path):
    """The demonstration's extracts without a study file."""
    shutil.copytree(demo / "extracts", tmp_path / "delivery")
    return tmp_path / "delivery"


def everything_said(contact, capsys=None):
    return contact.path.read_text(encoding="utf-8") + "\n".join(contact.lines())


def test_round_trip(delivery, demo, tmp_path):
    contact = draft(delivery)
    assert contact.new
    assert not contact.settled
    assert {q.key for q in contact.questions} == {*ANSWERS, *ARMS[0]}
    contact = answered(contact, delivery)
    assert contact.settled, list(contact.lines())
    assert list(contact.lines())[-1] == f"next: effektutv check {contact.path}"
    mine, theirs = eu.Study.from_toml(delivery / "study.toml"), eu.Study.from_toml(demo / "study.toml")
    # the same study: registers by the same files, all else to the letter, but for the title and the checklist
    for part in (
        "arms",
        "design",
        "time_zero",
        "codes",
        "work",
        "plan",
        "covariates",
        "outcomes",
        "subgroups",
        "disclosure",
    ):
        assert getattr(mine, part) == getattr(theirs, part), part
    assert mine.study.synthetic
    assert set(mine.registers) == set(theirs.registers)
    titled = (demo / "study.toml").read_text(encoding="utf-8")
    title = re.search(r"(?m)^title = .*$", titled)[0]
    text = re.sub(r"(?m)^title = .*$", title, (delivery / "study.toml").read_text(encoding="utf-8"))
    # the age at which the benefit ends is this trial's own, and drafted for nobody
    text += re.search(r"(?m)^\[benefit\]\n(?:[a-z].*\n)+", titled)[0]
    (delivery / "study.toml").write_text(text, encoding="utf-8")
    found, expected = (csv_tables(protect(analyse(eu.load(folder / "study.toml")))) for folder in (delivery, demo))
    assert found.keys() == expected.keys()
    assert [name for name in found if found[name] != expected[name]] == []


def test_a_second_look_changes_nothing(delivery):
    first = draft(delivery)
    before = first.path.read_bytes()
    again = draft(delivery)
    assert again.path.read_bytes() == before
    assert not again.new
    assert again.questions == first.questions


def test_what_the_user_wrote_stays(delivery):
    contact = draft(delivery)
    text = contact.path.read_text(encoding="utf-8")
    text = text.replace("seed = 20170331", "seed = 7    # mitt eget frö").replace("[plan]", "# min kommentar\n[plan]")
    text = text.replace('path = "af_beslut.csv"', "path = 'af_beslut.csv' # här")
    text = re.sub(r"\[\[outcomes\]\]\nname = \"livskvalitet\"(?:.*\n)+?\n", "", text)
    contact.path.write_text(text, encoding="utf-8")
    draft(delivery)
    after = contact.path.read_text(encoding="utf-8")
    assert after == text


def test_odd_names_prefixes_cases_and_gzip(delivery, trial, tmp_path):
    odd = tmp_path / "odd"
    (odd / "SCB uttag 1").mkdir(parents=True)
    names = {
        "lottningsenkat.csv": "Deltagare.TXT",
        "af_insper.csv": "P1105_INSPER.csv",
        "af_sokatper.csv": "uttag_7.csv",
        "fk_midas.csv": "fk leverans (slutlig).csv",
        "scb_rtb_handelser.csv": "SCB uttag 1/doda_och_flyttade.csv",
        "studier.csv": "SCB uttag 1/Studier.csv",
        "sos_lss.csv": "socialstyrelsen.csv.gz",
        "tidredovisning.csv": "tid.csv",
        "deltagarenkat.csv": "svar.csv",
        "af_beslut.csv": "af_bes.csv",
    }
    for path in sorted(delivery.glob("*.csv")):
        target = odd / names.get(path.name, f"SCB uttag 1/P1105_{path.stem.swapcase()}.csv")
        data = path.read_bytes()
        header, _, rows = data.partition(b"\n")
        header = b";".join(b"P1105_" + c.removeprefix(b"P1105_").upper() for c in header.replace(b'"', b"").split(b";"))
        data = header + b"\n" + rows
        target.write_bytes(gzip.compress(data) if target.suffix == ".gz" else data)
    shutil.copy(delivery / "SYNTHETIC.txt", odd)
    contact = answered(draft(odd), odd)
    assert contact.settled, list(contact.lines())
    paths = {n: r.path for n, r in eu.Study.from_toml(contact.path).registers.items()}
    assert paths["scb_lisa"] == "SCB uttag 1/P1105_iNDIVID_*.csv"
    assert paths["scb_ku"] == "SCB uttag 1/P1105_SCB_KU_*.csv"
    assert paths["sos_lss"] == "socialstyrelsen.csv.gz"
    found = eu.load(contact.path)
    assert found.table.equals(trial.table)
    assert found.itt("arbete", month=15).tidy().equals(trial.itt("arbete", month=15).tidy())


def test_two_files_for_one_register_are_asked_about(delivery):
    shutil.copy(delivery / "af_sokatper.csv", delivery / "af_sokatper_ny.csv")
    contact = draft(delivery)
    (question,) = (q for q in contact.questions if q.key == "path")
    assert question.table == ("registers", "af_sokandekategori")
    assert question.needed
    assert question.suggestions == (
        'path = "af_sokatper.csv"', 'path = "af_sokatper_ny.csv"', 'path = "af_sokatper*.csv"'
    )  # fmt: skip
    assert "path" not in tomllib.loads(contact.path.read_text(encoding="utf-8"))["registers"]["af_sokandekategori"]
    with pytest.raises(StudyError, match="path"):
        eu.Study.from_toml(contact.path)
    # the answer settles it, and the other file is asked about once more: is it part of the register?
    answer(contact, question, "af_sokatper_ny.csv")
    contact = draft(delivery)
    assert not [q for q in contact.questions if q.key == "path"]
    (question,) = (q for q in contact.questions if q.key == "af_sokatper.csv")
    text = contact.path.read_text(encoding="utf-8").replace("#?     #- af_sokatper.csv", "#- af_sokatper.csv")
    contact.path.write_text(text, encoding="utf-8")
    contact = answered(draft(delivery), delivery)
    assert contact.settled, list(contact.lines())
    assert "#- af_sokatper.csv" in contact.path.read_text(encoding="utf-8")


def test_a_register_that_arrives_later(delivery, tmp_path):
    for name in ("sos_lss.csv", "tidredovisning.csv", "deltagarenkat.csv"):
        shutil.move(delivery / name, tmp_path / name)
    contact = answered(draft(delivery), delivery)
    assert {q.key for q in contact.questions} == {"sos_lss", "tidredovisning", "deltagarenkat", "received"}
    assert all(q.answer is Answer.ELSEWHERE for q in contact.questions if q.key != "received")
    lss = next(q for q in contact.questions if q.key == "sos_lss")
    assert "Socialstyrelsen" in lss.ask
    assert "matdatum" in lss.ask
    # without them the study is smaller, and can be read
    study = eu.Study.from_toml(contact.path)
    assert "daglig_verksamhet" not in {c.name for c in study.covariates}
    assert [s.by for s in study.subgroups] == [("kon",)]
    assert next(a for a in study.arms if a.code == "CM").received is None
    for name in ("sos_lss.csv", "tidredovisning.csv", "deltagarenkat.csv"):
        shutil.move(tmp_path / name, delivery / name)
    # who had the third arm's programme can be said by the register that came
    contact = answered(draft(delivery), delivery)
    assert contact.settled, list(contact.lines())
    study = eu.Study.from_toml(contact.path)
    assert {"daglig_verksamhet", "lss_beslut", "bostad_lss"} <= {c.name for c in study.covariates}
    assert ("kon", "daglig_verksamhet") in [s.by for s in study.subgroups]
    assert next(a for a in study.arms if a.code == "CM").received.source == "hours"
    assert "livskvalitet" in {o.name for o in study.outcomes}
    assert "#~" not in contact.path.read_text(encoding="utf-8").replace("frees those with #~", "")


def test_a_register_that_will_not_come_is_declined(delivery):
    (delivery / "scb_rtb_handelser.csv").unlink()
    contact = answered(draft(delivery), delivery)
    assert [q.key for q in contact.questions] == ["scb_handelser"]
    text = contact.path.read_text(encoding="utf-8").replace("#?     #- scb_handelser", "#- scb_handelser")
    contact.path.write_text(text, encoding="utf-8")
    assert draft(delivery).settled


def test_a_year_that_is_missing_inside_a_run(delivery):
    (delivery / "Individ_2014.csv").unlink()
    contact = answered(draft(delivery), delivery)
    (question,) = contact.questions
    assert question.table == ("registers", "scb_lisa")
    assert "2014 is missing between 2012 and 2016" in question.ask
    assert "SCB" in question.ask


def test_a_required_column_that_is_missing(delivery):
    path = delivery / "af_sokatper.csv"
    path.write_bytes(path.read_bytes().replace(b";skat", b";kategorin", 1))
    contact = draft(delivery)
    assert "af_sokandekategori" not in tomllib.loads(contact.path.read_text(encoding="utf-8"))["registers"]
    told = "\n".join(contact.lines())
    assert re.search(r"unused +af_sokatper.csv: looks like af_sokandekategori, .*required and missing: skat", told)
    assert "kategorin" in told
    # what rests on it waits
    assert "#~ waiting for: af_sokandekategori, scb_ku or scb_agi" in contact.path.read_text(encoding="utf-8")


def test_a_file_without_header_is_recognised_and_shown_nowhere(delivery):
    values = set()
    for path in sorted(delivery.glob("*.csv")):
        data = path.read_bytes()
        path.write_bytes(data.partition(b"\n")[2])
        first = data.splitlines()[1].decode("cp1252").replace('"', "")
        values |= {v for v in first.split(";") if len(v) > 4 and not v.startswith("20")}
    contact = draft(delivery)
    assert sum("the file seems to have no header" in line for line in contact.lines()) == len(
        list(delivery.glob("*.csv"))
    )
    said = everything_said(contact)
    assert len(values) > 15
    assert not [v for v in values if v in said]


@pytest.mark.parametrize("name", ["19900101-2384", "199001012384", "9001012384"])
def test_a_personal_identity_number_as_a_column(delivery, name):
    path = delivery / "af_sokatper.csv"
    path.write_bytes(path.read_bytes().replace(b";skat", f";skat;{name}".encode(), 1))
    contact = draft(delivery)
    assert "af_sokatper.csv: the file seems to have no header" in "\n".join(contact.lines())
    assert name not in everything_said(contact)


def test_an_odd_column_is_counted_and_not_shown(delivery):
    path = delivery / "af_sokatper.csv"
    path.write_bytes(path.read_bytes().replace(b";skat", b";skat;SYN82151635;F81234;Notering", 1))
    said = everything_said(draft(delivery))
    assert "unknown to the register: Notering, 2 whose names are not shown" in said.replace("\n#: ", " ")
    assert "82151635" not in said
    assert "81234" not in said


def test_nothing_of_the_arms_or_the_plan_is_guessed(delivery):
    """RP03: labels, receipt, the primary outcome and what was planned are one trial's, as the codes are."""
    contact = draft(delivery)
    text = contact.path.read_text(encoding="utf-8")
    values = tomllib.loads(text)
    assert values["arms"] == [{"control": True}, {"control": False}]
    assert not [o for o in values["outcomes"] if o.get("role") == "primary"]
    assert not [s for s in values["subgroups"] if s.get("prespecified")]
    assert not re.search(r"Supported|Enhanced|[Cc]ase management|published|mainly for", text)
    needed = {(q.table, q.key) for q in contact.questions if q.needed}
    assert {(("arms", i), key) for i in range(2) for key in ("code", "label")} <= needed
    # the file cannot be read before they are answered, and says where
    with pytest.raises(StudyError, match=r"arms\.1\.label") as refused:
        eu.Study.from_toml(contact.path)
    assert "draft with open questions" in str(refused.value)


def test_arms_and_the_primary_outcome_are_answered_on_a_terminal(delivery):
    """RP03: two arms, and another primary outcome than the first in the file."""
    contact = draft(delivery)
    by_key = {(q.table, q.key): q for q in contact.questions}
    for wrong in ("hours", "sius CM", "x"):
        with pytest.raises(ArgumentError, match="received: give start"):
            answer(contact, by_key[("arms", 1), "received"], wrong)
    with pytest.raises(ArgumentError, match="role: give an outcome's name"):
        answer(contact, by_key[("outcomes", 0), "role"], "arbette")
    for (table, key), given in {
        (("arms", 0), "code"): "A",
        (("arms", 0), "label"): "Vanlig | Usual",
        (("arms", 0), "received"): "start",
        (("arms", 1), "code"): "B",
        (("arms", 1), "label"): "Ny | New",
        (("arms", 1), "received"): "hours kommun",
        (("outcomes", 0), "role"): "studier",
    }.items():
        answer(contact, by_key[table, key], given)
    values = tomllib.loads(contact.path.read_text(encoding="utf-8"))
    assert values["arms"][1]["received"] == {"source": "hours", "actor": "kommun"}
    assert [o["name"] for o in values["outcomes"] if o.get("role") == "primary"] == ["studier"]
    assert not [q for q in draft(delivery).questions if q.table[0] in ("arms", "outcomes")]


def test_codes_of_the_arms_are_never_shown(delivery):
    contact = draft(delivery)
    said = everything_said(contact)
    assert not re.search(r'\bcode = "(FS|SE)"', said)
    assert "Uppsala" not in said
    # and what the trial has answered of the checklist is no other study's answer
    assert "[consort]" not in said


def test_a_file_whose_name_is_a_personal_identity_number(delivery):
    shutil.copy(delivery / "studier.csv", delivery / "19900101-2385.csv")
    said = everything_said(draft(delivery))
    assert "19900101" not in said
    assert "rename the file" in said


def test_files_that_cannot_be_read(delivery):
    (delivery / "tom.csv").write_bytes(b"")
    (delivery / "halv.parquet").write_bytes(b"PAR1abc")
    (delivery / "halv.sas7bdat").write_bytes(b"\0" * 200)
    (delivery / "halv.csv.gz").write_bytes(gzip.compress(b"LopNr;from;tom;slag\n" * 100)[:20])
    (delivery / "bok.xlsx").write_bytes(b"PK")
    told = "\n".join(draft(delivery).lines())
    for name in ("tom.csv", "halv.parquet", "halv.sas7bdat", "halv.csv.gz"):
        assert re.search(rf"unused +{name}: ", told), name
    assert "1 .xlsx: not read" in told


def with_words(path, *cells):
    """Put cells in place of the last ones of the first row."""
    lines = path.read_bytes().decode("cp1252").splitlines(keepends=True)
    parts = lines[1].rstrip("\r\n").split(";")
    parts[-len(cells) :] = cells
    path.write_bytes("".join([lines[0], ";".join(parts) + "\r\n", *lines[2:]]).encode("cp1252"))


def test_words_for_missing_are_seen_and_drafted(delivery):
    # in columns of days and numbers; in a column of texts a word is a text
    with_words(delivery / "af_beslut.csv", "NULL", "NA")
    header = (delivery / "af_sokatper.csv").read_text(encoding="cp1252").splitlines()[0]
    assert header.lower().endswith("skat")
    with_words(delivery / "af_sokatper.csv", "NA")
    contact = draft(delivery)
    registers = tomllib.loads(contact.path.read_text(encoding="utf-8"))["registers"]
    assert registers["af_beslut"]["missing"] == ["NA", "NULL"]
    assert [name for name, register in registers.items() if "missing" in register] == ["af_beslut"]
    assert not [q for q in contact.questions if "missing" in q.key]
    # taken out it is asked about, until it is there or declined
    text = contact.path.read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if line.startswith("missing = "))
    contact.path.write_text(text.replace(line, 'missing = ["NULL"]'), encoding="utf-8")
    (question,) = (q for q in draft(delivery).questions if "missing" in q.key)
    assert (question.table, question.suggestions) == (("registers", "af_beslut"), ('missing = ["NA"]',))
    no = contact.path.read_text(encoding="utf-8").replace(
        'missing = ["NULL"]', 'missing = ["NULL"]\n#- af_beslut missing'
    )
    contact.path.write_text(no, encoding="utf-8")
    assert not [q for q in draft(delivery).questions if "missing" in q.key]


def test_only_well_known_words_of_rows_are_told(delivery):
    with_words(delivery / "af_beslut.csv", "HEMLIGT", "NULL")
    contact = draft(delivery)
    assert "HEMLIGT" not in everything_said(contact)
    assert 'missing = ["NULL"]' in everything_said(contact)


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_declared_in_the_draft(delivery, order):
    path = delivery / "studier.csv"
    path.write_bytes(path.read_bytes().decode("cp1252").encode(order))
    contact = answered(draft(delivery), delivery)
    assert contact.settled, list(contact.lines())
    study = eu.Study.from_toml(contact.path)
    assert {n for n, r in study.registers.items() if r.encoding} == {"studier"}
    assert check.check(contact.path).read["studier"] > 100


def test_folders_that_are_none(tmp_path):
    with pytest.raises(ArgumentError, match="'none' is not a folder: there is nothing of that name"):
        draft(tmp_path / "none")
    with pytest.raises(ArgumentError, match=r"no CSV.*name it in .*study\.toml first"):
        draft(tmp_path)
    assert not list(tmp_path.iterdir())
    (tmp_path / "a.xlsx").touch()
    with pytest.raises(ArgumentError, match=r"Nothing was written\.\n  1 \.xlsx: not read; deliver as CSV"):
        draft(tmp_path)
    with pytest.raises(ArgumentError, match=r"'a\.xlsx' is not a folder: it is a file"):
        draft(tmp_path / "a.xlsx")


def test_a_folder_without_a_register_is_no_delivery(tmp_path):
    for number in range(11):
        (tmp_path / f"list-{number:02}.csv").write_text("fruit;price\napple;3\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"no file of .* is like a register") as caught:
        draft(tmp_path)
    assert "\n  list-00.csv: none of the registers (2 columns)\n" in str(caught.value)
    assert str(caught.value).endswith("list-09.csv: none of the registers (2 columns)\n  and 1 more")
    assert not (tmp_path / "study.toml").exists()
    # one that is nearly a register is a delivery: it is said what it lacks
    (tmp_path / "studier.csv").write_text("LopNr;tom;slag\nA;;annan\n", encoding="utf-8")
    assert any("looks like studier, and cannot be read as it" in line for line in draft(tmp_path).unused)


def test_a_study_file_that_is_not_one(delivery):
    (delivery / "study.toml").write_text("[study\n", encoding="utf-8")
    with pytest.raises(StudyError, match="not valid TOML"):
        draft(delivery)
    (delivery / "study.toml").write_text('[table]\npath = "x.csv"\narm = "a"\n', encoding="utf-8")
    with pytest.raises(StudyError, match="plain table"):
        draft(delivery)
    assert (delivery / "study.toml").read_text(encoding="utf-8").startswith("[table]")


def test_a_draft_elsewhere(delivery, tmp_path):
    (tmp_path / "studies").mkdir()
    contact = draft(delivery, out=tmp_path / "studies" / "min.toml")
    values = tomllib.loads(contact.path.read_text(encoding="utf-8"))
    assert values["registers"]["scb_lisa"]["path"] == "../delivery/Individ_*.csv"
    assert not (delivery / "study.toml").exists()


def test_the_demonstration_leaves_nothing_open(demo):
    before = (demo / "study.toml").read_bytes()
    text = before.decode()
    folder = demo
    contact = draft(folder, out=folder / "study.toml")
    try:
        assert contact.settled, list(contact.lines())
        assert not contact.new
        # only the draft's own notes were added
        kept = [line for line in contact.path.read_text(encoding="utf-8").splitlines() if not line.startswith("#:")]
        assert kept == text.splitlines()
    finally:
        (demo / "study.toml").write_bytes(before)


def test_command_and_exit_codes(delivery, monkeypatch, capsys):
    def run(*words):
        monkeypatch.setattr("sys.argv", ["effektutv", "init", str(delivery), *words])
        return cli._guarded()

    assert run() == 1
    assert "next: answer" in capsys.readouterr().out
    # nobody is there to ask
    assert run("--ask") == 2
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    typed = iter(
        [
            "studie",
            "Titel",
            "Titel | Title",
            "femton",
            "15",
            "i fjol",
            "2018-03-31",
            "2016-12-31",
            "18",
            "0.18",
            "FS",
            "Samarbete | Cooperation",
            "start",
            "SE",
            "Stöd | Support",
            "sius CM",
            "hours CM",
            "arbette",
            "arbete",
            *["2017-12-31"] * 7,
            "AE",
            "",
        ]
    )
    monkeypatch.setattr("typer.prompt", lambda *a, **k: next(typed))
    assert run("--ask") == 1
    said = capsys.readouterr().out
    for refused in (
        "title: give a text in Swedish and one",
        "month: give a month",
        "data_date: give a day",
        "baseline: give a",
        "received: give start, sius",
        "role: give an outcome's name",
    ):
        assert refused in said
    assert "codes.sjukersattning" in said
    path = delivery / "study.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("#?     #- sjukersattning", "#- sjukersattning"), encoding="utf-8"
    )
    assert run() == 0
    study = eu.Study.from_toml(path)
    assert study.arm_codes == ("FS", "SE")
    assert study.codes.aktivitetsersattning == ("AE",)


class Catalogue:
    """A database by its catalogue alone: any row that is asked for is a fault."""

    def __init__(self, connection):
        assert connection.string == "DSN=x;Pwd=secret"
        self.tables_ = TABLES

    def tables(self):
        return [Table(catalog="c", schema="reg", name=name) for name in sorted(self.tables_)]

    def columns(self, table):
        return self.tables_[table.name]


TABLES: dict[str, list[str]] = {}


def headers(folder):
    return {
        p.stem: p.open("rb").readline().decode("cp1252").strip().replace('"', "").split(";")
        for p in sorted(folder.glob("*.csv"))
    }


def test_tables_of_a_database(demo, tmp_path, monkeypatch):
    TABLES.clear()
    TABLES.update(headers(demo / "extracts"))
    TABLES["af_sokatper_2"] = TABLES["af_sokatper"]
    TABLES["audit_log"] = ["id", "at", "what"]
    monkeypatch.setattr("effektutv.commands.init.scan_database.Database", Catalogue)
    monkeypatch.setenv("REGISTER_PASSWORD", "secret")
    connection = '[databases.datalager]\nconnection = "DSN=x;Pwd=${REGISTER_PASSWORD}"   # vår\n'
    (tmp_path / "study.toml").write_text(connection, encoding="utf-8")
    contact = draft(tmp_path)
    text = contact.path.read_text(encoding="utf-8")
    assert connection in text
    registers = tomllib.loads(text)["registers"]
    assert registers["scb_lisa"] == {"database": "datalager", "table": "reg.Individ_*"}
    assert registers["assignment"] == {"database": "datalager", "table": "reg.lottningsenkat"}
    assert registers["af_sokandekategori"] == {}
    (question,) = (q for q in contact.questions if q.table == ("registers", "af_sokandekategori") and q.key == "table")
    assert question.suggestions[:2] == ('database = "datalager"', 'table = "reg.af_sokatper"')
    assert "secret" not in text + "\n".join(contact.lines())
    assert "unused   reg.audit_log: none of the registers (3 columns)" in list(contact.lines())
    again = draft(tmp_path)
    assert again.path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("installed", [True, False])
def test_a_catalogue_of_a_spark_that_does_not_run(tmp_path, monkeypatch, capsys, installed):
    monkeypatch.setattr("effektutv.registers.engines.spark.check_installed", lambda: None)
    monkeypatch.setattr("effektutv.registers.engines.spark._given", lambda spark: None)
    if not installed:
        monkeypatch.setattr("effektutv.registers.engines.spark_local.find_spec", lambda name: None)
        monkeypatch.setattr("effektutv.registers.engines.spark.check_installed", check_installed)
    (tmp_path / "study.toml").write_text('[databases.lake]\nconnection = " Spark"\n', encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["effektutv", "init", str(tmp_path)])
    assert cli._guarded() == 2
    said = capsys.readouterr().err
    assert ("Start init by spark-submit" if installed else "pip install 'effektutv[spark]'") in said
    assert "ODBC" not in said


def test_a_connection_that_is_none(tmp_path):
    (tmp_path / "study.toml").write_text('[databases.x]\nconnection = "Pwd=hemligt"\n', encoding="utf-8")
    with pytest.raises(StudyError) as refused:
        draft(tmp_path)
    assert "hemligt" not in str(refused.value)


@pytest.mark.parametrize("kind", ["parquet", "dta", "sav", "xpt"])
def test_columns_of_typed_files(delivery, tmp_path, kind):
    import pandas as pd
    import pyreadstat

    folder = tmp_path / "typed"
    folder.mkdir()
    named = headers(delivery)["af_sokatper"]
    frame = pd.DataFrame({c: ["SYN00000001"] for c in named})
    path = folder / f"register.{kind}"
    if kind == "xpt":
        # the old transport format knows names of eight letters: only LopNr is one
        frame.columns = ["LopNr", *named[1:]]
    writers = {"dta": pyreadstat.write_dta, "sav": pyreadstat.write_sav, "xpt": pyreadstat.write_xport}
    frame.to_parquet(path) if kind == "parquet" else writers[kind](frame, str(path))
    contact = draft(folder)
    values = tomllib.loads(contact.path.read_text(encoding="utf-8"))
    assert values["registers"]["af_sokandekategori"]["path"] == path.name
    assert "SYN0" not in everything_said(contact)


@pytest.mark.system
def test_tables_of_a_server(demo, tmp_path, monkeypatch):
    from postgres import server

    with server() as running:
        monkeypatch.setenv("REGISTER_PASSWORD", running.password)
        running.run("postgres", "CREATE DATABASE delivery")
        create = [
            f'CREATE TABLE "{name}" (' + ", ".join(f'"{c}" varchar(20)' for c in columns) + ")"
            for name, columns in headers(demo / "extracts").items()
        ]
        running.run("delivery", *create)
        study = f"[databases.datalager]\nconnection = '{running.connection('delivery')}'\n"
        (tmp_path / "study.toml").write_text(study, encoding="utf-8")
        contact = draft(tmp_path)
    registers = tomllib.loads(contact.path.read_text(encoding="utf-8"))["registers"]
    assert registers["scb_ku"] == {"database": "datalager", "table": "public.scb_ku_*"}
    assert len(registers) == 12
    assert running.password not in everything_said(contact)
