r"""Random subsets of fixed size within groups, and sums over them: what every re-drawn statistic needs, with numpy alone.

Sorting random keys costs n log n a draw. Here the persons of a group stand in pieces of at most twelve, and a draw takes
two steps a piece: how many of it are chosen (hypergeometric, given how many are left to choose), then which, as one
number that points into the list of all subsets of that size. What a subset adds to a sum is looked up in a table of all
4,096 (the "four Russians" of Arlazarov and others 1970), or, where many sums are wanted, found by one matrix product of
the subsets' indicators with the columns. Every subset of the right size has the same probability, to the 53 bits of a
double.

Groups of more than 480 persons are first cut into parts, whose numbers chosen numpy draws.

The number chosen of a piece is drawn by the alias method (Walker 1977; tables as Vose 1991 builds them, all rows at
once). A 0/1 outcome alone needs no subsets: its sums within groups are hypergeometric and are drawn directly.

Draws come in blocks of :data:`BLOCK`, each with its own generator from one recorded seed: what is drawn depends on the
seed and the number of draws only, and memory does not grow with the number of draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import gammaln

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..design import FloatArray, IntArray

__all__ = ["BLOCK", "Counts", "Subsets", "blocks", "hypergeometric", "product"]

#: Draws that share one generator and are held in memory at a time.
BLOCK = 4096
#: Persons in a piece, at most: their 2^12 subsets fit the processor's nearest memory.
PIECE = 12
#: Persons in a part of a group, at most: how many of a part are chosen numpy draws; within a part tables say.
PART = 480
#: Bytes that the tables of sums may take; beyond, sums are matrix products.
_TABLES = 32e6
#: Sums a person up to which tables are quicker than a matrix product.
_FEW_COLUMNS = 16
#: Persons whose indicators are gathered before one matrix product.
_WIDTH = 96
#: Multiplications in one matrix product, at most: OpenBLAS shares out larger ones between threads, which for these sizes
#: costs more than it gains and much more on a busy machine.
_UNSHARED = 250_000
#: Numbers that a count may take for which an alias table is built; beyond, numpy's own hypergeometric draws.
_WIDEST = 512


def blocks(seed: int, draws: int, task: int = 0) -> Iterator[tuple[np.random.Generator, int]]:
    """Yield a generator and a number of draws for each block.

    Parameters
    ----------
    seed : int
        The recorded seed.
    draws : int
        How many draws in all.
    task : int
        Tells apart what is drawn from one seed for different purposes.
    """
    for j, start in enumerate(range(0, draws, BLOCK)):
        sequence = np.random.SeedSequence(seed, spawn_key=(task, j))
        yield np.random.Generator(np.random.PCG64(sequence)), min(BLOCK, draws - start)


def hypergeometric(chosen: IntArray, events: IntArray, others: IntArray, width: int) -> FloatArray:
    """Return probabilities of 0 … ``width`` − 1 events among those chosen, a row each.

    Parameters
    ----------
    chosen, events, others : (R,) arrays of int
        How many are chosen, and how many of each kind there are.
    width : int
        Columns; a probability beyond a row's support is 0.
    """
    k = np.arange(width)[None, :]
    m, a, b = (np.asarray(x)[:, None] for x in (chosen, events, others))
    inside = (k <= np.minimum(m, a)) & (k >= m - b)
    safe = np.where(inside, k, np.clip(m - b, 0, None))

    def choose(n: FloatArray | IntArray, r: FloatArray | IntArray) -> FloatArray:
        return np.asarray(gammaln(n + 1.0) - gammaln(r + 1.0) - gammaln(n - r + 1.0), dtype=np.float64)

    log = np.where(inside, choose(a, safe) + choose(b, m - safe), -np.inf)
    weight = np.exp(log - log.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True), dtype=np.float64)


def _alias(probability: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return Walker's tables of each row: the share that a cell keeps, and who takes the rest.

    In each round the cell that lacks most is filled up by the one that has most, in every row at once.
    """
    rows, width = probability.shape
    mass = probability * width
    keep = np.ones((rows, width))
    other = np.broadcast_to(np.arange(width), (rows, width)).copy()
    row = np.arange(rows)
    for _ in range(width - 1):
        low = np.argmin(mass, axis=1)
        lack = mass[row, low]
        high = np.argmax(np.where(np.isinf(mass), -1.0, mass), axis=1)
        open_ = lack < 1
        r, i, j = row[open_], low[open_], high[open_]
        keep[r, i], other[r, i] = lack[open_], j
        mass[r, j] -= 1 - lack[open_]
        mass[r, i] = np.inf
        if not open_.any():
            break
    return keep, other


def product(left: NDArray[Any], right: NDArray[Any], out: NDArray[Any] | None = None) -> NDArray[Any]:
    """Return ``left`` @ ``right`` in slices of few enough columns that one thread does each.

    Parameters
    ----------
    left, right : (k, n) and (n, B) arrays
    out : (k, B) array, optional
    """
    rows, inner = left.shape
    found = np.empty((rows, right.shape[1]), dtype=np.result_type(left, right)) if out is None else out
    step = max(_UNSHARED // max(rows * inner, 1), 16)
    for start in range(0, right.shape[1], step):
        np.matmul(left, right[:, start : start + step], out=found[:, start : start + step])
    return found


@cache
def _indicators(size: int, single: bool) -> NDArray[Any]:
    """Return the indicators of :func:`_subsets` in single or double precision."""
    return _subsets(size)[0].astype(np.float32 if single else np.float64)


@cache
def _subsets(size: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return all subsets of ``size`` persons by number chosen: (2^size, size) indicators, and where each number's start
    and how many they are."""
    bits = (np.arange(2**size)[:, None] >> np.arange(size)) & 1
    ordered = bits[np.argsort(bits.sum(axis=1), kind="stable")].astype(np.float64)
    many = np.array([comb(size, k) for k in range(size + 1)] + [1] * (PIECE - size), dtype=np.float64)
    first = np.concatenate([[0.0], np.cumsum(many)[:-1]])
    for array in (ordered, many, first):
        array.flags.writeable = False
    return ordered, first, many


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Consecutive persons of one group.

    ``row`` + what is left to choose in the part is the row of the alias tables; −1 in a part's last piece, which takes
    what is left. ``part`` is, in a part's first piece, how many persons it has and how many of the group come after it.
    """

    start: int
    size: int
    group: int
    row: int
    part: tuple[int, int] | None
    opens: bool
    last: bool


def _cut(n: int, most: int) -> list[int]:
    """Return where to cut n persons into nearly equal pieces of at most ``most``: 0 … n."""
    pieces = -(-n // most)
    return [(j * n) // pieces for j in range(pieces + 1)] if n else [0]


class Subsets:
    """Uniformly random subsets with a fixed number of persons in each group.

    Parameters
    ----------
    size : (G,) array of int
        Persons by group; persons stand in the order of the groups.
    chosen : (G,) array of int
        How many of each group a subset has.
    """

    def __init__(self, size: IntArray, chosen: IntArray) -> None:
        self.n_groups, self.n = size.size, int(size.sum())
        self._chosen = [int(k) for k in chosen]
        self._pieces: list[_Piece] = []
        # A table belongs to how many persons the piece has and how many of the part come after it: groups share them.
        rows: dict[tuple[int, int], int] = {}
        used, begin = 0, 0
        for group, n in enumerate(size.tolist()):
            for a, b in pairwise(_cut(n, PART)):
                for c, d in pairwise(_cut(b - a, PIECE)):
                    shape = (d - c, b - a - d)
                    if shape[1] and shape not in rows:
                        rows[shape] = used
                        used += sum(shape) + 1
                    self._pieces.append(
                        _Piece(
                            start=begin + a + c,
                            size=d - c,
                            group=group,
                            row=rows[shape] if shape[1] else -1,
                            part=(b - a, n - b) if c == 0 else None,
                            opens=a == c == 0,
                            last=b == n and d == b - a,
                        )
                    )
            begin += n
        self._keep, self._other = self._tables(list(rows))

    @staticmethod
    def _tables(shapes: list[tuple[int, int]]) -> tuple[FloatArray, IntArray]:
        if not shapes:
            return np.empty(0), np.empty(0, dtype=np.intp)
        left = np.concatenate([np.arange(sum(shape) + 1) for shape in shapes])
        times = [sum(shape) + 1 for shape in shapes]
        inside, after = (np.repeat([shape[j] for shape in shapes], times) for j in (0, 1))
        keep, other = _alias(hypergeometric(left, inside, after, PIECE + 1))
        return keep.ravel(), other.ravel()

    def indices(self, rng: np.random.Generator, draws: int) -> Iterator[tuple[_Piece, IntArray]]:
        """Yield each piece with the subset drawn of it, as rows of :func:`_subsets`."""
        of_group: IntArray | int = 0
        left: IntArray | int = 0
        for piece in self._pieces:
            if piece.opens:
                of_group = self._chosen[piece.group]
            if piece.part is not None:
                inside, after = piece.part
                left = rng.hypergeometric(inside, after, of_group, size=draws) if after else of_group
                of_group = of_group - left
            count: IntArray | int = left
            if piece.row >= 0:
                u = rng.random(draws)
                u *= PIECE + 1
                cell = u.astype(np.intp)
                u -= cell
                at = cell + (left + piece.row) * (PIECE + 1)
                count = np.where(u < self._keep.take(at), cell, self._other.take(at))
                left = left - count
            _, first, many = _subsets(piece.size)
            which = rng.random(draws)
            which *= many.take(count)
            index = which.astype(np.intp)
            index += first.take(count).astype(np.intp)
            yield piece, index

    def members(self, rng: np.random.Generator, draws: int) -> NDArray[np.bool_]:
        """Return who is drawn, (draws, n): the same subsets that sums of the same generator are over."""
        out = np.empty((draws, self.n), dtype=bool)
        for piece, index in self.indices(rng, draws):
            out[:, piece.start : piece.start + piece.size] = _indicators(piece.size, True).take(index, axis=0) > 0
        return out

    def prepare(self, columns: NDArray[Any]) -> Sums:
        """Return what is needed to sum ``columns`` over random subsets.

        Parameters
        ----------
        columns : (k, n) array of float
            What is summed, a row each, persons in the order of the groups. In single precision where sums are exact in
            it, as those of 0/1 are.
        """
        return Sums(self, columns)


class Sums:
    """Sums of several columns over random subsets, by group.

    Parameters
    ----------
    subsets : Subsets
    columns : (k, n) array of float
    """

    def __init__(self, subsets: Subsets, columns: NDArray[Any]) -> None:
        self._subsets, self._columns = subsets, np.ascontiguousarray(columns)
        self._tables: list[NDArray[Any]] | None = None
        self._single = columns.dtype == np.float32
        k = columns.shape[0]
        self.n_sums = k * subsets.n_groups
        needed = sum(8.0 * k * 2**p.size for p in subsets._pieces)
        if k <= _FEW_COLUMNS and needed <= _TABLES:
            self._tables = [
                self._columns[:, p.start : p.start + p.size] @ _indicators(p.size, self._single).T
                for p in subsets._pieces
            ]

    def draw(self, rng: np.random.Generator, draws: int) -> NDArray[Any]:
        """Return (k, G, draws) sums over the persons drawn."""
        out = np.zeros((self._columns.shape[0], self._subsets.n_groups, draws), dtype=self._columns.dtype)
        if self._tables is None:
            self._by_product(rng, draws, out)
            return out
        for table, (piece, index) in zip(self._tables, self._subsets.indices(rng, draws), strict=True):
            for j in range(out.shape[0]):
                out[j, piece.group] += table[j].take(index)
        return out

    def _by_product(self, rng: np.random.Generator, draws: int, out: NDArray[Any]) -> None:
        """Gather the indicators of several pieces of a group and multiply once."""
        drawn = np.empty((draws, _WIDTH), dtype=self._columns.dtype)
        found = np.empty((out.shape[0], draws), dtype=out.dtype)
        filled, start, seen = 0, 0, -1
        for piece, index in self._subsets.indices(rng, draws):
            if filled == 0:
                start = piece.start
            drawn[:, filled : filled + piece.size] = _indicators(piece.size, self._single).take(index, axis=0)
            filled += piece.size
            if piece.last or filled + PIECE > _WIDTH:
                columns = self._columns[:, start : start + filled]
                if piece.group == seen:
                    out[:, seen] += product(columns, drawn[:, :filled].T, found)
                else:
                    product(columns, drawn[:, :filled].T, out[:, piece.group])
                filled, seen = 0, piece.group


class Counts:
    """How many events are among those chosen, by group: hypergeometric, drawn without drawing persons.

    Parameters
    ----------
    size, chosen, events : (G,) arrays of int
        Persons, how many of them a subset has, and how many of them have the event.
    """

    def __init__(self, size: IntArray, chosen: IntArray, events: IntArray) -> None:
        self._size, self._chosen, self._events = size, chosen, events
        low = np.maximum(0, chosen - (size - events))
        self._width = int((np.minimum(chosen, events) - low).max(initial=0)) + 1
        self._keep = np.empty(0)
        if self._width <= _WIDEST:
            full = hypergeometric(chosen, events, size - events, int(low.max(initial=0)) + self._width)
            window = low[:, None] + np.arange(self._width)
            keep, other = _alias(np.take_along_axis(full, window, axis=1))
            self._keep = keep.ravel()
            # What a cell and its stand-in mean: numbers of events.
            self._own, self._other = (np.asarray(v, dtype=float).ravel() for v in (window, low[:, None] + other))

    def draw(self, rng: np.random.Generator, draws: int) -> FloatArray:
        """Return (G, draws) numbers of events among those chosen."""
        groups = self._size.size
        if not self._keep.size:
            shape = (draws, groups)
            drawn = rng.hypergeometric(self._events, self._size - self._events, self._chosen, size=shape)
            return np.asarray(drawn.T, dtype=np.float64)
        out = np.empty((groups, draws))
        for g in range(groups):
            u = rng.random(draws)
            u *= self._width
            cell = u.astype(np.intp)
            u -= cell
            cell += g * self._width
            out[g] = np.where(u < self._keep.take(cell), self._own.take(cell), self._other.take(cell))
        return out
