"""Whatever happens in whatever order, each event is reacted to once, in the order it came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.app import open_workspace
from regulars.timeline import acts, erasure, inbox, maintenance, reacting
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import NOON
from tests.timeline.reacting import ORDER, advance, begin, stones, thanked, thanks

STEPS = ("take in", "take in", "others", "history", "act", "flush", "see some", "see all",
         "stumble", "an hour", "two days", "erase", "restart")  # fmt: skip
FEW = settings(max_examples=10, deadline=None,
               suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
MANY = settings(FEW, max_examples=300)
HISTORY = st.lists(st.sampled_from(STEPS), min_size=4, max_size=12)


class World:
    """One workspace in which examples follow each other, and what should have come of them."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self.now = NOON
        self.count = 0
        self.expected: list[str] = []
        self.staged: list[str] = []
        self.whose: dict[str, str] = {}
        self.last = "0" * 32
        begin(ws)

    def do(self, step: str) -> None:
        """Let one thing happen, a second after the one before."""
        self.now += timedelta(seconds=1)
        getattr(self, "_" + step.replace(" ", "_"))()

    def finish(self) -> None:
        """Let the reaction see the rest; hold what it saw against what it should have."""
        self.now += timedelta(hours=1)
        self._see_all()
        assert thanked(self.ws) == self.expected

    def _rows(self, name: str, **more: Any) -> list[dict[str, Any]]:
        """Make three events of somebody new."""
        self.last = f"{self.count:032x}"
        rows = []
        for _ in range(3):
            self.count += 1
            event_id = f"e{self.count}"
            self.whose[event_id] = self.last
            row = {"event_id": event_id, "identity_id": self.last, "name": name}
            rows.append({**row, "occurred_at": self.now, **more})
        return rows

    def _accept(self, rows: list[dict[str, Any]]) -> list[str]:
        inbox.accept(self.ws, inbox.make(rows, self.now), now=self.now)
        return [str(row["event_id"]) for row in rows]

    def _take_in(self) -> None:
        self.expected += self._accept(self._rows(ORDER))

    def _others(self) -> None:
        self._accept(self._rows("Page Viewed"))

    def _history(self) -> None:
        self._accept(self._rows(ORDER, known_at=self.now - timedelta(days=100)))

    def _act(self) -> None:
        rows = self._rows(ORDER)
        with self.ws.database.transaction() as connection:
            acts.record(self.ws, connection, rows, now=self.now)
        self.staged += [str(row["event_id"]) for row in rows]

    def _move(self) -> None:
        acts.move(self.ws, now=self.now)
        self.expected, self.staged = self.expected + self.staged, []

    def _flush(self) -> None:
        flush(self.ws, now=self.now)

    def _see_some(self) -> None:
        self._move()
        reacting.advance(self.ws, thanks, now=self.now)

    def _see_all(self) -> None:
        self._move()
        advance(self.ws, now=self.now)

    def _stumble(self) -> None:
        self._take_in()
        stone = self.expected[-2]
        stones.add(stone)
        self._see_all()
        assert stone not in thanked(self.ws)
        stones.clear()

    def _an_hour(self) -> None:
        self.now += timedelta(hours=1)

    def _two_days(self) -> None:
        self.now += timedelta(days=2)
        maintenance.run(self.ws, now=self.now)

    def _erase(self) -> None:
        seen = set(thanked(self.ws))
        erasure.erase(self.ws, [self.last], by="dana", now=self.now)
        self.expected = [e for e in self.expected if e in seen or self.whose[e] != self.last]
        self.staged = [e for e in self.staged if self.whose[e] != self.last]

    def _restart(self) -> None:
        self.ws.close()
        self.ws = open_workspace(self.ws.folder)


@pytest.fixture
def world(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world in which the reaction sees two events at a time."""
    monkeypatch.setattr(reacting, "PORTION", 2)
    made = World(ws)
    yield made
    made.ws.close()


@FEW
@given(HISTORY)
def test_each_event_is_reacted_to_once_in_its_order(world: World, steps: list[str]) -> None:
    for step in steps:
        world.do(step)
    world.finish()


@pytest.mark.heavy
@MANY
@given(HISTORY)
def test_each_event_is_reacted_to_once_in_its_order_in_many_more_worlds(
    world: World, steps: list[str]
) -> None:
    for step in steps:
        world.do(step)
    world.finish()
