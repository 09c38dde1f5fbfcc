"""A cross of two by two has two rows that compare its levels: both go where a level is hidden."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from effektutv.disclosure.protect import protect
from effektutv.results import RowKind, Status, Suppressed


@pytest.mark.parametrize("events", [2, 22])
def test_the_joint_test_goes_with_the_contrast(make, events):
    parts = {level: {"FS": (88, 15), "SE": (89, 22), "CM": (90, 17)} for level in product("km", ("ja", "nej"))}
    parts["m", "nej"] = {"FS": (86, 15), "SE": (88, events), "CM": (88, 19)}
    everyone = {"FS": (350, 60), "SE": (355, 66 + events), "CM": (358, 70)}
    rows = make.by_level(parts, ("kon", "dv"))
    rows = [*rows, *(replace(row, level="", kind=RowKind.JOINT) for row in rows if row.kind == "interaction")]
    out = protect(make.inputs(*make.everyone(everyone), *rows))
    compared = [r for e in out.value.effects for r in e.rows if r.kind.compares]
    assert len(compared) == 6
    for row in compared:
        touched = events == 2 and "SE" in (row.arm, row.control)
        assert isinstance(row.p_value, Suppressed) is touched
        assert (row.status is Status.SUPPRESSED) is touched
