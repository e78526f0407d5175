"""Quantiles and tails of the distributions that intervals and tests stand on.

Values are those of scipy.stats, which takes a second to load: its functions are called directly,
and loaded when the first of them is needed.
"""

from __future__ import annotations


def normal_above(z: float) -> float:
    """Return the share of the standard normal that lies above `z`."""
    from scipy import special

    return float(special.ndtr(-z))


def student_quantile(share: float, freedom: float) -> float:
    """Return the point of Student's t that leaves `share` below it."""
    from scipy import special

    return float(special.stdtrit(freedom, share))


def student_above(t: float, freedom: float) -> float:
    """Return the share of Student's t that lies above `t`."""
    from scipy import special

    return float(special.stdtr(freedom, -t))


def gamma_quantile(share: float, shape: float) -> float:
    """Return the point of the gamma distribution of scale 1 that leaves `share` below it."""
    from scipy import special

    return float(special.gammaincinv(shape, share))
