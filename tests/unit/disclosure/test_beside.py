"""Numbers that stand beside a hidden count and would give it away: sums in notes, tests of everything, what the flow says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from timed import ARMS, table, timed, trial

import effektutv as eu
from effektutv.api.pooled_regression import contamination
from effektutv.disclosure.policy import POLICIES
from effektutv.disclosure.protect import protect
from effektutv.disclosure.rules.notes import safe_note
from effektutv.disclosure.rules.rounding import decimals, round_p
from effektutv.results import DataQuality, Finding, Omnibus, Severity, Suppressed
from effektutv.results.data_quality import PARTICIPANTS

PAIRS = (("SE", "FS"), ("CM", "FS"), ("SE", "CM"))
BIG = {"FS": (350, 60), "SE": (355, 89), "CM": (358, 70)}


def gone(value):
    return isinstance(value, Suppressed)


# ------------------------------------------------------------------------------------------------ levels and totals


def some_lack_it(make, lacking, **parts):
    """Sex is unknown of some: by level, in the balance table, and in a note how many they are in all."""
    women = dict.fromkeys(ARMS, (170, 45))
    men = {a: (n - 170 - lacking[a], e - 45) for a, (n, e) in BIG.items()}
    rows = [*make.everyone(BIG), *make.by_level({"kvinna": women, "man": men}, "kon")]
    table = [
        make.balance_row("kon", {a: (BIG[a][0] - lacking[a], men[a][0]) for a in ARMS}, missing=lacking, pair=pair)
        for pair in PAIRS
    ]
    note = f"kon: {sum(lacking.values())} persons with no level left out of its rows"
    inputs = make.inputs(*rows, balance=make.balance(table), **parts)
    told = tuple(replace(e, notes=(note, "variance pooled")) for e in inputs.effects)
    return protect(replace(inputs, effects=told))


def test_a_sum_of_levels_does_not_tell_how_many_lack_a_characteristic(make):
    """3 of SE lack it: a level is hidden with them, and an interaction's persons are all levels'."""
    out = some_lack_it(make, {"FS": 0, "SE": 3, "CM": 0})
    rows = [r for r in out.value.effects[0].rows if r.subgroup]
    hidden = {(r.kind, r.level) for r in rows if r.arm == "SE" and gone(r.n_arm)}
    assert "interaction" in {kind for kind, _ in hidden}
    assert len(hidden) == 2
    for row in rows:
        for arm, n in ((row.arm, row.n_arm), (row.control, row.n_control)):
            assert gone(n) == (arm == "SE" and (row.kind, row.level) in hidden)


def test_how_many_lack_a_characteristic_in_all_is_not_told_where_an_arm_is_hidden(make):
    out = some_lack_it(make, {"FS": 12, "SE": 3, "CM": 15})
    assert out.value.effects[0].notes == ("variance pooled",)
    assert [d.rule for d in out.decisions if d.table == "notes"] == [
        "a note that tells a number of persons, of whom some arm's or level's is hidden"
    ]
    whole = some_lack_it(make, {"FS": 12, "SE": 13, "CM": 15})
    assert len(whole.value.effects[0].notes) == 2


def test_a_note_that_names_the_characteristic_elsewhere_is_withheld_too(make):
    """The weights of a survey rest on it as well; a word that only begins alike is another characteristic."""
    rows = make.everyone(BIG)
    table = [
        make.balance_row("kon", {a: (BIG[a][0] - k, 170) for a, k in zip(ARMS, (12, 3, 15), strict=True)},
                         missing={"FS": 12, "SE": 3, "CM": 15}, pair=pair)
        for pair in PAIRS
    ]  # fmt: skip
    notes = ("covariate kon: 30 persons with no value take the mean", "kontakt: 30 persons with no value")
    inputs = make.inputs(*rows, balance=make.balance(table))
    told = tuple(replace(e, notes=notes) for e in inputs.effects)
    assert protect(replace(inputs, effects=told)).value.effects[0].notes == notes[1:]


def test_notes_on_persons_left_out_go_with_a_number_of_persons_that_is_hidden(make):
    """353 of 355 are known: 352 + 350 persons in a note would tell."""
    cells = {"FS": (350, 60), "SE": (353, 89), "CM": (358, 70)}
    note = "SE − FS: 2 strata of 9 without both arms left out (12 persons)"
    rows = [replace(r, note=note) for r in make.everyone(cells)]
    profile = make.profile(*[make.summary(a, BIG[a][0], 60, month=3) for a in ARMS])
    out = protect(replace(make.inputs(profiles=(profile,)), effects=(make.effects(*rows),)))
    for row in out.value.effects[0].rows:
        lost = "SE" in (row.arm, row.control)
        assert gone(row.n_arm if row.arm == "SE" else row.n_control) == lost
        assert row.note == ("" if lost else note)


# ---------------------------------------------------------------------------------------------- the profile's numbers


def test_what_few_are_is_the_profiles_in_notes_and_in_the_log(make):
    few = POLICIES["strict"]
    assert safe_note("7 persons left out", few) is None
    assert safe_note("7 persons left out", POLICIES["uncleared"]) == "7 persons left out"
    assert safe_note("fewer than 5 persons left out", few) is None
    assert safe_note("fewer than 10 persons left out", few) is not None
    assert safe_note("12 persons left out", few) is not None
    assert safe_note("2 strata with one person in an arm (13 persons)", few) is not None
    assert safe_note("one person in arm SE", few) is None
    told = make.effects(*make.everyone(BIG))
    inputs = replace(make.inputs(profile="strict"), effects=(replace(told, notes=("7 persons left out",)),))
    out = protect(inputs)
    assert out.value.effects[0].notes == ()
    assert [(d.rule, d.count_band) for d in out.decisions if d.table == "notes"] == [
        ("a note that tells a count of 1 to 9", "0 to 9")
    ]


# ------------------------------------------------------------------------------------------------------ single tests


def one_test(make, covariates, count):
    rows = [
        make.balance_row(name, {a: (350, count if (a, name) == ("SE", "kon") else 170) for a in ARMS}, pair=pair)
        for name in covariates
        for pair in PAIRS
    ]
    omnibus = Omnibus(statistic=9.876543, df=9.0, p_value=0.0012345, method="m", p_randomization=0.1234, mc_error=0.01)
    table = replace(make.balance(rows), omnibus=omnibus)
    return omnibus, protect(make.inputs(balance=table)).value.balance.omnibus


@pytest.mark.parametrize("covariates", [("kon",), ("kon", "barn")])
def test_a_test_of_one_or_two_characteristics_is_an_equation_in_a_hidden_share(make, covariates):
    _, found = one_test(make, covariates, 3)
    assert all(gone(getattr(found, k)) for k in ("statistic", "df", "p_value", "p_randomization", "mc_error"))


def test_a_test_of_many_is_coarse_beside_a_hidden_share_and_whole_where_none_is(make):
    many = ("kon", "barn", "alder")
    _, found = one_test(make, many, 3)
    assert gone(found.statistic)
    # none to 0: a reader would take that for less than one in a thousand
    assert (found.p_value, found.p_randomization, found.df) == (0.01, 0.12, 9.0)
    given, found = one_test(make, many, 170)
    assert found == given


def test_a_p_value_is_never_rounded_to_nothing():
    omnibus = Omnibus(statistic=1.0, df=1.0, p_value=0.004, method="m")
    assert round_p(omnibus, ["p_value", "p_randomization"]) == {"p_value": 0.01}
    assert round_p(replace(omnibus, p_value=0.987), ["p_value"]) == {"p_value": 0.99}


def test_a_median_of_half_a_day_says_that_an_even_number_started(make):
    """2 of SE never started; the log says 1 to 4, and half a day would leave 2 or 4."""
    begun = make.starts({"FS": (350, 340), "SE": (355, 353), "CM": (358, 330)})
    halves = replace(begun, rows=tuple(replace(r, median_delay=20.5) for r in begun.rows))
    found = {r.arm: r for r in protect(make.inputs(starts=halves)).value.starts.rows}
    assert gone(found["SE"].started)
    for row in found.values():
        assert row.median_delay == (20.0 if gone(row.started) else 20.5)
    assert found["CM"].median_delay == 20.5


# ------------------------------------------------------------------------------------- one number in several tables


def lost_to_follow_up(make, lost):
    """Outcomes of a plain table: of each arm some are unknown, as the flow says by arm and every effect beside it."""
    rng = np.random.default_rng(1)
    df = pd.DataFrame({"arm": np.repeat(ARMS, 120), "ort": np.tile(np.arange(4).astype(str), 90)})
    df["arbete"] = (rng.random(360) < 0.4).astype(float)
    for arm, k in lost.items():
        df.loc[np.flatnonzero(df["arm"] == arm)[:k], "arbete"] = np.nan
    asked = {
        "outcome": "arbete", "arm": "arm", "control": "FS", "arms": list(ARMS), "month": 15, "clock": "randomisation",
        "strata": "ort",
    }  # fmt: skip
    drawn = {k: v for k, v in asked.items() if k not in ("month", "clock")}
    test = eu.randomization_test(df, **drawn, draws=200, seed=1, distribution=10)
    dated = {"month": 15, "clock": "randomisation"}
    test = replace(
        test,
        rows=tuple(replace(r, **dated) for r in test.rows),
        distribution=tuple(replace(d, **dated) for d in test.distribution),
    )
    n = {a: 120 - lost[a] for a in ARMS}
    flow = make.flow(
        ("asked", 400, {}), ("randomised", 360, dict.fromkeys(ARMS, 120)), ("analysed", sum(n.values()), n),
    )  # fmt: skip
    inputs = make.inputs(
        flow=flow, contamination=contamination(df, **asked), randomization=test,
    )  # fmt: skip
    return protect(replace(inputs, effects=(eu.itt(df, **asked),)))


def numbers_of_persons(out):
    value = out.value
    rows = (*value.effects[0].rows, *value.contamination.rows, *value.randomization.rows)
    return [(row, arm, n) for row in rows for arm, n in ((row.arm, row.n_arm), (row.control, row.n_control))]


def test_who_is_analysed_is_hidden_in_every_table_where_the_flow_hides_it(make):
    """FS lost 3, SE 9, CM 24, 36 in all: SE's number is a complement in the flow, and stands beside each effect."""
    out = lost_to_follow_up(make, {"FS": 3, "SE": 9, "CM": 24})
    stage = next(s for s in out.value.flow.rows if s.name == "analysed")
    hidden = {a for a, n in stage.by_arm.items() if gone(n)}
    assert {"FS", "SE"} <= hidden
    for row, arm, n in numbers_of_persons(out):
        assert gone(n) == (arm in hidden)
        if hidden & {row.arm, row.control}:
            # a share or a difference of shares at full precision has its denominators in it
            assert row.estimate == round(row.estimate, decimals(111))
            assert row.std_error == round(row.std_error, decimals(111))
    assert not any({d.arm, d.control} & hidden for d in out.value.randomization.distribution)
    told = (*out.value.effects[0].notes, *out.value.contamination.notes, *out.value.randomization.notes)
    assert not any("36" in note or "persons" in note for note in told)


def test_who_is_analysed_is_shown_where_nothing_is_small(make):
    out = lost_to_follow_up(make, {"FS": 13, "SE": 9, "CM": 24})
    assert not any(gone(n) for _, _, n in numbers_of_persons(out))
    assert out.value.randomization.distribution
    assert any("46 persons" in note for note in out.value.randomization.notes)


# -------------------------------------------------------------------------------------------------- what registers know


def register(failing, name="tidredovisning", rule=PARTICIPANTS, checked=1063):
    return Finding(
        extract=name, column="LopNr", rule=rule, rows_checked=checked, rows_failing=failing, severity=Severity.NOTE
    )


def found_of(make, *findings, started=(350, 355, 358), read=None, **parts):
    """Of 350, 355 and 358 so many started."""
    begun = make.starts({a: (BIG[a][0], k) for a, k in zip(ARMS, started, strict=True)})
    quality = DataQuality(rows=findings, read=read or {})
    return protect(make.inputs(starts=begun, quality=quality, **parts))


@pytest.mark.parametrize(
    ("started", "without", "shown"),
    [
        # 2 of SE never started, nor 10 and 8 of the others: 20 in all, less 18
        ((340, 353, 350), 20, False),
        # a few more have no row for other reasons: at most 4 of SE, which the log says
        ((340, 353, 350), 16, False),
        ((340, 353, 350), 15, True),
        # a few are not enough to say so many
        ((340, 353, 350), 21, True),
        # nobody's number is hidden
        ((340, 345, 350), 28, True),
        # 1 of each: "fewer than 5" would say that none of the three is 4
        ((349, 354, 357), 3, False),
    ],
)
def test_how_many_a_register_does_not_know_is_a_sum_over_the_arms(make, started, without, shown):
    out = found_of(make, register(without), started=started)
    found = out.value.quality.rows[0]
    assert gone(found.rows_failing) == (not shown)
    assert found.failing_text == (str(without) if shown else "‥")
    assert found.rows_checked == 1063
    logged = [d.cell for d in out.decisions if d.table == "data_quality"]
    assert logged == ([] if shown else [f"tidredovisning, LopNr, {PARTICIPANTS}"])


def test_few_persons_of_a_register_are_few_either_way(make):
    """3 of 1,063 in the register of deaths are 3 deaths; rows that are no persons are banded on the one side alone."""
    rows = [register(1060, "handelser"), register(3, "lisa"), register(12, "lss"), register(1060, "ku", "some rule")]
    out = found_of(make, *rows).value.quality
    assert [f.failing_text for f in out.rows] == ["‥", "fewer than 5", "12", "1060"]
    assert out.rows[1].rows_failing == 1


def test_rows_read_of_a_small_register_are_hidden_and_so_is_what_was_checked_in_it(make):
    findings = (register(2, "handelser", "some rule", 3), register(0, "(all)", "some rule", 900))
    out = found_of(make, *findings, read={"handelser": 3, "lisa": 900, "tom": 0})
    found = out.value.quality
    assert gone(found.read["handelser"])
    assert (found.read["lisa"], found.read["tom"]) == (900, 0)
    assert gone(found.rows[0].rows_checked)
    assert gone(found.rows[0].rows_failing)
    assert not gone(found.rows[1].rows_checked)


def test_few_rows_are_the_profiles_few(make):
    found = found_of(make, register(7, rule="some rule"), register(12, rule="some rule"), profile="strict")
    # "fewer than 5" would be wrong
    assert [f.failing_text for f in found.value.quality.rows] == ["‥", "12"]


@pytest.mark.parametrize(("few", "hidden"), [(3, True), (8, False)])
def test_deaths_that_a_curve_leaves_out_are_not_told_by_the_register_of_deaths(make, few, hidden):
    """8 of FS, 3 of SE and 9 of CM died, SE's are not shown: 20 persons in the register would tell."""
    dead = {"FS": 8, "SE": few, "CM": 9}
    people = trial({a: table({(k, 1): 9 for k in range(1, 13)} | {(6, 2): dead[a]}, n=300) for a in ARMS})
    known = register(900 - sum(dead.values()), "handelser", checked=900)
    inputs = make.inputs(times=(timed(people),), quality=DataQuality(rows=(known,)))
    out = protect(inputs).value
    assert any(gone(r.competing) for r in out.times[0].risk) == hidden
    assert gone(out.quality.rows[0].rows_failing) == hidden
