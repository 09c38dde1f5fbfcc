"""effektutv: from register extracts to a report that may be published.

Data move one way: ``registers`` (extracts to checked tables) → ``cohort`` (one row per participant) → ``trial`` (the
participants, and the questions to ask of them) → ``estimators`` (arrays to frozen ``results``) → ``disclosure`` (protected
results; fails closed) → ``reporting`` (HTML, PDF, Word, Excel, tables, manifest).

``api`` has the functions for any data frame, ``commands`` one module or package per word of the command line, ``plots`` the
figures, ``synthetic`` the demonstration. Below all of them: ``errors``, ``values`` (numbers, or why there are none),
``runtime``, ``i18n`` (the two languages, and the only rounding) and ``study`` (the study file and its plan). Importing the
package loads none of them: each public name is fetched when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .runtime.version import __version__

if TYPE_CHECKING:
    from .api.adjust import adjust
    from .api.balance import balance
    from .api.compliance import cace
    from .api.itt import itt
    from .api.missing_outcomes import lee_bounds, response_weighted, worst_case_bounds
    from .api.pooled_regression import contamination, pooled_regression
    from .api.profile import profile
    from .api.randomization_test import randomization_test
    from .api.ratios import ratios
    from .api.sites import site_variation
    from .api.time_to_event import time_to_event
    from .commands.check.check import check
    from .commands.reproduce.reproduce import reproduce
    from .commands.run import report
    from .errors import ArgumentError, CrossCheckError, DisclosureError, EffektutvError, ExtractError, StudyError
    from .estimators.power import power, power_curve, simulated_power
    from .results.balance import Balance
    from .results.effects import Effects
    from .results.flow import Flow
    from .results.profiles import Profile
    from .study.load import Study
    from .study.plan_lock import lock
    from .trial.cross_check import cross_check
    from .trial.load import load
    from .trial.trial import Trial
    from .values import Suppressed, Unavailable


_HOME = {
    "ArgumentError": "errors",
    "Balance": "results.balance",
    "CrossCheckError": "errors",
    "DisclosureError": "errors",
    "Effects": "results.effects",
    "EffektutvError": "errors",
    "ExtractError": "errors",
    "Flow": "results.flow",
    "Profile": "results.profiles",
    "Study": "study.load",
    "StudyError": "errors",
    "Suppressed": "values",
    "Trial": "trial.trial",
    "Unavailable": "values",
    "adjust": "api.adjust",
    "balance": "api.balance",
    "cace": "api.compliance",
    "check": "commands.check.check",
    "contamination": "api.pooled_regression",
    "cross_check": "trial.cross_check",
    "itt": "api.itt",
    "lee_bounds": "api.missing_outcomes",
    "load": "trial.load",
    "lock": "study.plan_lock",
    "pooled_regression": "api.pooled_regression",
    "power": "estimators.power",
    "power_curve": "estimators.power",
    "profile": "api.profile",
    "randomization_test": "api.randomization_test",
    "ratios": "api.ratios",
    "report": "commands.run",
    "reproduce": "commands.reproduce.reproduce",
    "response_weighted": "api.missing_outcomes",
    "simulated_power": "estimators.power",
    "site_variation": "api.sites",
    "time_to_event": "api.time_to_event",
    "worst_case_bounds": "api.missing_outcomes",
}

__all__ = [
    "ArgumentError",
    "Balance",
    "CrossCheckError",
    "DisclosureError",
    "Effects",
    "EffektutvError",
    "ExtractError",
    "Flow",
    "Profile",
    "Study",
    "StudyError",
    "Suppressed",
    "Trial",
    "Unavailable",
    "__version__",
    "adjust",
    "balance",
    "cace",
    "check",
    "contamination",
    "cross_check",
    "itt",
    "lee_bounds",
    "load",
    "lock",
    "pooled_regression",
    "power",
    "power_curve",
    "profile",
    "randomization_test",
    "ratios",
    "report",
    "reproduce",
    "response_weighted",
    "simulated_power",
    "site_variation",
    "time_to_event",
    "worst_case_bounds",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'effektutv' has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
