"""Refuse extracts that hold personal identity numbers: persons are serial numbers here, never anything else."""

from __future__ import annotations

import re

from ..errors import ExtractError
from .engine import Engine, quoted
from .readers import Extract
from .schema import FieldType

__all__ = ["is_identity_number", "refuse_identity_numbers"]

#: Century optional, month, day (plus 60 in a coordination number), separator optional, four digits.
_SHAPE = r"(19|20)?[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])[-+]?[0-9]{4}"
_SAMPLE = 2000
#: Serial numbers of ten digits have a valid shape and check digit by chance in well under one case in a hundred.
_SHARE = 0.2


def is_identity_number(text: str) -> bool:
    """Return whether a text is a Swedish personal identity or coordination number, by shape and check digit.

    Parameters
    ----------
    text : str
        The text.
    """
    if not re.fullmatch(_SHAPE, text):
        return False
    digits = [int(c) for c in re.sub(r"\D", "", text)[-10:]]
    doubled = [d * (2 - i % 2) for i, d in enumerate(digits)]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def refuse_identity_numbers(engine: Engine, extract: Extract) -> None:
    """Raise if a column looks like personal identity numbers.

    Parameters
    ----------
    engine : Engine
        The session.
    extract : Extract
        The opened extract.

    Raises
    ------
    ExtractError
        If at least a fifth of a sample of a text column has the shape and the check digit.
    """
    texts = [f for f in extract.schema.fields if f.type is FieldType.STRING and f.column not in extract.absent]
    columns = ", ".join(quoted(f.column) for f in texts)
    rows = engine.rows(
        f"SELECT {columns} FROM {quoted(extract.table)} LIMIT {_SAMPLE}", what=f"{extract.schema.name}: sampling"
    )
    for i, field in enumerate(texts):
        given = [str(r[i]) for r in rows if r[i] is not None]
        if given and sum(map(is_identity_number, given)) >= _SHARE * len(given):
            raise ExtractError(
                f"{extract.schema.name}: column {field.name} looks like personal identity numbers; nothing was kept. "
                f"Ask the register's owner for serial numbers (LopNr) instead"
            )
