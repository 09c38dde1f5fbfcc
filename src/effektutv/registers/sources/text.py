"""Delivered text files (CSV, TXT, TSV), whichever way they are written, as tables of typed columns.

A file is looked through once, a sample of it tells how its columns are written, and then it is parsed, typed and counted in
blocks, several beside each other. No row is lost in silence: each block must give as many rows as it has lines.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from effektutv.errors import EffektutvError, ExtractError
from effektutv.study import Register

from ..engines.duckdb import Engine, quoted
from ..schema.table_schema import ExtractSchema, Field, FieldType
from .column_typing import BAD, FileForm, Source, found_columns, match_header, select_typed
from .date_formats import ISO, DateLayout, layout_of
from .missing_values import holds_cell, words_in
from .text_dialect import Evidence, evidence_of, reading_of
from .text_parsing import Typed, dates, hidden, integers, numbers, repeat, tidied, year_zero
from .text_scan import TextFile, data_blocks, look_through

__all__ = ["text_source"]

_ARROW = {
    FieldType.STRING: pa.string(),
    FieldType.INTEGER: pa.int64(),
    FieldType.NUMBER: pa.float64(),
    FieldType.DATE: pa.date32(),
}
#: Texts that repeat: each distinct one of a block once.
_CODED = pa.dictionary(pa.int32(), pa.string())
#: From so many blocks on it is worth a look what the parser may make itself.
_MANY = 3
#: Values of each sample of a file that are looked at to tell how a column is written.
_SAMPLED = 2_000
#: Values kept of each column that the declaration does not know, spread over the file.
_KEPT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How each block of a file is parsed and typed: the same for all, so that blocks do not depend on each other.

    ``sought`` are words for missing that the study declares; ``seen`` those that were found: they are not looked for again.
    """

    schema: ExtractSchema
    file: TextFile
    fields: Mapping[int, Field]
    readings: Mapping[str, str]
    unread: Sequence[int] = ()
    at_once: Mapping[int, pa.DataType] = field(default_factory=dict)
    sought: Sequence[str] = ()
    seen: set[str] = field(default_factory=set)

    @property
    def arrow(self) -> pa.Schema:
        columns = [(f.column, _CODED if self.coded(i) else _ARROW[f.type]) for i, f in self.fields.items()]
        return pa.schema([*columns, (BAD, pa.int64())])

    def coded(self, position: int) -> bool:
        """Whether a column's distinct texts are held, and which of them each row has."""
        return bool(self.at_once.get(position) == _CODED)

    def layout(self, column: Field) -> DateLayout:
        """How a column's days are written, as far as that is known."""
        return layout_of(self.readings.get(column.column) or column.date_format)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Typed rows, some values of undeclared columns, and columns that cannot be read before it is known how they are written.

    ``misfits`` says of each column with values that do not fit which words for missing they are; see :class:`.Source`.
    """

    batch: pa.RecordBatch
    unread: dict[int, Any]
    doubtful: set[str]
    misfits: dict[str, frozenset[str]]


@dataclass(slots=True, kw_only=True)
class _Result:
    """What becomes of the blocks beside the rows themselves."""

    unread: dict[int, list[Any]] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    misfits: dict[str, frozenset[str]] = field(default_factory=dict)
    failed: EffektutvError | None = None


def text_source(engine: Engine, schema: ExtractSchema, register: Register, path: Path, number: int) -> Source:
    """Read a file into a table of typed columns.

    Parameters
    ----------
    engine : Engine
        The session.
    schema : ExtractSchema
        The register's declaration.
    register : Register
        How the file is written, as far as the study declares it.
    path : Path
        The file.
    number : int
        Its place among the register's files: tells their tables apart.

    Raises
    ------
    ExtractError
        If it cannot be read without doubt, or a required column is missing or stands twice.
    """
    file = look_through(schema, register, path)
    matched = match_header(schema, file.header)
    fields = matched.by_position
    threads = min(engine.threads, os.cpu_count() or 1)
    plan = _Plan(
        schema=schema,
        file=file,
        fields=fields,
        readings=_readings(schema, register, file, fields, threads, most=_SAMPLED),
        unread=[i for i in range(len(file.header)) if i not in fields],
        sought=register.missing,
    )
    plan = replace(plan, at_once=_at_once(plan))
    table = f"{schema.name}, file {number}"
    result = _read_in(engine, plan, table, threads)
    if result.doubtful:  # the sample did not tell, and a later value depends on it: now all values must
        open_ = {i: f for i, f in fields.items() if f.column in result.doubtful}
        plan = replace(
            plan, readings={**plan.readings, **_readings(schema, register, file, open_, threads)}, at_once={}
        )
        plan = replace(plan, at_once=_at_once(plan))
        result = _read_in(engine, plan, table, threads)
    expressions: dict[str, tuple[str, str | None]] = {f.column: (quoted(f.column), None) for f in fields.values()}
    return Source(
        select=select_typed(schema, expressions, quoted(table), path.stem, bad=quoted(BAD)),
        columns=found_columns(schema, matched),
        ignored=matched.ignored,
        truncated=file.truncated,
        rows=sum(file.rows),
        unread=_keep_unread(engine, result, f"{table}, not declared"),
        form=_form(plan),
        sha256=file.digest.result(),
        misfits=result.misfits,
        project=matched.project,
        words=frozenset(plan.seen),
    )


def _form(plan: _Plan) -> FileForm:
    def of(kind: FieldType) -> tuple[tuple[str, str], ...]:
        found = ((f.name, plan.readings.get(f.column)) for f in plan.fields.values() if f.type is kind)
        return tuple((name, reading) for name, reading in found if reading is not None)

    return FileForm(
        file=plan.file.path.name,
        encoding=plan.file.encoding,
        delimiter=plan.file.delimiter,
        decimals=of(FieldType.NUMBER),
        dates=of(FieldType.DATE),
    )


def _readings(
    schema: ExtractSchema,
    register: Register,
    file: TextFile,
    fields: Mapping[int, Field],
    threads: int,
    *,
    most: int | None = None,
) -> dict[str, str]:
    """Return the decimal mark or date format of each column whose values tell, from so many of each sample or from all."""
    varied = {i: f for i, f in fields.items() if f.type in (FieldType.NUMBER, FieldType.DATE)}
    blocks = data_blocks(schema, file) if most is None else ((s, -1) for s in file.samples)
    evidence = _gather(schema, register, file, varied, blocks, threads, most=most)
    found = {f.column: reading_of(schema, f, evidence[i], register, whole=most is None) for i, f in varied.items()}
    return {column: reading for column, reading in found.items() if reading is not None}


def _gather(
    schema: ExtractSchema,
    register: Register,
    file: TextFile,
    fields: Mapping[int, Field],
    blocks: Iterator[tuple[bytes, int]],
    threads: int,
    *,
    most: int | None = None,
) -> dict[int, Evidence]:
    plan = _Plan(schema=schema, file=file, fields=fields, readings={})

    def of(block: bytes, rows: int) -> dict[int, Evidence]:
        texts = _parsed(plan, block, rows)
        return {i: evidence_of(f, _spread(texts[i], most), register) for i, f in fields.items()}

    out = {i: evidence_of(f, pa.array([], pa.string()), register) for i, f in fields.items()}
    if fields:
        for found in _beside(of, blocks, threads):
            out = {i: out[i] + found[i] for i in fields}
    return out


def _at_once(plan: _Plan) -> dict[int, pa.DataType]:
    """Return what the parser may make of columns itself, told by a sample: days, and texts that repeat.

    It reads days as strictly as :func:`dates` does, blanks and tabs around them left out.
    """
    if len(plan.file.rows) < _MANY:
        return {}
    found: dict[int, pa.DataType] = {}
    for position, texts in _parsed(plan, plan.file.samples[0], -1).items():
        column = plan.fields.get(position)
        if column is None or not len(texts):
            continue
        if column.type is FieldType.DATE and plan.layout(column) == ISO and dates(texts, ISO)[1] is None:
            found[position] = pa.date32()
        elif column.type is FieldType.STRING and repeat(texts):
            found[position] = _CODED
    return found


def _beside(work: Any, blocks: Iterator[tuple[bytes, int]], threads: int) -> Iterator[Any]:
    """Yield what is made of each block, in their order; a few blocks are worked on at a time, so that memory stays bounded."""
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Any]] = deque()
        try:
            for block, rows in blocks:
                if not block:
                    continue
                waiting.append(pool.submit(work, block, rows))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _read_in(engine: Engine, plan: _Plan, table: str, threads: int) -> _Result:
    """Parse, type and store the file."""
    result = _Result()

    def work(block: bytes, rows: int) -> _Block:
        return _typed_block(plan, block, rows)

    def batches() -> Iterator[pa.RecordBatch]:
        # an error may not go through the engine, which would write it into a message of its own
        try:
            for block in _beside(work, engine.counting(data_blocks(plan.schema, plan.file)), threads):
                for position, values in block.unread.items():
                    result.unread.setdefault(position, []).append(values)
                result.doubtful |= block.doubtful
                for column, words in block.misfits.items():
                    result.misfits[column] = result.misfits.get(column, frozenset()) | words
                yield block.batch
        except EffektutvError as error:
            result.failed = error

    engine.register(table, pa.RecordBatchReader.from_batches(plan.arrow, batches()))
    if result.failed is not None:
        raise result.failed
    return result


def _keep_unread(engine: Engine, result: _Result, table: str) -> str | None:
    """Keep the sample of columns that the declaration does not know as a table; return its query."""
    if not result.unread:
        return None
    columns = [pa.concat_arrays(values) for values in result.unread.values()]
    longest = max(map(len, columns))
    padded = [pa.concat_arrays([c, pa.nulls(longest - len(c), pa.string())]) for c in columns]
    engine.register(table, pa.table(padded, names=[f"c{i}" for i in range(len(padded))]))
    return f"SELECT * FROM {quoted(table)}"


def _typed_block(plan: _Plan, block: bytes, rows: int) -> _Block:
    texts = _parsed(plan, block, rows)
    _look_for_words(plan, block)
    misfits = np.zeros(rows, dtype=np.int64)
    doubtful = set()
    said: dict[str, frozenset[str]] = {}
    columns = []
    for position, column in plan.fields.items():
        reading = plan.readings.get(column.column)
        values, bad = _typed(plan, column, texts[position], reading)
        if plan.coded(position) and values.type != _CODED:
            values = values.dictionary_encode()
        columns.append(values)
        if bad is not None:
            misfits |= bad.astype(np.int64) << plan.schema.fields.index(column)
            if bad.any() and column.type is not FieldType.STRING:
                said[column.column] = words_in(texts[position].filter(pa.array(bad)))
            if reading is None and column.type in (FieldType.NUMBER, FieldType.DATE):
                doubtful.add(column.column)
    most = max(64, _KEPT // len(plan.file.rows))
    return _Block(
        batch=pa.record_batch([*columns, pa.array(misfits)], schema=plan.arrow),
        unread={
            i: tidied(_spread(texts[i].drop_null(), most), plan.file.encoding, plan.schema.missing_values)
            for i in plan.unread
        },
        doubtful=doubtful,
        misfits=said,
    )


def _look_for_words(plan: _Plan, block: bytes) -> None:
    """Look for declared words that have not been seen yet: the parser makes them missing and does not tell which they were."""
    encoding = "utf-8" if plan.file.encoding in ("utf-8", "utf-16") else "cp1252"
    for word in plan.sought:
        if word not in plan.seen and holds_cell(block, word.encode(encoding, "ignore"), plan.file.delimiter):
            plan.seen.add(word)


def _spread(values: Any, most: int | None) -> Any:
    """Return at most so many values, evenly spread."""
    if most is None or len(values) <= most:
        return values
    return values.take(pa.array(np.linspace(0, len(values) - 1, most).astype(np.int64)))


def _typed(plan: _Plan, column: Field, texts: Any, reading: str | None) -> Typed:
    """Return a column's values; where it is open how they are written, only those fit that are the same in any way."""
    if texts.type == pa.date32():
        return texts, None
    if column.type is FieldType.INTEGER:
        return integers(texts)
    if column.type is FieldType.NUMBER:
        if reading is not None:
            return numbers(texts, reading)
        values, bad = integers(texts)
        return values.cast(pa.float64()), bad
    if column.type is FieldType.DATE:
        return dates(texts, plan.layout(column))
    return texts, hidden(texts)


def _parsed(plan: _Plan, block: bytes, rows: int) -> dict[int, Any]:
    """Return a block's columns: days, texts, or texts as they were delivered where the declaration does not know a column.

    ``rows`` is how many there must be, -1 where that is not asked.
    """
    at_once = plan.at_once
    table = _parse(plan, block, at_once) if at_once else None
    if table is None or any(year_zero(table.column(f"c{i}")) for i, kind in at_once.items() if kind == pa.date32()):
        table = _parse(plan, block, {})
    if table is None:
        raise ExtractError(
            f"{plan.schema.name}: a row does not have as many columns as the header; the file may be cut off, or a value holds "
            f"the separator and is not quoted"
        )
    if rows not in (-1, table.num_rows):
        raise ExtractError(
            f"{plan.schema.name}: lines and rows do not add up; line ends are mixed, or the file changed while it was read"
        )
    columns = {i: table.column(f"c{i}").combine_chunks() for i in (*plan.fields, *plan.unread)}
    return {
        i: tidied(column, plan.file.encoding, plan.schema.missing_values)
        if i in plan.fields and column.type != pa.date32()
        else column
        for i, column in columns.items()
    }


def _parse(plan: _Plan, block: bytes, at_once: Mapping[int, pa.DataType]) -> pa.Table | None:
    """Return the wanted columns, as texts but for some; None if a row has more or fewer columns than the header.

    None also if one of those that are not to be texts holds anything else.
    """
    names = [f"c{i}" for i in range(len(plan.file.header))]
    quotes = b'"' in block
    table = None
    # the parser's own message would repeat the row
    with suppress(pa.ArrowInvalid):
        table = pyarrow.csv.read_csv(
            pa.BufferReader(block),
            read_options=pyarrow.csv.ReadOptions(column_names=names, use_threads=False, block_size=len(block) + 1),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=plan.file.delimiter,
                quote_char='"' if quotes else False,
                newlines_in_values=quotes,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={name: at_once.get(i, pa.string()) for i, name in enumerate(names)},
                include_columns=[f"c{i}" for i in (*plan.fields, *plan.unread)],
                null_values=["", *plan.schema.missing_values],
                strings_can_be_null=True,
                check_utf8=False,
            ),
        )
    return table
