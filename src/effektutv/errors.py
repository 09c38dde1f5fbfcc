"""The errors that effektutv raises on purpose, and the exit code that belongs to each.

Every message says what is wrong, what was got and what to do. None of them ever holds a value from an extract: a column,
a rule and a count are what a register's owner needs, and all that may leave the secure environment.
"""

from __future__ import annotations

__all__ = [
    "ArgumentError",
    "CrossCheckError",
    "DisclosureError",
    "EffektutvError",
    "ExtractError",
    "StudyError",
]


class EffektutvError(Exception):
    """Base of every error that effektutv raises on purpose.

    Attributes
    ----------
    exit_code : int
        What the command line returns when this error ends a command.
    """

    exit_code = 5


class ArgumentError(EffektutvError, ValueError):
    """An argument of a function or of the command line that cannot be used."""

    exit_code = 2


class CrossCheckError(EffektutvError):
    """A second estimation by the field's own libraries that does not agree with ours: nothing is written."""


class StudyError(EffektutvError, ValueError):
    """A study file that cannot be used: its message names the line and what is allowed."""

    exit_code = 2


class ExtractError(EffektutvError, ValueError):
    """An extract that is missing, unreadable or breaks its schema: column, rule and count, never a value."""

    exit_code = 3


class DisclosureError(EffektutvError, ValueError):
    """A result that cannot be protected, so that nothing may be released."""

    exit_code = 4
