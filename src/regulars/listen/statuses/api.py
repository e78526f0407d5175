"""`/api/v1/statuses`: what the words of order statuses mean."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.kit import clock
from regulars.listen.statuses import service
from regulars.listen.statuses.model import LONGEST, Standing, Word
from regulars.timeline.current import CurrentWorkspace

router = APIRouter(prefix="/api/v1/statuses", tags=["imports"])
Reader = Annotated[Principal, Depends(needs(Right.READ_SOURCES))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]
Spelling = Annotated[str, Query(min_length=1, max_length=LONGEST, description="The word.")]


class StatusIn(BaseModel):
    """A word of an order's status and what it means."""

    word: str = Field(min_length=1, max_length=LONGEST)
    meaning: Standing


@router.get("", summary="Meaning of order statuses")
def overview(ws: CurrentWorkspace, _caller: Reader) -> list[Word]:
    """Return the workspace's own words, the newest first, then the shipped ones."""
    return service.overview(ws)


@router.put("", summary="Define an order status")
def set_meaning(ws: CurrentWorkspace, caller: Editor, wanted: StatusIn) -> Word:
    """Let a word mean something for every import from now on."""
    return service.set_meaning(ws, caller, wanted.word, wanted.meaning, now=clock.now())


@router.delete("", summary="Remove your own meaning of a status")
def reset(ws: CurrentWorkspace, caller: Editor, word: Spelling) -> Word | None:
    """Return what is shipped of the word, if anything; that is what it means from now on."""
    return service.reset(ws, caller, word)
