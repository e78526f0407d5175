"""Customers of the groups are paged without a gap or a repeat, and taken away as a file."""

from __future__ import annotations

import base64
import csv
import io
import json

import pytest
from fastapi.testclient import TestClient


def test_customers_are_paged_without_a_gap_or_a_repeat(client: TestClient) -> None:
    seen: list[str] = []
    after = None
    while True:
        address = "/api/v1/value-groups/customers?limit=30" + (f"&after={after}" if after else "")
        answer = client.get(address).json()
        seen += [row["person_id"] for row in answer["items"]]
        if (after := answer["next"]) is None:
            break
    assert len(seen) == len(set(seen)) == 100
    core = client.get("/api/v1/value-groups/customers?group=core&limit=100").json()["items"]
    assert sorted(row["person_id"] for row in core) == sorted(seen[:20])
    assert client.get("/api/v1/value-groups/customers?group=best").status_code == 422


def test_the_file_holds_whom_the_page_lists(client: TestClient) -> None:
    core = client.get("/api/v1/value-groups/customers?group=core&limit=100").json()["items"]
    text = client.get("/value-groups/customers?group=core&format=csv").text.lstrip("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["Customer"] for line in lines] == [row["person_id"] for row in core]
    nobody = client.get("/value-groups/customers?q=nobody&format=csv").text
    assert nobody.count("\n") == 1


@pytest.mark.parametrize("cursor", [["x", "y"], [None, "x"], [[1], [2]], [-5], [10**30], "x"])
def test_a_cursor_of_another_list_is_refused(client: TestClient, cursor: object) -> None:
    after = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode()
    for address in ("/value-groups/customers", "/api/v1/value-groups/customers",
                    "/api/v1/value-groups/changes"):  # fmt: skip
        assert client.get(address, params={"after": after}).status_code == 404, address
    assert client.get("/value-groups/changes?after=99999999999999999999").status_code == 404
