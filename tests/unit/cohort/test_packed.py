"""Both clocks' months in one number while they are built: the same months as apart, up to the longest follow-up."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from effektutv.cohort.linkage import PARTICIPANTS
from effektutv.cohort.month_masks import day_k
from effektutv.cohort.outcome_values import CLOCKS, spell_masks, spell_query
from effektutv.registers.engines.duckdb import Engine
from effektutv.runtime.package_data import studies_folder
from effektutv.study import Study

CODES = {"support": "42", "other": "33", "registered": "31"}


def days(rng, n, first, spread):
    return [first + timedelta(int(d)) for d in rng.integers(0, spread, n)]


@pytest.fixture
def session():
    """Random spells of 200 persons, as the build finds them."""
    rng = np.random.default_rng(8)
    starts = days(rng, 900, date(2012, 1, 1), 2500)
    spells = {
        "lopnr": [f"P{i}" for i in rng.integers(0, 200, 900)],
        "inskadm": starts,
        "utskadm": [s + timedelta(int(d)) for s, d in zip(starts, rng.integers(-20, 900, 900), strict=True)],
        "skat": rng.choice(list(CODES.values()), 900),
    }
    zero = days(rng, 200, date(2013, 1, 1), 700)
    people = {
        "row": np.arange(200),
        "lopnr": [f"P{i}" for i in range(200)],
        "randomisation": zero,
        "start": [z + timedelta(int(d)) for z, d in zip(zero, rng.integers(0, 200, 200), strict=True)],
    }
    with Engine(threads=1) as engine:
        engine.register("af_sokandekategori", pa.table(spells))
        engine.register(PARTICIPANTS, pa.table(people))
        yield engine, spells, people


def counted(spells, people, horizon):
    """The same months, asked day by day."""
    out = {f"{kind}_{clock}": np.zeros(200, dtype=np.int64) for kind in CODES for clock in CLOCKS}
    for clock in CLOCKS:
        zero = np.array(people[clock], dtype="datetime64[D]")
        for k in range(horizon + 1):
            at = day_k(zero, k)
            for person, first, last, code in zip(*spells.values(), strict=True):
                row = int(person[1:])
                if np.datetime64(first) <= at[row] <= np.datetime64(last):
                    kind = next(kind for kind, listed in CODES.items() if listed == code)
                    out[f"{kind}_{clock}"][row] |= 1 << k
    return out


@pytest.mark.parametrize("horizon", [0, 24, 30, 31, 60])
def test_months_of_both_clocks_are_those_asked_day_by_day(session, horizon):
    engine, spells, people = session
    study = Study.from_toml(studies_folder() / "aktivitetsersattning" / "study.toml")
    study = study.model_copy(update={"study": study.study.model_copy(update={"horizon": horizon})})
    assert ("<< 31" in spell_query(study)) == (horizon <= 30)
    expected = counted(spells, people, horizon)
    found = spell_masks(engine, study, 200)
    assert found.keys() == expected.keys()
    for name, masks in expected.items():
        np.testing.assert_array_equal(found[name], masks, err_msg=name)
    assert any(mask.any() for mask in expected.values())
