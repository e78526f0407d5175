"""`/api/v1/words/…`: the digital divide, the texts, corrections and lexicons."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.timeline.current import CurrentWorkspace
from regulars.understand.analyses.asking import asked, fields
from regulars.understand.findings.model import enveloped
from regulars.understand.words import forms, lexicon, service
from regulars.understand.words.analysis import ANALYSIS
from regulars.understand.words.forms import SEEK, sought
from regulars.understand.words.model import Mood, TextKind

router = APIRouter(prefix="/api/v1", tags=["words"])
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Listener = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Teacher = Annotated[Principal, Depends(needs(Right.READ_PEOPLE, Right.EDIT_PEOPLE))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]
Given = Annotated[dict[str, Any], Depends(fields(ANALYSIS.options, strict=True))]
Wanted = Annotated[dict[str, Any], Depends(fields(SEEK, strict=True))]


class CorrectionIn(BaseModel):
    """What a person says of one text."""

    event_id: str
    mood: Mood
    types: list[TextKind] = Field(default_factory=list, max_length=6)
    touchpoint: str | None = None
    drawn: bool = Field(default=False, description="the comment was randomly sampled")


class LexiconIn(BaseModel):
    """A lexicon as TOML, and the version it was made from."""

    document: str = Field(max_length=400_000)
    on: int = 0


@router.get("/words/divide", summary="The digital divide")
def divide(request: Request, ws: CurrentWorkspace, caller: Reader, given: Given) -> dict[str, Any]:
    """Return each group's gap in digital service against its gap elsewhere, tested."""
    look = asked(request, ANALYSIS, caller, given).event_filter()
    return enveloped(service.divided(ws, look, now=clock.now()))


@router.get("/words/texts", summary="Search what customers wrote")
def texts(
    request: Request, ws: CurrentWorkspace, caller: Listener, given: Given, wanted: Wanted
) -> dict[str, Any]:
    """Return one page of comments with their analysis; `page` counts from 1."""
    extent = asked(request, ANALYSIS, caller, given).extent(ws, clock.now())
    found: dict[str, Any] = msgspec.to_builtins(service.search(ws, sought(wanted), extent))
    return found


@router.post("/words/corrections", summary="Correct the analysis of a comment")
def correct(ws: CurrentWorkspace, caller: Teacher, body: CorrectionIn) -> dict[str, Any]:
    """Save a correction; it applies at once. Returns the comment as analysed now."""
    service.correct(
        ws, body.event_id, body.mood, body.types, body.touchpoint,
        scope=caller.places, by=caller, now=clock.now(), drawn=body.drawn,
    )  # fmt: skip
    made: dict[str, Any] = msgspec.to_builtins(
        service.texts(ws, [body.event_id], scope=caller.places)[0]
    )
    return made


@router.delete("/words/corrections/{event_id:path}", summary="Undo a correction")
def uncorrect(ws: CurrentWorkspace, caller: Teacher, event_id: str) -> dict[str, Any]:
    """Undo a correction."""
    service.take_back(ws, event_id, scope=caller.places, by=caller)
    return {"event_id": event_id, "corrected": False}


@router.get("/words/quality", summary="Accuracy of the text analysis")
def quality(ws: CurrentWorkspace, _caller: Reader) -> list[dict[str, Any]]:
    """Return the cross-validated comparison of lexicon and trained model, by target."""
    made: list[dict[str, Any]] = msgspec.to_builtins(service.quality(ws)[1])
    return made


@router.get("/words/lexicons/{language}", summary="One language's lexicon")
def read_lexicon(ws: CurrentWorkspace, _caller: Reader, language: str) -> dict[str, Any]:
    """Return the current lexicon as TOML, and its version."""
    tongue = forms.known(language)
    document = lexicon.document(service.current(ws)[tongue])
    return {"language": tongue, "version": service.base(ws, tongue), "document": document}


@router.put("/words/lexicons/{language}", summary="Save an edited lexicon")
def put_lexicon(
    ws: CurrentWorkspace, caller: Editor, language: str, body: LexiconIn
) -> dict[str, Any]:
    """Save a new version; comments are analysed again at the next refresh."""
    tongue = forms.known(language)
    wanted = lexicon.parse(tongue, body.document)
    number = service.save(ws, wanted, body.on, by=caller, now=clock.now())
    return {"language": tongue, "version": number}
