"""`/api/v1/audit`: who did what and when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from regulars.company.access import CurrentStore, needs
from regulars.company.audit import service
from regulars.company.audit.model import Entry, Search
from regulars.company.rights.model import Principal, Right
from regulars.kit.period import Period, parse_edge

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])
Reader = Annotated[Principal, Depends(needs(Right.READ_AUDIT))]


class EntryOut(BaseModel):
    """One line of the log."""

    id: int
    at: datetime
    caller_kind: str
    caller_id: str
    caller_name: str
    action: str
    subject: str
    details: dict[str, Any]


class EntriesOut(BaseModel):
    """A page of the log; `next` is the `before` of the following one."""

    entries: list[EntryOut]
    next: int | None


class SearchIn(BaseModel):
    """Which entries are wanted, and the page of them."""

    words: str = ""
    action: str = ""
    caller_id: str = ""
    since: str | None = None
    until: str | None = None
    before: int | None = None
    limit: Annotated[int, Query(ge=1, le=1000)] = 100


@router.get("")
def find(store: CurrentStore, _caller: Reader, wanted: Annotated[SearchIn, Query()]) -> EntriesOut:
    """Search the log, the newest first."""
    edges = [edge and parse_edge(edge, store.zone) for edge in (wanted.since, wanted.until)]
    period = Period(*(edge or None for edge in edges))
    search = Search(wanted.words, wanted.action, wanted.caller_id, period)
    found = service.find(store, search, before=wanted.before, limit=wanted.limit)
    following = found[-1].id if len(found) == wanted.limit else None
    return EntriesOut(entries=[_out(entry) for entry in found], next=following)


def _out(entry: Entry) -> EntryOut:
    return EntryOut(
        id=entry.id,
        at=entry.at,
        caller_kind=entry.caller_kind,
        caller_id=entry.caller_id,
        caller_name=entry.caller_name,
        action=entry.action,
        subject=entry.subject,
        details=dict(entry.details),
    )
