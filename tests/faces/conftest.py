"""A server with one small noun of its own: a list of orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query, Request, Response
from fastapi.testclient import TestClient

from regulars.faces import export, pages, web
from regulars.faces.forms import FormFields
from regulars.faces.layout import NavItem, Section, page
from regulars.kit.errors import Conflict, NotSignedIn, Unavailable
from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace

TOKEN = "token-of-lin"


@dataclass(frozen=True)
class Lin:
    """Lin Yue, manager: may read numbers and export them; as an agent only read."""

    kind: str = "staff"
    id: str = "lin"
    name: str = "Lin Yue"
    role: str = "manager"
    language: str | None = None

    def may(self, right: str) -> bool:
        return right == "read_numbers" or (right == "export" and self.role != "agent")


def recognise(request: Request) -> None:
    """Whoever sends the cookie `who` is Lin; a bearer key is Lin's, too."""
    request.state.principal = None
    if "who" in request.cookies:
        role = request.cookies["who"]
        request.state.principal = Lin(role=role, language=request.cookies.get("setting"))
        request.state.csrf = TOKEN
    elif request.headers.get("authorization") == "Bearer key":
        request.state.principal = Lin(kind="key")


def build(ws: Workspace) -> FastAPI:
    app = web.create(ws, version="1.0")
    app.state.recognise.append(recognise)
    app.state.made = []

    @app.get("/orders")
    def orders(request: Request) -> Response:
        rows = [("A-1", 12.5, datetime(2026, 10, 5, 6, 3, tzinfo=UTC)), ("=1+1", -3.0, None)]
        if kind := export.asked(request):
            return export.send(request, kind, "订单", ["Order", Text("Amount", "金额"), "At"], rows)
        return page(
            request,
            "error.html",
            title=Text("What was ordered?", "订了什么？"),
            fresh=datetime(2026, 10, 5, 6, 3, tzinfo=UTC),
            **{"detail": None, "advice": "", "code": "", "errors": []},
        )

    @app.post("/orders")
    def order(fields: FormFields) -> dict[str, Any]:
        amount = fields.number("amount", required=True, least=0)
        return {"amount": amount, "errors": fields.errors}

    @app.post("/api/v1/orders")
    def order_by_program(body: dict[str, Any]) -> dict[str, Any]:
        if body.get("taken"):
            raise Conflict("orders.taken", Text("Taken.", "已被占用。"), field="name")
        if body.get("down"):
            raise Unavailable("orders.down", Text("Down.", "服务不可用。"))
        app.state.made.append(body)
        return {"number": len(app.state.made)}

    @app.get("/api/v1/orders")
    def orders_for_program(size: Annotated[int, Query(ge=1)]) -> dict[str, Any]:
        return {"size": size}

    @app.get("/closed")
    def closed() -> None:
        raise NotSignedIn("rights.sign_in", Text("Please sign in.", "请先登录。"))

    @app.get("/broken")
    def broken() -> float:
        return 1 / 0

    app.include_router(pages.router)
    web.mount(app, [pages])
    app.state.navigation = [
        NavItem(Text("Overview", "总览"), "/", Section.LISTEN, 0),
        NavItem(Text("Orders", "订单"), "/orders", Section.UNDERSTAND, 10, "read_numbers"),
        NavItem(Text("Staff", "员工"), "/staff", Section.COMPANY, 10, "manage_staff"),
    ]
    return app


@pytest.fixture
def server(ws: Workspace) -> Iterator[TestClient]:
    with TestClient(build(ws), base_url="http://regulars.test") as client:
        yield client


@pytest.fixture
def lin(server: TestClient) -> TestClient:
    """The same server with Lin signed in."""
    server.cookies.set("who", "manager")
    return server
