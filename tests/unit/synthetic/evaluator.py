"""A second evaluator of the demonstration: files on disk, plain dates, one person and one day at a time.

Written from the rules in ``effektutv.synthetic.write_demo``' docstring and METHODS.md, with its own table of codes. It shares
nothing with the package: no SQL, no schemas, no code lists, no month arithmetic.
"""

from __future__ import annotations

import calendar
import csv
import json
import re
from collections import defaultdict
from datetime import date
from pathlib import Path
from statistics import median

CUTOFF = date(2017, 12, 31)
INTERVENTIONS_END = date(2016, 12, 31)
ALWAYS, NEVER = date.min, date.max
#: Code → class, first and last day on which a spell may begin.
CODES = {
    **dict.fromkeys(("38", "39", "42", "43", "58"), ("support", ALWAYS, NEVER)),
    "56": ("support", ALWAYS, date(2014, 12, 31)),
    **dict.fromkeys(("33", "36", "40", "45", "49", "78"), ("other", ALWAYS, NEVER)),
    **dict.fromkeys(("47", "48"), ("other", date(2015, 8, 1), NEVER)),
    "50": ("other", date(2017, 3, 1), NEVER),
    "51": ("other", date(2015, 11, 1), NEVER),
    **dict.fromkeys(("31", "35", "41"), ("regular", ALWAYS, NEVER)),
}
CLOCKS = ("randomisation", "start")
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


def rows_of(path: Path) -> list[dict[str, str | None]]:
    """Rows of a delivery by bare lower-case column; empty and ``*`` are missing."""
    with path.open(encoding="cp1252", newline="") as handle:
        table = csv.reader(handle, delimiter=";")
        header = [re.sub(r"^P\d+_", "", name).lower() for name in next(table)]
        return [{k: None if v in ("", "*") else v for k, v in zip(header, row, strict=True)} for row in table]


def day_of(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def months_later(day: date, k: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + k, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


class Extracts:
    """The extracts of one demonstration, by person."""

    def __init__(self, folder: Path) -> None:
        self.truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        extracts = folder / "extracts"
        self.people = [r for r in rows_of(extracts / "lottningsenkat.csv") if r["samtycke"] == "1"]
        ids = {r["lopnr"] for r in self.people}

        def by_person(name: str) -> dict[str, list[dict[str, str | None]]]:
            found = defaultdict(list)
            for path in sorted(extracts.glob(name)):
                for row in rows_of(path):
                    serial = row.get("lopnr") or row.get("lopnr_personnr")
                    if serial in ids:
                        found[serial].append(row)
            return found

        self.af = by_person("af_sokatper.csv")
        self.ku = by_person("scb_ku_*.csv")
        self.fk = by_person("fk_midas.csv")
        self.studies = by_person("studier.csv")
        self.events = by_person("scb_rtb_handelser.csv")
        self.lss = by_person("sos_lss.csv")
        self.registered = by_person("af_insper.csv")
        self.time = by_person("tidredovisning.csv")
        self.answers = by_person("deltagarenkat.csv")
        self.lisa = {
            year: {
                r["lopnr_personnr"]: r for r in rows_of(extracts / f"Individ_{year}.csv") if r["lopnr_personnr"] in ids
            }
            for year in range(2012, 2017)
        }


def _af_spells(rows, mistake):
    for row in rows:
        first, last = day_of(row["inskadm"]), day_of(row["utskadm"]) or CUTOFF
        if last < first:
            if mistake != "swap reversed spells":
                continue
            first, last = last, first
        kind, since, until = CODES.get(row["skat"], ("", ALWAYS, NEVER))
        if mistake == "look-alikes are work" and row["skat"] in ("21", "22", "23", "34", "46"):
            kind = "regular"
        if not since <= first <= until and mistake != "ignore the era of a code":
            continue
        if mistake == "class of the era of the day":
            last = min(last, until)
        if kind:
            yield first, last, kind


def _ku_spells(rows, mistake):
    for row in rows:
        year, low, high = int(row["ar"]), row["fromman"], row["tomman"]
        if low is None or high is None:
            if mistake != "KU without months is a whole year":
                continue
            low, high = 1, 12
        last = calendar.monthrange(year, int(high))[1]
        yield date(year, int(low), 1), date(year, int(high), last)


def _benefit_spells(rows, mistake):
    for row in rows:
        if row["forman_kod"] not in ("AE", "SJ") and mistake != "every benefit counts":
            continue
        unit = "fall" if mistake == "the case instead of the sub-spell" else "del"
        first, last = day_of(row[f"{unit}_from_datum"]), day_of(row[f"{unit}_tom_datum"]) or CUTOFF
        if last >= first:
            yield first, last


def _studies_spells(rows, mistake):
    for row in rows:
        first, last = day_of(row["from"]), day_of(row["tom"]) or CUTOFF
        if last < first:
            if mistake != "swap reversed spells":
                continue
            first, last = last, first
        yield first, last


def _away(rows):
    """The day of death, and the spells abroad."""
    death, abroad, left = NEVER, [], None
    for row in sorted(rows, key=lambda r: r["datum"]):
        day = day_of(row["datum"])
        if row["händelse"] == "död":
            death = min(death, day)
        elif row["händelse"] == "utvandring":
            left = left or day
        elif left:
            abroad.append((left, day))
            left = None
    return death, [*abroad, (left, NEVER)] if left else abroad


def _groups(x: Extracts, person):
    """Sex from LISA of the year before; daily activities from the last snapshot before randomisation."""
    drawn = day_of(person["lottningsdatum"])
    kon = {"1": "man", "2": "kvinna"}[x.lisa[drawn.year - 1][person["lopnr"]]["kon"]]
    year = drawn.year if drawn > date(drawn.year, 10, 1) else drawn.year - 1
    rows = [r for r in x.lss[person["lopnr"]] if r["matdatum"] == f"{year}-10-01"]
    return kon, "med" if any(r["p10"] == "1" for r in rows) else "utan"


def _zeros(x: Extracts, mistake):
    delays = defaultdict(list)
    for p in x.people:
        if p["insatsstart"]:
            delays[p["stratum"]].append((day_of(p["insatsstart"]) - day_of(p["lottningsdatum"])).days)
    zeros = {}
    for p in x.people:
        drawn = day_of(p["lottningsdatum"])
        start = day_of(p["insatsstart"])
        if start is None:
            wait = 0 if mistake == "start clock without a fall-back" else int(median(delays[p["stratum"]]) // 1)
            start = date.fromordinal(drawn.toordinal() + wait)
        zeros[p["lopnr"]] = {"randomisation": drawn, "start": start}
    return zeros


def evaluate(x: Extracts, mistake: str = "") -> tuple[dict[tuple, list[int]], dict[tuple, list[int]]]:
    """Every cell's persons observed and in the state, and the sources of work at month 15; one rule may be forgotten."""
    cells: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    sources: dict[tuple, list[int]] = defaultdict(lambda: [0, 0, 0])
    zeros = _zeros(x, mistake)
    for p in x.people:
        serial = p["lopnr"]
        kon, daily = _groups(x, p)
        af = list(_af_spells(x.af[serial], mistake))
        ku = list(_ku_spells(x.ku[serial], mistake))
        benefit = list(_benefit_spells(x.fk[serial], mistake))
        studies = list(_studies_spells(x.studies[serial], mistake))
        death, abroad = _away(x.events[serial])
        if mistake == "ignore deaths and moves":
            death, abroad = NEVER, []
        start, left = day_of(p["insatsstart"]), day_of(p["avhopp"]) or NEVER
        if mistake == "drop-out day still active" and left < NEVER:
            left = date.fromordinal(left.toordinal() + 1)

        def covers(spell, day):
            return (spell[0] < day if mistake == "first day does not count" else spell[0] <= day) and day <= spell[1]

        for clock in CLOCKS:
            for k in range(25):
                day = months_later(zeros[serial][clock], k)
                here = day < death and not any(a <= day < b for a, b in abroad)
                kinds = {s[2] for s in af if covers(s, day)} if here else set()
                stated = here and any(covers(s, day) for s in ku)
                support = "support" in kinds
                other = "other" in kinds and not support
                regular = ("regular" in kinds or stated) and not support and not other
                if mistake == "regular goes before subsidised" and ("regular" in kinds or stated):
                    support, other, regular = False, False, True
                active = start is not None and start <= day < min(left, death) and day <= INTERVENTIONS_END
                seen = day <= CUTOFF
                for state, holds, observed in (
                    ("work", support or other or regular, seen),
                    ("work_with_support", support, seen),
                    ("work_other_subsidised", other, seen),
                    ("work_regular", regular, seen),
                    ("studies", day < death and any(covers(s, day) for s in studies), seen),
                    ("benefit", day < death and any(covers(s, day) for s in benefit), seen),
                    ("active", active, True),
                ):
                    if observed:
                        cell = cells[state, clock, k, p["arm"], kon, daily]
                        cell[0] += 1
                        cell[1] += bool(holds)
                if k == 15 and seen and (kinds or stated):
                    sources[clock, k, p["arm"]][2 if kinds and stated else 1 if stated else 0] += 1
    return dict(cells), dict(sources)


def planted(x: Extracts) -> dict[tuple, list[int]]:
    """The truth's cells; those with nobody in them are left out."""
    return {tuple(row[:6]): row[6:] for row in x.truth["planted"]["rows"] if row[6]}


def events_by(x: Extracts, state: str, clock: str, month: int, *keys: str) -> dict[tuple, tuple[int, int]]:
    """Persons and events of the truth, summed by some of arm, kon and daglig_verksamhet."""
    columns = x.truth["planted"]["columns"]
    sums: dict[tuple, list[int]] = defaultdict(lambda: [0, 0])
    for row in x.truth["planted"]["rows"]:
        r = dict(zip(columns, row, strict=True))
        if (r["state"], r["clock"], r["month"]) == (state, clock, month):
            cell = sums[tuple(r[k] for k in keys)]
            cell[0] += r["n"]
            cell[1] += r["events"]
    return {k: (v[0], v[1]) for k, v in sums.items()}


#: Rules of receipt and of the survey that may be forgotten, one at a time.
OTHER_MISTAKES = (
    "reversed SIUS counts",
    "SIUS before randomisation counts",
    "SIUS after the interventions counts",
    "hours before randomisation count",
    "hours after the interventions count",
    "hours of none count",
    "only the own arm's programme",
    "answers before randomisation count",
)


def receipt(x: Extracts, mistake: str = "") -> dict[tuple[str, str], list[int]]:
    """Persons, and persons who received the programme, by programme and arm."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for p in x.people:
        drawn, serial = day_of(p["lottningsdatum"]), p["lopnr"]
        sius = False
        for r in x.registered[serial]:
            first, last = day_of(r["sius_from_datum"]), day_of(r["sius_tom_datum"]) or NEVER
            if first is None or (last < first and mistake != "reversed SIUS counts"):
                continue
            early = last < drawn and mistake not in ("SIUS before randomisation counts", "reversed SIUS counts")
            late = first > INTERVENTIONS_END and mistake != "SIUS after the interventions counts"
            sius |= not early and not late
        months = range(
            0 if mistake == "hours before randomisation count" else drawn.year * 100 + drawn.month,
            300000 if mistake == "hours after the interventions count" else 201613,
        )
        case = any(
            r["aktor"] == "CM"
            and int(r["manad"]) in months
            and (float(r["timmar"].replace(",", ".")) > 0 or mistake == "hours of none count")
            for r in x.time[serial]
        )
        got = {"FS": p["arm"] == "FS" and p["insatsstart"] is not None, "SE": sius, "CM": case}
        for programme, received in got.items():
            if mistake == "only the own arm's programme":
                received &= p["arm"] == programme
            cell = found[programme, p["arm"]]
            cell[0] += 1
            cell[1] += received
    return dict(found)


def survey(x: Extracts, mistake: str = "") -> dict[tuple[str, int, str], list[int]]:
    """Persons, answers and their sum by item, wave and arm."""
    found: dict[tuple[str, int, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for p in x.people:
        by_wave = {int(r["våg"]): r for r in x.answers[p["lopnr"]]}
        for item in ("halsa", "livskvalitet", "vill_arbeta"):
            for wave in (1, 2, 3):
                row = by_wave.get(wave)
                cell = found[item, wave, p["arm"]]
                cell[0] += 1
                if row is None or row[item] is None:
                    continue
                if row["svarsdatum"] < p["lottningsdatum"] and mistake != "answers before randomisation count":
                    continue
                cell[1] += 1
                cell[2] += int(row[item])
    return dict(found)
