"""Pages and answers that belong to no noun: health of the server, preferences, API reference."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from regulars.faces.health import REASONS
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import NavItem, Section, page
from regulars.faces.look import samples
from regulars.faces.reference import sections
from regulars.kit.errors import NotAllowed, NotSignedIn
from regulars.kit.text import LANGUAGES, Text
from regulars.store.faults import COME_BACK

router = APIRouter(include_in_schema=False)
THEMES = ("auto", "light", "dark")
YEAR = 365 * 86_400
navigation = [
    NavItem(Text("API", "开发者文档"), "/api-reference", Section.COMPANY, 95),
]


def signed_in(request: Request) -> Any:
    """Return the caller; raises NotSignedIn without one."""
    principal = getattr(request.state, "principal", None)
    if principal is None:
        raise NotSignedIn("rights.sign_in", Text("Please sign in.", "请先登录。"))
    return principal


def administrator(request: Request) -> Any:
    """Return the caller; raises NotAllowed unless it is an administrator."""
    principal = signed_in(request)
    if principal.role != "admin":
        raise NotAllowed(
            "rights.admin", Text("This page is for administrators.", "此页面仅限管理员访问。")
        )
    return principal


def public() -> None:
    """Say that a route is open on purpose."""


# The walk over all routes (company/rights) reads the guard's name from these functions.
for _guard, _name in (
    (signed_in, "signed_in"),
    (administrator, "administrator"),
    (public, "public"),
):
    _guard.__dict__["guard"] = _name


@router.get("/healthz", dependencies=[Depends(public)])
def health(request: Request) -> JSONResponse:
    """Tell whether the server's parts answer; open to everybody, and says no more."""
    parts = request.app.state.health
    faults = parts.now()
    if not faults and parts.lagging():
        late = {"code": "work.late", "reason": say(REASONS["work.late"])}
        return JSONResponse({"status": "lagging", "parts": {"reactions": late}})
    if not faults:
        return JSONResponse({"status": "ok"})
    away = {
        fault.part: {"code": fault.code, "reason": say(REASONS[fault.code])} for fault in faults
    }
    headers = {"Retry-After": str(COME_BACK)}
    return JSONResponse({"status": "degraded", "parts": away}, 503, headers)


@router.post("/preferences", dependencies=[Depends(public)])
def prefer(
    request: Request,
    language: Annotated[str | None, Form()] = None,
    theme: Annotated[str | None, Form()] = None,
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Keep the reader's language or theme in a cookie, and with the account where a noun does."""
    answer = RedirectResponse(own_address(back), 303)
    chosen = {
        "language": language if language in LANGUAGES else None,
        "theme": theme if theme in THEMES else None,
    }
    for name, value in chosen.items():
        if value is None:
            continue
        safe = request.url.scheme == "https"
        answer.set_cookie(name, value, max_age=YEAR, samesite="lax", httponly=True, secure=safe)
        for hook in request.app.state.on_preference:
            hook(request, name, value)
    return answer


def own_address(address: str) -> str:
    """Return the address if it is a path of this server, else the start page."""
    # Browsers drop tabs and line ends and read "\\" as "/": "/\t/elsewhere" would lead elsewhere.
    plain = re.fullmatch(r"/(?!/)[^\x00-\x20\x7f\\]*", address)
    return address if plain else "/"


@router.get("/api/v1/openapi.json", dependencies=[Depends(signed_in)])
def openapi(request: Request) -> JSONResponse:
    """Return the OpenAPI 3.1 document."""
    return JSONResponse(request.app.openapi())


@router.get("/api-reference", dependencies=[Depends(signed_in)])
def reference(request: Request) -> HTMLResponse:
    """Show the API: each address with its parameters and answers."""
    return page(
        request,
        "reference.html",
        title=_("API reference"),
        sections=sections(request.app.openapi()),
    )


@router.get("/look", dependencies=[Depends(administrator)])
def look(request: Request) -> HTMLResponse:
    """Show every part with sample values, for those who make pages."""
    return page(request, "look.html", title=_("What are pages made of?"), **samples())


@router.get("/look/piece", dependencies=[Depends(administrator)])
def piece(request: Request) -> HTMLResponse:
    """Answer with a piece of a page, for the part that is fetched after the first paint."""
    return page(request, "look_piece.html", title="")
