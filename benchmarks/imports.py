"""Import of a file of events against a bare read, sort and write of the same file.

    python -m benchmarks.imports [--events 10000000] [--kind parquet|csv] [--memory 4GB]

Does it with a Parquet and with a CSV file. Prints seconds on the clock and of the processor, their
ratios (the claim: at most 2, and 1.5 for the same file again), what the count of rows that is
independent of the engine takes of the import (the claim: at most a tenth), and the highest memory.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from regulars.app import init_workspace
from regulars.kit import clock
from regulars.listen.imports import service
from regulars.listen.imports.reading.plain import survey
from regulars.listen.imports.reading.records import Dialect
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


READS = {"parquet": "read_parquet", "csv": "read_csv"}


@dataclass(frozen=True)
class Took:
    """Seconds on the clock and of the processor; the second is steadier on a busy machine."""

    clock: float
    processor: float

    def __truediv__(self, other: Took) -> str:
        return f"{self.clock / other.clock:.2f} ({self.processor / other.processor:.2f})"

    def __str__(self) -> str:
        return f"{self.clock:7.2f} s ({self.processor:.2f} s)"


def took(work: Callable[[], object]) -> Took:
    """Return how long `work` takes."""
    began, used = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - began, time.process_time() - used)


def make(ws: Workspace, file: Path, count: int) -> None:
    """Write `count` events of as many customers as a shop would have."""
    form = "FORMAT parquet, COMPRESSION zstd" if file.suffix == ".parquet" else "FORMAT csv, HEADER"
    with duck.connect(ws) as connection:
        connection.execute(f"COPY ({EVENTS.format(count=count)}) TO '{file}' ({form})")


def bare(ws: Workspace, file: Path, target: Path) -> None:
    """Read, sort and write the file, and nothing else."""
    read = READS[file.suffix[1:]]
    with duck.connect(ws) as connection:
        connection.execute(
            f"COPY (SELECT * FROM {read}('{file}') ORDER BY user_id, occurred_at) "
            f"TO '{target}' (FORMAT parquet, COMPRESSION zstd)"
        )


def imported(ws: Workspace, file: Path) -> None:
    """Import the file."""
    counts = service.import_files(ws, [file], "events", now=clock.now()).counts
    print(f"  read {counts.read:,}, accepted {counts.accepted:,}, known {counts.duplicates:,}")


def counted(file: Path) -> None:
    """Count the file's rows as the accounting does."""
    with file.open("rb") as stream:
        survey(stream, Dialect.of(",", '"'))


def compare(ws: Workspace, folder: Path, kind: str, events: int) -> None:
    """Do it with a file of one kind and print the ratios."""
    file = folder / f"events.{kind}"
    make(ws, file, events)
    plain = took(lambda: bare(ws, file, folder / "bare.parquet"))
    print(f"{kind}: bare read-sort-write {plain}")
    ours = took(lambda: imported(ws, file))
    print(f"{kind}: import               {ours}, {events / ours.clock:,.0f} events/s")
    again = took(lambda: imported(ws, file))
    print(f"{kind}: import again         {again}")
    print(f"{kind}: ratio {ours / plain}, again to first {again / ours}")
    if kind == "csv":
        print(f"{kind}: of it the count of rows {took(lambda: counted(file)) / ours}")


def main() -> None:
    """Compare each kind of file in a workspace of its own."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=10_000_000)
    options.add_argument("--kind", choices=[*READS], action="append")
    options.add_argument("--memory", default="4GB")
    options.add_argument("--threads", type=int, default=2)
    chosen = options.parse_args()
    engine = EngineSettings(memory=chosen.memory, threads=chosen.threads)
    for kind in chosen.kind or READS:
        with tempfile.TemporaryDirectory() as folder:
            ws = init_workspace(Path(folder) / "company", Settings(engine=engine))
            compare(ws, Path(folder), kind, chosen.events)
            ws.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
