"""How a result draws itself: every option is one of the figure's, and every key one of the result's."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import ArgumentError
from .words import WORDS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["drawn"]


def drawn(figure: Callable[..., Figure], table: pd.DataFrame, options: Mapping[str, Any], **usual: Any) -> Figure:
    """Draw a result's table, after checking that every option is one of the figure's and every key one of the table's.

    Parameters
    ----------
    figure : callable
        A function of the plots.
    table : DataFrame
        What it draws.
    options : mapping
        As the caller gave them.
    **usual
        Options that hold where the caller says nothing.

    Raises
    ------
    ArgumentError
        If an option is none of the figure's, or ``labels`` or ``arms`` name what the table has not.
    """
    known = list(inspect.signature(figure).parameters)[1:]
    given = dict(options)
    if given.pop("ax", None) is not None:
        raise ArgumentError(
            "ax: a figure sets its own page (title, columns of text, notes) and is not drawn into other axes; leave ax out and "
            "change what plot() returns, or draw the result's .tidy() into your axes"
        )
    if strange := sorted(set(given) - set(known)):
        raise ArgumentError(f"{strange[0]}: is no option of this figure; it has {', '.join(known)}")
    _check_keys(table, given.get("labels"), given.get("arms"))
    return figure(table, **{**usual, **given})


def _check_keys(table: pd.DataFrame, labels: object, arms: object) -> None:
    """Refuse labels of what the table has not: a slip in a key would pass without a word."""
    for argument, named in (("labels", labels), ("arms", arms)):
        if named is not None and not isinstance(named, Mapping):
            raise ArgumentError(f"{argument}: got {type(named).__name__}; give a mapping of key to label")
    cells = {
        name: list(dict.fromkeys(v for v in table[name] if isinstance(v, str) and v))
        for name in table.columns
        if name not in ("note", "status")
    }
    codes = list(dict.fromkeys(v for name in ("control", "arm") for v in cells.get(name, [])))
    if strange := [a for a in (arms or ()) if a not in codes]:  # type: ignore[attr-defined]
        raise ArgumentError(f"arms: {strange[0]!r} is no arm of this result; it has {_listed(codes)}")
    values = {v for found in cells.values() for v in found}
    for key in labels or ():  # type: ignore[attr-defined]
        of, name = key if isinstance(key, tuple) and len(key) == 2 else ("", key)
        if name in values or WORDS.label(name, "en") != name or WORDS.label(f"{of}_{name}", "en") != f"{of}_{name}":
            continue
        shown = [v for column, found in cells.items() if column in _LABELLED for v in found]
        raise ArgumentError(f"labels: {key!r} occurs nowhere in this result; it has {_listed(dict.fromkeys(shown))}")


#: Columns whose values are labelled.
_LABELLED = ("outcome", "clock", "arm", "control", "subgroup", "level", "covariate", "category", "stage", "reason", "actor",
             "method", "estimator", "component", "event", "name", "kind", "family")  # fmt: skip


def _listed(keys: Iterable[str]) -> str:
    names = [repr(k) for k in keys]
    return ", ".join(names[:30]) + (", …" if len(names) > 30 else "")
