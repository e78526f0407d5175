"""The verbs of the catalog: read it, change it, restore it, place events by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from regulars.company.documents import service as documents
from regulars.company.documents.model import Version, Versioned
from regulars.company.rights.model import Principal
from regulars.kit.errors import NotFound
from regulars.kit.text import Text
from regulars.listen.catalog import queries, writing
from regulars.listen.catalog.document import Flaw, parse, read
from regulars.listen.catalog.model import Catalog, Stage, Touchpoint

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.store.workspace import Store

DEFAULTS = ("shop", "service")


def current(ws: Store) -> Catalog:
    """Return the catalog in force; without a version of its own, the default for shops."""
    return documents.current(ws, DOCUMENT)


def default(kind: str) -> Catalog:
    """Return a catalog that ships with the product: `shop` or `service`. Raises NotFound."""
    return _parsed(default_document(default_kind(kind)), 0)


def default_kind(kind: str) -> str:
    """Return `kind` if there is a default of that name. Raises NotFound."""
    if kind not in DEFAULTS:
        raise NotFound(
            "catalog.default",
            Text(
                f"There is no default catalog “{kind}”; choose shop or service.",
                f"没有默认清单“{kind}”；请选择 shop 或 service。",
            ),
        )
    return kind


def default_document(kind: str) -> str:
    """Return the TOML document of a default catalog."""
    file = resources.files("regulars.listen.catalog") / "defaults" / f"{kind}.toml"
    return file.read_text("utf-8")


@lru_cache(maxsize=32)
def _parsed(document: str, number: int) -> Catalog:
    return parse(document, version=number)


DOCUMENT = Versioned(
    "catalog", "catalog", "catalog.saved", lambda: default_document("shop"), _parsed, reasoned=True
)


def placed(ws: Store, events: ir.Table, *, stage: bool = True) -> ir.Table:
    """Return `events` with `touchpoint` (its own, else by the catalog's rules) and `stage`.

    `stage` is null for touchpoints the catalog does not know. With `stage=False` the column is
    left out, which saves a join over all events.
    """
    return queries.placed(current(ws), events, stage=stage)


def placed_by(catalog: Catalog, events: ir.Table, *, stage: bool = True) -> ir.Table:
    """Return `events` placed by a given catalog, for several queries that must agree."""
    return queries.placed(catalog, events, stage=stage)


def export(ws: Store, number: int | None = None) -> str:
    """Return the TOML document of a version; the one in force by default. Raises NotFound."""
    return documents.text(ws, DOCUMENT, number)


def check(document: str) -> tuple[Catalog, list[Flaw]]:
    """Return the catalog a document describes and everything that is wrong with it."""
    return read(document)


def save(
    ws: Store,
    document: str,
    caller: Principal,
    *,
    reason: str,
    now: datetime,
    based_on: int | None = None,
) -> Catalog:
    """Make `document` the catalog in force, as a new version.

    `based_on` is the version the editor began with. Raises Invalid when the document is wrong,
    Conflict when somebody else saved in between.
    """
    return documents.save(ws, DOCUMENT, document, caller, now=now, reason=reason, based_on=based_on)


def save_catalog(
    ws: Store,
    catalog: Catalog,
    caller: Principal,
    *,
    reason: str,
    now: datetime,
    based_on: int | None = None,
) -> Catalog:
    """Make `catalog` the one in force; see `save`."""
    document = writing.render(catalog)
    return save(ws, document, caller, reason=reason, now=now, based_on=based_on)


def restore(ws: Store, number: int, caller: Principal, *, now: datetime) -> Catalog:
    """Make an older version the newest again; 0 is the default for shops. Raises NotFound."""
    return documents.restore(ws, DOCUMENT, number, caller, now=now)


def versions(ws: Store) -> list[Version]:
    """Return every version, the newest first."""
    return documents.versions(ws, DOCUMENT)


def changes(ws: Store, number: int) -> list[str]:
    """Return what a version changed of the one before it, as lines of a diff."""
    return documents.changes(ws, DOCUMENT, number)


def touchpoint(ws: Store, key: str) -> Touchpoint:
    """Return a touchpoint of the catalog in force. Raises NotFound."""
    point = current(ws).touchpoint(key)
    if point is None:
        raise NotFound(
            "catalog.touchpoint",
            Text(f"There is no touchpoint “{key}”.", f"没有触点“{key}”。"),
            touchpoint=key,
        )
    return point


def put_touchpoint(
    ws: Store, point: Touchpoint, caller: Principal, *, reason: str, now: datetime, based_on: int
) -> Catalog:
    """Add a touchpoint, or replace the one with its key where it stands."""
    old = current(ws)
    points = [point if one.key == point.key else one for one in old.touchpoints]
    if old.touchpoint(point.key) is None:
        points.append(point)
    changed = Catalog(old.title, old.stages, tuple(points))
    return save_catalog(ws, changed, caller, reason=reason, now=now, based_on=based_on)


def add_touchpoints(
    ws: Store, points: Sequence[Touchpoint], caller: Principal, *, reason: str, now: datetime
) -> list[Touchpoint]:
    """Add those of the touchpoints whose key the catalog does not know; return them.

    A key that is another spelling of a touchpoint is known.
    """
    old = current(ws)
    known = {name for point in old.touchpoints for name in (point.key, *point.aliases)}
    lacking = [point for point in points if point.key not in known]
    if lacking:
        changed = Catalog(old.title, old.stages, (*old.touchpoints, *lacking))
        save_catalog(ws, changed, caller, reason=reason, now=now, based_on=old.version)
    return lacking


def remove_touchpoint(
    ws: Store, key: str, caller: Principal, *, reason: str, now: datetime, based_on: int
) -> Catalog:
    """Take a touchpoint out of the catalog; its events stay. Raises NotFound."""
    touchpoint(ws, key)
    old = current(ws)
    kept = tuple(point for point in old.touchpoints if point.key != key)
    changed = Catalog(old.title, old.stages, kept)
    return save_catalog(ws, changed, caller, reason=reason, now=now, based_on=based_on)


def put_stages(
    ws: Store,
    stages: tuple[Stage, ...],
    caller: Principal,
    *,
    reason: str,
    now: datetime,
    based_on: int,
) -> Catalog:
    """Replace the stages and their order; every touchpoint's stage must still exist."""
    changed = Catalog(current(ws).title, stages, current(ws).touchpoints)
    return save_catalog(ws, changed, caller, reason=reason, now=now, based_on=based_on)
