"""A lexicon is edited and restored by the form of the page."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_a_lexicon_is_edited_and_restored_by_page(client: TestClient) -> None:
    shown = client.get("/api/v1/words/lexicons/en").json()
    form = {
        "language": "en",
        "on": shown["version"],
        "wait": "on hold\ndilly dally",
        "good": "nice",
        "words": "nowise",
        "window": "3",
        "wait.negated": "dilly dally",
    }
    assert client.post("/words/lexicon", data=form).status_code == 200
    page = client.get("/words/lexicon?language=en").text
    assert "dilly dally" in page
    assert "Words that only look like a negation" in page
    document = client.get("/api/v1/words/lexicons/en").json()["document"]
    assert 'window = 3\nwords = ["nowise"]' in document
    assert 'negated = ["dilly dally"]' in document
    assert client.post("/words/lexicon", data=form).status_code == 422  # somebody was faster
    wide = {**form, "on": "1", "window": "60"}
    assert "reaches 0 to 6 words" in client.post("/words/lexicon", data=wide).text
    client.post("/words/lexicon/restore", data={"language": "en", "number": "0"})
    assert client.get("/api/v1/words/lexicons/en").json()["document"] == shown["document"]
    assert client.get("/words/lexicon?language=xx").status_code == 404
