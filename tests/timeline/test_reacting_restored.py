"""After a restore nothing is done twice; after a loss of the lake nothing is forgotten."""

from __future__ import annotations

from pathlib import Path

from regulars.kit import clock
from regulars.timeline import lagging
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, ids
from tests.timeline.putting_back import keep_database, keep_lake, opened, put_database, put_lake
from tests.timeline.reacting import advance, begin, groups, order, thanked, thanks


def test_an_old_database_does_nothing_again_that_the_lake_has(
    any_ws: Workspace, tmp_path: Path
) -> None:
    now = clock.now()
    begin(any_ws, now=now)
    order(any_ws, ANN, 1, at=now)
    advance(any_ws, now=now)
    aside = keep_database(any_ws, tmp_path / "aside")
    for number in range(2, 30):
        order(any_ws, ANN, number, at=now)
    advance(any_ws, now=now)
    flush(any_ws)
    put_database(any_ws, aside)
    ws = opened(any_ws)
    before = thanked(ws)
    assert advance(ws, now=now) == 0
    order(ws, BO, 1, at=now)
    assert advance(ws, now=now) == 1
    flush(ws)
    assert advance(ws, now=now) == 0
    assert thanked(ws) == [*before, "b1"]
    assert len(ids(ws)) == 30
    ws.close()


def test_what_waited_for_a_reaction_when_the_backup_was_made_is_passed_over(
    any_ws: Workspace, tmp_path: Path
) -> None:
    """It was in the lake; whether it was reacted to since, the database cannot know."""
    now = clock.now()
    begin(any_ws, now=now)
    order(any_ws, ANN, 1, at=now)
    flush(any_ws)
    aside = keep_database(any_ws, tmp_path / "aside")
    assert groups(any_ws) == 1
    order(any_ws, ANN, 2, at=now)
    assert advance(any_ws, now=now) == 2
    flush(any_ws)
    put_database(any_ws, aside)
    ws = opened(any_ws)
    assert advance(ws, now=now) == 0
    assert lagging.behind(ws, None, now)[0].groups == 0
    assert sorted(ids(ws)) == ["a1", "a2"]
    ws.close()


def test_an_older_lake_takes_nothing_from_a_reaction_that_lags(
    any_ws: Workspace, tmp_path: Path
) -> None:
    now = clock.now()
    begin(any_ws, now=now)
    order(any_ws, ANN, 1, at=now)
    advance(any_ws, now=now)
    order(any_ws, ANN, 2, at=now)
    flush(any_ws)
    aside = keep_lake(any_ws, tmp_path / "lake")
    order(any_ws, BO, 1, at=now)
    flush(any_ws)
    put_lake(any_ws, aside)
    ws = opened(any_ws, accept_loss=True)
    assert sorted(ids(ws)) == ["a1", "a2", "b1"]  # the inbox had it still
    (lag,) = lagging.behind(ws, [thanks.name], now)
    assert (lag.backlog, lag.groups) == (1, 1)
    assert advance(ws, now=now) == 2
    assert thanked(ws) == ["a1", "a2", "b1"]
    flush(ws)
    assert sorted(ids(ws)) == ["a1", "a2", "b1"]
    ws.close()


def test_a_database_put_back_under_a_running_server_reacts_once_to_what_it_took_in(
    any_ws: Workspace, tmp_path: Path
) -> None:
    now = clock.now()
    begin(any_ws, now=now)
    aside = keep_database(any_ws, tmp_path / "aside")
    for number in range(20):
        order(any_ws, ANN, number, at=now)
    advance(any_ws, now=now)
    flush(any_ws)
    put_database(any_ws, aside)
    order(any_ws, BO, 1, 2, at=now)  # by a server that never looked: a number below the watermark
    ws = opened(any_ws)
    before = thanked(ws)
    assert advance(ws, now=now) == 2
    assert thanked(ws) == [*before, "b1", "b2"]
    assert len(ids(ws)) == 22
    ws.close()
