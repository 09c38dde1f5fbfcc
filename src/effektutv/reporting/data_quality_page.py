"""What the checks of extracts found, for those who can do something about it: one HTML page, and lines for a terminal.

This is no report: it is for whoever has the extracts, and for the register's owner. It shows counts, small ones banded, and
never a value; nothing is estimated here, so that nothing waits for disclosure control.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.i18n import capital
from effektutv.results.data_quality import FILE, Severity

from .formats.html.write import fill
from .model.blocks import Cell, Group, Head, Paragraph, Row, Section, TableBlock
from .wording.cells import Numbers
from .wording.notes import advice_in_language, rule_in_language
from .wording.words import Words

if TYPE_CHECKING:
    from effektutv.results.data_quality import DataQuality, Finding, ReadForm

__all__ = ["quality_lines", "quality_page"]

#: Separators that cannot be seen.
_NAMED = {"\t": "TAB"}


def quality_page(quality: DataQuality, *, title: str, lang: str, version: str, synthetic: bool = False) -> str:
    """Return the page.

    Parameters
    ----------
    quality : DataQuality
        As the checks found it.
    title : str
        What the study is called.
    lang : {"sv", "en"}
    version : str
        The package's.
    synthetic : bool
        Whether the extracts are made up: the page says so above everything.
    """
    page = _Page(quality, lang)
    sections = page.sections()
    tables = [b.key for s in sections for b in s.blocks if isinstance(b, TableBlock)]
    return fill(
        "quality.html.j2",
        page.words.lang,
        title=page.words("checks_title", study=title),
        byline=page.words("checks_byline", version=version),
        version=version,
        synthetic=synthetic,
        sections=sections,
        numbers={key: i for i, key in enumerate(tables, start=1)},
    )


def quality_lines(quality: DataQuality, *, lang: str) -> Iterator[str]:
    """Yield what was found as lines of text: extract by extract, the worst first, and last what it means for a run.

    Parameters
    ----------
    quality : DataQuality
    lang : {"sv", "en"}
    """
    page = _Page(quality, lang)
    w = page.words
    for name in page.extracts():
        known = name in quality.read
        yield w("checks_read_line", extract=name, n=page.text(quality.read_text(name))) if known else name
        for f in page.ordered:
            if f.extract != name:
                continue
            rule = rule_in_language(f.rule, w)
            yield f"  {w(str(f.severity)).upper()} {page.column(f)}: {rule}: {page.count(f)}"
            yield f"    {advice_in_language(f.advice, w)}"
    yield f"{w('checks_verdict')} {page.verdict()}"


class _Page:
    """The findings in one language."""

    def __init__(self, quality: DataQuality, lang: str) -> None:
        self.quality = quality
        self.words = Words(lang)
        self.numbers = Numbers(self.words)
        order = list(Severity)
        self.ordered = sorted(quality.rows, key=lambda f: order.index(f.severity))

    def text(self, count: str) -> str:
        """Return a count as shown: ``"fewer than 5"``, a number or a mark."""
        if count.isdigit():
            return i18n.count(int(count), self.words.lang)
        return self.words("fewer_than_5") if count.startswith("fewer") else count

    def column(self, finding: Finding) -> str:
        return self.words("whole_file") if finding.column == FILE else finding.column

    def count(self, finding: Finding) -> str:
        """Return how many break a rule, of how many: ``"7 of 1,142 rows"``."""
        failing, checked = self.text(finding.failing_text), self.text(finding.checked_text)
        unit = self.words(f"unit_{finding.unit.replace('-', '_')}")
        return self.words("checks_of", failing=failing, checked=checked, unit=unit)

    def sections(self) -> list[Section]:
        """Return the verdict, the extracts, and the findings of each extract that has any."""
        w = self.words
        blocks = [
            Paragraph(texts=(self.verdict(),), lead=True),
            Paragraph(texts=(*self._said(), w("checks_severity"))),
        ]
        out = [Section(key="verdict", title=w("checks_verdict"), blocks=tuple(blocks)), self._extracts()]
        for name in self.extracts():
            rows = [f for f in self.ordered if f.extract == name]
            if rows:
                out.append(Section(key=f"found-{name}", title=name, blocks=(self._found(name, rows),)))
        return out

    def extracts(self) -> list[str]:
        """Return the extracts in the study's order."""
        return list(dict.fromkeys([*self.quality.read, *(f.extract for f in self.quality.rows)]))

    def verdict(self) -> str:
        """Return whether a run may use the extracts, in one or two sentences."""
        w, worst = self.words, self.quality.worst
        errors = sum(f.severity is Severity.ERROR for f in self.quality.rows)
        if worst is Severity.ERROR:
            n = i18n.count(errors, w.lang)
            return w("checks_error_one") if errors == 1 else w("checks_error", errors=n)
        return w({None: "checks_clean", Severity.WARNING: "checks_usable", Severity.NOTE: "checks_noted"}[worst])

    def _said(self) -> Iterator[str]:
        delivered = self.quality.delivered
        if delivered is not None:
            yield self.words("checks_delivered", day=str(delivered))
        yield self.words("checks_few")

    def _extracts(self) -> Section:
        """Return what was read of each extract, and how many rules of each severity it broke."""
        w = self.words
        rows, clean = [], []
        for name in self.quality.read:
            found = [f.severity for f in self.quality.rows if f.extract == name]
            cells = [Cell(self.text(self.quality.read_text(name)))]
            cells += [self.numbers.count(found.count(severity)) for severity in Severity]
            cells.append(Cell("; ".join(self._form(f) for f in self.quality.forms.get(name, ())), words=True))
            rows.append(Row(name, tuple(cells)))
            clean += [] if found else [name]
        table = TableBlock(
            key="table-read",
            caption=w("checks_read"),
            heads=(
                Head(w("extract"), words=True),
                Head(w("rows")),
                *(Head(w(f"checks_{s}s")) for s in Severity),
                Head(w("checks_form"), words=True),
            ),
            groups=(Group(tuple(rows)),),
            notes=(w("checks_none", extracts=i18n.join(clean, w.lang)),) if clean else (),
        )
        return Section(key="extracts", title=w("checks_extracts"), blocks=(table,))

    def _form(self, form: ReadForm) -> str:
        """Return how a text file was written, in words: ``"cp1252, separator ;, decimal mark ,, dates %Y-%m-%d"``."""
        w = self.words
        parts = [form.encoding, w("checks_delimiter", mark=_NAMED.get(form.delimiter, form.delimiter))]
        parts += [w("checks_decimal", marks=" ".join(form.decimals))] if form.decimals else []
        parts += [w("checks_dates", formats=" ".join(form.dates))] if form.dates else []
        return " · ".join(parts)

    def _found(self, name: str, rows: list[Finding]) -> TableBlock:
        w = self.words

        def row(finding: Finding) -> Row:
            cells = (
                rule_in_language(finding.rule, w),
                self.count(finding),
                capital(advice_in_language(finding.advice, w)) + ".",
            )
            return Row(self.column(finding), tuple(Cell(text, words=True) for text in cells))

        groups = [
            Group(tuple(row(f) for f in rows if f.severity is severity), w(f"checks_{severity}s"))
            for severity in Severity
            if any(f.severity is severity for f in rows)
        ]
        return TableBlock(
            key=f"table-{name}",
            caption=w("checks_found", extract=name),
            heads=tuple(Head(w(key), words=True) for key in ("column", "rule", "checks_how_many", "checks_advice")),
            groups=tuple(groups),
        )
