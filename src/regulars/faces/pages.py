"""Pages and answers that belong to no noun: health of the server, preferences, API reference."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import text

from regulars.kit.errors import NotAllowed, RegularsError
from regulars.kit.text import LANGUAGES, Text

router = APIRouter(include_in_schema=False)
THEMES = ("auto", "light", "dark")
YEAR = 365 * 86_400


class NotSignedInError(RegularsError):
    """Nobody is signed in; a page sends the person to the sign-in form."""

    status = 401


def signed_in(request: Request) -> Any:
    """Return the caller; raises NotSignedInError without one."""
    principal = getattr(request.state, "principal", None)
    if principal is None:
        raise NotSignedInError("sign_in.needed", Text("Sign in first.", "请先登录。"))
    return principal


def admin(request: Request) -> Any:
    """Return the caller; raises NotAllowed unless it is an administrator."""
    principal = signed_in(request)
    if principal.role != "admin":
        raise NotAllowed(
            "rights.admin", Text("This page is for administrators.", "此页面仅限管理员访问。")
        )
    return principal


@router.get("/healthz")
def health(request: Request) -> JSONResponse:
    """Tell whether the server and its database answer; open to everybody, and says no more."""
    with request.app.state.workspace.database.reading() as connection:
        connection.execute(text("SELECT 1"))
    return JSONResponse({"status": "ok"})


@router.post("/preferences")
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
        answer.set_cookie(name, value, max_age=YEAR, samesite="lax", httponly=True)
        for hook in request.app.state.on_preference:
            hook(request, name, value)
    return answer


def own_address(address: str) -> str:
    """Return the address if it is a path of this server, else the start page."""
    plain = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if plain and "\n" not in address and "\r" not in address else "/"


@router.get("/api/v1/openapi.json")
def openapi(request: Request) -> JSONResponse:
    """Return the OpenAPI 3.1 document."""
    signed_in(request)
    return JSONResponse(request.app.openapi())
