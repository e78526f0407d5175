"""Our own events are no activity of customers; answers and orders are those spoken of."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
from tests.understand.audiences.cast import GUESTS, MAY, NOW, answer, guests, tell
from tests.understand.audiences.test_service import made

from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import customers, queries, service
from regulars.understand.churn import queries as churn


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


def test_the_same_number_at_another_shop_is_another_order(ws: Workspace) -> None:
    """Both bought under number 7, one a kettle, one a lamp; only the kettle's buyer answered."""
    rows = [row for row in guests() if row["name"] == "Order Completed"][:2]
    for row, shop, product in zip(rows, ("north", "south"), ("Kettle", "Lamp"), strict=True):
        line = {"line_id": "1", "product": product, "category": "Home"}
        row |= {"order_id": "7", "source": shop, "lines": [line]}
    said = {**answer(0, "review", 5.0, 5.0, "product_use"), "order_id": "7"}
    said |= {"name": "Product Reviewed", "identity_id": rows[0]["identity_id"]}
    tell(ws, [*rows, said])
    (person,) = ws.query(
        lambda view: view.with_person().filter(lambda t: t.score.notnull()).select("person_id")
    ).column(0)
    masks = pa.table({"person_id": [person.as_py()], "mask": pa.array([1], pa.int64())})
    source = queries.CustomerSource(None, NOW, "CNY")
    found = ws.query(lambda view: queries.answers(view, source, masks)).to_pylist()
    products = {(row["subject"], row["n"]) for row in found if row["kind"] == "product"}
    assert products == {("Kettle", 1)}


def test_contacts_are_counted_once_however_many_events_tell_of_them(ws: Workspace) -> None:
    """A chat that was started and asked in, a complaint that opened a case, a second letter: 3."""
    rows = [row for row in guests() if row["name"] == "Order Completed"][:1]
    told = [
        ("Live Chat Conversation Started", 0, {"session_id": "1", "source": "chat"}),
        ("Enquiry Made", 5, {"session_id": "1", "source": "chat"}),
        ("Complaint Made", 60, {"case_id": "c1", "order_id": "7"}),
        ("Case Opened", 60, {"case_id": "c1"}),
        ("Case Message Received", 90, {"case_id": "c1"}),
    ]
    for number, (name, minute, more) in enumerate(told):
        at = MAY + timedelta(minutes=minute)
        rows.append({"event_id": f"told-{number}", "identity_id": rows[0]["identity_id"],
                     "name": name, "occurred_at": at, "known_at": at, **more})  # fmt: skip
    tell(ws, rows)
    found = ws.query(lambda view: queries.deeds(view, queries.CustomerSource(None, NOW, "CNY")))
    assert found.column("contacts").to_pylist() == [3]
    days = ws.query(lambda view: churn.days(view, None, currency="CNY", event=None))
    assert sum(days.column("contacts").to_pylist()) == 3
