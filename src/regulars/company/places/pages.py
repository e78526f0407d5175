"""The organisation tree: looked at, edited, and as it was."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from regulars.company.access import CurrentStore, needs
from regulars.company.places import files, service
from regulars.company.places.model import KIND_NAMES, Kind, Place, Tree
from regulars.company.rights.model import Principal, Right
from regulars.faces.forms import Fields, FormFields
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import NavItem, Section, page
from regulars.kit import clock
from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.store.workspace import Store

router = APIRouter(prefix="/places", include_in_schema=False)
navigation = [NavItem(Text("Places", "地点"), "/places", Section.COMPANY, 10, Right.READ_NUMBERS)]
Reader = Annotated[Principal, Depends(needs(Right.READ_NUMBERS))]
Editor = Annotated[Principal, Depends(needs(Right.EDIT_CATALOG))]
KINDS = [kind.value for kind in Kind]
MAX_BYTES = 4_000_000


@router.get("")
def tree(request: Request, store: CurrentStore, caller: Reader, done: str = "") -> Response:
    """Show the tree as far as the caller sees it."""
    return _tree_page(request, store, caller, done=done)


@router.get("/file")
def file_of(store: CurrentStore, caller: Reader) -> Response:
    """Give what the caller sees as a TOML file."""
    words = files.render(place for _depth, place in service.visible(store, caller.places).walk())
    told = {"Content-Disposition": 'attachment; filename="places.toml"'}
    return PlainTextResponse(words, headers=told, media_type="application/toml")


@router.post("/file")
def replace_all(
    request: Request, store: CurrentStore, caller: Editor, fields: FormFields
) -> Response:
    """Make the tree hold exactly the places of a sent file."""
    try:
        sent = fields.file("file", required=True)
        if sent is None:
            return _tree_page(request, store, caller, fields)
        words = sent.file.read(MAX_BYTES).decode("utf-8", "replace")
        name = sent.filename or ""
        service.replace_all(store, caller, files.parse(words), now=clock.now(), file=name)
    except RegularsError as error:
        fields.take(error)
        return _tree_page(request, store, caller, fields)
    return RedirectResponse("/places?done=imported", 303)


@router.post("/adopt")
def adopt(store: CurrentStore, caller: Editor, fields: FormFields) -> Response:
    """Take places that only events know into the tree."""
    service.adopt(
        store,
        caller,
        fields.choices("ids"),
        now=clock.now(),
        parent=fields.text("parent"),
        kind=Kind(fields.choice("kind", KINDS) or Kind.STORE),
    )
    return RedirectResponse("/places?done=adopted", 303)


@router.get("/new")
def new(request: Request, store: CurrentStore, _caller: Editor, parent: str = "") -> Response:
    """Offer an empty form."""
    return _form(request, store, None, {"parent": parent, "kind": Kind.STORE})


@router.post("/new")
def add(request: Request, store: CurrentStore, caller: Editor, fields: FormFields) -> Response:
    """Add a place."""
    place_id = fields.text("id", required=True, most=64) or ""
    if place_id in service.tree(store):
        fields.fail("id", _("A place with this id already exists."))
    return _put(request, store, caller, (None, place_id), fields)


@router.get("/one/{place_id:path}/edit")
def one(request: Request, store: CurrentStore, _caller: Editor, place_id: str) -> Response:
    """Show one place's form."""
    place = service.tree(store).get(place_id)
    return _form(request, store, place, _values(place))


@router.post("/one/{place_id:path}/edit")
def change(
    request: Request, store: CurrentStore, caller: Editor, place_id: str, fields: FormFields
) -> Response:
    """Rename, move or otherwise change a place."""
    place = service.tree(store).get(place_id)
    return _put(request, store, caller, (place, place_id), fields)


@router.post("/one/{place_id:path}/remove")
def remove(
    store: CurrentStore, caller: Editor, place_id: str, base: Annotated[int, Form()]
) -> Response:
    """Take a place out; what lay below it moves up."""
    service.remove(store, caller, place_id, now=clock.now(), base=base)
    return RedirectResponse("/places?done=removed", 303)


@router.get("/versions")
def versions(request: Request, store: CurrentStore, _caller: Editor) -> Response:
    """List who changed the tree when."""
    return page(
        request,
        "places/versions.html",
        title=_("How have the places changed?"),
        versions=service.versions(store),
        newest=service.current(store)[0],
    )


@router.get("/versions/{version}")
def version_of(request: Request, store: CurrentStore, _caller: Editor, version: int) -> Response:
    """Show the tree as it was."""
    return page(
        request,
        "places/version.html",
        title=_("The places in version {n}").format(n=version),
        tree=service.tree_at(store, version),
        version=version,
        newest=service.current(store)[0],
        kinds=KIND_NAMES,
        today=clock.now().astimezone(store.zone).date(),
    )


@router.post("/versions/{version}/restore")
def restore(store: CurrentStore, caller: Editor, version: int) -> Response:
    """Make the tree as it was in that version again."""
    service.restore(store, caller, version, now=clock.now())
    return RedirectResponse("/places?done=restored", 303)


def _put(
    request: Request,
    store: Store,
    caller: Principal,
    which: tuple[Place | None, str],
    fields: Fields,
) -> Response:
    before, place_id = which
    try:
        place = _read(fields, place_id)
        if fields.ok:
            service.put(store, caller, place, now=clock.now(), base=fields.whole("base"))
    except RegularsError as error:
        fields.take(error)
    if not fields.ok:
        return _form(request, store, before, fields.raw, fields)
    return RedirectResponse("/places?done=kept", 303)


def _read(fields: Fields, place_id: str) -> Place:
    name = files.name_of(fields.text("en") or "", fields.text("zh") or "", "")
    if not name.en:
        fields.fail("zh", _("Fill this in."))
    return Place(
        place_id,
        name,
        Kind(fields.choice("kind", KINDS) or Kind.STORE),
        fields.text("parent"),
        fields.day("opened_on"),
        fields.day("closed_on"),
    )


def _values(place: Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "en": place.name.en,
        "zh": place.name.zh,
        "kind": place.kind,
        "parent": place.parent or "",
        "opened_on": place.opened_on,
        "closed_on": place.closed_on,
    }


def _form(
    request: Request,
    store: Store,
    place: Place | None,
    shown: dict[str, Any],
    fields: Fields | None = None,
) -> Response:
    version, whole = service.current(store)
    empty = dict.fromkeys(("id", "en", "zh", "kind", "parent", "opened_on", "closed_on"), "")
    return page(
        request,
        "places/edit.html",
        title=place.name if place else _("Add a place"),
        status=422 if fields else 200,
        place=place,
        shown={**empty, **shown},
        errors=fields.errors if fields else {},
        base=version,
        kinds=[(kind.value, name) for kind, name in KIND_NAMES.items()],
        parents=_parents(whole, place),
    )


def _parents(whole: Tree, place: Place | None) -> list[tuple[str, str]]:
    """Return where the place may hang: anywhere but below itself."""
    below = whole.within([place.id]) if place else frozenset()
    return [
        (other.id, "\u2003" * depth + say(other.name))
        for depth, other in whole.walk()
        if other.id not in below
    ]


def _tree_page(
    request: Request,
    store: Store,
    caller: Principal,
    fields: Fields | None = None,
    done: str = "",
) -> Response:
    return page(
        request,
        "places/tree.html",
        title=_("Where do customers meet us?"),
        status=422 if fields else 200,
        tree=service.visible(store, caller.places),
        may_edit=caller.may(Right.EDIT_CATALOG),
        base=service.current(store)[0],
        kinds=KIND_NAMES,
        errors=list(fields.errors.values()) if fields else [],
        today=clock.now().astimezone(store.zone).date(),
        done=done,
    )
