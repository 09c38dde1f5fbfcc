"""Writes tables as deliveries: text as the register's owner writes it, or typed Parquet. pyarrow is used here only.

The headers are the declaration's ``delivered`` names. Text is cp1252 with ``;`` and a decimal comma; a missing value is
empty, or ``*`` in some columns of text.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from effektutv.registers.schema.table_schema import ExtractSchema, Field, FieldType, load_schema

from .columns import MISSING, Coded, Column, Table, length

__all__ = ["STARS", "Delivery"]

#: Columns of text in which ``*`` stands for missing.
STARS = frozenset(
    {
        ("scb_lisa", "civil"),
        ("scb_lisa", "sun2000niva"),
        ("af_inskrivning", "avakt_orsak"),
        ("assignment", "behandlare"),
        ("sos_lss", "personkrets"),
        ("fk_ersattning", "diagnos1_kod"),
    }
)
#: Serial numbers say in every row that the person, or the employer, does not exist.
_SERIALS = {"lopnr": ("SYN", 8), "lopnr_peorgnr": ("SYNF", 7)}
#: Extracts with line ends as Windows writes them.
_CRLF = frozenset({"af_inskrivning"})
#: Extracts with free text, whose texts are quoted.
_QUOTED = frozenset({"deltagarenkat"})
_METADATA = {
    b"synthetic": b"true",
    b"note": "Syntetiska data, inga verkliga personer – synthetic data, no real persons".encode(),
}


class Delivery:
    """The open files of one demonstration; rows are appended file by file, chunk by chunk.

    Parameters
    ----------
    folder : Path
        Where the files go.
    file_format : {"csv", "parquet"}
        Text or Parquet.
    """

    def __init__(self, folder: Path, file_format: str) -> None:
        self._folder = folder
        self._format = file_format
        self._open: dict[str, Any] = {}
        self.rows: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for handle in self._open.values():
            handle.close()

    def append(self, stem: str, register: str, table: Table) -> None:
        """Append rows to a file; the first call writes the header.

        Parameters
        ----------
        stem : str
            The file's name without its ending.
        register : str
            The register whose declaration the columns follow.
        table : Table
            Columns by canonical name. A column of the declaration that the table lacks is not delivered.
        """
        schema = load_schema(register)
        name = f"{stem}.{self._format}"
        fields = [f for f in schema.fields if f.column in table]
        typed = pa.table(
            [_typed(table[f.column], f) for f in fields],
            schema=pa.schema([pa.field(f.delivered, _arrow_type(f)) for f in fields], metadata=_METADATA),
        )
        self.rows[name] = self.rows.get(name, 0) + length(table)
        if self._format == "parquet":
            if name not in self._open:
                self._open[name] = pq.ParquetWriter(self._folder / name, typed.schema)
            self._open[name].write_table(typed)
            return
        if name not in self._open:
            self._open[name] = (self._folder / name).open("wb")
            self._open[name].write(_line_ends(";".join(f.delivered for f in fields) + "\n", register))
        self._open[name].write(_text(typed, fields, schema))


def _arrow_type(field: Field) -> Any:
    return {
        FieldType.STRING: pa.string(),
        FieldType.INTEGER: pa.int64(),
        FieldType.NUMBER: pa.float64(),
        FieldType.DATE: pa.date32(),
    }[field.type]


def _typed(column: Column, field: Field) -> Any:
    """Return a column as Arrow with the declaration's type; missing values are null."""
    if isinstance(column, Coded):
        return pa.array(column.levels, pa.string()).take(pa.array(column.codes))
    if column.dtype.kind == "f":
        return pa.array(column, mask=np.isnan(column))
    array = pa.array(column, mask=column == MISSING)
    if field.column in _SERIALS:
        prefix, width = _SERIALS[field.column]
        return pc.binary_join_element_wise(prefix, pc.utf8_lpad(pc.cast(array, pa.string()), width, "0"), "")
    if field.type is FieldType.DATE:
        return array.cast(pa.int32()).cast(pa.date32())
    return array.cast(_arrow_type(field))


def _text(typed: Any, fields: list[Field], schema: ExtractSchema) -> bytes:
    columns = []
    for i, field in enumerate(fields):
        column = typed.column(i)
        if field.type is FieldType.NUMBER:
            column = pc.replace_substring(pc.cast(column, pa.string()), ".", schema.delivery.decimal)
        elif field.type is not FieldType.STRING:
            column = pc.cast(column, pa.string())
        if (schema.name, field.column) in STARS:
            column = pc.fill_null(column, "*")
        columns.append(column)
    quoting = "needed" if schema.name in _QUOTED else "none"
    options = pyarrow.csv.WriteOptions(include_header=False, delimiter=schema.delivery.delimiter, quoting_style=quoting)
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(pa.table(columns, names=[f.name for f in fields]), buffer, options)
    return _line_ends(buffer.getvalue().decode("utf-8"), schema.name)


def _line_ends(text: str, register: str) -> bytes:
    return (text.replace("\n", "\r\n") if register in _CRLF else text).encode("cp1252")
