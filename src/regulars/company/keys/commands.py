"""`regulars key`: write keys and API keys from the shell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table

from regulars.company.keys import service
from regulars.company.keys.model import ApiKey, KeyRow, WriteKey
from regulars.company.rights.model import SHELL, Role
from regulars.faces.command import WorkspaceFolder, err, out
from regulars.faces.formats import ago
from regulars.faces.language import gettext as _
from regulars.kit import clock
from regulars.store.workspace import Store

Opens = Callable[[Path], Store]
Name = Annotated[str, typer.Argument(help="Who or what uses the key.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]


def register(app: typer.Typer, opens: Opens) -> None:
    """Add `key add|add-api|list|revoke`."""
    key = typer.Typer(no_args_is_help=True, help="Write keys for senders, API keys for programs.")
    app.add_typer(key, name="key")
    _adding(key, opens)
    _keeping(key, opens)


def _adding(key: typer.Typer, opens: Opens) -> None:
    @key.command()
    def add(
        name: Name,
        source: Annotated[str, typer.Option(help="Source of its events.")] = "",
        actor: Annotated[
            list[str] | None, typer.Option(help="Whose events it may send (repeatable).")
        ] = None,
        workspace: WorkspaceFolder = Path(),
        as_json: AsJson = False,
    ) -> None:
        """Create a write key, which lets a system send events."""
        made = service.add_write_key(
            opens(workspace),
            SHELL,
            name=name,
            source=source or name,
            actors=actor or ("customer",),
            now=clock.now(),
        )
        _show_once(*made, as_json)

    @key.command("add-api")
    def add_api(
        name: Name,
        role: Annotated[Role, typer.Option(help="Its role.")] = Role.ANALYST,
        place: Annotated[
            list[str] | None, typer.Option(help="Place (repeatable); default: everywhere.")
        ] = None,
        workspace: WorkspaceFolder = Path(),
        as_json: AsJson = False,
    ) -> None:
        """Create an API key, which lets a program query and change data."""
        made = service.add_api_key(
            opens(workspace), SHELL, name=name, role=role, places=place or None, now=clock.now()
        )
        _show_once(*made, as_json)


def _keeping(key: typer.Typer, opens: Opens) -> None:
    @key.command("list")
    def list_(workspace: WorkspaceFolder = Path(), as_json: AsJson = False) -> None:
        """List the keys; their secrets are not stored."""
        found = service.all_keys(opens(workspace))
        if as_json:
            typer.echo(msgspec.json.encode([facts(one) for one in found]).decode())
            return
        table = Table(
            "id", _("Name"), _("Begins"), _("Permissions"), _("Last used"), _("State"), box=None
        )
        for one in found:
            state = _("active") if one.revoked_at is None else _("revoked")
            table.add_row(
                one.id, one.name, one.prefix + "…", allows(one), ago(one.last_used_at), state
            )
        out.print(table)

    @key.command()
    def revoke(
        key_id: Annotated[str, typer.Argument(help="The key's id, from `key list`.")],
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Revoke a key permanently."""
        service.revoke(opens(workspace), SHELL, key_id, clock.now())
        out.print(_("Revoked."))


def facts(key: KeyRow) -> dict[str, Any]:
    """Return what JSON says of a key; never the secret."""
    told: dict[str, Any] = {
        "id": key.id,
        "kind": key.kind,
        "name": key.name,
        "prefix": key.prefix,
        "created_at": key.created_at,
        "created_by": key.created_by,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
    if isinstance(key.grants, WriteKey):
        return {**told, "source": key.grants.source, "actors": sorted(key.grants.actors)}
    chosen = key.grants.chosen
    return {
        **told,
        "role": key.grants.role.value,
        "places": None if chosen is None else sorted(chosen),
    }


def allows(key: KeyRow) -> str:
    """Return in words what a key may do."""
    if isinstance(key.grants, ApiKey):
        places = key.grants.chosen
        where = _("everywhere") if places is None else ", ".join(sorted(places))
        return f"{key.grants.role.value} · {where}"
    return f"{key.grants.source} · {', '.join(sorted(key.grants.actors))}"


def _show_once(key: KeyRow, secret: str, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.encode({**facts(key), "secret": secret}).decode())
        return
    err.print(_("The key is shown only once:"))
    typer.echo(secret)
