"""The pages of signing in, as a browser meets them."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from regulars.app import build_web
from regulars.company.rights.model import SHELL, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from tests.company.cast import ONE_STORE, PASSWORD, hire, plant

HERE = ("127.0.0.1", 50_000)
FORM = {"login": "mei", "name": "Mei", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def app(ws: Workspace) -> FastAPI:
    return build_web(ws)


def visit(app: FastAPI, **options: object) -> TestClient:
    return TestClient(app, follow_redirects=False, **options)  # type: ignore[arg-type]


def token_of(page: str) -> str:
    """Return the form token that a page carries."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_the_first_run_needs_the_code_that_serve_prints(ws: Workspace, app: FastAPI) -> None:
    code = sign_in.first_run_code(ws, clock.now()) or ""
    stranger = visit(app)
    assert stranger.get("/sign-in").headers["location"] == "/first-run"
    assert stranger.get("/first-run").status_code == 403
    assert stranger.post("/first-run", data=FORM).status_code == 403
    made = stranger.post("/first-run", data={**FORM, "code": code})
    assert (made.status_code, made.headers["location"]) == (303, "/")
    assert stranger.get("/account").status_code == 200
    assert stranger.get(sign_in.first_run_path(code)).headers["location"] == "/sign-in"


@pytest.mark.parametrize(
    ("base", "headers", "status"),
    [
        ("http://127.0.0.1:8000", {}, 200),
        ("http://localhost:8000", {}, 200),
        ("http://shop.example", {}, 403),
        ("http://localhost:8000", {"X-Forwarded-For": "203.0.113.9"}, 403),
        ("http://localhost:8000", {"Forwarded": "for=203.0.113.9"}, 403),
    ],
)
def test_whoever_sits_at_the_machine_needs_no_code(
    app: FastAPI, base: str, headers: dict[str, str], status: int
) -> None:
    client = visit(app, client=HERE, base_url=base, headers=headers)
    assert client.get("/first-run").status_code == status


def test_signing_in_leads_back_to_the_page_that_was_asked_for(ws: Workspace, app: FastAPI) -> None:
    hire(ws, "mei", Role.ADMIN, clock.now())
    client = visit(app)
    asked = client.get("/staff?role=agent")
    assert asked.headers["location"] == "/sign-in?next=/staff%3Frole%3Dagent"
    form = {"login": "mei", "password": PASSWORD, "next": "/staff?role=agent"}
    answer = client.post("/sign-in", data=form)
    assert answer.headers["location"] == "/staff?role=agent"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    assert client.get("/staff").status_code == 200


def test_over_https_the_cookie_is_sent_encrypted_only(ws: Workspace, app: FastAPI) -> None:
    hire(ws, "mei", Role.ADMIN, clock.now())
    client = visit(app, base_url="https://shop.example")
    answer = client.post("/sign-in", data={"login": "mei", "password": PASSWORD})
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "/\n/e", ""],
)
def test_signing_in_never_leads_to_another_site(ws: Workspace, app: FastAPI, target: str) -> None:
    hire(ws, "mei", Role.ADMIN, clock.now())
    form = {"login": "mei", "password": PASSWORD, "next": target}
    assert visit(app).post("/sign-in", data=form).headers["location"] == "/"


def test_a_wrong_password_says_so_and_too_many_say_how_long(ws: Workspace, app: FastAPI) -> None:
    client = visit(app)
    hire(ws, "mei", Role.ADMIN, clock.now())
    form = {"login": "mei", "password": "wrong"}
    answers = [client.post("/sign-in", data=form) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert "Name or password is wrong." in answers[0].text
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 15


def test_guessing_elsewhere_does_not_lock_out_the_owners_browser(
    ws: Workspace, app: FastAPI
) -> None:
    hire(ws, "mei", Role.ADMIN, clock.now())
    own, stranger = visit(app), visit(app)
    right, wrong = ({"login": "mei", "password": typed} for typed in (PASSWORD, "wrong"))
    entered = own.post("/sign-in", data=right)
    known = next(one for one in entered.headers.get_list("set-cookie") if "known" in one)
    assert "HttpOnly" in known and "SameSite=strict" in known and "mei" not in known
    token = token_of(own.get("/account").text)
    own.post("/sign-out", data={"csrf": token})
    assert [stranger.post("/sign-in", data=wrong).status_code for _ in range(6)][-1] == 429
    assert stranger.post("/sign-in", data=right).status_code == 429
    assert own.post("/sign-in", data=right).status_code == 303


def test_a_form_of_another_site_is_refused(ws: Workspace, app: FastAPI) -> None:
    hire(ws, "mei", Role.ADMIN, clock.now())
    form = {"login": "mei", "password": PASSWORD}
    foreign = visit(app, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.post("/sign-in", data=form).status_code == 403
    client = visit(app)
    client.post("/sign-in", data=form)
    assert client.post("/account", data={"name": "Eve"}).status_code == 403
    token = token_of(client.get("/account").text)
    assert client.post("/account", data={"name": "Mei Lin", "csrf": token}).status_code == 303
    assert staff.named(ws, "mei").name == "Mei Lin"


def test_a_new_password_ends_other_sessions_and_keeps_this_one(ws: Workspace, app: FastAPI) -> None:
    hire(ws, "mei", Role.ADMIN, clock.now())
    laptop, phone = visit(app), visit(app)
    for client in (laptop, phone):
        client.post("/sign-in", data={"login": "mei", "password": PASSWORD})
    token = token_of(laptop.get("/account").text)
    new = {"old": PASSWORD, "password": "oolong in autumn", "again": "oolong in autumn"}
    answer = laptop.post("/account/password", data={**new, "csrf": token})
    assert answer.headers["location"] == "/account?done=password"
    assert laptop.get("/account").status_code == 200
    assert phone.get("/account").status_code == 303


def test_a_secret_is_shown_once_and_not_stored_by_the_browser(ws: Workspace, app: FastAPI) -> None:
    plant(ws, clock.now())
    mei = hire(ws, "mei", Role.ADMIN, clock.now())
    client = visit(app)
    client.post("/sign-in", data={"login": "mei", "password": PASSWORD})
    token = token_of(client.get("/account").text)
    form = {"name": "Web shop", "source": "shop-web", "actors": "customer", "csrf": token}
    made = client.post("/keys/write", data=form)
    secret = re.search(r"rw_[\w-]{43}", made.text)
    assert secret is not None
    assert made.headers["cache-control"] == "no-store"
    assert secret[0] not in client.get("/keys").text
    wang = {"login": "wang", "role": "manager", "where": "chosen", "places": ONE_STORE}
    added = client.post("/staff/new", data={**wang, "csrf": token})
    link = re.search(r"/set-password\?code=([\w-]+)", added.text)
    assert link is not None
    assert added.headers["cache-control"] == "no-store"
    assert staff.named(ws, "wang").chosen == {ONE_STORE}
    newcomer = visit(app)
    form = {"code": link[1], "password": "oolong in autumn", "again": "oolong in autumn"}
    assert newcomer.post("/set-password", data=form).status_code == 303
    assert newcomer.get("/staff").status_code == 403
    assert newcomer.get("/account").status_code == 200
    assert staff.by_id(ws, mei.id).disabled_at is None


def test_a_repeated_api_call_does_not_tell_a_secret_twice(ws: Workspace, app: FastAPI) -> None:
    from regulars.company.keys import service as keys

    _key, secret = keys.add_api_key(ws, SHELL, name="Deploy", role=Role.ADMIN, now=clock.now())
    client = visit(app, headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": "k1"})
    body = {"name": "Web shop", "source": "shop-web"}
    first, again = (client.post("/api/v1/keys/write", json=body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json()["code"] == "idempotency.told_once"
    assert len(keys.all_keys(ws)) == 2
