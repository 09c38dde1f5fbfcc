"""Which files a path means, what is said where it means none, and files that are copies or change while they are read."""

from __future__ import annotations

import errno
import gzip
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import effektutv as eu
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources.file_discovery import files_of, marks_of, refuse_changed, register_files
from effektutv.registers.sources.open_extract import open_extract
from effektutv.study import Register

KU = "LopNr;Ar;LopNr_PeOrgNr;FromMan;TomMan;KontBrutto\nA;2014;F;1;2;100\n"
#: A personal identity number that Skatteverket gives as an example.
NUMBER = "811228-9874"


def opened(folder: Path, path: str) -> tuple[str, ...]:
    with Engine(threads=1) as engine:
        extract = open_extract(engine, load_schema("scb_ku"), Register(path=path), folder, "study.toml, line 7")
        return tuple(f.name for f in extract.files)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("sub", "it is a folder: give the files in it"),
        ("loop.csv", "a link that leads nowhere"),
        ("gone.csv", "a link that leads nowhere"),
        (r"sub\a.csv", "between folders stands /"),
        ("**/b.csv", "name each folder"),
        ("b.csv", "check path and folder"),
        ("x" * 5000, "check path and folder"),
        ("pipe", "check path and folder"),
    ],
)
def test_a_path_that_means_no_file_says_why(tmp_path, path, said):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.csv").write_text(KU)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    (tmp_path / "gone.csv").symlink_to("nothing.csv")
    with pytest.raises(eu.ExtractError, match=r"^scb_ku: no file matches the path .*study\.toml, line 7") as raised:
        register_files("scb_ku", tmp_path, path, "study.toml, line 7")
    assert said in str(raised.value)


@pytest.mark.parametrize("path", [f"{NUMBER}/*.csv", f"{NUMBER}.csv", "*/a.csv", "8*.csv"])
def test_a_path_with_a_personal_identity_number_is_refused_and_not_shown(tmp_path, path):
    (tmp_path / NUMBER).mkdir()
    (tmp_path / NUMBER / "a.csv").write_text(KU)
    (tmp_path / f"{NUMBER}\n.csv").write_text(KU)
    with pytest.raises(eu.ExtractError, match="holds a personal identity number") as raised:
        register_files("scb_ku", tmp_path, path, "study.toml, line 7")
    assert NUMBER not in str(raised.value)
    # the study's own folder is nobody's delivery
    assert len(register_files("scb_ku", tmp_path / NUMBER, "a.csv", "")) == 1


def test_a_link_to_a_folder_that_leads_back_ends(tmp_path):
    (tmp_path / "x").symlink_to(".")
    (tmp_path / "a.csv").write_text(KU)
    assert [p.name for p in files_of(tmp_path, "x/x/x/*.csv")] == ["a.csv"]


@pytest.mark.parametrize("other", ["KU_2014.CSV", "ku_2014.csv.gz", "ku_2014.txt"])
def test_a_file_in_two_forms_is_refused(tmp_path, other):
    (tmp_path / "ku_2014.csv").write_text(KU)
    (tmp_path / other).write_bytes(gzip.compress(KU.encode()) if other.endswith("gz") else KU.encode())
    with pytest.raises(eu.ExtractError, match=r"means both .*ku_2014\.csv") as raised:
        opened(tmp_path, "ku_*")
    assert other in str(raised.value)


def test_a_copy_under_another_name_is_refused(tmp_path):
    (tmp_path / "ku_2014.csv").write_text(KU)
    (tmp_path / "ku_2014 (1).csv").write_text(KU)
    with pytest.raises(eu.ExtractError, match=r"'ku_2014 \(1\)\.csv' and 'ku_2014\.csv' hold the very same"):
        opened(tmp_path, "ku_*.csv")
    table = pa.table({n: [v] for n, v in zip(*(line.split(";") for line in KU.splitlines()), strict=True)})
    for year in (2014, 2015):
        pq.write_table(table, tmp_path / f"ku_{year}.parquet")
    with pytest.raises(eu.ExtractError, match="hold the very same"):
        opened(tmp_path, "ku_*.parquet")


def test_files_of_one_name_in_several_folders_are_told_apart(tmp_path):
    for year in ("2014", "2015"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "ku.csv").write_text(KU.replace("2014", year))
    assert opened(tmp_path, "20*/ku.csv") == ("2014/ku.csv", "2015/ku.csv")
    # years without any row are the same, and count nothing twice
    for year in ("2014", "2015"):
        (tmp_path / year / "ku.csv").write_text(KU.splitlines()[0] + "\n")
    assert len(opened(tmp_path, "20*/ku.csv")) == 2


def test_of_several_files_the_broken_one_is_named(tmp_path):
    (tmp_path / "ku_2014.csv").write_text(KU)
    (tmp_path / "ku_2015.csv").write_text(KU.replace("100", "100;1"))
    (tmp_path / "ku_2016.csv").write_text(KU.replace("2014", "2016"))
    with pytest.raises(eu.ExtractError, match=r"\(file 2 of 3: 'ku_2015\.csv'\)$") as raised:
        opened(tmp_path, "ku_*.csv")
    assert raised.value.__context__ is None
    (tmp_path / "ku_2015.csv").write_text(KU.replace("2014", "2015"))
    assert len(opened(tmp_path, "ku_*.csv")) == 3


@pytest.mark.parametrize("change", ["longer", "same size", "replaced", "gone"])
def test_a_file_that_changes_is_refused(tmp_path, change):
    path = tmp_path / "ku_2014.csv"
    path.write_text(KU)
    os.utime(path, ns=(1, 1))
    marks = marks_of("scb_ku", [path])
    refuse_changed("scb_ku", marks)
    if change == "replaced":
        other = tmp_path / "other"
        other.write_text(KU)
        os.utime(other, ns=(1, 1))
        other.replace(path)
    elif change == "gone":
        path.unlink()
    else:
        path.write_text(KU + KU if change == "longer" else KU.replace("100", "200"))
    with pytest.raises(eu.ExtractError, match="scb_ku: a file changed while it was read; start again"):
        refuse_changed("scb_ku", marks)


def test_what_may_not_be_read_is_refused(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.csv").write_text(KU)

    def refused(path, *args, **options):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(eu.ExtractError, match=r"a file cannot be opened \(Permission denied\)") as raised:
        register_files("scb_ku", tmp_path, "sub/a.csv", "")
    assert raised.value.__context__ is None
    # a superuser may look everywhere: that others may not is said by what would be asked
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "sub")
    for path in ("sub/*.csv", "su?/*.csv"):
        with pytest.raises(eu.ExtractError, match="a folder on the way may not be looked into"):
            register_files("scb_ku", tmp_path, path, "")
