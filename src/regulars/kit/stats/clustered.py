"""A slice's rows taken together by customer: the sums every interval and test by person needs.

What one customer gives is one piece of evidence, however many rows it has. Rows are summed by
*cluster*: the customer, or one of 64 groups of customers where there are too many of them. Rows of
nobody stand for themselves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.kit.stats.estimate import Z
from regulars.kit.stats.mean import t_quantile

GROUPS = 64
"""Groups of customers; a customer's group is the remainder of the key."""

BY_CHANCE = 0.25
"""Correlations of 64 groups of different customers are smaller, 97 times of a hundred."""

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Loose:
    """Rows of nobody, each with an n and an x of its own: their number, sums and products.

    Plain rows have an n of 1; weighted ones w, and w times the answer for x.
    """

    rows: int = 0
    n: float = 0.0
    x: float = 0.0
    nn: float = 0.0
    nx: float = 0.0
    xx: float = 0.0
    xxx: float = 0.0

    @classmethod
    def plain(cls, n: int, x: float, xx: float, xxx: float = 0.0) -> Loose:
        """Return `n` rows without weights; `xxx` matters to money only."""
        return cls(n, float(n), x, float(n), x, xx, xxx)

    def __add__(self, other: Loose) -> Loose:
        """Return the rows of both."""
        return Loose(
            self.rows + other.rows,
            *(
                getattr(self, name) + getattr(other, name)
                for name in ("n", "x", "nn", "nx", "xx", "xxx")
            ),
        )

    def squares(self, ratio: float) -> float:
        """Return the sum of squares of x - ratio n."""
        return max(self.xx - 2 * ratio * self.nx + ratio * ratio * self.nn, 0.0)

    def cubes(self, ratio: float) -> float:
        """Return the sum of cubes of x - ratio; of plain rows."""
        return self.xxx - 3 * ratio * self.xx + 3 * ratio**2 * self.x - ratio**3 * self.n


@dataclass(frozen=True, slots=True)
class Clusters:
    """Sums by cluster: `keys` ascending, and of each the sum of its n and of its x.

    A key is the customer as a whole number from 0, or with `grouped` the group: key modulo 64.
    `squares` and `cubes` are over all rows, those of nobody too; only money needs cubes. `single`:
    nobody has more than one row.
    """

    keys: Keys
    n: Floats
    x: Floats
    squares: float
    cubes: float
    loose: Loose
    single: bool
    grouped: bool

    @classmethod
    def of(
        cls,
        keys: npt.ArrayLike,
        n: npt.ArrayLike,
        x: npt.ArrayLike,
        squares: float,
        cubes: float = 0.0,
        *,
        loose: Loose | None = None,
        single: bool = False,
        grouped: bool = False,
    ) -> Clusters:
        """Return the clusters in order, rows of the same key put together."""
        unique, places = np.unique(np.asarray(keys, dtype=np.int64), return_inverse=True)
        sums = [summed(places, np.asarray(one, dtype=np.float64), unique.size) for one in (n, x)]
        powers = float(squares), float(cubes)
        return cls(unique, sums[0], sums[1], *powers, loose or Loose(), single, grouped)

    @property
    def base(self) -> float:
        """All n, those of nobody too."""
        return float(self.n.sum()) + self.loose.n

    @property
    def total(self) -> float:
        """All x, those of nobody too."""
        return float(self.x.sum()) + self.loose.x

    @property
    def ratio(self) -> float:
        """The mean of all rows: all x over all n, which must not be 0."""
        return self.total / self.base

    @property
    def pieces(self) -> int:
        """How many pieces of evidence there are: clusters and rows of nobody."""
        return self.keys.size + self.loose.rows

    def __add__(self, other: Clusters) -> Clusters:
        """Return what the rows of both say; whoever is in both has more than one row."""
        first, second = alike(self, other)
        alone = not first.grouped and not np.intersect1d(first.keys, second.keys).size
        return Clusters.of(
            np.concatenate([first.keys, second.keys]),
            np.concatenate([first.n, second.n]),
            np.concatenate([first.x, second.x]),
            first.squares + second.squares,
            first.cubes + second.cubes,
            loose=first.loose + second.loose,
            single=first.single and second.single and alone,
            grouped=first.grouped,
        )


def summed(places: npt.NDArray[np.int64], parts: Floats, size: int) -> Floats:
    """Return the sum of the parts at each place from 0 below `size`."""
    return np.bincount(places, weights=parts, minlength=size).astype(np.float64, copy=False)


def alike(one: Clusters, two: Clusters) -> tuple[Clusters, Clusters]:
    """Return both by group where either is, else as they are."""
    if one.grouped == two.grouped:
        return one, two
    return folded(one), folded(two)


def folded(clusters: Clusters) -> Clusters:
    """Return the clusters by group."""
    if clusters.grouped:
        return clusters
    return Clusters.of(
        clusters.keys % GROUPS,
        clusters.n,
        clusters.x,
        clusters.squares,
        clusters.cubes,
        loose=clusters.loose,
        single=clusters.single,
        grouped=True,
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """The variance of a ratio, its third moment, and the freedom with which they are known."""

    variance: float
    third: float
    freedom: float

    @property
    def error(self) -> float:
        """The standard error."""
        return math.sqrt(self.variance)

    @property
    def skewness(self) -> float:
        """The third moment of the ratio over its standard error cubed."""
        return self.third / self.variance**1.5 if self.variance > 0 else 0.0


def influence(clusters: Clusters) -> Floats:
    """Return by how much the ratio falls when each cluster is left out.

    Cluster-wise jackknife: Cameron & Miller, Journal of Human Resources 50 (2015) 317-372.
    """
    base = clusters.base
    without = base - clusters.n
    residuals = clusters.x - clusters.ratio * clusters.n
    return np.divide(residuals, without, out=np.zeros_like(residuals), where=without > 1e-9 * base)


def spread(clusters: Clusters) -> Spread:
    """Return how the ratio varies between samples of customers; two pieces of evidence at least.

    Delete-a-cluster jackknife. The freedom counts clusters by the evenness of their sizes, after
    Carter, Schnepel & Steigerwald, Review of Economics and Statistics 99 (2017) 698-709.
    """
    pieces, base, loose = clusters.pieces, clusters.base, clusters.loose
    each = influence(clusters)
    alone = base - base / max(pieces, 2)
    variance = (each**2).sum() + loose.squares(clusters.ratio) / alone**2
    third = (each**3).sum() + loose.cubes(clusters.ratio) / alone**3
    shrink = (pieces - 1) / pieces
    return Spread(float(variance) * shrink, float(third) * shrink, _freedom(clusters))


def _freedom(clusters: Clusters) -> float:
    sizes = np.square(clusters.n)
    own = clusters.loose.nn / max(clusters.loose.rows, 1)
    even = (sizes.sum() + clusters.loose.nn) ** 2
    even /= np.square(sizes).sum() + clusters.loose.rows * own * own
    return max(float(even) - 1, 1.0)


def around(keys: Keys, sums: Floats) -> Floats:
    """Return the sums of all 64 groups less their mean, raised to the spread of customers."""
    every = summed(keys, sums, GROUPS)
    raised: Floats = (every - every.mean()) * math.sqrt(GROUPS / (GROUPS - 1))
    return raised


def design_effect(clusters: Clusters, rows: int) -> float:
    """Return by how much taking customers together widens a variance; 1 at least.

    Exactly 1 where nobody has more than one row. Answers that are all alike show no spread: each
    customer then counts once.
    """
    if clusters.single or rows < 2:
        return 1.0
    simple = clusters.squares / clusters.base - clusters.ratio**2
    if simple <= 1e-12 * max(1.0, clusters.ratio**2) or clusters.pieces < 2:
        return max(rows / _kish(clusters), 1.0)
    return max(spread(clusters).variance * (rows - 1) / simple, 1.0)


def _kish(clusters: Clusters) -> float:
    return clusters.base**2 / (float(np.square(clusters.n).sum()) + clusters.loose.nn)


def effective_size(clusters: Clusters, rows: int) -> float:
    """Return how many rows of as many customers would say as much; all `rows` when single.

    The design effect is estimated from the customers: few of them leave it uncertain, which
    Student's t answers for as in Korn & Graubard, Survey Methodology 24 (1998) 193-201. It is
    never below Kish's size, that of customers whose answers are all alike.
    """
    if clusters.single or rows < 2:
        return float(rows)
    known = (Z / t_quantile(_freedom(clusters))) ** 2
    size = rows / design_effect(clusters, rows) * known
    return max(size, min(_kish(clusters), float(rows)))


def common(one: Clusters, two: Clusters) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the places of the clusters that are in both, in either."""
    _keys, first, second = np.intersect1d(
        one.keys, two.keys, assume_unique=True, return_indices=True
    )
    return first, second


def correlation(earlier: Clusters, later: Clusters) -> float:
    """Return the correlation of two ratios, by the clusters that are in both; 0 when none is."""
    earlier, later = alike(earlier, later)
    first, second = common(earlier, later)
    if not first.size or earlier.pieces < 2 or later.pieces < 2:
        return 0.0
    together = float((influence(earlier)[first] * influence(later)[second]).sum())
    scale = spread(earlier).error * spread(later).error
    return 0.0 if scale <= 0 else min(max(together / scale, -0.99), 0.99)


def apart(earlier: Clusters, later: Clusters) -> bool:
    """Tell whether each customer has one row at most over both.

    Groups do not name customers: they are taken to be others where neither what the groups bring
    nor how many they are goes together beyond chance.
    """
    if not (earlier.single and later.single):
        return False
    earlier, later = alike(earlier, later)
    if not earlier.grouped:
        return not common(earlier, later)[0].size
    residuals = (side.x - side.ratio * side.n if side.base else side.x for side in (earlier, later))
    return _unrelated(earlier, later, *residuals) and _unrelated(earlier, later, earlier.n, later.n)


def _unrelated(earlier: Clusters, later: Clusters, before: Floats, after: Floats) -> bool:
    one, two = around(earlier.keys, before), around(later.keys, after)
    return float(one @ two) <= BY_CHANCE * float(np.linalg.norm(one) * np.linalg.norm(two))
