"""What each arm received, and the main effect seen from elsewhere, on their way out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from effektutv.disclosure.policy import POLICIES
from effektutv.disclosure.protect import protect
from effektutv.disclosure.protected import Role
from effektutv.disclosure.received import mean_rule
from effektutv.errors import DisclosureError
from effektutv.results import DistributionRow, RandomizationRow, RandomizationTest, Status, Suppressed, Unavailable
from effektutv.results.compliance import ComplierEffects, ReceiptRow, Receipts
from effektutv.results.services_received import ALL_ACTORS, HoursRow, Received, ShareRow, Shares
from effektutv.results.site_heterogeneity import SiteRow, SiteVariation

N = {"FS": 100, "SE": 104, "CM": 98}
NONE = Unavailable("not asked for")
#: A study whose arms say what receipt is.
DECLARED = '\n[registers.af_inskrivning]\npath = "c.csv"\n[registers.tidredovisning]\npath = "d.csv"\n'


def gone(value):
    return isinstance(value, Suppressed)


def hours(persons, *, mean=2.0, largest=0.1, month=15):
    """Rows from ``persons[arm][actor]``; hours are even, so that the sum of an arm is known."""
    rows = []
    for arm, actors in persons.items():
        n, total = N[arm], 0.0
        for actor, k in actors.items():
            m = mean if k else 0.0
            total += m
            rows.append(row(arm, actor, n, k, m, largest, month))
        rows.append(row(arm, ALL_ACTORS, n, max(actors.values()), total, largest / len(actors), month))
    return rows


def row(arm, actor, n, k, mean, largest, month):
    part = largest if k else NONE
    return HoursRow(
        arm=arm, actor=actor, month=month, n=n, persons=k, share=k / n, mean=mean, mean_month=mean / (month + 1),
        largest=part, second=part,
    )  # fmt: skip


def shares(cells, *, item="programme", month=15):
    return [
        ShareRow(arm=a, item=item, month=month, n=N[a], persons=k, share=k / N[a]) for a, k in cells.items()
    ]  # fmt: skip


def received(rows=(), others=()):
    return Received(rows=tuple(rows), shares=Shares(rows=tuple(others)))


MANY = {a: {"Af": 80, "FK": 60, "CM": 30} for a in N}


def released(make, rows=(), others=(), **parts):
    return protect(make.inputs(received=received(rows, others), **parts)).value.received


def test_many_are_released_as_they_were_but_for_what_control_alone_needs(make):
    before = hours(MANY)
    out = released(make, before, shares({"FS": 20, "SE": 30, "CM": 40}))
    assert [(r.arm, r.actor, r.persons, r.mean, r.mean_month) for r in out.rows] == [
        (r.arm, r.actor, r.persons, r.mean, r.mean_month) for r in before
    ]
    assert {r.status for r in (*out.rows, *out.shares.rows)} == {Status.RELEASED}
    assert all(gone(r.largest) and gone(r.second) for r in out.rows)


@pytest.mark.parametrize(("k", "hidden"), [(0, False), (1, True), (4, True), (5, False)])
def test_hours_of_few_are_hidden_and_cannot_be_had_from_all_actors(make, k, hidden):
    out = released(make, hours({**MANY, "FS": {"Af": 80, "FK": 60, "CM": k}}))
    mine = {r.actor: r for r in out.rows if r.arm == "FS"}
    assert gone(mine["CM"].mean) == gone(mine["CM"].mean_month) == gone(mine["CM"].persons) == hidden
    # one unknown in the sum would be known
    assert sum(gone(r.mean) for r in mine.values()) == (2 if hidden else 0)
    assert not any(gone(r.mean) for r in out.rows if r.arm != "FS")


def test_few_without_hours_hide_how_many_have_them(make):
    out = released(make, hours({**MANY, "FS": {"Af": 98, "FK": 60, "CM": 30}}))
    mine = {r.actor: r for r in out.rows if r.arm == "FS"}
    assert gone(mine["Af"].persons)
    assert gone(mine["Af"].share)


@pytest.mark.parametrize(
    ("largest", "second", "hidden"), [(0.5, 0.35, False), (0.5, 0.351, True), (0.86, 0.0, True), (1.0, NONE, True)]
)
def test_a_mean_that_two_persons_dominate_is_hidden_with_one_more(make, largest, second, hidden):
    rows = [replace(r, largest=largest, second=second) if (r.arm, r.actor) == ("SE", "FK") else r for r in hours(MANY)]
    out = protect(make.inputs(received=received(rows)))
    mine = {r.actor: r for r in out.value.received.rows if r.arm == "SE"}
    assert [gone(mine[a].mean) for a in ("Af", "FK", "CM", ALL_ACTORS)] == [False, hidden, hidden, False]
    assert mine["FK"].persons == 60
    assert any("have most of the hours" in d.rule for d in out.decisions) == hidden


@pytest.mark.parametrize(
    ("persons", "largest", "second", "hidden"),
    [(30, 0.6, 0.1, False), (30, 0.6, 0.151, True), (9, 0.2, 0.2, True), (10, 0.2, 0.2, False)],
)
def test_the_strict_profile_asks_for_more_persons_and_for_a_tenth_beside_the_two_largest(
    persons, largest, second, hidden
):
    found = replace(row("SE", "Af", 104, persons, 2.0, largest, 15), second=second)
    assert bool(mean_rule(found, POLICIES["strict"])) == hidden


def test_a_reader_of_the_p_per_cent_rule_counts_what_is_left():
    """0.1 of the largest must be left when the two largest are gone."""
    policy = replace(POLICIES["strict"], dominance=None)
    for largest, second, hidden in ((0.9, 0.0, False), (0.92, 0.0, True), (0.5, 0.449, False), (0.5, 0.451, True)):
        found = replace(row("SE", "Af", 104, 30, 2.0, largest, 15), second=second)
        assert bool(mean_rule(found, policy)) == hidden


@pytest.mark.parametrize(("k", "hidden"), [(0, False), (3, True), (97, True), (5, False), (100, False)])
def test_items_of_few_are_hidden_with_the_next_arm(make, k, hidden):
    out = released(make, (), shares({"FS": k, "SE": 30, "CM": 40}))
    found = {r.arm: r for r in out.shares.rows}
    assert gone(found["FS"].persons) == gone(found["FS"].share) == hidden
    assert sum(gone(r.persons) for r in found.values()) == (2 if hidden else 0)


def test_turned_30_goes_the_same_way(make):
    found = Shares(rows=tuple(shares({"FS": 2, "SE": 30, "CM": 40}, item="turned_30")))
    out = protect(make.inputs(turned_thirty=found))
    assert [gone(r.persons) for r in out.value.turned_thirty.rows] == [True, True, False]
    assert {d.role for d in out.decisions} == {Role.PRIMARY, Role.COMPLEMENTARY}


def _study(make, tmp_path):
    study = make.study()
    arms = []
    for arm in study.arms:
        source = {"SE": ("sius", None), "CM": ("hours", "CM")}.get(arm.code)
        if source is not None:
            arm = arm.model_copy(update={"received": _received(*source)})
        arms.append(arm)
    return study.model_copy(update={"arms": tuple(arms)})


def _received(source, actor):
    from effektutv.study import Received as Declared

    return Declared(source=source, actor=actor)


def _receipts(cells):
    """Receipt from ``cells[programme][arm]``."""
    rows = tuple(
        ReceiptRow(arm=a, programme=p, n=N[a], received=k, share=k / N[a])
        for p, arms in cells.items()
        for a, k in arms.items()
    )
    return ComplierEffects(rows=(), receipt=Receipts(rows=rows))


@pytest.mark.parametrize(("later", "hidden"), [(0, False), (1, True), (4, True), (5, False)])
def test_receipt_to_the_end_less_hours_to_the_month_shows_no_few_persons(make, tmp_path, later, hidden):
    """Both are counts of the same programme, to two days: the persons between them are a cell."""
    rows = hours({a: {"Af": 80, "CM": 20} for a in N})
    found = _receipts({"CM": {"FS": 20 + later, "SE": 40, "CM": 60}})
    inputs = replace(make.inputs(received=received(rows), compliance=found), study=_study(make, tmp_path))
    out = protect(inputs).value
    sight = next(r for r in out.received.rows if (r.arm, r.actor) == ("FS", "CM"))
    receipt = next(r for r in out.compliance.receipt.rows if r.arm == "FS")
    assert (gone(sight.persons) or gone(receipt.received)) == hidden


def test_a_sius_consultant_is_the_cell_of_receipt(make, tmp_path):
    cells = {"FS": 3, "SE": 90, "CM": 20}
    found = _receipts({"SE": cells})
    inputs = make.inputs(received=received((), shares(cells, item="sius", month=None)), compliance=found)
    out = protect(replace(inputs, study=_study(make, tmp_path))).value
    hidden = [gone(r.persons) for r in out.received.shares.rows]
    assert hidden == [gone(r.received) for r in out.compliance.receipt.rows]
    assert hidden[0]


def test_what_cannot_be_checked_stops_the_release(make, tmp_path):
    good = hours(MANY)
    for wrong in (
        [replace(good[0], persons=NONE)],
        [replace(good[0], share=0.5)],
        [good[0], good[0]],
    ):
        with pytest.raises(DisclosureError):
            released(make, wrong)
    one = shares({"FS": 20})
    with pytest.raises(DisclosureError, match="twice"):
        released(make, (), [*one, *one])
    inputs = make.inputs(received=received(hours({"FS": {"CM": 20}})), compliance=_receipts({"CM": {"FS": 10}}))
    with pytest.raises(DisclosureError, match="more persons have hours"):
        protect(replace(inputs, study=_study(make, tmp_path)))


# ------------------------------------------------------------------------------------------------------ seen from elsewhere

BIG = {"FS": (350, 60), "SE": (355, 90), "CM": (358, 70)}


def _statements(make, ku, both, af=30):
    cells = {a: (n, {"af_only": af, "ku_only": ku, "both": both}) for a, (n, _) in BIG.items()}
    known = {a: (n, ku + both) for a, (n, _) in BIG.items()}
    work = {a: (n, af + ku + both) for a, (n, _) in BIG.items()}
    return make.inputs(
        *make.everyone(work), sources=(make.counts(cells),),
        robustness=(make.effects(*make.everyone(known, outcome="statements:arbete")),),
    )  # fmt: skip


@pytest.mark.parametrize(("both", "hidden"), [(30, False), (3, True)])
def test_work_on_statements_does_not_give_a_hidden_source_away(make, both, hidden):
    out = protect(_statements(make, 25, both)).value
    sight = {(r.arm, r.category): r for counts in out.sources for r in counts.rows}
    robust = out.robustness[0].rows[0]
    for arm in ("SE", "FS"):
        assert gone(sight[arm, "both"].events) == hidden
        shown = [not gone(sight[arm, "ku_only"].events), not gone(robust.share_arm)]
        # the source that is left and the sum would give the hidden one
        assert (shown == [True, True]) != hidden


def variation(**other):
    values = dict.fromkeys(
        ("std_error", "p_value", "conf_low", "conf_high", "tau_first_step", "q", "i_squared"), 0.123456
    )
    base = {
        "outcome": "arbete", "clock": "randomisation", "month": 15, "arm": "SE", "control": "FS", "site": "municipality",
        "sites": 25, "sites_left_out": 1, "n": 692, "estimate": 0.0812345, "tau": 0.0312345, "tau_low": 0.0,
        "tau_high": 0.1634567, "q_df": 24.0, "q_p_value": 0.41234, "note": "sites left out: 1 without variation (17 persons)",
    }  # fmt: skip
    found = SiteRow(**{**values, **base, **other})
    return SiteVariation(rows=(found,), notes=(found.note, "all sites"))


def test_variation_between_sites_is_released_coarsely(make):
    inputs = make.inputs(*make.everyone(BIG), site_variation=variation())
    out = protect(inputs).value.site_variation
    found = out.rows[0]
    assert (found.tau, found.tau_low, found.tau_high, found.q_p_value) == (0.031, 0.0, 0.163, 0.41)
    assert all(gone(getattr(found, name)) for name in ("estimate", "q", "i_squared", "n", "sites_left_out"))
    assert found.note == ""
    assert out.notes == ("all sites",)


@pytest.mark.parametrize("cells", [{"sites": 9}, {"sites": NONE}])
def test_few_sites_hide_it(make, cells):
    out = protect(make.inputs(*make.everyone(BIG), site_variation=variation(**cells))).value.site_variation
    assert gone(out.rows[0].tau)
    assert gone(out.rows[0].q_p_value)


def test_a_hidden_outcome_hides_the_variation_between_sites(make):
    small = {**BIG, "SE": (355, 3)}
    out = protect(make.inputs(*make.everyone(small), site_variation=variation())).value.site_variation
    assert gone(out.rows[0].tau)
    assert out.rows[0].status is Status.SUPPRESSED


def drawn(kind="draws"):
    row = RandomizationRow(
        outcome="arbete", clock="randomisation", month=15, arm="SE", control="FS", n_arm=355, n_control=350, estimate=0.1,
        std_error=0.03, statistic=3.1, null_sd=0.03, p_randomization=0.0012, mc_error=0.0003, conf_low=NONE, conf_high=NONE,
        draws=10_000, estimator="blocked", studentized=True, alternative="two-sided", mechanism="m", method="m",
        note="1 stratum of 3 persons",
    )  # fmt: skip
    place = {"outcome": "arbete", "clock": "randomisation", "month": 15, "arm": "SE", "control": "FS"}
    bins = (
        DistributionRow(**place, low=-3.0, high=0.0, share=float(Fraction(5001, 10_000)), kind=kind),
        DistributionRow(**place, low=0.0, high=3.0, share=0.4999, kind=kind),
        DistributionRow(**place, low=3.1, high=3.1, share=0.0012, kind="observed"),
    )
    return RandomizationTest(rows=(row,), seed=1, distribution=bins)


def test_a_drawn_distribution_is_released_in_thousandths(make):
    out = protect(make.inputs(*make.everyone(BIG), randomization=drawn())).value.randomization
    assert [d.share for d in out.distribution] == [0.5, 0.5, 0.001]
    assert (out.rows[0].p_randomization, out.rows[0].note) == (0.0012, "")


def test_no_distribution_where_an_arm_is_hidden_or_it_is_exact(make):
    small = {**BIG, "FS": (350, 2)}
    out = protect(make.inputs(*make.everyone(small), randomization=drawn())).value.randomization
    assert out.distribution == ()
    assert gone(out.rows[0].p_randomization)
    assert gone(out.rows[0].estimate)
    exact = protect(make.inputs(*make.everyone(BIG), randomization=drawn("exact"))).value.randomization
    assert {d.kind for d in exact.distribution} == {"observed"}


def test_effects_by_site_lose_their_joint_test_and_hide_as_subgroups_do(make):
    cells = {"a": dict.fromkeys(BIG, (60, 20)), "b": dict.fromkeys(BIG, (70, 3)), "c": dict.fromkeys(BIG, (220, 40))}
    rows = [r for r in make.by_level(cells, "site") if (r.arm, r.control) == ("SE", "FS")]
    inputs = make.inputs(*make.everyone(dict.fromkeys(BIG, (350, 63))), sites=make.effects(*rows))
    found = protect(inputs).value.sites.rows
    assert [r.level for r in found] == ["a", "b", "c"]
    assert [gone(r.estimate) for r in found] == [True, True, False]
