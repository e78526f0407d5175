"""How long a page of a long list takes: the audit log with 100,000 entries.

    python -m benchmarks.listing [--rows 100000]

Prints the milliseconds (the median of seven) of the first page, one deep inside, a search, one
that finds nothing and pages in another order, each as the declared list is read on SQLite, with
the count of rows shown. The claim: every one of them under 150 ms.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from regulars.app import init_workspace
from regulars.company.audit import queries
from regulars.company.audit.resource import RESOURCE
from regulars.company.audit.tables import audit_entries
from regulars.company.rights.model import SHELL
from regulars.faces.declared.cutting import page_of
from regulars.faces.declared.model import Asked
from regulars.faces.paging import decode
from regulars.kit import clock
from regulars.store.workspace import Store

LIMIT = 150.0
TIMES = 7
ACTIONS = ("staff.changed", "key.added", "places.put", "targets.changed", "session.opened")
LISTING = RESOURCE.lists[0]
ORDERS = ("-id", "id", "caller_name", "-caller_name", "action", "-action")


def fill(store: Store, rows: int) -> None:
    """Write the log of a company in which something is done every minute."""
    now = clock.now()
    values = [
        {
            "at": now - timedelta(minutes=rows - at),
            "caller_kind": "staff",
            "caller_id": str(at % 40),
            "caller_name": f"Member {at % 40}",
            "action": ACTIONS[at % len(ACTIONS)],
            "subject": f"object {at % 977}",
            "details": f'{{"name": ["before {at}", "after {at}"], "version": {at}}}',
        }
        for at in range(rows)
    ]
    with store.database.transaction() as connection:
        connection.execute(audit_entries.insert(), values)


def timed(store: Store, values: dict[str, str], after: str | None = None) -> tuple[float, int]:
    """Return the median of milliseconds that a page takes, and its count of rows."""
    taken: list[float] = []
    count = 0
    for _ in range(TIMES):
        began = time.perf_counter()
        asked = Asked(store, SHELL, clock.now(), values)
        found = page_of(LISTING, asked, size=50, after=decode(after) if after else None)
        count = len(found.items)
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken), count


def deep(store: Store, sort: str, pages: int = 40) -> str | None:
    """Return the cursor of a page far behind the first."""
    asked, after = Asked(store, SHELL, clock.now(), {"sort": sort}), None
    for _ in range(pages):
        found = page_of(LISTING, asked, size=500, after=decode(after) if after else None)
        after = found.next["after"] if found.next else None
    return after


def main() -> None:
    """Fill a workspace and print what each page takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        store = init_workspace(Path(folder) / "company")
        fill(store, rows)
        with store.database.reading() as connection:
            print(f"{rows:,} entries, actions {queries.actions(connection)}")
        asked: list[tuple[str, dict[str, str], str | None]] = [
            ("search", {"q": "object 44"}, None),
            ("search, rare", {"q": f'"version": {rows // 3}}}'}, None),
            ("search, nothing", {"q": "nowhere"}, None),
            ("one action", {"action": "key.added"}, None),
        ]
        for sort in ORDERS:
            asked.append((f"by {sort}", {"sort": sort}, None))
            asked.append((f"by {sort}, deep", {"sort": sort}, deep(store, sort)))
        for name, values, after in asked:
            taken, count = timed(store, values, after)
            told = "" if taken < LIMIT else f"  over {LIMIT:.0f} ms"
            print(f"{name:24} {taken:7.1f} ms  {count:3} rows{told}")
        store.close()


if __name__ == "__main__":
    main()
