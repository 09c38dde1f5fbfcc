"""Writes a demonstration: synthetic register extracts with a known truth.

The rules by which the extracts give exactly ``truth.json``, whoever evaluates them:

- Month *k* is the day *k* calendar months after time zero, clipped to the month's end. Time zero is the day of randomisation, or
  on the start clock the day the person's intervention started; who never started takes randomisation plus the floor of the
  median delay (days) of the stratum's starters in all arms.
- A spell qualifies at *k* if it covers that day, both ends included; a missing end goes on to the cut-off. Spells that end before
  they start are dropped. All others are kept, and their union counts.
- Classes of work are exclusive: with support before other subsidised before regular. A code's class is looked up on the
  spell's first day, within its validity. A control statement (KU) covers every day of its stated months and is regular work
  where no subsidised spell covers the day; one that lacks either month is no month.
- From the day of death nobody is in any state. From the day of emigration until the day before immigration nobody is in work;
  benefit and studies are not planted then.
- Work, studies and benefit are observed where the day is not beyond the cut-off. Active: started, day ≥ start, day < drop-out,
  day ≤ 2016-12-31; observed for everyone.
- Benefit: a sub-spell (``Del_from_datum``–``Del_tom_datum``) with code AE or SJ covers the day.
- A programme is received from randomisation until 2016-12-31: FS by starting in FS; SE by a spell with a SIUS consultant that
  reaches into that time (``SIUS_FROM_DATUM``–``SIUS_TOM_DATUM``, open ends go on, reversed ones are dropped); CM by more than no
  hours of actor CM in a month from that of randomisation on.
- An answer to the survey counts in its wave, unless it is dated before randomisation.
- Daily activities at baseline: ``p10`` in the last snapshot strictly before randomisation, the same snapshot for everyone who was
  randomised on that day; no row there means none, whatever earlier snapshots say.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from effektutv.errors import ArgumentError
from effektutv.runtime.atomic_output import whole_folder
from effektutv.runtime.progress import Far, Progress, watched

from . import truth
from .columns import Ints, Table, concatenated, length, taken, year_of
from .data_errors import benefit_quirks, ku_quirks, sokatper_quirks, studies_quirks
from .file_writer import Delivery
from .participants import People, draw_people, draw_serials
from .population import CHUNK, population_tables
from .programme_receipt import draw_crossings, receipt_truth
from .readme_and_study_file import SIGN, readme, study_file
from .registers.assignment_and_time_reports import assignment_rows, time_rows
from .registers.employment_and_benefits import (
    beslut_rows,
    closed,
    event_rows,
    fk_rows,
    inskrivning_rows,
    jobseeking_rows,
    ku_rows,
    sokatper_rows,
    studies_rows,
    yearly_pay,
)
from .registers.lisa_lss import YEARS, lisa_rows, lss_of_participants, residents_of
from .registers.survey import draw_survey, survey_rows, survey_truth
from .spell_plan import Plan, make_plan
from .targets import ARMS, DECLINED_PER_PARTICIPANT, MONTH
from .trajectories import NONE, draw_trajectories

__all__ = ["DemoSummary", "write_demo"]

#: File names without ending, as the study file has them.
_STEMS = {
    "assignment": "lottningsenkat",
    "af_inskrivning": "af_insper",
    "af_sokandekategori": "af_sokatper",
    "af_beslut": "af_beslut",
    "fk_ersattning": "fk_midas",
    "scb_lisa": "Individ_{}",
    "scb_ku": "scb_ku_{}",
    "sos_lss": "sos_lss",
    "scb_handelser": "scb_rtb_handelser",
    "studier": "studier",
    "tidredovisning": "tidredovisning",
    "deltagarenkat": "deltagarenkat",
}
_MARKER = "effektutv demo"
_OURS = frozenset({"extracts", "study.toml", "README.md", "truth.json"})
_LEAST = 30
_NOTE = "Synthetic: no person exists. What is not a published figure is assumed; see README.md."


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSummary:
    """What a demonstration holds.

    Attributes
    ----------
    folder : Path
        Where it is.
    participants, declined, population, seed : int
        Randomised, declined before the draw, persons around them, and the seed.
    arms : dict of str to int
        Randomised by arm.
    rows : dict of str to int
        Rows of each extract, by file name.
    """

    folder: Path
    participants: int
    declined: int
    population: int
    seed: int
    arms: dict[str, int]
    rows: dict[str, int]


def write_demo(
    folder: Path,
    *,
    participants: int = 1063,
    population: int = 20_000,
    seed: int = 1,
    file_format: str = "csv",
    progress: Progress | None = None,
) -> DemoSummary:
    """Write synthetic extracts, a study file, a README and the truth into a folder.

    The same arguments give the same bytes. The folder appears whole or not at all; an earlier demonstration there is
    replaced, files of others beside it are kept.

    Parameters
    ----------
    folder : Path
        Where to write: a new or empty folder, or an earlier demonstration.
    participants : int
        How many are randomised.
    population : int
        How many more persons the registers hold.
    seed : int
        Seed of all chance.
    file_format : {"csv", "parquet"}
        Text as the registers' owners deliver it, or typed Parquet.
    progress : callable, optional
        Called with the key of each step as it begins; a display also shows how many persons are written.

    Raises
    ------
    ArgumentError
        If an argument is out of range, or the folder holds something else.
    """
    _check(participants, population, seed, file_format)
    target = Path(folder).absolute()
    _check_folder(target)
    with whole_folder(target, "DIR", _OURS) as work:
        (work / "extracts").mkdir()
        return _write(work, target, participants, population, seed, file_format, progress or _silent)


def _check(participants: int, population: int, seed: int, file_format: str) -> None:
    if participants < _LEAST:
        raise ArgumentError(f"participants must be at least {_LEAST}; got {participants}")
    if population < 0:
        raise ArgumentError(f"population must not be negative; got {population}")
    if participants + population > 50_000_000:
        raise ArgumentError("participants and population together must be at most 50,000,000")
    if seed < 0:
        raise ArgumentError(f"seed must not be negative; got {seed}")
    if file_format not in ("csv", "parquet"):
        raise ArgumentError(f"format must be 'csv' or 'parquet'; got {file_format!r}")


def _check_folder(target: Path) -> None:
    """Refuse a folder that holds something other than an earlier demonstration."""
    if not target.exists():
        return
    if not target.is_dir():
        raise ArgumentError(f"{target.name!r} is a file: give a folder")
    if not any(target.iterdir()):
        return
    earlier = _earlier(target)
    if earlier is None:
        raise ArgumentError(
            f"the folder {target.name!r} is not empty and no earlier demo: give a new or an empty folder"
        )
    extracts = target / "extracts"
    present = {p.name for p in extracts.iterdir()} if extracts.is_dir() else set()
    if not present <= {*earlier, "SYNTHETIC.txt"}:
        raise ArgumentError(f"the folder '{target.name}/extracts' holds files that no demo wrote: move them away first")


def _earlier(target: Path) -> list[str] | None:
    """Return the names of the extracts of an earlier demonstration, ``None`` if there is none."""
    try:
        found = json.loads((target / "truth.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get("marker") != _MARKER or not isinstance(found.get("rows"), dict):
        return None
    return list(found["rows"])


def _streams(seed: int) -> Callable[[str], np.random.Generator]:
    """Return a source of independent generators by name: what one part draws never moves what another draws."""

    def stream(name: str) -> np.random.Generator:
        return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=tuple(name.encode())))

    return stream


def _silent(step: str) -> None:
    """Show nothing."""


def _write(
    work: Path, target: Path, participants: int, population: int, seed: int, file_format: str, progress: Progress
) -> DemoSummary:
    progress("participants")
    streams = _streams(seed)
    declined = round(DECLINED_PER_PARTICIPANT * participants)
    people = draw_people(participants, seed, streams)
    state = draw_trajectories(people, streams)
    plan = make_plan(people, state, streams)
    around = declined + population
    outside = draw_serials(np.arange(participants, participants + declined), seed)
    tables, facts = _participants(people, plan, state, outside, declined, streams)
    written = 0
    progress("population")
    watched(progress, lambda: Far(share=written / max(around, 1), done=written, of=around, unit="persons"))
    with Delivery(work / "extracts", file_format) as delivery:
        for number, begin in enumerate(range(0, around, CHUNK)):
            rng = streams(f"population {number}")
            chunk = population_tables(participants + begin, min(CHUNK, around - begin), seed, rng)
            if number == 0:
                chunk = {key: concatenated([t for t in (tables.get(key), chunk.get(key)) if t]) for key in tables}
            for key, table in chunk.items():
                register, _, year = key.partition(":")
                order = rng.permutation(length(table))
                delivery.append(_STEMS[register].format(year), register, taken(table, order))
            written = min(begin + CHUNK, around)
        rows = dict(sorted(delivery.rows.items()))
    watched(progress, None)
    (work / "extracts" / "SYNTHETIC.txt").write_text(SIGN, encoding="utf-8")
    (work / "study.toml").write_text(study_file(file_format), encoding="utf-8")
    text = readme(participants=participants, declined=declined, population=population, seed=seed)
    (work / "README.md").write_text(text, encoding="utf-8")
    size = {"participants": participants, "declined": declined, "population": population, "seed": seed}
    document = {"marker": _MARKER, "synthetic": True, "note": _NOTE, **size, **facts, "rows": rows}
    (work / "truth.json").write_text(_json(document), encoding="utf-8")
    arms = {arm: int((people.arm == a).sum()) for a, arm in enumerate(ARMS)}
    return DemoSummary(folder=target, arms=arms, rows=rows, **size)


def _participants(
    people: People,
    plan: Plan,
    state: Ints,
    outside: Ints,
    declined: int,
    streams: Callable[[str], np.random.Generator],
) -> tuple[dict[str, Table], dict[str, Any]]:
    """Return the participants' rows, keyed as the population's are, and the truth about them."""
    rng = streams("rows")
    work = sokatper_rows(plan, rng)
    odd_work, counts = sokatper_quirks(people, state, work, rng)
    spells = concatenated([work, jobseeking_rows(people, rng), odd_work])
    ku = ku_rows(plan, rng)
    odd_ku, ku_counts = ku_quirks(people, state, ku, rng)
    fk = fk_rows(people, plan, rng)
    odd_fk, fk_counts = benefit_quirks(people, plan, fk, rng)
    odd_studies, studies_counts = studies_quirks(people, rng)
    crossings = draw_crossings(people, streams("crossings"))
    times, case_hours = time_rows(people, crossings, outside[:5], rng)
    survey = draw_survey(people, streams("survey"))
    lss, any_before, lss_counts = lss_of_participants(people, state[:, MONTH] != NONE, streams("lss"))
    tables = {
        "assignment": assignment_rows(people, outside[:declined], rng),
        "af_inskrivning": inskrivning_rows(people, crossings, rng),
        "af_sokandekategori": _named(people, spells),
        "af_beslut": beslut_rows(people, work, rng),
        "fk_ersattning": concatenated([fk, odd_fk]),
        "sos_lss": lss,
        "scb_handelser": event_rows(people),
        "studier": concatenated([studies_rows(people, plan), odd_studies]),
        "tidredovisning": times,
        "deltagarenkat": survey_rows(people, survey, outside[:5], streams("comments")),
    }
    statements = concatenated([ku, odd_ku])
    for year in range(2012, 2018):
        rows = taken(statements, np.asarray(statements["ar"]) == year)
        rows["lopnr"] = people.serial[np.asarray(rows.pop("person"))]
        tables[f"scb_ku:{year}"] = rows
    earnings = yearly_pay(ku, len(people), YEARS)
    residents = residents_of(people, earnings, streams("lisa"))
    for year in YEARS:
        tables[f"scb_lisa:{year}"] = lisa_rows(residents, year, rng)
    before = earnings[np.arange(len(people)), year_of(people.randomised) - 1 - YEARS[0]]
    facts = _truth(people, plan, before, any_before)
    facts["survey"] = {
        "columns": ["item", "wave", "arm", "n", "answered", "sum", "sum_of_everyone"],
        "rows": survey_truth(people, survey),
    }
    facts["receipt"] = {
        "columns": ["programme", "arm", "n", "received"],
        "rows": receipt_truth(people, crossings, case_hours),
    }
    odd = {name: len(who) for name, who in crossings.lookalikes.items()}
    odd["survey_answer_before_randomisation"] = len(survey.too_early)
    facts["quirks"] = dict(sorted((counts | ku_counts | fk_counts | studies_counts | lss_counts | odd).items()))
    return tables, facts


def _named(people: People, spells: Table) -> Table:
    return {
        "lopnr": people.serial[np.asarray(spells["person"])],
        "inskadm": spells["from"],
        "utskadm": closed(spells["to"]),
        "skat": spells["skat"],
    }


def _truth(people: People, plan: Plan, earnings: Ints, any_before: Any) -> dict[str, Any]:
    cells = ["state", "clock", "month", "arm", "kon", "daglig_verksamhet", "n", "events"]
    return {
        **truth.arm_facts(people),
        "baseline": truth.baseline_truth(people, earnings, any_before),
        "source_of_work": {
            "columns": ["clock", "month", "arm", "af_only", "ku_only", "both"],
            "rows": truth.source_of_work(people, plan),
        },
        "planted": {"columns": cells, "rows": truth.planted_cells(people, plan)},
    }


def _json(document: dict[str, Any]) -> str:
    """Return JSON with one row of a table a line, so that a difference can be read."""
    tables = {
        key: value.pop("rows") for key, value in document.items() if isinstance(value, dict) and "columns" in value
    }
    text = json.dumps(document, ensure_ascii=False, indent=1)
    for key, rows in tables.items():
        lines = ",\n".join("   " + json.dumps(row, ensure_ascii=False) for row in rows)
        head, mark, rest = text.partition(f'\n "{key}": {{')
        columns, end, tail = rest.partition("]\n }")
        text = f'{head}{mark}{columns}],\n  "rows": [\n{lines}\n  ]\n }}{tail}' if end else text
    return text + "\n"
