"""No suppressed cell of a released report is narrowed by what is released: an attacker reads the files and is held to it.

Demonstrations with few participants have many small cells. What the log itself says (a cell went for 1 to 4 events; small cells
that add up are at least so many together) is known to everyone; no number that is shown may tell more.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from effektutv.analysis import analyse
from effektutv.disclosure import close
from effektutv.disclosure.audit import complementary
from effektutv.disclosure.protect import protect
from effektutv.errors import DisclosureError
from effektutv.reporting.tables.csv_file import write_csv
from effektutv.reporting.tables.csv_tables import csv_tables, decisions_table
from effektutv.results import written as as_written
from effektutv.synthetic.write_demo import write_demo
from effektutv.trial.load import load

# the attacker's program stands beside this file
sys.path.insert(0, str(Path(__file__).parent))
from attacker import Attack, read

SIZES = [240, 300, 360, 420, 500]
#: Pilots: nearly everything in them is small.
SMALL = [40, 60, 80, 100, 150, 200]
PILOTS = (101, 104)


def inputs_of(folder, seed, sizes=SIZES):
    participants = int(np.random.default_rng(seed).choice(sizes))
    write_demo(folder, participants=participants, population=100, seed=seed)
    return analyse(load(folder / "study.toml"))


def written(protected, folder):
    (folder / "tables").mkdir(parents=True)
    for name, (columns, rows) in csv_tables(protected).items():
        write_csv(folder / "tables" / f"{name}.csv", columns, rows)
    write_csv(folder / "disclosure.csv", *decisions_table(protected))
    return folder


def truly_small(inputs):
    """Every cell of 1 to 4 events or non-events: as the log names it, as the attacker keys it, its persons and events."""
    sights = {}

    def enter(row, arm, n, events, group="", level=""):
        if not isinstance(n, int) or not isinstance(events, int):
            return
        key = (row.outcome, row.clock, str(row.month), arm, group, level)
        if n >= sights.get(key, (0, 0))[0]:
            sights[key] = n, events

    apart = [e for e in (inputs.entry, inputs.sites) if e is not None]
    for effects in (*inputs.effects, *inputs.robustness, *apart, *(p.effects for p in inputs.profiles)):
        for row in effects.rows:
            if not row.kind.compares:
                enter(row, row.arm, row.n_arm, row.events_arm, as_written(row.subgroup), as_written(row.level))
                enter(
                    row, row.control, row.n_control, row.events_control, as_written(row.subgroup), as_written(row.level)
                )
    for profile in inputs.profiles:
        for row in profile.rows:
            enter(row, row.arm, row.n, row.events)
    out = {}
    for (outcome, clock, month, arm, group, level), (n, events) in sights.items():
        name = ", ".join([outcome, f"month {month}", arm, *([f"{group}={level}"] if group else [])])
        if outcome == "arbete" and month == "15" and group and group != "entry_half_year" and 0 < n < 5:
            out.setdefault(f"{arm}, {group}={level}", {})["persons", clock, month, arm, group, level] = n, n
        if n >= 5 and (0 < events < 5 or 0 < n - events < 5):
            out.setdefault(name, {})[outcome, clock, month, arm, group, level] = n, events
    for row in inputs.balance.rows:
        if row.kind not in ("continuous", "binary"):
            for arm, n, mean in ((row.arm, row.n_arm, row.mean_arm), (row.control, row.n_control, row.mean_control)):
                if 0 < (k := round(mean * n)) < 5 or 0 < n - k < 5:
                    name = f"{arm}, {row.covariate}={row.level}"
                    out.setdefault(name, {})["persons", arm, row.covariate, row.level] = n, k
    return out


def narrowed(folder, inputs):
    """The cells that shown numbers narrow, and how many were attacked."""
    attack = Attack(folder)
    secrets = attack.secrets(truly_small(inputs))
    found = []
    for key, (low, high) in secrets.items():
        ends = attack.interval(key, secrets)
        if ends[0] > low or ends[1] < high:
            # by the log alone; exactly, with what it does not list for small, where that may be what makes the difference
            for exact in (False, True):
                alone = attack.interval(key, secrets, numbers=False, whole_persons=exact)
                wide = ends[0] <= max(alone[0], low) and ends[1] >= min(alone[1], high)
                if wide:
                    break
            if not wide or ends[1] - ends[0] < 1:
                found.append((key, ends, alone))
    return found, len(secrets)


def attacked(tmp_path, seeds, sizes=SIZES):
    """Attack the reports of many studies; return cells attacked, and seeds of studies that could not be released."""
    count, refused = 0, []
    for seed in seeds:
        inputs = inputs_of(tmp_path / f"demo{seed}", seed, sizes)
        try:
            protected = protect(inputs)
        except DisclosureError:
            refused.append(seed)
            continue
        found, tried = narrowed(written(protected, tmp_path / f"out{seed}"), inputs)
        assert found == [], f"seed {seed}"
        count += tried
    return count, refused


def test_no_number_of_a_report_narrows_a_suppressed_cell(tmp_path):
    tried, refused = attacked(tmp_path, range(8))
    assert tried > 300
    assert refused == []


def test_pilots_are_released_and_their_silent_logs_tell_no_reason(tmp_path):
    """Two pilots, of which one has more to hide than a log with reasons could."""
    tried, refused = attacked(tmp_path, PILOTS, SMALL)
    assert tried > 1000
    assert refused == []
    logs = [read(tmp_path / f"out{seed}" / "disclosure.csv") for seed in PILOTS]
    silent = [log for log in logs if {r["role"] for r in log} == {"not stated"}]
    assert len(silent) == 1
    assert len({(r["rule"], r["count_band"], r["margin"]) for r in silent[0]}) == 1
    names = [(r["table"], r["cell"]) for r in silent[0]]
    assert names == sorted(set(names))


@pytest.mark.slow
def test_pilots_are_released_many(tmp_path):
    _, refused = attacked(tmp_path, range(100, 160), SMALL)
    assert refused == []


@pytest.mark.slow
def test_no_number_of_a_report_narrows_a_suppressed_cell_many(tmp_path):
    _, refused = attacked(tmp_path, range(100, 300))
    assert refused == []


@pytest.fixture(scope="module")
def many_small_cells(tmp_path_factory):
    """A study whose small cells follow from the others where no complement is hidden."""
    return inputs_of(tmp_path_factory.mktemp("small") / "demo", 1)


def test_without_complements_the_attacker_succeeds(many_small_cells, tmp_path, monkeypatch):
    """The attack is one: with primary suppression alone cells are narrowed, many to a single value."""
    monkeypatch.setattr(close, "chosen", lambda _: [])
    monkeypatch.setattr(close, "narrowed", lambda _: [])
    found, tried = narrowed(written(protect(many_small_cells), tmp_path / "out"), many_small_cells)
    assert tried > 30
    assert len(found) > 10
    assert any(high - low < 0.5 for _, (low, high), _ in found)


def test_without_complements_the_attacker_reads_a_silent_log_too(many_small_cells, tmp_path, monkeypatch):
    found_before_silence = iter([True])
    monkeypatch.setattr(close, "chosen", lambda _: [])
    monkeypatch.setattr(close, "narrowed", lambda _: next(found_before_silence, None))
    protected = protect(many_small_cells)
    assert protected.silent
    found, tried = narrowed(written(protected, tmp_path / "out"), many_small_cells)
    assert tried > 30
    assert len(found) > 10
    assert any(high - low < 0.5 for _, (low, high), _ in found)


def test_without_complements_the_audit_refuses_and_names_the_tables(many_small_cells, monkeypatch):
    monkeypatch.setattr(close, "chosen", lambda _: [])
    with pytest.raises(DisclosureError, match="from these together: kinds of work and work"):
        protect(many_small_cells)
    assert complementary.chosen is not close.chosen
