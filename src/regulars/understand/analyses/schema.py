"""The JSON schema of an analysis' answer, from the type of its result."""

from __future__ import annotations

from typing import Any

import msgspec

from regulars.understand.analyses.model import Analysis
from regulars.understand.findings.model import ORIGIN

TEXT = {"type": "object", "properties": {"en": {"type": "string"}, "zh": {"type": "string"}}}
MOMENT = {"type": "string", "format": "date-time"}
ORIGINS = {
    "as_of": MOMENT,
    "computed_at": MOMENT,
    "version": {"type": "integer"},
    "watermark": {"type": ["string", "null"]},
}


def answer_schema(analysis: Analysis) -> dict[str, Any]:
    """Return the schema of what the API answers: the result's fields, and what they came from.

    An answer may hold further fields, such as titles; none of those listed is left out but those
    that nobody is told.
    """
    if analysis.bare:
        return {"type": "array", "items": {"type": "object"}}
    (whole,), parts = msgspec.json.schema_components([analysis.result_type()])
    schema = _inlined(whole, parts)
    called = dict(analysis.told_as)
    fields = {called.get(name, name): one for name, one in schema.get("properties", {}).items()
              if name not in analysis.inner}  # fmt: skip
    assert not fields.keys() & set(ORIGIN), analysis.name
    required = [
        name for one in schema.get("required", []) if (name := called.get(one, one)) in fields
    ]
    return {
        "type": "object",
        "title": analysis.result_type().__name__,
        "properties": {**ORIGINS, "meaning": TEXT, **fields},
        "required": [*ORIGINS, "meaning", *required],
    }


def _inlined(part: Any, parts: dict[str, Any]) -> Any:
    """Return a schema in which no part refers to another one. Numbers may be null: not finite."""
    if isinstance(part, list):
        return [_inlined(one, parts) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(parts[part["$ref"].rsplit("/", 1)[-1]], parts)
    made = {key: _inlined(one, parts) for key, one in part.items()
            if not (key == "title" and isinstance(one, str))}  # fmt: skip
    if parts_of := made.pop("prefixItems", None):  # a tuple: so many, each of one of these kinds
        kinds = [kind for at, kind in enumerate(parts_of) if kind not in parts_of[:at]]
        made["items"] = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return made | {"type": ["number", "null"]} if made.get("type") == "number" else made
