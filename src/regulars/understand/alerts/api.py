"""`/api/v1/alerts`: what changed and deserves a person, and the rules that watch."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.timeline.workspace import Workspace
from regulars.understand.alerts import service, showing
from regulars.understand.alerts.analysis import plain_of
from regulars.understand.alerts.model import SNOOZE_DAYS, Alert, Grain, Rule, Way, kind_of

router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


class ActIn(BaseModel):
    """What is done with an alert; `days` counts for a snooze."""

    act: Literal["acknowledge", "snooze", "mute", "reopen"]
    days: int = Field(SNOOZE_DAYS, ge=1, le=365)


class RuleIn(BaseModel):
    """What a rule watches: a metric, filtered, slice by slice, each week or month."""

    metric: str = Field(min_length=1)
    by: Literal["", "touchpoint", "channel", "place"] = ""
    grain: Literal["week", "month"] = "week"
    way: Literal["worse", "better", "any"] = "worse"
    filters: dict[str, str] = Field(default_factory=dict)
    owner: str | None = None
    active: bool = True

    def rule(self, rule_id: str, preset: str | None = None) -> Rule:
        """Return the rule under an id; a new one has none."""
        kind = kind_of(self.metric)
        return Rule(rule_id, kind, self.metric, self.by, Grain(self.grain), Way(self.way),
                    self.filters, self.owner, self.active, preset)  # fmt: skip


@router.get("/rules", summary="Alert rules")
def rules(ws: CurrentWorkspace, _caller: Editor) -> list[dict[str, Any]]:
    """Return the active rules."""
    return showing.rule_plain(ws)


@router.post("/rules", status_code=201, summary="Add a rule")
def add_rule(ws: CurrentWorkspace, caller: Editor, body: RuleIn) -> dict[str, Any]:
    """Add a new rule."""
    made = service.put_rule(ws, body.rule(""), caller, now=clock.now())
    return {"id": made.id}


@router.put("/rules/{rule}", status_code=204, summary="Change a rule")
def put_rule(ws: CurrentWorkspace, caller: Editor, rule: str, body: RuleIn) -> Response:
    """Replace a rule."""
    known = service.rule(ws, rule)
    service.put_rule(ws, body.rule(rule, known.preset), caller, now=clock.now())
    return Response(status_code=204)


@router.delete("/rules/{rule}", status_code=204, summary="Remove a rule")
def remove_rule(ws: CurrentWorkspace, caller: Editor, rule: str) -> Response:
    """Deactivate a rule."""
    service.remove_rule(ws, rule, caller, now=clock.now())
    return Response(status_code=204)


@router.get("/{alert}", summary="One alert")
def alert(ws: CurrentWorkspace, caller: Reader, alert: str) -> dict[str, Any]:
    """Return one alert within the caller's places."""
    return _plain(ws, service.get(ws, alert, caller.places))


@router.post("/{alert}", summary="Acknowledge, snooze, mute or reopen")
def change(ws: CurrentWorkspace, caller: Reader, alert: str, body: ActIn) -> dict[str, Any]:
    """Change an alert's state; recorded in the audit log."""
    made = service.change(ws, alert, body.act, caller, now=clock.now(), days=body.days)
    return _plain(ws, made)


def _plain(ws: Workspace, alert: Alert) -> dict[str, Any]:
    return plain_of(service.told(ws, [alert], now=clock.now())[0])
