"""The pages of targets: plan, form, baseline, verdict."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from tests.understand.metrics.story import answered, days, happened, tell

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.prove.targets import service
from regulars.timeline.workspace import Workspace

FORM = {
    "title_en": "Loved",
    "metric": "nps",
    "kind": "absolute",
    "value": "20",
    "direction": "up",
    "window_days": "90",
    "guardrails": ["complaint_share"],
}


@pytest.fixture
def client(ws: Workspace) -> TestClient:
    """Fourteen promoters and two detractors of twenty answered yesterday; two complained."""
    yesterday = clock.now() - days(1)
    scores = [10] * 14 + [8] * 4 + [3] * 2
    tell(ws, [answered(f"p{i}", "nps", s, yesterday) for i, s in enumerate(scores)])
    tell(ws, [happened(f"p{i}", "Complaint Made", yesterday) for i in range(2)])
    return browser(ws, Role.MANAGER)


def browser(ws: Workspace, role: Role) -> TestClient:
    _key, secret = keys.add_api_key(ws, SHELL, name="t", role=role, places=None, now=clock.now())
    made = TestClient(build_web(ws), follow_redirects=False)
    made.headers.update({"Authorization": f"Bearer {secret}", "Accept": "text/html"})
    return made


def test_a_target_is_set_judged_changed_and_retired(ws: Workspace, client: TestClient) -> None:
    set_ = client.post("/targets/new", data=FORM)
    assert set_.status_code == 303
    (target,) = service.every(ws)
    assert set_.headers["location"] == f"/targets/{target.id}"
    assert "verdict met" in client.get(f"/targets/{target.id}").text
    assert "Judging" in client.get("/targets").text
    assert "verdict met" in client.get("/targets/judged").text
    changed = client.post(f"/targets/{target.id}/edit", data={**FORM, "value": "60"})
    assert changed.status_code == 303
    assert "verdict undetermined" in client.get("/targets/judged").text
    assert "Loved" in client.get("/targets?format=csv").text
    assert client.post(f"/targets/{target.id}/retire").status_code == 303
    assert service.every(ws) == []


def test_a_wrong_form_comes_back_with_the_reason_at_its_field(
    ws: Workspace, client: TestClient
) -> None:
    answer = client.post("/targets/new", data={**FORM, "value": "much", "title_en": ""})
    assert answer.status_code == 422
    assert answer.text.count('class="error"') == 2
    relative = client.post("/targets/new", data={**FORM, "kind": "relative", "value": "-5"})
    assert "field-value-error" in relative.text
    assert service.every(ws) == []


def test_a_plan_and_a_baseline(ws: Workspace, client: TestClient) -> None:
    assert client.post("/targets/plan", data={"plan": "programme"}).status_code == 303
    (complaints,) = [one for one in service.every(ws) if one.preset == "complaints"]
    address = f"/targets/{complaints.id}"
    assert "Without a baseline no verdict is possible" in client.get(address).text
    long_ago = client.post(f"{address}/baseline", data={"last": "2001-01-01"})
    assert long_ago.status_code == 200 and "too little" in long_ago.text
    now = clock.now().astimezone(ws.zone).date().isoformat()
    assert client.post(f"{address}/baseline", data={"last": now}).status_code == 303
    baseline = service.get(ws, complaints.id).baseline
    assert baseline is not None and (baseline.value, baseline.n) == (10.0, 20)


def test_who_may_only_read_sees_no_form(ws: Workspace, client: TestClient) -> None:
    client.post("/targets/new", data=FORM)
    reader = browser(ws, Role.ANALYST)
    assert "/targets/new" not in reader.get("/targets").text
    assert reader.post("/targets/new", data=FORM).status_code == 403


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
