"""Least squares with HC2 beside plain numpy and statsmodels: a trial's size, and five million persons.

    python -m benchmarks.bench_ols

Columns are an intercept, covariates and the arm. Small: 1,063 persons by 30, from arrays; the peers are the normal equations
and QR as one would write them in numpy, each with leverages and the sandwich, and statsmodels. Large: 5 million persons by 20
and the outcome; the peer reads them twice in numpy, 65,536 rows at a time: first X'X and X'y, then leverages,
residuals and the sandwich. Each side of the large one runs in a fresh process, whose largest size is compared with the size
of the data. Times are the least processor time of many runs in turn, with one thread of linear algebra.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.measure import Line, cpu_seconds, in_fresh_process, table
from effektutv.estimators.design import Design, Estimator, Sample, Spec, Vcov
from effektutv.estimators.effects import fit_contrast
from effektutv.estimators.regression.covariance import joint_variance
from effektutv.estimators.regression.least_squares import columns_of, solve
from effektutv.runtime.process import peak_memory_mib

if TYPE_CHECKING:
    import pandas as pd

#: Persons and columns.
SMALL, LARGE = (1063, 30), (5_000_000, 20)
Numbers = tuple[float, float]


def data(n: int, k: int, *, whole: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Covariates (n, k − 2), or the whole design (n, k); assignment; outcome. Made by blocks: nothing else grows with n."""
    rng = np.random.default_rng(0)
    D, arm, y = np.empty((n, k if whole else k - 2)), np.empty(n, dtype=np.intp), np.empty(n)
    X = D[:, 1:-1] if whole else D
    slopes = rng.normal(size=k - 2) / 10
    for begin in range(0, n, 65_536):
        at = slice(begin, begin + 65_536)
        m = y[at].size
        X[at], arm[at] = rng.standard_normal((m, k - 2)), rng.integers(0, 2, m)
        y[at] = X[at] @ slopes + 0.1 * arm[at] + rng.standard_normal(m) * (1 + 0.5 * arm[at])
    if whole:
        D[:, 0], D[:, -1] = 1, arm
    return D, arm, y


def normal_equations(D: np.ndarray, y: np.ndarray) -> Numbers:
    B = np.linalg.inv(D.T @ D)
    b = B @ (D.T @ y)
    e = y - D @ b
    h = np.einsum("ij,ij->i", D @ B, D)
    V = B @ (D.T @ (D * (e * e / (1 - h))[:, None])) @ B
    return float(b[-1]), float(V[-1, -1])


def by_qr(D: np.ndarray, y: np.ndarray) -> Numbers:
    Q, R = np.linalg.qr(D)
    b = np.linalg.solve(R, Q.T @ y)
    e = y - D @ b
    h = np.einsum("ij,ij->i", Q, Q)
    half = np.linalg.inv(R)
    V = half @ (Q.T @ (Q * (e * e / (1 - h))[:, None])) @ half.T
    return float(b[-1]), float(V[-1, -1])


def by_statsmodels(D: np.ndarray, y: np.ndarray) -> Numbers:
    import statsmodels.api as sm

    fit = sm.OLS(y, D).fit(cov_type="HC2")
    return float(fit.params[-1]), float(fit.bse[-1] ** 2)


def from_arrays(X: np.ndarray, target: np.ndarray, y: np.ndarray) -> Numbers:
    """Ours, from arrays: the solution and one function of the outcome."""
    solved = solve(columns_of(y, target, X))
    variance, _ = joint_variance(solved, Vcov.HC2, solved.target)
    return solved.coefficient, float(variance[0, 0])


def contrast(X: np.ndarray, arm: np.ndarray, y: np.ndarray) -> Numbers:
    """Ours, as every door calls it: cells, means and the contrast."""
    design = Design(arm=arm, stratum=np.zeros(y.size, dtype=np.intp), X=X, arms=("FS", "SE"))
    nobody = design.take(np.zeros(y.size, dtype=bool))
    fit = fit_contrast(Sample(design=design, y=y, binary=False, unseen=nobody), Spec(estimator=Estimator.FE), 1, 0)
    return fit.estimate, fit.variance


def small() -> list[Line]:
    import pandas as pd

    n, k = SMALL
    X, arm, y = data(n, k)
    target = arm.astype(float)
    D = np.column_stack([np.ones(n), X, target])
    names = [f"x{j}" for j in range(k - 2)]
    df = pd.DataFrame(X, columns=names).assign(arm=np.where(arm == 1, "SE", "FS"), y=y)

    arrays: dict[str, Callable[[], Numbers]] = {
        "kernel": lambda: from_arrays(X, target, y),
        "numpy, normal equations": lambda: normal_equations(D, y),
        "numpy, QR": lambda: by_qr(D, y),
    }
    packages: dict[str, Callable[[], Numbers]] = {
        "itt": lambda: of_frame(df),
        "statsmodels": lambda: by_statsmodels(D, y),
    }
    for f in (*arrays.values(), *packages.values()):
        np.testing.assert_allclose(f(), by_qr(D, y), rtol=1e-9)
    best = {**cpu_seconds(arrays, 2000), **cpu_seconds(packages, 200)}
    best = {name: 1e3 * seconds for name, seconds in best.items()}
    what = f"OLS HC2, {n:,} × {k}"
    lines = [
        Line(what=f"{what}, from arrays", ours=best["kernel"], unit="ms", peer=peer, theirs=best[peer], goal=1.5)
        for peer in ("numpy, normal equations", "numpy, QR")
    ]
    lines.append(
        Line(
            what=f"{what}, from arrays", ours=best["kernel"], unit="ms", peer="statsmodels", theirs=best["statsmodels"]
        )
    )
    lines.append(
        Line(
            what=f"{what}, itt of a data frame",
            ours=best["itt"],
            unit="ms",
            peer="statsmodels",
            theirs=best["statsmodels"],
        )
    )
    return lines


def two_passes(D: np.ndarray, y: np.ndarray, rows: int = 65_536) -> Numbers:
    """The peer of the large one: no copy of the data, and the variance of every coefficient."""
    k = D.shape[1]
    gram, moment, meat = np.zeros((k, k)), np.zeros(k), np.zeros((k, k))
    for begin in range(0, y.size, rows):
        x = D[begin : begin + rows]
        gram += x.T @ x
        moment += x.T @ y[begin : begin + rows]
    B = np.linalg.inv(gram)
    b = B @ moment
    for begin in range(0, y.size, rows):
        x = D[begin : begin + rows]
        e = y[begin : begin + rows] - x @ b
        h = np.einsum("ij,ij->i", x @ B, x)
        meat += (x * (e * e / (1 - h))[:, None]).T @ x
    return float(b[-1]), float((B @ meat @ B)[-1, -1])


def side(name: str, n: int, k: int) -> dict[str, float]:
    """Run one side of the large one in this process."""
    X, arm, y = data(n, k, whole=name == "numpy")
    size = X.nbytes + y.nbytes
    f: Callable[[], Numbers]
    if name == "numpy":
        del arm
        f = lambda: two_passes(X, y)  # noqa: E731
    elif name == "kernel":
        target = arm.astype(float)
        del arm
        size += target.nbytes
        f = lambda: from_arrays(X, target, y)  # noqa: E731
    elif name == "contrast":
        size += arm.nbytes
        f = lambda: contrast(X, arm, y)  # noqa: E731
    else:
        import pandas as pd

        df = pd.DataFrame(X, columns=[f"x{j}" for j in range(k - 2)], copy=False)
        df["arm"], df["y"] = pd.Categorical.from_codes(arm, ["FS", "SE"]), y
        size = int(df.memory_usage().sum())
        f = lambda: of_frame(df)  # noqa: E731
    seconds = cpu_seconds({name: f}, 1 if name == "itt" else 5)[name]
    coefficient, variance = f()
    peak = (peak_memory_mib() or 0) * 2**20
    return {"seconds": seconds, "memory": peak / size, "coefficient": coefficient, "variance": variance}


def of_frame(df: pd.DataFrame) -> Numbers:
    """Ours, through the public door."""
    import effektutv as eu

    names = [c for c in df.columns if c.startswith("x")]
    row = eu.itt(df, outcome="y", arm="arm", control="FS", covariates=names, estimator="fe").rows[0]
    return row.estimate, row.std_error**2


def large() -> list[Line]:
    n, k = LARGE
    sides = {name: in_fresh_process("benchmarks.bench_ols", name, str(n), str(k)) for name in NAMES}
    peer = sides["numpy"]
    for found in sides.values():
        np.testing.assert_allclose(
            [found["coefficient"], found["variance"]], [peer["coefficient"], peer["variance"]], rtol=1e-9
        )
    lines = []
    for name, words in NAMES.items():
        if name == "numpy":
            continue
        what, ours, goals = f"OLS HC2, {n // 10**6} million × {k}, {words}", sides[name], GOALS if name != "itt" else {}
        lines.append(
            Line(
                what=what,
                ours=ours["seconds"],
                unit="s",
                peer=NAMES["numpy"],
                theirs=peer["seconds"],
                goal=goals.get("seconds"),
            )
        )
        memory = Line(what=f"{what}: peak", ours=ours["memory"], unit="× data", goal=goals.get("memory"), absolute=True)
        lines.append(memory)
    return lines


#: The sides of the large one, and what the table calls them.
NAMES = {
    "numpy": "numpy, two passes",
    "kernel": "from arrays",
    "contrast": "one contrast",
    "itt": "itt of a data frame",
}
GOALS = {"seconds": 1.3, "memory": 1.2}


def main() -> list[Line]:
    return [*small(), *large()]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(side(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
    else:
        print(table(main()))
