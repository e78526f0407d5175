"""Standing questions: read at once, renewed when the timeline moved on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.timeline import inbox
from regulars.timeline.erasure import PLACES
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import queries, service, standing
from regulars.understand.findings.standing import ResultType

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
ANNA = "a" * 32


class Counter:
    """A computation that counts how often it is done."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []

    def __call__(self, _ws: Workspace, about: dict[str, Any], _now: datetime) -> list[int]:
        self.calls.append(about)
        if about.get("wrong"):
            raise ValueError("no such place")
        return [len(self.calls)]


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def kind(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Iterator[ResultType[list[int]]]:
    standing._import_kinds()  # not while the registry is another one
    kept = dict(standing.KINDS._entries)
    standing.KINDS._entries.clear()
    yield standing.declare(ResultType("count", 1, list[int], counter, ({"period": "12m"},)))
    standing.KINDS._entries.clear()
    standing.KINDS._entries.update(kept)


def happen(ws: Workspace, event_id: str) -> None:
    row = {"event_id": event_id, "actor": "customer", "occurred_at": NOON, "name": "Store Visited"}
    inbox.accept(ws, inbox.make([row], NOON))


def test_a_first_question_finds_nothing_and_is_answered(
    ws: Workspace, kind: ResultType[list[int]]
) -> None:
    about = {"period": "30d"}
    assert standing.find(ws, kind, about, now=NOON) is None
    assert standing.answer(ws, kind, about, now=NOON).payload == [1]
    found = standing.find(ws, kind, about, now=NOON)
    assert found is not None
    assert found.payload == [1]
    assert found.watermark == ws.engine.watermark()


def test_the_same_timeline_is_not_computed_twice(
    ws: Workspace, kind: ResultType[list[int]], counter: Counter
) -> None:
    for minutes in (0, 10, 20):
        standing.answer(ws, kind, {}, now=NOON + timedelta(minutes=minutes))
    assert len(counter.calls) == 1
    happen(ws, "one more")
    assert standing.answer(ws, kind, {}, now=NOON + timedelta(minutes=30)).payload == [2]


def test_two_who_ask_at_once_get_one_computation(
    ws: Workspace, kind: ResultType[list[int]], counter: Counter
) -> None:
    inside, leave = threading.Event(), threading.Event()

    def slow(_ws: Workspace, about: dict[str, Any], _now: datetime) -> list[int]:
        inside.set()
        assert leave.wait(30)
        return counter(ws, about, NOON)

    slowly = replace(kind, compute=slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(standing.answer, ws, slowly, {}, now=NOON)
        assert inside.wait(30)
        second = pool.submit(standing.answer, ws, slowly, {}, now=NOON)
        leave.set()
        assert first.result().payload == second.result().payload == [1]
    assert len(counter.calls) == 1
    assert not standing._locks


def test_renewing_does_what_stands_and_what_was_asked(
    ws: Workspace, kind: ResultType[list[int]], counter: Counter
) -> None:
    standing.find(ws, kind, {"period": "30d", "scope": ["sh-01"]}, now=NOON)
    assert standing.renew(ws, NOON) == 2
    assert counter.calls == [{"period": "12m"}, {"period": "30d", "scope": ["sh-01"]}]
    assert standing.renew(ws, NOON) == 0
    happen(ws, "one more")
    assert standing.renew(ws, NOON) == 2
    assert standing.renew(ws, NOON + timedelta(hours=7)) == 2


def test_what_nobody_asks_any_more_is_left(ws: Workspace, kind: ResultType[list[int]]) -> None:
    standing.find(ws, kind, {"period": "30d"}, now=NOON)
    assert standing.renew(ws, NOON + timedelta(days=15)) == 1


def test_one_that_fails_does_not_stop_the_others(
    ws: Workspace, kind: ResultType[list[int]], counter: Counter
) -> None:
    standing.find(ws, kind, {"wrong": True}, now=NOON)
    standing.find(ws, kind, {"period": "7d"}, now=NOON - timedelta(minutes=1))
    with pytest.raises(ValueError, match="no such place"):
        standing.renew(ws, NOON)
    assert standing.find(ws, kind, {"period": "7d"}, now=NOON) is not None


def test_a_finding_that_quotes_an_erased_person_goes(ws: Workspace) -> None:
    service.store(ws, "words", ["slow"], as_of=NOON, now=NOON, quotes=[ANNA])
    service.store(ws, "counts", [1], as_of=NOON, now=NOON)
    with ws.database.transaction() as connection:
        assert PLACES.get("findings")(ws, connection, frozenset({ANNA})) == 1
    assert service.latest(ws, "words", list) is None
    assert service.latest(ws, "counts", list) is not None


class Picky(Counter):
    """Refuses a slice as a page's service does an unreadable period."""

    def __call__(self, ws: Workspace, about: dict[str, Any], now: datetime) -> list[int]:
        if about.get("period") == "nonsense":
            raise Invalid("period.key", Text("No such period.", "没有该时间段。"), field="period")
        return super().__call__(ws, about, now)


def test_a_question_that_is_refused_does_not_trouble_the_refresh(
    ws: Workspace, kind: ResultType[list[int]]
) -> None:
    """Neither one refused when it was asked nor one that only ever stood as a wish."""
    picky = replace(kind, compute=Picky())
    standing.KINDS._entries["count"] = picky
    with pytest.raises(Invalid):
        standing.answer(ws, picky, {"period": "nonsense"}, now=NOON)
    assert standing.renew(ws, NOON) == 1  # the standing one
    standing.find(ws, picky, {"period": "nonsense"}, now=NOON)
    later = NOON + timedelta(hours=7)
    assert (standing.renew(ws, later), wishes(ws)) == (1, [])


def test_a_standing_question_that_is_refused_is_an_error(
    ws: Workspace, kind: ResultType[list[int]]
) -> None:
    standing.KINDS._entries["count"] = replace(
        kind, compute=Picky(), standing=({"period": "nonsense"},)
    )
    with pytest.raises(Invalid):
        standing.renew(ws, NOON)


def wishes(ws: Workspace) -> list[tuple[str, dict[str, Any]]]:
    with ws.database.reading() as connection:
        return queries.wishes(connection)
