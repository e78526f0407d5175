"""Databases and lakes put aside and put back by hand, as somebody with a copy would."""

from __future__ import annotations

import shutil
from pathlib import Path

from regulars.app import open_workspace
from regulars.store import dumping
from regulars.timeline.workspace import Workspace


def keep_database(ws: Workspace, aside: Path) -> Path:
    """Put the database aside as it is now."""
    aside.mkdir()
    dumping.dump(ws.database, aside)
    return aside


def put_database(ws: Workspace, aside: Path) -> None:
    """Put the database back and close the workspace, whose server would have been stopped."""
    if ws.database.file is None:
        dumping.load(ws.database, aside, replace=True)
    ws.close()
    if ws.database.file is not None:
        empty_database(ws)
        shutil.copy(aside / dumping.SQLITE_FILE, ws.database.file)


def empty_database(ws: Workspace) -> None:
    """Take away everything the database holds."""
    if ws.database.file is None:
        with ws.database.transaction() as connection:
            dumping.drop(connection)
        return
    ws.close()
    for end in ("", "-wal", "-shm"):
        ws.database.file.with_name(ws.database.file.name + end).unlink(missing_ok=True)


def keep_lake(ws: Workspace, aside: Path) -> Path:
    """Put the lake aside with what lies beside it."""
    return Path(shutil.copytree(ws.folder / "lake", aside))


def put_lake(ws: Workspace, aside: Path) -> None:
    """Put the lake back in the place of the present one."""
    shutil.rmtree(ws.folder / "lake")
    shutil.copytree(aside, ws.folder / "lake")


def opened(ws: Workspace, *, accept_loss: bool = False) -> Workspace:
    """Open it as a command would, in the place of the one that stands."""
    ws.close()
    return open_workspace(ws.folder, accept_loss=accept_loss)
