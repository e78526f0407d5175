"""Fields are listed for whoever writes conditions."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_fields_are_listed_for_who_writes_conditions(client: TestClient) -> None:
    fields = {one["key"]: one for one in client.get("/api/v1/audiences/fields").json()}
    assert set(fields["value_group"]["choices"]) == {"core", "potential", "base"}
    assert "person_id" not in fields
