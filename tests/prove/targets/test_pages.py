"""The pages of targets: plan, form, baseline, verdict."""

from __future__ import annotations

from fastapi.testclient import TestClient
from tests.prove.targets.conftest import browser

from regulars.company.rights.model import Role
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
