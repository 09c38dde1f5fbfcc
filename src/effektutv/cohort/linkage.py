"""Who takes part: the randomisation form becomes one row a participant, with both clocks.

The start clock counts from each person's own start. Whoever never started takes the day of randomisation plus the
stratum's median delay over all arms (rounded down to whole days), so that no arm's clock depends on who started in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from effektutv.errors import ExtractError, StudyError
from effektutv.i18n import printable
from effektutv.registers.engines.duckdb import quoted
from effektutv.registers.engines.protocol import Session
from effektutv.registers.schema.table_schema import PERSON
from effektutv.registers.sources.open_extract import Extract
from effektutv.study import Study

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PARTICIPANTS", "Linked", "link"]

#: The engine's table of participants: row number, serial number, arm, both clocks' day 0.
PARTICIPANTS = "participants"

_SPECIAL = ("lopnr", "arm", "lottningsdatum", "insatsstart", "samtycke", "avhopp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """Participants in the order of the engine's table, and the counts of who left before.

    Parameters
    ----------
    people : pandas.DataFrame
        One row a participant: ``arm``, ``stratum`` (where the study has strata), ``randomised``, ``started`` (day or
        missing), ``start_clock`` (day 0 of the start clock), ``dropped_out`` (day or missing), ``provider``,
        ``municipality``, ``area`` (the project area, or missing), and ``cluster`` and ``probability`` where the study's
        design names them. The serial number is not among them.
    asked, consented, randomised : int
        Persons at each stage.
    fallback : int
        Participants whose start clock is the fall-back.
    """

    people: pd.DataFrame
    asked: int
    consented: int
    randomised: int
    fallback: int


def link(engine: Session, assignment: Extract, study: Study) -> Linked:
    """Make the participants' table from the randomisation form.

    Parameters
    ----------
    engine : Session
        The session; gets the table :data:`PARTICIPANTS`.
    assignment : Extract
        The opened randomisation form.
    study : Study
        The study.

    Raises
    ------
    ExtractError
        If an arm is unknown, an arm has no one, a stratum is missing, or an intervention starts before randomisation.
    """
    import pandas as pd

    form = engine.table(
        f"SELECT * EXCLUDE (__bad) FROM {quoted(assignment.table)} ORDER BY {quoted(PERSON)}",
        what="assignment: reading",
    ).to_pandas()
    consented = form[form["samtycke"] == 1]
    drawn = consented[consented["arm"].notna() & consented["lottningsdatum"].notna()].reset_index(drop=True)
    _check(drawn, study)
    randomised = _days(drawn["lottningsdatum"])
    started = _days(drawn["insatsstart"])
    stratum = _strata(drawn, study)
    start_clock = start_with_fallback(randomised, started, stratum.to_numpy(dtype=str))
    people = pd.DataFrame(
        {
            "arm": pd.Categorical(drawn["arm"], categories=list(study.arm_codes)),
            "stratum": stratum,
            "randomised": randomised.astype("datetime64[s]"),
            "started": started.astype("datetime64[s]"),
            "start_clock": start_clock.astype("datetime64[s]"),
            "dropped_out": _days(drawn["avhopp"]).astype("datetime64[s]"),
            "provider": drawn["behandlare"],
            # names that are shown: every format must be able to hold them
            "municipality": drawn["kommun"].map(printable, na_action="ignore"),
            "area": drawn["projektomrade"].map(printable, na_action="ignore"),
        }
    )
    for key in ("cluster", "probability"):
        if (name := getattr(study.design, key)) is not None:
            people[key] = _design_column(drawn, study, key, name)
    _register(engine, drawn, randomised, started, start_clock)
    return Linked(
        people=people,
        asked=len(form),
        consented=len(consented),
        randomised=len(drawn),
        fallback=int(np.isnat(started).sum()),
    )


def _days(column: pd.Series) -> NDArray[np.datetime64]:
    import pandas as pd

    return pd.to_datetime(column).to_numpy().astype("datetime64[D]")


def _check(drawn: pd.DataFrame, study: Study) -> None:
    unknown = int((~drawn["arm"].isin(study.arm_codes)).sum())
    if unknown:
        raise ExtractError(
            f"assignment: column arm: {_count(unknown)} rows hold an arm that the study does not declare; "
            f"{study.where('arms')} declares: {', '.join(study.arm_codes)}"
        )
    for arm in study.arm_codes:
        if not (drawn["arm"] == arm).any():
            raise ExtractError(
                f"assignment: arm {arm!r} has no one; every arm that the study declares must have participants "
                f"({study.where('arms')})"
            )
    early = int((drawn["insatsstart"] < drawn["lottningsdatum"]).sum())
    if early:
        raise ExtractError(
            f"assignment: columns lottningsdatum, insatsstart: {_count(early)} rows start before randomisation; "
            f"correct the days"
        )


def _count(n: int) -> str:
    return "fewer than 5" if n < 5 else str(n)


def _strata(drawn: pd.DataFrame, study: Study) -> pd.Series:
    import pandas as pd

    name = study.design.strata
    if name is None:
        return pd.Series("", index=drawn.index, dtype="str")
    allowed = [c for c in drawn.columns if c not in _SPECIAL]
    if name.lower() not in allowed:
        raise StudyError(
            f"{study.where('design', 'strata')}: strata must be a column of the randomisation form: {', '.join(allowed)}"
        )
    missing = int(drawn[name.lower()].isna().sum())
    if missing:
        raise ExtractError(
            f"assignment: column {name}: {_count(missing)} participants have no stratum; give one to each, or take "
            f"strata out of the study ({study.where('design', 'strata')})"
        )
    return drawn[name.lower()].astype("str")


def _design_column(drawn: pd.DataFrame, study: Study, key: str, name: str) -> pd.Series:
    """Return who shares a provider, or the known probability of each person's own arm."""
    allowed = (
        ["sannolikhet"] if key == "probability" else [c for c in drawn.columns if c not in (*_SPECIAL, "sannolikhet")]
    )
    if name.lower() not in allowed:
        raise StudyError(
            f"{study.where('design', key)}: {key} must be a column of the randomisation form: {', '.join(allowed)}"
        )
    column = drawn[name.lower()]
    if key == "cluster":
        return column.astype("object").where(column.notna(), None)
    numbers = column.astype(float)
    if missing := int(numbers.isna().sum()):
        raise ExtractError(
            f"assignment: column {name}: {_count(missing)} participants have no probability; it is never assumed: give one "
            f"to each, or take probability out of the study ({study.where('design', key)})"
        )
    return numbers


def start_with_fallback(
    randomised: NDArray[np.datetime64], started: NDArray[np.datetime64], stratum: NDArray[np.str_]
) -> NDArray[np.datetime64]:
    """Return day 0 of the start clock.

    Parameters
    ----------
    randomised : ndarray of datetime64[D], shape (n,)
        Day of randomisation.
    started : ndarray of datetime64[D], shape (n,)
        Day of the own start, NaT for whoever never started.
    stratum : ndarray of str, shape (n,)
        Stratum.

    Returns
    -------
    ndarray of datetime64[D], shape (n,)
        The own start; without one, randomisation plus the stratum's median delay over all arms, in whole days rounded
        down. A stratum where nobody started takes the median over everyone.
    """
    delay = (started - randomised).astype("timedelta64[D]").astype(float)
    delay[np.isnat(started)] = np.nan
    known = np.isfinite(delay)
    overall = float(np.median(delay[known])) if known.any() else 0.0
    fallback = np.full(len(delay), overall)
    for name in np.unique(stratum):
        inside = stratum == name
        if (inside & known).any():
            fallback[inside] = np.median(delay[inside & known])
    days = np.where(known, delay, np.floor(fallback)).astype("timedelta64[D]")
    return np.asarray(randomised + days)


def _register(
    engine: Session,
    drawn: pd.DataFrame,
    randomised: NDArray[np.datetime64],
    started: NDArray[np.datetime64],
    start_clock: NDArray[np.datetime64],
) -> None:
    import pyarrow as pa

    persons = drawn[PERSON]

    engine.register(
        PARTICIPANTS,
        pa.table(
            {
                "row": pa.array(np.arange(len(persons), dtype=np.int64)),
                PERSON: pa.array(persons.to_list(), pa.string()),
                "arm": pa.array(drawn["arm"].to_list(), pa.string()),
                "randomisation": pa.array(randomised, pa.date32()),
                "start": pa.array(start_clock, pa.date32()),
                "started": pa.array(started, pa.date32()),
                "dropped_out": pa.array(_days(drawn["avhopp"]), pa.date32()),
            }
        ),
    )
