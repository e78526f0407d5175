"""Who is calling, and may they? The dependency that stands on every route.

A route declares either `Depends(needs(Right.…))`, `Depends(signed_in())` or `Depends(public())`;
a test walks all routes and finds those that declare none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated

from fastapi import Depends, Request

from regulars.company.keys import service as keys
from regulars.company.places import service as places
from regulars.company.rights.model import Principal, Right
from regulars.company.sign_in import service as sign_in
from regulars.company.staff.model import Staff
from regulars.kit import clock
from regulars.kit.errors import NotSignedIn
from regulars.kit.text import Text
from regulars.store.workspace import Store


def _store_of(request: Request) -> Store:
    store: Store = request.app.state.workspace
    return store


CurrentStore = Annotated[Store, Depends(_store_of)]
"""The store of the request; nouns above the timeline take `CurrentWorkspace` instead."""


def principal_of_staff(store: Store, account: Staff) -> Principal:
    """Return the account as a caller: its chosen places and all below them, as of now."""
    scope = None if account.chosen is None else places.tree(store).within(account.chosen)
    return Principal("staff", account.id, account.name, account.role, scope, account.language)


def _caller(request: Request, store: CurrentStore) -> Principal:
    """Return who calls, by API key or session cookie; raises NotSignedIn."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        key = keys.check_api_key(store, secret.strip())
        scope = None if key.chosen is None else places.tree(store).within(key.chosen)
        principal = Principal("key", key.id, key.name, key.role, scope)
    else:
        token = request.cookies.get(sign_in.cookie_name(store))
        session = sign_in.session_of(store, token, clock.now()) if token else None
        if token is None or session is None:
            raise NotSignedIn("rights.sign_in", Text("Please sign in.", "请先登录。"))
        principal = principal_of_staff(store, session.staff)
        request.state.session = session
        request.state.csrf = sign_in.csrf_token(store, token)
    request.state.principal = principal
    return principal


Caller = Annotated[Principal, Depends(_caller)]


@cache
def needs(right: Right) -> Callable[..., Principal]:
    """Return the dependency that gives the caller, who must have `right`.

    Raises NotSignedIn (401; pages lead to the sign-in) or NotAllowed (403).
    """

    def allowed(caller: Caller) -> Principal:
        caller.require(right)
        return caller

    allowed.right = right  # type: ignore[attr-defined]
    return allowed


@cache
def signed_in() -> Callable[..., Principal]:
    """Return the dependency that gives the caller, who needs no more than to be known."""

    def known(caller: Caller) -> Principal:
        return caller

    known.signed_in = True  # type: ignore[attr-defined]
    return known


@cache
def public() -> Callable[..., None]:
    """Return the dependency of a route that is open on purpose."""

    def open_to_all() -> None:
        return None

    open_to_all.public = True  # type: ignore[attr-defined]
    return open_to_all
