"""Who is calling, and may they? The dependency that stands on every route.

A route declares `Depends(needs(Right.…))`, or `signed_in()`, `member()`, `public()`; a test
walks all routes of the server and finds those that declare none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from regulars.company.keys import service as keys
from regulars.company.places import service as places
from regulars.company.rights.model import Principal, Right
from regulars.company.sign_in import service as sign_in
from regulars.company.staff.model import Staff
from regulars.kit import clock
from regulars.kit.errors import NotAllowed, NotSignedIn
from regulars.kit.text import Text
from regulars.store.workspace import Store


def _store_of(request: Request) -> Store:
    store: Store = request.app.state.workspace
    return store


Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

CurrentStore = Annotated[Store, Depends(_store_of)]
"""The store of the request; nouns above the timeline take `CurrentWorkspace` instead."""

NO_STORE = {"Cache-Control": "no-store"}
"""For answers that hold a secret: neither browsers nor the memory of idempotent calls keep them."""


def principal_of(store: Store, account: Staff) -> Principal:
    """Return the account as a caller: its chosen places and all below them, as of now."""
    scope = None if account.chosen is None else places.tree(store).within(account.chosen)
    return Principal("staff", account.id, account.name, account.role, scope, account.language)


def recognise(request: Request) -> None:
    """Find out who calls, by API key or session cookie, once a request.

    Sets `request.state.principal` (None: nobody known), and for a session `.session`, `.token`
    and `.csrf`. A bad key counts as nobody: routes that are open stay open to it. The intake
    checks its own write keys and is passed over, because it must not wait for this; so is the
    server's health, which must be told while the database is away.
    """
    request.state.principal = None
    if request.url.path.startswith("/v1/") or request.url.path == "/healthz":
        return
    store = _store_of(request)
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        request.state.principal = _by_key(store, secret.strip())
    else:
        _by_cookie(store, request)


def _by_key(store: Store, secret: str) -> Principal | None:
    try:
        key = keys.check_api_key(store, secret)
    except NotSignedIn:
        return None
    scope = None if key.chosen is None else places.tree(store).within(key.chosen)
    return Principal("key", key.id, key.name, key.role, scope)


def _by_cookie(store: Store, request: Request) -> None:
    token = request.cookies.get(sign_in.cookie_name(store))
    session = sign_in.session_of(store, token, clock.now()) if token else None
    if token is not None and session is not None:
        request.state.principal = principal_of(store, session.staff)
        request.state.session = session
        request.state.token = token
        request.state.csrf = sign_in.csrf_token(store, token)


def _caller(request: Request) -> Principal:
    if not hasattr(request.state, "principal"):
        recognise(request)
    principal: Principal | None = request.state.principal
    if principal is None:
        if "authorization" in request.headers:
            raise NotSignedIn("keys.invalid", Text("This key is not valid.", "密钥无效。"))
        raise NotSignedIn("rights.sign_in", Text("Please sign in.", "请先登录。"))
    return principal


Caller = Annotated[Principal, Depends(_caller)]


@cache
def needs(*rights: Right) -> Callable[..., Principal]:
    """Return the dependency that gives the caller, who must have all of `rights`.

    Raises NotSignedIn (401; pages lead to the sign-in) or NotAllowed (403).
    """

    def allowed(caller: Caller) -> Principal:
        for right in rights:
            caller.require(right)
        return caller

    allowed.guards = frozenset(rights)  # type: ignore[attr-defined]
    return allowed


@cache
def signed_in() -> Callable[..., Principal]:
    """Return the dependency that gives the caller, who needs no more than to be known."""

    def known(caller: Caller) -> Principal:
        return caller

    known.guard = "signed_in"  # type: ignore[attr-defined]
    return known


@cache
def member() -> Callable[..., Principal]:
    """Return the dependency that gives the caller, who must be a person with an account."""

    def person(caller: Caller) -> Principal:
        if caller.kind != "staff":
            raise NotAllowed("rights.key", Text("A key has no account page.", "密钥没有账号页面。"))
        return caller

    person.guard = "member"  # type: ignore[attr-defined]
    return person


@cache
def public() -> Callable[..., None]:
    """Return the dependency of a route that is open on purpose."""

    def open_to_all() -> None:
        return None

    open_to_all.guard = "public"  # type: ignore[attr-defined]
    return open_to_all


def open_endpoint(endpoint: Endpoint) -> Endpoint:
    """Mark an endpoint that runs without dependencies, such as the intake's, as open on purpose."""
    endpoint.guard = "public"  # type: ignore[attr-defined]
    return endpoint


def guards_of(dependant: object) -> set[str]:
    """Return the guards (a right, "signed_in", "member", "public") among a route's dependencies."""
    call = getattr(dependant, "call", None)
    guards = {str(right) for right in getattr(call, "guards", ())}
    guard = getattr(call, "guard", None)
    if guard is not None:
        guards.add(guard)
    for part in getattr(dependant, "dependencies", []):
        guards |= guards_of(part)
    return guards
