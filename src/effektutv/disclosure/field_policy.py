"""What disclosure control knows: every kind of result and each of its fields, by name.

A field that is not on this list was added after the rules were written: nobody has said whether it gives a small cell away.
Then nothing is released, until its rule stands in this package and its name here.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from effektutv.errors import DisclosureError
from effektutv.study import Study
from effektutv.values import Suppressed, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["KNOWN", "check_shapes"]

#: Fields by the name of their type, separated by blanks. ``_source`` of Effects holds persons: every copy drops it.
KNOWN = {
    "ReportInputs": (
        "study effects flow balance profiles kinds sources starts quality robustness ratios adjusted contamination "
        "times surveys attrition compliance power power_curve received turned_thirty entry sites site_variation randomization "
        "notes"
    ),
    "Estimand": "population outcome contrast intercurrent summary",
    "EffectRow": (
        "outcome clock month arm control subgroup level kind n_arm n_control share_arm share_control mean_arm "
        "mean_control estimate std_error statistic df p_value conf_low conf_high p_randomization p_adjusted "
        "family estimator vcov strata status note events_arm events_control"
    ),
    "Effects": "rows estimand conf_level notes credibility _source",
    "Credibility": "rows protocol",
    "CredibilityRow": "outcome clock month arm control subgroup item answer evidence",
    "Profile": "rows effects bands",
    "ArmSummary": (
        "outcome clock month arm n share std_error conf_low conf_high status sim_low sim_high sim_critical events"
    ),
    "EffectBands": "rows draws seed",
    "EffectBand": "outcome clock month arm control sim_low sim_high sim_critical status",
    "Counts": "rows notes",
    "CountRow": "outcome clock month arm category n events share status",
    "Starts": "rows notes",
    "StartRow": "arm n started share median_delay status",
    "Flow": "rows",
    "FlowStage": "name n excluded reason by_arm status",
    "Balance": "rows omnibus arms notes",
    "BalanceRow": (
        "covariate level kind arm control n_arm n_control n_missing_arm n_missing_control mean_arm "
        "mean_control sd_arm sd_control difference smd smd_weighted smd_max variance_ratio status note"
    ),
    "Omnibus": "statistic df p_value method p_randomization mc_error",
    "DataQuality": "rows read delivered forms",
    "ReadForm": "encoding delimiter decimals dates",
    "Finding": "extract column rule rows_checked rows_failing severity advice",
    "Contamination": "rows conf_level notes estimand",
    "ContaminationRow": (
        "outcome clock month arm control component source n_arm n_control estimate std_error conf_low "
        "conf_high difference difference_se strata status note"
    ),
    "TimeToEvent": "rows risk log_rank medians conf_level notes estimand",
    "RiskRow": (
        "outcome clock arm time n n_risk events competing censored survival survival_error survival_low "
        "survival_high incidence incidence_error incidence_low incidence_high status"
    ),
    "MeanTimeRow": (
        "outcome clock arm control tau n_arm n_control mean_arm mean_control estimate std_error statistic "
        "df p_value conf_low conf_high log_rank log_rank_p strata status note"
    ),
    "LogRank": "rows statistic df p_value strata",
    "LogRankArm": "arm n observed expected",
    "SurveyOutcome": "outcome wave response observed weighted bounds",
    "Bounds": "rows response conf_level notes estimand",
    "BoundRow": (
        "outcome clock month arm control method population n_arm n_control observed_arm observed_control "
        "response_arm response_control trimmed trimmed_share lower upper std_error_lower std_error_upper "
        "conf_low conf_high cells strata status note"
    ),
    "ComplierEffects": "_source rows receipt conf_level notes estimand",
    "ComplierRow": (
        "outcome clock month arm control n_arm n_control receipt_arm receipt_control first_stage "
        "first_stage_error f_classical f_robust intention_to_treat estimate std_error statistic df p_value "
        "conf_low conf_high ar_low ar_high vcov strata status note"
    ),
    "Receipts": "rows",
    "ReceiptRow": "arm programme n received share status",
    "Received": "rows shares notes",
    "HoursRow": "arm actor month n persons share mean mean_month status largest second",
    "Shares": "rows notes",
    "ShareRow": "arm item month n persons share status",
    "Ratios": "rows conf_level notes estimand",
    "RatioRow": (
        "outcome clock month arm control measure n_arm n_control mean_arm mean_control estimate std_error statistic df p_value "
        "conf_low conf_high estimator vcov strata status note events_arm events_control"
    ),
    "SiteVariation": "rows conf_level notes estimand",
    "SiteRow": (
        "outcome clock month arm control site sites sites_left_out n estimate std_error p_value conf_low conf_high tau "
        "tau_low tau_high tau_first_step q q_df q_p_value i_squared status note"
    ),
    "RandomizationTest": "rows seed conf_level notes estimand distribution",
    "RandomizationRow": (
        "outcome clock month arm control n_arm n_control estimate std_error statistic null_sd p_randomization mc_error "
        "conf_low conf_high draws estimator studentized alternative mechanism method strata status note"
    ),
    "DistributionRow": "outcome clock month arm control low high share kind",
    "Power": "rows notes",
    "PowerRow": (
        "arm control n_arm n_control baseline effect alpha alpha_each family power solved method std_error monte_carlo_error"
    ),
}


def check_shapes(value: object) -> None:
    """Refuse results of a kind, or with a field, that disclosure control does not know.

    Parameters
    ----------
    value : object
        The report's inputs; every result within them is looked at.

    Raises
    ------
    DisclosureError
        Naming the type and the field.
    """
    seen: set[type] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Study | Unavailable | Suppressed):
            continue
        if isinstance(item, tuple | list):
            waiting.extend(item)
        elif is_dataclass(item):
            if type(item) not in seen:
                _check(type(item))
                seen.add(type(item))
            waiting.extend(_parts(item))


def _check(kind: type) -> None:
    if kind.__name__ not in KNOWN:
        raise DisclosureError(
            f"a result of a kind that disclosure control does not know, {kind.__name__}; nothing is released"
        )
    strange = {f.name for f in fields(kind)} ^ set(KNOWN[kind.__name__].split())
    if strange:
        raise DisclosureError(
            f"{kind.__name__}: disclosure control has no rule for {', '.join(sorted(strange))}; nothing is released"
        )


def _parts(item: object) -> Iterator[object]:
    for f in fields(item):  # type: ignore[arg-type]
        if f.name != "_source":
            part = getattr(item, f.name)
            if isinstance(part, tuple | list) or is_dataclass(part):
                yield part
