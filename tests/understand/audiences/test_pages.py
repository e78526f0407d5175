"""The builder previews, adds rows and saves; what is wrong stands at its field."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_the_builder_previews_adds_rows_and_saves_without_script(client: TestClient) -> None:
    sent = {
        "how": "rows", "match": "all", "name": "Happy",
        "field-0": "channel", "operator-0": "=", "value-0": "app",
        "field-1": "spend", "operator-1": ">=", "value-1": "400",
    }  # fmt: skip
    shown = client.post("/audiences/new", data={**sent, "do": "preview"})
    assert shown.status_code == 200
    assert "channel = &#39;app&#39; AND spend &gt;= 400" in shown.text
    assert client.post("/audiences/new", data={**sent, "do": "more"}).text.count("<fieldset") == 6
    saved = client.post("/audiences/new", data=sent)
    assert saved.status_code == 303
    (one,) = client.get("/api/v1/audiences").json()["items"]
    assert (one["where"], one["outline"]["n"]) == ("channel = 'app' AND spend >= 400", 20)


def test_what_is_wrong_stands_at_its_field(client: TestClient) -> None:
    rows = {"how": "rows", "name": "x", "field-0": "spend", "operator-0": ">", "value-0": "much"}
    shown = client.post("/audiences/new", data=rows)
    assert shown.status_code == 422
    assert "Write a number" in shown.text
    sql = {"how": "sql", "name": "x", "where": "lower(channel) = 'app'"}
    shown = client.post("/audiences/new", data=sql)
    assert shown.status_code == 422
    assert "Lower is not allowed here" in shown.text
    assert client.post("/api/v1/audiences/preview", json={"where": "1=1"}).status_code == 422


def test_the_live_preview_is_a_piece(client: TestClient) -> None:
    piece = client.post("/audiences/preview", data={"how": "sql", "where": "spend >= 400"}).text
    assert "of 80 customers" in piece
    wrong = client.post("/audiences/preview", data={"how": "sql", "where": "spend >="})
    assert wrong.status_code == 200
    assert "This is no condition of SQL" in wrong.text


def test_editing_makes_versions_that_can_be_put_back(client: TestClient, key: str) -> None:
    assert "operator-0" in client.get(f"/audiences/{key}/edit").text
    sent = {
        "how": "sql",
        "name": "App users",
        "where": "channel = 'app' AND (spend > 9 OR nps = 1)",
    }
    assert client.post(f"/audiences/{key}/edit", data=sent).status_code == 303
    assert (
        "more complex than the condition builder allows"
        in client.get(f"/audiences/{key}/edit").text
    )
    assert client.post(f"/audiences/{key}/versions/1").status_code == 303
    assert client.post(f"/audiences/{key}/versions/9").status_code == 404
    versions = client.get(f"/api/v1/audiences/{key}").json()["versions"]
    assert [one["where"] for one in versions][::2] == ["channel = 'app'"] * 2
    assert client.delete(f"/api/v1/audiences/{key}").status_code == 204
    assert client.get(f"/audiences/{key}").status_code == 404
