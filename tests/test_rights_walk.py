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
from regulars.company.access import guards_of, principal_of
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Principal, Right, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.jobs.refresh import service as refresh
from regulars.kit import clock
from regulars.store.settings import EngineSettings, Settings, WorkspaceSettings
from regulars.timeline.workspace import Workspace
from tests.company import two_stores
from tests.company.cast import ONE_STORE, OTHER_STORE, hire, plant

OPEN_MOUNTS = {"/static"}
"""Folders of files that anybody may read."""
EMPTY = {
    "GET /sources/imports/{run_id}/mapping": "the planted run is over: nothing is mapped any more",
    "GET /api/v1/people/{person}/early-warning": "a model takes thousands of customers to learn",
    "GET /api/v1/people/{person}/needs": "so does this one, and lines of orders",
}
"""Addresses that show nothing even to an administrator, and why."""
BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/people/links/{link_id}/undo": {"json": {"reason": "not one"}},
    "POST /api/v1/alerts/{alert}": {"json": {"act": "mute"}},
    "POST /alerts/{alert}": {"data": {"act": "mute"}},
    "POST /api/v1/people/contested/{identity}/join": {
        "json": {"reason": "one family", "persons": ["a" * 32, "b" * 32]}
    },
    "POST /api/v1/people/contested/{identity}/apart": {"json": {"reason": "two people"}},
    "POST /people/contested/{identity}": {"data": {"act": "apart", "reason": "two people"}},
}
"""What is sent where a change is refused for its form before anybody looks whose it is."""
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
    fillings: dict[tuple[str, str], str]
    routes: list[Route]
    read: dict[tuple[str | None, str], Any] = field(default_factory=dict)

    def filled(self, route: Route) -> dict[str, str]:
        """Return what stands for each parameter of a route: an id of the other store's."""
        found = {
            name: two_stores.filling(self.fillings, route.path, name.split(":")[0])
            for name in route.parameters
        }
        return {name: value for name, value in found.items() if value is not None}

    def ask(self, who: str | None, route: Route, **query: str) -> Any:
        client = self.nobody if who is None else self.browsers[who]
        path = route.path
        for name, value in self.filled(route).items():
            path = path.replace("{" + name + "}", value)
        answer = client.request(route.method, path, params=query or None, follow_redirects=False,
                                **BODIES.get(str(route), {}))  # fmt: skip
        answer.read()
        return answer

    def read_by(self, who: str | None, route: Route) -> Any:
        """Return what a caller reads there; asked once, however many tests look at the answer."""
        known = self.read.get((who, str(route)))
        if known is None:
            known = self.read[who, str(route)] = self.ask(who, route)
        return known

    def leaked(self, who: str, route: Route) -> str | None:
        """Return what a page says of the other store beyond what was asked with."""
        return self.told(route, self.read_by(who, route))

    def told(self, route: Route, answer: Any) -> str | None:
        """Return which words of the other store stand in an answer, but what was asked with."""
        text = f"{answer.text} {answer.headers.get('location', '')}".lower()
        for value in self.filled(route).values():
            text = text.replace(value.lower(), "")
        known = [word for word in self.secrets if word.lower() in text]
        return f"{route} → {answer.status_code}, tells {known}" if known else None

    @property
    def secrets(self) -> list[str]:
        """What must not be seen of the other store: its word, and its customers' ids."""
        return [two_stores.OTHER, *two_stores.identities(OTHER_STORE)]


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


def browser(ws: Workspace, app: FastAPI, staff_id: str) -> TestClient:
    """Return a signed-in browser that asks for JSON errors and sends the form token."""
    with ws.database.transaction() as connection:
        token = sign_in.open_session(connection, staff_id, clock.now())
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
    fillings = two_stores.plant_all(ws, tmp_path_factory.mktemp("sent"), now)
    app = build_web(ws)
    refresh.run(ws, reason="test", clock=clock.now)
    principals = {who: principal_of(ws, account) for who, account in accounts.items()}
    browsers = {who: browser(ws, app, account.id) for who, account in accounts.items()}
    key, secret = keys.add_api_key(
        ws, SHELL, name="Till", role=Role.MANAGER, places=[ONE_STORE], now=now
    )
    principals["one_store_key"] = Principal(
        "key", key.id, key.name, Role.MANAGER, frozenset({ONE_STORE})
    )
    fillings["", "key_id"] = key.id
    fillings["", "staff_id"] = accounts["agent"].id
    fillings["", "session_id"] = sign_in.sessions_of(ws, accounts["admin"].id, now)[0].id
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
        fillings,
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


def test_every_parameter_of_an_address_stands_for_something(world: World) -> None:
    bare = [
        f"{route}: {name}"
        for route in world.routes
        for name in route.parameters
        if name not in world.filled(route)
    ]
    assert not bare, f"give these a filling in tests/company/two_stores.py: {bare}"


def test_what_the_parameters_stand_for_is_there(world: World) -> None:
    """An administrator is shown it; a walk over addresses of nothing would find no leak."""
    gone = [
        f"{route} → {answer.status_code}"
        for route in world.routes
        if route.method == "GET" and route.parameters
        if str(route) not in EMPTY and (answer := world.read_by("admin", route)).status_code != 200
    ]
    assert not gone, f"these addresses are filled with what does not exist: {gone}"


def test_every_route_declares_who_may_call_it(world: World) -> None:
    bare = [str(route) for route in world.routes if not route.guards]
    assert not bare, (
        "these routes declare no right; add Depends(needs(Right.…)) or, if they are open on "
        f"purpose, Depends(public()) from regulars.company.access: {bare}"
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
        answer = world.read_by(who, route)
        kept_out = answer.status_code in (401, 403) and "public" not in route.guards
        if kept_out or answer.status_code >= 500:
            refused.append(f"{route} → {answer.status_code} {answer.text[:200]}")
    assert not refused, f"these did not answer {who}: {refused}"


def test_no_answer_is_kept_by_browsers_or_proxies(world: World) -> None:
    """Pages, files, API answers and refusals: what is told of people stays on no disk."""
    kept = [
        f"{route} for {who or 'nobody'}: {answer.headers.get('cache-control')}"
        for route in world.routes
        if route.method == "GET" and route.path not in OPEN_MOUNTS
        for who in ("admin", None)
        for answer in (world.read_by(who, route), world.ask(who, route, format="csv"))
        if answer.headers.get("cache-control") != "no-store"
    ]
    assert not kept, f"these answers may be kept; leave Cache-Control to faces.request: {kept}"


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
        if leak := world.leaked(who, route):
            leaks.append(leak)
    assert not leaks, (
        f"these show a manager of {ONE_STORE} what customers of {OTHER_STORE} did or said; "
        f"pass the caller's `places` down as scope: {leaks}"
    )


@pytest.mark.parametrize("who", ["one_store_manager", "one_store_key"])
def test_whoever_is_bound_to_one_store_changes_nothing_of_another(world: World, who: str) -> None:
    """Every change that the caller may make somewhere is tried on the other store's things."""
    done = []
    for route in world.routes:
        tried = route.method not in ("GET", "OPTIONS") and route.parameters
        if not tried or "public" in route.guards or not may(world.principals[who], route):
            continue
        answer = world.ask(who, route)
        if leak := world.told(route, answer):
            done.append(leak)
        if answer.status_code not in (403, 404):
            done.append(f"{route} → {answer.status_code} {answer.text[:200]}")
    assert not done, f"these did not keep {who} from what is {OTHER_STORE}'s: {done}"


def test_the_words_that_are_looked_for_are_there_to_be_seen(world: World) -> None:
    shown = [
        str(route)
        for route in world.routes
        if route.method == "GET" and world.leaked("admin", route)
    ]
    about = [route for route in shown if "{" in route]
    assert len(about) > 10, f"too few pages tell an administrator the planted words: {shown}"


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
