"""`/api/v1/maturity/…`: questionnaire, answers, spending and handbook beside the assessment."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.maturity import service
from regulars.understand.maturity.model import Horizon, SpendingLine

router = APIRouter(prefix="/api/v1/maturity", tags=["maturity"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_TARGETS))]


class Markdown(PlainTextResponse):
    """A text as Markdown."""

    media_type = "text/markdown"


class AnswersIn(BaseModel):
    """A grade from 1 to 5 by question."""

    grades: dict[str, Annotated[int, Field(ge=1, le=5)]] = Field(min_length=1)
    note: str = ""


class LineIn(BaseModel):
    """What is spent on a touchpoint within a horizon (short, middle, long)."""

    touchpoint: str = Field(min_length=1)
    horizon: Literal["short", "middle", "long"]
    amount: float = Field(ge=0)


@router.get("/questionnaire", summary="Questions, statements and advice")
def questionnaire(_ws: CurrentWorkspace, _caller: Reader) -> dict[str, Any]:
    """Return areas, questions with a statement a grade, and advice."""
    made: dict[str, Any] = msgspec.to_builtins(service.questionnaire())
    return made


@router.get("/answers", summary="Earlier assessments")
def answers(ws: CurrentWorkspace, _caller: Reader) -> list[dict[str, Any]]:
    """Return every assessment, the newest first."""
    made: list[dict[str, Any]] = msgspec.to_builtins(service.history(ws))
    return made


@router.post("/answers", status_code=201, summary="Answer the questionnaire")
def post_answers(ws: CurrentWorkspace, caller: Editor, body: AnswersIn) -> dict[str, Any]:
    """Save an assessment."""
    made = service.answer(ws, body.grades, caller, note=body.note, now=clock.now())
    return {"number": made.number}


@router.put("/spending", status_code=204, summary="Set spending on experience")
def put_spending(ws: CurrentWorkspace, caller: Editor, body: list[LineIn]) -> Response:
    """Save the spending by touchpoint and horizon."""
    lines = [SpendingLine(one.touchpoint, Horizon(one.horizon), one.amount) for one in body]
    service.state_spending(ws, lines, caller, now=clock.now())
    return Response(status_code=204)


@router.get("/handbook", summary="The handbook as Markdown", response_class=Markdown)
def handbook(
    ws: CurrentWorkspace, caller: Reader, language: Annotated[Literal["en", "zh"], Query()] = "en"
) -> Response:
    """Return the handbook in one language."""
    now = clock.now()
    found = service.answered(ws, caller.places, now=now).payload
    text = service.written(ws, found, service.history(ws), language, now=now)
    return Markdown(text)
