"""A shop's files, imported as a shop would, and what the command then shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from regulars.app import build_cli
from regulars.kit import clock
from regulars.listen.imports import service
from regulars.listen.imports.model import Habits
from regulars.timeline.workspace import Workspace


def bring(ws: Workspace, folder: Path, name: str, recipe: str, text: str, **habits: Any) -> None:
    """Import a file of these lines by a recipe; every row is used."""
    file = folder / name
    file.write_text(text.strip() + "\n", encoding="utf-8")
    outcome = service.import_files(
        ws, [file], recipe, now=clock.now(), habits=Habits(zone="UTC", **habits)
    )
    assert outcome.counts.rejected == 0, list(service.every_reject(ws, outcome.run_id))


def shown(ws: Workspace, name: str, *options: str) -> Any:
    """Return what `regulars show NAME --json` prints."""
    args = ["show", name, *options, "--workspace", str(ws.folder), "--json"]
    result = CliRunner().invoke(build_cli(), args, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
