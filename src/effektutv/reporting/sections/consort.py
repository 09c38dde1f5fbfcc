"""The CONSORT 2025 checklist, filled from the report itself and from what the study file answers; open items stand as open.

An item is *reported* where its own content is in the report, *partly* where some of it is and the rest is named as missing,
*answered* where the study file answers it, and *open* otherwise. Nothing is taken for granted: what a run cannot know
(registration, concealment, funding, harms) is open until someone who knows writes it into ``[consort]``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from effektutv import i18n

from ..model.blocks import Cell, FigureBlock, Group, Head, Paragraph, Row, Section, TableBlock
from .adjusted import adjusted_covariates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..wording.labels import Context

__all__ = ["consort_section"]


@dataclass(frozen=True, slots=True)
class _Item:
    """One item: where it may be reported (a section, or ``section#block``), and whether something is still to do then."""

    number: str
    places: tuple[str, ...] = ()
    partly: bool = False


#: Heading → its items.
_ITEMS: dict[str, tuple[_Item, ...]] = {
    "title": (_Item("1a"), _Item("1b", ("summary",), partly=True)),
    "open": (_Item("2"), _Item("3"), _Item("4", ("about",), partly=True), _Item("5a"), _Item("5b")),
    "introduction": (_Item("6"), _Item("7", ("method#table-estimand",), partly=True)),
    "methods": (
        _Item("8"),
        _Item("9", ("people",)),
        _Item("10"),
        _Item("11", ("subgroups#effects-by-site",), partly=True),
        _Item("12a"),
        _Item("12b"),
        _Item("13", ("received",), partly=True),
        _Item("14", ("method#table-estimand", "effects")),
        _Item("15"),
        # what the final sizes could detect does not say how they were set: only whoever planned the trial can
        _Item("16a"),
        _Item("16b"),
    ),
    "randomisation": (_Item("17a"), _Item("17b", ("method",), partly=True), _Item("18"), _Item("19")),
    "blinding": (_Item("20a"), _Item("20b")),
    "statistics": (
        _Item("21a", ("method", "effects"), partly=True),
        _Item("21b", ("method#table-estimand",)),
        _Item("21c", ("method#table-estimand", "survey")),
        _Item("21d", ("subgroups", "robustness")),
    ),
    "results": (
        _Item("22a", ("people#flow", "people#table-flow", "people#table-starts")),
        _Item("22b", ("people#flow", "people#table-flow")),
        _Item("23a", ("subgroups#table-entry",), partly=True),
        _Item("23b"),
        _Item("24a", ("received",)),
        _Item("24b", ("received#table-shares",)),
        _Item("25", ("balance",)),
        _Item("26", ("effects", "effects#table-ratios")),
        _Item("27"),
        _Item("28", ("subgroups", "robustness")),
    ),
    "discussion": (_Item("29", ("summary",), partly=True), _Item("30", ("limits",))),
}
#: A title that says that the trial is randomised, and not that it is not.
_RANDOMISED = re.compile(
    r"(?<!non-)(?<!non)(?<!quasi-)(?<!icke-)(?<!ej )(?<!not )(?:random|lottad|lottning)", re.IGNORECASE
)


def consort_section(ctx: Context, sections: Sequence[Section]) -> Section:
    """Return the checklist as the last table of a report.

    Parameters
    ----------
    ctx : Context
    sections : sequence of Section
        The report's, in their order: what they hold decides what is reported.
    """
    w = ctx.words
    places = _places(ctx, sections)
    statuses: list[str] = []
    groups = []
    for heading, items in _ITEMS.items():
        rows = []
        for item in items:
            status, where = _answer(ctx, item, places)
            statuses.append(status)
            cells = (Cell(where, words=True), Cell(w(f"consort_{status}"), words=True))
            rows.append(Row(f"{item.number}. {w(f'consort_{item.number}')}", cells))
        groups.append(Group(tuple(rows), w(f"consort_head_{heading}")))
    numbers = {key: i18n.count(statuses.count(key), w.lang) for key in ("partly", "open")}
    done = sum(s in ("reported", "answered") for s in statuses)
    opening = w("consort_opening", n=i18n.count(len(statuses), w.lang), reported=i18n.count(done, w.lang), **numbers)
    table = TableBlock(
        key="table-consort",
        caption=w("consort_table"),
        heads=(
            Head(w("consort_item"), words=True), Head(w("consort_where"), words=True),
            Head(w("consort_status"), words=True),
        ),
        groups=tuple(groups),
        notes=(w("note_consort"),),
    )  # fmt: skip
    return Section(key="consort", title=w("consort"), blocks=(Paragraph(texts=(opening,)), table))


def _places(ctx: Context, sections: Sequence[Section]) -> dict[str, str]:
    """Return every section and block of the report by its key, in words."""
    out = {}
    for n, section in enumerate(sections, start=1):
        named = {"n": i18n.count(n, ctx.words.lang), "title": section.title}
        out[section.key] = ctx.words("consort_place", **named)
        for block in section.blocks:
            if isinstance(block, TableBlock):
                out[f"{section.key}#{block.key}"] = ctx.words("consort_place_of", caption=block.caption, **named)
            elif isinstance(block, FigureBlock):
                out[f"{section.key}#{block.key}"] = ctx.words("consort_place_of", caption=block.title, **named)
    return out


def _answer(ctx: Context, item: _Item, places: Mapping[str, str]) -> tuple[str, str]:
    """Return an item's status, and where it is reported or what the study file says of it."""
    w = ctx.words
    declared = ctx.study.consort.get(item.number)  # type: ignore[call-overload]
    said = "" if declared is None else declared.in_language(w.lang).strip()
    # a flow that is drawn holds its table: one place is enough
    repeated = {"people#table-flow"} if "people#flow" in places else set()
    found = [places[p] for p in item.places if p in places and p not in repeated]
    if item.number == "1a" and _RANDOMISED.search(ctx.study.study.title.in_language(w.lang)):
        found = [ctx.study.study.title.in_language(w.lang)]
    own = _own_words(ctx, item.number) if found else ""
    texts = list(filter(None, (said, own, *found)))
    if not texts:
        return "open", ""
    if not found:
        return "answered", said
    if (item.partly or _lacks(ctx, item.number, places)) and not said:
        lacks = w("consort_lacks", what=w(f"lacks_{item.number}"))
        return "partly", "; ".join(t.removesuffix(".") for t in (*texts, lacks)) + "."
    return "reported", "; ".join(t.removesuffix(".") for t in texts) + "."


def _lacks(ctx: Context, number: str, places: Mapping[str, str]) -> bool:
    """Return whether the report has some of an item's content and not all of it, for want of a register or a table."""
    study = ctx.study
    if number in ("21c", "22b"):
        return bool(study.registers) and "scb_handelser" not in study.registers
    if number in ("21d", "28"):
        return "subgroups" not in places
    if number == "26":
        return any(ctx.scale(r.outcome).share for r in ctx.rows) and "effects#table-ratios" not in places
    wanted = {"22a": "people#table-starts", "24a": "received#table-hours"}.get(number)
    return wanted is not None and wanted not in places


def _own_words(ctx: Context, number: str) -> str:
    """Return what the run itself knows of an item, beside where it is reported."""
    w = ctx.words
    if number == "9":
        arms = i18n.join([ctx.labels.arm_full(a) for a in ctx.arms], w.lang)
        flow = ctx.inputs.value.flow
        drawn = next((s for s in flow.rows if s.name == "randomised"), None) if flow is not None else None
        sizes = [drawn.by_arm.get(a) for a in ctx.arms] if drawn is not None else []
        if not sizes or not all(isinstance(n, int) for n in sizes):
            return w("consort_design_unsized", arms=arms)
        told = [f"{i18n.count(n, w.lang)} ({ctx.labels.arm_short(a)})" for a, n in zip(ctx.arms, sizes, strict=True)]
        return w("consort_design", arms=arms, sizes=", ".join(told))
    if number == "21a" and ctx.study.design.covariates:
        return w("consort_adjusted", covariates=adjusted_covariates(ctx))
    if number == "17b":
        strata = ctx.study.design.strata
        return w("consort_stratified", strata=strata) if strata else w("consort_unstratified")
    return ""
