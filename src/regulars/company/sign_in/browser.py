"""The browser at the other end: where it is, and the cookie that it keeps."""

from __future__ import annotations

import ipaddress

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.sign_in import known_browsers, service
from regulars.company.sign_in.model import LIFETIME
from regulars.company.staff.model import Staff
from regulars.kit import clock
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


def known_as(request: Request, store: Store, login: str) -> str:
    """Return the cookie by which the browser shows that the account has signed in there before."""
    return request.cookies.get(known_browsers.cookie_name(store, login), "")


def with_session(
    request: Request, store: Store, token: str, account: Staff, target: str
) -> Response:
    """Lead to `target` with the session's cookie, and let the browser be known by the account.

    Over HTTPS both are sent encrypted only.
    """
    name = known_browsers.cookie_name(store, account.login)
    known = known_browsers.make(store, account.login, clock.now())
    answer = RedirectResponse(target, 303)
    for cookie, value, lifetime in (
        (service.cookie_name(store), token, LIFETIME),
        (name, known, known_browsers.LIFETIME),
    ):
        answer.set_cookie(
            cookie,
            value,
            max_age=int(lifetime.total_seconds()),
            httponly=True,
            samesite="strict" if cookie == name else "lax",
            secure=request.url.scheme == "https",
        )
    return answer
