"""The one registry of metrics; every module in `definitions/` adds its own."""

from __future__ import annotations

from functools import cache

from regulars.kit import registry
from regulars.kit.text import Text
from regulars.understand.metrics.model import Definition

METRICS: registry.Registry[Definition] = registry.Registry(Text("metric", "指标"))


def define(definition: Definition) -> Definition:
    """Add a metric; raises Conflict when its key is taken."""
    return METRICS.add(definition.key, definition)


@cache
def load() -> None:
    """Import every definition that ships."""
    from regulars.understand.metrics import definitions

    registry.import_folder(definitions)
