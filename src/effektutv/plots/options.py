"""How a result draws itself: every option is one of the figure's, and every key one of the result's."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from effektutv.errors import ArgumentError

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
    """Refuse labels none of whose keys the table has, and a key that nearly names what is left without a label.

    A study's whole set of labels is given to each of its figures, so that a key which this result lacks is no slip by itself.
    """
    for argument, named in (("labels", labels), ("arms", arms)):
        if named is not None and not isinstance(named, Mapping):
            raise ArgumentError(f"{argument}: got {type(named).__name__}; give a mapping of key to label")
    cells = {
        name: list(dict.fromkeys(v for v in table[name] if isinstance(v, str) and v))
        for name in table.columns
        if name not in ("note", "status")
    }
    codes = list(dict.fromkeys(v for name in ("control", "arm") for v in cells.get(name, [])))
    _check_slips("arms", list(arms or ()), set(codes), codes)  # type: ignore[call-overload]
    values = {v for found in cells.values() for v in found}
    pairs = [k if isinstance(k, tuple) and len(k) == 2 else ("", k) for k in labels or ()]  # type: ignore[attr-defined]
    ours = {n for of, n in pairs if WORDS.label(n, "en") != n or WORDS.label(f"{of}_{n}", "en") != f"{of}_{n}"}
    shown = [v for column, found in cells.items() if column in _LABELLED for v in found]
    _check_slips("labels", [n for _, n in pairs], values | ours, shown)


def _check_slips(argument: str, keys: list[str], known: set[str], shown: list[str]) -> None:
    """Refuse keys of which none is known, or one that is close to a shown value which has no label."""
    strange = [k for k in keys if k not in known]
    bare = [v for v in dict.fromkeys(shown) if v not in keys]
    if strange and len(strange) == len(keys):
        has = _listed(dict.fromkeys(shown))
        raise ArgumentError(f"{argument}: {strange[0]!r} occurs nowhere in this result; it has {has}")
    for key in strange:
        if meant := get_close_matches(str(key), bare, n=1, cutoff=0.8):
            raise ArgumentError(f"{argument}: {key!r} occurs nowhere in this result; did you mean {meant[0]!r}?")


#: Columns whose values are labelled.
_LABELLED = ("outcome", "clock", "arm", "control", "subgroup", "level", "covariate", "category", "stage", "reason", "actor",
             "method", "estimator", "component", "event", "name", "kind", "family")  # fmt: skip


def _listed(keys: Iterable[str]) -> str:
    names = [repr(k) for k in keys]
    return ", ".join(names[:30]) + (", …" if len(names) > 30 else "")
