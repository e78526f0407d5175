"""How the explained variance of an outcome is shared out among its attributes; pure.

Both methods take correlation matrices, one or a stack, attributes first and the outcome last.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
TINY = 1e-10


def lmg(correlations: Floats) -> Floats:
    """Return the share of R² of each attribute, shape (…, p), for matrices of (…, p + 1, p + 1).

    Lindeman, Merenda & Gold (1980): the gain of R² by an attribute, averaged over all orders in
    which the attributes can enter; equal to the Shapley value of R². The shares add up to R².
    All 2^p regressions are read off by sweeping one attribute after the other out of the
    matrices of all subsets at once.
    """
    explained = subsets(correlations)
    count = correlations.shape[-1] - 1
    sizes = np.array([bin(code).count("1") for code in range(1 << count)])
    chance = np.array([1.0 / (count * _choose(count - 1, size)) for size in range(count)])
    shares = []
    for attribute in range(count):
        bit = 1 << (count - 1 - attribute)
        without = np.flatnonzero((np.arange(1 << count) & bit) == 0)
        gain = explained[..., without | bit] - explained[..., without]
        shares.append(gain @ chance[sizes[without]])
    return np.stack(shares, axis=-1)


def subsets(correlations: Floats) -> Floats:
    """Return R² of the regression on every subset, shape (…, 2^p).

    Bit p - 1 - j of the position tells whether attribute j takes part.
    """
    rest = correlations[..., None, :, :]
    for _step in range(correlations.shape[-1] - 1):
        remaining = rest[..., 1:, 1:]
        pivot = rest[..., 0, 0]
        column = rest[..., 1:, 0]
        # An attribute that the others explain wholly adds nothing.
        inverse = np.where(pivot > TINY, 1.0 / np.where(pivot > TINY, pivot, 1.0), 0.0)
        swept = remaining - column[..., :, None] * (column * inverse[..., None])[..., None, :]
        pair = np.stack([remaining, swept], axis=-3)
        rest = pair.reshape(*pair.shape[:-4], -1, *pair.shape[-2:])
    whole: Floats = correlations[..., -1, -1, None]
    return whole - rest[..., 0, 0]


def johnson(correlations: Floats) -> Floats:
    """Return Johnson's relative weights, shape (…, p); they add up to R².

    Johnson, Multivariate Behavioral Research 35 (2000) 1-19: the attributes are replaced by the
    nearest uncorrelated ones, whose squared correlations are given back by squared loadings.
    """
    among, outcome = correlations[..., :-1, :-1], correlations[..., :-1, -1]
    values, vectors = np.linalg.eigh(among)
    roots = np.sqrt(np.maximum(values, 0.0))
    turned = np.swapaxes(vectors, -1, -2)
    loadings = (vectors * roots[..., None, :]) @ turned
    steep = np.where(roots > np.sqrt(TINY), 1.0 / np.where(roots > 0, roots, 1.0), 0.0)
    slopes = ((vectors * steep[..., None, :]) @ turned) @ outcome[..., None]
    weights: Floats = ((loadings**2) @ (slopes**2))[..., 0]
    return weights


def slopes(correlations: Floats) -> Floats:
    """Return the standardised regression slopes, shape (…, p)."""
    among, outcome = correlations[..., :-1, :-1], correlations[..., :-1, -1]
    found: Floats = (np.linalg.pinv(among, hermitian=True) @ outcome[..., None])[..., 0]
    return found


def _choose(n: int, k: int) -> float:
    steps = range(1, k + 1)
    return float(np.prod([(n - k + step) / step for step in steps])) if k else 1.0
