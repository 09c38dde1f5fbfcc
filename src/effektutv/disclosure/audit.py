"""The attacker's first step: which suppressed cells follow exactly from the margins that a report shows.

This is the light audit: exact recovery by adding and subtracting over all margins at once. How narrow an interval they
leave for a suppressed cell is not looked at here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping, Sequence

__all__ = ["recoverable"]

if TYPE_CHECKING:
    K = TypeVar("K", bound=Hashable)
else:
    K = TypeVar("K")


class _Components(Generic[K]):
    """Which unknowns hang together through the margins (union-find)."""

    def __init__(self, keys: Collection[K]) -> None:
        self._parent = {k: k for k in keys}

    def root(self, key: K) -> K:
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key

    def join(self, a: K, b: K) -> None:
        self._parent[self.root(a)] = self.root(b)


def recoverable(margins: Sequence[Mapping[K, int]], hidden: Collection[K]) -> list[K]:
    """Return the hidden cells whose value every margin together determines, in the order of ``hidden``.

    A cell is determined where no other solution of the equations changes it: its row of a null-space basis is 0.

    Parameters
    ----------
    margins : sequence of mapping
        Each an equation: the coefficient of every cell in it; what is not hidden is known.
    hidden : collection
        The suppressed cells.
    """
    unknown = list(hidden)
    known_as = set(unknown)
    rows = [{k: c for k, c in margin.items() if k in known_as} for margin in margins]
    rows = [row for row in rows if row]
    components = _Components(unknown)
    for row in rows:
        first, *others = row
        for other in others:
            components.join(first, other)
    members: dict[K, list[K]] = {}
    for key in unknown:
        members.setdefault(components.root(key), []).append(key)
    equations: dict[K, list[dict[K, int]]] = {}
    for row in rows:
        equations.setdefault(components.root(next(iter(row))), []).append(row)
    exposed: set[K] = set()
    for root, keys in members.items():
        exposed.update(_determined(keys, equations.get(root, [])))
    return [k for k in unknown if k in exposed]


def _determined(keys: list[K], equations: list[dict[K, int]]) -> list[K]:
    """Return the keys of one component that its equations determine."""
    if not equations:
        return []
    matrix = np.array([[row.get(k, 0) for k in keys] for row in equations], dtype=float)
    _, singular, right = np.linalg.svd(matrix)
    rank = int((singular > 1e-9 * max(1.0, float(singular[0]))).sum())
    free = right[rank:]
    if free.shape[0] == 0:
        return keys
    return [k for j, k in enumerate(keys) if np.abs(free[:, j]).max() < 1e-9]
