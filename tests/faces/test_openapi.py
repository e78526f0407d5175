"""The document says what every endpoint has in common, and can be read as a page."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from regulars.faces import openapi


def test_keys_problems_and_repeatable_posts_are_declared(lin: TestClient) -> None:
    document = lin.get("/api/v1/openapi.json").json()
    post = document["paths"]["/api/v1/orders"]["post"]
    assert post["security"] == [{"api_key": []}]
    assert [field["name"] for field in post["parameters"]] == ["Idempotency-Key"]
    refusal = post["responses"]["422"]["content"]["application/problem+json"]["schema"]
    assert document["components"]["schemas"][refusal["$ref"].rsplit("/", 1)[-1]]["required"]
    assert "HTTPValidationError" not in document["components"]["schemas"]
    get = document["paths"]["/api/v1/orders"]["get"]
    assert [field["name"] for field in get["parameters"]] == ["size"]


class Tea(BaseModel):
    """What is ordered."""

    name: str


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("get", "/api/v1/teas", set()),
        ("get", "/api/v1/teas/{tea}", set()),
        ("delete", "/api/v1/teas/{tea}", {"409"}),
        ("post", "/api/v1/teas", {"400", "408", "409", "413"}),
        ("put", "/api/v1/teas/{tea}", {"400", "408", "409", "413"}),
    ],
)
def test_every_endpoint_tells_how_it_may_refuse(method: str, path: str, more: set[str]) -> None:
    app = FastAPI()

    def brew(tea: str = "") -> None: ...
    def order(body: Tea, tea: str = "") -> None: ...

    app.add_api_route(path, order if "413" in more else brew, methods=[method.upper()])
    answers = openapi.document(app)["paths"][path][method]["responses"]
    refused = {status: told for status, told in answers.items() if status != "200"}
    assert refused.keys() == {"401", "403", "404", "422", "429", "503"} | more
    assert all("application/problem+json" in told["content"] for told in refused.values())
