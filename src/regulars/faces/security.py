"""What keeps a page from being misused: headers, content policy, and who may send a form."""

from __future__ import annotations

import hmac

from fastapi import Request

from regulars.kit.errors import NotAllowed
from regulars.kit.text import Text

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FIELD = "csrf"
HEADER = "x-csrf-token"


def policy(nonce: str) -> str:
    """Return the Content-Security-Policy of a page: own scripts only, none inline.

    Style attributes are allowed, because the charts' tooltips are positioned by them.
    """
    return (
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce}'; "
        "style-src 'self' 'unsafe-inline'; style-src-elem 'self'; style-src-attr 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


async def check_sender(request: Request) -> None:
    """Refuse a change that another site made a browser send.

    A call with a key of its own (Authorization) is no browser's. A session must show its token,
    in the header `X-CSRF-Token` or the form field `csrf`; without a session the browser's own
    word on the sender (Sec-Fetch-Site, Origin) must not name another site.
    Raises NotAllowed.
    """
    if request.method in SAFE or request.url.path.startswith("/v1/"):
        return
    expected = getattr(request.state, "csrf", None)
    if expected is None:
        if "authorization" not in request.headers and _from_elsewhere(request):
            raise _refused()
        return
    given = request.headers.get(HEADER) or await _form_field(request)
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise _refused()


def _from_elsewhere(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and origin.split("://")[-1] != request.headers.get("host")


async def _form_field(request: Request) -> str:
    kind = request.headers.get("content-type", "")
    if not kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return ""
    value = (await request.form()).get(FIELD)
    return value if isinstance(value, str) else ""


def _refused() -> NotAllowed:
    return NotAllowed(
        "form.foreign",
        Text(
            "The form has grown old or came from another site: open the page again and resend.",
            "表单已过期或来自其他网站：请重新打开页面后再提交。",
        ),
    )
