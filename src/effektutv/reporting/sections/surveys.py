"""The section on survey outcomes: who responded first, then the effect among them, weighted, and between bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv import i18n

from ..model.blocks import Cell, Group, Head, Paragraph, Row, Section, TableBlock
from ..tables.effects import marks, protection
from ..wording.chance import bounds_text, scaled_text
from ..wording.estimands import contrasts_text, population
from ..wording.notes import sentences

if TYPE_CHECKING:
    from effektutv.results.bounds import BoundRow
    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.survey import SurveyOutcome

    from ..wording.labels import Context

__all__ = ["survey_section", "survey_sentence"]

#: The methods of bounds, as their rows name them, in the order of the columns.
_BOUNDS = ("lee", "worst case")


def survey_section(ctx: Context) -> Section | None:
    """Return the section on survey outcomes, or None where the study has none."""
    surveys = ctx.inputs.value.surveys
    if not surveys:
        return None
    texts = [
        survey_sentence(ctx, survey, (row.arm, row.control))
        for survey in surveys
        for row in survey.response.rows
        if row.control == ctx.study.control and not row.subgroup
    ]
    blocks = (Paragraph(texts=tuple(texts), listed=True), _response_table(ctx), _survey_table(ctx))
    return Section(key="survey", title=ctx.words("survey"), blocks=blocks)


def _named(ctx: Context, survey: SurveyOutcome) -> str:
    return f"{ctx.labels.outcome(survey.outcome)} ({ctx.words('wave', n=str(survey.wave))})"


def _of_pair(rows: tuple[EffectRow, ...], pair: tuple[str, str]) -> EffectRow | None:
    return next((r for r in rows if (r.arm, r.control) == pair and not r.subgroup), None)


def _bounds(survey: SurveyOutcome, pair: tuple[str, str], method: str) -> BoundRow | None:
    found = (r for b in survey.bounds for r in b.rows if r.method == method)
    return next((r for r in found if (r.arm, r.control) == pair), None)


# --------------------------------------------------------------------------------------------------------- in sentences


def survey_sentence(ctx: Context, survey: SurveyOutcome, pair: tuple[str, str]) -> str:
    """Return the finding of one contrast, response first: an effect among respondents is read in its light.

    Parameters
    ----------
    ctx : Context
    survey : SurveyOutcome
    pair : (str, str)
        Arm and control.
    """
    w, n, scale = ctx.words, ctx.numbers, ctx.scale(survey.outcome)
    names = {
        "outcome": ctx.labels.outcome(survey.outcome), "wave": w("wave", n=str(survey.wave)),
        "arm": ctx.labels.arm(pair[0]), "control": ctx.labels.arm(pair[1]),
    }  # fmt: skip
    response, observed = _of_pair(survey.response.rows, pair), _of_pair(survey.observed.rows, pair)
    weighted = _of_pair(survey.weighted.rows, pair)
    shares = (response.share_arm, response.share_control) if response else (None, None)
    said = scaled_text(ctx, response, ctx.shares) if response else ""
    if said and isinstance(shares[0], float) and isinstance(shares[1], float):
        values = {"arm_value": n.amount(shares[0], ctx.shares), "control_value": n.amount(shares[1], ctx.shares)}
        out = [w("response_sentence", estimate=said, **values, **names)]
    else:
        out = [w("response_hidden", **names)]
    found = scaled_text(ctx, observed, scale) if observed else ""
    out.append(w("observed_sentence", estimate=found) if found else w("observed_hidden"))
    if weighted and (again := scaled_text(ctx, weighted, scale)):
        out.append(w("weighted_sentence", estimate=again))
    lee, worst = (_span(ctx, survey, pair, method) for method in _BOUNDS)
    if lee:
        out.append(w("bounds_sentence", lee=lee, worst=worst) if worst else w("lee_sentence", lee=lee))
    return " ".join(out)


def _span(ctx: Context, survey: SurveyOutcome, pair: tuple[str, str], method: str) -> str:
    return bounds_text(ctx, _bounds(survey, pair, method), ctx.scale(survey.outcome))


# ------------------------------------------------------------------------------------------------------------ in tables


def _response_table(ctx: Context) -> TableBlock:
    """Return who responded, an arm a row and an item a group."""
    w, n, surveys = ctx.words, ctx.numbers, ctx.inputs.value.surveys
    groups, values = [], list[object]()
    for survey in surveys:
        found: dict[str, tuple[object, object]] = {}
        for row in survey.response.rows:
            found.setdefault(row.arm, (row.n_arm, row.share_arm))
            found.setdefault(row.control, (row.n_control, row.share_control))
        counts = _responded(survey)
        rows = []
        for arm in (a for a in ctx.arms if a in found):
            cells = (n.count(found[arm][0]), n.count(counts.get(arm)), n.value(found[arm][1], ctx.shares))
            values += [*found[arm], counts.get(arm)]
            rows.append(Row(ctx.labels.arm_full(arm), cells))
        groups.append(Group(tuple(rows), _named(ctx, survey)))
    heads = (
        Head(w("arm"), words=True), Head(w("persons")), Head(w("responded"), w("persons_unit")),
        Head(w("responded"), w("percent")),
    )  # fmt: skip
    return TableBlock(
        key="table-response", caption=w("response_table"), heads=heads, groups=tuple(groups),
        notes=(
            w("estimand_response", population=population(ctx)),
            *marks(ctx, [v for v in values if v is not None]), protection(ctx),
        ),
        file="tables/survey.csv",
    )  # fmt: skip


def _responded(survey: SurveyOutcome) -> dict[str, object]:
    """Return how many responded by arm."""
    out: dict[str, object] = {}
    for row in (r for b in survey.bounds for r in b.rows):
        out.setdefault(row.arm, row.observed_arm)
        out.setdefault(row.control, row.observed_control)
    return out


def _survey_table(ctx: Context) -> TableBlock:
    """Return the four answers side by side: a contrast two rows, estimates or bounds and their intervals below."""
    w, surveys = ctx.words, ctx.inputs.value.surveys
    groups = []
    for survey in surveys:
        pairs = dict.fromkeys((r.arm, r.control) for r in survey.observed.rows if not r.subgroup)
        rows = [row for pair in pairs for row in _pair_rows(ctx, survey, pair)]
        scale = ctx.scale(survey.outcome)
        unit = w("points") if scale.share else scale.unit
        groups.append(Group(tuple(rows), ", ".join(filter(None, (_named(ctx, survey), unit)))))
    level = w("cis", level=ctx.numbers.level(ctx.coverage))
    given = w("given_strata" if ctx.study.design.strata else "given_plain")
    said = [r.note for s in surveys for e in (s.observed, s.weighted) for r in e.rows]
    said += [note for s in surveys for e in (s.observed, s.weighted) for note in e.notes]
    said += [r.note for s in surveys for b in s.bounds for r in b.rows]
    return TableBlock(
        key="table-survey",
        caption=w("survey_table"),
        heads=(
            Head(w("contrast"), words=True), Head(w("survey_observed"), f"({w('se')})"),
            Head(w("survey_weighted"), f"({w('se')})"), Head(w("survey_lee")), Head(w("survey_worst")),
        ),
        groups=tuple(groups),
        notes=(
            *_estimands(ctx), w("note_survey", level=level, given=given), w("note_n_response"),
            *sentences(said, w, ctx.labels), *marks(ctx, _values(surveys)), protection(ctx),
        ),
        file="tables/bounds.csv",
    )  # fmt: skip


def _estimands(ctx: Context) -> list[str]:
    """Return what is estimated: one sentence where the items have one summary measure, else one each."""
    w, surveys = ctx.words, ctx.inputs.value.surveys
    by_measure: dict[str, list[SurveyOutcome]] = {}
    for survey in surveys:
        measure = w(f"summary_word_{'share' if ctx.scale(survey.outcome).share else 'mean'}")
        by_measure.setdefault(measure, []).append(survey)
    return [
        w(
            "estimand_survey", outcome=i18n.join([_named(ctx, s) for s in members], w.lang), summary=measure,
            contrasts=contrasts_text(ctx, members[0].observed.rows), population=population(ctx),
        )
        for measure, members in by_measure.items()
    ]  # fmt: skip


def _pair_rows(ctx: Context, survey: SurveyOutcome, pair: tuple[str, str]) -> tuple[Row, Row]:
    """Return a contrast's estimates and bounds, and under them their intervals."""
    n, scale = ctx.numbers, ctx.scale(survey.outcome)
    first: list[Cell] = []
    second: list[Cell] = []
    for effects in (survey.observed, survey.weighted):
        row = _of_pair(effects.rows, pair)
        first.append(n.estimate(row.estimate, row.std_error, scale) if row else n.value(None, scale))
        second.append(n.interval(row.conf_low, row.conf_high, scale) if row else n.value(None, scale))
    for method in _BOUNDS:
        bound = _bounds(survey, pair, method)
        first.append(n.ends(bound.lower, bound.upper, scale) if bound else n.value(None, scale))
        second.append(n.interval(bound.conf_low, bound.conf_high, scale) if bound else n.value(None, scale))
    ci = ctx.words("ci_short", level=n.level(ctx.coverage))
    return Row(ctx.labels.contrast(*pair), tuple(first)), Row(ci, tuple(second), inner=True)


def _values(surveys: tuple[SurveyOutcome, ...]) -> list[object]:
    effects = [r for s in surveys for e in (s.observed, s.weighted) for r in e.rows]
    bounds = [r for s in surveys for b in s.bounds for r in b.rows]
    return [
        *(v for r in effects for v in (r.estimate, r.conf_low)), *(v for r in bounds for v in (r.lower, r.upper, r.conf_low)),
    ]  # fmt: skip
