"""The browser at the other end: where it is, and the cookie that it keeps."""

from __future__ import annotations

import ipaddress

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.sign_in import service
from regulars.company.sign_in.model import LIFETIME
from regulars.store.workspace import Store

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""Headers of a proxy: whoever sends one does not sit at this machine itself."""


def at_this_machine(request: Request) -> bool:
    """Tell whether the caller sits at the server itself, with nothing in between.

    A proxy on this machine also calls from the loopback address, so its headers must be absent;
    and the name asked for must be this machine's, or any web page could ask in its reader's name.
    """
    host = request.url.hostname or ""
    return (
        request.client is not None
        and _is_loopback(request.client.host)
        and (host == "localhost" or _is_loopback(host))
        and not any(name in request.headers for name in FORWARDED)
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def where(request: Request) -> dict[str, str]:
    """Return the caller's address and how its browser calls itself."""
    return {
        "address": request.client.host if request.client else "",
        "agent": request.headers.get("user-agent", ""),
    }


def with_session(request: Request, store: Store, token: str, target: str) -> Response:
    """Lead to `target` with the session's cookie; over HTTPS it is sent encrypted only."""
    answer = RedirectResponse(target, 303)
    answer.set_cookie(
        service.cookie_name(store),
        token,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer
