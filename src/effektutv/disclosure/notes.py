"""Free text on its way out: a note may name strata and rules, never how few persons it is about."""

from __future__ import annotations

import re

__all__ = ["safe_note"]

_FEW = re.compile(r"\b[1-4] (persons?|rows?)\b|\bone person in arm\b|\bone person in the arm\b")


def safe_note(note: str) -> str | None:
    """Return a note as it may be shown, or None where it says of how few persons it is about.

    Counts of 1 to 4 persons are told in bands by the estimators already; a note in which one is left is withheld, for it
    was not written with disclosure in mind.

    Parameters
    ----------
    note : str
    """
    return None if _FEW.search(note) else note
