"""`/api/v1/people`: who is who, their story, merges and their undoing, erasure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from regulars.company.access import needs
from regulars.company.rights.model import Principal, Right
from regulars.faces.paging import CursorPaging, cut, envelope
from regulars.kit import clock
from regulars.listen.identities import contested, finding, service, story
from regulars.listen.identities.model import Entry, IdentityKind, Person
from regulars.listen.profiles.model import Attribute
from regulars.timeline.current import CurrentWorkspace

router = APIRouter(prefix="/api/v1/people", tags=["people"])
Reader = Annotated[Principal, Depends(needs(Right.READ_PEOPLE))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_PEOPLE))]
Eraser = Annotated[Principal, Depends(needs(Right.ERASE_PEOPLE))]
Exporter = Annotated[Principal, Depends(needs(Right.EXPORT, Right.READ_PEOPLE))]


class Reason(BaseModel):
    """Why staff decide."""

    reason: str = Field(min_length=1, max_length=1_000, pattern=r"\S")


class Merge(Reason):
    """Two people, each named by any of their identities."""

    left: str
    right: str


@router.get("", summary="Find people")
def find(
    ws: CurrentWorkspace,
    caller: Reader,
    q: Annotated[str, Query(min_length=1, description="User id, email, phone, id or name.")],
    *,
    paging: CursorPaging,
    request: Request,
    response: Response,
) -> dict[str, Any]:
    """Find people by user id, email address, phone number, id of ours, or part of a name."""
    found = finding.search(ws, q, scope=caller.places, size=paging.size, after=paging.after)
    return envelope(found, [asdict(one) for one in found.items], request, response)


@router.get("/candidates", summary="Possible duplicates")
def candidates(
    ws: CurrentWorkspace, caller: Editor, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> dict[str, Any]:
    """List pairs of people who have the same email address or phone number."""
    found = service.candidates(ws, scope=caller.places, limit=limit)
    return {"items": [asdict(one) for one in found]}


class Joining(Reason):
    """Which of those who share it are one person, each named by any of their identities."""

    persons: list[str] = Field(min_length=2, max_length=50)


@router.get("/contested", summary="Contested links")
def contested_links(
    ws: CurrentWorkspace,
    caller: Editor,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(description="`next` of the previous page.")] = None,
) -> dict[str, Any]:
    """List devices, addresses and numbers that join nobody until staff decide; and the decided."""
    found = contested.every(ws, scope=caller.places, limit=limit, after=after)
    return {
        "items": [asdict(one) for one in found],
        "next": found[-1].identity if len(found) == limit else None,
        "kept_apart": [asdict(one) for one in contested.decided(ws, scope=caller.places)],
    }


@router.post("/contested/{identity}/join", status_code=201, summary="They are one person")
def join(ws: CurrentWorkspace, caller: Editor, identity: str, body: Joining) -> dict[str, Any]:
    """Merge those who share it; undoing the links gives them back exactly."""
    made = contested.join(ws, caller, identity, body.persons, reason=body.reason, now=clock.now())
    return {"links": made}


@router.post("/contested/{identity}/apart", status_code=204, summary="They are not one person")
def keep_apart(ws: CurrentWorkspace, caller: Editor, identity: str, body: Reason) -> None:
    """Let what is shared join nobody, also when more people come to share it."""
    contested.keep_apart(ws, caller, identity, reason=body.reason, now=clock.now())


@router.post("/contested/{identity}/undo", status_code=204, summary="Decide again")
def decide_again(ws: CurrentWorkspace, caller: Editor, identity: str) -> None:
    """Undo the decision that keeps them apart."""
    contested.undo(ws, caller, identity, now=clock.now())


@router.post("/merges", status_code=201, summary="Merge two people")
def merge(ws: CurrentWorkspace, caller: Editor, body: Merge) -> dict[str, Any]:
    """Link two people; undoing the link gives both back exactly."""
    link = service.merge(ws, caller, body.left, body.right, reason=body.reason, now=clock.now())
    return {"link_id": link, **_person(service.person(ws, body.left))}


@router.post("/links/{link_id}/undo", summary="Undo a link")
def undo(ws: CurrentWorkspace, caller: Editor, link_id: str, body: Reason) -> dict[str, Any]:
    """Undo a link of staff or of a sender; the same evidence does not bring it back."""
    left, right = service.unmerge(ws, caller, link_id, reason=body.reason, now=clock.now())
    return {"people": [_person(service.person(ws, one)) for one in (left, right)]}


@router.get("/{identity}", summary="One person")
def one(ws: CurrentWorkspace, caller: Reader, identity: str) -> dict[str, Any]:
    """Return a person by any of their identities: links, attributes with sources, sums."""
    found = story.story(ws, identity, scope=caller.places)
    summary = asdict(found.summary)
    summary["scores"] = [_entry(entry) for entry in found.summary.scores]
    return {
        **_person(found.person),
        "profile": [_attribute(attribute) for attribute in found.profile],
        "summary": summary,
    }


@router.get("/{identity}/events", summary="A person's timeline")
def events(
    request: Request,
    response: Response,
    ws: CurrentWorkspace,
    caller: Reader,
    identity: str,
    *,
    paging: CursorPaging,
    kind: IdentityKind | None = None,
) -> dict[str, Any]:
    """Return the newest 5,000 events of all their identities, newest first."""
    found = story.story(ws, identity, scope=caller.places)
    rows = story.after(found.about(kind), paging.after, paging.size + 1)
    shown = cut(rows, paging.size, story.key, paging.after)
    return envelope(shown, [_entry(entry) for entry in shown.items], request, response)


@router.get("/{identity}/export", summary="All data of a person")
def export(ws: CurrentWorkspace, caller: Exporter, identity: str) -> Response:
    """Return everything held of a person, for handing over to them."""
    held = story.export(ws, caller, identity, now=clock.now())
    return Response(
        msgspec.json.encode(held),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="person-{identity[:32]}.json"'},
    )


@router.delete("/{identity}", summary="Erase a person")
def erase(ws: CurrentWorkspace, caller: Eraser, identity: str) -> dict[str, Any]:
    """Erase a person everywhere, for good.

    Backups that still hold them are listed, and the events of others whose words quote them.
    """
    return asdict(story.erase(ws, caller, identity, now=clock.now()))


def _person(person: Person) -> dict[str, Any]:
    return {
        "person_id": person.person_id,
        "identities": list(person.identities),
        "links": [asdict(link) for link in person.links],
    }


def _attribute(attribute: Attribute) -> dict[str, Any]:
    return {
        "name": attribute.name,
        "value": attribute.value,
        "agrees": attribute.agrees,
        "values": [
            {"value": one.value, "source": one.source, "at": one.at} for one in attribute.values
        ],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {**asdict(entry), "kind": entry.kind.value}
