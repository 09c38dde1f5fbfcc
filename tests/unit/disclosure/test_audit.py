"""Complements and the audit against every table that there could be: small ones, gone through one by one."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from effektutv.disclosure import ledger as ledger_module
from effektutv.disclosure.audit import narrowing
from effektutv.disclosure.ledger import Cell, Ledger
from effektutv.disclosure.policy import POLICIES, Policy
from effektutv.disclosure.protected import Role
from effektutv.disclosure.unknowns import Limit, Sight
from effektutv.errors import DisclosureError

POLICY = POLICIES["uncleared"]
N = 1000


def cell(name):
    return Cell("outcome", name, 15, "SE")


def table(counts, policy=POLICY, **options):
    """A ledger of a table of events with its row and column totals and its sum; every total is shown."""
    rows, columns = counts.shape
    ledger = Ledger(policy=policy, **options)
    full = np.zeros((rows + 1, columns + 1), dtype=int)
    full[:rows, :columns] = counts
    full[rows, :columns] = counts.sum(axis=0)
    full[:, columns] = full.sum(axis=1)
    for i, j in product(range(rows + 1), range(columns + 1)):
        ledger.observe(cell(f"{i}{j}"), N, int(full[i, j]))
    for i in range(rows + 1):
        ledger.margin([cell(f"{i}{j}") for j in range(columns)], cell(f"{i}{columns}"), where=f"row {i}")
    for j in range(columns):
        ledger.margin([cell(f"{i}{j}") for i in range(rows)], cell(f"{rows}{j}"), where=f"column {j}")
    return ledger, full


def possible(full, hidden, reach=4):
    """Every table with the same shown numbers and the same log, no count farther than ``reach`` from its own."""
    rows, columns = full.shape[0] - 1, full.shape[1] - 1
    inner = [(i, j) for i, j in product(range(rows), range(columns)) if (i, j) in hidden]
    choices = [np.arange(max(0, full[p] - reach), full[p] + reach + 1) for p in inner]
    grid = (
        np.stack(np.meshgrid(*choices, indexing="ij"), axis=-1).reshape(-1, len(inner)) if inner else np.empty((1, 0))
    )
    found = np.repeat(full[None], len(grid), axis=0)
    for k, (i, j) in enumerate(inner):
        found[:, i, j] = grid[:, k]
    found[:, :rows, columns] = found[:, :rows, :columns].sum(axis=2)
    found[:, rows, :] = found[:, :rows, :].sum(axis=1)
    fits = np.ones(len(found), dtype=bool)
    for p in product(range(rows + 1), range(columns + 1)):
        value, true = found[:, p[0], p[1]], full[p]
        if p not in hidden:
            fits &= value == true
        elif POLICY.small_events(int(true)):
            fits &= (value >= 1) & (value <= 4)
        else:
            # of a complement it is known that it is not small
            fits &= (value == 0) | (value >= 5)
    return found[fits]


def hidden_in(ledger, full):
    return {p for p in product(range(full.shape[0]), range(full.shape[1])) if cell(f"{p[0]}{p[1]}") in ledger.hidden}


TABLES = [
    [[2, 20, 30], [15, 25, 9], [40, 8, 12]],
    [[2, 6, 30], [15, 3, 9], [40, 8, 12]],
    [[2, 1, 30], [15, 25, 9], [40, 8, 12]],
    [[4, 4, 8], [9, 7, 30]],
    [[1, 6], [7, 5], [12, 9]],
    [[3, 0, 9], [8, 12, 5]],
    [[1, 1, 14], [11, 12, 13]],
]


@pytest.mark.parametrize("counts", TABLES)
def test_every_small_count_can_be_any_by_going_through_all_tables(counts):
    ledger, full = table(np.array(counts))
    ledger.close()
    hidden = hidden_in(ledger, full)
    found = possible(full, hidden)
    assert (found == full).all(axis=(1, 2)).any()
    for p in hidden:
        if POLICY.small_events(int(full[p])):
            assert {1, 4} <= set(found[:, p[0], p[1]].tolist()), p


def test_without_complements_going_through_all_tables_finds_one_only(monkeypatch):
    monkeypatch.setattr(ledger_module, "chosen", lambda _: [])
    monkeypatch.setattr(ledger_module, "narrowed", lambda _: [])
    ledger, full = table(np.array(TABLES[0]))
    ledger.close()
    assert len(possible(full, hidden_in(ledger, full))) == 1


@pytest.mark.parametrize("extra", [set(), {"01"}, {"01", "10"}])
def test_too_few_complements_stop_the_release_and_name_the_tables(monkeypatch, extra):
    """A small cell stands in a row and a column: anything short of a cycle gives it away."""

    def too_few(ledger):
        return [c for c in real(ledger) if c.cell.outcome in extra and c.cell not in ledger.hidden]

    real = ledger_module.chosen
    monkeypatch.setattr(ledger_module, "chosen", too_few)
    ledger, _ = table(np.array([[2, 20], [15, 25]]))
    # one cell of the cycle is left out
    with pytest.raises(DisclosureError, match=r"from these together: .*(row|column) 0") as raised:
        ledger.close()
    assert "15, SE" in str(raised.value)
    assert not any(f" {k} " in str(raised.value) for k in (2, 20, 25))


def test_the_log_names_the_margin_of_a_complement_and_what_it_covers():
    ledger, _ = table(np.array([[2, 20], [15, 25]]))
    ledger.close()
    found = {d.cell.split(",")[0]: d for d in ledger.hidden.values()}
    assert found["00"].role is Role.PRIMARY
    assert found["00"].margin == ""
    complements = {d.margin for d in found.values() if d.role is Role.COMPLEMENTARY}
    assert complements <= {f"{t} {k}; for 00, month 15, SE" for t in ("row", "column") for k in (0, 1, 2)}
    assert len(found) == 4


def cheapest(full, policy=POLICY):
    """The fewest further cells with which every small count can be any, by trying them all."""
    cells = list(product(range(full.shape[0]), range(full.shape[1])))
    first = {p for p in cells if policy.small_events(int(full[p]))}
    others = [p for p in cells if p not in first]
    for size in range(len(others) + 1):
        for more in combinations(others, size):
            found = possible(full, first | set(more))
            if all({1, 4} <= set(found[:, p[0], p[1]].tolist()) for p in first):
                return size
    return None


@pytest.mark.parametrize("counts", [[[2, 20], [15, 25]], [[2, 6, 30], [15, 3, 9]]])
def test_complements_of_least_joint_cost_are_as_few_as_can_be(counts):
    optimal, full = table(np.array(counts), optimal=True)
    flows, _ = table(np.array(counts))
    optimal.close()
    flows.close()
    least = cheapest(full)
    first = sum(POLICY.small_events(int(v)) for v in full.ravel())
    assert len(optimal.hidden) - first == least
    assert len(flows.hidden) - first <= least + 1


def test_a_narrower_width_asks_for_less():
    """4 and 4 of 9 are never protected as wide as the rule, for 1 to 5 go together; a width of 2 asks for 2 to 4."""
    wide = Ledger(policy=POLICY)
    narrow = Ledger(policy=Policy(name="own", owner="x", threshold=5, cleared=False, width=1))
    for ledger in (wide, narrow):
        for name, events in (("a", 3), ("b", 3), ("c", 60)):
            ledger.observe(cell(name), N, events)
        ledger.margin([cell("a"), cell("b")])
        ledger.margin([cell("a"), cell("b"), cell("c")])
    with pytest.raises(DisclosureError, match="too closely"):
        wide.close()
    narrow.close()
    assert set(narrow.hidden) == {cell("a"), cell("b")}


def test_a_level_of_few_persons_may_have_any_number_of_them():
    """3 persons of a level: their number, and so the others', and the events of both, must be free to move."""
    ledger = Ledger(policy=POLICY)
    people = {"a": (3, 2), "b": (50, 20), "c": (47, 9)}
    for level, (n, events) in people.items():
        ledger.observe(Cell("outcome", "y", 15, "SE", "g", level), n, events, "r")
        ledger.observe(Cell("persons", arm="SE", group="g", level=level), 100, n, "r")
    ledger.observe(Cell("outcome", "y", 15, "SE"), 100, 31, "r")
    ledger.margin([Cell("persons", arm="SE", group="g", level=x) for x in people], where="persons by g")
    ledger.margin(
        [Cell("outcome", "y", 15, "SE", "g", x) for x in people], Cell("outcome", "y", 15, "SE"), where="by g"
    )
    ledger.close()
    hidden = {(c.table, c.level) for c in ledger.hidden}
    assert {("persons", "a"), ("outcome", "a")} < hidden
    # one level more, persons and outcomes both
    assert len({level for table, level in hidden if table == "persons"}) == 2
    assert {level for table, level in hidden if table == "persons"} == {lv for t, lv in hidden if t == "outcome"}


def test_what_a_curve_bounds_narrows_a_hidden_month():
    ledger, _ = table(np.array([[2, 20], [15, 25]]))
    ledger.close()
    assert not narrowing(ledger, ())
    sight = Sight(cell("00"), "")
    assert not narrowing(ledger, [Limit({sight: 1}, 4, "a curve")])
    assert narrowing(ledger, [Limit({sight: 1}, 3, "a curve")])
    assert narrowing(ledger, [Limit({sight: -1}, -2, "a curve")])


def test_zeros_and_full_cells_are_small_where_the_profile_says_so():
    own = Policy(name="own", owner="x", threshold=5, cleared=False, zeros_small=True, full_small=True)
    ledger, _ = table(np.array([[0, 20, 11], [15, 12, 14], [9, 17, 6]]), policy=own)
    ledger.observe(cell("full"), N, N)
    ledger.close()
    assert ledger.hidden[cell("00")].rule == "0 to 4 events"
    assert ledger.hidden[cell("00")].count_band == "0 to 4"
    assert ledger.hidden[cell("full")].rule == "0 to 4 non-events"
    assert len(ledger.hidden) >= 5
