"""Complements and the audit against every table that there could be: small ones, gone through one by one."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from effektutv.disclosure import close as closing
from effektutv.disclosure.audit.attacker import Exposed, narrowed, narrowing
from effektutv.disclosure.audit.constraints import equations_of, gaps_of, ranges_of
from effektutv.disclosure.audit.sights import Limit, Sight
from effektutv.disclosure.cells import Cell
from effektutv.disclosure.close import close, decide
from effektutv.disclosure.ledger import Ledger
from effektutv.disclosure.policy import POLICIES, Policy
from effektutv.disclosure.protected import Decision, Role
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
    close(ledger)
    hidden = hidden_in(ledger, full)
    found = possible(full, hidden)
    assert (found == full).all(axis=(1, 2)).any()
    for p in hidden:
        if POLICY.small_events(int(full[p])):
            assert {1, 4} <= set(found[:, p[0], p[1]].tolist()), p


def test_without_complements_going_through_all_tables_finds_one_only(monkeypatch):
    monkeypatch.setattr(closing, "chosen", lambda _: [])
    monkeypatch.setattr(closing, "narrowed", lambda _: [])
    ledger, full = table(np.array(TABLES[0]))
    close(ledger)
    assert len(possible(full, hidden_in(ledger, full))) == 1


@pytest.mark.parametrize("extra", [set(), {"01"}, {"01", "10"}])
def test_too_few_complements_stop_the_release_and_name_the_tables(monkeypatch, extra):
    """A small cell stands in a row and a column: anything short of a cycle gives it away."""

    def too_few(ledger):
        return [c for c in real(ledger) if c.cell.outcome in extra and c.cell not in ledger.hidden]

    real = closing.chosen
    monkeypatch.setattr(closing, "chosen", too_few)
    ledger, _ = table(np.array([[2, 20], [15, 25]]))
    # one cell of the cycle is left out
    with pytest.raises(DisclosureError, match=r"from these together: .*(row|column) 0") as raised:
        close(ledger)
    assert "15, SE" in str(raised.value)
    assert not any(f" {k} " in str(raised.value) for k in (2, 20, 25))


@pytest.mark.parametrize(("known", "others"), [(5, ""), (6, " and 1 more table"), (40, " and 35 more tables")])
def test_a_refusal_names_a_few_tables_counts_the_others_and_says_what_to_do(monkeypatch, known, others):
    names = tuple(f"effects by group{k:02}" for k in range(known))
    exposed = Exposed(cell=Cell("outcome", "arbete", 15, "SE"), tables=names)
    monkeypatch.setattr(closing, "narrowed", lambda _: [exposed])
    with pytest.raises(DisclosureError) as raised:
        close(table(np.array([[10, 20], [15, 25]]))[0])
    said = str(raised.value)
    assert f"from these together: {', '.join(names[:5])}{others}. Nothing is released" in said
    assert said.count("effects by group") == 5
    assert "merge levels" in said


@pytest.mark.parametrize("counts", [[[2, 9, 9], [9, 9, 9], [9, 9, 9]], *TABLES])
def test_the_order_in_which_tables_are_entered_decides_nothing(counts):
    rng = np.random.default_rng(5)
    given, _ = table(np.array(counts))
    found = set()
    for _ in range(8):
        ledger = Ledger(policy=POLICY)
        cells, margins = list(given.seen), list(given.margins)
        for i in rng.permutation(len(cells)):
            ledger.observe(cells[i], *given.seen[cells[i]][""][0])
        for i in rng.permutation(len(margins)):
            one = margins[i]
            ledger.margin(rng.permutation(np.array(one.parts, dtype=object)), one.total, where=one.where)
        close(ledger)
        found.add(tuple(ledger.hidden.items()))
    assert len(found) == 1


def test_the_log_names_the_margin_of_a_complement_and_what_it_covers():
    ledger, _ = table(np.array([[2, 20], [15, 25]]))
    close(ledger)
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


def many(ledger):
    return sum(d.role is Role.COMPLEMENTARY for d in ledger.hidden.values())


#: Tables of which the flows, each by itself, hide more than need be: nearly half as much again, were none looked at again.
DEAR = [
    [[12, 8, 9], [4, 9, 15], [6, 7, 30]],
    [[30, 15, 30], [6, 2, 8], [30, 6, 20]],
    [[9, 12, 8], [20, 20, 6], [7, 3, 30]],
]


def test_optimal_complements_are_fewer_than_those_of_single_flows():
    counted = []
    for optimal in (False, True):
        ledgers = [table(np.array(counts), optimal=optimal)[0] for counts in (*TABLES, *DEAR)]
        for ledger in ledgers:
            close(ledger)
        counted.append(sum(many(ledger) for ledger in ledgers))
    assert counted[1] < counted[0] <= 1.1 * counted[1]


def test_where_no_better_choice_is_found_that_of_the_flows_stands():
    hurried, _ = table(np.array(DEAR[0]), optimal=True, node_limit=1)
    flows, _ = table(np.array(DEAR[0]))
    close(hurried)
    close(flows)
    assert many(hurried) <= many(flows)


@pytest.mark.parametrize("counts", [[[2, 20], [15, 25]], [[2, 6, 30], [15, 3, 9]], DEAR[0], DEAR[1]])
def test_complements_of_least_joint_cost_are_as_few_as_can_be(counts):
    optimal, full = table(np.array(counts), optimal=True)
    flows, _ = table(np.array(counts))
    close(optimal)
    close(flows)
    least = cheapest(full)
    first = sum(POLICY.small_events(int(v)) for v in full.ravel())
    assert len(optimal.hidden) - first == least
    assert least <= len(flows.hidden) - first <= 2 * least


def test_a_narrower_width_asks_for_less():
    """4 and 4 of 9 are as wide as the rule beside no reasons only, for 1 to 5 go together; a width of 2 asks for 2 to 4."""
    wide = Ledger(policy=POLICY)
    narrow = Ledger(policy=Policy(name="own", owner="x", threshold=5, cleared=False, width=1))
    for ledger in (wide, narrow):
        for name, events in (("a", 3), ("b", 3), ("c", 60)):
            ledger.observe(cell(name), N, events)
        ledger.margin([cell("a"), cell("b")])
        ledger.margin([cell("a"), cell("b"), cell("c")])
    close(wide)
    close(narrow)
    assert (wide.silent, narrow.silent) == (True, False)
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
    close(ledger)
    hidden = {(c.table, c.level) for c in ledger.hidden}
    assert {("persons", "a"), ("outcome", "a")} < hidden
    # one level more, persons and outcomes both
    assert len({level for table, level in hidden if table == "persons"}) == 2
    assert {level for table, level in hidden if table == "persons"} == {lv for t, lv in hidden if t == "outcome"}


def test_what_a_curve_bounds_narrows_a_hidden_month():
    ledger, _ = table(np.array([[2, 20], [15, 25]]))
    close(ledger)
    assert not narrowing(ledger, ())
    sight = Sight(cell("00"), "")
    assert not narrowing(ledger, [Limit({sight: 1}, 4, "a curve")])
    assert narrowing(ledger, [Limit({sight: 1}, 3, "a curve")])
    assert narrowing(ledger, [Limit({sight: -1}, -2, "a curve")])


def test_persons_that_are_shown_bound_the_events_of_a_level(monkeypatch):
    """A complement of 6 of 11 persons takes up one event and no more: 5 to 6 of both are many."""

    def only_b(ledger):
        return [c for c in real(ledger) if c.cell.level == "b"]

    real = closing.chosen
    monkeypatch.setattr(closing, "chosen", only_b)
    people = {"a": (100, 3), "b": (11, 6), "c": (90, 40)}
    ledger = Ledger(policy=POLICY)
    for level, (n, events) in people.items():
        ledger.observe(Cell("outcome", "y", 15, "SE", "g", level), n, events, "r")
        ledger.observe(Cell("persons", arm="SE", group="g", level=level), 201, n, "r")
    ledger.observe(Cell("outcome", "y", 15, "SE"), 201, 49, "r")
    ledger.margin(
        [Cell("outcome", "y", 15, "SE", "g", x) for x in people], Cell("outcome", "y", 15, "SE"), where="by g"
    )
    ledger.hidden[Cell("outcome", "y", 15, "SE", "g", "b")] = Decision(
        table="outcome", cell="b", rule="by hand", role=Role.COMPLEMENTARY, count_band="not stated"
    )
    ledger.closed = True
    decide(ledger)
    assert any("by g" in found.tables for found in narrowed(ledger))


def test_what_the_log_alone_tells_is_no_fault_of_the_numbers_but_a_single_value_is_never_left():
    """Small parts of a small total tell of each other; four of them are one each, unless the log gives no reasons."""
    for parts, silent in ((2, False), (3, False), (4, True)):
        ledger = Ledger(policy=POLICY)
        names = [cell(f"p{k}") for k in range(parts)]
        for name in names:
            ledger.observe(name, N, 1)
        ledger.observe(cell("total"), N, parts)
        ledger.margin(names, cell("total"), where="parts and total")
        close(ledger)
        assert {c.outcome for c in ledger.hidden} == {*(n.outcome for n in names), "total"}
        assert ledger.silent == silent
    # on the other side a shown number narrows, and that is its fault
    ledger = Ledger(policy=POLICY)
    for name, events in (("p", 2), ("q", 1), ("total", 3)):
        ledger.observe(cell(name), N, events)
    ledger.margin([cell("p"), cell("q")], cell("total"))
    close(ledger)
    assert not narrowing(ledger, [Limit({Sight(cell("p"), ""): 1}, 3, "a curve")])
    assert narrowing(ledger, [Limit({Sight(cell("p"), ""): -1}, -2, "a curve")])


def test_what_a_count_may_be_and_what_must_stay_possible():
    """By hand: the kinds of counts that the log tells apart, and a width around the count."""
    own = Policy(name="own", owner="x", threshold=10, cleared=False, width=4)
    ledger = Ledger(policy=own)
    counts = {"few": 2, "most": 9, "middle": 5, "left": 97, "many": 40, "nobody": 0, "all": 100}
    for name, events in counts.items():
        ledger.observe(cell(name), 100, events)
    found = {s.cell.outcome: r for s, r in ranges_of(ledger).items()}
    assert {k: (r.need_low, r.need_high) for k, r in found.items() if r.secret} == {
        "few": (1, 5), "most": (5, 9), "middle": (3, 7), "left": (95, 99),
    }  # fmt: skip
    assert (found["left"].low, found["left"].high) == (91, 99)
    assert found["many"].pieces == found["nobody"].pieces == ((0, 0), (10, 90), (100, 100))
    assert (found["all"].low, found["all"].high) == (100, 100)
    level = Cell("outcome", "y", 15, "SE", "g", "a")
    ledger.observe(level, 50, 48, "r")
    ledger.observe(Cell("persons", arm="SE", group="g", level="a"), 100, 50, "r")
    (gap,) = gaps_of(ledger, ranges_of(ledger))
    assert (gap.low, gap.high, gap.pieces) == (1, 9, ((1, 9),))


def test_zeros_and_full_cells_are_small_where_the_profile_says_so():
    own = Policy(name="own", owner="x", threshold=5, cleared=False, zeros_small=True, full_small=True)
    ledger, _ = table(np.array([[0, 20, 11], [15, 12, 14], [9, 17, 6]]), policy=own)
    ledger.observe(cell("full"), N, N)
    close(ledger)
    assert ledger.hidden[cell("00")].rule == "0 to 4 events"
    assert ledger.hidden[cell("00")].count_band == "0 to 4"
    assert ledger.hidden[cell("full")].rule == "0 to 4 non-events"
    assert len(ledger.hidden) >= 5


def known_sum(counts, *, silent):
    """Parts that add up to what everyone knows, decided for one log or the other."""
    ledger = Ledger(policy=POLICY, silent=silent, closed=True)
    names = [cell(f"p{k}") for k in range(len(counts))]
    for name, events in zip(names, counts, strict=True):
        ledger.observe(name, N, events)
    ledger.margin(names, where="a known sum")
    decide(ledger)
    return ledger, narrowed(ledger)


def test_a_silent_log_leaves_open_what_reasons_would_tell():
    """Four in one part and nobody in two: by its reason a complement would be nobody or five, and the four would stay four."""
    _, told = known_sum((4, 0, 0), silent=False)
    assert [e.cell for e in told] == [cell("p0")]
    ledger, told = known_sum((4, 0, 0), silent=True)
    assert told == []
    assert len(ledger.hidden) > 1
    # by hand: of all parts that add up to four, some with every small count in the first
    hidden = [c in ledger.hidden for c in (cell("p0"), cell("p1"), cell("p2"))]
    fits = [
        p
        for p in product(range(5), repeat=3)
        if sum(p) == 4 and all(h or v == t for h, v, t in zip(hidden, p, (4, 0, 0), strict=True))
    ]
    assert {p[0] for p in fits} >= {1, 2, 3, 4}


def test_a_silent_log_does_not_let_through_what_the_sums_tell():
    """Three of a known three: whatever the log says, none of the others makes it four."""
    for silent in (False, True):
        _, told = known_sum((3, 0, 0), silent=silent)
        assert [e.cell for e in told] == [cell("p0")]


def test_what_a_count_may_be_by_a_silent_log():
    ledger = Ledger(policy=POLICY, silent=True)
    for name, n, events in (("few", 100, 2), ("many", 100, 40), ("left", 100, 98), ("small", 3, 1)):
        ledger.observe(cell(name), n, events)
    ledger.observe(Cell("flow", "stage", arm="SE"), 60, None)
    level, persons = Cell("outcome", "y", 15, "SE", "g", "a"), Cell("persons", arm="SE", group="g", level="a")
    ledger.observe(level, 50, 48, "r")
    ledger.observe(persons, 100, 50, "r")
    found = {s.cell: (r.low, r.high, r.need_low, r.need_high) for s, r in ranges_of(ledger).items()}
    assert found == {
        cell("few"): (0, 100, 1, 4), cell("many"): (0, 100, 40, 40), cell("left"): (0, 100, 96, 99),
        cell("small"): (0, 4, 0, 4), Cell("flow", "stage", arm="SE"): (0, np.inf, 60, 60),
        level: (0, np.inf, 46, 49), persons: (0, 100, 50, 50),
    }  # fmt: skip
    (gap,) = gaps_of(ledger, ranges_of(ledger))
    assert gap.pieces == ((0, np.inf),)


def test_levels_that_were_not_counted_on_a_clock_say_nothing_of_everyone_there():
    everyone, level = Cell("outcome", "y", 15, "SE"), Cell("outcome", "y", 15, "SE", "g", "a")
    ledger = Ledger(policy=POLICY)
    ledger.observe(everyone, 40, 8, "r")
    ledger.observe(everyone, 40, 9, "s")
    ledger.observe(level, 40, 8, "r")
    ledger.margin([level], everyone, where="by g")
    assert [e.coefficients for e in equations_of(ledger)] == [{Sight(level, "r"): 1, Sight(everyone, "r"): -1}]
