"""The minimum of a smooth function of few parameters, and how well data hold it.

A million rows need not be read a hundred times: a systematic sample of them gives the place to
within its own error and the curvature to within a few percent, and from there a handful of Newton
steps with everybody's gradient reach everybody's minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

Array = npt.NDArray[np.float64]
Slope = Callable[[Array], tuple[float, Array]]
STEP = 1e-4
BOUNDS = (-9.0, 12.0)
NEWTON_STEPS = 12
NEAR = 1e-8
"""A place is the minimum when it is less than this share of its squared standard error away."""


@dataclass(frozen=True, slots=True)
class Minimum:
    """Where (`at`), how deep, whether the search ended well, and the covariance of the place."""

    at: Array
    value: float
    converged: bool
    covariance: tuple[tuple[float, ...], ...] | None


def minimum(whole: Slope, part: Slope, start: Array, n: int) -> Minimum:
    """Return the minimum of `whole`, minus the mean log likelihood of `n` customers.

    `part` is the same function of a sample (or `whole` itself). Each gives value and gradient.
    Without positive curvature, and when Newton's steps do not settle, L-BFGS-B goes on with all.
    """
    with np.errstate(all="ignore"):  # a step too far overflows, is seen and taken back
        return _search(whole, part, start, n)


def _search(whole: Slope, part: Slope, start: Array, n: int) -> Minimum:
    near = _descend(part, start)
    hessian = curvature(part, near.x)
    at = np.asarray(near.x, dtype=np.float64)
    if _positive(hessian):
        inverse = np.linalg.inv(hessian)
        value, gradient = whole(at)
        for _step in range(NEWTON_STEPS):
            move = inverse @ gradient
            if float(gradient @ move) * n < NEAR:
                return Minimum(at, value, True, _rows(inverse / n))
            following, slope = whole(at - move)
            if not np.isfinite(following) or following > value + 1e-9:
                break
            at, value, gradient = at - move, following, slope
    last = _descend(whole, at)
    hessian = curvature(whole, last.x)
    known = _rows(np.linalg.inv(hessian) / n) if _positive(hessian) else None
    return Minimum(last.x, float(last.fun), bool(last.success), known)


def curvature(slope: Slope, at: Array) -> Array:
    """Return the Hessian by central differences of the analytic gradient."""
    rows = [
        (slope(at + STEP * unit)[1] - slope(at - STEP * unit)[1]) / (2 * STEP)
        for unit in np.eye(len(at))
    ]
    hessian: Array = (np.array(rows) + np.array(rows).T) / 2
    return hessian


def _descend(slope: Slope, start: Array) -> OptimizeResult:
    from scipy import optimize

    return optimize.minimize(
        slope,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[BOUNDS] * len(start),
        options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
    )


def _positive(hessian: Array) -> bool:
    return bool(np.all(np.isfinite(hessian)) and np.linalg.eigvalsh(hessian).min() > 0)


def _rows(matrix: Array) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(map(float, row)) for row in matrix)
