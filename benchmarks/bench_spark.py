"""The register build on a local Spark beside the same build on DuckDB: what Spark costs where one machine would do.

    python -m benchmarks.bench_spark [spells]

The same spells and the same query as in :mod:`benchmarks.bench_build`, from the same Parquet; Spark runs its translation. Both
give the same masks (checked before timing). Spark's start is timed alone. Times are the least of alternating runs, by the clock.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.bench_build import write_extracts
from benchmarks.measure import Line, table
from effektutv.cohort.linkage import PARTICIPANTS
from effektutv.cohort.outcome_values import spell_query
from effektutv.registers.engines.duckdb import Engine, literal
from effektutv.registers.engines.protocol import Session
from effektutv.registers.engines.spark import SparkEngine
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources.open_extract import open_extract
from effektutv.runtime.package_data import studies_folder
from effektutv.study import Register, Study


def opened(session: Session, folder: Path) -> float:
    """Open the extract, take it over and make the participants' table; return how long that took."""
    begin = time.perf_counter()
    reader = session.reader
    open_extract(reader, load_schema("af_sokandekategori"), Register(path="spells.parquet"), folder, "benchmark")
    session.adopt("af_sokandekategori")
    source = f"read_parquet({literal(str(folder / 'people.parquet'))})"
    people = reader.table(
        f"SELECT row, lopnr, randomisation, randomisation + 30 AS start FROM {source}", what="participants"
    )
    session.register(PARTICIPANTS, people)
    return time.perf_counter() - begin


def main(spells: int = 2_000_000) -> list[Line]:
    study = Study.from_toml(studies_folder() / "aktivitetsersattning" / "study.toml")
    query = spell_query(study) + " ORDER BY 1"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_extracts(folder, spells)
        begin = time.perf_counter()
        with SparkEngine() as spark, Engine() as duckdb:
            start = time.perf_counter() - begin
            sessions: dict[str, Session] = {"spark": spark, "duckdb": duckdb}
            opening = {key: opened(session, folder) for key, session in sessions.items()}
            tables = {key: session.table(query, what="build") for key, session in sessions.items()}
            if not tables["spark"].equals(tables["duckdb"]):
                raise SystemExit("Spark and DuckDB do not give the same masks")
            seconds: dict[str, list[float]] = {key: [] for key in sessions}
            for _ in range(5):
                for key, session in sessions.items():
                    begin = time.perf_counter()
                    session.table(query, what="build")
                    seconds[key].append(time.perf_counter() - begin)
    best = {key: min(times) for key, times in seconds.items()}
    what = f"{spells:,} spells on a local Spark"
    return [
        Line(what=f"{what}, build", ours=best["spark"], unit="s", peer="DuckDB", theirs=best["duckdb"]),
        Line(
            what=f"{what}, open and take over", ours=opening["spark"], unit="s", peer="DuckDB", theirs=opening["duckdb"]
        ),
        Line(what="start of a local Spark", ours=start, unit="s"),
    ]


if __name__ == "__main__":
    print(table(main(*map(int, sys.argv[1:]))))
