"""Write the trials as CSV and the list of analyses as JSON, for estimates.R to read.

python tests/reference/r/export.py DIR && Rscript tests/reference/r/estimates.R DIR tests/reference/r/estimates.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import analyses
import trials


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    prints = {}
    for name in trials.NAMES:
        df = trials.load(name)
        (folder / f"{name}.csv").write_bytes(trials.as_csv(df))
        prints[name] = trials.fingerprint(df)
    arms = {name: list(order) for name, order in trials.ARMS.items()}
    plan = {
        "fingerprints": prints,
        "arms": arms,
        "analyses": analyses.ANALYSES,
        "joint": analyses.JOINT,
        "balance": analyses.BALANCE,
    }
    (folder / "plan.json").write_text(json.dumps(plan, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
