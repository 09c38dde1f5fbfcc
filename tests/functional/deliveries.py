"""The demonstration's extracts as other owners of registers would deliver them: Stata, SAS, tables of a database."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyreadstat
from postgres import Server, load

HERE = Path(__file__).resolve().parent


def with_other_files(demo: Path, folder: Path, suffix: str) -> Path:
    """A copy of a demonstration without its extracts, whose study file names them by another ending."""
    folder.mkdir()
    (folder / "extracts").mkdir()
    study = (demo / "study.toml").read_text(encoding="utf-8")
    study, replaced = re.subn(r'(?m)^(path = "extracts/.*)\.\w+"$', rf'\1{suffix}"', study)
    assert replaced > 10
    (folder / "study.toml").write_text(study, encoding="utf-8")
    return folder


def statistical_name(name: str) -> str:
    """A column's name as SAS and Stata can have it."""
    plain = name.lower().translate(str.maketrans("åäö ", "aao_")) if not name.isascii() or " " in name else name
    assert re.fullmatch(r"[A-Za-z_]\w{0,31}", plain)
    return plain


def write_stata(table: pa.Table, path: Path) -> None:
    """A table as a Stata file: days since 1960, texts never missing, whole numbers as floats where some are missing."""
    table = table.rename_columns([statistical_name(n) for n in table.column_names])
    frame = table.to_pandas()
    formats = {}
    for name, kind in zip(table.column_names, table.schema.types, strict=True):
        if pa.types.is_string(kind):
            frame[name] = frame[name].fillna("").astype(object)
        if pa.types.is_date(kind):
            frame[name] = pc.cast(table[name], pa.int32()).to_pandas() + 3653
            formats[name] = "%td"
    pyreadstat.write_dta(frame, str(path), variable_format=formats)


def as_stata(parquet_demo: Path, folder: Path) -> Path:
    """The demonstration with Stata files."""
    with_other_files(parquet_demo, folder, ".dta")
    for path in sorted((parquet_demo / "extracts").glob("*.parquet")):
        write_stata(pq.read_table(path), folder / "extracts" / f"{path.stem}.dta")
    return folder


def as_sas(stata_demo: Path, folder: Path) -> Path:
    """The demonstration with SAS files, written by R's haven from the Stata ones."""
    with_other_files(stata_demo, folder, ".sas7bdat")
    script = HERE / "write_sas.R"
    rscript = shutil.which("Rscript")
    assert rscript is not None, "SAS files are written by R: apt-get install r-cran-haven"
    subprocess.run(
        [rscript, str(script), str(stata_demo / "extracts"), str(folder / "extracts")],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return folder


def in_database(parquet_demo: Path, folder: Path, server: Server) -> Path:
    """The demonstration with the tables of a database, which holds text as Windows does, and another schema beside."""
    server.run("postgres", "CREATE DATABASE register ENCODING 'WIN1252' LOCALE 'C' TEMPLATE template0")
    server.run("register", "CREATE SCHEMA dbo", "CREATE SCHEMA other", 'CREATE TABLE other."P1105_studier" (a text)')
    folder.mkdir()
    for path in sorted((parquet_demo / "extracts").glob("*.parquet")):
        load(server, "register", path, f"P1105_{path.stem}", folder)
    study = (parquet_demo / "study.toml").read_text(encoding="utf-8")
    lies = r'database = "register"\ntable = "DBO.p1105_\1"'
    study, replaced = re.subn(r'(?m)^path = "extracts/(.*)\.\w+"$', lies, study)
    assert replaced > 10
    study += f'\n[databases.register]\nconnection = "{server.connection("register")}"\n'
    (folder / "study.toml").write_text(study, encoding="utf-8")
    return folder
