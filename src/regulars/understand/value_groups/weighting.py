"""The rules of value groups, of which every version is kept: weights and window."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields

from regulars.company.documents import service as documents
from regulars.company.documents.model import Versioned
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.value_groups.model import Rules


def weights_of(rules: Rules) -> dict[str, float]:
    """Return weights and window by name, without the version."""
    return {one.name: getattr(rules, one.name) for one in fields(Rules) if one.name != "number"}


def checked(values: Mapping[str, float], number: int = 0) -> Rules:
    """Return rules of these values.

    Raises Invalid for negative weights, all weights 0, or a window under 30 or over 1,100 days.
    """
    weights = values["spend"], values["frequency"], values["depth"]
    rules = Rules(*weights, int(values["days"]), number)
    if min(weights) < 0 or sum(weights) <= 0:
        raise Invalid(
            "value_groups.weights",
            Text("Weights are 0 or more, and not all 0.", "权重须不小于 0，且不全为 0。"),
            field="spend",
        )
    if not 30 <= rules.days <= 1100:
        raise Invalid(
            "value_groups.days",
            Text("The window has 30 to 1,100 days.", "统计窗口为 30 至 1,100 天。"),
            field="days",
        )
    return rules


RULES = Versioned(
    "value_groups", "value_groups", "value_groups.rules",
    lambda: json.dumps(weights_of(Rules())), lambda text, number: checked(json.loads(text), number),
)  # fmt: skip


def rules(ws: Workspace) -> Rules:
    """Return the rules in force."""
    return documents.current(ws, RULES)
