"""Hand-made deliveries for the cases on registers: each file's rows, written as an owner would, and a study of them."""

from __future__ import annotations

import csv
from itertools import count

import effektutv as eu
from effektutv.commands.check.check import check

_BOTH = '{{ sv = "{0}", en = "{0}" }}'
_ARMS = ", ".join(
    f"{{ code = '{a}', label = {_BOTH.format(a)}{', control = true' if a == 'FS' else ''} }}"
    for a in ("FS", "SE", "CM")
)
STUDY = f"""
study = {{ name = 'h', title = {_BOTH.format("h")}, synthetic = true, horizon = 24 }}
arms = [{_ARMS}]
design = {{ strata = "stratum" }}
time_zero = {{ clock = "randomisation", fallback = "stratum_median_delay", interventions_end = 2016-12-31 }}
[registers]
assignment = {{ path = "lott.csv" }}
af_sokandekategori = {{ path = "af.csv", cutoff = 2017-12-31 }}
scb_ku = {{ path = "ku.csv", cutoff = 2017-12-31 }}
scb_handelser = {{ path = "ev.csv", cutoff = 2018-12-31 }}
sos_lss = {{ path = "lss.csv" }}
[work]
ku_months_missing = "none"
[[covariates]]
name = "dv"
label = {_BOTH.format("dv")}
register = "sos_lss"
column = "p10"
measure = "equals"
values = ["1"]
absent = 0
baseline = "last_before"
[[outcomes]]
name = "arbete"
label = {_BOTH.format("a")}
role = "primary"
state = "work"
month = 15
"""
KU_LINE = 'scb_ku = { path = "ku.csv", cutoff = 2017-12-31 }'
HEADS = {
    "lott": "LopNr arm lottningsdatum insatsstart samtycke kommun Projektområde stratum sannolikhet avhopp behandlare",
    "af": "LopNr inskadm utskadm skat",
    "ku": "LopNr Ar LopNr_PeOrgNr FromMan TomMan KontBrutto",
    "agi": "LopNr PERIOD LopNr_PeOrgNr KONTANT_ERSATTNING_ULAG_AG",
    "ev": "LopNr Händelse datum",
    "lss": "LopNr matdatum p10 p9",
    "lisa": "LopNr Ar Kon FodelseAr SyssStat11 LoneInk",
    "hours": "LopNr manad aktor timmar",
    "spells": "LopNr from tom slag",
}
#: A jobseeker's spells of six persons, and one control statement.
AF = [(f"F{i}", "2015-01-01", "2015-05-01", "11") for i in range(6)]
KU = [("F0", 2015, "F", 1, 2, 5)]
_folder = count()


def person(number, drawn, arm="SE", *, start=None, left=None, consent=1, probability="0,333", stratum="1284"):
    """One row of the randomisation form."""
    return (number, arm, drawn, start, consent, "1284", "X", stratum, probability, left, None)


def filling(drawn="2015-03-10"):
    """Six persons, two in each arm, who start ten days later."""
    return [person(f"F{i}", drawn, ("FS", "SE", "CM")[i % 3], start=drawn[:8] + "20") for i in range(6)]


def write(folder, people, *, change=(), heads=None, **files):
    """Write a delivery into a new folder, and return its study file; ``change`` are pairs of texts of the study."""
    place = folder / f"d{next(_folder)}"
    place.mkdir()
    rows = {"lott": people, "af": AF, "ku": KU, "ev": (), "lss": [("F0", "2014-10-01", 0, 0)], **files}
    for name, table in rows.items():
        with (place / f"{name}.csv").open("w", encoding="cp1252", newline="") as handle:
            csv.writer(handle, delimiter=";").writerows([((heads or {}).get(name) or HEADS[name]).split(), *table])
    text = STUDY
    for old, new in change:
        assert old in text, old
        text = text.replace(old, new)
    (place / "study.toml").write_text(text, encoding="utf-8")
    return place / "study.toml"


def without(head, *columns):
    """A header without some columns, and their places in a row."""
    names = HEADS[head].split()
    kept = [i for i, name in enumerate(names) if name not in columns]
    return " ".join(names[i] for i in kept), kept


def found(study, *registers):
    """Severity, register, column, rule and count of each finding, but for those on what was not delivered."""
    rows = (r for r in check(study).rows if not registers or r.extract in registers)
    return [
        (r.severity.name, r.extract, r.column, r.rule, r.rows_failing) for r in rows if "not delivered" not in r.rule
    ]


def months(study, who, state="work"):
    """The months in which somebody is in a state, and those in which that is known."""
    trial = eu.load(study)
    masks = trial._cohort.masks["randomisation"]
    lines = (study.parent / "lott.csv").read_text("cp1252").splitlines()[1:]
    row = sorted(line.split(";")[0] for line in lines).index(who)
    pair = masks.states[state], masks.observed[state]
    return [[k for k in range(25) if int(mask[row]) >> k & 1] for mask in pair]
