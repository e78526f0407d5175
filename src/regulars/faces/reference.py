"""The OpenAPI document as something to read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """One field of a request: name, where it stands, type in words, meaning."""

    name: str
    place: str
    kind: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    method: str
    path: str
    summary: str
    meaning: str
    parameters: list[Parameter] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """The id of its heading on the page."""
        return (
            f"{self.method}-{self.path}".lower()
            .strip("/")
            .replace("/", "-")
            .replace("{", "")
            .replace("}", "")
        )


def sections(document: dict[str, Any]) -> list[tuple[str, list[Operation]]]:
    """Return the operations grouped by the first part of their path behind the version."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in sorted(document.get("paths", {}).items()):
        parts = path.removeprefix("/api").strip("/").split("/")
        group = (
            "intake" if not path.startswith("/api") else (parts[1] if len(parts) > 1 else parts[0])
        )
        for method, operation in methods.items():
            groups.setdefault(group, []).append(_operation(method, path, operation, document))
    return sorted(groups.items())


def _operation(
    method: str, path: str, operation: dict[str, Any], document: dict[str, Any]
) -> Operation:
    meaning = operation.get("description", "")
    first, _, more = meaning.partition("\n\n")
    parameters = [
        Parameter(
            given["name"],
            given["in"],
            kind(given.get("schema", {})),
            given.get("required", False),
            given.get("description", ""),
        )
        for given in operation.get("parameters", [])
        if given["name"].lower() != "authorization"
    ]
    return Operation(
        method.upper(),
        path,
        first or operation.get("summary", ""),
        more,
        [*parameters, *_body(operation, document)],
        [
            (code, answer.get("description", ""))
            for code, answer in operation.get("responses", {}).items()
        ],
    )


def _body(operation: dict[str, Any], document: dict[str, Any]) -> list[Parameter]:
    content = operation.get("requestBody", {}).get("content", {})
    for offered in content.values():
        schema = followed(offered.get("schema", {}), document)
        needed = set(schema.get("required", []))
        return [
            Parameter(name, "body", kind(part), name in needed, part.get("description", ""))
            for name, part in schema.get("properties", {}).items()
        ]
    return []


def followed(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that a reference points to."""
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    found: dict[str, Any] = document.get("components", {}).get("schemas", {}).get(name, schema)
    return found


def kind(schema: dict[str, Any]) -> str:
    """Say a JSON schema's type in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " | ".join(kind(option) for option in options if option.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}))}"
    form = schema.get("format")
    return f"{schema.get('type', 'any')}{f' ({form})' if form else ''}"
