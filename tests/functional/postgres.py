"""A PostgreSQL server of the tests' own: on this machine only, with a password, and gone afterwards."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

_TYPES = {
    "whole": ("integer", "numeric(10,0)", "bigint", "double precision"),
    "number": ("numeric(14,4)", "double precision", "numeric"),
    "date": ("date", "timestamp"),
    "text": ("varchar(200)", "text", "char(60)"),
}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server: where, and the password of its only user."""

    port: int
    password: str

    def connection(self, database: str, password: str = "${REGISTER_PASSWORD}", port: int | None = None) -> str:
        return (
            f"Driver={{PostgreSQL Unicode}};Server=127.0.0.1;Port={port or self.port};Database={database};Uid=evaluator;"
            f"Pwd={password};UseDeclareFetch=1;Fetch=1000"
        )

    def run(self, database: str, *commands: str) -> None:
        where = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "evaluator", "PGDATABASE": database}
        subprocess.run(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *(part for command in commands for part in ("-c", command))],
            env={**os.environ, **where, "PGPASSWORD": self.password, "PGCLIENTENCODING": "UTF8"},
            check=True, capture_output=True, text=True,
        )  # fmt: skip


@contextmanager
def server() -> Iterator[Server]:
    """Start a server, as the user postgres where this is root, whom PostgreSQL refuses."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), default=None)
    assert programs is not None, "these tests need postgresql: make test-system"
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="postgresql-test-"))
    password = secrets.token_hex(8) + ";}= {x"  # what a connection string must put in braces
    (folder / "password").write_text(password, encoding="utf-8")
    if as_user:
        for path in (folder, folder / "password"):
            shutil.chown(path, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def call(*command: str) -> None:
        subprocess.run(
            [*as_user, str(programs / command[0]), *command[1:]], check=True, capture_output=True, cwd=folder
        )

    data = str(folder / "data")
    try:
        call("initdb", "-D", data, "-U", "evaluator", "-E", "UTF8", "--locale=C", "--auth=scram-sha-256",
             f"--pwfile={folder / 'password'}")  # fmt: skip
        options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={folder} -c fsync=off"
        call("pg_ctl", "-D", data, "-w", "-s", "-l", str(folder / "log"), "-o", options, "start")
        try:
            with _driver_without_log():
                yield Server(port=port, password=password)
        finally:
            call("pg_ctl", "-D", data, "-w", "-s", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@cache
def _drivers() -> str:
    """Write Debian's list of drivers without the log in /tmp, which no connection string turns off.

    One list for the whole process: the driver manager remembers where it read the first, and finds no driver once that is gone.
    """
    folder = Path(tempfile.mkdtemp(prefix="odbc-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    drivers = Path("/etc/odbcinst.ini").read_text(encoding="utf-8")
    (folder / "odbcinst.ini").write_text(drivers.replace("CommLog=1", "CommLog=0"), encoding="utf-8")
    return str(folder)


@contextmanager
def _driver_without_log() -> Iterator[None]:
    """Let connections find that list."""
    before = os.environ.get("ODBCSYSINI")
    os.environ["ODBCSYSINI"] = _drivers()
    try:
        yield
    finally:
        if before is None:
            del os.environ["ODBCSYSINI"]
        else:
            os.environ["ODBCSYSINI"] = before


def load(database: Server, name: str, source: Path, table: str, folder: Path) -> None:
    """Make a table ``dbo.TABLE`` of a Parquet file, its columns in turn of all the types that a database has for them."""
    rows = pq.read_table(source)
    columns = ", ".join(
        f'"{n}" {_column_type(t, i)}' for i, (n, t) in enumerate(zip(rows.column_names, rows.schema.types, strict=True))
    )
    texts = folder / f"{table}.csv"
    pa.csv.write_csv(rows, texts)
    database.run(
        name,
        f'CREATE TABLE dbo."{table}" ({columns})',
        f"\\copy dbo.\"{table}\" FROM '{texts}' WITH (FORMAT csv, HEADER true, ENCODING 'UTF8')",
    )


def _column_type(kind: pa.DataType, position: int) -> str:
    key = (
        "whole" if pa.types.is_integer(kind) else "number" if pa.types.is_floating(kind)
        else "date" if pa.types.is_date(kind) else "text"
    )  # fmt: skip
    return _TYPES[key][position % len(_TYPES[key])]
