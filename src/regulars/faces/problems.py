"""Errors as the caller can read them: problem+json (RFC 9457) for machines, a page for people."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException

from regulars.faces import lake_faults, refusals, unstorable
from regulars.faces.callers import recognise
from regulars.faces.language import gettext as _
from regulars.faces.language import say, speaking
from regulars.faces.layout import language_of, page
from regulars.kit.errors import RegularsError
from regulars.kit.text import Text
from regulars.store import faults

MEDIA_TYPE = "application/problem+json"
MACHINES = ("/api", "/v1", "/healthz", "/metrics-of-server")
log = logging.getLogger(__name__)

TITLES = {
    400: Text("The request cannot be read", "请求无法读取"),
    401: Text("Sign in first", "请先登录"),
    403: Text("Your account may not see this", "您的账号无权查看此内容"),
    404: Text("There is nothing here", "这里没有内容"),
    405: Text("This address does not take that method", "此地址不支持该方法"),
    408: Text("The request came in too slowly", "请求发送过慢"),
    409: Text("Somebody was quicker", "内容已被他人更改"),
    413: Text("That is too large", "内容过大"),
    422: Text("Something in the input is wrong", "输入有误"),
    429: Text("Too many requests", "请求过于频繁"),
    500: Text("Something broke on our side", "服务器出错了"),
    503: Text("A part that is needed does not answer", "所需的服务暂时没有响应"),
}
ADVICE = {
    400: Text("Check the request and send it again.", "请检查请求后重新发送。"),
    401: Text("Sign in, then open the page again.", "登录后重新打开此页面。"),
    403: Text(
        "Ask an administrator for the right, or go back to a page of your own.",
        "请向管理员申请权限，或返回您可以查看的页面。",
    ),
    404: Text(
        "Check the address, or start from the overview.",
        "请检查地址，或从总览重新开始。",
    ),
    408: Text("Send it again over a better line.", "请在网络良好时重新发送。"),
    409: Text("Open the page again and repeat your change.", "请重新打开页面，再做一次修改。"),
    413: Text(
        "Split it into smaller pieces; large files go in by “regulars import”.",
        "请拆分成更小的部分；大文件请用“regulars import”导入。",
    ),
    422: Text(
        "Go back, mend the field that is named, and send again.", "请返回修改指出的字段后重新提交。"
    ),
    429: Text("Wait a minute, then try again.", "请稍等一分钟再试。"),
    500: Text(
        "Try again; if it stays, give your administrator the number below.",
        "请重试；如仍出错，请把下面的编号告诉管理员。",
    ),
    503: Text(
        "Try again in a moment; “regulars doctor” tells what is missing.",
        "请稍后再试；运行“regulars doctor”可查看缺少什么。",
    ),
}


def for_machine(request: Request) -> bool:
    """Tell whether the caller reads JSON: the API, the intake, or a client that asks for it."""
    if request.url.path.startswith(MACHINES):
        return True
    accepted = request.headers.get("accept", "")
    return "json" in accepted and "text/html" not in accepted


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return a problem document; `more` are members of its own (`errors`, `field`, …)."""
    title = TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400])
    body = {
        **(more or {}),
        "type": f"urn:regulars:problem:{code}",
        "title": say(title),
        "status": status,
        "code": code,
        "detail": detail,
    }
    return JSONResponse(body, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def answer(
    request: Request,
    status: int,
    code: str,
    detail: str | None = None,
    *,
    more: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the error in the shape that this caller reads."""
    with speaking(language_of(request)):
        advice = ADVICE.get(status, ADVICE[500] if status >= 500 else ADVICE[400])
        if for_machine(request):
            return problem(status, code, detail or say(advice), more=more, headers=headers)
        whole = "hx-request" not in request.headers
        return page(
            request,
            "error.html" if whole else "error_piece.html",
            title=TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400]),
            status=status,
            headers=dict(headers or {}),
            detail=detail,
            advice=say(advice),
            code=code,
            errors=(more or {}).get("errors", []),
            bare=getattr(request.state, "principal", None) is None,
        )


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, RegularsError)
    with speaking(language_of(request)):
        detail = say(error.message)
    if error.status == 401 and not for_machine(request):
        return to_sign_in(request)
    more = {name: value for name, value in error.details.items() if _plain(value)}
    if error.status >= 500:
        why = error.why if isinstance(error, faults.Fault) else error.message.en
        log.error("%s on %s: %s", error.code, request.url.path, why)
    if isinstance(error, faults.Fault):
        request.app.state.health.note(error)
    return answer(request, error.status, error.code, detail, more=more, headers=come_back(error))


def come_back(error: RegularsError) -> dict[str, str]:
    """Return the header that says when to try again, where that helps."""
    if error.status not in (429, 503):
        return {}
    return {"Retry-After": str(error.details.get("retry_after", faults.COME_BACK))}


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | list | dict)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 401 and not for_machine(request):
        return to_sign_in(request)
    detail = error.detail if isinstance(error.detail, str) else None
    if not for_machine(request):
        recognise(request)  # an address without a route asked nobody yet
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(_allowed(request)))
    standard = detail in ("Not Found", "Method Not Allowed", "Forbidden", "Unauthorized")
    return answer(
        request,
        error.status_code,
        f"http.{error.status_code}",
        None if standard else detail,
        headers=headers,
    )


def _allowed(request: Request) -> set[str]:
    """Return the methods that an address takes; the router names those of one route only.

    An address that is written out in a route is not also what another route says with a parameter.
    """
    path = request.scope["path"]
    known = [
        found
        for found in iter_route_contexts(request.app.routes)
        if getattr(found.original_route, "methods", None) and found.path_regex.match(path)
    ]
    known = [found for found in known if found.path == path] or known
    return {method for found in known for method in found.methods or ()}


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    with speaking(language_of(request)):
        errors = [
            {
                "field": ".".join(str(part) for part in found["loc"][1:]) or str(found["loc"][0]),
                "in": str(found["loc"][0]),
                "reason": say(refusals.reason(found)),
                "code": found["type"],
            }
            for found in error.errors()
        ]
        detail = _("Some fields are missing or wrong.")
    return answer(request, 422, "request.invalid", detail, more={"errors": errors})


def unexpected(request: Request, error: Exception) -> Response:
    """Answer an error nobody foresaw, with a number that stands in the log too.

    A database that is away, a full disk or a lake that cannot be read is no such error: it is
    told as what it is.
    """
    known = error if isinstance(error, RegularsError) else faults.told(error)
    known = known or unstorable.told(error)
    if known is None and (known := lake_faults.told(error)):
        log.error("the lake cannot be read: %s", error)
    if known is not None:
        return _ours(request, known)
    number = getattr(request.state, "number", "")
    log.error("request %s to %s broke", number, request.url.path, exc_info=error)
    return answer(request, 500, "server.error", more={"number": number})


def to_sign_in(request: Request) -> Response:
    """Send a person to the sign-in page and back here afterwards."""
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    target = "/sign-in" + (
        f"?next={quote(back)}" if request.method == "GET" and back != "/" else ""
    )
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(RegularsError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(Exception, unexpected)
