"""The items of the CONSORT 2025 checklist by number: what a study file may answer of them."""

from __future__ import annotations

from typing import Literal, get_args

__all__ = ["CONSORT_ITEMS", "ConsortItem"]

#: Thirty items, some in parts: Hopewell and others (2025), CONSORT 2025 statement, *PLoS Medicine* 22(4): e1004587, and in the
#: *BMJ*, *JAMA* and the *Lancet*.
ConsortItem = Literal[
    "1a", "1b", "2", "3", "4", "5a", "5b", "6", "7", "8", "9", "10", "11", "12a", "12b", "13", "14", "15", "16a", "16b",
    "17a", "17b", "18", "19", "20a", "20b", "21a", "21b", "21c", "21d", "22a", "22b", "23a", "23b", "24a", "24b", "25", "26",
    "27", "28", "29", "30",
]  # fmt: skip
CONSORT_ITEMS: tuple[str, ...] = get_args(ConsortItem)
