"""The report as a Word file: heading styles, contents, captions, marked tables and described figures."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from effektutv.i18n import printable

from ...model.blocks import FigureBlock, Paragraph, TableBlock
from ...provenance.source_date import dated
from ...wording.marks import absence_notes
from ...wording.words import Words
from ..ooxml import LOCALES, rezipped
from . import tables
from .pictures import drawing, page_pieces
from .tables import text_width
from .xml import NAMESPACES, bookmark, field, field_ends, link, paragraph, run, tab

if TYPE_CHECKING:
    from collections.abc import Iterable

    from docx.document import Document as WordDocument

    from ...model.document import Document

__all__ = ["write"]

_TEMPLATES = Path(__file__).parent / "templates"
_UNUSED = ("thumbnail", "extended-properties", "customXml", "stylesWithEffects", "webSettings", "fontTable")
# A4 with margins of 2.2 cm, in twentieths of a point; the first page has no running heads
_PAGE = (
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1474" w:right="1247" w:bottom="1304" w:left="1248" w:header="624" '
    'w:footer="567" w:gutter="0"/><w:titlePg/>'
)
_LABEL = 5000
_EMU_PER_CM = 360_000
_WIDEST, _TALLEST = 16 * _EMU_PER_CM, int(22.5 * _EMU_PER_CM)


def write(document: Document, folder: Path) -> None:
    """Write ``report.docx``; the figures must be in ``figures/`` already."""
    import docx

    word = docx.Document()
    _styled(word, document)
    _Body(word, document, folder).fill()
    _running_heads(word, document)
    _described(word, document)
    out = io.BytesIO()
    word.save(out)
    (folder / "report.docx").write_bytes(rezipped(out.getvalue()))


def _styled(word: WordDocument, document: Document) -> None:
    """Put our styles, numbering and settings in the place of the template's, and drop what nothing uses."""
    from docx.oxml import parse_xml

    decimal, separator = (",", ";") if document.lang == "sv" else (".", ",")
    parts = {
        "word_styles.xml": word.styles.element,
        "word_numbering.xml": word.part.numbering_part.element,
        "word_settings.xml": word.settings.element,
    }
    for name, element in parts.items():
        text = (_TEMPLATES / name).read_text(encoding="utf-8").replace("@lang@", LOCALES[document.lang])
        ours = parse_xml(text.replace("@decimal@", decimal).replace("@list@", separator))
        for child in list(element):
            element.remove(child)
        element.extend(list(ours))
    for relations in (word.part.package.rels, word.part.rels):
        for key in [k for k, r in relations.items() if r.reltype.rpartition("/")[2] in _UNUSED]:
            del relations[key]


def _described(word: WordDocument, document: Document) -> None:
    """Say what the file is: title, language, what made it, and the date of its data."""
    about, date = word.core_properties, dated(document).replace(tzinfo=None)
    about.title, about.subject, about.comments = printable(document.title)[:255], printable(document.byline)[:255], ""
    about.author = about.last_modified_by = f"effektutv {document.facts.version}"
    about.language = LOCALES[document.lang]
    about.created = about.modified = date
    about.keywords, about.category, about.revision = "", "", 1


def _running_heads(word: WordDocument, document: Document) -> None:
    from docx.oxml import parse_xml

    w = Words(document.lang)
    section = word.sections[0]
    warnings = " ".join(b.title for b in document.banners)
    head = paragraph(run(document.title), "Header") + (paragraph(run(warnings, "Strong"), "Header") if warnings else "")
    before, between = w("page_of", page="\0", pages="\0").split("\0")[:2]
    numbered = run(before) + field("PAGE", "1") + run(between) + field("NUMPAGES", "1")
    foot = paragraph(run(document.colophon) + tab() + numbered, "Footer")
    empty = paragraph("", "Footer")
    heads = ((section.header, head), (section.first_page_header, empty))
    for part, content in (*heads, (section.footer, foot), (section.first_page_footer, empty)):
        part.is_linked_to_previous = False
        element = part._element
        for child in list(element):
            element.remove(child)
        element.extend(list(parse_xml(f"<w:hdr {NAMESPACES}>{content}</w:hdr>")))


class _Body:
    """The document's body, put together as text.

    Parameters
    ----------
    word : docx Document
        Takes the pictures.
    document : Document
    folder : Path
        Where ``figures/`` is.
    """

    def __init__(self, word: WordDocument, document: Document, folder: Path) -> None:
        self.word, self.document, self.folder = word, document, folder
        self.w = Words(document.lang)
        self.parts: list[str] = []
        self._ids = self._drawings = 0
        self._numbers = document.numbers

    def fill(self) -> None:
        """Lay out everything and hand it to the document."""
        from docx.oxml import parse_xml

        self._cover()
        for i, section in enumerate(self.document.sections):
            self._heading(section.title, f"s{i + 1}", first=i == 0)
            if i == 0:
                self._key_figures()
            for block in section.blocks:
                if isinstance(block, TableBlock):
                    self._table(block, self._numbered("table_n", self._numbers[block.key], block.caption))
                elif isinstance(block, FigureBlock):
                    self._figure(block)
                else:
                    self._paragraph(block)
        if self.document.figures:
            self._figure_data()
        body = self.word.element.body
        for child in list(body):
            body.remove(child)
        end = f"<w:sectPr>{_PAGE}</w:sectPr>"
        body.extend(list(parse_xml(f"<w:body {NAMESPACES}>{''.join(self.parts)}{end}</w:body>")))

    def _add(self, content: str, style: str = "", properties: str = "") -> None:
        self.parts.append(paragraph(content, style, properties))

    def _marked(self, name: str, content: str) -> str:
        self._ids += 1
        return bookmark(name, self._ids, content)

    def _numbered(self, key: str, number: int, title: str) -> str:
        """Return a caption whose number is a field, e.g. ``Tabell 3. …``; Word counts each first word by itself."""
        label, _, rest = self.w(key, n="\0", title="\1").partition("\0")
        before, _, after = rest.partition("\1")
        code = f"SEQ {label.strip()} \\* ARABIC"
        return run(label) + field(code, str(number)) + run(before + title + after)

    def _cover(self) -> None:
        document = self.document
        self._add(run(document.title), "Title")
        self._add(run(document.byline), "Subtitle")
        for banner in document.banners:
            style = "BannerSynthetic" if banner.key == "synthetic" else "Banner"
            self._add(run(banner.title, "Strong") + run(f" {banner.text}"), style)
        self._contents([s.title for s in document.sections] + [self.w("figure_data")] * bool(document.figures))

    def _contents(self, titles: list[str]) -> None:
        """Add the contents as a field, filled in without page numbers: only Word knows them, and a wrong one is worse than none.

        The links work at once. Whoever updates the field (F9) gets page numbers at the right. It is not
        updated on opening: Word would ask whether the document may fetch what it refers to, which alarms and is not so.
        """
        entries = [link(f"s{i}", run(str(i)) + tab() + run(title)) for i, title in enumerate(titles, start=1)]
        begin, end = field_ends('TOC \\o "1-1" \\h \\z \\u')
        entries[0] = begin + entries[0]
        entries[-1] += end
        held = paragraph(run(self.w("contents")), "TOCHeading") + "".join(paragraph(e, "TOC1") for e in entries)
        gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj>'
        self.parts.append(f"<w:sdt><w:sdtPr>{gallery}</w:sdtPr><w:sdtContent>{held}</w:sdtContent></w:sdt>")

    def _heading(self, title: str, name: str, *, first: bool = False) -> None:
        self._add(self._marked(name, run(title)), "Heading1", "<w:pageBreakBefore/>" if first else "")

    def _key_figures(self) -> None:
        if not self.document.key_figures:
            return
        self._add(run(self.document.key_title), "KeyTitle")
        figures = self.document.key_figures
        # the numbers stand under each other, the words beside them too
        number = min(max(text_width(k.label, 20) for k in figures), _LABEL) + 250
        under = number + max(text_width(k.number, 30, bold=True) for k in figures) + 250
        tabs = "".join(f'<w:tab w:val="left" w:pos="{at}"/>' for at in (number, under))
        look = f'<w:tabs>{tabs}</w:tabs><w:ind w:left="{under}" w:hanging="{under}"/>'
        for k in figures:
            self._add(run(k.label) + tab() + run(k.number, "KeyNumber") + tab() + run(k.under), "KeyFigure", look)
        self._add("", "TableEnd")

    def _paragraph(self, block: Paragraph) -> None:
        style = "ListBullet" if block.listed else "Lead" if block.lead else ""
        for i, text in enumerate(block.texts):
            term = block.terms[i] if block.terms else ""
            self._add((run(f"{term.rstrip('.:')}. ", "Strong") if term else "") + run(text), style)

    def _notes(self, notes: Iterable[str]) -> None:
        for i, note in enumerate(notes):
            self._add(run(note), "TableNote", "" if i else '<w:spacing w:before="90"/>')
        self._add("", "TableEnd")

    def _table(self, block: TableBlock, caption: str) -> None:
        self._add(caption, "Caption", "<w:keepNext/>")
        self.parts.append(tables.table(block))
        file = [f"{self.w('full_precision')} {block.file}"] if block.file else []
        self._notes([*block.notes, *absence_notes(block, self.w), *file])

    def _figure(self, block: FigureBlock) -> None:
        number = self._numbers[block.key]
        path = self.folder / "figures" / f"{block.key}.png"
        pieces = page_pieces(path, _WIDEST, _TALLEST)
        for i, piece in enumerate(pieces, start=1):
            self._drawings += 1
            part = {"part": str(i), "parts": str(len(pieces))}
            alt = block.alt if len(pieces) == 1 else self.w("figure_part", alt=block.alt, **part)
            picture = drawing(self.word.part, path, piece, self._drawings, block.title, alt, _WIDEST, _TALLEST)
            self._add(picture, "Figure")
        self._add(self._numbered("figure_n", number, block.title), "Caption", '<w:spacing w:before="80"/>')
        self._add(link(f"d{number}", run(self.w("see_figure_data"), "Hyperlink")), "TableNote")
        self._add("", "TableEnd")

    def _figure_data(self) -> None:
        """Add the last section: the numbers behind each figure, as text for whoever cannot see it."""
        self._heading(self.w("figure_data"), f"s{len(self.document.sections) + 1}")
        for figure in self.document.figures:
            number = self._numbers[figure.key]
            title = run(self.w("figure_data_n", n=str(number), title=figure.table.caption))
            self._add(self._marked(f"d{number}", title), "Caption", "<w:keepNext/>")
            self.parts.append(tables.table(figure.table))
            others = [n for n in figure.notes if n not in figure.table.notes]
            self._notes([*figure.table.notes, *others, *absence_notes(figure.table, self.w)])
