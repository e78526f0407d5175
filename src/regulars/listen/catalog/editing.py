"""A touchpoint and the stages as form fields, and back."""

from __future__ import annotations

import re
from typing import Any

from regulars.faces.code_words import channel
from regulars.faces.forms import Fields
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.text import Text
from regulars.listen.catalog.model import KEY, Area, Catalog, Phase, Rule, Stage, Target, Touchpoint
from regulars.timeline import vocabulary

CONDITIONS = {"channel": "channels", "source": "sources", "metric": "metrics"}


FIELDS = (
    "key",
    "en",
    "zh",
    "stage",
    "area",
    "owner",
    "channels",
    "digital",
    "order",
    "wait_hours",
    "weight",
    "part_of",
    "target_metric",
    "target_value",
    "events",
    "aliases",
)


def shown(point: Touchpoint) -> dict[str, Any]:
    """Return a touchpoint's values as the form shows them."""
    return {
        "key": point.key,
        "en": point.title.en,
        "zh": point.title.zh,
        "stage": point.stage,
        "area": point.area.value,
        "owner": say(point.owner) if point.owner else "",
        "channels": ", ".join(point.channels),
        "digital": point.digital,
        "order": "" if point.order is None else point.order,
        "wait_hours": "" if point.wait_hours is None else f"{point.wait_hours:g}",
        "weight": f"{point.weight:g}",
        "part_of": point.part_of or "",
        "target_metric": point.target.metric if point.target else "",
        "target_value": f"{point.target.value:g}" if point.target else "",
        "events": rules_text(point.events),
        "aliases": ", ".join(point.aliases),
    }


def fresh(catalog: Catalog, name: str) -> dict[str, Any]:
    """Return the values of an empty form; with a `name`, of one that adopts these events."""
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60]
    key = key if KEY.match(key) else (f"t_{key}".rstrip("_") if key else "")
    values = dict.fromkeys(
        ("owner", "channels", "order", "wait_hours", "part_of", "target_metric", "target_value"), ""
    )
    stage = catalog.stages[0].key if catalog.stages else ""
    return {
        **values,
        "key": key,
        "en": name,
        "zh": name,
        "stage": stage,
        "area": Area.PROCESS.value,
        "digital": False,
        "weight": "1",
        "events": name,
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


def read_rules(fields: Fields, words: str) -> tuple[Rule, ...]:
    """Read the lines of `rules_text`; a wrong one is noted at the field `events`."""
    rules = []
    for line in words.splitlines():
        if line.strip():
            rule = _rule(line)
            if rule is None:
                fields.fail(
                    "events", _("This line is not a rule: {line}").format(line=line.strip())
                )
            else:
                rules.append(rule)
    return tuple(rules)


def _rule(line: str) -> Rule | None:
    values: dict[str, tuple[str, ...]] = {}
    for part in line.split(";"):
        column, sign, rest = part.partition("=")
        name = CONDITIONS.get(column.strip()) if sign else "names"
        listed = _listed(rest if sign else part)
        if name is None or not listed or name in values:
            return None
        values[name] = listed
    return Rule(**values)


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def read(fields: Fields, catalog: Catalog, before: Touchpoint | None) -> Touchpoint:
    """Read the form of a changed touchpoint, or of a new one (`before` is None)."""
    key = before.key if before else ""
    if before is None:
        key = fields.text("key", required=True, most=63) or ""
        if key and not KEY.match(key):
            fields.fail("key", _("Lower-case letters, digits and _, starting with a letter."))
        if catalog.touchpoint(key) is not None:
            fields.fail("key", _("A touchpoint with this key already exists."))
    english, chinese = fields.text("en"), fields.text("zh")
    if not (english or chinese):
        fields.fail("en", _("Fill this in."))
    stage = fields.choice("stage", [stage.key for stage in catalog.stages], required=True)
    area = fields.choice("area", [area.value for area in Area], required=True)
    weight = fields.number("weight", least=0)
    return Touchpoint(
        key=key,
        title=Text(english or chinese or "", chinese or english or ""),
        stage=stage or "",
        area=Area(area or Area.PROCESS),
        owner=_owner(fields, before),
        channels=_listed(fields.text("channels") or ""),
        digital=fields.flag("digital"),
        order=fields.whole("order"),
        wait_hours=fields.number("wait_hours", least=0),
        weight=1.0 if weight is None else weight,
        part_of=fields.choice("part_of", [point.key for point in catalog.touchpoints]),
        target=_target(fields),
        events=read_rules(fields, fields.text("events", most=20_000) or ""),
        aliases=_listed(fields.text("aliases") or ""),
    )


def _owner(fields: Fields, before: Touchpoint | None) -> Text | None:
    """Read the owner; one that was not touched keeps its name in the other language."""
    name = fields.text("owner")
    if before is not None and before.owner is not None and name == say(before.owner):
        return before.owner
    return Text(name, name) if name else None


def _target(fields: Fields) -> Target | None:
    metric, value = fields.text("target_metric"), fields.number("target_value")
    if metric is None or value is None:
        if metric is not None or value is not None:
            fields.fail("target_value", _("A target needs both a metric and a value."))
        return None
    return Target(metric, value)


def read_stages(fields: Fields, catalog: Catalog) -> tuple[Stage, ...]:
    """Read the table of stages, sorted by their position; an empty new row is left out."""
    rows = []
    for index in range(len(catalog.stages) + 1):
        key = fields.text(f"key-{index}", most=63)
        if key is None or fields.flag(f"remove-{index}"):
            continue
        if not KEY.match(key):
            fields.fail(
                f"key-{index}", _("Lower-case letters, digits and _, starting with a letter.")
            )
        english, chinese = fields.text(f"en-{index}"), fields.text(f"zh-{index}")
        title = Text(english or chinese or key, chinese or english or key)
        phase = fields.choice(f"phase-{index}", [phase.value for phase in Phase], required=True)
        position = fields.number(f"position-{index}")
        place = index + 1.0 if position is None else position
        rows.append((place, Stage(key, title, Phase(phase or Phase.PRE_SALE))))
    return tuple(stage for _place, stage in sorted(rows, key=lambda row: row[0]))
