"""A touchpoint and the stages as values of a form, and back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from regulars.faces.code_words import channel
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.catalog.model import KEY, Area, Catalog, Phase, Rule, Stage, Target, Touchpoint
from regulars.timeline import vocabulary

CONDITIONS = ("names", "channels", "sources", "metrics")


def shown(point: Touchpoint) -> dict[str, Any]:
    """Return a touchpoint's values as the form shows them."""
    target = point.target
    return {
        "key": point.key,
        "en": point.title.en,
        "zh": point.title.zh,
        "stage": point.stage,
        "area": point.area.value,
        "owner": say(point.owner) if point.owner else None,
        "channels": ", ".join(point.channels),
        "digital": point.digital,
        "order": point.order,
        "wait_hours": None if point.wait_hours is None else f"{point.wait_hours:g}",
        "floor": None if point.floor is None else f"{point.floor:g}",
        "weight": f"{point.weight:g}",
        "part_of": point.part_of,
        "target_metric": target.metric if target else None,
        "target_value": f"{target.value:g}" if target else None,
        "events": [
            {name: ", ".join(getattr(rule, name)) for name in CONDITIONS} for rule in point.events
        ],
        "aliases": ", ".join(point.aliases),
    }


def fresh(name: str) -> dict[str, Any]:
    """Return what a form for a new touchpoint begins with; of a `name`, one of these events."""
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60]
    key = key if KEY.match(key) else (f"t_{key}".rstrip("_") if key else "")
    return {
        "key": key,
        "en": name,
        "zh": name,
        "area": Area.PROCESS.value,
        "weight": "1",
        "events": [{"names": name}] if name else [],
        "aliases": name if name and not KEY.match(name) else "",
    }


def rules_text(rules: tuple[Rule, ...]) -> str:
    """Return rules as lines: names with commas, then `; channel = app, web` and so on."""
    lines = []
    for rule in rules:
        parts = [", ".join(rule.names)] if rule.names else []
        parts += [f"{column} = {', '.join(values)}" for column, values in rule.conditions]
        lines.append("; ".join(parts))
    return "\n".join(lines)


def rules_words(rules: tuple[Rule, ...]) -> str:
    """Return rules in the reader's language: names of events and channels instead of codes."""
    lines = []
    for rule in rules:
        parts = [[say(vocabulary.title(name)) for name in rule.names]]
        for column, values in rule.conditions:
            parts.append([channel(one) if column == "channel" else one for one in values])
        lines.append("; ".join(_(", ").join(words) for words in parts if words))
    return "\n".join(lines)


def _listed(words: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (words or "").split(",") if word.strip())


def read(values: Mapping[str, Any], catalog: Catalog, before: Touchpoint | None) -> Touchpoint:
    """Return the touchpoint of a form, changed or new (`before` is None). Raises Invalid."""
    if before is None:
        _check_key(values["key"], "key")
        if catalog.touchpoint(values["key"]) is not None:
            raise _invalid(
                "key", "A touchpoint with this key already exists.", "该标识的触点已存在。"
            )
    english, chinese = values["en"], values["zh"]
    if not (english or chinese):
        raise _invalid("en", "Fill in one of the two names.", "请至少填写一个名称。")
    weight = values["weight"]
    return Touchpoint(
        key=before.key if before else values["key"],
        title=Text(english or chinese, chinese or english),
        stage=values["stage"],
        area=Area(values["area"]),
        owner=_owner(values["owner"], before),
        channels=_listed(values["channels"]),
        digital=values["digital"],
        order=values["order"],
        wait_hours=values["wait_hours"],
        floor=values["floor"],
        weight=1.0 if weight is None else weight,
        part_of=values["part_of"],
        target=_target(values["target_metric"], values["target_value"]),
        events=tuple(
            Rule(**{name: _listed(row[name]) for name in CONDITIONS}) for row in values["events"]
        ),
        aliases=_listed(values["aliases"]),
    )


def _owner(name: str | None, before: Touchpoint | None) -> Text | None:
    """Return the owner; one that was not touched keeps its name in the other language."""
    if before is not None and before.owner is not None and name == say(before.owner):
        return before.owner
    return Text(name, name) if name else None


def _target(metric: str | None, value: float | None) -> Target | None:
    if metric is None and value is None:
        return None
    if metric is None or value is None:
        raise _invalid(
            "target_value",
            "A target needs both a metric and a value.",
            "目标需要同时填写指标和数值。",
        )
    return Target(metric, value)


def shown_stages(catalog: Catalog) -> list[dict[str, Any]]:
    """Return the stages as rows of the form."""
    return [
        {"key": one.key, "position": place, "zh": one.title.zh, "en": one.title.en,
         "phase": one.phase.value}
        for place, one in enumerate(catalog.stages, 1)
    ]  # fmt: skip


def read_stages(rows: Sequence[Mapping[str, Any]]) -> tuple[Stage, ...]:
    """Return the stages of a form, sorted by their position; one without stands where it is."""
    rule = []
    for number, row in enumerate(rows, 1):
        key, english, chinese = row["key"], row["en"], row["zh"]
        _check_key(key, "stages")
        title = Text(english or chinese or key, chinese or english or key)
        place = number if row["position"] is None else row["position"]
        rule.append((place, Stage(key, title, Phase(row["phase"]))))
    return tuple(stage for _place, stage in sorted(rule, key=lambda each: each[0]))


def _check_key(key: str, field: str) -> None:
    if not KEY.match(key):
        raise _invalid(
            field,
            f"“{key}”: lower-case letters, digits and _, starting with a letter.",
            f"“{key}”：小写字母、数字和 _，以字母开头。",
        )


def _invalid(field: str, en: str, zh: str) -> Invalid:
    return Invalid(f"catalog.{field}", Text(en, zh), field=field)
