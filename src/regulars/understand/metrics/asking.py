"""What the address of a metric page asks for, and the choices of its fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Request

from regulars.company.rights.model import Principal
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.listen.catalog import service as catalog
from regulars.understand.metrics import service
from regulars.understand.metrics.board import QUESTION
from regulars.understand.metrics.model import (
    ANSWER_DIMENSIONS,
    DIMENSIONS,
    GRAINS,
    Definition,
)
from regulars.understand.metrics.showing import KIND_TITLES
from regulars.understand.scope.model import EventFilter
from regulars.understand.value_groups import service as value_groups
from regulars.understand.value_groups.model import GROUP_TITLES

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace

FIELDS = ("touchpoint", "stage", "channel", "source", "metric", "survey_kind", "value_group")
COMPARISONS = ("previous", "year")
Option = tuple[str, str]


def detail_about(
    definition: Definition,
    ws: Workspace,
    request: Request,
    look: EventFilter,
) -> dict[str, Any]:
    """Return the slice of one metric's page; fields that do not fit the metric are passed over."""
    given = request.query_params
    filters = {
        name: [given[name]] for name in FIELDS if given.get(name) and _fits(definition, name)
    }
    by = given.get("by") if given.get("by") in DIMENSIONS else None
    if by is not None and not _fits(definition, by):
        by = None
    about = look.about()
    if place := about.pop("place"):
        filters["place"] = [str(place)]
    if definition.key == QUESTION and by != "metric" and "metric" not in filters:
        questions = service.choices(ws, look.scope)["metric"]
        filters |= {"metric": [questions[0]]} if questions else {}
    return {
        **about,
        "key": definition.key,
        "by": by,
        "grain": given.get("grain") if given.get("grain") in GRAINS else "month",
        "compare": given.get("compare") if given.get("compare") in COMPARISONS else "previous",
        "weighted": (given.get("weighted") == "1" and definition.aggregate.weights) or None,
        "filters": filters,
    }


def _fits(found: Definition, name: str) -> bool:
    if found.aggregate.slices is not None:
        return name in found.aggregate.slices
    return name not in ANSWER_DIMENSIONS or found.aggregate.surveys


def fields(
    ws: Workspace, definition: Definition, about: dict[str, Any], caller: Principal
) -> dict[str, Any]:
    """Return the options of each field of the filter bar; those without a choice are left out."""
    known, stages = catalog.current(ws), service.choices(ws, caller.places)
    options: dict[str, list[Option]] = {
        "touchpoint": [(one.key, say(one.title)) for one in known.touchpoints],
        "stage": [(one.key, say(one.title)) for one in known.stages],
    }
    assigned = bool(value_groups.stamps(ws))
    options["value_group"] = [(key, say(title)) for key, title in GROUP_TITLES.items() if assigned]
    for name in ("channel", "source", "metric", "survey_kind"):
        options[name] = [
            (word, say(KIND_TITLES[word]) if word in KIND_TITLES else word) for word in stages[name]
        ]
    return {
        "by": [
            (name, say(service.dimension_title(name)))
            for name in DIMENSIONS
            if _fits(definition, name)
        ],
        "grain": [(name, say(service.dimension_title(name))) for name in GRAINS],
        "compare": [("previous", _("the previous period")), ("year", _("the year before"))],
        "filters": [
            (
                name,
                say(service.dimension_title(name)),
                options[name],
                about["filters"].get(name, [""])[0],
            )
            for name in FIELDS
            if len(options[name]) > 1
            and _fits(definition, name)
            and (name != "metric" or definition.key == QUESTION)
        ],
    }
