"""How long a refresh takes after an import has told 5 % of a month's orders anew.

    python -m benchmarks.retelling FOLDER [--customers 1000000] [--share 0.05] [--queries]

Takes the workspace that `benchmarks/company.py` made (and makes it when it is not there). One full
refresh from nothing; then an import tells that share of the last whole month's orders with another
amount; then the refresh of the next day. Prints what each step took in both, and the ratio (the
claim: at most 0.15), what the import itself took, and the highest memory.
"""

from __future__ import annotations

import argparse
import time
from datetime import datetime
from pathlib import Path

from benchmarks.company import CUSTOMERS, NOW, RICHNESS, company
from benchmarks.refresh import DAY, peak_gigabytes, refreshed, table_of

from regulars.app import open_workspace
from regulars.timeline import duck, loading
from regulars.timeline.workspace import Workspace
from regulars.understand.words import service as words


def main() -> None:
    """Refresh, tell orders anew, refresh again, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--richness", type=float, default=RICHNESS)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--queries", action="store_true")
    asked = parser.parse_args()
    company(asked.folder, asked.customers, asked.richness).close()
    ws = open_workspace(asked.folder)
    words.analyse(ws, now=NOW)
    whole = refreshed(ws, NOW, asked.queries)
    began = time.perf_counter()
    loaded = retell(ws, asked.share, NOW + DAY / 2)
    print(
        f"{loaded.replaced:,} orders told anew in {time.perf_counter() - began:.1f} s", flush=True
    )
    following = refreshed(ws, NOW + DAY, asked.queries)
    print(table_of(whole, {"a day": following}))
    print(f"peak memory {peak_gigabytes():.1f} GB")


def retell(ws: Workspace, share: float, now: datetime) -> loading.Loaded:
    """Load a share of the last whole month's orders again, each for a unit more."""
    end = NOW.replace(day=1, hour=0)
    start = (end - DAY).replace(day=1)
    found = ws.query(
        lambda view: view.events.filter(
            view.events.name == "Order Completed",
            view.events.occurred_at >= start,
            view.events.occurred_at < end,
        )
    )
    with duck.connect(ws, share=0.5) as connection:
        connection.register("orders", found)
        connection.execute(
            "CREATE VIEW anew AS SELECT * REPLACE (amount + 1 AS amount) FROM orders "
            f"WHERE hash(event_id) % 10000 < {round(share * 10_000)}"
        )
        return loading.load(ws, connection, "anew", "retelling", now=now)


if __name__ == "__main__":
    main()
