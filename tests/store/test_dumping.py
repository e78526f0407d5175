"""A dump of the database is of one moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.store import dumping
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, ids
from tests.timeline.putting_back import (
    keep_database,
    put_database,
)
from tests.timeline.test_lineage import send


def test_a_dump_of_the_database_is_of_one_moment(any_ws: Workspace, tmp_path: Path) -> None:
    send(any_ws, ANN, 1, 2)
    aside = keep_database(any_ws, tmp_path / "aside")
    send(any_ws, ANN, 3)
    put_database(any_ws, aside)
    assert ids(any_ws) == ["a1", "a2"]
    if any_ws.database.dialect == "postgresql":
        from regulars.kit.errors import Conflict

        with pytest.raises(Conflict, match="holds a workspace already"):
            dumping.load(any_ws.database, aside)
