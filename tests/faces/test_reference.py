"""The page of the API groups addresses and says types in words."""

from __future__ import annotations

from regulars.faces.reference import kind, sections


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
