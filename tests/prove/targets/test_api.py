"""Targets by API: set, frozen and judged."""

from __future__ import annotations

from fastapi.testclient import TestClient

from regulars.timeline.workspace import Workspace


def test_the_api_sets_freezes_and_judges(ws: Workspace, client: TestClient) -> None:
    body = {
        "metric": "complaint_share",
        "title": {"zh": "少投诉"},
        "kind": "relative",
        "target": -40,
        "direction": "down",
    }
    made = client.post("/api/v1/targets", json=body)
    assert made.status_code == 201 and made.json()["title"]["en"] == "少投诉"
    address = f"/api/v1/targets/{made.json()['id']}"
    assert client.get(address).json()["verdict"] == "undetermined"
    assert client.post(f"{address}/baseline", json={}).status_code == 201
    found = client.get(address).json()
    assert (found["goal"], found["gap"], found["verdict"]) == (6.0, 4.0, "undetermined")
    assert len(found["baselines"]) == 1
    assert client.put(address, json={**body, "target": -1}).status_code == 200
    assert len(client.get("/api/v1/targets").json()) == 1
    assert (
        client.post("/api/v1/targets/plans/none", json={"start": "2026-01-01"}).status_code == 404
    )
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
