"""Touchpoints of the company's own stand, and rules fill the rest."""

from __future__ import annotations

from regulars.listen.catalog import service
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from tests.listen.catalog.test_service import NOW


def test_own_touchpoints_stand_and_rules_fill_the_rest(ws: Workspace) -> None:
    rows = [
        {"name": "Cart Viewed"},
        {"name": "Cart Viewed", "touchpoint": "hotline"},
        {"name": "Cart Viewed", "touchpoint": "kiosk"},
        {"name": "Lamp Lit"},
        {"name": "Survey Answered", "metric": "nps"},
        {"name": "Survey Answered", "metric": "csat"},
    ]
    made = [{"event_id": str(i), "occurred_at": NOW, **row} for i, row in enumerate(rows)]
    inbox.accept(ws, inbox.make(made, NOW))
    table = ws.query(
        lambda view: (
            service.placed(ws, view.events).order_by("event_id").select("touchpoint", "stage")
        )
    )
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("cart", "purchase"),
        ("hotline", "service"),
        ("kiosk", None),
        (None, None),
        ("relationship", "loyalty"),
        (None, None),
    ]
