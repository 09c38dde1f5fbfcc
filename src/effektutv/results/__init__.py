"""Frozen result types of every wing, in one tidy schema, and the mixin behind ``.tidy()``, ``.to_dicts()`` and ``_repr_html_``.

A number that cannot be computed is an :class:`Unavailable` that says why; one that may not be shown is a
:class:`Suppressed`. Neither is ever 0, blank or NaN inside a result; :meth:`Tabular.tidy` turns both into a missing value
and leaves the reason in ``status`` and ``note``.
"""

from __future__ import annotations

from effektutv.study.plan_status import LockStatus, PlanLock
from effektutv.values import SUPPRESSION_MARK, Count, Statistic, Status, Suppressed, Unavailable, available

from .balance import Balance, BalanceRow, Omnibus
from .contamination import Contamination, ContaminationRow
from .counts import CountRow, Counts, StartRow, Starts
from .credibility import Credibility, CredibilityRow
from .data_quality import DataQuality, Finding, ReadForm, Severity
from .effect_rows import EffectRow, RowKind
from .effects import Effects
from .estimand import Estimand
from .flow import Flow, FlowStage
from .kept import keep, kept
from .names import MISSING, Name, Own, part_of, parts, said, written
from .profiles import NO_BAND, NO_VARIANCE, ArmSummary, EffectBand, EffectBands, Profile
from .randomization import DistributionRow, RandomizationRow, RandomizationTest
from .reproduction import Reproduction, ReproductionRow, Verdict
from .tabular import Tabular, held

__all__ = [
    "MISSING",
    "NO_BAND",
    "NO_VARIANCE",
    "SUPPRESSION_MARK",
    "ArmSummary",
    "Balance",
    "BalanceRow",
    "Contamination",
    "ContaminationRow",
    "Count",
    "CountRow",
    "Counts",
    "Credibility",
    "CredibilityRow",
    "DataQuality",
    "DistributionRow",
    "EffectBand",
    "EffectBands",
    "EffectRow",
    "Effects",
    "Estimand",
    "Finding",
    "Flow",
    "FlowStage",
    "LockStatus",
    "Name",
    "Omnibus",
    "Own",
    "PlanLock",
    "Profile",
    "RandomizationRow",
    "RandomizationTest",
    "ReadForm",
    "Reproduction",
    "ReproductionRow",
    "RowKind",
    "Severity",
    "StartRow",
    "Starts",
    "Statistic",
    "Status",
    "Suppressed",
    "Tabular",
    "Unavailable",
    "Verdict",
    "available",
    "held",
    "keep",
    "kept",
    "part_of",
    "parts",
    "said",
    "written",
]
