"""The tables of a report, one per file of ``tables/``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from effektutv.values import Status, Suppressed, Unavailable

from .compliance import complier_rows, receipt_rows
from .contamination import contamination_rows
from .credibility import credibility_rows
from .csv_file import cell_text, table_of
from .power import power_rows
from .received import received_tables
from .survey import attrition_rows, bound_rows, survey_rows
from .time_to_work import mean_time_rows, risk_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from effektutv.disclosure.protected import Protected, ReportInputs
    from effektutv.results.balance import Balance
    from effektutv.results.counts import CountRow, Starts
    from effektutv.results.data_quality import DataQuality
    from effektutv.results.effect_rows import EffectRow
    from effektutv.results.flow import Flow
    from effektutv.results.profiles import ArmSummary, Profile

    from .csv_file import Table

__all__ = [
    "EFFECT_COLUMNS",
    "arm_rows",
    "balance_rows",
    "count_rows",
    "csv_tables",
    "decisions_table",
    "effect_rows",
    "flow_rows",
    "quality_rows",
    "start_rows",
]

#: The columns that ``tables/itt.csv`` begins with, by contract.
EFFECT_COLUMNS = (
    "outcome", "clock", "month", "arm", "control", "subgroup", "level", "kind", "n_arm", "n_control", "share_arm",
    "share_control", "mean_arm", "mean_control", "estimate", "std_error", "statistic", "df", "p_value", "conf_low",
    "conf_high", "p_randomization", "p_adjusted", "family", "estimator", "vcov", "strata", "status", "note",
)  # fmt: skip
_BALANCE_COLUMNS = (
    "covariate", "level", "kind", "arm", "control", "n_arm", "n_control", "n_missing_arm", "n_missing_control",
    "mean_arm", "mean_control", "sd_arm", "sd_control", "difference", "smd", "smd_weighted", "smd_max",
    "variance_ratio", "status", "note",
)  # fmt: skip
_ARM_COLUMNS = (
    "outcome", "clock", "month", "arm", "n", "share", "std_error", "conf_low", "conf_high", "status", "sim_low", "sim_high",
    "sim_critical",
)  # fmt: skip
_BAND_COLUMNS = ("outcome", "clock", "month", "arm", "control", "sim_low", "sim_high", "sim_critical", "status")
_COUNT_COLUMNS = ("outcome", "clock", "month", "arm", "category", "n", "events", "share", "status")
_START_COLUMNS = ("arm", "n", "started", "share", "median_delay", "status")
_RATIO_COLUMNS = (
    "outcome", "clock", "month", "arm", "control", "measure", "n_arm", "n_control", "mean_arm", "mean_control", "estimate",
    "conf_low", "conf_high", "estimator", "vcov", "strata", "status", "note",
)  # fmt: skip


def csv_tables(inputs: Protected[ReportInputs]) -> dict[str, Table]:
    """Return every table of a report by its file's name, without ``.csv``, in a fixed order."""
    value = inputs.value
    out: dict[str, Table] = {}
    if value.flow is not None:
        out["flow"] = flow_rows(value.flow)
    if value.starts is not None:
        out["starts"] = start_rows(value.starts)
    if value.balance is not None:
        out["balance"] = balance_rows(value.balance)
    rows = [row for effects in value.effects for row in effects.rows]
    out["itt"] = effect_rows(rows)
    if grouped := [row for row in rows if row.subgroup]:
        out["subgroups"] = effect_rows(grouped)
    if robust := [row for effects in value.robustness for row in effects.rows]:
        out["estimators"] = effect_rows(robust)
    if ratios := [row for found in value.ratios for row in found.rows]:
        out["ratios"] = table_of(ratios, _RATIO_COLUMNS)
    for name, effects in (("adjusted", value.adjusted), ("entry", value.entry), ("sites", value.sites)):
        if effects is not None:
            out[name] = effect_rows(effects.rows)
    for profile in value.profiles:
        out.update(_profile(profile))
    if kinds := [row for counts in value.kinds for row in counts.rows]:
        out["kinds"] = count_rows(kinds)
    if sources := [row for counts in value.sources for row in counts.rows]:
        out["sources"] = count_rows(sources)
    if value.quality is not None:
        out["data_quality"] = quality_rows(value.quality)
    return out | _answers(value)


def _answers(value: ReportInputs) -> dict[str, Table]:
    """Return the tables of what is asked beyond the mean difference, each only where the study has it."""
    out: dict[str, Table] = {}
    if value.times:
        out["time_to_work"] = mean_time_rows(value.times)
        out["risk_table"] = risk_rows(value.times)
    if value.surveys:
        out["survey"] = survey_rows(value.surveys)
        out["bounds"] = bound_rows(value.surveys)
    if value.attrition:
        out["attrition"] = attrition_rows(value.attrition)
    if value.compliance is not None:
        out["receipts"] = receipt_rows(value.compliance.receipt)
        out["compliance"] = complier_rows(value.compliance)
    if value.power is not None:
        out["power"] = power_rows(value.power)
    if value.contamination is not None:
        out["contamination"] = contamination_rows(value.contamination)
    items = [row for e in value.effects if e.credibility is not None for row in e.credibility.rows]
    if items:
        out["credibility"] = credibility_rows(items)
    return out | received_tables(value)


def effect_rows(rows: Iterable[EffectRow]) -> Table:
    """Return effects, a row a contrast and group."""
    return table_of(rows, EFFECT_COLUMNS)


def count_rows(rows: Iterable[CountRow]) -> Table:
    """Return categories, a row an arm and category."""
    return table_of(rows, _COUNT_COLUMNS)


def start_rows(starts: Starts) -> Table:
    """Return who started, a row an arm."""
    return table_of(starts.rows, _START_COLUMNS)


def _status(value: object) -> str:
    """Return the status of a row with one statistic."""
    if isinstance(value, Suppressed):
        return Status.SUPPRESSED
    return Status.UNAVAILABLE if isinstance(value, Unavailable) else Status.RELEASED


def balance_rows(balance: Balance) -> Table:
    """Return balance, a row a covariate (or level) and pair of arms; the omnibus test is the last."""
    columns, rows = table_of(balance.rows, _BALANCE_COLUMNS)
    test = balance.omnibus
    df = f"{test.df:g}" if isinstance(test.df, int | float) else cell_text(test.df)
    named: Mapping[str, object] = {
        "covariate": "(omnibus)", "kind": "omnibus", "difference": test.statistic, "status": _status(test.statistic),
        "note": f"{test.method}; df {df}; p {cell_text(test.p_value)}",
    }  # fmt: skip
    return columns, [*rows, [named.get(c) for c in columns]]


def flow_rows(flow: Flow) -> Table:
    """Return the flow, a row a stage and arm; the row with an empty arm is the total."""
    rows: list[list[object]] = []
    for stage in flow.rows:
        rows.append([stage.name, "", stage.n, stage.excluded, stage.reason, stage.status])
        rows.extend([stage.name, arm, n, None, "", stage.status] for arm, n in stage.by_arm.items())
    return ("stage", "arm", "n", "excluded", "reason", "status"), rows


def arm_rows(rows: Iterable[ArmSummary]) -> Table:
    """Return the arms of a profile, a row an outcome, clock, month and arm."""
    return table_of(rows, _ARM_COLUMNS)


def _profile(profile: Profile) -> dict[str, Table]:
    """Return a file an outcome and clock: the arms by month, the effects by month, and these effects' bands."""
    out: dict[str, Table] = {}
    keys = dict.fromkeys((row.outcome, row.clock) for row in profile.rows)
    for outcome, clock in keys:
        name = "_".join(filter(None, ("profile", outcome, clock)))
        out[name] = arm_rows(r for r in profile.rows if (r.outcome, r.clock) == (outcome, clock))
        effects = [r for r in profile.effects.rows if (r.outcome, r.clock) == (outcome, clock)]
        if effects:
            out[f"{name}_effects"] = effect_rows(effects)
        bands = [r for r in profile.bands.rows if (r.outcome, r.clock) == (outcome, clock)]
        if bands:
            out[f"{name}_bands"] = table_of(bands, _BAND_COLUMNS)
    return out


def quality_rows(quality: DataQuality) -> Table:
    """Return rows read and findings, a row each; 1 to 4 failing rows are banded."""
    columns = ("extract", "column", "rule", "rows_checked", "rows_failing", "severity", "advice")
    rows: list[Sequence[object]] = [
        (f.extract, f.column, f.rule, f.rows_checked, f.failing_text, f.severity, f.advice) for f in quality.rows
    ]
    return columns, [*((name, "", "rows read", n, "0", "note", "") for name, n in quality.read.items()), *rows]


def decisions_table(inputs: Protected[ReportInputs]) -> Table:
    """Return the log of disclosure control: every cell taken out and why, never its count."""
    return table_of(inputs.decisions, ("table", "cell", "rule", "role", "count_band", "margin"))
