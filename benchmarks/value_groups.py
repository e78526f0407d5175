"""Value groups of a million customers against a bare `percent_rank` of DuckDB.

    python -m benchmarks.value_groups [--customers 1000000] [--repeat 3]

Both begin with the customers' spend, orders and interaction depth in memory. The SQL ranks one
column (`bare`), or all three as the scores need them (`three`); ours ranks all three, adds the
weighted ranks, cuts at the exact quotas, draws equal scores at a cut by keyed hash and makes the
second cut. They run in turns in one process with the same threads; the best of each is compared.
The claim: at most 3 times the bare one. With `--ties`, half of the customers never ordered and
stand at the cut together, which is the worst case of the draw.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import duckdb
import numpy as np
import pyarrow as pa

from regulars.understand.value_groups.model import GROUPS, Rules, place, quotas, segments

CLAIM = 3.0
BARE = "SELECT person_id, percent_rank() OVER (ORDER BY spend) AS score FROM customers"
THREE = """
    SELECT person_id, 0.5 * percent_rank() OVER (ORDER BY spend)
        + 0.3 * percent_rank() OVER (ORDER BY frequency)
        + 0.2 * percent_rank() OVER (ORDER BY depth) AS score FROM customers
"""


def made(count: int, *, ties: bool) -> pa.Table:
    """Return customers with log-normal spend, negative binomial orders, geometric depth."""
    rng = np.random.default_rng(20)
    orders = rng.negative_binomial(0.8, 0.25, count) + (0 if ties else 1)
    if ties:
        orders[rng.random(count) < 0.5] = 0
    depth = np.where(orders > 0, rng.geometric(0.1, count), 0)
    spend = np.where(orders > 0, np.round(orders * rng.lognormal(4.6, 0.8, count), 2), 0.0)
    people = [f"{number:032x}" for number in rng.permutation(count)]
    return pa.table(
        {
            "person_id": people,
            "spend": spend,
            "frequency": orders.astype(np.float64),
            "depth": depth.astype(np.float64),
        }
    )


def ours(table: pa.Table) -> dict[str, int]:
    """Assign groups and the second cut; return the sizes of the groups."""
    values = [table.column(name).to_numpy() for name in ("spend", "frequency", "depth")]
    people = table.column("person_id").to_numpy(zero_copy_only=False)
    placed = place(values, people, Rules(), b"benchmark")
    segments(placed.groups, values[0] % 200, values[1] + 1, values[2])
    return {str(group): int((placed.groups == code).sum()) for code, group in enumerate(GROUPS)}


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that a piece of work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Run both in turns and print the ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--customers", type=int, default=1_000_000)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--ties", action="store_true")
    chosen = options.parse_args()
    table = made(chosen.customers, ties=chosen.ties)
    connection = duckdb.connect(config={"threads": chosen.threads})
    connection.register("given", table)
    connection.execute("CREATE TABLE customers AS SELECT * FROM given")
    best = {"ours": 1e9, "bare": 1e9, "three": 1e9}
    sizes: dict[str, int] = {}
    for _turn in range(chosen.repeat):
        for name, query in (("bare", BARE), ("three", THREE)):
            run = f"CREATE OR REPLACE TABLE ranked AS {query}"
            best[name] = min(best[name], timed(lambda run=run: connection.execute(run)))  # type: ignore[misc]
        best["ours"] = min(best["ours"], timed(lambda: sizes.update(ours(table))))
    assert sizes == {str(key): n for key, n in quotas(chosen.customers).items()}, sizes
    print(f"{chosen.customers:,} customers, groups {sizes}")
    for name in ("bare", "three"):
        ratio = best["ours"] / best[name]
        print(f"ours {best['ours']:.2f} s, {name} {best[name]:.2f} s, ratio {ratio:.2f}")
    ratio = best["ours"] / best["bare"]
    print(f"claim: at most {CLAIM} times the bare one: {'holds' if ratio <= CLAIM else 'FAILS'}")


if __name__ == "__main__":
    main()
