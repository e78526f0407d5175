"""The customer table has a row a customer."""

from __future__ import annotations

from datetime import timedelta

from tests.understand.audiences.cast import MAY, NOW, guest, guests, tell

from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import customers


def test_the_customer_table_has_a_row_a_customer(ws: Workspace) -> None:
    """Guest 20 spent 200 in the app on 4 May and answered 5 of 5 the day after."""
    tell(ws, guests())
    table = customers.answered(ws, None, now=NOW).payload
    assert (table.customers, table.csat_scale, table.nps_kind) == (80, (1.0, 5.0), "relationship")
    assert table.as_of == MAY + timedelta(days=2, microseconds=1)
    with customers.opened(ws, None) as (found, run):
        (row,) = run(found.filter(found.person_id == guest(20))).to_pylist()
    known = ("spend", "orders", "average_order", "days_since_seen", "days_since_order", "channel")
    assert tuple(row[name] for name in known) == (200.0, 1.0, 200.0, 1.0, 2.0, "app")
    assert (row["nps"], row["csat"], row["complaints"], row["signed_up"]) == (10.0, 5.0, 0.0, False)
    assert (row["churn_chance"], row["language"]) == (None, None)
