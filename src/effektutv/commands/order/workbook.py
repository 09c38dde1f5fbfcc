"""The order as an Excel workbook: what is common to all owners first, then a sheet an owner."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from effektutv.i18n import printable
from effektutv.reporting.formats.excel.columns import lines
from effektutv.reporting.formats.ooxml import rezipped

from .needs import OWN, RegisterNeed
from .periods import Window

__all__ = ["workbook"]

_INK, _SOFT, _RULE, _GROUND = "#1B2228", "#56616B", "#D5DADE", "#EEF1F3"
#: Points of a line; characters of the first sheet's two columns.
_LINE, _LABEL, _TEXT = 13.0, 24, 96
#: Where the study gives no date: the first day that a ZIP archive can hold.
_EPOCH = date(1980, 1, 1)
#: Columns of a variable on an owner's sheet: the position among the order's cells, heading, width in characters.
_SHOWN = (
    (2, "Variabel", 24),
    (3, "Andra namn", 22),
    (4, "Benämning", 22),
    (5, "Beskrivning", 38),
    (6, "Typ", 8),
    (7, "Enhet, kodlista eller värden", 22),
    (8, "Måste finnas", 9),
    (9, "Varför studien behöver den", 48),
    (11, "Vilka personer", 18),
)

_PARTICIPANTS = "De personer som har samtyckt till att delta och har lottats, antal: (anges)."
_ASKED = "I lottningsenkäten också de som tillfrågades och avböjde."
_TARGET_GROUP = (
    "{who}, antal: (anges). Deras bakgrund beställs ur de register där det står ”Deltagarna och målgruppen”, för samma tid som "
    "deltagarnas. I de andra registren, och för utfall, beställs uppgifter om deltagarna och inga andra. Registerhållaren gör "
    "urvalet och lämnar även målgruppen som löpnummer."
)
_NOBODY_ELSE = "Uppgifter om andra personer beställs inte."
_LINKED = (
    "Projektet lämnar förteckningen över deltagarna till den registerhållare som gör kopplingen. Kopplingen görs där med "
    "personnummer, som byts mot löpnummer innan något lämnas ut; kodnyckeln stannar hos registerhållaren."
)
_WISHES = (
    (
        "Personer",
        "Bara löpnummer (LopNr), samma i alla register och skrivet som text. Aldrig personnummer, samordningsnummer, namn "
        "eller adress: en fil där en kolumn ser ut som personnummer läses inte in.",
    ),
    (
        "Format",
        "Textfil (CSV) med semikolon mellan kolumnerna, teckenkodning UTF-8 och decimalkomma; eller Parquet, SAS (sas7bdat), "
        "Stata (dta) eller tabeller i en databas.",
    ),
    ("Rubrikrad", "Första raden har variablernas namn, som i listan. Projektets prefix (t.ex. P1105_) går bra att ha kvar."),
    ("Filer", "En fil per register. En fil per år går bra, med årtalet i filens namn (t.ex. Individ_2014)."),
    ("Datum", "ÅÅÅÅ-MM-DD. En period som pågår har tomt slutdatum."),
    ("Saknade värden", "Tom cell, eller *. Inga siffror (0, 9, 9999) som står för att något saknas."),
    (
        "Rader",
        "Alla rader som berör tiden, också överlappande perioder och perioder som slutar före sin början: de räknas och "
        "hanteras efter en uttalad regel.",
    ),
    ("Koder", "Kodlista med benämning, och från och till vilken dag varje kod har gällt."),
    (
        "Kontroll",
        "För varje fil: antal rader, antal personer, kontrollsumma (SHA-256) och den sista dag som uppgifterna omfattar.",
    ),
)  # fmt: skip


def workbook(
    title: str,
    needs: Sequence[RegisterNeed],
    cells: Sequence[Sequence[str]],
    window: Window,
    dated: date | None,
    *,
    target_group: str = "",
) -> bytes:
    """Return the workbook.

    Parameters
    ----------
    title : str
        The study's title.
    needs : sequence of RegisterNeed
        By owner.
    cells : sequence of sequence of str
        One a variable, in the same order.
    window : Window
        When participants were randomised.
    dated : date, optional
        The day that it says it was made.
    target_group : str
        Who is in the target group; empty where nothing is ordered of it.

    Returns
    -------
    bytes
        The same for the same arguments.
    """
    import xlsxwriter

    out = io.BytesIO()
    look = {"font_name": "Arial", "font_size": 10, "font_color": _INK}
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": look,
    }
    with xlsxwriter.Workbook(out, options) as book:
        created = datetime.combine(dated or _EPOCH, time())
        book.set_properties(
            {
                "title": printable(f"Beställning av registeruppgifter: {title}"),
                "author": "effektutv",
                "created": created,
            }
        )
        _Book(book, target_group).fill(title, needs, cells, window)
    return rezipped(out.getvalue())


class _Book:
    """The workbook's sheets."""

    def __init__(self, book: Any, target_group: str) -> None:
        self.book = book
        self.target_group = target_group
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.heading = book.add_format({"bold": True, "font_size": 12, "top": 1, "border_color": _RULE})
        self.strong = book.add_format({"bold": True, "valign": "top", "text_wrap": True})
        self.text = book.add_format({"valign": "top", "text_wrap": True})
        self.cell = book.add_format({"valign": "top", "text_wrap": True, "bottom": 1, "border_color": _RULE})
        self.name = book.add_format(
            {"valign": "top", "text_wrap": True, "bottom": 1, "border_color": _RULE, "bold": True}
        )
        self.head = book.add_format(
            {"bold": True, "bottom": 1, "border_color": _INK, "text_wrap": True, "valign": "bottom"}
        )
        self.register = book.add_format({"bold": True, "bg_color": _GROUND, "font_size": 11})
        self.period = book.add_format({"bg_color": _GROUND, "font_color": _SOFT})

    def fill(self, title: str, needs: Sequence[RegisterNeed], cells: Sequence[Sequence[str]], window: Window) -> None:
        """Write every sheet."""
        self._first(title, needs, window)
        at = 0
        by_owner: dict[str, list[tuple[RegisterNeed, Sequence[Sequence[str]]]]] = {}
        for need in needs:
            rows = cells[at : at + len(need.variables)]
            at += len(need.variables)
            by_owner.setdefault(need.schema.owner, []).append((need, rows))
        for owner, registers in by_owner.items():
            self._owner(owner, registers)

    def _first(self, title: str, needs: Sequence[RegisterNeed], window: Window) -> None:
        sheet = self.book.add_worksheet("Beställning")
        sheet.set_column(0, 0, _LABEL)
        sheet.set_column(1, 1, _TEXT)
        sheet.write_string(0, 0, "Beställning av registeruppgifter", self.title)
        at = 2
        for line in self._sections(title, needs, window):
            if len(line) == 1:
                at += 1
                sheet.write_string(at, 0, line[0], self.heading)
                sheet.write_blank(at, 1, None, self.heading)
            else:
                sheet.write_string(at, 0, line[0], self.strong)
                sheet.write_string(at, 1, printable(line[1]), self.text)
                sheet.set_row(at, _LINE * max(lines(line[0], _LABEL), lines(line[1], _TEXT)) + 4)
            at += 1
        self._paper(sheet, landscape=False)

    def _sections(
        self, title: str, needs: Sequence[RegisterNeed], window: Window
    ) -> Iterator[tuple[str] | tuple[str, str]]:
        yield ("Ändamål", title)
        yield ("Beställare", "(anges)")
        yield ("Etikprövning", "(anges)")
        yield ("Lottningen", _randomised(window))
        yield ("Population",)
        yield ("Vilka", " ".join((_PARTICIPANTS, _ASKED, *([] if self.target_group else [_NOBODY_ELSE]))))
        if self.target_group:
            yield ("Målgruppen", _TARGET_GROUP.format(who=self.target_group.rstrip(".")))
        yield ("Koppling", _LINKED)
        yield ("Register",)
        for need in needs:
            owner = "Projektets egna uppgifter" if need.schema.owner == OWN else need.schema.owner
            n = len(need.variables)
            new = "" if need.declared else " Registret står ännu inte i studiefilen."
            yield (owner, f"{need.schema.title}: {n} variabler. {need.population}. {need.period.text}.{new}")
        yield ("Leveransen",)
        yield from _WISHES
        yield ("Varför inte mer",)
        yield (
            "Uppgiftsminimering",
            "Listan har de variabler som en skattning eller en kontroll i studien använder, och inga andra. Varför var och en "
            "behövs står på registerhållarens blad.",
        )

    def _owner(self, owner: str, registers: Sequence[tuple[RegisterNeed, Sequence[Sequence[str]]]]) -> None:
        sheet = self.book.add_worksheet("Egna uppgifter" if owner == OWN else owner[:31])
        for column, (_, heading, width) in enumerate(_SHOWN):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, self.head)
        at = 1
        for need, rows in registers:
            for column in range(len(_SHOWN)):
                sheet.write_blank(at, column, None, self.register)
                sheet.write_blank(at + 1, column, None, self.period)
            sheet.write_string(at, 0, need.schema.title, self.register)
            sheet.write_string(at + 1, 0, need.period.text, self.period)
            at += 2
            for row in rows:
                for column, (position, _, _) in enumerate(_SHOWN):
                    sheet.write_string(at, column, printable(row[position]), self.name if column == 0 else self.cell)
                sheet.set_row(at, _LINE * max(lines(row[position], width) for position, _, width in _SHOWN) + 4)
                at += 1
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        self._paper(sheet, landscape=True)

    def _paper(self, sheet: Any, *, landscape: bool) -> None:
        sheet.set_paper(9)  # A4
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.6, 0.6, 0.7, 0.7)
        sheet.set_footer("&L&A&RSida &P av &N")
        sheet.hide_gridlines(2)


def _randomised(window: Window) -> str:
    if window.first is None or window.last is None:
        return "från (anges) till (anges)"
    started = f"; den sista insatsen började {window.started}" if window.started is not None else ""
    return f"från {window.first} till {window.last}{started}"
