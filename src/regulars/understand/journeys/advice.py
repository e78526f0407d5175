"""Step 5 of R22: what to do about a mark, from a table of rules.

`advice.toml` holds one rule for each evidence, result area, layer and horizon. The most specific
rule for the clearest evidence speaks, one for each of the three layers of R16.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from regulars.kit.text import Text
from regulars.listen.catalog.model import Area
from regulars.understand.journeys.model import BELOW_FLOOR, Advice, MarkKind

LAYERS = ("touchpoint", "process", "ecosystem")
LAYER_TITLES = {
    "touchpoint": Text("Touchpoint", "触点层"),
    "process": Text("Process", "流程层"),
    "ecosystem": Text("Ecosystem", "生态层"),
}
HORIZON_TITLES = {
    "short": Text("within 6 months", "短期（6 个月内）"),
    "middle": Text("6 to 12 months", "中期（6–12 个月）"),
    "long": Text("over years", "长期（数年）"),
}
FAMILY = {
    "low_passed_score": "low_score",
    "missed_target": "low_score",
    BELOW_FLOOR: "low_score",
}
"""Kinds of evidence that ask for the same advice."""


@dataclass(frozen=True, slots=True)
class AdviceRule:
    """One rule; `area` None speaks for every result area."""

    evidence: str
    area: str | None
    layer: str
    horizon: str
    text: Text


@cache
def rules() -> tuple[AdviceRule, ...]:
    """Return all rules as written."""
    file = resources.files("regulars.understand.journeys") / "advice.toml"
    rows = tomllib.loads(file.read_text("utf-8"))["rule"]
    return tuple(
        AdviceRule(
            row["evidence"],
            row.get("area"),
            row["layer"],
            row["horizon"],
            Text(row["en"], row["zh"]),
        )
        for row in rows
    )


def advise(kind: MarkKind, area: Area | None, evidence: list[str]) -> list[Advice]:
    """Return one piece of advice a layer for the evidence, the clearest evidence first."""
    found = []
    for layer in LAYERS:
        rule = _best(layer, area.value if area else None, evidence)
        if rule is not None:
            found.append(Advice(rule.layer, rule.horizon, rule.text, rule.evidence))
    return found


def _best(layer: str, area: str | None, evidence: list[str]) -> AdviceRule | None:
    for kind in evidence:
        fitting = [
            rule
            for rule in rules()
            if rule.layer == layer
            and rule.evidence == FAMILY.get(kind, kind)
            and rule.area in (None, area)
        ]
        if fitting:
            return max(fitting, key=lambda rule: rule.area is not None)
    return None
