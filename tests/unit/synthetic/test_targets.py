"""What the demonstration is built to show comes out: published figures, and sensible ones around them."""

from __future__ import annotations

import pytest

from effektutv.synthetic.targets import apportion

ARMS = ("FS", "SE", "CM")
A1 = {
    "kon_kvinna": 0.48,
    "barn": 0.14,
    "utrikes_fodd": 0.09,
    "gymnasium": 0.43,
    "lss_beslut": 0.30,
    "daglig_verksamhet_med": 0.21,
    "bostad_lss": 0.09,
    "diagnos_forstamning": 0.09,
    "diagnos_neuros_stress": 0.11,
    "diagnos_personlighet": 0.05,
    "diagnos_utvecklingsstorning": 0.18,
    "diagnos_psykisk_utveckling": 0.20,
    "diagnos_beteende": 0.18,
    "diagnos_annan_psykisk": 0.05,
    "diagnos_ej_psykisk": 0.10,
    "diagnos_okand": 0.05,
}


@pytest.fixture(scope="session")
def share(evaluator, extracts):
    def of(state, *keys, clock="start", month=15):
        found = evaluator.events_by(extracts, state, clock, month, *keys)
        return {k if len(k) > 1 else k[0]: e / n for k, (n, e) in found.items()}

    return of


def test_flow(extracts):
    truth = extracts.truth
    assert truth["participants"] == len(extracts.people) == 1063
    assert truth["declined"] == 79
    assert sorted(a["n"] for a in truth["arms"].values()) == [354, 354, 355]
    assert len(truth["strata"]) == 26


def test_published_shares_in_work(share):
    found = share("work", "arm")
    assert {arm: round(100 * found[arm]) for arm in ARMS} == {"FS": 18, "SE": 26, "CM": 20}


def test_difference_is_employment_with_support(share):
    support = share("work_with_support", "arm")
    assert round(100 * (support["SE"] - support["FS"])) == 8


def test_men_carry_the_effect(share):
    found = share("work", "arm", "kon")
    women = [found[arm, "kvinna"] for arm in ARMS]
    assert max(women) - min(women) < 0.01
    assert found["SE", "man"] - found["FS", "man"] > 0.12


def test_effect_is_alike_with_and_without_daily_activities(share):
    found = share("work", "arm", "daglig_verksamhet")
    effects = [found["SE", d] - found["FS", d] for d in ("utan", "med")]
    assert abs(effects[0] - effects[1]) < 0.03
    assert found["FS", "med"] < found["FS", "utan"]


def test_curves_rise_from_nothing(share):
    for arm in ARMS:
        curve = [share("work", "arm", month=k)[arm] for k in range(25)]
        assert curve[0] < 0.02
        assert curve[3] < curve[8] < curve[15]
        assert max(curve) < 0.35
        assert min(curve[15:]) > 0.10


def test_classes_are_exclusive_and_make_up_work(extracts):
    by_state = {s: {} for s in ("work", "work_with_support", "work_other_subsidised", "work_regular")}
    for state, *cell, _, events in extracts.truth["planted"]["rows"]:
        if state in by_state:
            by_state[state][tuple(cell)] = events
    total, *parts = by_state.values()
    assert all(total[c] == sum(p[c] for p in parts) for c in total)


def test_af_sees_supported_employment_longer(extracts):
    rows = {r[2]: r[3:] for r in extracts.truth["source_of_work"]["rows"] if r[0] == "start"}
    ku_only = {arm: rows[arm][1] / sum(rows[arm]) for arm in ARMS}
    assert ku_only["SE"] < min(ku_only["FS"], ku_only["CM"])
    assert all(min(r) > 0 for r in rows.values())


def test_some_receive_another_programme_and_some_never_start(extracts):
    share = {(p, a): got / n for p, a, n, got in extracts.truth["receipt"]["rows"]}
    for arm in ARMS:
        assert 0.9 < share[arm, arm] < 1
    assert share["FS", "SE"] == share["FS", "CM"] == 0
    for programme, arm in (("SE", "FS"), ("SE", "CM"), ("CM", "FS"), ("CM", "SE")):
        assert 0.01 < share[programme, arm] < 0.05


def test_respondents_are_not_like_everyone(extracts):
    """Response differs by arm and goes with the answer: those who answer in FS are better off than everyone in FS."""
    rows = {(w, a): r for i, w, a, *r in extracts.truth["survey"]["rows"] if i == "livskvalitet"}
    for wave, low, high in ((1, 0.70, 0.82), (2, 0.58, 0.68), (3, 0.44, 0.54)):
        assert all(low < rows[wave, arm][1] / rows[wave, arm][0] < high for arm in ARMS)
    n, answered, total, everyone = rows[2, "FS"]
    assert total / answered - everyone / n > 0.04
    mean = {arm: rows[2, arm][3] / rows[2, arm][0] for arm in ARMS}
    assert mean["SE"] - mean["FS"] > 0.15


def test_table_a1(extracts):
    rows = {r[0]: sum(r[1:]) for r in extracts.truth["baseline"]["rows"]}
    assert {k: round(rows[k] / 1063, 2) for k in A1} == A1
    assert round(rows["alder_sum"] / 1063, 1) == 24.8


def test_start_leaves_room_for_month_15(evaluator, extracts):
    zeros = evaluator._zeros(extracts, "")
    assert max(evaluator.months_later(z["start"], 15) for z in zeros.values()) <= evaluator.CUTOFF
    assert any(p["insatsstart"] is None for p in extracts.people)


@pytest.mark.parametrize(
    ("weights", "total", "caps", "expected"),
    [
        ([1, 1, 1], 10, None, [4, 3, 3]),
        ([0.5, 0.25, 0.25], 4, None, [2, 1, 1]),
        ([3, 1], 8, [4, 9], [4, 4]),
        ([3, 1], 8, [2, 3], [2, 3]),
        ([0, 0], 0, None, [0, 0]),
    ],
)
def test_apportion(weights, total, caps, expected):
    import numpy as np

    limits = None if caps is None else np.array(caps)
    assert apportion(np.array(weights, dtype=float), total, limits).tolist() == expected
