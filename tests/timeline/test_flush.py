"""Flush, compaction and readers beside each other: every event once, W never falls."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from deltalake.exceptions import CommitFailedError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.timeline import compaction, inbox, lake, maintenance, seen
from regulars.timeline.flush import flush
from regulars.timeline.lease import MAINTENANCE, lease
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, BO, CHEN, NOON, all_ids, ids, visits
from tests.timeline.reacting import groups


def mark(workspace: Workspace) -> int:
    return lake.watermark(workspace.lake.open())


def test_a_flush_moves_everything_and_empties_the_inbox(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1, 2), now=NOON)
    inbox.accept(any_ws, visits(BO, 1), now=NOON)
    assert flush(any_ws).events == 3
    assert inbox.backlog(any_ws) == (0, None)
    assert ids(any_ws) == ["a1", "a2", "b1"]


def test_flushing_nothing_changes_nothing(any_ws: Workspace) -> None:
    version = any_ws.lake.open().version()
    assert flush(any_ws).events == 0
    assert any_ws.lake.open().version() == version


def test_a_crash_between_commit_and_clean_up_doubles_nothing(
    any_ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.accept(any_ws, visits(ANN, 1, 2), now=NOON)
    with monkeypatch.context() as broken:
        broken.setattr(
            "regulars.timeline.cleaning.clean", lambda *_: (_ for _ in ()).throw(OSError)
        )
        with pytest.raises(OSError):
            flush(any_ws)
    assert groups(any_ws) == 1  # still there, but below the watermark
    assert inbox.backlog(any_ws)[0] == 0
    assert ids(any_ws) == ["a1", "a2"]
    flush(any_ws)
    assert ids(any_ws) == ["a1", "a2"]
    assert groups(any_ws) == 0


def test_two_flushes_through_old_handles_conflict_instead_of_doubling(ws: Workspace) -> None:
    inbox.accept(ws, visits(ANN, 1), now=NOON)
    stale = ws.lake.open()
    flush(ws)
    with lease(ws.database, MAINTENANCE) as held, pytest.raises(CommitFailedError):
        lake.commit(held, stale, [], transactions=[(lake.INBOX, 1)])


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from(["append", "flush", "compact"]), max_size=10))
def test_the_watermark_never_falls_and_nothing_is_lost(ws: Workspace, steps: list[str]) -> None:
    highest, before = mark(ws), set(ids(ws))
    for step in steps:
        if step == "append":
            number = len(before) + 1
            inbox.accept(ws, visits(ANN, number), now=NOON)
            before.add(f"a{number}")
        elif step == "flush":
            flush(ws)
        else:
            compaction.compact(ws)
        assert mark(ws) >= highest
        highest = mark(ws)
        assert set(ids(ws)) == before


def test_readers_see_each_event_once_across_flushes_and_compactions(ws: Workspace) -> None:
    """Three readers count while a writer appends and maintenance runs."""
    acknowledged: list[int] = [0]
    wrong: list[str] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            floor = acknowledged[0]
            seen = ws.query(all_ids).column(0).to_pylist()
            if len(seen) != len(set(seen)):
                wrong.append("doubled")
            if len(seen) < floor:
                wrong.append(f"{floor} acknowledged, {len(seen)} seen")

    def maintain() -> None:
        while not over.is_set():
            flush(ws)
            compaction.compact(ws)

    threads = [threading.Thread(target=read) for _ in range(3)]
    threads.append(threading.Thread(target=maintain))
    for thread in threads:
        thread.start()
    for number in range(60):
        inbox.accept(ws, visits(BO, number), now=NOON)
        acknowledged[0] = number + 1
    over.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(ids(ws)) == 60


def test_a_reader_whose_file_is_gone_opens_anew(ws: Workspace) -> None:
    inbox.accept(ws, visits(ANN, 1), now=NOON)
    flush(ws)
    stale = ws.engine.reader.read()
    compaction.compact(ws)
    with lease(ws.database, MAINTENANCE) as held:
        lake.vacuum(ws.lake, held, hours=0)
    reads = []

    def outdated(*, fresh: bool = False) -> object:
        reads.append(fresh)
        return type(ws.engine.reader).read(ws.engine.reader, fresh=fresh) if fresh else stale

    ws.engine.reader.read = outdated  # type: ignore[method-assign, assignment]
    assert ids(ws) == ["a1"]
    assert reads == [False, True]


def test_compaction_sorts_by_month_and_keeps_one_of_a_late_duplicate(ws: Workspace) -> None:
    inbox.accept(ws, visits(ANN, 1, 2), now=NOON)
    flush(ws)
    later = NOON + timedelta(days=40)
    seen.forget_old(ws, now=later)
    inbox.accept(ws, visits(ANN, 2), now=later)
    inbox.accept(ws, visits(CHEN, 1, start=later), now=later)
    flush(ws)
    assert ids(ws) == ["a1", "a2", "a2", "c1"]
    assert compaction.compact(ws).before == 2
    assert ids(ws) == ["a1", "a2", "c1"]
    cells = {(file.month, file.bucket) for file in lake.files(ws.lake.open())}
    assert cells == {("2026-03", "0/1"), ("2026-04", "0/1")}


def test_compaction_touches_only_the_months_of_new_files(ws: Workspace) -> None:
    inbox.accept(ws, visits(ANN, 1), now=NOON)
    flush(ws)
    compaction.compact(ws)
    march = {file.path for file in lake.files(ws.lake.open())}
    inbox.accept(ws, visits(ANN, 2, start=NOON + timedelta(days=40)), now=NOON)
    flush(ws)
    compaction.compact(ws)
    assert march < {file.path for file in lake.files(ws.lake.open())}


def test_more_events_make_more_buckets_and_one_person_is_found_in_one(ws: Workspace) -> None:
    assert [compaction.bucket_count(n) for n in (0, 1_999_999, 2_000_000, 200_000_000)] == [
        1,
        1,
        16,
        64,
    ]
    file = lake.LakeFile("x", 1, 1, "2026-03", "10/16")
    assert file.may_hold([ANN])  # aa is 170, which is 10 of 16
    assert not file.may_hold([BO])


def test_identities_narrow_the_view(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1), now=NOON)
    inbox.accept(any_ws, visits(BO, 1), now=NOON)
    flush(any_ws)
    compaction.compact(any_ws)
    inbox.accept(any_ws, visits(ANN, 2), now=NOON)
    answer = any_ws.query(all_ids, identities=[ANN])
    assert answer.column(0).to_pylist() == ["a1", "a2"]


def test_as_of_shows_what_was_known_then(any_ws: Workspace) -> None:
    inbox.accept(any_ws, visits(ANN, 1, known_at=NOON), now=NOON)
    inbox.accept(any_ws, visits(ANN, 2, known_at=NOON + timedelta(days=1)), now=NOON)
    assert any_ws.query(all_ids, as_of=NOON).column(0).to_pylist() == ["a1"]


def test_words_do_not_stand_in_the_delta_log(ws: Workspace) -> None:
    inbox.accept(ws, visits(ANN, 1, text="Where is my parcel?"), now=NOON)
    flush(ws)
    log = "".join(file.read_text() for file in ws.lake.folder.glob("_delta_log/*.json"))
    assert ANN in log
    assert "parcel" not in log


def test_maintenance_flushes_when_due_and_not_before(ws: Workspace) -> None:
    inbox.accept(ws, visits(ANN, 1), now=NOON)
    seconds = ws.settings.intake.flush_seconds
    assert maintenance.run(ws, now=NOON + timedelta(seconds=seconds - 1)).flushed == 0
    assert maintenance.run(ws, now=NOON + timedelta(seconds=seconds)).flushed == 1
