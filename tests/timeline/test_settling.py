"""What is not whole stays closed until its loss is accepted."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from regulars.kit.errors import Unavailable
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, CHEN, ids
from tests.timeline.putting_back import (
    keep_lake,
    opened,
    put_lake,
)
from tests.timeline.test_lineage import expected, send


def test_an_old_lake_stays_closed_until_the_loss_is_accepted(
    any_ws: Workspace, tmp_path: Path
) -> None:
    send(any_ws, ANN, *range(10))
    flush(any_ws)
    aside = keep_lake(any_ws, tmp_path / "lake")
    send(any_ws, BO, *range(25))
    flush(any_ws)
    send(any_ws, CHEN, 1)
    put_lake(any_ws, aside)
    with pytest.raises(Unavailable, match="25 events are missing, since 20") as refused:
        opened(any_ws)
    assert "缺少 25 个事件" in refused.value.message.zh
    ws = opened(any_ws, accept_loss=True)
    assert set(ids(ws)) == expected(ANN, *range(10)) | {"c1"}
    assert send(ws, BO, 3) == [True]  # lost, so it may be sent again
    assert send(ws, ANN, 3) == [False]
    assert send(ws, CHEN, 1) == [False]
    flush(ws)
    assert set(ids(opened(ws))) == expected(ANN, *range(10)) | {"c1", "b3"}


def test_a_lake_that_is_gone_stays_closed_too(any_ws: Workspace, tmp_path: Path) -> None:
    send(any_ws, ANN, *range(10))
    flush(any_ws)
    with any_ws.database.transaction() as connection:  # they came ten days ago
        connection.execute(sa.text("UPDATE seen_events SET day = day - 10"))
    (any_ws.folder / "lake").rename(tmp_path / "away")
    with pytest.raises(Unavailable, match="10 events are missing, since the beginning"):
        opened(any_ws)
    ws = opened(any_ws, accept_loss=True)
    assert send(ws, ANN, 1) == [True]  # nothing is known that is nowhere
    assert ids(ws) == ["a1"]
    ws.close()


def test_a_last_entry_that_was_emptied_is_given_up_with_its_loss(ws: Workspace) -> None:
    for number in range(2):
        send(ws, ANN, number)
        flush(ws)
    (ws.lake.folder / "_delta_log" / f"{2:020d}.json").write_bytes(b"")
    ws = opened(ws, accept_loss=True)
    assert send(ws, ANN, 1) == [True]
    flush(ws)
    assert ids(opened(ws)) == ["a0", "a1"]
