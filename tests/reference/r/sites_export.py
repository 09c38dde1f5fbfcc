"""Write the trials with sites as CSV and the list of analyses as JSON, for sites.R to read.

python tests/reference/r/sites_export.py DIR && Rscript tests/reference/r/sites.R DIR tests/reference/r/sites.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import trials


def _one(trial: str, outcome: str, arm: str, control: str, site: str) -> dict:
    key = f"{trial}/{outcome}/{arm}-{control}/{site}"
    return {"key": key, "trial": trial, "outcome": outcome, "arm": arm, "control": control, "site": site}


ANALYSES = [
    _one("star", "readk", "small", "regular", "school"),
    _one("star", "mathk", "aide", "regular", "school"),
    _one("star", "mathk", "small", "aide", "school"),
    _one("indo", "y", "indo", "placebo", "site"),
    _one("actg175", "cd420", "zdv_ddi", "zdv", "strat"),
    _one("actg175", "cens", "ddi", "zdv", "strat"),
    _one("jobs2", "employed", "jobs2", "control", "econ_hard"),
]


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted({a["trial"] for a in ANALYSES})
    for name in names:
        (folder / f"{name}.csv").write_bytes(trials.as_csv(trials.load(name)))
    prints = {name: trials.fingerprint(trials.load(name)) for name in names}
    (folder / "plan.json").write_text(json.dumps({"fingerprints": prints, "analyses": ANALYSES}, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
