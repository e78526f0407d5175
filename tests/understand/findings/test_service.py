"""Findings: what is stored is what is read; old ones thin out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from regulars.timeline.workspace import Workspace
from regulars.understand.findings import queries, service
from regulars.understand.findings.model import superseded

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_the_newest_is_read_and_an_older_one_as_of_then(ws: Workspace) -> None:
    for days, n in ((0, 1), (2, 3), (1, 2)):
        moment = NOON + timedelta(days=days)
        service.store(ws, "n", {"n": n}, as_of=moment, now=moment)
    newest = service.latest(ws, "n", dict)
    then = service.latest(ws, "n", dict, as_of=NOON + timedelta(days=1, hours=1))
    assert newest is not None
    assert then is not None
    assert (newest.payload["n"], then.payload["n"]) == (3, 2)


def test_the_same_moment_again_replaces(ws: Workspace) -> None:
    service.store(ws, "n", {"n": 1}, as_of=NOON, now=NOON)
    service.store(ws, "n", {"n": 2}, as_of=NOON, now=NOON)
    found = service.latest(ws, "n", dict)
    assert found is not None
    assert found.payload == {"n": 2}


def test_findings_that_quote_a_person_can_be_found(ws: Workspace) -> None:
    service.store(ws, "words", ["too slow"], as_of=NOON, now=NOON, quotes=["a" * 32])
    service.store(ws, "n", {"n": 1}, as_of=NOON, now=NOON)
    with ws.database.reading() as connection:
        assert len(queries.quoting(connection, {"a" * 32})) == 1
        assert queries.quoting(connection, {"b" * 32}) == []


@given(st.lists(st.integers(0, 400 * 24), min_size=1, unique=True))
def test_thinning_keeps_the_newest_and_is_done_once(hours: list[int]) -> None:
    pairs = [(i, NOON - timedelta(hours=h)) for i, h in enumerate(hours)]
    gone = set(superseded(pairs, NOON, SHANGHAI))
    left = [pair for pair in pairs if pair[0] not in gone]
    assert min(hours) in [hours[number] for number, _ in left]
    assert superseded(left, NOON, SHANGHAI) == []
    months = {m.astimezone(SHANGHAI).strftime("%Y-%m") for _, m in pairs}
    assert months == {m.astimezone(SHANGHAI).strftime("%Y-%m") for _, m in left}
