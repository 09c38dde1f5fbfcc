"""The demonstration's own texts: what it is, what is assumed, and its study file."""

from __future__ import annotations

import re

from effektutv.errors import EffektutvError
from effektutv.runtime.package_data import studies_folder

__all__ = ["SIGN", "readme", "study_file"]

#: What stands in the folder of extracts, since text files of rows cannot hold a comment.
SIGN = """\
SYNTETISKA DATA: alla rader i den här mappen är påhittade av ett program. Ingen person finns. Varje löpnummer börjar med SYN.
SYNTHETIC DATA: every row in this folder is made up by a program. No person exists. Every serial number starts with SYN.
"""

_README = """\
**Syntetiskt – everything here is synthetic: påhittade personer, påhittade register; no person exists.**

# Demonstrationsdata för effektutv

Mappen är skriven av `effektutv demo` ({participants} deltagare, {declined} avböjde, {population} personer runt omkring, frö
{seed}). Kör `effektutv run study.toml --out ut`. Facit står i `truth.json`.

## Vad som är publicerat
Andelen i arbete 15 månader efter egen start (SE 26, FS 18, CM 20 procent), skillnaden SE − FS i anställning med stöd (8
procentenheter), att effekten gäller män och inte kvinnor, att den inte skiljer sig efter daglig verksamhet, och
studiegruppens medelvärden (tabell A-1). Demonstrationen är byggd så att de kommer ut.

## Vad som är ANTAGET
Allt annat. Bland annat: armarnas storlek, lottningens stratum (kommun) och sannolikheter, kommunernas storlek, lottningsdagar,
när andra än Uppsala anslöt, fördröjning till start per arm, avhopp, dödsfall och flyttningar, kurvorna månad för månad, hur
män och kvinnor och personer med och utan daglig verksamhet fördelas på antal, hur Af och kontrolluppgifter ser arbete i
olika armar, inkomster, studier, ersättning, timmar och timkostnader, vilka som fick en annan arms insats, svarsandelar och svar
(i enkäten beror svarsandelen på arm, daglig verksamhet och utbildning).

- **Konflikt i källorna:** källorna säger 25 kommuner, men den tryckta listan har 26 namn. Här finns alla 26.
- **Koder:** `Forman_kod` AE och SJ, liksom SP, RP och BT, `Delforman_kod` och `AVAKT_ORSAK` är påhittade; listorna är inte
  offentliga. Diagnoskoderna inom varje grupp är valda av oss.
- AGI finns inte före 2019 och saknas därför. LISA för 2017 saknas, som vid en leverans.

# Demonstration data for effektutv

Written by `effektutv demo` ({participants} participants, {declined} declined, {population} persons around them, seed {seed}).
Run `effektutv run study.toml --out out`. The truth is in `truth.json`.

## Published
The share in work 15 months after the person's own start (SE 26, FS 18, CM 20 per cent), the difference SE − FS in employment
with support (8 percentage points), that the effect is men's and not women's, that it does not differ by daily activities, and the
study group's means (table A-1). The demonstration is built so that they come out.

## ASSUMED
Everything else. Among it: arm sizes, the strata of the draw (municipality) and its probabilities, the municipalities' sizes,
days of randomisation, when areas other than Uppsala joined, delay until start by arm, drop-out, deaths and moves, the curves
month by month, how counts fall on men and women and on persons with and without daily activities, how Af and control
statements see work in each arm, earnings, studies, benefit, hours and costs of an hour, who received another arm's programme,
response rates and answers (response to the survey depends on arm, daily activities and education).

- **A conflict in the sources:** they count 25 municipalities, but the printed list holds 26 names. All 26 are here.
- **Codes:** `Forman_kod` AE and SJ, as well as SP, RP and BT, `Delforman_kod` and `AVAKT_ORSAK` are made up; the lists are not
  public. The diagnosis codes within each group are our choice.
- AGI does not exist before 2019, so there is none. LISA for 2017 is absent, as in a delivery.

# truth.json
`planted.rows` holds, by `planted.columns`, for each state, clock (`randomisation`, `start`), month 0–24, arm, sex and daily
activities (last snapshot strictly before randomisation): persons observed and persons in the state. A state holds at month *k* if
a spell covers the day *k* calendar months after time zero, clipped to the month's end, both ends included. `n` leaves out
whose day lies beyond the registers' cut-off, 2017-12-31; `active` needs no register and is 0 after 2016-12-31.
`source_of_work` says which register saw those in work at month 15, `baseline` counts characteristics, `quirks` the planted
rows that must not count, `rows` the rows of every file. `survey` counts answers by item, wave and arm, with their sum and the
sum had everyone answered; `receipt` counts, by arm, who received each programme.
"""


def readme(*, participants: int, declined: int, population: int, seed: int) -> str:
    """Return the demonstration's README, in Swedish and English.

    Parameters
    ----------
    participants, declined, population, seed : int
        What the demonstration was written with.
    """
    return _README.format(participants=participants, declined=declined, population=population, seed=seed)


def study_file(file_format: str) -> str:
    """Return the trial's study file, changed to say that its extracts are synthetic.

    Parameters
    ----------
    file_format : {"csv", "parquet"}
        The ending of the extracts' names.

    Raises
    ------
    EffektutvError
        If the shipped study file no longer has the lines to change.
    """
    text = (studies_folder() / "aktivitetsersattning" / "study.toml").read_text(encoding="utf-8")
    for pattern, new in (
        (
            r"(?m)^synthetic = false( *)#.*$",
            r"synthetic = true \1# the extracts are made by `effektutv demo`: no person exists",
        ),
        (r"(?m)^# (data_date = \S+ *)#.*$", r"\1  # made up, as all of the delivery"),
        # what is published of the trial is not of people who are made up
        (r"(?ms)^# -+ CONSORT 2025.*?(?=^\[disclosure\])", ""),
        (r'(?m)^(title = \{ sv = ")(.)', lambda m: f"{m[1]}Syntetiska data: {m[2].lower()}"),
        (r'(?m)^(title = .* en = ")(.)', lambda m: f"{m[1]}Synthetic data: {m[2].lower()}"),
    ):
        text, changed = re.subn(pattern, new, text)
        if changed != 1:
            raise EffektutvError(
                "the shipped study file has changed: expected one line each for synthetic, data_date and title, and [consort]"
            )
    if file_format != "csv":
        text = re.sub(r'(?m)^(path = "extracts/.*)\.csv"', rf'\1.{file_format}"', text)
    return "# SYNTETISKT – SYNTHETIC: the extracts that this file reads are made up.\n" + text
