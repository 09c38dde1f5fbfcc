"""Checks of an extract beside one hand-written aggregate pass, and beside pandera.

    python -m benchmarks.bench_checks [rows]

Four rules on one register in Parquet: a column that is never missing, a range, allowed values, and an end that is not before
its start. All sides count the same breaks (checked before timing). What is timed of ours is the whole of ``check_extract`` on an
open extract, with what it does beside the four rules. pandera reads the same file with pandas and checks lazily, as one would who
wants all breaks; it runs on fewer rows, where it has a line of its own with ours on the same rows.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.measure import Line, table
from effektutv.registers.checks.run_checks import check_extract
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import DatedBy, Dating, ExtractSchema, Field, FieldType
from effektutv.registers.sources.open_extract import open_extract
from effektutv.study import Register

#: pandera holds all rows in memory, and a table of all breaks beside them.
SLOW_ROWS = 2_000_000
CODES = ("11", "42", "96", "97")
SCHEMA = ExtractSchema(
    name="spells",
    title="Spells",
    description="Made for this benchmark.",
    fields=(
        Field(name="LopNr", type=FieldType.STRING, title="", description="", required=True),
        Field(name="omfattning", type=FieldType.NUMBER, title="", description="", minimum=0, maximum=100),
        Field(name="fran", type=FieldType.DATE, title="", description=""),
        Field(name="till", type=FieldType.DATE, title="", description=""),
        Field(name="skat", type=FieldType.STRING, title="", description="", enum=CODES),
    ),
    grain="spell",
    dating=Dating(by=DatedBy.SPELL, start="fran", end="till"),
    files=(),
    confidence="made",
    owner="nobody",
)
BY_HAND = (
    "SELECT count(*), count(*) FILTER (WHERE LopNr IS NULL), count(*) FILTER (WHERE omfattning < 0 OR omfattning > 100), "
    "count(*) FILTER (WHERE skat NOT IN ('11', '42', '96', '97')), count(*) FILTER (WHERE till < fran) FROM '{path}'"
)


def write_extract(path: Path, rows: int) -> None:
    """Write spells as Parquet: a few in a thousand break each rule."""
    with duckdb.connect() as session:
        session.execute("SELECT setseed(0.5)")
        session.execute(
            f"COPY (SELECT CASE WHEN random() > 0.001 THEN 'P' || CAST(floor(random() * {max(rows // 10, 1)}) AS BIGINT) END "
            f"AS LopNr, floor(random() * 1003) / 10 AS omfattning, DATE '2013-01-01' + a AS fran, "
            f"DATE '2013-01-01' + a + CAST(floor(random() * 900) AS INTEGER) - 2 AS till, "
            f"['11', '42', '96', '97', '99'][least(CAST(floor(random() * 4.004) AS INTEGER), 4) + 1] AS skat "
            f"FROM (SELECT CAST(floor(random() * 1800) AS INTEGER) AS a FROM range({rows}))) TO '{path}'"
        )


def ours(path: Path) -> tuple[float, list[int]]:
    with Engine() as engine:
        extract = open_extract(engine, SCHEMA, Register(path=path.name), path.parent, "benchmark")
        begin = time.perf_counter()
        total, findings = check_extract(engine, extract)
        took = time.perf_counter() - begin
    broken = {f.column: int(f.rows_failing) for f in findings}
    return took, [total, *(broken.get(name, 0) for name in ("LopNr", "omfattning", "skat", "fran, till"))]


def by_hand(path: Path) -> tuple[float, list[int]]:
    with duckdb.connect() as session:
        begin = time.perf_counter()
        counts = session.sql(BY_HAND.format(path=path)).fetchall()[0]
        return time.perf_counter() - begin, list(counts)


def in_pandera(path: Path) -> tuple[float, list[int]]:
    """Return seconds and counts; the time begins with reading, which the other sides' query does too."""
    import pandas as pd
    import pandera.pandas as pa

    schema = pa.DataFrameSchema(
        {
            "LopNr": pa.Column(nullable=False),
            "omfattning": pa.Column(float, pa.Check.in_range(0, 100), nullable=True),
            "skat": pa.Column(checks=pa.Check.isin(CODES), nullable=True),
        },
        checks=pa.Check(lambda frame: ~(frame["till"] < frame["fran"]), name="order"),
    )
    begin = time.perf_counter()
    frame = pd.read_parquet(path, dtype_backend="pyarrow").astype({"omfattning": "float64"})
    broken: dict[str, int] = {}
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases
        # a rule on several columns has a case a column of each row that breaks it
        cases = cases.drop_duplicates(["check", "index"])
        broken = dict(cases["check"].value_counts())
    took = time.perf_counter() - begin
    order = next((n for check, n in broken.items() if check == "order"), 0)
    named = [
        sum(n for check, n in broken.items() if str(check).startswith(s)) for s in ("not_nullable", "in_range", "isin")
    ]
    return took, [len(frame), *named, order]


def best(sides: dict[str, Callable[[Path], tuple[float, list[int]]]], path: Path, repeats: int) -> dict[str, float]:
    """Return each side's least time; the sides take turns, and must count the same."""
    seconds = dict.fromkeys(sides, float("inf"))
    for _ in range(repeats):
        counts = {}
        for name, side in sides.items():
            took, counts[name] = side(path)
            seconds[name] = min(seconds[name], took)
        if len({tuple(c) for c in counts.values()}) > 1:
            raise SystemExit(f"the sides count differently: {counts}")
    return seconds


def main(rows: int = 20_000_000) -> list[Line]:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "spells.parquet"
        write_extract(path, rows)
        fast = best({"effektutv": ours, "hand": by_hand}, path, 5)
        what = f"checks of an extract, four rules, {rows:,} rows"
        lines = [
            Line(what=what, ours=fast["effektutv"], unit="s", peer="DuckDB by hand", theirs=fast["hand"], goal=1.5)
        ]
        fewer = min(rows, SLOW_ROWS)
        path = Path(name) / "fewer.parquet"
        write_extract(path, fewer)
        slow = best({"effektutv": ours, "pandera": in_pandera}, path, 2)
        what = f"checks of an extract, four rules, {fewer:,} rows"
        return [*lines, Line(what=what, ours=slow["effektutv"], unit="s", peer="pandera", theirs=slow["pandera"])]


if __name__ == "__main__":
    print(table(main(*(int(a) for a in sys.argv[1:2]))))
