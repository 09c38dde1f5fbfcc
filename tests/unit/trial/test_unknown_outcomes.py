"""An outcome that cannot be known has the same contrasts as one that can, each with its reason."""

from __future__ import annotations

import numpy as np
import pandas as pd

import effektutv as eu
from effektutv.results import Unavailable


def test_the_contrasts_are_those_of_a_known_outcome(tmp_path, monkeypatch):
    n, label = 90, 'label = { sv = "x", en = "x" }'
    arms = ("FS", "SE", "CM")
    pd.DataFrame({"arm": np.resize(arms, n), "y": np.arange(n) % 7}).to_csv(tmp_path / "d.csv", index=False)
    declared = ", ".join(f'{{ code = "{a}", control = {str(a == "FS").lower()}, {label} }}' for a in arms)
    (tmp_path / "s.toml").write_text(
        f"""study = {{ name = "t", title = {{ sv = "x", en = "x" }} }}
arms = [{declared}]
table = {{ path = "d.csv", arm = "arm" }}
outcomes = [{{ name = "y", {label}, role = "primary", column = "y" }}]""",
        encoding="utf-8",
    )
    trial = eu.load(tmp_path / "s.toml")
    known = [(r.arm, r.control) for r in trial.itt().rows]
    monkeypatch.setattr(type(trial), "lacks", lambda self, name: "its register was not delivered")
    unknown = trial.itt().rows
    assert [(r.arm, r.control) for r in unknown] == known == [("SE", "FS"), ("CM", "FS"), ("SE", "CM")]
    assert all(isinstance(r.estimate, Unavailable) for r in unknown)
