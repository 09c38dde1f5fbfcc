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
    from .api.itt import balance, itt, profile
    from .api.randomization_test import randomization_test
    from .api.ratios import cace, lee_bounds, power, ratios, time_to_event
    from .commands.reproduce.reproduce import reproduce
    from .commands.run import report
    from .errors import ArgumentError, CrossCheckError, DisclosureError, EffektutvError, ExtractError, StudyError
    from .results.balance import Balance
    from .results.effects import Effects
    from .results.flow import Flow
    from .results.profiles import Profile
    from .study import Study
    from .trial.cross_check import cross_check
    from .trial.load import load
    from .trial.trial import Trial
    from .values import Suppressed, Unavailable


_HOME = {
    "ArgumentError": "errors",
    "Balance": "results",
    "CrossCheckError": "errors",
    "DisclosureError": "errors",
    "Effects": "results",
    "EffektutvError": "errors",
    "ExtractError": "errors",
    "Flow": "results",
    "Profile": "results",
    "Study": "study",
    "StudyError": "errors",
    "Suppressed": "results",
    "Trial": "trial.trial",
    "Unavailable": "results",
    "adjust": "api.adjust",
    "balance": "api.itt",
    "cace": "api.ratios",
    "cross_check": "trial.cross_check",
    "itt": "api.itt",
    "lee_bounds": "api.ratios",
    "load": "trial.load",
    "power": "api.ratios",
    "profile": "api.itt",
    "randomization_test": "api.randomization_test",
    "ratios": "api.ratios",
    "report": "commands.run",
    "reproduce": "commands.reproduce.reproduce",
    "time_to_event": "api.ratios",
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
    "cross_check",
    "itt",
    "lee_bounds",
    "load",
    "power",
    "profile",
    "randomization_test",
    "ratios",
    "report",
    "reproduce",
    "time_to_event",
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
