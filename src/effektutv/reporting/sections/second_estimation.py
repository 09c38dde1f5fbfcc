"""What the report and the manifest say of the second estimation of the main results by other libraries."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from effektutv import i18n

if TYPE_CHECKING:
    from effektutv.results.cross_check import CrossCheck

    from ..wording.words import Words

__all__ = ["manifest_block", "sentences"]


def sentences(found: CrossCheck, words: Words) -> str:
    """Return what was estimated again and agrees, and what has no counterpart.

    Parameters
    ----------
    found : CrossCheck
        That agrees.
    words : Words
    """
    checked = [r for r in found.rows if r.agrees]
    each = Counter(r.question for r in checked)
    models = {q: list(dict.fromkeys(f"{r.model}, {r.vcov}" for r in checked if r.question is q)) for q in each}
    what = [
        words(
            "cross_check_part",
            question=words(f"cross_check_{q}"),
            n=i18n.count(n, words.lang),
            how="; ".join(models[q]),
        )
        for q, n in each.items()
    ]
    without = [words(f"not_checked_{r}") for r in dict.fromkeys(r.reason for r in found.rows if r.reason is not None)]
    said = [words("cross_check_agrees", what=i18n.join(what, words.lang))] if what else []
    return " ".join([*said, *([words("cross_check_without", what=i18n.join(without, words.lang))] if without else [])])


def manifest_block(found: CrossCheck | None) -> dict[str, object]:
    """Return what the manifest says of it: no number but the tolerance and how many were checked."""
    if found is None:
        return {}
    keys = [(str(r.question), r.library, r.model, r.vcov, r.quantity) for r in found.rows if r.agrees]
    return {
        "agrees_within": found.tolerance,
        "checked": [
            {"question": q, "library": lib, "model": model, "vcov": vcov, "quantity": quantity, "numbers": n}
            for (q, lib, model, vcov, quantity), n in Counter(keys).items()
        ],
        "not_checked": dict(Counter(f"{r.question}: {r.reason}" for r in found.rows if r.reason is not None)),
    }
