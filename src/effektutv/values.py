"""Numbers, or the reasons for their absence, and whether a row may be released."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "SUPPRESSION_MARK",
    "Count",
    "Statistic",
    "Status",
    "Suppressed",
    "Unavailable",
    "available",
]


#: The marker that stands for a suppressed cell wherever a result is shown.
SUPPRESSION_MARK = "‥"


class Status(StrEnum):
    """Whether a row may be shown outside the secure environment. Only ``released`` may."""

    UNCHECKED = "unchecked"
    RELEASED = "released"
    SUPPRESSED = "suppressed"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A statistic that is not defined here, and why.

    Parameters
    ----------
    reason : str
        Why there is no number, in words for a reader.
    """

    reason: str

    def __repr__(self) -> str:
        return f"Unavailable({self.reason!r})"


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A statistic that exists but may not be shown.

    Parameters
    ----------
    rule : str
        The disclosure rule that took it away.
    """

    rule: str

    def __repr__(self) -> str:
        return SUPPRESSION_MARK


#: A number, or the reason why there is none.
Statistic = float | Unavailable | Suppressed
#: A count, or the reason why there is none.
Count = int | Unavailable | Suppressed


def available(value: object) -> bool:
    """Return whether ``value`` is a number rather than the reason for its absence.

    Parameters
    ----------
    value : object
        A field of a result row.
    """
    return isinstance(value, int | float) and not isinstance(value, bool)
