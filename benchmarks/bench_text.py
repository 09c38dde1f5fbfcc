"""A delivered text file opened as typed rows, beside what pyarrow needs to read the same file.

    python -m benchmarks.bench_text [rows]

The file is cp1252 with ``;`` and decimal commas: a serial number, a code, two dates, a share, an amount, and a text with
Swedish letters and dashes that only cp1252 has. effektutv opens it whole: it finds out how the file is written, takes its
SHA-256, counts what does not fit, and keeps the rows in the engine; pyarrow is told encoding, separator and decimal mark, and
keeps the rows in memory. Both give the same sums (checked). Beside ``af_beslut``, whose text column is not declared, so that
only a sample of it is kept, ``studier`` reads its text. Times are the least of alternating runs, by the clock, with all
threads.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from benchmarks.measure import Line, table
from effektutv.registers.engines.duckdb import Engine
from effektutv.registers.schema.table_schema import load_schema
from effektutv.registers.sources.open_extract import open_extract
from effektutv.study import Register

GOAL = 1.6
PLACES = ("Göteborg", "Luleå", "Malmö", "Boden–Luleå", "Umeå", "Stockholm")


def write_extracts(folder: Path, rows: int) -> None:
    """Write both files, drawn with a fixed seed, in pieces."""
    rng = np.random.default_rng(1)
    with (folder / "af_beslut.csv").open("wb") as decisions, (folder / "studier.csv").open("wb") as studies:
        decisions.write(b"LopNr;insats;from;tom;omfattning;bidrag;ort\r\n")
        studies.write(b"LopNr;from;tom;slag\r\n")
        for begin in range(0, rows, 100_000):
            n = min(100_000, rows - begin)
            person = np.char.add("SYN", rng.integers(10**7, 10**8, n).astype(str))
            first = np.datetime64("2012-01-01") + rng.integers(0, 2000, n)
            last = np.where(rng.random(n) < 0.1, "", (first + rng.integers(0, 500, n)).astype(str))
            code, part = rng.choice(["33", "36", "38", "42", "43", "58"], n), rng.choice(["25", "50", "75", "100"], n)
            amount = [f"{a // 100},{a % 100:02d}" for a in rng.integers(0, 3_000_000, n).tolist()]
            place = rng.choice(PLACES, n)
            for out, columns in (
                (decisions, (person, code, first.astype(str), last, part, amount, place)),
                (studies, (person, first.astype(str), last, place)),
            ):
                out.write("".join(";".join(row) + "\r\n" for row in zip(*columns, strict=True)).encode("cp1252"))


def ours(folder: Path, name: str) -> tuple[float, tuple[object, ...]]:
    """Open the extract in a new session; the sums are taken outside of the time."""
    with Engine() as session:
        begin = time.perf_counter()
        extract = open_extract(session, load_schema(name), Register(path=f"{name}.csv"), folder, "benchmark")
        took = time.perf_counter() - begin
        (sums,) = session.rows(
            f'SELECT count(*), count(tom), min("from"), sum(strlen(lopnr)) FROM "{extract.table}"', what="sums"
        )
    return took, sums


def theirs(folder: Path, name: str) -> tuple[float, tuple[object, ...]]:
    """Read it with pyarrow, which is told all that it cannot find out."""
    begin = time.perf_counter()
    read = pyarrow.csv.read_csv(
        folder / f"{name}.csv",
        read_options=pyarrow.csv.ReadOptions(encoding="cp1252"),
        parse_options=pyarrow.csv.ParseOptions(delimiter=";"),
        convert_options=pyarrow.csv.ConvertOptions(decimal_point=","),
    )
    took = time.perf_counter() - begin
    length = pc.sum(pc.binary_length(read["LopNr"])).as_py()
    first = pc.min(read["from"].cast(pa.date32())).as_py()
    return took, (read.num_rows, read.num_rows - read["tom"].null_count, first, length)


def main(rows: int = 2_000_000, repeats: int = 7) -> list[Line]:
    sides: dict[str, Callable[[Path, str], tuple[float, tuple[object, ...]]]] = {"ours": ours, "theirs": theirs}
    lines = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_extracts(folder, rows)
        for register, words in (("af_beslut", "dates, codes, amounts"), ("studier", "dates, text")):
            best = dict.fromkeys(sides, float("inf"))
            for _ in range(repeats):
                found = set()
                for side, read in sides.items():
                    took, sums = read(folder, register)
                    best[side] = min(best[side], took)
                    found.add(sums)
                if len(found) != 1:
                    raise SystemExit("the two readings differ: the times mean nothing")
            what = f"text file opened, cp1252, {rows:,} rows: {words}"
            lines.append(
                Line(what=what, ours=best["ours"], unit="s", peer="pyarrow.csv", theirs=best["theirs"], goal=GOAL)
            )
    return lines


if __name__ == "__main__":
    print(table(main(*(int(a) for a in sys.argv[1:2]))))
