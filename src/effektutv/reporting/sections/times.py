"""The section on time to first work: the curve, who is left at each month, mean times, and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n
from effektutv.disclosure.rules.mean_times import MONTHS
from effektutv.values import Suppressed, available

from ..figures.time_to_work import survival_figure
from ..model.blocks import Cell, Group, Head, Paragraph, Row, Section, TableBlock
from ..tables.effects import marks, protection
from ..wording.cells import Scale
from ..wording.chance import uncertainty
from ..wording.estimands import contrasts_text, population, sizes_note
from ..wording.notes import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from effektutv.results.time_to_event import MeanTimeRow, TimeToEvent

    from ..model.blocks import Block
    from ..wording.labels import Context

__all__ = ["time_section", "time_sentence"]

#: Months between the rows of the risk table on the page; the file has them all.
_STEP = 3
#: How a note of a result without a register of deaths and moves begins.
_EVENTS_UNKNOWN = "deaths and moves are not known"


def time_section(ctx: Context) -> Section | None:
    """Return the section on time to first work, or None where the study does not ask for it."""
    times = sorted((t for t in ctx.inputs.value.times if t.rows), key=lambda t: _clock(t) != ctx.clocks[0])
    if not times:
        return None
    blocks: list[Block] = []
    texts = [time_sentence(ctx, row) for t in times for row in t.rows if row.control == ctx.study.control]
    texts += [text for t in times[:1] if (text := _log_rank_sentence(ctx, t))]
    blocks.append(Paragraph(texts=tuple(texts), listed=True))
    for position, found in enumerate(times):
        # where every arm's curve is hidden there is neither a picture nor a table of it
        risk = _risk_table(ctx, found) if found.risk else None
        if risk is not None and position == 0:
            blocks.append(survival_figure(ctx, found, risk))
        blocks += [_mean_table(ctx, found), *filter(None, (risk,))]
    return Section(key="time", title=ctx.words("time"), blocks=tuple(blocks))


def _clock(times: TimeToEvent) -> str:
    return times.rows[0].clock


def _scale(ctx: Context) -> Scale:
    return Scale(share=False, decimals=1, unit=ctx.words("months_unit"))


def _months(ctx: Context, tau: float) -> str:
    return i18n.number(tau, 0 if tau == int(tau) else 1, ctx.words.lang)


def time_sentence(ctx: Context, row: MeanTimeRow) -> str:
    """Return the finding of one contrast."""
    w, n, scale = ctx.words, ctx.numbers, _scale(ctx)
    names = {"arm": ctx.labels.arm(row.arm), "control": ctx.labels.arm(row.control)}
    clock = i18n.capital(w(f"clock_word_{row.clock}"))
    means = (row.mean_arm, row.mean_control)
    if not isinstance(row.estimate, float) or not all(isinstance(m, float) for m in means):
        hidden = any(isinstance(v, Suppressed) for v in (row.estimate, *means))
        # the arms' counts are shown, and the mean beside them would tell the months within their steps
        months = isinstance(row.estimate, Suppressed) and row.estimate.rule in MONTHS
        reason = w("months_would_be_told" if months else "cannot_be_shown" if hidden else "could_not_be_estimated")
        return w("time_no_values", clock=clock, reason=reason, **names)
    shown = [n.amount(m, scale) for m in means if isinstance(m, float)]
    return w(
        "time_sentence", clock=clock, tau=_months(ctx, row.tau), arm_value=shown[0], control_value=shown[1],
        uncertainty=uncertainty(ctx, row, scale, "time"), **names,
    )  # fmt: skip


def _log_rank_sentence(ctx: Context, times: TimeToEvent) -> str:
    p = times.log_rank.p_value
    if not available(p):
        return ""
    clock = next((ctx.labels.clock(r.clock) for r in times.rows if r.clock), "")
    said = ctx.words("log_rank_sentence", p=i18n.p_value(p, ctx.words.lang, prefix=True))
    return f"{clock}: {said[:1].lower()}{said[1:]}" if clock else said


def _mean_table(ctx: Context, times: TimeToEvent) -> TableBlock:
    """Return the mean time without work by contrast."""
    w, n, scale, rows = ctx.words, ctx.numbers, _scale(ctx), times.rows
    level = w("cis", level=n.level(times.conf_level))
    strata = w("note_stratified") if times.log_rank.strata else ""
    how = "note_time_standardised" if strata else "note_time_estimator"
    shown = [v for r in rows for v in (r.mean_arm, r.mean_control, r.estimate, r.conf_low, r.log_rank_p, r.n_arm)]
    return TableBlock(
        key=_key("table-time", rows[0].clock),
        caption=w("time_table", tau=_months(ctx, rows[0].tau), clock=w(f"clock_word_{rows[0].clock}")),
        spans=(
            Head(""), Head(w("mean_months"), span=2), Head(f"{w('difference')}, {scale.unit}", span=2),
            Head(w("p"), span=2), Head(w("persons")),
        ),
        heads=(
            Head(w("contrast"), words=True), Head(w("in_arm")), Head(w("in_control")),
            Head(w("estimate"), f"({w('se')})"), Head(w("ci_short", level=n.level(times.conf_level))),
            Head(w("p_t" if strata else "p_normal")), Head(w("log_rank_p")),
            Head(f"{w('in_arm')} / {w('in_control')}"),
        ),
        groups=(Group(tuple(_mean_row(ctx, r, scale) for r in rows)),),
        notes=(
            _estimand(ctx, times), *_not_protected(ctx, rows[0].clock),
            w(how, tau=_months(ctx, rows[0].tau), level=level, strata=strata),
            w("note_family_none"), sizes_note(ctx, rows), *_told(ctx, times), *marks(ctx, shown), protection(ctx),
        ),
        file="tables/time_to_work.csv",
    )  # fmt: skip


def _mean_row(ctx: Context, row: MeanTimeRow, scale: Scale) -> Row:
    n = ctx.numbers
    cells = (
        n.value(row.mean_arm, scale), n.value(row.mean_control, scale), n.estimate(row.estimate, row.std_error, scale),
        n.interval(row.conf_low, row.conf_high, scale), n.p(row.p_value), n.p(row.log_rank_p),
        n.counts(row.n_arm, row.n_control),
    )  # fmt: skip
    return Row(ctx.labels.contrast(row.arm, row.control), cells)


def _risk_table(ctx: Context, times: TimeToEvent) -> TableBlock:
    """Return months down and arms across: persons still at risk, and the share who have started work."""
    w, n = ctx.words, ctx.numbers
    clock = _clock(times)
    arms = [a for a in ctx.arms if any(r.arm == a for r in times.risk)]
    found = {(r.time, r.arm): r for r in times.risk}
    all_times = sorted({r.time for r in times.risk})
    shown = [t for t in all_times if t % _STEP == 0] if len(all_times) > 12 else all_times
    heads = [Head(w("month"), words=True)]
    for _ in arms:
        heads += [Head(w("risk_left"), w("persons_unit")), Head(w("risk_share"))]
    body, values = [], []
    for time in shown:
        cells: list[Cell] = []
        for arm in arms:
            row = found.get((time, arm))
            pair = (row.n_risk, row.incidence) if row else (None, None)
            values += [v for v in pair if v is not None]
            cells += [n.count(pair[0]), n.value(pair[1], ctx.shares)]
        body.append(Row(_months(ctx, time), tuple(cells)))
    incidence = "note_incidence" if _knows_events(times) else "note_incidence_unknown"
    fewer = [w("note_risk_months")] if len(shown) < len(all_times) else []
    return TableBlock(
        key=_key("table-risk", clock),
        caption=w("risk_table", clock=w(f"clock_word_{clock}")),
        spans=(Head(""), *(Head(ctx.labels.arm_short(a), span=2) for a in arms)),
        heads=tuple(heads),
        groups=(Group(tuple(body)),),
        notes=(
            _estimand(ctx, times), *_not_protected(ctx, clock), w(incidence), *fewer, *_told(ctx, times),
            *marks(ctx, values), protection(ctx),
        ),
        file="tables/risk_table.csv",
    )  # fmt: skip


def _knows_events(times: TimeToEvent) -> bool:
    """Return whether deaths and moves were known where the times were measured: the result itself says where they were not."""
    return not any(note.startswith(_EVENTS_UNKNOWN) for note in times.notes)


def _estimand(ctx: Context, times: TimeToEvent) -> str:
    row = times.rows[0]
    return ctx.words(
        "estimand_time", population=population(ctx), tau=_months(ctx, row.tau), zero=ctx.words(f"clock_word_{row.clock}"),
        contrasts=contrasts_text(ctx, times.rows),
        events=ctx.words("events_compete" if _knows_events(times) else "events_compete_unknown"),
    )  # fmt: skip


def _not_protected(ctx: Context, clock: str) -> list[str]:
    return [ctx.words("note_not_protected")] if clock == "start" else []


def _told(ctx: Context, times: TimeToEvent) -> Iterable[str]:
    return sentences([*times.notes, *(r.note for r in times.rows)], ctx.words, ctx.labels)


def _key(name: str, clock: str) -> str:
    return "-".join(filter(None, (name, clock)))
