"""`/api/v1/targets`: read, set, freeze and judge."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.asking import period_of
from regulars.kit import clock
from regulars.kit.text import Text
from regulars.prove.targets import service
from regulars.prove.targets.model import Horizon, Target, TargetKind
from regulars.prove.targets.rows import plain_baseline, plain_judged, plain_target
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.metrics.model import Direction

router = APIRouter(prefix="/api/v1/targets", tags=["targets"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


class TextIn(BaseModel):
    """A title in English, Chinese or both."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": [one], "properties": {one: {"minLength": 1}}} for one in ("en", "zh")
            ]
        }
    )
    en: str = ""
    zh: str = ""


class TargetIn(BaseModel):
    """A target. `target` is in the metric's unit, or percent against the baseline (relative)."""

    metric: str = Field(min_length=1)
    title: TextIn
    kind: TargetKind = TargetKind.ABSOLUTE
    target: float
    direction: Direction
    due: date | None = None
    horizon: Horizon | None = None
    window_days: int = 90
    filters: dict[str, list[str]] = Field(default_factory=dict)
    guardrails: list[str] = Field(default_factory=list)
    note: str = ""

    def as_target(self, target_id: str = "") -> Target:
        """Return the domain's own object; a title in one language serves for both."""
        return Target(
            id=target_id,
            metric=self.metric,
            title=Text(self.title.en or self.title.zh, self.title.zh or self.title.en),
            kind=self.kind,
            value=self.target,
            direction=self.direction,
            due=self.due,
            horizon=self.horizon,
            window_days=self.window_days,
            filters={name: tuple(words) for name, words in self.filters.items() if words},
            guardrails=tuple(self.guardrails),
            note=self.note,
        )


class BaselineIn(BaseModel):
    """What counted as "before"; without ends, the window up to now."""

    start: str | None = Field(default=None, alias="from")
    end: str | None = Field(default=None, alias="to")


class PlanIn(BaseModel):
    """When the programme begins; dates of its targets count from there."""

    start: date


@router.post("", status_code=201)
def add_target(ws: CurrentWorkspace, caller: Editor, given: TargetIn) -> dict[str, Any]:
    """Set a target."""
    made = service.add(ws, caller, given.as_target(), now=clock.now())
    return plain_target(made, ws.zone)


@router.post("/plans/{plan}", status_code=201)
def add_plan(
    plan: str, ws: CurrentWorkspace, caller: Editor, given: PlanIn
) -> list[dict[str, Any]]:
    """Add the missing targets of a built-in plan (programme, touchpoints)."""
    made = service.add_plan(ws, caller, plan, start=given.start, now=clock.now())
    return [plain_target(one, ws.zone) for one in made]


@router.get("/{target_id}")
def read_target(target_id: str, ws: CurrentWorkspace, caller: Reader) -> dict[str, Any]:
    """Return one target with its verdict, and every baseline it ever had."""
    found = service.judged_one(ws, target_id, now=clock.now(), scope=caller.places)
    history = service.baselines(ws, target_id)
    return {
        **plain_judged(found, ws.zone),
        "baselines": [plain_baseline(one, ws.zone) for one in history],
    }


@router.put("/{target_id}")
def change_target(
    target_id: str, ws: CurrentWorkspace, caller: Editor, given: TargetIn
) -> dict[str, Any]:
    """Change a target; its baseline stays."""
    made = service.change(ws, caller, given.as_target(target_id), now=clock.now())
    return plain_target(made, ws.zone)


@router.delete("/{target_id}", status_code=204)
def retire_target(target_id: str, ws: CurrentWorkspace, caller: Editor) -> Response:
    """Deactivate a target."""
    service.retire(ws, caller, target_id, now=clock.now())
    return Response(status_code=204)


@router.post("/{target_id}/baseline", status_code=201)
def freeze_baseline(
    target_id: str, ws: CurrentWorkspace, caller: Editor, given: BaselineIn
) -> dict[str, Any]:
    """Measure the metric now and save it as the target's baseline."""
    both = given.start and given.end
    period = period_of(given.start, given.end, ws.zone) if both else None
    made = service.freeze_baseline(ws, caller, target_id, now=clock.now(), period=period)
    return plain_target(made, ws.zone)
