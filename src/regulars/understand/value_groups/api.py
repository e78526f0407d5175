"""`/api/v1/value-groups`: groups, rules, customers and changes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.paging import CursorPaging, Page, encode, envelope
from regulars.kit import clock, cursors
from regulars.kit.errors import NotFound
from regulars.kit.ranked import part
from regulars.kit.text import Text
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.findings.model import enveloped
from regulars.understand.value_groups import service, showing
from regulars.understand.value_groups.model import NONE_YET, Rules

router = APIRouter(prefix="/api/v1", tags=["value groups"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
PeopleReader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


class RulesIn(BaseModel):
    """Weights of the three dimensions (0 or more, not all 0) and the window in days."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"properties": {one: {"exclusiveMinimum": 0}}}
                for one in ("spend", "frequency", "depth")
            ]
        }
    )
    spend: float = Field(ge=0)
    frequency: float = Field(ge=0)
    depth: float = Field(ge=0)
    days: int = 365


@router.get("/value-groups", summary="Latest value groups")
def value_groups(ws: CurrentWorkspace, caller: Reader) -> dict[str, Any]:
    """Return sizes, cuts, moves with reasons, accuracy, stability, segments, tier thresholds."""
    found = service.answered(ws, caller.places, now=clock.now())
    if found is None:
        raise NotFound("value_groups.none", NONE_YET)
    return enveloped(found, showing.plain(found.payload))


@router.get("/value-groups/rules", summary="Current rules and their versions")
def rules(ws: CurrentWorkspace, _caller: Reader) -> dict[str, Any]:
    """Return the rules in force and every version made, the newest first."""
    versions = [
        {**msgspec.to_builtins(rule), "made_at": moment, "made_by": by}
        for rule, moment, by in service.rules_history(ws)
    ]
    return {"in_force": msgspec.to_builtins(service.rules(ws)), "versions": versions}


@router.put("/value-groups/rules", summary="Set new rules")
def put_rules(ws: CurrentWorkspace, caller: Editor, body: RulesIn) -> dict[str, Any]:
    """Make a new version; the next assignment follows it."""
    wanted = Rules(body.spend, body.frequency, body.depth, body.days)
    made = service.set_rules(ws, wanted, by=caller, now=clock.now())
    told: dict[str, Any] = msgspec.to_builtins(made)
    return told


@router.post("/value-groups/assignments", summary="Regroup the last month")
def assign(ws: CurrentWorkspace, _caller: Editor) -> dict[str, int]:
    """Group by the current rules; return how many customers have a group."""
    return {"customers": service.again(ws, now=clock.now())}


@router.get("/value-groups/customers", summary="Customers with their groups")
def customers(
    *,
    ws: CurrentWorkspace,
    caller: PeopleReader,
    wanted: CursorPaging,
    request: Request,
    response: Response,
    group: Literal["core", "potential", "base"] | None = None,
    segment: Literal["high_value", "potential", "at_risk", "rest"] | None = None,
) -> dict[str, Any]:
    """Return customers, the highest score first."""
    people = service.chosen(ws, caller.places, group=group, segment=segment)
    found = part(people, "score", size=wanted.size, after=wanted.after)
    following = {"after": encode(found.following)} if found.following else None
    return envelope(Page(found.rows, following), found.rows, request, response)


@router.get("/value-groups/changes", summary="Whose group changed, and why")
def changes(
    *,
    ws: CurrentWorkspace,
    caller: PeopleReader,
    wanted: CursorPaging,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Return the customers whose group changed at the last assignment, with the reason."""
    found = service.changed(ws, scope=caller.places)
    start = cursors.offset(wanted.after)
    rows = found.slice(start, wanted.size).to_pylist() if found is not None else []
    more = found is not None and found.num_rows > start + wanted.size
    following = {"after": encode((start + wanted.size,))} if more else None
    return envelope(Page(rows, following), rows, request, response)


@router.get("/people/{person}/value-group", summary="One customer's value group")
def of_person(ws: CurrentWorkspace, caller: PeopleReader, person: str) -> dict[str, Any]:
    """Return group, segment, score and the three values behind it."""
    found = service.group_of(ws, person, scope=caller.places)
    if found is None:
        raise NotFound(
            "value_groups.person", Text("This customer has no group.", "该客户没有分组。")
        )
    return found
