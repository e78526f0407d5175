"""Every route of the built server, for everybody: nothing answers without a right.

The walk finds routes by itself. A new route that declares no guard fails here with its address
and what to write; so does one that answers somebody who lacks its right, breaks on an empty
workspace, or shows a one-store manager another store's customers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from starlette.routing import Mount

from regulars.app import build_web, init_workspace
from regulars.company.keys import service as keys
from regulars.company.rights.access import guards_of, principal_of
from regulars.company.rights.model import SHELL, Principal, Right, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.jobs.refresh import service as refresh
from regulars.kit import clock
from regulars.store.settings import EngineSettings, Settings, WorkspaceSettings
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from tests.company.cast import ONE_STORE, OTHER_STORE, hire, plant

OPEN_MOUNTS = {"/static"}
"""Folders of files that anybody may read."""
WORDS = {ONE_STORE: "ZQXOWN", OTHER_STORE: "ZQXOTHER"}
"""What stands in every free field of each store's events, and nowhere else."""
CAST = ("admin", "manager", "analyst", "agent", "one_store_manager", "one_store_key")


@dataclass
class Route:
    """One address and method of the server, with what guards it."""

    method: str
    path: str
    guards: set[str]
    parameters: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class World:
    """A workspace with two stores, its server, and each caller's browser."""

    ws: Workspace
    app: FastAPI
    principals: dict[str, Principal]
    browsers: dict[str, TestClient]
    nobody: TestClient
    fillings: dict[str, str]
    routes: list[Route]

    def ask(self, who: str | None, route: Route, **query: str) -> Any:
        client = self.nobody if who is None else self.browsers[who]
        path = route.path
        for name in route.parameters:
            path = path.replace("{" + name + "}", self.fillings.get(name.split(":")[0], "nothing"))
        answer = client.request(route.method, path, params=query or None, follow_redirects=False)
        answer.read()
        return answer


def routes_of(app: FastAPI) -> Iterator[Route]:
    """Yield every route of every included router; a mount counts as one."""
    for found in iter_route_contexts(app.routes):
        if isinstance(found.original_route, Mount):
            yield Route("GET", found.path or "", {"public"} if found.path in OPEN_MOUNTS else set())
            continue
        dependant = getattr(found, "dependant", None)
        path = found.path or ""
        parameters = [part.split("}")[0] for part in path.split("{")[1:]]
        for method in sorted((found.methods or {"GET"}) - {"HEAD"}):
            yield Route(method, path, guards_of(dependant), parameters)


def event_rows() -> list[dict[str, Any]]:
    """Two customers, each with a purchase, a score and words in a store of their own."""
    now = clock.now()
    rows: list[dict[str, Any]] = []
    for place, word in WORDS.items():
        for number, name in enumerate(("Order Completed", "Survey Answered", "Product Viewed")):
            rows.append(
                {
                    "event_id": f"{word}-{number}",
                    "identity_id": word.lower().ljust(32, "0")[:32],
                    "occurred_at": now,
                    "name": name,
                    "touchpoint": f"{word}-touchpoint",
                    "place": place,
                    "source": "test",
                    "order_id": f"{word}-order",
                    "text": f"{word} said so",
                    "metric": "nps" if number == 1 else None,
                    "score": 3.0 if number == 1 else None,
                    "scale_min": 0.0,
                    "scale_max": 10.0,
                }
            )
    return rows


def browser(ws: Workspace, app: FastAPI, staff_id: str) -> TestClient:
    """Return a signed-in browser that asks for JSON errors and sends the form token."""
    with ws.database.transaction() as connection:
        token = sign_in.open_session(ws, connection, staff_id, clock.now())
    client = TestClient(app, raise_server_exceptions=False)
    client.cookies.set(sign_in.cookie_name(ws), token)
    client.headers["X-CSRF-Token"] = sign_in.csrf_token(ws, token)
    client.headers["Accept"] = "application/json"
    return client


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    ws = init_workspace(
        tmp_path_factory.mktemp("walk") / "company",
        Settings(
            workspace=WorkspaceSettings(time_zone="Asia/Shanghai"),
            engine=EngineSettings(memory="1GB"),
        ),
    )
    now = clock.now()
    plant(ws, now)
    accounts = {role.value: hire(ws, role.value, role, now) for role in Role}
    accounts["one_store_manager"] = hire(ws, "wang", Role.MANAGER, now, [ONE_STORE])
    inbox.accept(ws, inbox.make(event_rows(), now))
    app = build_web(ws)
    refresh.run(ws, reason="test", clock=clock.now)
    other = WORDS[OTHER_STORE].lower().ljust(32, "0")[:32]
    principals = {who: principal_of(ws, account) for who, account in accounts.items()}
    browsers = {who: browser(ws, app, account.id) for who, account in accounts.items()}
    key, secret = keys.add_api_key(
        ws, SHELL, name="Till", role=Role.MANAGER, places=[ONE_STORE], now=now
    )
    principals["one_store_key"] = Principal(
        "key", key.id, key.name, Role.MANAGER, frozenset({ONE_STORE})
    )
    browsers["one_store_key"] = TestClient(
        app,
        raise_server_exceptions=False,
        headers={"Authorization": f"Bearer {secret}", "Accept": "application/json"},
    )
    yield World(
        ws,
        app,
        principals,
        browsers,
        TestClient(app, headers={"Accept": "application/json"}),
        {
            "place_id": OTHER_STORE,
            "person_id": other,
            "identity_id": other,
            "touchpoint": f"{WORDS[OTHER_STORE]}-touchpoint",
            "version": "1",
        },
        list(routes_of(app)),
    )
    ws.close()


def may(principal: Principal, route: Route) -> bool:
    """Tell whether the caller has every right that the route needs."""
    rights = {right.value for right in Right}
    return all(
        principal.may(Right(guard)) if guard in rights else guard_holds(principal, guard)
        for guard in route.guards
    )


def guard_holds(principal: Principal, guard: str) -> bool:
    held = {
        "public": True,
        "signed_in": True,
        "member": principal.kind == "staff",
        "administrator": principal.role is Role.ADMIN,
    }
    return held[guard]


def test_the_walk_sees_the_server(world: World) -> None:
    addresses = {str(route) for route in world.routes}
    assert {"GET /sign-in", "POST /staff/new", "GET /api/v1/me", "GET /healthz"} <= addresses


def test_every_route_declares_who_may_call_it(world: World) -> None:
    bare = [str(route) for route in world.routes if not route.guards]
    assert not bare, (
        "these routes declare no right; add Depends(needs(Right.…)) or, if they are open on "
        f"purpose, Depends(public()) from regulars.company.rights.access: {bare}"
    )


def test_no_route_is_both_open_and_guarded(world: World) -> None:
    both = [str(r) for r in world.routes if "public" in r.guards and len(r.guards) > 1]
    assert not both, f"“public” beside a right says two things: {both}"


def test_nobody_gets_in(world: World) -> None:
    answered = []
    for route in world.routes:
        if "public" in route.guards:
            continue
        answer = world.ask(None, route)
        led_to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith(
            "/sign-in"
        )
        if answer.status_code != 401 and not led_to_sign_in:
            answered.append(f"{route} → {answer.status_code}")
    assert not answered, f"these answered a caller who is not signed in: {answered}"


@pytest.mark.parametrize("who", CAST)
def test_whoever_lacks_the_right_is_refused(world: World, who: str) -> None:
    answered = []
    for route in world.routes:
        if may(world.principals[who], route):
            continue
        answer = world.ask(who, route)
        if answer.status_code != 403:
            answered.append(f"{route} needs {sorted(route.guards)} → {answer.status_code}")
    assert not answered, f"these answered {who}: {answered}"


@pytest.mark.parametrize("who", CAST)
def test_whoever_has_the_right_is_answered(world: World, who: str) -> None:
    refused = []
    for route in world.routes:
        if route.method != "GET" or not may(world.principals[who], route):
            continue
        answer = world.ask(who, route)
        kept_out = answer.status_code in (401, 403) and "public" not in route.guards
        if kept_out or answer.status_code >= 500:
            refused.append(f"{route} → {answer.status_code} {answer.text[:200]}")
    assert not refused, f"these did not answer {who}: {refused}"


def test_whoever_may_not_export_gets_no_file(world: World) -> None:
    assert not world.principals["agent"].may(Right.EXPORT)
    given = []
    for route in world.routes:
        if route.method != "GET" or not may(world.principals["agent"], route):
            continue
        for kind in ("csv", "xlsx"):
            answer = world.ask("agent", route, format=kind)
            if "attachment" in answer.headers.get("content-disposition", ""):
                given.append(f"{route}?format={kind}")
    assert not given, f"these gave an agent a file; ask faces.export.asked first: {given}"


@pytest.mark.parametrize("who", ["one_store_manager", "one_store_key"])
def test_whoever_is_bound_to_one_store_sees_nothing_of_another(world: World, who: str) -> None:
    leaks = []
    for route in world.routes:
        if route.method != "GET" or not may(world.principals[who], route):
            continue
        answer = world.ask(who, route)
        if WORDS[OTHER_STORE].lower() in answer.text.replace(str(answer.url), "").lower():
            leaks.append(f"{route} → {answer.status_code}")
    assert not leaks, (
        f"these show a manager of {ONE_STORE} what customers of {OTHER_STORE} did or said; "
        f"pass the caller's `places` down as scope: {leaks}"
    )


def test_the_words_that_are_looked_for_are_there_to_be_seen(world: World) -> None:
    shown = [
        str(route)
        for route in world.routes
        if route.method == "GET" and WORDS[OTHER_STORE] in world.ask("admin", route).text
    ]
    assert shown, "no page shows an administrator the planted words: the walk would find no leak"


def test_a_disabled_account_is_out_at_once(world: World) -> None:
    account = hire(world.ws, "temp", Role.ADMIN, clock.now())
    client = browser(world.ws, world.app, account.id)
    assert client.get("/api/v1/me").json()["name"] == "Temp"
    staff.disable(world.ws, world.principals["admin"], account.id, clock.now())
    assert client.get("/api/v1/me").status_code == 401


def test_every_change_by_a_browser_needs_the_form_token(world: World) -> None:
    admin = world.browsers["admin"]
    token = admin.headers.pop("X-CSRF-Token")
    taken = []
    for route in world.routes:
        if route.method in ("GET", "OPTIONS") or route.path.startswith("/v1/"):
            continue
        answer = world.ask("admin", route)
        if answer.status_code != 403 or answer.json()["code"] != "form.foreign":
            taken.append(f"{route} → {answer.status_code}")
    admin.headers["X-CSRF-Token"] = token
    assert not taken, f"these changed something for a form without its token: {taken}"
