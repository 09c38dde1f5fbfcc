"""The files themselves: headers, types, bytes, quirks, and the way they are put in place."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from datetime import date, datetime
from fnmatch import fnmatch

import pyarrow.parquet as pq
import pytest

from effektutv import Study
from effektutv.errors import ArgumentError
from effektutv.registers.schema.table_schema import FieldType, load_codelist, load_schema, load_schemas
from effektutv.synthetic import write_demo as module
from effektutv.synthetic.columns import as_day
from effektutv.synthetic.data_errors import _ERAS
from effektutv.synthetic.file_writer import STARS
from effektutv.synthetic.write_demo import write_demo

pytestmark = pytest.mark.proof

REGISTERS = sorted(set(load_schemas()) - {"scb_agi"})


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """A small demonstration in both formats."""
    base = tmp_path_factory.mktemp("small")
    for file_format in ("csv", "parquet"):
        write_demo(base / file_format, participants=200, population=300, seed=3, file_format=file_format)
    return base


def files_of(folder, register):
    study = Study.from_toml(folder / "study.toml")
    path = folder / study.registers[register].path
    return sorted(path.parent.glob(path.name))


def text_rows(path):
    return list(csv.reader(io.StringIO(path.read_bytes().decode("cp1252"), newline=""), delimiter=";"))


def value(text, field):
    """The value that a text stands for, or the reason it stands for none."""
    if text in ("", "*"):
        return None
    if field.type is FieldType.STRING:
        return text
    if field.type is FieldType.DATE:
        return datetime.strptime(text, field.date_format).date()
    assert "." not in text, "decimal comma"
    number = float(text.replace(",", "."))
    return number if field.type is FieldType.NUMBER else int(text)


def check_value(found, field):
    if found is None:
        assert not field.required, field.name
        return
    if field.pattern:
        assert re.fullmatch(field.pattern, found), field.name
    if field.codelist:
        assert found in load_codelist(field.codelist).values, field.name
    if field.enum:
        assert found in field.enum, field.name
    assert field.minimum is None or found >= field.minimum, field.name
    assert field.maximum is None or found <= field.maximum, field.name


@pytest.mark.parametrize("register", REGISTERS)
def test_files_follow_their_declaration(small, register):
    schema = load_schema(register)
    paths = files_of(small / "csv", register)
    assert paths
    keys = []
    for path in paths:
        assert any(fnmatch(path.name.lower(), pattern) for pattern in schema.files)
        header, *rows = text_rows(path)
        expected = [f for f in schema.fields if not f.from_file]
        assert header == [f.delivered for f in expected]
        assert rows
        columns = {f.column: [value(row[i], f) for row in rows] for i, f in enumerate(expected)}
        for f in expected:
            for found in set(columns[f.column]):
                check_value(found, f)
        assert all(s.startswith("SYN") for s in columns["lopnr"])
        for f in schema.fields:
            if f.from_file:
                columns[f.column] = [re.search(f.from_file, path.name)[0]] * len(rows)
        keys += list(zip(*(columns[k] for k in schema.primary_key), strict=True))
    assert len(set(keys)) == len(keys)


def test_agi_is_absent(small):
    assert not list((small / "csv" / "extracts").glob("*agi*"))


@pytest.mark.parametrize("register", REGISTERS)
def test_parquet_holds_what_the_text_holds(small, register):
    schema = load_schema(register)
    texts, typed = files_of(small / "csv", register), files_of(small / "parquet", register)
    assert [p.stem for p in texts] == [p.stem for p in typed]
    for text, path in zip(texts, typed, strict=True):
        header, *rows = text_rows(text)
        table = pq.read_table(path)
        assert table.schema.names == header
        assert table.schema.metadata[b"synthetic"] == b"true"
        for i, name in enumerate(header):
            field = next(f for f in schema.fields if f.delivered == name)
            assert [value(row[i], field) for row in rows] == table.column(name).to_pylist()
            kind = {"date": "date32[day]", "integer": "int64", "number": "double", "string": "string"}[field.type]
            assert str(table.schema.field(name).type) == kind


def test_truth_does_not_depend_on_the_format(small):
    csv_truth, parquet_truth = (json.loads((small / f / "truth.json").read_text()) for f in ("csv", "parquet"))
    assert {k: v for k, v in csv_truth.items() if k != "rows"} == {
        k: v for k, v in parquet_truth.items() if k != "rows"
    }


def test_bytes_of_cp1252(demo):
    for name in ("deltagarenkat.csv", "lottningsenkat.csv"):
        data = (demo / "extracts" / name).read_bytes()
        data.decode("cp1252")
        assert b"\x96" in data
    assert b"\x80" in (demo / "extracts" / "deltagarenkat.csv").read_bytes()
    assert b'""' in (demo / "extracts" / "deltagarenkat.csv").read_bytes()
    assert any(";" in row[-1] for row in text_rows(demo / "extracts" / "deltagarenkat.csv"))
    # every other file can be read as latin-1
    others = [p for p in (demo / "extracts").glob("*.csv") if p.name not in ("deltagarenkat.csv", "lottningsenkat.csv")]
    assert not any(0x80 <= byte <= 0x9F for p in others for byte in set(p.read_bytes()))


def test_one_file_has_windows_line_ends(demo):
    data = (demo / "extracts" / "af_insper.csv").read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n") > 100
    assert b"\r" not in (demo / "extracts" / "af_sokatper.csv").read_bytes()


def test_prefixes_and_stars(demo):
    headers = {p.name: text_rows(p)[0] for p in (demo / "extracts").glob("*.csv")}
    assert headers["Individ_2014.csv"][0] == "P1105_LopNr_PersonNr"
    assert headers["af_sokatper.csv"][0] == "P1105_LopNr"
    assert headers["fk_midas.csv"][0] == "Lopnr"
    for register, column in sorted(STARS):
        field = load_schema(register).field(column)
        path = files_of(demo, register)[0]
        header, *rows = text_rows(path)
        found = {row[header.index(field.delivered)] for row in rows}
        assert "*" in found
        assert "" not in found


def test_everything_says_that_it_is_synthetic(small):
    for folder in (small / "csv", small / "parquet"):
        assert "synthetic" in (folder / "README.md").read_text(encoding="utf-8").splitlines()[0]
        assert json.loads((folder / "truth.json").read_text())["synthetic"] is True
        assert "SYNTHETIC" in (folder / "extracts" / "SYNTHETIC.txt").read_text(encoding="utf-8")
        study = Study.from_toml(folder / "study.toml")
        assert study.study.synthetic
        assert study.consort == {}, "what is published of the trial is not of people who are made up"
        assert study.study.title.sv.startswith("Syntetiska data")
        assert study.study.title.en.startswith("Synthetic data")


def test_readme_states_the_conflict_and_the_made_up_codes(small):
    text = (small / "csv" / "README.md").read_text(encoding="utf-8")
    for said in ("25 municipalities", "26 names", "AE and SJ", "ASSUMED", "ANTAGET", "25 kommuner"):
        assert said in text


# ---------------------------------------------------------------- quirks


def test_every_quirk_is_planted(extracts):
    assert len(extracts.truth["quirks"]) >= 26
    assert all(n > 0 for n in extracts.truth["quirks"].values())


def test_quirks_are_in_the_files(demo, evaluator, extracts):
    rows = [r for of in extracts.af.values() for r in of]
    reversed_work = [
        r for r in rows if r["utskadm"] and r["utskadm"] < r["inskadm"] and r["skat"] in ("42", "41", "33")
    ]
    assert len(reversed_work) >= 20
    assert len({tuple(r.items()) for r in rows}) < len(rows)
    assert {r["skat"] for r in rows} >= {"46", "21", "22", "23", "34", "54", "11", "42", "33", "41", "31"}
    eras = {str(code): (border, ended) for code, border, ended in _ERAS}

    def outside(row):
        border, ended = eras[row["skat"]]
        first = as_day(date.fromisoformat(row["inskadm"]))
        return first > border if ended else first < border

    assert {r["skat"] for r in rows if r["skat"] in eras and outside(r)} == set(eras)
    assert any(r["skat"] == "56" and r["inskadm"] <= "2014-12-31" for r in rows)
    statements = [r for of in extracts.ku.values() for r in of]
    kinds = {(r["fromman"] is None, r["tomman"] is None) for r in statements}
    assert kinds == {(False, False), (True, True), (True, False), (False, True)}
    assert {r["forman_kod"] for of in extracts.fk.values() for r in of} >= {"AE", "SJ", "SP", "RP", "BT"}
    events = {r["händelse"] for of in extracts.events.values() for r in of}
    assert events == {"död", "utvandring", "invandring"}
    dead = {
        s: min(r["datum"] for r in of if r["händelse"] == "död")
        for s, of in extracts.events.items()
        if any(r["händelse"] == "död" for r in of)
    }
    assert any(f"{r['ar']}-{int(r['fromman'] or 1):02d}-01" > dead[s] for s in dead for r in extracts.ku[s])


def test_daily_activities_change_after_randomisation(evaluator, extracts):
    changes = {"ends": 0, "begins": 0, "earlier": 0}
    for p in extracts.people:
        drawn = p["lottningsdatum"]
        before = [
            r["p10"] for r in sorted(extracts.lss[p["lopnr"]], key=lambda r: r["matdatum"]) if r["matdatum"] < drawn
        ]
        after = [r["p10"] for r in extracts.lss[p["lopnr"]] if r["matdatum"] >= drawn]
        base = evaluator._groups(extracts, p)[1] == "med"
        changes["ends"] += base and "0" in after
        changes["begins"] += not base and "1" in after
        changes["earlier"] += not base and "1" in before
    assert min(changes.values()) > 5
    assert any(p["lottningsdatum"].endswith("-10-01") for p in extracts.people)


def test_the_year_of_randomisation_differs_from_the_year_before(extracts):
    differ = {"sun2000niva_old": 0, "barn0_3": 0}
    for p in extracts.people:
        year = int(p["lottningsdatum"][:4])
        now, before = (extracts.lisa[y].get(p["lopnr"]) for y in (year, year - 1))
        for column in differ:
            differ[column] += bool(now) and now[column] != before[column]
    assert min(differ.values()) > 10


def test_population_is_in_every_register(demo, extracts):
    ids = {p["lopnr"] for p in extracts.people}
    for register in REGISTERS:
        for path in files_of(demo, register):
            found = {row[0] for row in text_rows(path)[1:]}
            assert found - ids, path.name
            assert found & ids, path.name


def test_sius_and_case_managers_work_mostly_in_their_own_arm(demo, extracts):
    arm = {p["lopnr"]: p["arm"] for p in extracts.people}
    header, *rows = text_rows(demo / "extracts" / "tidredovisning.csv")
    by_actor = {}
    for row in rows:
        by_actor.setdefault(row[header.index("aktor")], []).append(arm.get(row[0]))
    for actor, own in (("SIUS", "SE"), ("CM", "CM")):
        assert {"FS", "SE", "CM"} <= set(by_actor[actor])
        assert 0.98 < by_actor[actor].count(own) / len(by_actor[actor]) < 1
    assert set(by_actor["Af"]) >= {"FS", "SE", "CM"}


# ---------------------------------------------------------------- determinism and the folder


def digests(folder):
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
@pytest.mark.same_bytes
def test_the_same_seed_gives_the_same_bytes_in_another_process(small, tmp_path, file_format):
    code = (
        "from pathlib import Path; from effektutv.synthetic.write_demo import write_demo; "
        f"write_demo(Path('again'), participants=200, population=300, seed=3, file_format={file_format!r})"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)
    assert digests(tmp_path / "again") == digests(small / file_format)


def test_another_seed_gives_other_bytes(small, tmp_path):
    write_demo(tmp_path / "other", participants=200, population=300, seed=4)
    same = digests(small / "csv").items() & digests(tmp_path / "other").items()
    assert {name for name, _ in same} == {"study.toml", "extracts/SYNTHETIC.txt"}


def test_summary(tmp_path):
    summary = write_demo(tmp_path / "demo", participants=60, population=0)
    assert (summary.participants, summary.declined, summary.population) == (60, 4, 0)
    assert summary.folder == tmp_path / "demo"
    assert sum(summary.arms.values()) == 60
    assert summary.rows["lottningsenkat.csv"] == 64


def test_population_is_written_in_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 100)
    summary = write_demo(tmp_path / "demo", participants=60, population=450, file_format="parquet")
    lisa = pq.read_table(tmp_path / "demo" / "extracts" / "Individ_2014.parquet")
    assert lisa.num_rows == summary.rows["Individ_2014.parquet"] > 450
    assert len(set(lisa.column(0).to_pylist())) == lisa.num_rows


def test_an_earlier_demo_is_replaced_and_what_lies_beside_it_kept(tmp_path):
    folder = tmp_path / "demo"
    write_demo(folder, participants=60, population=10)
    (folder / "notes.txt").write_text("mine")
    write_demo(folder, participants=60, population=10, file_format="parquet")
    assert (folder / "notes.txt").read_text() == "mine"
    assert not list((folder / "extracts").glob("*.csv"))
    assert [p.name for p in tmp_path.iterdir()] == ["demo"]


def test_an_empty_folder_is_used(tmp_path):
    (tmp_path / "demo").mkdir()
    write_demo(tmp_path / "demo", participants=60, population=0)
    assert (tmp_path / "demo" / "truth.json").is_file()


@pytest.mark.parametrize(
    "content", ["{}", "[1]", "not json", '{"synthetic": true}', '{"marker": "effektutv demo"}', None]
)
def test_a_folder_of_others_is_refused_and_left_alone(tmp_path, content):
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    if content is not None:
        (folder / "truth.json").write_text(content)
    before = digests(tmp_path)
    with pytest.raises(ArgumentError, match="no earlier demo"):
        write_demo(folder, participants=60, population=0)
    assert digests(tmp_path) == before


def test_extracts_of_others_in_an_earlier_demo_are_not_lost(tmp_path):
    folder = tmp_path / "demo"
    write_demo(folder, participants=60, population=0)
    (folder / "extracts" / "Individ_2011.csv").write_text("mine")
    before = digests(tmp_path)
    with pytest.raises(ArgumentError, match="no demo wrote"):
        write_demo(folder, participants=60, population=0)
    assert digests(tmp_path) == before


def test_a_file_is_refused(tmp_path):
    (tmp_path / "demo").write_text("mine")
    with pytest.raises(ArgumentError, match="is a file"):
        write_demo(tmp_path / "demo", participants=60, population=0)


def test_nothing_half_written_is_left(tmp_path, monkeypatch):
    def fails(*_args, **_kwargs):
        raise RuntimeError("disk full")

    write_demo(tmp_path / "demo", participants=60, population=0)
    before = digests(tmp_path)
    monkeypatch.setattr(module, "readme", fails)
    with pytest.raises(RuntimeError):
        write_demo(tmp_path / "demo", participants=60, population=0)
    assert digests(tmp_path) == before
    assert [p.name for p in tmp_path.iterdir()] == ["demo"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"participants": 29}, "at least 30"),
        ({"population": -1}, "population"),
        ({"population": 60_000_000}, "50,000,000"),
        ({"seed": -1}, "seed"),
        ({"file_format": "xlsx"}, "'csv' or 'parquet'"),
    ],
)
def test_arguments_out_of_range(tmp_path, arguments, said):
    with pytest.raises(ArgumentError, match=said):
        write_demo(tmp_path / "demo", **arguments)
    assert not list(tmp_path.iterdir())
