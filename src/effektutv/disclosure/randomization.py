"""Protect the distribution of a statistic that was drawn again.

It is shown where both arms' outcomes are, as drawn and in thousandths: an exact one has its steps where the hidden counts of
small strata put them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from effektutv.values import Status, Suppressed

from .cells import Cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from effektutv.results.randomization import RandomizationTest

    from .ledger import Ledger

__all__ = ["protect_randomization"]

_UNSHOWN = Suppressed("touches a suppressed cell")


def protect_randomization(
    test: RandomizationTest, ledger: Ledger, notes: Callable[[Iterable[str]], Iterable[str]]
) -> RandomizationTest:
    """Return a randomisation test with its distribution, where both arms' outcomes are shown and it was drawn.

    Parameters
    ----------
    test : RandomizationTest
    ledger : Ledger
        Closed.
    notes : callable
        What protects notes.
    """
    rows, open_pairs = [], set()
    for row in test.rows:
        cells = [Cell("outcome", row.outcome, row.month, arm) for arm in (row.arm, row.control)]
        if any(ledger.is_hidden(c) or c in ledger.thin for c in cells):
            names = (
                "estimate",
                "std_error",
                "statistic",
                "null_sd",
                "p_randomization",
                "mc_error",
                "conf_low",
                "conf_high",
            )
            gone = dict.fromkeys((*names, "n_arm", "n_control"), _UNSHOWN)
            rows.append(replace(row, status=Status.SUPPRESSED, note="", **gone))  # type: ignore[arg-type]
        else:
            rows.append(replace(row, status=Status.RELEASED, note=""))
            open_pairs.add((row.outcome, row.month, row.arm, row.control))
    shown = tuple(
        replace(d, share=round(d.share, 3))
        for d in test.distribution
        if d.kind != "exact" and (d.outcome, d.month, d.arm, d.control) in open_pairs
    )
    return replace(test, rows=tuple(rows), distribution=shown, notes=tuple(notes(test.notes)))
