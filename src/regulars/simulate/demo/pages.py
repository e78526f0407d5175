"""`/demo/enter`: the link that `regulars demo` prints."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import public
from regulars.company.sign_in import service as sign_in
from regulars.company.sign_in.model import LIFETIME
from regulars.faces.layout import NavItem
from regulars.kit import clock
from regulars.kit.errors import NotAllowed
from regulars.simulate.demo import service
from regulars.timeline.current import CurrentWorkspace

router = APIRouter(include_in_schema=False)
navigation: list[NavItem] = []


@router.get("/demo/enter", dependencies=[Depends(public())])
def enter(request: Request, ws: CurrentWorkspace, code: str = "") -> Response:
    """Sign in with the one-time code; a used one leads to the sign-in page."""
    address = request.client.host if request.client else ""
    agent = request.headers.get("user-agent", "")
    try:
        token = service.enter(ws, code, address=address, agent=agent, now=clock.now())
    except NotAllowed:
        return RedirectResponse("/sign-in", 303)
    answer = RedirectResponse("/", 303)
    secure, age = request.url.scheme == "https", int(LIFETIME.total_seconds())
    name = sign_in.cookie_name(ws)
    answer.set_cookie(name, token, max_age=age, httponly=True, samesite="lax", secure=secure)
    return answer
