"""effektutv: from register extracts to a report that may be published.

The house, in the order of the way that data take through it (data move one way and never back):

``registers``   extracts → checked, typed, lazy tables: ``schema`` ``readers`` ``engine`` ``quality``
``cohort``      tables → one row a participant: ``linkage`` ``flow`` ``baseline`` ``outcomes`` ``build``
``estimate``    arrays → frozen results: ``design`` ``linear`` ``covariance`` ``effects`` ``subgroups`` ``balance`` ``profile``
                ``bounds`` ``compliance`` ``survival`` ``power`` …
``disclosure``  results → protected results; fails closed
``reporting``   protected results → tables, figures, HTML and the manifest
``published``   protected results beside published figures
``plots``       plain tables → matplotlib figures
``synthetic``   demonstration extracts with a known truth

Around them: ``errors``, ``language`` (labels, and the only rounding), ``study`` (the study file), ``results`` (every
result type), ``resources`` (shipped schemas and studies); and above them ``frames`` (the door for any data frame),
``further`` (its door for bounds, compliance, time to event and power), ``randomised`` (randomisation tests), ``multiplicity``
(families of effects corrected together), each handing on functions that stand by topic in
``balancing``, ``between_sites``, ``missing`` and ``pooled``,
``trial`` (the participants and the questions one may ask of them), ``pipeline`` (the steps of the final report),
``reproducing`` (a run beside published figures), ``plan`` (the plan and its lock) and ``cli``. Importing the package loads
none of these: each public name is fetched when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from .errors import ArgumentError, CrossCheckError, DisclosureError, EffektutvError, ExtractError, StudyError
    from .frames import balance, itt, profile
    from .further import cace, lee_bounds, power, ratios, time_to_event
    from .multiplicity import adjust
    from .pipeline import load, report
    from .randomised import randomization_test
    from .reproducing import reproduce
    from .results import Balance, Effects, Flow, Profile, Suppressed, Unavailable
    from .study import Study
    from .trial import Trial
    from .trial.cross_checking import cross_check


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
    "Trial": "trial",
    "Unavailable": "results",
    "adjust": "multiplicity",
    "balance": "frames",
    "cace": "further",
    "cross_check": "trial.cross_checking",
    "itt": "frames",
    "lee_bounds": "further",
    "load": "pipeline",
    "power": "further",
    "profile": "frames",
    "randomization_test": "randomised",
    "ratios": "further",
    "report": "pipeline",
    "reproduce": "reproducing",
    "time_to_event": "further",
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
