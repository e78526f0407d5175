"""Import of a Parquet file of events against a bare read, sort and write of the same file.

    python benchmarks/import_parquet.py [--events 10000000] [--memory 4GB] [--threads 2]

Prints both times, their ratio (the claim: at most 3), how much longer the same file takes when it
is imported again (at most 1.5 times), and the highest memory of the process.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from regulars.app import init_workspace
from regulars.kit import clock
from regulars.listen.imports import service
from regulars.store.settings import EngineSettings, Settings
from regulars.timeline import duck
from regulars.timeline.workspace import Workspace

NAMES = "['Page Viewed', 'Product Viewed', 'Product Added', 'Order Completed', 'Survey Answered']"
EVENTS = f"""
    SELECT uuid()::VARCHAR AS event_id,
        'customer-' || (hash(number) % (SELECT greatest(1, {{count}} // 20)))::VARCHAR AS user_id,
        {NAMES}[1 + number % 5] AS name,
        TIMESTAMPTZ '2024-01-01 00:00:00+00'
            + to_seconds((hash(number * 7) % 63072000)::BIGINT) AS occurred_at,
        ['home', 'product_page', 'cart', 'order', 'relationship'][1 + number % 5] AS touchpoint,
        ['web', 'app', 'store'][(1 + hash(number * 3) % 3)::BIGINT] AS channel,
        'store-' || (hash(number * 5) % 40)::VARCHAR AS place,
        CASE WHEN number % 5 = 3 THEN 'order-' || number END AS order_id,
        CASE WHEN number % 5 = 3 THEN (hash(number) % 100000 / 100)::DECIMAL(18, 4) END AS amount,
        CASE WHEN number % 5 = 3 THEN 'CNY' END AS currency,
        CASE WHEN number % 5 = 4 THEN 'nps' END AS metric,
        CASE WHEN number % 5 = 4 THEN (hash(number) % 11)::DOUBLE END AS score,
        CASE WHEN number % 5 = 4 THEN 0.0 END AS scale_min,
        CASE WHEN number % 5 = 4 THEN 10.0 END AS scale_max
    FROM range({{count}}) AS numbers(number)
"""


def make(ws: Workspace, file: Path, count: int) -> None:
    """Write `count` events of as many customers as a shop would have."""
    with duck.connect(ws) as connection:
        connection.execute(
            f"COPY ({EVENTS.format(count=count)}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)"
        )


def bare(ws: Workspace, file: Path, target: Path) -> float:
    """Return the seconds of reading, sorting and writing the file, and nothing else."""
    began = time.perf_counter()
    with duck.connect(ws) as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_parquet('{file}') ORDER BY user_id, occurred_at) "
            f"TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
        )
    return time.perf_counter() - began


def imported(ws: Workspace, file: Path) -> float:
    """Return the seconds of importing the file."""
    began = time.perf_counter()
    outcome = service.import_files(ws, [file], "events", now=clock.now())
    seconds = time.perf_counter() - began
    print(f"  read {outcome.counts.read:,}, accepted {outcome.counts.accepted:,}")
    return seconds


def main() -> None:
    """Run both and print the ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=10_000_000)
    options.add_argument("--memory", default="4GB")
    options.add_argument("--threads", type=int, default=2)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(engine=EngineSettings(memory=chosen.memory, threads=chosen.threads))
        ws = init_workspace(Path(folder) / "company", settings)
        file = Path(folder) / "events.parquet"
        make(ws, file, chosen.events)
        plain = bare(ws, file, Path(folder) / "bare.parquet")
        print(f"bare read-sort-write  {plain:7.2f} s")
        ours = imported(ws, file)
        print(f"import                {ours:7.2f} s  {chosen.events / ours:,.0f} events/s")
        again = imported(ws, file)
        print(f"import again          {again:7.2f} s")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"ratio {ours / plain:.2f} (claim: at most 3); "
            f"again {again / ours:.2f} of the first (claim: at most 1.5); "
            f"peak {peak:,.0f} MiB"
        )
        ws.close()


if __name__ == "__main__":
    main()
