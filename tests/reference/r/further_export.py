"""Write the tables as CSV and the list of analyses as JSON, for further.R to read.

python tests/reference/r/further_export.py DIR && Rscript tests/reference/r/further.R DIR tests/reference/r/further.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import further_trials as ft
import trials


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ft.NAMES:
        (folder / f"{name}.csv").write_bytes(trials.as_csv(ft.load(name)))
    plan = {
        "fingerprints": {name: trials.fingerprint(ft.load(name)) for name in ft.NAMES},
        "arms": {name: list(order) for name, order in ft.ARMS.items()},
        "logit": ft.LOGIT,
        "cluster": ft.CLUSTER,
        "ipw": ft.IPW,
        "bounds": ft.BOUNDS,
        "response": ft.RESPONSE,
        "cace": ft.CACE,
        "times": ft.TIMES,
    }
    (folder / "plan.json").write_text(json.dumps(plan, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
