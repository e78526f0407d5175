"""Signing in and out, the first run, links for a password, one's own account."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.responses import RedirectResponse, Response

from regulars.company.access import CurrentStore, member, public, recognise
from regulars.company.rights.model import Principal
from regulars.company.sign_in import service
from regulars.company.sign_in.browser import at_this_machine, known_as, where, with_session
from regulars.company.staff import service as staff
from regulars.company.staff.model import ROLE_NAMES
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.faces.layout import NavItem, page
from regulars.faces.pages import own_address
from regulars.kit import clock
from regulars.kit.errors import Invalid, NotAllowed, RegularsError
from regulars.kit.text import Text
from regulars.store.workspace import Store

router = APIRouter(include_in_schema=False)
navigation: list[NavItem] = []
open_to_all = [Depends(public())]
Known = Annotated[Principal, Depends(member())]
Field = Annotated[str, Form()]
Optional = Annotated[str, Form()]


def prepare(app: FastAPI) -> None:
    """Let the server know its callers, and keep their choice of language with the account."""
    app.state.recognise.append(recognise)
    app.state.on_preference.append(_keep_language)


def _keep_language(request: Request, name: str, value: str) -> None:
    caller: Principal | None = getattr(request.state, "principal", None)
    if name == "language" and caller is not None and caller.kind == "staff":
        staff.introduce(request.app.state.workspace, caller, name=caller.name, language=value)


@router.get("/sign-in", dependencies=open_to_all)
def sign_in_form(request: Request, store: CurrentStore, next: str = "/") -> Response:  # noqa: A002
    """Ask for name and password; on the first run lead to its page."""
    if getattr(request.state, "principal", None) is not None:
        return RedirectResponse(own_address(next), 303)
    if service.is_first_run(store):
        return RedirectResponse("/first-run", 303)
    return _sign_in_page(request, back=own_address(next))


@router.post("/sign-in", dependencies=open_to_all)
def sign_in(
    request: Request,
    store: CurrentStore,
    login: Field,
    password: Field,
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Open a session, or say what is wrong without telling which names exist."""
    sender, known = where(request), known_as(request, store, login)
    try:
        token, account = service.sign_in(
            store, login, password, **sender, now=clock.now(), cookie=known
        )
    except RegularsError as error:
        return _sign_in_page(request, back=own_address(back), login=login, error=error)
    return with_session(request, store, token, account, own_address(back))


@router.post("/sign-out", dependencies=open_to_all)
def sign_out(request: Request, store: CurrentStore) -> Response:
    """End this session."""
    token = getattr(request.state, "token", None)
    if token is not None:
        service.sign_out(store, token)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(service.cookie_name(store), path="/")
    return answer


@router.get("/first-run", dependencies=open_to_all)
def first_run_form(request: Request, store: CurrentStore, code: str = "") -> Response:
    """Offer to make the first administrator, to whoever started the server."""
    if not service.is_first_run(store):
        return RedirectResponse("/sign-in", 303)
    try:
        _check_first_run(request, store, code)
    except NotAllowed as error:
        return _first_run_page(request, code, error=error, closed=True)
    return _first_run_page(request, code)


@router.post("/first-run", dependencies=open_to_all)
def first_run(
    request: Request,
    store: CurrentStore,
    *,
    login: Field,
    password: Field,
    again: Field,
    name: Optional = "",
    code: Optional = "",
) -> Response:
    """Make the first administrator and sign them in."""
    _check_first_run(request, store, code)
    try:
        account = service.make_first_admin(
            store, login=login, name=name or login, password=_twice(password, again),
            language=request.state.language, now=clock.now(),
        )  # fmt: skip
    except RegularsError as error:
        return _first_run_page(request, code, error=error, login=login, name=name)
    token = service.start_session(store, account, clock.now(), **where(request))
    return with_session(request, store, token, account, "/")


@router.get("/set-password", dependencies=open_to_all)
def set_password_form(request: Request, store: CurrentStore, code: str = "") -> Response:
    """Ask the owner of a one-time link for a new password."""
    account = service.whose_link(store, code, clock.now())
    return _set_password_page(request, code, account.login)


@router.post("/set-password", dependencies=open_to_all)
def set_password(
    request: Request, store: CurrentStore, code: Field, password: Field, again: Field
) -> Response:
    """Set the password, use the link up, and sign its owner in."""
    login = service.whose_link(store, code, clock.now()).login
    try:
        account = service.use_link(store, code, _twice(password, again), clock.now())
    except Invalid as error:
        return _set_password_page(request, code, login, error)
    token = service.start_session(store, account, clock.now(), **where(request))
    return with_session(request, store, token, account, "/")


@router.get("/account")
def account(request: Request, store: CurrentStore, caller: Known, done: str = "") -> Response:
    """Show one's own account."""
    return _account_page(request, store, caller, done=done)


@router.post("/account")
def introduce(
    request: Request, store: CurrentStore, caller: Known, name: Field, language: Optional = ""
) -> Response:
    """Change one's own name and language."""
    try:
        staff.introduce(store, caller, name=name, language=language or None)
    except Invalid as error:
        return _account_page(request, store, caller, error=error)
    answer = RedirectResponse("/account?done=kept", 303)
    if language:
        answer.set_cookie("language", language, max_age=31_536_000, samesite="lax", httponly=True)
    return answer


@router.post("/account/password")
def change_password(
    request: Request,
    store: CurrentStore,
    caller: Known,
    *,
    old: Field,
    password: Field,
    again: Field,
) -> Response:
    """Change one's own password; every other session ends."""
    sender, now, account = where(request), clock.now(), request.state.session.staff
    try:
        service.change_password(
            store, caller, old=old, new=_twice(password, again), address=sender["address"],
            now=now, cookie=known_as(request, store, account.login),
        )  # fmt: skip
    except RegularsError as error:
        return _account_page(request, store, caller, error=error)
    token = service.start_session(store, account, now, **sender)
    return with_session(request, store, token, account, "/account?done=password")


@router.post("/account/sessions/{session_id}/end")
def end_session(store: CurrentStore, caller: Known, session_id: str) -> Response:
    """End one of one's own sessions."""
    service.end_session(store, caller, session_id)
    return RedirectResponse("/account?done=ended", 303)


@router.post("/account/sign-out-everywhere")
def sign_out_everywhere(store: CurrentStore, caller: Known) -> Response:
    """End all of one's own sessions, this one too."""
    service.sign_out_everywhere(store, caller, caller.id, clock.now())
    return RedirectResponse("/sign-in", 303)


def _check_first_run(request: Request, store: Store, code: str) -> None:
    here = at_this_machine(request)
    service.check_first_run(store, code, at_this_machine=here, now=clock.now())


def _twice(password: str, again: str) -> str:
    if password != again:
        raise Invalid(
            "sign_in.differ",
            Text("The two passwords differ.", "两次输入的密码不一致。"),
            field="again",
        )
    return password


def _sign_in_page(
    request: Request, *, back: str, login: str = "", error: RegularsError | None = None
) -> Response:
    wait = {"Retry-After": str(error.details["retry_after"])} if _waits(error) and error else {}
    return page(
        request,
        "sign_in/sign_in.html",
        title=_("Sign in"),
        bare=True,
        back=back,
        login=login,
        status=error.status if error else 200,
        headers=wait,
        **_told(error),
    )


def _waits(error: RegularsError | None) -> bool:
    return error is not None and "retry_after" in error.details


def _first_run_page(
    request: Request, code: str, *, error: RegularsError | None = None, **typed: Any
) -> Response:
    return page(
        request,
        "sign_in/first_run.html",
        title=_("Welcome: create the first account"),
        bare=True,
        status=error.status if error else 200,
        **{"code": code, "login": "", "name": "", "closed": False, **typed, **_told(error)},
    )


def _set_password_page(
    request: Request, code: str, login: str, error: RegularsError | None = None
) -> Response:
    return page(
        request,
        "sign_in/set_password.html",
        title=_("Choose a password"),
        bare=True,
        status=error.status if error else 200,
        code=code,
        login=login,
        **_told(error),
    )


def _account_page(
    request: Request,
    store: Store,
    caller: Principal,
    *,
    done: str = "",
    error: RegularsError | None = None,
) -> Response:
    session = request.state.session
    return page(
        request,
        "sign_in/account.html",
        title=_("Your account"),
        status=error.status if error else 200,
        account=session.staff,
        role_name=ROLE_NAMES[session.staff.role],
        places=", ".join(sorted(session.staff.chosen or ())),
        here=session.id,
        sessions=service.sessions_of(store, caller.id, clock.now()),
        done=done,
        **_told(error),
    )


def _told(error: RegularsError | None) -> dict[str, Any]:
    """Return what a form shows of an error: the words, and the field they belong to."""
    return {
        "error": say(error.message) if error else None,
        "wrong": error.details.get("field") if error else None,
    }
