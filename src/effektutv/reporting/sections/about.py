"""How the report was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.blocks import Cell, Group, Head, Paragraph, Row, Section, TableBlock
from ..wording.plan_lock import plan_lines

if TYPE_CHECKING:
    from ..model.blocks import Block
    from ..model.document import Facts
    from ..wording.labels import Context

__all__ = ["about_section"]


def about_section(ctx: Context, facts: Facts) -> Section:
    """Return the section on what the report was made of: study, seed, plan and versions."""
    w = ctx.words
    source = ctx.study.study.source
    opening = [w("about_text", seed=str(facts.seed), study=ctx.study.study.name)]
    if source is not None:
        opening.append(f"{w('source')}: {source.in_language(w.lang)}.")
    opening += plan_lines(facts.plan, w)
    versions = {"effektutv": facts.version, **facts.versions, w("engine"): facts.engine}
    names = (Head(w("name"), words=True), Head(w("value"), words=True))
    blocks: list[Block] = [Paragraph(texts=tuple(opening))]
    # the inputs' checksums stand in the manifest alone: the report does not change with the order of rows in a file
    rows = tuple(Row(name, (Cell(text, words=True),)) for name, text in versions.items())
    blocks.append(
        TableBlock(key="table-versions", caption=w("versions_table"), heads=names, groups=(Group(rows),), file="")
    )
    return Section(key="about", title=w("about"), blocks=tuple(blocks))
