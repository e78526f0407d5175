"""Forms lead back, and wrong answers are refused where they were given."""

from __future__ import annotations

from fastapi.testclient import TestClient
from tests.understand.maturity.conftest import signed
from tests.understand.maturity.test_service import claims

from regulars.company.rights.model import Role
from regulars.timeline.workspace import Workspace


def test_forms_lead_back(client: TestClient, ws: Workspace) -> None:
    assert "each touchpoint" in client.get("/maturity/questionnaire").text
    assert "hotline.short" in client.get("/maturity/spending").text
    line = {"touchpoint": "hotline", "horizon": "short", "amount": 500}
    assert client.put("/api/v1/maturity/spending", json=[line]).status_code == 204
    (part,) = client.get("/api/v1/maturity").json()["spread"]
    assert (part["touchpoint"], part["share"]) == ("hotline", 1.0)
    typed = {"hotline.short": "700", "store.short": "a lot"}
    wrong = client.post("/maturity/spending", data=typed | {"delivery.short": "-5"})
    assert wrong.status_code == 422
    assert "nothing has been kept" in wrong.text
    assert 'value="700"' in wrong.text
    assert client.get("/api/v1/maturity").json()["spread"] == [part]
    analyst = signed(ws, Role.ANALYST)
    assert analyst.get("/maturity").status_code == 200
    assert analyst.get("/maturity/spending").status_code == 403
    body = {"grades": claims(3)}
    assert analyst.post("/api/v1/maturity/answers", json=body).status_code == 403


def test_wrong_answers_are_refused(client: TestClient) -> None:
    body = {"grades": {"owners": 9}}
    assert client.post("/api/v1/maturity/answers", json=body).status_code == 422
