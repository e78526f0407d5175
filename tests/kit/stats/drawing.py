"""Customers drawn at random: who answers several times, and who orders from a real shop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import numpy as np

from regulars.kit.stats.clustered import Clusters, folded
from regulars.kit.stats.medians import Measured

ORDERS = """
    select cast(cast(CustomerID as double) as bigint) as customer,
           sum(cast(Quantity as integer) * cast(UnitPrice as double)) as amount
    from read_csv(?, encoding = 'latin-1', all_varchar = true)
    where CustomerID <> '' and cast(Quantity as integer) > 0 and cast(UnitPrice as double) > 0
    group by customer, InvoiceNo order by customer, InvoiceNo
"""
Places = np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True)
class Shop:
    """The customers of a shop in an order of their own, and each order's customer and amount."""

    owner: np.ndarray[tuple[int], np.dtype[np.int64]]
    amount: np.ndarray[tuple[int], np.dtype[np.float64]]
    grouped: bool = False

    @property
    def customers(self) -> int:
        """How many there are."""
        return int(self.owner.max()) + 1

    def money(self, who: Places, raised: float = 1.0) -> Clusters:
        """Return the orders of some customers, each amount raised."""
        kept = who[self.owner]
        return self._summed(self.owner[kept], self.amount[kept] * raised)

    def counts(self, who: Places) -> Clusters:
        """Return the same orders as counts of one."""
        kept = who[self.owner]
        return self._summed(self.owner[kept], np.ones(int(kept.sum())))

    def values(self, who: Places) -> Measured:
        """Return the same orders in whole pounds."""
        kept = who[self.owner]
        keys = self.owner[kept] % 64 if self.grouped else self.owner[kept]
        ones = np.ones(keys.size, dtype=np.int64)
        return Measured(keys, np.round(self.amount[kept]), ones, grouped=self.grouped)

    def _summed(self, keys, each) -> Clusters:  # type: ignore[no-untyped-def]
        sums = Clusters.of(keys, np.ones(keys.size), each, (each**2).sum(), (each**3).sum())
        return folded(sums) if self.grouped else sums


@cache
def online_retail(folder: Path, grouped: bool) -> Shop:
    """Return the shop of online-retail/: 4,338 customers and 18,532 orders."""
    file = str(folder / "online-retail" / "online_retail.csv.gz")
    rows = duckdb.connect().execute(ORDERS, [file]).fetchnumpy()
    unique, owner = np.unique(rows["customer"], return_inverse=True)
    shuffled = np.random.default_rng(5).permutation(unique.size)
    return Shop(shuffled[owner], rows["amount"], grouped)


@dataclass(frozen=True)
class Answering:
    """Customers with 1 to 6 answers each, of which any two correlate by .7."""

    values: Sequence[float]
    shares: Sequence[float]
    common: float = 0.7

    @property
    def truth(self) -> float:
        """The mean of all answers there could be."""
        return float(np.dot(self.values, self.shares))

    def opinions(self, rng: np.random.Generator, customers: int) -> np.ndarray:
        """Return what each of some customers mostly says."""
        return rng.choice(self.values, customers, p=self.shares)

    def asked(
        self, rng: np.random.Generator, opinions: np.ndarray, first: int
    ) -> tuple[Clusters, int]:
        """Return the answers of customers with these opinions, and how many."""
        many = rng.integers(1, 7, opinions.size)
        whose = np.repeat(np.arange(opinions.size), many)
        own = rng.random(whose.size) < np.sqrt(self.common)
        said = np.where(own, opinions[whose], rng.choice(self.values, whose.size, p=self.shares))
        squares = float((said**2).sum())
        return Clusters.of(first + whose, np.ones(whose.size), said, squares), whose.size


def percent(draws: int, of: Callable[[], bool]) -> float:
    """Return in how many of a hundred draws something is so."""
    return 100 * sum(of() for _draw in range(draws)) / draws
