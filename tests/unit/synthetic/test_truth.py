"""The core proof: the files on disk, read by the rules and nothing else, give truth.json in every cell."""

from __future__ import annotations

from datetime import date

import pytest

pytestmark = pytest.mark.proof

MISTAKES = (
    "swap reversed spells",
    "ignore the era of a code",
    "class of the era of the day",
    "KU without months is a whole year",
    "ignore deaths and moves",
    "every benefit counts",
    "the case instead of the sub-spell",
    "look-alikes are work",
    "regular goes before subsidised",
    "first day does not count",
    "start clock without a fall-back",
    "drop-out day still active",
)


def test_the_files_give_the_truth_in_every_cell(evaluator, extracts):
    cells, sources = evaluator.evaluate(extracts)
    assert cells == evaluator.planted(extracts)
    assert {tuple(r[:3]): r[3:] for r in extracts.truth["source_of_work"]["rows"]} == sources


def test_the_truth_has_every_cell(extracts):
    assert len(extracts.truth["planted"]["rows"]) == 7 * 2 * 25 * 3 * 2 * 2


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_forgotten_rule_shows(evaluator, extracts, mistake):
    assert mistake in evaluator.MISTAKES
    cells, _ = evaluator.evaluate(extracts, mistake)
    assert cells != evaluator.planted(extracts)


@pytest.mark.parametrize(
    "mistake",
    [
        "swap reversed spells",
        "ignore the era of a code",
        "KU without months is a whole year",
        "ignore deaths and moves",
        "look-alikes are work",
    ],
)
def test_it_shows_in_the_main_outcome(evaluator, extracts, mistake):
    cells, _ = evaluator.evaluate(extracts, mistake)
    truth = evaluator.planted(extracts)
    main = [k for k in truth if k[:3] == ("work", "start", 15)]
    assert sum(cells[k][1] for k in main) > sum(truth[k][1] for k in main)


def test_baseline_counts_are_those_of_the_files(evaluator, extracts):
    rows = {r[0]: r[1:] for r in extracts.truth["baseline"]["rows"]}
    found = {name: [0, 0, 0] for name in rows}
    prefixes = {"F3": "forstamning", "F4": "neuros_stress", "F6": "personlighet", "F7": "utvecklingsstorning"}
    prefixes |= {"F8": "psykisk_utveckling", "F9": "beteende"}
    for p in extracts.people:
        drawn = evaluator.day_of(p["lottningsdatum"])
        arm = ("FS", "SE", "CM").index(p["arm"])
        lisa = extracts.lisa[drawn.year - 1][p["lopnr"]]
        snapshots = [r for r in extracts.lss[p["lopnr"]] if evaluator.day_of(r["matdatum"]) < drawn]
        year = drawn.year if drawn > date(drawn.year, 10, 1) else drawn.year - 1
        last = [r for r in snapshots if r["matdatum"].startswith(str(year))]
        day = (drawn.toordinal() - 1) and date.fromordinal(drawn.toordinal() - 1)
        codes = {
            r["diagnos1_kod"]
            for r in extracts.fk[p["lopnr"]]
            if evaluator.day_of(r["del_from_datum"]) <= day <= (evaluator.day_of(r["del_tom_datum"]) or date.max)
        }
        assert len(codes) == 1, "one diagnosis the day before randomisation"
        code = codes.pop()
        if code is None:
            diagnosis = "okand"
        elif code == "F99" or (code[0] == "F" and code[:2] not in prefixes):
            diagnosis = "annan_psykisk"
        else:
            diagnosis = prefixes.get(code[:2], "ej_psykisk")
        found["n"][arm] += 1
        found["alder_sum"][arm] += drawn.year - int(lisa["fodelsear"])
        found["loneinkomst_sum"][arm] += int(lisa["loneink"])
        found["kon_kvinna"][arm] += lisa["kon"] == "2"
        found["barn"][arm] += any(lisa[b] != "0" for b in ("barn0_3", "barn4_6", "barn7_10", "barn11_15", "barn16_17"))
        found["utrikes_fodd"][arm] += lisa["utlsvbakg"] == "11"
        found["gymnasium"][arm] += lisa["sun2000niva_old"] in ("3", "4")
        found["lss_beslut"][arm] += bool(last)
        found["daglig_verksamhet_med"][arm] += any(r["p10"] == "1" for r in last)
        found["daglig_verksamhet_any_before"][arm] += any(r["p10"] == "1" for r in snapshots)
        found["bostad_lss"][arm] += any(r["p9"] == "1" for r in last)
        found[f"diagnos_{diagnosis}"][arm] += 1
    assert found == rows


def test_receipt_and_answers_are_those_of_the_files(evaluator, extracts):
    truth = extracts.truth
    assert evaluator.receipt(extracts) == {(p, a): counts for p, a, *counts in truth["receipt"]["rows"]}
    assert evaluator.survey(extracts) == {(i, w, a): c[:3] for i, w, a, *c in truth["survey"]["rows"]}
    assert (len(truth["receipt"]["rows"]), len(truth["survey"]["rows"])) == (9, 27)


def test_every_rule_of_receipt_and_answers_shows(evaluator, extracts):
    right = (evaluator.receipt(extracts), evaluator.survey(extracts))
    for mistake in evaluator.OTHER_MISTAKES:
        assert (evaluator.receipt(extracts, mistake), evaluator.survey(extracts, mistake)) != right, mistake
