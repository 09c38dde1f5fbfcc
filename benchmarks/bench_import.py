"""What importing costs: ``import effektutv`` beside ``import pandas``, and the first estimate, each in a fresh process.

    python -m benchmarks.bench_import

Seconds are processor time of the process, of the least of several runs in turn.
"""

from __future__ import annotations

from benchmarks.measure import Line, in_fresh_program, table

IMPORT = "import time; t = time.process_time(); import {module}; print(time.process_time() - t)"
#: In a process that has numpy and pandas already, as whoever has a data frame does.
FIRST = """
import time
import numpy as np, pandas as pd
rng = np.random.default_rng(0)
n = 1063
df = pd.DataFrame({"arm": rng.choice(["FS", "SE", "CM"], n), "s": rng.integers(0, 25, n), "y": rng.integers(0, 2, n)})
begin = time.process_time()
import effektutv as eu
eu.itt(df, outcome="y", arm="arm", control="FS", strata="s")
print(time.process_time() - begin)
"""


def main(repeats: int = 7) -> list[Line]:
    programs = {
        "effektutv": IMPORT.format(module="effektutv"),
        "pandas": IMPORT.format(module="pandas"),
        "first": FIRST,
    }
    # in turn, so that a slower moment of the machine meets all
    runs = [{name: in_fresh_program(program) for name, program in programs.items()} for _ in range(repeats)]
    best = {name: min(run[name] for run in runs) for name in programs}
    return [
        Line(
            what="import effektutv",
            ours=1e3 * best["effektutv"],
            unit="ms",
            peer="import pandas",
            theirs=1e3 * best["pandas"],
        ),
        Line(what="import and first itt, numpy and pandas there", ours=best["first"], unit="s"),
    ]


if __name__ == "__main__":
    print(table(main()))
