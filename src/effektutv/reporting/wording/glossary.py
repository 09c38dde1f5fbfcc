"""The abbreviations of a report and what they stand for: the arms' codes, and those of registers and of statistics."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..model.blocks import FigureBlock, Paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..model.blocks import Block, TableBlock
    from ..model.document import Document

__all__ = ["abbreviations", "texts"]

#: What the report's fixed words abbreviate, in the order of the list: (Swedish, English), ``None`` where not used.
_KNOWN: dict[str, tuple[str | None, str | None]] = {
    "KI": ("konfidensintervall", None),
    "CI": (None, "confidence interval"),
    "ITT": ("effekt av lottningen, oavsett vad personen sedan fick", "intention to treat: the effect of assignment"),
    "SMD": ("standardiserad skillnad i medelvärden", "standardised mean difference"),
    "HC2": ("robust varians som tål olika spridning", "robust variance that allows for unequal spread"),
    "CR2": ("robust varians för personer som hör ihop", "robust variance for persons who belong together"),
    "LSS": (
        "lagen om stöd och service till vissa funktionshindrade",
        "the Swedish act on support and service for persons with certain functional impairments",
    ),
    "SIUS": ("särskild stödperson för introduktions- och uppföljningsstöd", "specially trained employment officer"),
    "AGI": ("arbetsgivardeklaration på individnivå", "employers’ monthly declarations"),
    "KU": ("kontrolluppgift", "annual income statement"),
    "LISA": (
        "longitudinell integrationsdatabas för sjukförsäkrings- och arbetsmarknadsstudier",
        "Statistics Sweden’s longitudinal database for health insurance and labour-market studies",
    ),
    "SCB": ("Statistiska centralbyrån", "Statistics Sweden"),
    "SEK": ("kronor", "Swedish kronor"),
    "BMJ": ("British Medical Journal", "British Medical Journal"),
    "JAMA": ("Journal of the American Medical Association", "Journal of the American Medical Association"),
    "CONSORT": ("riktlinjer för hur försök redovisas", "Consolidated Standards of Reporting Trials"),
    "ICEMAN": (
        "frågor som bedömer om en effekt verkligen skiljer sig mellan undergrupper",
        "Instrument for assessing the Credibility of Effect Modification Analyses",
    ),
}


def abbreviations(document: Document) -> tuple[tuple[str, str], ...]:
    """Return each abbreviation that the report uses, and what it stands for: the arms in their order, then the others."""
    place = 0 if document.lang == "sv" else 1
    used = set(re.findall(r"\w+", " ".join(texts(document))))
    arms = document.inputs.value.study.arm_labels(document.lang).items()
    found = [(code, label) for code, label in arms if code in used and code != label]
    for short, words in _KNOWN.items():
        long = words[place]
        if long is not None and short in used and short not in dict(found):
            found.append((short, long))
    return tuple(found)


def texts(document: Document) -> Iterator[str]:
    """Yield every text of a report that is read: paragraphs, captions, headers, cells and notes."""
    yield from (document.title, document.byline, document.key_title)
    for figure in document.key_figures:
        yield from (figure.label, figure.number, figure.under)
    for section in document.sections:
        yield section.title
        for block in section.blocks:
            yield from _of_block(block)


def _of_block(block: Block) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield from (*block.terms, *block.texts)
        return
    if isinstance(block, FigureBlock):
        yield from (block.title, block.alt, *block.description, *block.notes)
        yield from _of_table(block.table)
        return
    yield from _of_table(block)


def _of_table(table: TableBlock) -> Iterator[str]:
    yield table.caption
    for head in (*table.spans, *table.heads):
        yield from (head.text, head.unit)
    for group in table.groups:
        yield group.title
        for row in group.rows:
            yield row.head
            yield from (cell.text for cell in row.cells)
    yield from table.notes
