"""Write the trials as CSV and the list of analyses as JSON, for subgroups.R to read.

python tests/reference/r/subgroups_export.py DIR && Rscript tests/reference/r/subgroups.R DIR tests/reference/r/subgroups.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import trials


def _one(trial: str, outcome: str, arm: str, control: str, by: list[str], cluster: str, strata: str = "") -> dict:
    key = f"{trial}/{outcome}/{arm}-{control}/{'x'.join(by)}/{cluster}" + (f"/{strata}" if strata else "")
    return {
        "key": key, "trial": trial, "outcome": outcome, "arm": arm, "control": control, "by": by, "cluster": cluster,
        "strata": strata,
    }  # fmt: skip


#: Clusters hold persons of several levels. Without clusters the same contrasts are compared with HC2.
ANALYSES = [
    _one("star", "readk", "small", "regular", ["female"], "school"),
    _one("star", "readk", "small", "regular", ["female", "freelunch"], "school"),
    _one("star", "mathk", "small", "aide", ["female", "freelunch"], "school", "afam"),
    _one("actg175", "cd420", "zdv_ddi", "zdv", ["strat"], "age"),
    _one("actg175", "cens", "ddi", "zdv", ["strat"], "age"),
    _one("actg175", "cd420", "zdv_ddi", "zdv", ["gender", "symptom"], "age"),
    _one("actg175", "cd420", "zdv_zal", "zdv", ["strat", "gender"], "age"),
    _one("jobs2", "depress2", "jobs2", "control", ["sex", "hs"], "econ_hard"),
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
