"""An erasure that only one of database and lake knows is carried out in the other."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from regulars.kit import clock
from regulars.timeline import erased, erasure, lineage, linking
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, ids
from tests.timeline.putting_back import (
    keep_database,
    keep_lake,
    opened,
    put_database,
    put_lake,
)
from tests.timeline.test_lineage import send


def test_an_erasure_that_only_the_lake_knows_is_carried_out_in_an_old_database(
    any_ws: Workspace, tmp_path: Path
) -> None:
    send(any_ws, BO, 1)
    send(any_ws, ANN, 1)
    with any_ws.database.transaction() as connection:
        linking.link(
            any_ws, connection, ANN, BO, link_id="l1", kind="identify", source="web", at=clock.now()
        )
    aside = keep_database(any_ws, tmp_path / "aside")
    erasure.erase(any_ws, [ANN], by="dana", now=clock.now())
    flush(any_ws)
    put_database(any_ws, aside)  # it holds what Ann sent, and her link with Bo
    ws = opened(any_ws)
    assert ids(ws) == ["b1"]
    assert lineage.unknown_erasures(ws) == ({}, {})
    with ws.database.reading() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM identity_links")).scalar() == 0
    assert send(ws, ANN, 2) == [False]
    ws.close()


def test_an_erasure_that_only_the_database_knows_is_carried_out_in_an_old_lake(
    any_ws: Workspace, tmp_path: Path
) -> None:
    send(any_ws, ANN, 1)
    send(any_ws, BO, 1)
    flush(any_ws)
    aside = keep_lake(any_ws, tmp_path / "lake")
    erasure.erase(any_ws, [ANN], by="dana", now=clock.now())
    put_lake(any_ws, aside)
    ws = opened(any_ws, accept_loss=True)
    assert ids(ws) == ["b1"]
    assert len(erased.read(erased.path_of(ws.lake))) == 1
    assert len(list(ws.lake.folder.glob("*.parquet"))) == 1
    ws.close()
