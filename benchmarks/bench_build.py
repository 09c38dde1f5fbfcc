"""The register build beside a hand-written DuckDB query by the same month rule, and beside pandas.

    python -m benchmarks.bench_build [spells]

Ten spells a person, months 0 to 24 on both clocks, three exclusive classes of work. All three sides give the same masks
(checked before timing). Times are the least of alternating runs, by the clock (DuckDB has
threads); a ratio below 1 means that effektutv is quicker.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.measure import Line, table
from effektutv.cohort.linkage import PARTICIPANTS
from effektutv.cohort.months import day_k
from effektutv.cohort.outcomes import spell_query
from effektutv.registers.engine import Engine
from effektutv.registers.readers import open_extract
from effektutv.registers.schema import load_schema
from effektutv.resources import studies_folder
from effektutv.study import Register, Study

CLASSES = {"support": ("38", "39", "42", "43", "58"), "other": ("33", "36", "40", "45", "49", "78")}
REGISTERED = ("31", "35", "41")


def write_extracts(folder: Path, spells: int) -> None:
    """Write spells and participants as Parquet: serial numbers, dates and codes, drawn with a fixed seed."""
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


def in_pandas(folder: Path) -> pd.DataFrame:
    """The same masks, month by month, in pandas."""
    spells = pd.read_parquet(folder / "spells.parquet")
    people = pd.read_parquet(folder / "people.parquet")
    people["start"] = people["randomisation"] + pd.Timedelta(days=30)
    kinds = {code: kind for kind, codes in {**CLASSES, "registered": REGISTERED}.items() for code in codes}
    spells["kind"] = spells["skat"].map(kinds)
    spells = spells[spells["kind"].notna() & (spells["utskadm"] >= spells["inskadm"])]
    spells = spells.merge(people, left_on="LopNr", right_on="lopnr")
    out = pd.DataFrame(index=pd.RangeIndex(len(people)))
    first, last = (spells[c].to_numpy().astype("datetime64[D]") for c in ("inskadm", "utskadm"))
    for clock in ("randomisation", "start"):
        zero = spells[clock].to_numpy().astype("datetime64[D]")
        bits = np.zeros(len(spells), dtype=np.int64)
        for k in range(25):
            at = day_k(zero, k)
            bits |= ((first <= at) & (at <= last)).astype(np.int64) << k
        for kind in ("support", "other", "registered"):
            chosen = (spells["kind"] == kind).to_numpy()
            mask = np.zeros(len(people), dtype=np.int64)
            np.bitwise_or.at(mask, spells["row"].to_numpy()[chosen], bits[chosen])
            out[f"{kind}_{clock}"] = mask
    return out


def ours(folder: Path, study: Study) -> tuple[pd.DataFrame, float]:
    """Open the extract through its declaration and build; the timed part is the build's query over the lazy table."""
    with Engine() as session:
        schema = load_schema("af_sokandekategori")
        open_extract(session, schema, Register(path="spells.parquet"), folder, "benchmark")
        session.execute(
            f"CREATE VIEW {PARTICIPANTS} AS SELECT row, lopnr, randomisation, randomisation + 30 AS start "
            f"FROM read_parquet('{folder / 'people.parquet'}')",
            what="participants",
        )
        begin = time.perf_counter()
        table = session.table(spell_query(study) + " ORDER BY 1", what="build")
        return table.to_pandas(), time.perf_counter() - begin


def main(spells: int = 2_000_000) -> list[Line]:
    study = Study.from_toml(studies_folder() / "aktivitetsersattning" / "study.toml")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_extracts(folder, spells)
        query = hand_written(folder)
        seconds: dict[str, list[float]] = {"effektutv": [], "hand-written": [], "pandas": []}
        for _ in range(5):
            built, took = ours(folder, study)
            seconds["effektutv"].append(took)
            with duckdb.connect() as session:
                begin = time.perf_counter()
                by_hand = session.sql(query).to_arrow_table().to_pandas()
                seconds["hand-written"].append(time.perf_counter() - begin)
            if len(seconds["pandas"]) < 3:
                begin = time.perf_counter()
                slow = in_pandas(folder)
                seconds["pandas"].append(time.perf_counter() - begin)
        columns = [c for c in by_hand if c != "row"]
        same = np.array_equal(built[columns].fillna(0).to_numpy(), by_hand[columns].fillna(0).to_numpy())
        third = slow.loc[by_hand["row"], columns].to_numpy()
        if not same or not np.array_equal(third, by_hand[columns].fillna(0).to_numpy()):
            raise SystemExit("the three builds differ: the times mean nothing")
    best = {side: min(times) for side, times in seconds.items()}
    what = f"register build, {spells:,} spells, 2 clocks × 3 classes × 25 months"
    return [
        Line(what=what, ours=best["effektutv"], unit="s", peer=words, theirs=best[side])
        for side, words in (("hand-written", "DuckDB by hand"), ("pandas", "pandas"))
    ]


if __name__ == "__main__":
    print(table(main(*(int(a) for a in sys.argv[1:2]))))
