"""The date that a report's files carry: never the clock's."""

from __future__ import annotations

import os
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from effektutv.errors import ArgumentError

if TYPE_CHECKING:
    from ..model.document import Document

__all__ = ["FORMAT_EPOCH", "dated", "environment_date"]

#: What a file carries where nothing says when: the first day that a ZIP archive can hold.
FORMAT_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)


def dated(document: Document) -> datetime:
    """Return the date of a report's files: ``SOURCE_DATE_EPOCH``, else the date of its data, else :data:`FORMAT_EPOCH`.

    ``SOURCE_DATE_EPOCH`` is seconds since 1970 in UTC (reproducible-builds.org, specification of 2017).

    Returns
    -------
    datetime
        In UTC, not before 1980, to the second.

    Raises
    ------
    ArgumentError
        If ``SOURCE_DATE_EPOCH`` is set and is no whole number of seconds that a date can be made of.
    """
    given = environment_date()
    if given is not None:
        return max(given, FORMAT_EPOCH)
    value = document.inputs.value
    day = value.study.study.data_date or (value.quality.delivered if value.quality else None)
    return FORMAT_EPOCH if day is None else max(datetime.combine(day, time(), tzinfo=UTC), FORMAT_EPOCH)


def environment_date() -> datetime | None:
    """Return the date that ``SOURCE_DATE_EPOCH`` gives, None where it is not set.

    Raises
    ------
    ArgumentError
        If it is set and is no whole number of seconds that a date can be made of.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not given:
        return None
    # eleven digits reach beyond the year 5000, and every date of them can be made
    if not (given.isascii() and given.isdigit() and len(given) <= 11):
        raise ArgumentError(f"SOURCE_DATE_EPOCH: got {given!r}; give whole seconds since 1970-01-01, or unset it")
    return datetime.fromtimestamp(int(given), tz=UTC)
