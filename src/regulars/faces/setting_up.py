"""What `regulars init` asks and tells."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import sqlalchemy as sa
import typer
from babel.core import get_global
from babel.numbers import get_territory_currencies, list_currencies

from regulars.faces.command import err, out
from regulars.faces.language import gettext as _
from regulars.kit import clock
from regulars.kit.errors import Invalid, Unavailable
from regulars.kit.text import LANGUAGES, Language, Text
from regulars.store.database import Database
from regulars.store.settings import FILE, DatabaseSettings, Settings, WorkspaceSettings, check


def settings_of(
    *, name: str, time_zone: str, currency: str, language: str, database: str
) -> Settings:
    """Return checked settings.

    Raises Invalid for a wrong value, Unavailable when the database does not answer: better now
    than with half a workspace on the disk.
    """
    settings = check(
        Settings(
            workspace=WorkspaceSettings(
                name=name,
                time_zone=time_zone,
                currency=currency,
                languages=_languages(language),
            ),
            database=DatabaseSettings(url=database),
        )
    )
    _require_reachable(database)
    return settings


def zone_of_machine(etc: Path = Path("/etc")) -> str:
    """Return the name of this machine's time zone, or UTC when it does not tell."""
    link = etc / "localtime"
    told = [os.environ.get("TZ", "").lstrip(":")]
    if (etc / "timezone").is_file():
        told.append((etc / "timezone").read_text().strip())
    if link.is_symlink():
        told.append(str(link.readlink()).partition("zoneinfo/")[2])
    return next(filter(clock.is_zone, told), "UTC").replace("Etc/UTC", "UTC")


def asked_currency(zone: str) -> str:
    """Return the currency that who sits at a terminal names; without anybody, the usual one."""
    if not at_terminal():
        return WorkspaceSettings().currency
    words = _("Currency that your orders and reports are in")
    return str(typer.prompt(words, default=currency_of(zone), value_proc=_code, err=True))


def at_terminal() -> bool:
    """Tell whether somebody can answer."""
    return sys.stdin.isatty()


def currency_of(zone: str) -> str:
    """Return the currency of the country that has this time zone, or the usual one."""
    country = get_global("zone_territories").get(zone)
    known = get_territory_currencies(country) if country else []
    return known[0] if known else WorkspaceSettings().currency


def tell(folder: Path, settings: Settings, *, given: bool = True) -> None:
    """Print what was made and what comes next; with how to change a currency nobody gave."""
    chosen = settings.workspace
    err.print(
        _("Workspace {folder}: reports in {zone} and {currency}.").format(
            folder=folder, zone=chosen.time_zone, currency=chosen.currency
        ),
        soft_wrap=True,
    )
    if not given:
        words = _("To change the currency, edit “currency” in {file} before the first import.")
        err.print(words.format(file=folder / FILE), soft_wrap=True)
    here = "" if folder == Path() else f" -w {folder}"
    for words, line in (
        (_("Start the server:"), f"regulars serve{here}"),
        (_("Import a file:"), f"regulars import FILE --preview{here}"),
        (_("Check it:"), f"regulars doctor{here}"),
    ):
        out.print(f"{words} [bold]{line}[/]", soft_wrap=True)


def _code(word: str) -> str:
    code = word.strip().upper()
    if code not in list_currencies():
        raise typer.BadParameter(_("Write a code of three letters, such as CNY."))
    return code


def _languages(first: str) -> tuple[Language, ...]:
    if first not in LANGUAGES:
        raise Invalid(
            "settings.language", Text("The language is en or zh.", "语言只能是 en 或 zh。")
        )
    return tuple(sorted(LANGUAGES, key=lambda language: language != first))


def _require_reachable(url: str) -> None:
    try:
        if sa.make_url(url).get_backend_name() == "sqlite":
            return
        database = Database(url)
    except sa.exc.ArgumentError as error:
        raise Invalid(
            "settings.database",
            Text("The database is no SQLAlchemy URL.", "数据库地址不是有效的 SQLAlchemy URL。"),
        ) from error
    try:
        with database.reading() as connection:
            connection.execute(sa.text("SELECT 1"))
    except sa.exc.OperationalError as error:
        raise Unavailable(
            "database.unreachable",
            Text(
                f"The database does not answer: {error.orig}",
                f"数据库没有响应：{error.orig}",
            ),
        ) from error
    finally:
        database.close()
