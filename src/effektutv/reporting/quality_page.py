"""What the checks of extracts found, for those who can do something about it: one HTML page, and lines for a terminal.

This is no report: it is for whoever has the extracts, and for the register's owner. It shows counts, small ones banded, and
never a value; nothing is estimated here, so that nothing waits for disclosure control.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from effektutv import language
from effektutv.language import capital
from effektutv.results import Severity
from effektutv.results.quality import FILE

from .blocks import Cell, Group, Head, Paragraph, Row, Section, TableBlock
from .html import fill
from .notes import advice_in_language, rule_in_language
from .numbers import Numbers
from .phrases import Words

if TYPE_CHECKING:
    from effektutv.results import DataQuality, Finding

__all__ = ["quality_lines", "quality_page"]


def quality_page(quality: DataQuality, *, title: str, lang: str, version: str) -> str:
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
        sections=sections,
        numbers={key: i for i, key in enumerate(tables, start=1)},
    )


def quality_lines(quality: DataQuality, *, lang: str) -> Iterator[str]:
    """Yield the findings and the rows read as lines of text, the worst findings first.

    Parameters
    ----------
    quality : DataQuality
    lang : {"sv", "en"}
    """
    page = _Page(quality, lang)
    w = page.words
    for finding in page.ordered:
        count = w(
            "checks_of",
            failing=page.text(finding.failing_text),
            checked=page.text(finding.checked_text),
            unit=page.unit(finding),
        )
        rule, advice = rule_in_language(finding.rule, w), advice_in_language(finding.advice, w)
        yield f"{w(str(finding.severity)):8} {finding.extract}: {page.column(finding)}: {rule}: {count}. {capital(advice)}."
    for name in quality.read:
        yield f"{w('checks_read_line'):8} {name}: {w('many_rows', n=page.text(quality.read_text(name)))}"


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
            return language.count(int(count), self.words.lang)
        return self.words("fewer_than_5") if count.startswith("fewer") else count

    def column(self, finding: Finding) -> str:
        return self.words("whole_file") if finding.column == FILE else finding.column

    def unit(self, finding: Finding) -> str:
        return self.words(f"unit_{finding.unit}")

    def sections(self) -> list[Section]:
        """Return the verdict, the extracts, and the findings of each extract that has any."""
        w = self.words
        blocks = [
            Paragraph(texts=(self._verdict(),), lead=True),
            Paragraph(texts=(*self._said(), w("checks_severity"))),
        ]
        out = [Section(key="verdict", title=w("checks_verdict"), blocks=tuple(blocks)), self._extracts()]
        for name in dict.fromkeys(f.extract for f in self.quality.rows):
            rows = [f for f in self.ordered if f.extract == name]
            out.append(Section(key=f"found-{name}", title=name, blocks=(self._found(name, rows),)))
        return out

    def _verdict(self) -> str:
        w, worst = self.words, self.quality.worst
        errors = sum(f.severity is Severity.ERROR for f in self.quality.rows)
        if worst is Severity.ERROR:
            n = language.count(errors, w.lang)
            return w("checks_error_one") if errors == 1 else w("checks_error", errors=n)
        return w({None: "checks_clean", Severity.WARNING: "checks_usable", Severity.NOTE: "checks_notes"}[worst])

    def _said(self) -> Iterator[str]:
        delivered = self.quality.delivered
        if delivered is not None:
            yield self.words("checks_delivered", day=str(delivered))
        yield self.words("checks_few")

    def _extracts(self) -> Section:
        """Return what was read of each extract, and how many rules of each severity it broke."""
        w = self.words
        counts = [(w("checks_errors"), Severity.ERROR), (w("checks_warnings"), Severity.WARNING)]
        counts.append((w("checks_notes_count"), Severity.NOTE))
        rows, clean = [], []
        for name in self.quality.read:
            found = [f.severity for f in self.quality.rows if f.extract == name]
            cells = [Cell(self.text(self.quality.read_text(name)))]
            cells += [self.numbers.count(found.count(severity)) for _, severity in counts]
            rows.append(Row(name, tuple(cells)))
            clean += [] if found else [name]
        table = TableBlock(
            key="table-read",
            caption=w("checks_read"),
            heads=(Head(w("extract"), words=True), Head(w("rows")), *(Head(text) for text, _ in counts)),
            groups=(Group(tuple(rows)),),
            notes=(w("checks_none", extracts=language.join(clean, w.lang)),) if clean else (),
        )
        return Section(key="extracts", title=w("checks_extracts"), blocks=(table,))

    def _found(self, name: str, rows: list[Finding]) -> TableBlock:
        w = self.words

        def row(finding: Finding) -> Row:
            cells = (
                Cell(rule_in_language(finding.rule, w), words=True),
                Cell(w(str(finding.severity)), words=True),
                Cell(self.text(finding.failing_text)),
                Cell(self.text(finding.checked_text)),
                Cell(self.unit(finding), words=True),
                Cell(capital(advice_in_language(finding.advice, w)) + ".", words=True),
            )
            return Row(self.column(finding), cells)

        return TableBlock(
            key=f"table-{name}",
            caption=w("checks_found", extract=name),
            heads=(
                Head(w("column"), words=True),
                Head(w("rule"), words=True),
                Head(w("severity"), words=True),
                Head(w("checks_failing")),
                Head(w("checks_checked")),
                Head(w("checks_unit"), words=True),
                Head(w("checks_advice"), words=True),
            ),
            groups=(Group(tuple(map(row, rows))),),
        )
