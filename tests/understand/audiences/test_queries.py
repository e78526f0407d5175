"""Our own events are no activity of customers; answers and orders are those spoken of."""

from __future__ import annotations

from datetime import timedelta

from tests.understand.audiences.cast import GUESTS, MAY, NOW, answer, guests, tell
from tests.understand.audiences.test_service import made

from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import customers, service


def test_our_own_events_are_no_activity_of_customers(ws: Workspace) -> None:
    tell(ws, guests())
    made(ws)
    service.refresh(ws, now=NOW)
    later = customers.answered(ws, None, now=NOW + timedelta(hours=7)).payload
    assert (later.customers, later.as_of) == (80, MAY + timedelta(days=2, microseconds=1))


def test_products_are_compared_by_the_orders_spoken_of(ws: Workspace) -> None:
    rows = guests()
    for row in rows:
        if row["name"] == "Order Completed":
            row["lines"] = [{"line_id": "1", "product": "Kettle", "category": "Kitchen"}]
    said = [
        {**answer(n, "review", (4.0 if n % 2 == 0 else 1.0) + n % 3 / 2, 5.0, "product_use"),
         "order_id": f"o{n}", "name": "Product Reviewed"}
        for n in range(GUESTS)
    ]  # fmt: skip
    tell(ws, rows + said)
    made(ws)
    found = service.answered(ws, None, now=NOW).payload
    verdicts = {(row.kind, row.subject, row.metric): row.verdict for row in found.compared}
    assert verdicts["product", "Kettle", "review"] == "better"
    assert verdicts["category", "Kitchen", "review"] == "better"
