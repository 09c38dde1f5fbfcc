"""Linear and integer programs, by HiGHS: the one place that knows its interface.

Suppression and audit solve hundreds of small programs that differ in what they minimise and in a few bounds. HiGHS is asked
directly, and each next one is begun where the one before ended.

Source: Q. Huangfu, J. A. J. Hall (2018), Parallelizing the dual revised simplex method, *Mathematical Programming Computation*
10, 119–142.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import highspy
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from effektutv.estimators.design import FloatArray

__all__ = ["LinearPrograms", "whole_solution"]

_SOLVED = highspy.HighsModelStatus.kOptimal


class LinearPrograms:
    """Linear programs over the same sums: what is minimised and the bounds change from one to the next.

    Parameters
    ----------
    sums : array, shape (s, k)
        What must equal ``known``.
    known : array, shape (s,)
    rows : array, shape (r, k)
        What must not exceed ``tops``.
    tops : array, shape (r,)
    """

    def __init__(self, sums: FloatArray, known: FloatArray, rows: FloatArray, tops: FloatArray) -> None:
        matrix = np.vstack([sums, rows]) if rows.size else sums
        self._columns = np.arange(matrix.shape[1], dtype=np.int32)
        low = np.concatenate([known, np.full(len(matrix) - len(known), -np.inf)])
        high = np.concatenate([known, tops]) if rows.size else known
        where, column = np.nonzero(matrix)
        model = _model(np.zeros(self._columns.size), np.zeros((self._columns.size, 2)), low, high)
        _fill(model, where, column, matrix[where, column])
        self._solver = _solver()
        # the dual simplex on one thread: the same vertex in every run
        self._solver.setOptionValue("solver", "simplex")
        self._solver.passModel(model)

    def solution(self, cost: FloatArray, bounds: FloatArray) -> FloatArray | None:
        """Return the cheapest values, or None where there are none.

        Parameters
        ----------
        cost : array, shape (k,)
        bounds : array, shape (k, 2)
            The least and the most that each may be.
        """
        if (bounds[:, 0] > bounds[:, 1]).any():
            return None
        k = self._columns.size
        self._solver.changeColsCost(k, self._columns, cost)
        self._solver.changeColsBounds(k, self._columns, bounds[:, 0].copy(), bounds[:, 1].copy())
        self._solver.run()
        if self._solver.getModelStatus() != _SOLVED:
            return None
        return np.array(self._solver.getSolution().col_value, dtype=float)


def whole_solution(
    cost: FloatArray, bounds: FloatArray, whole: Sequence[bool], rows: Sequence[tuple[dict[int, float], float, float]],
    nodes: int,
) -> FloatArray | None:  # fmt: skip
    """Return the cheapest values of an integer program, or None where there are none or none was found within the nodes.

    Parameters
    ----------
    cost : array, shape (k,)
    bounds : array, shape (k, 2)
    whole : sequence of bool
        Which values must be whole numbers.
    rows : sequence of tuple
        Coefficients by position, and the least and the most that their sum may be.
    nodes : int
        Of the search tree, after which the best that was found counts: a limit in seconds would give another solution on
        another machine.
    """
    model = _model(cost, bounds, np.array([r[1] for r in rows]), np.array([r[2] for r in rows]))
    triples = [(i, j, k) for i, (row, _, _) in enumerate(rows) for j, k in row.items()]
    where, column = (np.array([t[n] for t in triples], dtype=np.intp) for n in (0, 1))
    _fill(model, where, column, np.array([t[2] for t in triples], dtype=float))
    kinds = {True: highspy.HighsVarType.kInteger, False: highspy.HighsVarType.kContinuous}
    model.integrality_ = [kinds[bool(w)] for w in whole]
    solver = _solver()
    # small programs: what presolve saves is less than it costs
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("mip_max_nodes", nodes)
    solver.passModel(model)
    solver.run()
    found = solver.getModelStatus() == _SOLVED or (
        solver.getModelStatus() == highspy.HighsModelStatus.kSolutionLimit
        and solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    )
    return np.array(solver.getSolution().col_value, dtype=float) if found else None


def _solver() -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    return solver


def _model(cost: FloatArray, bounds: FloatArray, low: FloatArray, high: FloatArray) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(cost), len(low)
    model.col_cost_ = cost
    model.col_lower_, model.col_upper_ = bounds[:, 0], bounds[:, 1]
    model.row_lower_, model.row_upper_ = low, high
    return model


def _fill(model: highspy.HighsLp, where: np.ndarray, column: np.ndarray, value: FloatArray) -> None:
    """Set the matrix from its non-zero places, row by row."""
    counts = np.bincount(where, minlength=model.num_row_)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.num_col_, model.a_matrix_.num_row_ = model.num_col_, model.num_row_
    model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(counts)])
    model.a_matrix_.index_ = column
    model.a_matrix_.value_ = value
