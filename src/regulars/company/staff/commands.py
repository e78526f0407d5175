"""`regulars user`: accounts from the shell; whoever has the files may do everything."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from regulars.company.rights.model import SHELL, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.company.staff.model import Staff
from regulars.faces.command import WorkspaceFolder, err, out
from regulars.faces.language import gettext as _
from regulars.kit import clock
from regulars.store.workspace import Store

Opens = Callable[[Path], Store]
Login = Annotated[str, typer.Argument(help="Sign-in name.", show_default=False)]
RoleOption = Annotated[Role, typer.Option("--role", "-r", help="What the person does here.")]
Places = Annotated[
    list[str] | None, typer.Option("--place", "-p", help="Place (repeatable); default: everywhere.")
]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
LinkOnly = Annotated[
    bool, typer.Option("--link", help="Print a one-time address where the owner can set it.")
]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `user add|role|password`; the others are declared with the resource."""
    user = typer.Typer(no_args_is_help=True, help="Accounts of members.")
    app.add_typer(user, name="user")
    _add(user, opens)
    _change(user, opens)


def _add(user: typer.Typer, opens: Opens) -> None:
    @user.command()
    def add(
        login: Login,
        *,
        role: RoleOption = Role.ANALYST,
        name: Annotated[str, typer.Option(help="Shown name; default: the sign-in name.")] = "",
        place: Places = None,
        language: Annotated[str | None, typer.Option(help="en or zh.")] = None,
        password_stdin: FromStdin = False,
        link: LinkOnly = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Add an account and give it a password, or a one-time address to set one."""
        store, now = opens(workspace), clock.now()
        words = None if link else _password(password_stdin)
        wanted: dict[str, Any] = {
            "login": login,
            "name": name or login,
            "role": role,
            "places": place or None,
            "language": language,
        }
        if words is None:
            account = staff.add(store, SHELL, **wanted, now=now)
            _print_link(store, account)
        else:
            account = sign_in.add_with_password(store, SHELL, words, **wanted, now=now)
        err.print(_("Added {login}.").format(login=account.login))

    @user.command()
    def password(
        login: Login,
        password_stdin: FromStdin = False,
        link: LinkOnly = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Set an account's password, or print a one-time address where its owner does."""
        store = opens(workspace)
        account = staff.named(store, login)
        words = None if link else _password(password_stdin)
        if words is None:
            _print_link(store, account)
            return
        sign_in.set_password(store, SHELL, account.id, words, clock.now())
        err.print(_("The password is set."))


def _change(user: typer.Typer, opens: Opens) -> None:
    @user.command()
    def role(
        login: Login,
        role: Annotated[Role, typer.Argument(help="The new role.")],
        place: Places = None,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Change an account's role and places (none: everywhere)."""
        store = opens(workspace)
        account = staff.named(store, login)
        staff.change(
            store,
            SHELL,
            account.id,
            name=account.name,
            role=role,
            places=place or None,
            language=account.language,
        )
        out.print(_("Changed {login}.").format(login=account.login))


def _password(from_stdin: bool) -> str | None:
    """Return the password, asked for twice at a terminal; None: make a link instead."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        return None
    return str(typer.prompt(_("Password"), hide_input=True, confirmation_prompt=True))


def _print_link(store: Store, account: Staff) -> None:
    code = sign_in.password_link(store, SHELL, account.id, clock.now())
    told = _("Open this address of your server within {n} days:")
    err.print(told.format(n=sign_in.LINK_DAYS))
    typer.echo(sign_in.link_path(code))
