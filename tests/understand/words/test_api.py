"""A lexicon is put by API."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_a_lexicon_is_put_by_api(client: TestClient) -> None:
    document = "[types.wait]\nphrases = ['dawdle*']\n"
    made = client.put("/api/v1/words/lexicons/en", json={"document": document, "on": 0})
    assert made.json()["version"] == 1
    assert (
        client.put("/api/v1/words/lexicons/en", json={"document": "?", "on": 1}).status_code == 422
    )
