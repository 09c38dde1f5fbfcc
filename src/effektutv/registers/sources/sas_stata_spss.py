"""Files of SAS, Stata and SPSS, rewritten once as typed Parquet in the session's private folder.

Only declared columns are read, a number of rows at a time, so that memory does not grow with the file. What stands in the
file is taken, never the labels beside it. Values that a file marks as missing, of any kind (``.``, ``.A``, ``.z``, SPSS's own
ranges), are missing, and so is an empty text. Dates are numbers with a format here; a column with a date format becomes days,
whatever its unit. All other numbers stay what they are: which of them are whole is asked where the columns are typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from effektutv.errors import ExtractError
from effektutv.study import Register

from ..schema.table_schema import ExtractSchema
from .column_typing import match_header

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["STATISTICAL", "Converted", "statistical_to_parquet"]

#: Endings of the files that are read here, and the function of pyreadstat that reads them.
STATISTICAL = {
    ".sas7bdat": "read_sas7bdat",
    ".xpt": "read_xport",
    ".xport": "read_xport",
    ".dta": "read_dta",
    ".sav": "read_sav",
    ".zsav": "read_sav",
}
#: Values held at a time: about 100 bytes each while they are Python's.
_CELLS = 1_000_000
#: Columns that nobody reads are looked at in this many stretches of this many rows.
_STRETCHES, _STRETCH = 10, 200
#: Bytes of a record of a SAS transport file, and the record after which its rows begin (SAS TS-140; OBSV8 in version 8).
_RECORD = 80
_ROWS_BEGIN = re.compile(rb"HEADER RECORD\*{7}OBS(?:V8)? {2,5} *HEADER RECORD!{7}")
_ENCODINGS = {"utf-8": "UTF-8", "cp1252": "WINDOWS-1252", "latin-1": "ISO-8859-1"}
_AGAIN = "it may be cut off or damaged; have it delivered again, with its checksum"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """What the numbers of a date column count: ``in_a_day`` of them a day (0: months), from ``zero``, in days since 1970."""

    in_a_day: int
    zero: int


_DAYS = _Clock(in_a_day=1, zero=-3653)  # SAS and Stata count from 1960-01-01
_SECONDS = _Clock(in_a_day=86_400, zero=-3653)
_MILLISECONDS = _Clock(in_a_day=86_400_000, zero=-3653)
_MONTHS = _Clock(in_a_day=0, zero=-120)  # months, from 1960-01 to 1970-01
_SPSS = _Clock(in_a_day=86_400, zero=-141_428)  # from 1582-10-14
#: 0001-01-01 and 9999-12-31 in days since 1970, and the day after, which no calendar has.
_FIRST_DAY, _LAST_DAY, _NO_DAY = -719_162, 2_932_896, 2_932_897

# Names of formats without their width: SAS "Formats by category", date and time; SPSS "Date and time formats"; Stata [D]
# Datetime. A SAS format that shows only a part of a date (YEAR., MONTH.) still stands on a number of days.
_SAS_DAYS = re.compile(
    r"DATE|DAY|DOWNAME|JULDAY|JULIAN|MONNAME|MONTH|MONYY|PDJUL[GI]|QTRR?|WEEKDAT[EX]|WEEKDAY|WEEK[UVW]|WORDDAT[EX]|YEAR|"
    r"YYMON|YYWEEK[UVW]|(DDMMYY|MMDDYY|YYMMDD|YYMM|MMYY|YYQR?)[BCDNPS]?|(B8601|E8601|IS8601)DA|NLDATE\w*|"
    r"[A-Z]{3}DF(DD|DE|DN|MN|MY|WDX|WKX)"
)
_SAS_SECONDS = re.compile(
    r"DATETIME|DATEAMPM|MDYAMPM|DT(DATE|MONYY|WKDATX|YEAR|YYQC)|(B8601|E8601|IS8601)D[NTXZ]|NLDATM\w*|[A-Z]{3}DFDT"
)
_SPSS_SECONDS = re.compile(r"[AEJS]?DATE|DATETIME|YMDHMS|MOYR|QYR|WKYR")
_STATA = {"d": _DAYS, "c": _MILLISECONDS, "C": _MILLISECONDS, "m": _MONTHS}
_STATA_PERIODS = {"w": "weeks", "q": "quarters", "h": "half-years", "b": "business days"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """One column that is read: its name in the file, its type in Parquet, and what it counts if it is a date."""

    name: str
    kind: pa.DataType
    clock: _Clock | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """One file, opened; ``rows`` is how many it says that it has, and None where it does not say."""

    register: str
    path: Path
    encoding: str | None
    columns: tuple[_Column, ...]
    others: tuple[_Column, ...]
    rows: int | None
    row_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A file that has been rewritten.

    Parameters
    ----------
    rows : int
        Rows read.
    ignored : int
        Columns of the file that the declaration does not know.
    unread : Path or None
        A Parquet file with a sample of these columns, which are looked at for personal identity numbers and never used.
    """

    rows: int
    ignored: int
    unread: Path | None


def statistical_to_parquet(schema: ExtractSchema, register: Register, path: Path, target: Path) -> Converted:
    """Rewrite the declared columns of a file as typed Parquet.

    Parameters
    ----------
    schema : ExtractSchema
        The register's declaration.
    register : Register
        Its encoding, where the study declares it; else the file's own is taken.
    path : Path
        The file.
    target : Path
        The Parquet file to write, in the session's private folder.

    Raises
    ------
    ExtractError
        If the file cannot be read or is cut off, or a required column is missing or stands twice.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = _opened(schema, register, path)
    form = pa.schema([pa.field(c.name, c.kind) for c in file.columns])
    rows = 0
    with pq.ParquetWriter(target, form) as out:
        for chunk in _chunks(file):
            arrays = [_array(c, chunk[c.name]) for c in file.columns]
            out.write_table(pa.table(arrays, schema=form))
            rows += len(arrays[0])
    if file.rows is not None and rows != file.rows:
        raise ExtractError(
            f"{file.register}: a file says that it has {file.rows} rows, but {rows} can be read; {_AGAIN}"
        )
    if path.suffix.lower() in (".xpt", ".xport") and not _ends_whole(file, rows):
        raise ExtractError(f"{file.register}: a file does not end with a whole row; {_AGAIN}")
    unread = _sample_others(file, rows, target.with_suffix(".unread.parquet")) if file.others else None
    return Converted(rows=rows, ignored=len(file.others), unread=unread)


def _ends_whole(file: _File, rows: int) -> bool:
    """Return whether a transport file ends after a row, filled with blanks to a whole record: it tells no number of rows.

    One that is cut between two rows where a record ends too cannot be told from a whole one.
    """
    size = file.path.stat().st_size
    with file.path.open("rb") as handle:
        begin = None
        while begin is None and len(record := handle.read(_RECORD)) == _RECORD:
            begin = handle.tell() if _ROWS_BEGIN.match(record) else None
        if begin is None or size % _RECORD:
            return False
        handle.seek(begin + rows * file.row_bytes)
        rest = handle.read()
    return len(rest) < _RECORD and not rest.strip(b" ")


def _sample_others(file: _File, rows: int, target: Path) -> Path:
    """Write a sample of the columns that the declaration does not know, in stretches over the whole file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    form = pa.schema([pa.field(c.name, c.kind) for c in file.others])
    starts = range(0, max(rows - _STRETCH, 0) + 1, max(rows // _STRETCHES, _STRETCH))
    with pq.ParquetWriter(target, form) as out:
        for start in starts if rows else ():
            chunk = _rows_of(file, file.others, start, _STRETCH)
            out.write_table(pa.table([pa.array(chunk[c.name], c.kind) for c in file.others], schema=form))
    return target


def _opened(schema: ExtractSchema, register: Register, path: Path) -> _File:
    """Read what the file says of itself, and match its columns to the declaration."""
    if register.encoding is not None and register.encoding not in _ENCODINGS:
        raise ExtractError(
            f"{schema.name}: encoding = {register.encoding!r} is declared, which no SAS, Stata or SPSS file has; leave encoding "
            f"out"
        )
    encoding = None if register.encoding is None else _ENCODINGS[register.encoding]
    _, about = _read(schema.name, path, metadataonly=True, encoding=encoding)
    matched = match_header(schema, about.column_names)
    columns, others = [], []
    for position, name in enumerate(about.column_names):
        stored = about.readstat_variable_types[name]
        if position not in matched.by_position:
            others.append(_Column(name=name, kind=_kind(stored, None), clock=None))
            continue
        declared = matched.by_position[position].name
        clock = _clock(path, about.original_variable_types[name] or "")
        if isinstance(clock, str):
            raise ExtractError(
                f"{schema.name}: column {declared} counts {clock}; have it delivered with days or months"
            )
        columns.append(_Column(name=name, kind=_kind(stored, clock), clock=clock))
    return _File(
        register=schema.name,
        path=path,
        encoding=encoding,
        columns=tuple(columns),
        others=tuple(others),
        rows=about.number_rows,
        row_bytes=sum(about.variable_storage_width.values()),
    )


def _clock(path: Path, written: str) -> _Clock | str | None:
    """Return what a column's numbers count, by the format it is shown in; the name of a period that is no date."""
    suffix = path.suffix.lower()
    if suffix == ".dta":
        form = written.removeprefix("%").removeprefix("-")
        if form.startswith("t"):
            return _STATA.get(form[1:2]) or _STATA_PERIODS.get(form[1:2])
        return _DAYS if form.startswith("d") else None  # as it was written before Stata 10
    bare = re.sub(r"[0-9]*(\.[0-9]*)?$", "", written.upper())
    if suffix in (".sav", ".zsav"):
        return _SPSS if _SPSS_SECONDS.fullmatch(bare) else None
    if _SAS_SECONDS.fullmatch(bare):
        return _SECONDS
    return _DAYS if _SAS_DAYS.fullmatch(bare) else None


def _kind(stored: str, clock: _Clock | None) -> pa.DataType:
    import pyarrow as pa

    if stored == "string":
        return pa.string()
    if clock is not None:
        return pa.date32()
    if stored.startswith("int"):
        return pa.int64()
    return pa.float32() if stored == "float" else pa.float64()


def _chunks(file: _File) -> Iterator[dict[str, Sequence[object]]]:
    rows = max(_CELLS // len(file.columns), 1)
    done = 0
    while file.rows is None or done < file.rows:
        data = _rows_of(file, file.columns, done, rows)
        got = len(data[file.columns[0].name])
        if got:
            yield data
        done += got
        if got < rows:
            return


def _rows_of(file: _File, columns: Sequence[_Column], start: int, rows: int) -> dict[str, Sequence[object]]:
    data, _ = _read(
        file.register,
        file.path,
        encoding=file.encoding,
        usecols=[c.name for c in columns],
        row_offset=start,
        row_limit=rows,
        output_format="dict",
        disable_datetime_conversion=True,
    )
    return data


def _read(register: str, path: Path, **how: object) -> tuple[dict[str, Sequence[object]], Any]:
    """Call pyreadstat; what it says of a file that it cannot read may hold a value, and is not repeated."""
    import pyreadstat

    failed = ""
    try:
        data, about = getattr(pyreadstat, STATISTICAL[path.suffix.lower()])(path, **how)
    except UnicodeDecodeError:
        failed = "holds text in another encoding than it says; declare its encoding in the study file"
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        unknown = "character" in str(error) or "convert" in str(error)
        failed = f"has an encoding that is not known, or is not in it; declare it, or {_AGAIN}" if unknown else ""
        failed = failed or f"cannot be read; {_AGAIN}"
    except (OSError, ValueError, OverflowError, MemoryError, LookupError, TypeError):
        failed = f"cannot be read; {_AGAIN}"
    if failed:
        # raised outside the handler: inside it the library's message would travel along as the error's context
        raise ExtractError(f"{register}: a {path.suffix.lower()} file {failed}")
    return data, about


def _array(column: _Column, values: Sequence[object]) -> pa.Array:
    """Return one chunk of a column as Arrow; missing values are null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_string(column.kind):
        texts = pc.utf8_trim(pa.array(values, pa.string()), " ")
        return pc.if_else(pc.equal(texts, ""), None, texts)
    if column.clock is None:
        return pa.array(values, column.kind)
    days = _days(pa.array(values, pa.float64()), column.clock)
    fits = pc.and_(pc.greater_equal(days, _FIRST_DAY), pc.less_equal(days, _LAST_DAY))
    # what is no day becomes one that no calendar has, and is counted where the columns are typed
    return pc.if_else(fits, days, _NO_DAY).cast(pa.int32()).cast(pa.date32())


def _days(numbers: pa.Array, clock: _Clock) -> pa.Array:
    """Return days since 1970 as floats, the first day of a month; what is not the beginning of either is far outside."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if clock.in_a_day:
        days = pc.divide(numbers, float(clock.in_a_day))
        whole = pc.equal(days, pc.floor(days))
        return pc.if_else(whole, pc.add(days, float(clock.zero)), float(_NO_DAY))
    # beyond these months there is no such year; what is outside stays outside
    months = np.clip(numbers.to_numpy(zero_copy_only=False) + clock.zero, -1e6, 1e6)
    known = ~np.isnan(months)
    months = np.where(months == np.floor(months), months, 1e6)
    first = np.where(known, months, 0).astype("int64").astype("datetime64[M]").astype("datetime64[D]").astype("int64")
    return pa.array(first.astype(np.float64), mask=~known)
