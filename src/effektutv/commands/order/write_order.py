"""``effektutv order``: what a study needs, written as one would send it to the registers' owners, in Swedish.

Two files. ``bestallning.csv`` has a row a variable: ``;`` between columns, UTF-8 with a byte-order mark and Windows line ends,
which a Swedish Excel opens with a double click. ``bestallning.xlsx`` has the same variables, a sheet an owner, behind a first
sheet with the population and how the delivery should be written.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from effektutv.errors import ArgumentError
from effektutv.registers.schema.table_schema import Field, FieldType
from effektutv.runtime.atomic_output import refusals, write_whole
from effektutv.study import Study

from .needs import OWN, RegisterNeed, needs_of
from .periods import Window
from .workbook import workbook

__all__ = ["COLUMNS", "Order", "OrderRow", "order", "order_of"]

COLUMNS = (
    "Registerhållare", "Register", "Variabel", "Andra namn", "Benämning", "Beskrivning", "Typ", "Enhet, kodlista eller värden",
    "Måste finnas", "Varför studien behöver den", "Avser", "Vilka personer",
)  # fmt: skip

_TYPES = {
    FieldType.STRING: "text",
    FieldType.INTEGER: "heltal",
    FieldType.NUMBER: "tal",
    FieldType.DATE: "datum",
}
#: The units of the declarations, in Swedish.
UNITS = {
    "per cent of full time": "procent av heltid",
    "SEK a month": "kronor i månaden",
    "SEK a year": "kronor om året",
    "SEK an hour": "kronor i timmen",
    "SEK": "kronor",
    "hundreds of SEK a year": "hundratal kronor om året",
    "probability": "sannolikhet, 0–1",
    "scale 1–5": "skala 1–5",
    "share of full time": "andel av heltid",
    "days": "dagar",
    "hours": "timmar",
    "children": "antal barn",
    "calendar year": "kalenderår",
    "month of the year": "månad, 1–12",
}
#: Texts that a spreadsheet would take for a formula begin so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One variable of the order; the texts are Swedish, in the order of :data:`COLUMNS`."""

    owner: str
    register: str
    variable: str
    other_names: str
    title: str
    description: str
    type: str
    values: str
    required: str
    why: str
    period: str
    population: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The texts, in the order of :data:`COLUMNS`."""
        return (
            self.owner, self.register, self.variable, self.other_names, self.title, self.description, self.type, self.values,
            self.required, self.why, self.period, self.population,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a study needs of the registers.

    Parameters
    ----------
    title : str
        The study's, in Swedish.
    rows : tuple of OrderRow
        By owner, register and variable; what the project collects itself comes last.
    needs : tuple of RegisterNeed
        The same by register.
    window : Window
    dated : date, optional
        The day that the workbook says it was made, so that the same study gives the same bytes.
    target_group : str
        Who is in the target group, in Swedish; empty where the study orders nothing of it.
    """

    title: str
    rows: tuple[OrderRow, ...]
    needs: tuple[RegisterNeed, ...]
    window: Window
    dated: date | None = None
    target_group: str = ""

    def csv(self) -> str:
        """Return the rows as text for a Swedish Excel: ``;`` between columns, Windows line ends, a byte-order mark."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows([_no_formula(c) for c in row.cells] for row in self.rows)
        return "\ufeff" + out.getvalue()


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def order_of(study: Study, window: Window | None = None) -> Order:
    """Return what a study needs of the registers.

    Parameters
    ----------
    study : Study
        A study from registers.
    window : Window, optional
        When participants were randomised, as far as it is known: periods say *(anges)* where it is not.

    Raises
    ------
    ArgumentError
        If the study is of one plain table.
    """
    if study.table is not None:
        raise ArgumentError(f"{study.file}: the study reads one plain table; only a study from registers orders any")
    known = window or Window()
    needs = sorted(needs_of(study, known), key=lambda n: (n.schema.owner == OWN, n.schema.owner))
    return Order(
        title=study.study.title.sv,
        rows=tuple(row for need in needs for row in _rows(need)),
        needs=tuple(needs),
        window=known,
        dated=study.study.data_date,
        target_group=study.target_group.who.sv if study.target_group is not None else "",
    )


def _rows(need: RegisterNeed) -> Iterator[OrderRow]:
    schema = need.schema
    for variable in need.variables:
        one = variable.field
        yield OrderRow(
            owner=schema.owner[0].upper() + schema.owner[1:],
            register=schema.title,
            variable=one.name,
            other_names=", ".join(n for n in dict.fromkeys((*one.aliases, one.delivered)) if n and n != one.name),
            title=one.title,
            description=one.beskrivning,
            type=_TYPES[one.type],
            values=_values(one),
            required="ja" if one.required and one.from_file is None else "nej",
            why=_together(variable.reasons),
            period=need.period.text,
            population=variable.population,
        )


def _together(reasons: Sequence[str]) -> str:
    """Return reasons of one kind in one sentence."""
    kinds: dict[str, list[str]] = {}
    for reason in reasons:
        kind, _, what = reason.partition(": ")
        kinds.setdefault(kind, []).append(what)
    return ". ".join(f"{kind}: {'; '.join(what)}" for kind, what in kinds.items())


def _values(one: Field) -> str:
    parts = [UNITS[one.unit]] if one.unit else []
    if one.codelist:
        parts.append(f"kodlistan {one.codelist}")
    if one.enum:
        parts.append(", ".join(str(v).replace(".", ",") for v in one.enum))
    return "; ".join(parts)


def order(study: str | Path, *, out: str | Path | None = None, window: Window | None = None) -> tuple[Path, ...]:
    """Write the order of a study's registers: ``bestallning.csv`` and ``bestallning.xlsx``.

    Parameters
    ----------
    study : path
        The study file.
    out : path, optional
        The folder to write them to; the study file's where not given.
    window : Window, optional
        When participants were randomised.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    StudyError
        If the study file is wrong.
    ArgumentError
        If the study is of one plain table, or the folder cannot be written.
    """
    made = order_of(Study.from_toml(study), window)
    folder = Path(study).parent if out is None else Path(out)
    with refusals("out", folder):
        folder.mkdir(parents=True, exist_ok=True)
    files = (folder / "bestallning.csv", folder / "bestallning.xlsx")
    book = workbook(
        made.title, made.needs, [r.cells for r in made.rows], made.window, made.dated, target_group=made.target_group
    )
    write_whole(files[0], made.csv(), "out")
    write_whole(files[1], book, "out")
    return files
