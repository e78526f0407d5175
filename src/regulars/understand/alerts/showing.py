"""The rules of alerts as templates and plain values."""

from __future__ import annotations

from typing import Any

import msgspec

from regulars.company.places import service as places
from regulars.company.staff import service as staff
from regulars.listen.catalog import service as catalog
from regulars.timeline.workspace import Workspace
from regulars.understand.alerts import service, wording
from regulars.understand.alerts.model import GRAIN_TITLES, OWN_TITLES, WAY_TITLES
from regulars.understand.metrics import service as metrics


def rule_values(ws: Workspace) -> dict[str, Any]:
    """Return what the rules' template shows."""
    points, tree = catalog.current(ws), places.tree(ws)
    accounts = [one for one in staff.everyone(ws) if one.disabled_at is None]
    titles = [(one.key, one.title) for one in metrics.definitions()]
    return {
        "rules": service.rules(ws),
        "broken": service.errors(ws),
        "metric_title": wording.metric_title,
        "where": lambda part: wording.where(part, points, tree),
        "grains": GRAIN_TITLES,
        "ways": WAY_TITLES,
        "metrics": [*titles, *OWN_TITLES.items()],
        "touchpoints": [(one.key, one.title) for one in points.touchpoints],
        "places": [(one.id, one.name) for _depth, one in tree.walk()],
        "staff": [(one.id, one.name) for one in accounts],
        "names": {one.id: one.name for one in accounts},
    }


def rule_plain(ws: Workspace) -> list[dict[str, Any]]:
    """Return rules as plain JSON values, each with what kept it from being looked at."""
    broken = service.errors(ws)
    return [
        {**msgspec.to_builtins(one), "error": msgspec.to_builtins(broken.get(one.id))}
        for one in service.rules(ws)
    ]
