"""What cannot be true together: half a draw, impossible orders of days, registers that know nobody."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import effektutv as eu
from effektutv.cohort import contradictions, known_spans
from effektutv.reporting.wording.notes import advice_in_language, rule_in_language
from effektutv.reporting.wording.words import Words
from effektutv.results.data_quality import SOME_COVERED
from effektutv.study import Study

sys.path.insert(0, str(Path(__file__).parent))
from register_studies import AF, KU, KU_LINE, filling, found, months, person, write

HALF = "both or neither: arm and day of randomisation"


@pytest.mark.parametrize("half", [person("B", None), person("B", "2015-03-01", None)], ids=["no day", "no arm"])
def test_half_a_draw_is_an_error(tmp_path, half):
    """RG06: whoever consented and has an arm without a day, or a day without an arm, was randomised."""
    study = write(tmp_path, [*filling(), person("A", "2015-01-15"), half])
    assert ("ERROR", "assignment", "arm, lottningsdatum", HALF, 1) in found(study, "assignment")
    with pytest.raises(eu.ExtractError, match=f"{HALF}: fewer than 5 of 8 rows"):
        eu.load(study)


def test_who_consented_and_was_never_drawn_is_no_error(tmp_path):
    """RG06: neither arm nor day is the one way to have consented and not been randomised."""
    study = write(tmp_path, [*filling(), person("B", None, None)])
    assert not [f for f in found(study, "assignment") if f[0] != "NOTE"]
    assert {s.name: s.n for s in eu.load(study).flow().rows}["randomised"] == 6


@pytest.mark.parametrize(
    ("odd", "rule", "severity"),
    [
        (person("B", "2015-03-01", consent=0), "no arm and no day of randomisation without consent", "WARNING"),
        (
            person("B", None, None, start="2015-03-01"),
            "no start and no drop-out of whoever was not randomised",
            "WARNING",
        ),
        (person("B", "2015-03-01", probability="0"), "probability between 0 and 1", "WARNING"),
        (person("B", "2015-03-01", probability="1"), "probability between 0 and 1", "WARNING"),
        (person("B", "2015-03-01", consent=""), "required: never missing", "ERROR"),
        (person("B", "2015-03-01", left="2015-02-01"), "order: drop-out not before randomisation", "WARNING"),
        (person("B", "2016-12-01", start="2017-01-03"), "order: start not after the interventions' end", "WARNING"),
    ],
)
def test_other_halves_of_facts(tmp_path, odd, rule, severity):
    """RG06, RG07: the neighbours on the randomisation form."""
    rows = found(write(tmp_path, [*filling(), odd]), "assignment")
    assert [(f[0], f[3], f[4]) for f in rows if f[0] != "NOTE"] == [(severity, rule, 1)]


def test_a_probability_that_is_used_may_not_be_0_or_1(tmp_path):
    """RG06: where the study weighs by it, it stops the run."""
    weighs = ('strata = "stratum"', 'strata = "stratum", probability = "sannolikhet", estimator = "ipw"')
    study = write(tmp_path, [*filling(), person("B", "2015-03-01", probability="1")], change=[weighs])
    with pytest.raises(eu.ExtractError, match="probability between 0 and 1"):
        eu.load(study)


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        (person("B", "2015-03-01", stratum=""), "no stratum"),
        (person("B", "2015-03-01", start="2015-02-01"), "before randomisation"),
    ],
)
def test_halves_that_stop_the_link(tmp_path, odd, message):
    """RG06: a stratum that is missing, a start before randomisation."""
    with pytest.raises(eu.ExtractError, match=message):
        eu.load(write(tmp_path, [*filling(), odd]))


def test_orders_that_cannot_be(tmp_path):
    """RG07: dead before randomisation is an error; a drop-out before the start, and a draw after every cut-off, are warnings."""
    people = [
        *filling(), person("B", "2015-06-01"), person("C", "2015-06-01", start="2015-07-01", left="2015-06-15"),
        person("D", "2018-06-01"),
    ]  # fmt: skip
    study = write(tmp_path, people, ev=[("B", "död", "2014-06-01")])
    rows = [f for f in found(study, "assignment", "scb_handelser") if f[0] != "NOTE" and "coverage" not in f[3]]
    assert rows == [
        ("WARNING", "assignment", "insatsstart, avhopp", "order: drop-out not before the start", 1),
        ("WARNING", "assignment", "lottningsdatum", "order: randomised before the sources of outcomes end", 1),
        ("ERROR", "scb_handelser", "datum", "order: death not before randomisation", 1),
    ]
    with pytest.raises(eu.ExtractError, match="nobody dead was randomised"):
        eu.load(study)


def test_lives_across_registers(tmp_path):
    """RG07: birth, age, death and moves against every register."""
    people = [*filling(), *(person(x, "2015-06-01") for x in "ABC")]
    lisa = [(p[0], 2014, 1, 1990, None, 5) for p in people[:-3]]
    lisa += [
        ("A", 2014, 1, 2015, None, 5),
        ("B", 2014, 1, 1930, None, 5),
        ("C", 2013, 1, 1990, None, 5),
        ("C", 2014, 1, 1991, None, 5),
    ]
    study = write(
        tmp_path, people, lisa=lisa, hours=[("C", "201505", "CM", 2), ("C", "201506", "CM", 2), ("C", "201701", "CM", 2)],
        af=[*AF, ("C", "1988-01-01", "1989-01-01", "11"), ("C", "2016-06-01", "2016-07-01", "11")],
        ku=[*KU, ("C", 2017, "F", 1, 2, 5)],
        ev=[("C", "död", "2016-05-01"), ("C", "utvandring", "2016-05-03"), ("A", "utvandring", "2015-01-01"),
            ("B", "utvandring", "2015-01-01"), ("B", "invandring", "2015-05-01")],
        change=[(KU_LINE, f'{KU_LINE}\nscb_lisa = {{ path = "lisa.csv" }}\ntidredovisning = {{ path = "hours.csv" }}')],
    )  # fmt: skip
    rows = {(f[0], f[1], f[3]): f[4] for f in found(study) if f[3].startswith(("order", "age", "the same"))}
    assert rows == {
        ("WARNING", "scb_handelser", "order: no event after death"): 1,
        ("WARNING", "scb_handelser", "order: not abroad when randomised"): 1,
        ("WARNING", "scb_lisa", "age at randomisation: 15 to 80"): 2,
        ("WARNING", "scb_lisa", "the same year of birth in every year"): 1,
        ("NOTE", "tidredovisning", "order: no report before the month of randomisation"): 1,
        ("NOTE", "tidredovisning", "order: no report after the interventions' end"): 1,
        ("WARNING", "af_sokandekategori", "order: nothing before birth"): 1,
        ("NOTE", "af_sokandekategori", "order: nothing begins after death"): 1,
        ("WARNING", "scb_lisa", "order: nothing before birth"): 1,
        ("NOTE", "scb_ku", "order: nothing begins after death"): 1,
    }


def test_nobody_is_randomised_before_birth(tmp_path):
    """RG07: a year of birth after that of the draw is an error of linkage."""
    lisa = [(p[0], 2014, 1, 2016 if p[0] == "F0" else 1990, None, 5) for p in filling()]
    study = write(tmp_path, filling(), lisa=lisa, change=[(KU_LINE, f'{KU_LINE}\nscb_lisa = {{ path = "lisa.csv" }}')])
    with pytest.raises(eu.ExtractError, match="order: born before randomisation: fewer than 5"):
        eu.load(study)


@pytest.mark.parametrize("order", [1, -1], ids=["out first", "in first"])
def test_out_and_in_on_one_day_is_not_away(tmp_path, order):
    """RG09: in either order of the file; counted."""
    events = [
        (x, e, d)
        for x, last in (("A", "01"), ("B", "02"))
        for e, d in (("utvandring", "2015-06-01"), ("invandring", f"2015-06-{last}"))
    ]
    study = write(
        tmp_path, [*filling(), person("A", "2015-01-15"), person("B", "2015-01-15")], ev=events[::order],
        af=[*AF, *((x, "2015-01-01", "2017-12-31", "31") for x in "AB")],
    )  # fmt: skip
    assert months(study, "A")[0] == months(study, "B")[0] == list(range(25))
    assert ("NOTE", "scb_handelser", "datum", "out and in on the same day", 1) in found(study)


@pytest.mark.parametrize(
    ("file", "register", "change"),
    [
        ("af", "af_sokandekategori", ()),
        ("ku", "scb_ku", ()),
        ("spells", "studier", [
            (KU_LINE, f'{KU_LINE}\nstudier = {{ path = "spells.csv", cutoff = 2017-12-31 }}'),
            ("month = 15", 'month = 15\n[[outcomes]]\nname = "s"\nlabel = { sv = "s", en = "s" }\nstate = "studies"\nmonth = 15'),
        ]),
    ],
)  # fmt: skip
def test_a_register_of_an_outcome_that_knows_nobody_stops_the_run(tmp_path, file, register, change):
    """RG05: as an empty file does, of any outcome; the numbers may be those of another delivery."""
    rows = {"af": AF, "ku": KU, "spells": [("F0", "2015-01-01", "2015-02-01", "komvux")]}[file]
    files = {file: [("X" + row[0], *row[1:]) for row in rows]}
    study = write(tmp_path, filling(), **files, change=change)
    assert ("ERROR", register, "LopNr", "participants without a row", 6) in found(study, register)
    with pytest.raises(eu.ExtractError, match="another delivery"):
        eu.load(study)
    # what no outcome is made of may know nobody
    assert ("WARNING", "sos_lss", "LopNr", "participants without a row", 6) in found(
        write(tmp_path, filling(), lss=[("X", "2014-10-01", 0, 0)]), "sos_lss"
    )


def test_every_rule_is_told_in_swedish(tmp_path):
    """RG07: each new rule and advice has its words."""
    study = Study.from_toml(write(tmp_path, filling()))
    rules = [
        *contradictions._form_rules(study), *contradictions._event_rules(), *contradictions._birth_rules(),
        *contradictions._report_rules(study), *contradictions._era_rules(study),
        *contradictions._pay_rules("scb_ku", "kontbrutto"),
    ]  # fmt: skip
    words = Words("sv")
    texts = {r.rule: r.advice for r in rules} | dict(known_spans.ADVICE_OF)
    texts[SOME_COVERED] = "every row is later than the cut-off: correct cutoff in the study file"
    for rule, advice in texts.items():
        assert rule_in_language(rule, words) not in (rule, words("rule_other")), rule
        assert advice_in_language(advice, words) != advice, advice
        assert rule_in_language(rule, Words("en")) == rule
        assert advice_in_language(advice, Words("en")) == advice
