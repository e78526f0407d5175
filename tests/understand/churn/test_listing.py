"""The whole list begins with the stored one."""

from __future__ import annotations

import csv
import io

import pytest
from fastapi.testclient import TestClient
from tests.understand.churn.test_service import NOW

from regulars.timeline.workspace import Workspace
from regulars.understand.churn import service


def test_the_whole_list_begins_with_the_stored_one(client: TestClient, ws: Workspace) -> None:
    found = service.answered(ws, None, now=NOW).payload
    rows: list[dict[str, object]] = []
    after = None
    while True:
        address = "/api/v1/early-warning/customers?limit=400" + (f"&after={after}" * bool(after))
        answer = client.get(address).json()
        rows += answer["items"]
        if (after := answer["next"]) is None:
            break
    assert len(rows) == len({row["person_id"] for row in rows}) == found.n
    active = [row for row in rows if row["active"]]
    assert len(active) == found.active
    assert [row["person_id"] for row in active][:200] == [one.person for one in found.warned]
    first, listed = active[0], found.warned[0]
    assert (first["chance"], first["at_stake"]) == (listed.chance, listed.at_stake)
    low, high = first["low"], first["high"]
    assert isinstance(low, float) and isinstance(high, float) and 0 < low < high < 1
    told = client.get(f"/api/v1/people/{listed.person}/early-warning").json()
    assert told["chance"] == pytest.approx(listed.chance)
    file = client.get("/early-warning/customers?format=csv").text.lstrip("\ufeff")
    assert len(list(csv.DictReader(io.StringIO(file)))) == found.active
    nobody = client.get("/early-warning/customers?q=nobody&format=csv").text
    assert nobody.count("\n") == 1
    assert "early_warning.exported" in client.get("/api/v1/audit").text
    assert f"{found.active:,} in all" in client.get("/early-warning/customers").text
    assert f"{found.n:,} in all" in client.get("/early-warning/customers?who=all").text
    assert "Factor" in client.get(f"/early-warning/of/{listed.person}").text
