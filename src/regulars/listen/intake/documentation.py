"""What the OpenAPI document says about the tracking API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SHOWN_REFUSALS = 50
"""Refusals listed in one answer; beyond them their number says how many there were."""
ID = {"type": ["string", "integer"]}
MOMENT = {"type": "string", "format": "date-time"}
OBJECT = {"type": "object", "additionalProperties": True}
COMMON: dict[str, Any] = {
    "messageId": {
        **ID,
        "description": "The sender's id of this event; sent twice, it counts once.",
    },
    "userId": {
        **ID,
        "description": "Who, as the sender knows them. This or anonymousId is needed.",
    },
    "anonymousId": ID,
    "timestamp": {**MOMENT, "description": "When it happened, by the sender's clock."},
    "sentAt": {**MOMENT, "description": "When it was sent, by the same clock; corrects its skew."},
    "context": OBJECT,
    "writeKey": {"type": "string", "description": "Instead of basic authentication."},
}
REASON = {
    "type": "object",
    "required": ["code", "field", "message"],
    "properties": {
        "messageId": {"type": "string"},
        "code": {"type": "string", "examples": ["intake.score"]},
        "field": {"type": "string", "examples": ["properties.score"]},
        "message": {"type": "string"},
    },
}
RESULT = {
    "type": "object",
    "required": ["success"],
    "properties": {
        "success": {"type": "boolean"},
        "accepted": {"type": "integer"},
        "duplicates": {"type": "integer"},
        "messageId": {"type": "string"},
        "refused": {"type": "array", "items": REASON, "maxItems": SHOWN_REFUSALS},
        "refusedTotal": {"type": "integer"},
        "nobody": {
            "type": "array",
            "description": "Ids and addresses that name nobody, such as Guest or null.",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "value": {"type": "string"},
                    "events": {"type": "integer"},
                },
            },
        },
    },
}
ERRORS = {
    "400": "Not readable, or every event was refused; `field` says where.",
    "401": "No valid write key.",
    "413": "Over 32 KB for one event, over 500 KB or 2,500 events for a batch; nothing was kept.",
    "429": "Too many requests or events with this key; `Retry-After` says when to come back.",
    "503": "Too much is waiting; nothing was kept, send again.",
}


@dataclass(frozen=True, slots=True)
class About:
    """One call of the tracking API."""

    summary: str
    description: str
    properties: dict[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    batch: bool = False

    def openapi(self) -> dict[str, Any]:
        """Return the members of the operation: body and answers."""
        known = {"sentAt": MOMENT, "writeKey": COMMON["writeKey"]} if self.batch else COMMON
        schema: dict[str, Any] = {"type": "object", "properties": {**known, **self.properties}}
        if self.required:
            schema["required"] = list(self.required)
        return {
            "requestBody": {"required": True, "content": _json(schema)},
            "responses": {
                "200": {
                    "description": "Durable; what was refused stands in the body.",
                    "content": _json(RESULT),
                },
                **{
                    status: {"description": words, "content": _json({"allOf": [REASON, RESULT]})}
                    for status, words in ERRORS.items()
                },
            },
        }


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


_PROPERTIES = {"properties": OBJECT}
_TRACK = """An act of a person. Of `properties` these become columns of the timeline: `total`,
`revenue` or `value` with `currency`; `products`; `order_id`; `session_id`; `channel`; `place` or
`store_id`; `touchpoint`; `case_id`; feedback as `metric` + `score` (+ `scale_min`, `scale_max`,
`survey_kind`, `weight`) or `nps`, `csat`, `ces`, `rating`; words as `text`, `comment` or
`review_body` with `language`. Everything stays in `properties` as it came."""
_BATCH = {
    "batch": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["type"],
            "properties": {
                "type": {"enum": ["identify", "track", "page", "screen", "group", "alias"]},
                **COMMON,
            },
        },
    }
}
CALLS: dict[str, About] = {
    "track": About("An act", _TRACK, {"event": {"type": "string"}, **_PROPERTIES}, ("event",)),
    "identify": About(
        "Who somebody is",
        "Links userId and anonymousId, email and phone; traits go to the profile, not to the "
        "timeline.",
        {"traits": OBJECT},
    ),
    "page": About(
        "A page seen", "Becomes “Page Viewed”.", {"name": {"type": "string"}, **_PROPERTIES}
    ),
    "screen": About(
        "A screen seen", "Becomes “Screen Viewed”.", {"name": {"type": "string"}, **_PROPERTIES}
    ),
    "group": About(
        "A group joined", "Becomes “Group Joined”.", {"groupId": ID, "traits": OBJECT}, ("groupId",)
    ),
    "alias": About(
        "Two ids of one person",
        "Links previousId and userId.",
        {"previousId": ID},
        ("userId", "previousId"),
    ),
    "batch": About(
        "Many calls at once",
        "At most 2,500 events in 500 KB, gzip allowed. A bad event does not lose the good ones; "
        f"the first {SHOWN_REFUSALS} that were refused are listed, `refusedTotal` counts them all.",
        _BATCH,
        ("batch",),
        batch=True,
    ),
    "import": About(
        "History",
        "As batch, for what happened long ago: it counts as known from when it happened.",
        _BATCH,
        ("batch",),
        batch=True,
    ),
}
