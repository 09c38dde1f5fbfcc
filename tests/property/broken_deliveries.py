"""Ways in which a delivery goes wrong: each takes the bytes of a good extract and gives back those of a broken one.

A mutation is drawn with a generator, so that a seed names it. Every text that a mutation plants holds :data:`PLANTED`, which
must never be seen again: not in a message, a finding, a file or an exception.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np

from effektutv.registers.schema.table_schema import ExtractSchema, Field, FieldType, load_codelist, load_schema

#: Stands in every planted text.
PLANTED = "Zqx7Hemligt"

Rows = list[list[str]]


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """A text extract taken apart: its header and rows, in the format in which it was delivered."""

    register: str
    header: list[str]
    rows: Rows
    encoding: str
    delimiter: str = ";"
    quoted: bool = False

    @property
    def schema(self) -> ExtractSchema:
        return load_schema(self.register)

    def columns(self, wanted: Callable[[Field], bool]) -> list[int]:
        """Return where the columns of declared fields stand that are wanted."""
        found = {i: f for i, name in enumerate(self.header) for f in self.schema.fields if f.matches(name)}
        return [i for i, f in found.items() if wanted(f)]

    def field(self, position: int) -> Field:
        return next(f for f in self.schema.fields if f.matches(self.header[position]))

    def to_bytes(self, rows: Rows | None = None, header: list[str] | None = None, end: str = "\r\n") -> bytes:
        def line(cells: list[str]) -> str:
            return self.delimiter.join(f'"{c}"' if self.quoted else c for c in cells)

        lines = [self.delimiter.join(self.header if header is None else header)]
        lines += [line(r) for r in (self.rows if rows is None else rows)]
        return (end.join(lines) + end).encode(self.encoding)


def take_apart(register: str, data: bytes) -> Delivered:
    """Take a demonstration's extract apart: no cell of theirs holds a separator or a line break in the registers used here."""
    encoding = "cp1252"
    try:
        text, encoding = data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    first, *lines = text.splitlines()
    rows = [[c.strip('"') for c in line.split(";")] for line in lines]
    return Delivered(
        register=register, header=first.split(";"), rows=rows, encoding=encoding, quoted=lines[0][:1] == '"'
    )


def _some(rng: np.random.Generator, n: int) -> list[int]:
    """Return a few rows, from one to all of them."""
    size = int(rng.choice([1, 2, 5, max(n // 3, 1), n]))
    return sorted(rng.choice(n, size=min(size, n), replace=False).tolist())


def _set(d: Delivered, rng: np.random.Generator, position: int, value: Callable[[str], str]) -> Rows:
    rows = [list(r) for r in d.rows]
    for i in _some(rng, len(rows)):
        rows[i][position] = value(rows[i][position])
    return rows


def _pick(rng: np.random.Generator, found: list[int]) -> int | None:
    return int(rng.choice(found)) if found else None


def _dates(f: Field) -> bool:
    return f.type is FieldType.DATE


def _numbers(f: Field) -> bool:
    return f.type in (FieldType.INTEGER, FieldType.NUMBER)


def dropped_column(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(lambda f: True))
    return d.to_bytes([r[:at] + r[at + 1 :] for r in d.rows], d.header[:at] + d.header[at + 1 :])


def renamed_column(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(lambda f: True))
    return d.to_bytes(header=[PLANTED if i == at else h for i, h in enumerate(d.header)])


def duplicated_column(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(lambda f: True))
    return d.to_bytes([[*r, r[at]] for r in d.rows], [*d.header, d.header[at]])


def wrong_separator(d: Delivered, rng: np.random.Generator) -> bytes | None:
    """Some rows are written with another separator than the header."""
    lines = d.to_bytes().split(b"\r\n")
    for i in _some(rng, len(lines) - 2):
        lines[i + 1] = lines[i + 1].replace(b";", str(rng.choice([",", "\t", "|"])).encode())
    return b"\r\n".join(lines)


def other_separator(d: Delivered, rng: np.random.Generator) -> bytes | None:
    """The whole file is written with another separator: decimal commas go wrong with a comma."""
    return d.to_bytes().replace(b";", str(rng.choice([",", "\t", "|"])).encode())


def other_encoding(d: Delivered, rng: np.random.Generator) -> bytes | None:
    text = d.to_bytes().decode(d.encoding)
    return text.encode(str(rng.choice(["utf-16", "utf-16-le", "utf-8", "utf-8-sig", "utf-32"])))


def broken_bytes(d: Delivered, rng: np.random.Generator) -> bytes | None:
    data = bytearray(d.to_bytes())
    for i in rng.integers(len(data) // 2, len(data), size=3):
        data[int(i)] = int(rng.choice([0x81, 0x8D, 0x8F, 0x90, 0x9D, 0xFF, 0xC3]))
    return bytes(data)


def decimal_points(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(lambda f: f.type is FieldType.NUMBER))
    if at is None:
        return None
    return d.to_bytes(_set(d, rng, at, lambda text: text.replace(",", ".")))


def impossible_date(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(_dates))
    if at is None:
        return None
    day = str(
        rng.choice(["2015-02-30", "2015-13-01", "2015-00-10", "0000-00-00", "2015-1-1", "2015-06-31", "99999-01-01"])
    )
    return d.to_bytes(_set(d, rng, at, lambda _: day))


def two_digit_date(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(_dates))
    return None if at is None else d.to_bytes(_set(d, rng, at, lambda t: t[2:] if t else "15-01-02"))


def unknown_code(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(lambda f: f.codelist is not None or bool(f.enum)))
    if at is None:
        return None
    code = str(rng.choice([PLANTED, "9999", "-1", "0x1F"]))
    return d.to_bytes(_set(d, rng, at, lambda _: code))


def code_outside_its_era(d: Delivered, rng: np.random.Generator) -> bytes | None:
    """A code that was in force only once, on a spell of another time."""
    at = _pick(rng, d.columns(lambda f: f.codelist is not None))
    start = d.schema.dating.start
    if at is None or start is None:
        return None
    codes = [c for c in load_codelist(d.field(at).codelist or "").codes if c.valid_to is not None]
    if not codes:
        return None
    day = d.columns(lambda f: f.column == start)[0]
    rows = [list(r) for r in d.rows]
    for i in _some(rng, len(rows)):
        rows[i][at], rows[i][day] = codes[0].code, "2016-10-10"
    return d.to_bytes(rows)


def letters_in_numbers(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(_numbers))
    if at is None:
        return None
    text = str(rng.choice([PLANTED, "12O", "1e3", "NaN", "inf", "0x10", "1 000", "--5", "1_000", "½", "١٢"]))
    data = text.encode(d.encoding, errors="replace").decode(d.encoding)
    return d.to_bytes(_set(d, rng, at, lambda _: data))


def nul_bytes(d: Delivered, rng: np.random.Generator) -> bytes | None:
    data = bytearray(d.to_bytes())
    data[int(rng.integers(len(data)))] = 0
    return bytes(data)


def cut_off(d: Delivered, rng: np.random.Generator) -> bytes | None:
    data = d.to_bytes()
    # a file that ends between two rows is whole, as far as anybody can see
    return data[: int(rng.integers(len(data) // 4, len(data) - 2))].rstrip(b"\r\n")


def empty(d: Delivered, rng: np.random.Generator) -> bytes | None:
    return b"" if rng.random() < 0.5 else b"\r\n\r\n"


def header_only(d: Delivered, rng: np.random.Generator) -> bytes | None:
    return d.to_bytes([])


def no_header(d: Delivered, rng: np.random.Generator) -> bytes | None:
    return d.to_bytes().split(b"\r\n", 1)[1]


def duplicate_keys(d: Delivered, rng: np.random.Generator) -> bytes | None:
    if not d.schema.primary_key:
        return None
    return d.to_bytes(d.rows + [d.rows[i] for i in _some(rng, len(d.rows))])


def orphans(d: Delivered, rng: np.random.Generator) -> bytes | None:
    """Persons whom the randomisation form does not know, in a register that holds participants only."""
    if not d.schema.foreign_keys:
        return None
    at = d.columns(lambda f: f.column == "lopnr")[0]
    return d.to_bytes(_set(d, rng, at, lambda _: PLANTED))


def missing_required(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(lambda f: f.required))
    return d.to_bytes(_set(d, rng, at, lambda _: "*"))


def _spell(d: Delivered) -> tuple[int, int] | None:
    dating = d.schema.dating
    if dating.start is None or dating.end is None:
        return None
    start, end = (d.columns(lambda f, c=c: f.column == c) for c in (dating.start, dating.end))
    return (start[0], end[0]) if start and end else None


def reversed_spell(d: Delivered, rng: np.random.Generator) -> bytes | None:
    places = _spell(d)
    if places is None:
        return None
    start, end = places
    first, last = ("2014-05-01", "2013-02-01") if _dates(d.field(start)) else ("9", "3")
    rows = [list(r) for r in d.rows]
    for i in _some(rng, len(rows)):
        rows[i][start], rows[i][end] = first, last
    return d.to_bytes(rows)


def overlapping_spells(d: Delivered, rng: np.random.Generator) -> bytes | None:
    """Every spell of the participants twice, a day later: only spells have an order to overlap in."""
    places = _spell(d)
    if places is None or not _dates(d.field(places[0])):
        return None
    return d.to_bytes(d.rows + d.rows)


def future_date(d: Delivered, rng: np.random.Generator) -> bytes | None:
    """Something that began after the delivery; what ends then may have been planned so."""
    at = _pick(rng, d.columns(lambda f: _dates(f) and f.column in (d.schema.dating.start, d.schema.dating.at)))
    return None if at is None else d.to_bytes(_set(d, rng, at, lambda _: "2199-01-01"))


def huge_number(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(_numbers))
    if at is None:
        return None
    number = str(rng.choice(["9007199254740993", "-9007199254740993", "9" * 25, "9223372036854775808", "9" * 400]))
    return d.to_bytes(_set(d, rng, at, lambda _: number))


def megabyte_cell(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(lambda f: f.type is not FieldType.STRING or f.codelist is not None))
    rows = [list(r) for r in d.rows]
    rows[int(rng.integers(len(rows)))][at] = PLANTED + "x" * 1_000_000
    return d.to_bytes(rows)


def mixed_line_ends(d: Delivered, rng: np.random.Generator) -> bytes | None:
    lines = d.to_bytes().split(b"\r\n")
    ends = rng.choice([b"\n", b"\r\n", b"\r"], size=len(lines), p=[0.5, 0.4, 0.1])
    return b"".join(line + end for line, end in zip(lines[:-1], ends, strict=False))


def formula(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(lambda f: f.type is not FieldType.STRING or f.codelist is not None or bool(f.enum)))
    if at is None:
        return None
    text = str(rng.choice([f"=HYPERLINK('{PLANTED}')", f"@SUM({PLANTED})", f"+{PLANTED}", f"=1+1&{PLANTED}"]))
    return d.to_bytes(_set(d, rng, at, lambda _: text))


def open_quote(d: Delivered, rng: np.random.Generator) -> bytes | None:
    lines = d.to_bytes().split(b"\r\n")
    i = 1 + int(rng.integers(len(lines) - 2))
    lines[i] = b'"' + lines[i].replace(b'"', b"")
    return b"\r\n".join(lines)


def extra_cells(d: Delivered, rng: np.random.Generator) -> bytes | None:
    rows = [list(r) for r in d.rows]
    for i in _some(rng, len(rows)):
        rows[i] = [*rows[i], PLANTED]
    return d.to_bytes(rows)


def fewer_cells(d: Delivered, rng: np.random.Generator) -> bytes | None:
    rows = [list(r) for r in d.rows]
    for i in _some(rng, len(rows)):
        rows[i] = rows[i][:-1]
    return d.to_bytes(rows)


def cut_gzip(d: Delivered, rng: np.random.Generator) -> bytes | None:
    data = gzip.compress(d.to_bytes(), mtime=0)
    return data[: int(rng.integers(30, len(data) - 1))]


def persons_in_another_case(d: Delivered, rng: np.random.Generator) -> bytes | None:
    """Who takes part is told by the randomisation form, which is right in any case."""
    at = d.columns(lambda f: f.column == "lopnr")[0]
    return None if d.register == "assignment" else d.to_bytes([[*r[:at], r[at].lower(), *r[at + 1 :]] for r in d.rows])


def blank_column(d: Delivered, rng: np.random.Generator) -> bytes | None:
    """Blanks or no-break spaces throughout a column that every row must have, or all spells' ends."""
    at = _pick(rng, d.columns(lambda f: f.required or (f.column == d.schema.dating.end and len(d.rows) >= 20)))
    blank = str(rng.choice([" ", "   ", "\u00a0"]))
    return d.to_bytes([[*r[:at], blank, *r[at + 1 :]] for r in d.rows])


def names_that_differ_in_case(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(lambda f: True))
    return d.to_bytes([[*r, PLANTED] for r in d.rows], [*d.header, d.header[at].swapcase()])


def untidy(d: Delivered, rng: np.random.Generator) -> bytes | None:
    """Blanks, quotation marks and a mark before the header, blanks after values as in a database's CHAR: no part of anything."""
    names = [str(rng.choice([f" {h}  ", f'"{h}"', f"{h}\u00a0", h.upper()])) for h in d.header]
    rows = [[f"{cell}{' ' * int(rng.integers(4))}" for cell in r] for r in d.rows]
    return ("\ufeff" if d.encoding == "utf-8" else "").encode() + d.to_bytes(rows, names)


def line_before_the_header(d: Delivered, rng: np.random.Generator) -> bytes | None:
    return str(rng.choice(["sep=;", PLANTED, f"{PLANTED};;"])).encode() + b"\r\n" + d.to_bytes()


def line_after_the_rows(d: Delivered, rng: np.random.Generator) -> bytes | None:
    """What a program says of what it has written: SQL Server's count, a total."""
    last = str(rng.choice([f"({PLANTED} rows affected)", PLANTED + ";" * (len(d.header) - 1), "-- \u00e5"]))
    return d.to_bytes() + (last + "\r\n").encode(d.encoding)


def grouped_thousands(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(_numbers))
    if at is None:
        return None
    mark = str(rng.choice([" ", "\u00a0", "."]))
    return d.to_bytes(_set(d, rng, at, lambda text: f"1{mark}234{mark}567"))


def other_minus(d: Delivered, rng: np.random.Generator) -> bytes | None:
    """The typographers' minus sign (a dash where the encoding has none), one after the number, or brackets."""
    at = _pick(rng, d.columns(_numbers))
    if at is None:
        return None
    form = str(rng.choice(["\u2212{}" if d.encoding == "utf-8" else "\u2013{}", "{}-", "({})"]))
    return d.to_bytes(_set(d, rng, at, lambda text: form.format(text or "5")))


def moments(d: Delivered, rng: np.random.Generator) -> bytes | None:
    at = _pick(rng, d.columns(_dates))
    if at is None:
        return None
    time = str(rng.choice(["T00:00:00Z", "T00:00:00+01:00", " 13:45:00", "T23:00:00.000Z"]))
    return d.to_bytes(_set(d, rng, at, lambda text: (text or "2015-01-02") + time))


def days_as_numbers(d: Delivered, rng: np.random.Generator) -> bytes | None:
    """Days counted from Excel's first, from 1960 or from 1970."""
    at = _pick(rng, d.columns(_dates))
    if at is None:
        return None
    zero = date.fromisoformat(str(rng.choice(["1899-12-30", "1960-01-01", "1970-01-01"])))
    return d.to_bytes(_set(d, rng, at, lambda text: str((date.fromisoformat(text or "2015-01-02") - zero).days)))


def other_file(d: Delivered, rng: np.random.Generator) -> bytes | None:
    """Something else under the file's name: a workbook, a database's own format, what another program packed."""
    beginnings = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"BZh9", b"7z\xbc\xaf", b"<stata_dta>", b"$FL2", b"RDX3"]
    return beginnings[int(rng.integers(len(beginnings)))] + PLANTED.encode() + rng.bytes(2000)


def noise(d: Delivered, rng: np.random.Generator) -> bytes | None:
    return rng.bytes(20_000)


#: Mutations whose file ends otherwise than the extract did.
SUFFIX = {cut_gzip: ".gz"}

MUTATIONS = (
    dropped_column, renamed_column, duplicated_column, wrong_separator, other_separator, other_encoding, broken_bytes,
    decimal_points, impossible_date, two_digit_date, unknown_code, code_outside_its_era, letters_in_numbers, nul_bytes,
    cut_off, empty, header_only, no_header, duplicate_keys, orphans, missing_required, reversed_spell, overlapping_spells,
    future_date, huge_number, megabyte_cell, mixed_line_ends, formula, open_quote, extra_cells, fewer_cells, cut_gzip, noise,
    persons_in_another_case, blank_column, names_that_differ_in_case, untidy, line_before_the_header,
    line_after_the_rows, grouped_thousands, other_minus, moments, days_as_numbers,
    other_file,
)  # fmt: skip
