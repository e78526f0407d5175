"""The unmodified client libraries of Segment and RudderStack against the real server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from regulars.listen.identities import finding
from regulars.listen.profiles import service as profiles
from regulars.timeline.identity import identity_id
from regulars.timeline.workspace import Workspace

segment = pytest.importorskip("segment.analytics.client")
rudder = pytest.importorskip("rudderstack.analytics.client")
Rows = list[dict[str, Any]]
CLIENTS = {"segment": segment.Client, "rudder": rudder.Client}


def connect(name: str, address: str, key: str, errors: list[Any], **options: Any) -> Any:
    def failed(error: Exception, _batch: object) -> None:
        errors.append(error)

    return CLIENTS[name](key, host=address, on_error=failed, max_retries=1, **options)


@pytest.mark.parametrize(
    "client_of", [(name, packed) for name in CLIENTS for packed in (True, False)], ids=str
)
def test_every_call_is_delivered(
    ws: Workspace,
    address: str,
    write_key: str,
    rows_of: Callable[..., Rows],
    client_of: tuple[str, bool],
) -> None:
    errors: list[Any] = []
    client = connect(client_of[0], address, write_key, errors, gzip=client_of[1])
    when = datetime.now(UTC) - timedelta(days=2)
    client.identify("lei", {"email": "lei@example.cn", "name": "Li Lei"}, anonymous_id="b1")
    client.track(
        "lei",
        "Order Completed",
        {"order_id": "A1", "total": 99.5, "currency": "CNY", "products": [{"sku": "shoe"}]},
        timestamp=when,
    )
    client.page("lei", "Start", "Home", {"url": "/"})
    client.screen("lei", "Start", "Cart")
    client.group("lei", "acme", {"industry": "toys"})
    client.alias("b2", "lei")
    client.track(event="Survey Answered", properties={"nps": 9, "text": "很好"}, anonymous_id="b1")
    client.shutdown()
    assert errors == []
    rows = {row["name"]: row for row in rows_of(ws, lambda view: view.with_person())}
    assert set(rows) == {
        "Identified",
        "Order Completed",
        "Page Viewed",
        "Screen Viewed",
        "Group Joined",
        "Identity Aliased",
        "Survey Answered",
    }
    assert len({row["person_id"] for row in rows.values()}) == 1
    order = rows["Order Completed"]
    assert (order["order_id"], order["amount"]) == ("A1", Decimal("99.5000"))
    assert abs(order["occurred_at"] - when) < timedelta(seconds=30)
    assert rows["Survey Answered"]["score"] == 9.0
    person = finding.named(ws, user="lei")
    assert identity_id(ws, "anonymous", "b2") in person
    held = {one.name: one.value for one in profiles.of_person(ws, person)}
    assert held["email"] == "lei@example.cn" and held["name"] == "Li Lei"


@pytest.mark.parametrize("name", CLIENTS)
def test_a_thousand_events_arrive_once_each(
    ws: Workspace, address: str, write_key: str, name: str
) -> None:
    errors: list[Any] = []
    client = connect(name, address, write_key, errors)
    for number in range(1_000):
        client.track(f"customer-{number % 50}", "Product Viewed", {"product_id": str(number)})
    client.shutdown()
    assert errors == []
    ids = ws.query(lambda view: view.events).column("event_id").to_pylist()
    assert len(ids) == len(set(ids)) == 1_000


@pytest.mark.parametrize("name", CLIENTS)
def test_a_wrong_key_and_a_bad_event_reach_the_callers_error_handler(
    ws: Workspace, address: str, write_key: str, name: str
) -> None:
    errors: list[Any] = []
    stranger = connect(name, address, "not-a-key", errors)
    stranger.track("lei", "Cart Viewed")
    stranger.shutdown()
    assert [(error.status, error.code) for error in errors] == [(401, "intake.key")]
    errors.clear()
    client = connect(name, address, write_key, errors)
    client.track("lei", "Survey Answered", {"nps": 99})
    client.shutdown()
    assert [(error.status, error.code) for error in errors] == [(400, "intake.score")]
    assert ws.query(lambda view: view.events).num_rows == 0
