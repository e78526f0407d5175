"""A process that imports, refreshes or restores until it is killed; the tests of kills start it.

It is told what to do and its own: `import` FOLDER FILE, `refresh` FOLDER, `restore` BACKUP FOLDER
URL ("" for SQLite).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from regulars.app import load_tables, open_workspace
from regulars.company.rights.model import SHELL
from regulars.jobs.backup import service as backups
from regulars.jobs.refresh import service as refresh
from regulars.kit import clock
from regulars.listen.imports import service as imports


def main(begin: Callable[[], None], what: str, *told: str) -> None:
    """Do it once."""
    if what == "restore":
        backup, folder, url = told
        load_tables()
        begin()
        backups.restore(
            Path(backup), SHELL, Path(folder), now=clock.now(), opens=open_workspace,
            database=url or None,
        )  # fmt: skip
        return
    ws = open_workspace(told[0])
    begin()
    if what == "import":
        imports.import_files(ws, [Path(told[1])], "events", now=clock.now(), by=SHELL)
    else:
        refresh.run(ws, reason="test", clock=clock.now)
