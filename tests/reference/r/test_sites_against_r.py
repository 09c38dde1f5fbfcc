"""Variation between sites against metafor, on public trials with sites.

sites.json was written by sites.R from the tables of sites_export.py. Everything agrees to 1e-9 relative, but for the ends of
the interval where R's root finder stops: 1e-7. The mean's interval is metafor's ``test = "adhoc"``, Knapp and Hartung's with
a factor of at least 1: their own (``"knha"``) wherever sites differ at all.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path

import pytest
import trials

from effektutv.api.sites import site_variation

sys.path.insert(0, str(Path(__file__).parent))
from sites_export import ANALYSES


@cache
def reference() -> dict:
    return json.loads((Path(__file__).parent / "sites.json").read_text())


@pytest.mark.parametrize("name", sorted({a["trial"] for a in ANALYSES}))
def test_tables_are_those_r_read(name):
    assert trials.fingerprint(trials.load(name)) == reference()["meta"]["fingerprints"][name]


@pytest.mark.parametrize("a", ANALYSES, ids=lambda a: a["key"])
def test_variation_between_sites(a):
    theirs = reference()["analyses"][a["key"]]
    found = site_variation(
        trials.load(a["trial"]),
        outcome=a["outcome"],
        arm="arm",
        control=a["control"],
        site=a["site"],
        contrasts=[(a["arm"], a["control"])],
    )
    row = found.rows[0]
    assert (row.sites, row.n, row.q_df) == (theirs["sites"], theirs["n"], theirs["sites"] - 1)
    exact = {
        "q": row.q,
        "p": row.q_p_value,
        "tau_pm": row.tau,
        "tau_dl": row.tau_first_step,
        "mean": row.estimate,
        "se": row.std_error,
        "i2": row.i_squared,
        "mean_low": row.conf_low,
        "mean_high": row.conf_high,
        "mean_p": row.p_value,
    }
    for key, ours in exact.items():
        assert ours == pytest.approx(theirs[key], rel=1e-9, abs=1e-12), key
    as_published = (row.std_error, row.conf_low, row.conf_high, row.p_value)
    if row.tau > 0:
        assert as_published == pytest.approx([theirs["knha"][k] for k in ("se", "low", "high", "p")], rel=1e-9)
    else:
        assert row.std_error > theirs["knha"]["se"], "a factor below 1 is not used"
    for key, ours in {"tau": row.tau, "low": row.tau_low, "high": row.tau_high}.items():
        assert ours == pytest.approx(theirs["by_hand"][key], rel=1e-9, abs=1e-9), key
    assert row.tau_low == pytest.approx(theirs["low"], rel=1e-7, abs=1e-6)
    assert row.tau_high == pytest.approx(theirs["high"], rel=1e-7, abs=1e-6)
