"""How long a refresh takes on the large company, and how little a day's new events cost after it.

    python benchmarks/refresh.py FOLDER [--customers 1000000] [--queries]

Takes the workspace that `benchmarks/company.py` made (and makes it when it is not there). Texts are
read first, apart: each is analysed once, on arrival. Then one full refresh from nothing; then the
events of the last whole day are sent once more, a week on, under new ids, through the inbox as live
events come; then the refresh of that day. Prints what each step took in both, the ratio, and the
highest memory. With `--queries`, also the slowest queries of each.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from benchmarks.company import CUSTOMERS, NOW, RICHNESS, company

from regulars.app import open_workspace
from regulars.jobs.refresh import service as refresh
from regulars.jobs.runs.model import Step
from regulars.timeline import inbox
from regulars.timeline.event import SCHEMA
from regulars.timeline.workspace import Workspace
from regulars.understand.words import service as words

DAY = timedelta(days=1)
SENT = 2_000
"""Events of one group, about as they come under load."""


def main() -> None:
    """Refresh, send a day, refresh again, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--richness", type=float, default=RICHNESS)
    parser.add_argument("--queries", action="store_true")
    asked = parser.parse_args()
    company(asked.folder, asked.customers, asked.richness).close()
    ws = open_workspace(asked.folder)
    began = time.perf_counter()
    words.analyse(ws, now=NOW)
    print(f"texts read in {time.perf_counter() - began:.1f} s", flush=True)
    whole = refreshed(ws, NOW, asked.queries)
    sent = _send_a_day(ws)
    following = refreshed(ws, NOW + DAY, asked.queries)
    print(table_of(whole, following))
    print(f"{sent:,} events sent; peak memory {peak_gigabytes():.1f} GB")


def table_of(whole: dict[str, float], following: dict[str, float]) -> str:
    """Return the seconds of each step in both refreshes, and the ratios."""
    lines = [f"\n{'step':16} {'whole':>9} {'a day':>9} {'ratio':>7}"]
    for key, spent in whole.items():
        later = following.get(key, 0.0)
        lines.append(f"{key:16} {spent:7.1f} s {later:7.1f} s {later / max(spent, 0.05):7.2f}")
    first, second = sum(whole.values()), sum(following.values())
    lines.append(f"{'all':16} {first:7.1f} s {second:7.1f} s {second / first:7.3f}")
    return "\n".join(lines)


def refreshed(ws: Workspace, now: datetime, with_queries: bool) -> dict[str, float]:
    """Refresh as of `now` and return the seconds of each step."""
    began: dict[str, float] = {}
    seconds: dict[str, float] = {}

    def watch(step: Step, share: float) -> None:
        began.setdefault(step.key, time.perf_counter())
        if share == 1.0:
            seconds[step.key] = time.perf_counter() - began[step.key]

    with _timed_queries(ws) as took:
        run = refresh.run(ws, reason="benchmark", clock=lambda: now, watch=watch)
    for step in run.steps:
        if step.error:
            print(f"{step.key}: {step.error}")
    print(f"refreshed in {sum(seconds.values()):.1f} s; peak memory {peak_gigabytes():.1f} GB")
    if with_queries:
        for name, spent in took.most_common(60):
            print(f"    {spent:7.1f} s  {name}")
    return seconds


def _send_a_day(ws: Workspace) -> int:
    """Send the last whole day's events again, moved to the day after `NOW`, under new ids."""
    first = (NOW - DAY).replace(hour=0)
    table = ws.query(
        lambda view: view.events.filter(
            view.events.occurred_at >= first, view.events.occurred_at < first + DAY
        )
    ).select(SCHEMA.names)
    again = table.to_pydict()
    for name in ("event_id", "order_id", "case_id", "session_id"):
        again[name] = [value and f"{value}-again" for value in again[name]]
    for name in ("occurred_at", "received_at", "known_at"):
        again[name] = [value and min(value + DAY, NOW + DAY) for value in again[name]]
    sent = pa.table(again, schema=SCHEMA)
    for start in range(0, sent.num_rows, SENT):
        inbox.accept(ws, sent.slice(start, SENT).combine_chunks(), now=NOW + DAY)
    return sent.num_rows


@contextmanager
def _timed_queries(ws: Workspace) -> Iterator[Counter[str]]:
    """Note how long each place of the code waits for the engine."""
    import traceback

    took: Counter[str] = Counter()
    query = ws.engine.query

    def timed(*args: Any, **options: Any) -> pa.Table:
        began = time.perf_counter()
        try:
            return query(*args, **options)
        finally:
            frames = [f for f in traceback.extract_stack() if "/regulars/" in f.filename]
            told = [
                f"{Path(f.filename).parent.name}/{Path(f.filename).stem}.{f.name}"
                for f in frames
                if "/understand/" in f.filename or "/prove/" in f.filename
            ]
            took[" > ".join(told[-4:])] += time.perf_counter() - began

    ws.engine.query = timed  # type: ignore[method-assign]
    try:
        yield took
    finally:
        ws.engine.query = query  # type: ignore[method-assign]


def peak_gigabytes() -> float:
    """Return the highest memory of the process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
