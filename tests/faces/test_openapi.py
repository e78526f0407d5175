"""The document says what every endpoint has in common, and can be read as a page."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from regulars.faces import openapi
from regulars.faces.reference import kind, sections


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


def test_the_page_groups_addresses_and_follows_references() -> None:
    told = {
        "paths": {
            "/api/v1/orders/{number}": {
                "post": {
                    "description": "Take an order.\n\nTwice does nothing.",
                    "parameters": [{"name": "number", "in": "path", "schema": {"type": "integer"}}],
                    "requestBody": {
                        "content": {"application/json": {"schema": {"$ref": "#/x/Order"}}}
                    },
                    "responses": {"200": {"description": "Done."}},
                }
            },
            "/v1/batch": {"post": {"responses": {}}},
        },
        "components": {
            "schemas": {"Order": {"required": ["tea"], "properties": {"tea": {"type": "number"}}}}
        },
    }
    (intake, (batch,)), (orders, (order,)) = sections(told)
    assert (intake, batch.path, orders) == ("intake", "/v1/batch", "orders")
    assert (order.method, order.summary, order.meaning) == (
        "POST",
        "Take an order.",
        "Twice does nothing.",
    )
    assert [
        (field.name, field.place, field.kind, field.required) for field in order.parameters
    ] == [
        ("number", "path", "integer", False),
        ("tea", "body", "number", True),
    ]
    assert order.answers == [("200", "Done.")]


def test_types_are_told_in_words() -> None:
    assert (
        kind({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}) == "string (date)"
    )
    assert kind({"type": "array", "items": {"enum": ["csv", "xlsx"]}}) == "list of csv | xlsx"
