"""A lease has one holder; who has lost it changes nothing any more."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from regulars.kit.errors import Unavailable
from regulars.timeline import compaction, inbox, lake, loading
from regulars.timeline import lease as leases_module
from regulars.timeline.flush import flush
from regulars.timeline.lease import MAINTENANCE, Lease, lease
from regulars.timeline.tables import leases
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, NOON, ids, visits
from tests.timeline.test_loading import load


def taken_over(ws: Workspace, name: str = MAINTENANCE) -> None:
    """Let another machine hold the lease, as after this one stood still for more than a minute."""
    with ws.database.transaction() as connection:
        stolen = sa.update(leases).where(leases.c.name == name).values(holder="elsewhere|1|x")
        assert connection.execute(stolen).rowcount == 1


def given_back(ws: Workspace) -> None:
    with ws.database.transaction() as connection:
        connection.execute(sa.delete(leases))


def test_a_lease_holds_others_off(any_ws: Workspace) -> None:
    with (
        lease(any_ws.database, "job"),
        pytest.raises(Unavailable),
        lease(any_ws.database, "job", patience=0.1),
    ):
        pass
    with lease(any_ws.database, "job", patience=0.1) as held:
        held.require()


def test_a_database_that_fails_for_a_while_does_not_end_the_lease(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases_module, "LIFE", timedelta(seconds=1))
    renewed, failures = Lease._renewed, []

    def failing(self: Lease) -> bool:
        if len(failures) < 3:
            failures.append(self)
            raise sa.exc.OperationalError("UPDATE leases", {}, Exception("database is locked"))
        return renewed(self)

    monkeypatch.setattr(Lease, "_renewed", failing)
    with lease(ws.database, "job"):
        time.sleep(2)  # twice its life
        with pytest.raises(Unavailable, match="busy"), lease(ws.database, "job", patience=0):
            pass
    assert len(failures) == 3


def test_who_has_lost_it_is_told_and_does_not_take_it_back(ws: Workspace) -> None:
    with lease(ws.database, "job") as held:
        taken_over(ws, "job")
        with pytest.raises(Unavailable, match="lost"):
            held.require()
    with ws.database.reading() as connection:
        assert connection.execute(sa.select(leases.c.holder)).scalars().all() == ["elsewhere|1|x"]


@pytest.mark.parametrize(
    "change", [flush, compaction.compact, lambda ws: load(ws, 7)], ids=["flush", "compact", "load"]
)
def test_the_lake_is_not_changed_without_the_lease_and_nothing_is_lost(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch, change: Callable[[Workspace], object]
) -> None:
    inbox.accept(ws, visits(ANN, 1), now=NOON)
    flush(ws)
    inbox.accept(ws, visits(ANN, 2), now=NOON)
    version, write = ws.lake.open().version(), lake.write

    def slowly(*args: object, **options: object) -> object:
        if (action := write(*args, **options)) is not None:  # type: ignore[arg-type]
            taken_over(ws)
        return action

    with monkeypatch.context() as standing_still:
        standing_still.setattr(lake, "write", slowly)
        with pytest.raises(Unavailable, match="lost"):
            change(ws)
    assert ws.lake.open().version() == version
    given_back(ws)
    assert ids(ws) == ["a1", "a2"]
    flush(ws)
    compaction.compact(ws)
    assert load(ws, 3) == loading.Loaded(1, 0, 0, 0)
    assert ids(ws) == ["a1", "a2", "a3"]


def test_nothing_is_deleted_without_the_lease(ws: Workspace) -> None:
    (ws.lake.folder / "new-x-half.parquet").write_bytes(b"PAR1")
    with lease(ws.database, MAINTENANCE) as held:
        taken_over(ws)
        with pytest.raises(Unavailable, match="lost"):
            lake.vacuum(ws.lake, held, hours=0)
    assert (ws.lake.folder / "new-x-half.parquet").exists()
