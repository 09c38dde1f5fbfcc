"""The register build beside a hand-written DuckDB query by the same month rule, and beside pandas and polars.

    python -m benchmarks.bench_build [spells]
    python -m benchmarks.bench_build large [spells]

Ten spells a person, months 0 to 24 on both clocks, three exclusive classes of work; 20 million spells of 2 million persons
where no other number is given. Every run of every side is a fresh process, whose largest size is its peak, libraries
included; sides take turns, and the least time of each counts. All sides must give the same months, or the times mean nothing.
effektutv has little memory, as a study file may say; the others take what they want. ``large`` is 200 million spells of 20
million persons, the months left in the engine: some minutes and 10 GB of disk.
"""

from __future__ import annotations

import importlib
import json
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Line, in_fresh_process, table
from effektutv.cohort.linkage import PARTICIPANTS
from effektutv.cohort.outcome_values import spell_masks, spell_query
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources.open_extract import open_extract
from effektutv.runtime.package_data import studies_folder
from effektutv.runtime.process import peak_memory_mib
from effektutv.study import Register, Study

CLASSES = {"support": ("38", "39", "42", "43", "58"), "other": ("33", "36", "40", "45", "49", "78")}
REGISTERED = ("31", "35", "41")


#: Columns of masks that every side gives, by kind of work and clock.
KINDS, CLOCKS = ("support", "other", "registered"), ("randomisation", "start")
MASKS = tuple(f"{kind}_{clock}" for clock in CLOCKS for kind in KINDS)
#: What the engine may take (``memory_limit`` in a study file), of a build and of a large one; its process takes some more.
LIMIT, LARGE = "205MB", "800MB"
#: Bytes of disk that a spell of the large build may take, its extract and temporary files together.
NEEDED = 100
Masks = dict[str, NDArray[np.int64]]


def write_extracts(folder: Path, spells: int) -> None:
    """Write spells and participants as Parquet: serial numbers, dates and codes, drawn with a fixed seed."""
    import duckdb

    persons = max(spells // 10, 1)
    codes = [*CLASSES["support"], *CLASSES["other"], *REGISTERED, "11", "69", "71", "96", "97"]
    listed = ", ".join(f"'{c}'" for c in codes)
    with duckdb.connect() as session:
        session.execute("SELECT setseed(0.5)")
        session.execute(
            f"COPY (SELECT 'P' || CAST(floor(random() * {persons}) AS BIGINT) AS LopNr, "
            f"DATE '2013-01-01' + CAST(floor(random() * 1800) AS INTEGER) AS inskadm, "
            f"DATE '2013-01-01' + CAST(floor(random() * 2100) AS INTEGER) AS utskadm, "
            f"[{listed}][CAST(floor(random() * {len(codes)}) AS INTEGER) + 1] AS skat "
            f"FROM range({spells})) TO '{folder / 'spells.parquet'}'"
        )
        session.execute(
            f"COPY (SELECT i AS row, 'P' || i AS lopnr, DATE '2014-11-01' + CAST(floor(random() * 600) AS INTEGER) "
            f"AS randomisation FROM range({persons}) t(i)) TO '{folder / 'people.parquet'}'"
        )


def hand_written(folder: Path) -> str:
    """What a careful analyst would write for this one study: the same month rule, typed Parquet, no checks."""

    def mask(zero: str) -> str:
        first = (
            f"(year(f) - year({zero})) * 12 + month(f) - month({zero}) + "
            f"(day(f) > least(day({zero}), day(last_day(f))))::INT"
        )
        last = (
            f"(year(t) - year({zero})) * 12 + month(t) - month({zero}) - "
            f"(day(t) < least(day({zero}), day(last_day(t))))::INT"
        )
        return (
            f"CASE WHEN {last} >= 0 AND {first} <= 24 AND {first} <= {last} THEN "
            f"(1::BIGINT << (least({last}, 24) + 1)) - (1::BIGINT << greatest({first}, 0)) ELSE 0 END"
        )

    columns = ", ".join(
        f"bit_or({mask(f'p.{clock}')}) FILTER (WHERE kind = '{kind}') AS {kind}_{clock}"
        for clock in ("randomisation", "start")
        for kind in ("support", "other", "registered")
    )
    cases = " ".join(
        f"WHEN skat IN ({', '.join(repr(c) for c in listed)}) THEN '{kind}'"
        for kind, listed in {**CLASSES, "registered": REGISTERED}.items()
    )
    return (
        f"SELECT p.row AS row, {columns} FROM (SELECT LopNr, inskadm AS f, utskadm AS t, CASE {cases} END AS kind "
        f"FROM '{folder / 'spells.parquet'}' WHERE utskadm >= inskadm AND utskadm >= DATE '2014-11-01' "
        f"AND inskadm <= DATE '2018-10-01') s JOIN (SELECT row, lopnr, randomisation, randomisation + 30 AS start "
        f"FROM '{folder / 'people.parquet'}') p ON p.lopnr = s.LopNr WHERE kind IS NOT NULL GROUP BY p.row ORDER BY p.row"
    )


def in_pandas(folder: Path, persons: int) -> Masks:
    """The same masks, month by month, in pandas."""
    import pandas as pd

    from effektutv.cohort.month_masks import day_k

    spells = pd.read_parquet(folder / "spells.parquet")
    people = pd.read_parquet(folder / "people.parquet")
    people["start"] = people["randomisation"] + pd.Timedelta(days=30)
    kinds = {code: kind for kind, codes in {**CLASSES, "registered": REGISTERED}.items() for code in codes}
    spells["kind"] = spells["skat"].map(kinds)
    spells = spells[spells["kind"].notna() & (spells["utskadm"] >= spells["inskadm"])]
    spells = spells.merge(people, left_on="LopNr", right_on="lopnr")
    first, last = (spells[c].to_numpy().astype("datetime64[D]") for c in ("inskadm", "utskadm"))
    out: Masks = {}
    for clock in CLOCKS:
        zero = spells[clock].to_numpy().astype("datetime64[D]")
        bits = np.zeros(len(spells), dtype=np.int64)
        for k in range(25):
            at = day_k(zero, k)
            bits |= ((first <= at) & (at <= last)).astype(np.int64) << k
        for kind in KINDS:
            chosen = (spells["kind"] == kind).to_numpy()
            mask = np.zeros(persons, dtype=np.int64)
            np.bitwise_or.at(mask, spells["row"].to_numpy()[chosen], bits[chosen])
            out[f"{kind}_{clock}"] = mask
    return out


def in_polars(folder: Path, persons: int) -> Masks:
    """The same masks in polars: its own offset by months clips to the month's end, and its groups have a bitwise or."""
    import polars as pl

    kinds = {code: kind for kind, codes in {**CLASSES, "registered": REGISTERED}.items() for code in codes}
    people = pl.scan_parquet(folder / "people.parquet").with_columns(
        start=pl.col("randomisation") + pl.duration(days=30)
    )
    bits = []
    for clock in CLOCKS:
        mask = pl.lit(0, dtype=pl.Int64)
        for k in range(25):
            at = pl.col(clock).dt.offset_by(f"{k}mo")
            mask = mask + pl.when((pl.col("inskadm") <= at) & (at <= pl.col("utskadm"))).then(1 << k).otherwise(0)
        bits.append(mask.alias(f"bits_{clock}"))
    spells = (
        pl.scan_parquet(folder / "spells.parquet")
        .with_columns(kind=pl.col("skat").replace_strict(kinds, default=None))
        .filter(pl.col("kind").is_not_null() & (pl.col("utskadm") >= pl.col("inskadm")))
        .join(people, left_on="LopNr", right_on="lopnr")
        .select("row", "kind", *bits)
    )
    masks = [
        pl.col(f"bits_{clock}").filter(pl.col("kind") == kind).bitwise_or().fill_null(0).alias(f"{kind}_{clock}")
        for clock in CLOCKS
        for kind in KINDS
    ]
    found = spells.group_by("row").agg(masks).collect(engine="streaming")
    return _full(found["row"].to_numpy(), {name: found[name].to_numpy() for name in MASKS}, persons)


def by_hand(folder: Path, persons: int) -> Masks:
    """The hand-written query, its result as arrays."""
    import duckdb

    with duckdb.connect() as session:
        found = session.sql(hand_written(folder)).to_arrow_table()
    return _full(found.column("row").to_numpy(), {n: found.column(n).fill_null(0).to_numpy() for n in MASKS}, persons)


def _full(rows: NDArray[np.int64], found: Masks, persons: int) -> Masks:
    out = {}
    for name, values in found.items():
        out[name] = np.zeros(persons, dtype=np.int64)
        out[name][rows] = values
    return out


def _study() -> Study:
    return Study.from_toml(studies_folder() / "aktivitetsersattning" / "study.toml")


def _opened(session: Engine, folder: Path) -> None:
    """Open the extract through its declaration, as a run does, and name the participants."""
    open_extract(session, load_schema("af_sokandekategori"), Register(path="spells.parquet"), folder, "benchmark")
    session.execute(
        f"CREATE VIEW {PARTICIPANTS} AS SELECT row, lopnr, randomisation, randomisation + 30 AS start "
        f"FROM read_parquet('{folder / 'people.parquet'}')",
        what="participants",
    )


def _ours(folder: Path, persons: int) -> tuple[Masks, float]:
    """The build's own query and its arrays; opening the extract is not timed, but counts in the peak."""
    with Engine(memory_limit=LIMIT, temporary_folder=folder) as session:
        _opened(session, folder)
        begin = time.perf_counter()
        return spell_masks(session, _study(), persons), time.perf_counter() - begin


def _in_the_engine(folder: Path) -> dict[str, float]:
    """The build's own query with little memory, its result left in the engine; temporary files besides."""
    with Engine(memory_limit=LARGE, temporary_folder=folder) as session:
        _opened(session, folder)
        begin = time.perf_counter()
        session.execute(f"CREATE TABLE months AS {spell_query(_study())}", what="build")
        seconds = time.perf_counter() - begin
        ((rows,),) = session.rows("SELECT count(*) FROM months", what="build")
    return {"seconds": seconds, "rows": rows, "temporary": session.taken.temporary_bytes / 1e6}


def side(name: str, folder: Path, persons: int) -> dict[str, float]:
    """One run of one side, in this process: seconds, peak in MB, and a digest of the months."""
    if name == "engine":
        return {**_in_the_engine(folder), "peak": _peak()}
    if name == "effektutv":
        masks, seconds = _ours(folder, persons)
    else:
        build: Callable[[Path, int], Masks] = {"DuckDB by hand": by_hand, "pandas": in_pandas, "polars": in_polars}[
            name
        ]
        # libraries are loaded on no side's time
        importlib.import_module({by_hand: "duckdb", in_pandas: "pandas", in_polars: "polars"}[build])
        begin = time.perf_counter()
        masks = build(folder, persons)
        seconds = time.perf_counter() - begin
    # the largest size before the digest, which is not part of the work
    peak = _peak()
    digest = 0
    for column in MASKS:
        digest = zlib.crc32(np.ascontiguousarray(masks[column]).tobytes(), digest)
    return {"seconds": seconds, "peak": peak, "digest": digest}


def _peak() -> float:
    return (peak_memory_mib() or 0) * 1.048576


def measured(folder: Path, spells: int, repeats: dict[str, int]) -> dict[str, dict[str, float]]:
    """Every side in turn, in fresh processes: the least time, the largest peak; all must give the same months."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in repeats}
    for turn in range(max(repeats.values())):
        for name, times in repeats.items():
            if turn < times:
                run = in_fresh_process("benchmarks.bench_build", "side", name, str(folder), str(spells // 10))
                found[name].append(run)
    if len({run.get("digest") for runs in found.values() for run in runs}) != 1:
        raise SystemExit("the builds differ: the times mean nothing")
    return {
        name: {"seconds": min(r["seconds"] for r in runs), "peak": max(r["peak"] for r in runs)}
        for name, runs in found.items()
    }


def main(spells: int = 20_000_000) -> list[Line]:
    what = f"register build, {spells:,} spells, 2 clocks × 3 classes × 25 months"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_extracts(folder, spells)
        found = measured(folder, spells, {"effektutv": 4, "DuckDB by hand": 4, "polars": 1, "pandas": 1})
    ours = found.pop("effektutv")
    lines = [
        Line(
            what=what,
            ours=ours["seconds"],
            unit="s",
            peer=peer,
            theirs=at["seconds"],
            goal=1.2 if "hand" in peer else None,
        )
        for peer, at in found.items()
    ]
    lines.append(Line(what=f"{what}: peak", ours=ours["peak"], unit="MB", goal=500, absolute=True))
    lines += [
        Line(what=f"{what}: peak", ours=ours["peak"], unit="MB", peer=peer, theirs=at["peak"])
        for peer, at in found.items()
    ]
    return lines


def large(spells: int = 200_000_000) -> list[Line]:
    """A tenth and the whole, both with the same small memory, the months left in the engine."""
    if shutil.disk_usage(tempfile.gettempdir()).free < NEEDED * spells:
        raise SystemExit(f"large: {NEEDED * spells / 1e9:.0f} GB of disk are needed; set TMPDIR to where they are")
    seconds, lines = [], []
    for number in (spells // 10, spells):
        with tempfile.TemporaryDirectory() as name:
            write_extracts(Path(name), number)
            found = in_fresh_process("benchmarks.bench_build", "side", "engine", name, str(number // 10))
        seconds.append(found["seconds"])
        what = f"register build, {number:,} spells, engine limited to {LARGE}"
        lines.append(Line(what=what, ours=found["seconds"], unit="s"))
        lines.append(Line(what=f"{what}: peak", ours=found["peak"], unit="MB", goal=1500, absolute=True))
        lines.append(Line(what=f"{what}: temporary files", ours=found["temporary"], unit="MB"))
    lines.append(
        Line(what="ten times the spells", ours=seconds[1], unit="s", peer="a tenth", theirs=seconds[0], goal=18)
    )
    return lines


if __name__ == "__main__":
    if sys.argv[1:2] == ["side"]:
        print(json.dumps(side(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))))
    elif sys.argv[1:2] == ["large"]:
        print(table(large(*(int(a) for a in sys.argv[2:3]))))
    else:
        print(table(main(*(int(a) for a in sys.argv[1:2]))))
