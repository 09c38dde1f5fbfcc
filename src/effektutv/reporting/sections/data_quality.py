"""What was found in the extracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv.results.data_quality import FILE, Severity

from ..model.blocks import Cell, Group, Head, Paragraph, Row, Section, TableBlock
from ..wording.notes import rule_in_language

if TYPE_CHECKING:
    from effektutv.results.data_quality import DataQuality

    from ..model.blocks import Block
    from ..wording.labels import Context

__all__ = ["quality_section"]


def quality_section(ctx: Context) -> Section | None:
    """Return the section on data quality, or None where nothing was checked."""
    quality = ctx.inputs.value.quality
    if quality is None:
        return None
    blocks: list[Block] = [_read_table(ctx, quality)]
    if quality.rows:
        blocks.append(_findings_table(ctx, quality))
    else:
        blocks.append(Paragraph(texts=(ctx.words("quality_clean"),)))
    return Section(key="quality", title=ctx.words("quality"), blocks=tuple(blocks))


def _read_table(ctx: Context, quality: DataQuality) -> TableBlock:
    rows = tuple(Row(name, (ctx.numbers.count(n),)) for name, n in quality.read.items())
    return TableBlock(
        key="table-read",
        caption=ctx.words("read_table"),
        heads=(Head(ctx.words("extract"), words=True), Head(ctx.words("rows"))),
        groups=(Group(rows),),
        file="tables/data_quality.csv",
    )


def _findings_table(ctx: Context, quality: DataQuality) -> TableBlock:
    """Findings by extract, the worst first."""
    w = ctx.words
    order = list(Severity)
    by_extract: dict[str, list[Row]] = {}
    for finding in sorted(quality.rows, key=lambda f: order.index(f.severity)):
        few = finding.failing_text.startswith("fewer")
        failing = Cell(w("fewer_than_5")) if few else ctx.numbers.count(finding.rows_failing)
        cells = (
            Cell(rule_in_language(finding.rule, w), words=True),
            Cell(w(str(finding.severity)), words=True),
            ctx.numbers.count(finding.rows_checked),
            failing,
        )
        column = w("whole_file") if finding.column == FILE else finding.column
        by_extract.setdefault(finding.extract, []).append(Row(column, cells))
    return TableBlock(
        key="table-quality",
        caption=w("quality_table"),
        heads=(
            Head(w("column"), words=True),
            Head(w("rule"), words=True),
            Head(w("severity"), words=True),
            Head(w("rows_checked")),
            Head(w("rows_failing")),
        ),
        groups=tuple(Group(tuple(rows), title) for title, rows in by_extract.items()),
        file="tables/data_quality.csv",
    )
