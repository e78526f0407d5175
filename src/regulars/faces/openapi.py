"""The OpenAPI document of all nouns, with what every endpoint has in common."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from regulars.faces.idempotency import KEEP
from regulars.faces.problems import MEDIA_TYPE

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457); some have further members, such as `field`.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string", "description": "In the language of Accept-Language."},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; programs decide by this."},
        "detail": {"type": "string", "description": "What to do."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "in": {"type": "string"},
                    "reason": {"type": "string"},
                    "code": {"type": "string"},
                },
            },
        },
    },
}
SCHEMES = {
    "api_key": {"type": "http", "scheme": "bearer", "description": "An API key of this workspace."},
    "write_key": {
        "type": "http",
        "scheme": "basic",
        "description": "A write key as the name, with an empty password.",
    },
}
NO_NUL = "^[^\\u0000]*$"
SAFE: dict[str, Any] = {
    "description": "What can be kept: texts without NUL, whole numbers of at most 18 digits.",
    "anyOf": [
        {"type": ["boolean", "null", "number"]},
        {"type": "string", "pattern": NO_NUL},
        {"type": "array", "items": {"$ref": "#/components/schemas/Safe"}},
        {
            "type": "object",
            "propertyNames": {"pattern": NO_NUL},
            "additionalProperties": {"$ref": "#/components/schemas/Safe"},
        },
    ],
}
"""What `unstorable` lets through, wherever it stands."""
ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 255},
    "description": (
        "Your own key for this act: sent again, the first answer is given again for "
        f"{KEEP.total_seconds() / 3600:.0f} hours."
    ),
}
REFUSALS = {
    "401": "No key, or not a valid one.",
    "403": "The key may not do this.",
    "404": "There is no such thing, none yet, or none that the key may see.",
    "422": "Something in the request is wrong; `errors` or `field` says what.",
    "429": "Too many requests; `Retry-After` says how many seconds to wait.",
    "503": "A part that is needed does not answer; try again in a moment.",
}
CHANGED = {
    "409": "It stands otherwise by now, this act is done or under way already, or its key is taken."
}
OF_BODIES = {
    "400": "The body cannot be read.",
    "408": "The body came in too slowly.",
    "413": "The body is too large.",
}
CHANGES = frozenset({"post", "put", "patch", "delete"})


def install(app: FastAPI) -> None:
    """Let the server describe itself by `document`, made once."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = describe  # type: ignore[method-assign]


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document with keys, problems and repeatable POSTs declared."""
    schema = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    components = schema.setdefault("components", {})
    components["securitySchemes"] = SCHEMES
    schemas = components.setdefault("schemas", {})
    _bound([methods for path, methods in schema.get("paths", {}).items() if _ours(path)])
    _bound(schemas)
    schemas |= {"Problem": PROBLEM, "Safe": SAFE}
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for path, methods in schema.get("paths", {}).items():
        for method, operation in methods.items():
            _complete(path, method, operation)
    return schema


def _bound(part: Any) -> None:
    """Say of every text, and of what a body may hold besides, what no database can keep."""
    if isinstance(part, list):
        for one in part:
            _bound(one)
        return
    if not isinstance(part, dict):
        return
    if part.get("type") == "string" and not part.keys() & {"pattern", "enum", "const", "format"}:
        part["pattern"] = NO_NUL
    if part.get("type") == "object" and part.get("additionalProperties", True) is True:
        part["additionalProperties"] = {"$ref": "#/components/schemas/Safe"}
    if part.get("type") == "object":
        part.setdefault("propertyNames", {"pattern": NO_NUL})
    for one in part.values():
        _bound(one)


def _ours(path: str) -> bool:
    """Tell whether an address is of the API; the intake has rules of its own."""
    return path.startswith("/api/")


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    """Declare who may call, what a refusal looks like, and the key of a repeatable act."""
    responses = operation["responses"]
    body = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if not _ours(path):
        operation["security"] = [{"write_key": []}]
        responses.pop("422", None)
        responses["408"] = {"description": OF_BODIES["408"], "content": body}
        return
    operation["security"] = [{"api_key": []}]
    for status, meaning in _refusals(method, operation).items():
        responses[status] = {"description": meaning, "content": body}
    if method == "post":
        operation.setdefault("parameters", []).append(ONCE)


def _refusals(method: str, operation: dict[str, Any]) -> dict[str, str]:
    """Return the refusals an endpoint may give: a change may be late, a body bad or slow."""
    found = dict(REFUSALS)
    if method in CHANGES:
        found |= CHANGED
    if "requestBody" in operation:
        found |= OF_BODIES
    return dict(sorted(found.items()))
