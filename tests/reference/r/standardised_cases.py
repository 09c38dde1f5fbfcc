"""Tables and analyses for times and bounds standardised to strata; run as a program it writes them for standardised.R.

python tests/reference/r/standardised_cases.py DIR && Rscript tests/reference/r/standardised.R DIR OUT.json

Beside public trials there are tables made by whole numbers alone (no random numbers, no logarithms), so that every processor
makes the same: arms' shares, hazards and response differ by stratum, and some strata have one person in an arm.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

import further_trials as ft

#: Persons by stratum in the arms a, b, c.
SHARES = {
    "uneven": ((60, 20, 40), (20, 60, 30), (35, 35, 10), (15, 30, 30)),
    "singles": ((1, 9, 4), (1, 7, 5), (1, 8, 3), (1, 6, 4), (12, 12, 12)),
    "alone": ((1, 9, 4), (14, 7, 5), (12, 8, 3)),
}


def made(name: str) -> pd.DataFrame:
    """Return a made table: times in months with competing events and censoring, an outcome that some lack."""
    rows, state = [], 12345
    for s, sizes in enumerate(SHARES[name]):
        for arm, n in zip("abc", sizes, strict=True):
            for _ in range(n):
                drawn = []
                for _ in range(4):
                    state = (1103515245 * state + 12345) % 2**31
                    drawn.append(state // 65536 % 1000)
                first, other = 1 + drawn[0] * (s + 1) // 90, 1 + drawn[1] // 22
                end = 30 - 4 * s if name == "uneven" else 24
                time = min(first, other, end)
                event = 1 if first == time else 2 if other == time else 0
                score = drawn[2] // 40 + 5 * s
                seen = drawn[3] < {"a": 900 - 150 * s, "b": 600 + 80 * s, "c": 750}[arm]
                rows.append((f"s{s}", arm, time, event, score if seen else None))
    return pd.DataFrame(rows, columns=["s", "arm", "time", "event", "score"])


def load(name: str) -> pd.DataFrame:
    """Return a table with the columns s, arm, time, event and score."""
    if name in SHARES:
        return made(name)
    trial, *kept = TRIALS[name]
    df = ft.load(trial).dropna(subset=[kept[0]])
    return df[["arm"]].assign(**{new: df[old] for new, old in zip(("s", "time", "event", "score"), kept, strict=True)})


#: Columns of the public trials: stratum, time, event, outcome (any column where none is asked for).
TRIALS = {
    "actg175": ("actg175", "strat", "days", "cens", "cd496"),
    "colon": ("colon", "sex", "months", "state", "months"),
    "actg175_gender": ("actg175", "gender", "days", "cens", "cd496"),
    "star": ("star", "freelunch", "female", "female", "mathk"),
}
ARMS = dict.fromkeys(SHARES, ("a", "b", "c")) | {name: ft.ARMS[trial] for name, (trial, *_) in TRIALS.items()}
TIMES = [
    {"key": f"{name}/{arm}-{control}", "table": name, "arm": arm, "control": control, "tau": tau, "times": times}
    for name, pairs, tau, times in (
        ("uneven", ("ba", "ca", "bc"), 16, [1, 6, 12, 16]),
        ("singles", ("ba", "bc"), 14, [3, 9]),
        ("alone", ("ba",), 14, [3, 9]),
    )
    for arm, control in pairs
] + [
    {"key": "actg175", "table": "actg175", "arm": "zdv_ddi", "control": "zdv", "tau": 1000, "times": [365, 730]},
    {"key": "colon", "table": "colon", "arm": "lev5fu", "control": "obs", "tau": 60, "times": [12, 36]},
]
BOUNDS = [
    {"key": f"{name}/{arm}-{control}", "table": name, "arm": arm, "control": control}
    for name, pairs in (("uneven", ("ba", "ca", "bc", "ab")), ("singles", ("ba",)), ("alone", ("ba",)))
    for arm, control in pairs
] + [
    {"key": "actg175", "table": "actg175", "arm": "zdv_ddi", "control": "zdv"},
    # response is higher in the one arm in some of these strata and in the other in others: they cannot tighten
    {"key": "actg175_gender", "table": "actg175_gender", "arm": "zdv", "control": "ddi"},
    {"key": "star", "table": "star", "arm": "aide", "control": "small"},
]


def main(folder: Path) -> None:
    """Write the tables and the plan."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ARMS:
        load(name).to_csv(folder / f"{name}.csv", index=False)
    (folder / "plan.json").write_text(json.dumps({"times": TIMES, "bounds": BOUNDS}, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
