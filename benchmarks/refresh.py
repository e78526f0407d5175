"""How long a refresh takes on the large company, and how little each of three days costs after it.

    python -m benchmarks.refresh FOLDER [--customers 1000000] [--queries]

Takes the workspace that `benchmarks/company.py` made (and makes it when it is not there). Texts are
read first, apart: each is analysed once, on arrival. Then one full refresh from nothing, on a
Saturday; then three times the events of its last whole day are sent once more, moved on, under new
ids, through the inbox as live events come, and the day is refreshed: a usual one (a Sunday), a
Monday, and the first of a month. All clocks are the benchmark's. Prints what each step
took, the ratios (the claims: at most 0.10 on a usual day, 0.20 on the others), and the highest
memory. With `--queries`, also the slowest queries of each.
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
    days = {}
    for later, name in enumerate(("usual", "Monday", "the 1st"), 1):
        sent = _send_a_day(ws, later)
        print(f"{sent:,} events sent", flush=True)
        days[name] = refreshed(ws, NOW + later * DAY, asked.queries)
    print(table_of(whole, days))
    print(f"peak memory {peak_gigabytes():.1f} GB")


def table_of(whole: dict[str, float], days: dict[str, dict[str, float]]) -> str:
    """Return the seconds of each step in all refreshes; below, what each day cost of the whole."""
    names = ("whole", *days)
    lines = ["\n" + f"{'step':16}" + "".join(f"{name:>11}" for name in names)]
    for key in whole:
        spent = "".join(f"{day.get(key, 0.0):9.1f} s" for day in (whole, *days.values()))
        lines.append(f"{key:16}{spent}")
    sums = [sum(day.values()) for day in (whole, *days.values())]
    lines.append(f"{'all':16}" + "".join(f"{spent:9.1f} s" for spent in sums))
    lines.append(f"{'of a whole':16}" + "".join(f"{spent / sums[0]:11.3f}" for spent in sums))
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


def _send_a_day(ws: Workspace, later: int) -> int:
    """Send the last whole day's events again, moved `later` days on, under new ids."""
    first, moved = (NOW - DAY).replace(hour=0), later * DAY
    table = ws.query(
        lambda view: view.events.filter(
            view.events.occurred_at >= first, view.events.occurred_at < first + DAY
        )
    ).select(SCHEMA.names)
    again = table.to_pydict()
    for name in ("event_id", "order_id", "case_id", "session_id"):
        again[name] = [value and f"{value}-again-{later}" for value in again[name]]
    for name in ("occurred_at", "received_at", "known_at"):
        again[name] = [value and min(value + moved, NOW + moved) for value in again[name]]
    sent = pa.table(again, schema=SCHEMA)
    for start in range(0, sent.num_rows, SENT):
        inbox.accept(ws, sent.slice(start, SENT).combine_chunks(), now=NOW + moved)
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
                if any(f"/{floor}/" in f.filename for floor in ("understand", "act", "prove"))
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
