"""The catalog written as the TOML document that `document.read` understands."""

from __future__ import annotations

import json
from typing import Any

from regulars.kit.text import Text
from regulars.listen.catalog.document import RULE
from regulars.listen.catalog.model import Catalog, Rule, Target, Touchpoint


def render(catalog: Catalog) -> str:
    """Return the TOML document of a catalog; `parse` of it gives the same catalog."""
    lines = [f"title = {_text(catalog.title)}", ""]
    for stage in catalog.stages:
        lines += ["[[stage]]", f"key = {_json(stage.key)}", f"title = {_text(stage.title)}"]
        lines += [f"phase = {_json(stage.phase.value)}", ""]
    for point in catalog.touchpoints:
        lines += ["[[touchpoint]]", *_touchpoint_lines(point), ""]
    return "\n".join(lines)


def _touchpoint_lines(point: Touchpoint) -> list[str]:
    pairs = {
        "key": _json(point.key),
        "title": _text(point.title),
        "stage": _json(point.stage),
        "area": _json(point.area.value),
        "owner": _text(point.owner) if point.owner else "",
        "channels": _json(list(point.channels)) if point.channels else "",
        "digital": "true" if point.digital else "",
        "order": "" if point.order is None else str(point.order),
        "wait_hours": "" if point.wait_hours is None else repr(point.wait_hours),
        "floor": "" if point.floor is None else repr(point.floor),
        "weight": "" if point.weight == 1.0 else repr(point.weight),
        "part_of": _json(point.part_of) if point.part_of else "",
        "target": _target_text(point.target),
        "events": "[" + ", ".join(_rule(rule) for rule in point.events) + "]",
        "aliases": _json(list(point.aliases)) if point.aliases else "",
    }
    return [f"{name} = {value}" for name, value in pairs.items() if value]


def _target_text(target: Target | None) -> str:
    if target is None:
        return ""
    return f"{{ metric = {_json(target.metric)}, value = {target.value!r} }}"


def _rule(rule: Rule) -> str:
    pairs = ((name, getattr(rule, attribute)) for name, attribute in RULE.items())
    inside = ", ".join(f"{name} = {_json(list(values))}" for name, values in pairs if values)
    return f"{{ {inside} }}"


def _json(value: Any) -> str:
    """Return a TOML scalar or list of texts; JSON's strings are TOML's (DEL is escaped too)."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(text: Text) -> str:
    return f"{{ en = {_json(text.en)}, zh = {_json(text.zh)} }}"
