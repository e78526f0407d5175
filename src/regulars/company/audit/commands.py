"""`regulars audit`: who did what and when."""

from __future__ import annotations

import csv
import itertools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from regulars.company.audit import service
from regulars.company.audit.model import CSV_HEADER, Search, csv_row
from regulars.faces.command import WorkspaceFolder, out
from regulars.faces.formats import author, moment
from regulars.faces.language import gettext as _
from regulars.kit.period import Period, parse_edge
from regulars.store.workspace import Store


def register(app: typer.Typer, opens: Callable[[Path], Store]) -> None:
    """Add `audit`."""

    @app.command()
    def audit(
        words: Annotated[str, typer.Argument(help="Text to search for.")] = "",
        *,
        action: Annotated[str, typer.Option(help="Action, for example staff.added.")] = "",
        since: Annotated[str | None, typer.Option("--from", help="Start: day or time.")] = None,
        until: Annotated[
            str | None, typer.Option("--to", help="End: day or time (excluded).")
        ] = None,
        limit: Annotated[int, typer.Option(min=1, help="Number of rows to show.")] = 50,
        as_csv: Annotated[
            bool, typer.Option("--csv", help="Print all matching entries as CSV.")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
        workspace: WorkspaceFolder = Path(),
    ) -> None:
        """Search the audit log, the newest first."""
        store = opens(workspace)
        edges = [None if edge is None else parse_edge(edge, store.zone) for edge in (since, until)]
        search = Search(words, action, period=Period(*edges))
        if as_csv:
            rows = (csv_row(entry) for entry in service.every(store, search))
            csv.writer(sys.stdout).writerows(itertools.chain([CSV_HEADER], rows))
            return
        found = service.find(store, search, limit=limit)
        if as_json:
            typer.echo(msgspec.json.encode(found).decode())
            return
        table = Table(_("When"), _("Who"), _("What"), _("Object"), _("Details"), box=None)
        for entry in found:
            details = json.dumps(entry.details, ensure_ascii=False) if entry.details else ""
            who = author(entry.caller_name) if entry.caller_name else _("not signed in")
            table.add_row(moment(entry.at), who, entry.action, entry.subject, details)
        out.print(table)
