"""Workers killed at random moments: each event reacted to once, the erased never; acts likewise."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest
import sqlalchemy as sa

from regulars.timeline import acts, erasure, maintenance
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.processes import PATIENCE, Forked
from tests.timeline import working
from tests.timeline.cast import ANN, CHEN, ids
from tests.timeline.reacting import advance, begin, groups, later, order, thanked

HEAVY = pytest.param(50, marks=pytest.mark.heavy)
TWO_DAYS = 2 * 24 * 60


def kill_during(
    ws: Workspace, what: str, minutes: float, seconds: float, *, within: bool = False
) -> None:
    """Let a process work for so long, once it has begun, and kill it; `within`, once it reacted."""
    known = len(thanked(ws))
    process = Forked(working.main, str(ws.folder), what, minutes)
    process.wait_until_begun()
    patience = time.monotonic() + PATIENCE
    while within and len(thanked(ws)) == known:
        assert time.monotonic() < patience, "it reacts to nothing"
    time.sleep(seconds)
    process.kill()


class Story:
    """What happens while workers come and go: orders, flushes, pauses, and an erasure."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self.minutes = 0.0
        self.numbers = 0
        self.expected: set[str] = set()

    def orders(self, count: int, who: str = ANN) -> None:
        """Take in so many groups of three orders."""
        for _group in range(count):
            numbers = range(self.numbers, self.numbers + 3)
            order(self.ws, who, *numbers, at=later(minutes=self.minutes))
            self.numbers += 3
            self.expected |= {f"{who[0]}{number}" for number in numbers}

    def nobody_works_for_ten_minutes(self) -> None:
        """Go on taking in and flushing."""
        for _minute in range(10):
            self.minutes += 1
            self.orders(1)
            flush(self.ws, now=later(minutes=self.minutes))

    def nobody_works_for_two_days(self) -> None:
        """Let the clean-up lose its patience."""
        flush(self.ws, now=later(minutes=self.minutes))
        self.minutes += TWO_DAYS
        maintenance.run(self.ws, now=later(minutes=self.minutes))
        assert groups(self.ws) == 0
        self.orders(2)

    def somebody_is_erased(self, number: int) -> None:
        """Erase somebody whose orders lie in the inbox, flushed and not."""
        who = f"{CHEN[:-4]}{number:04x}"
        self.orders(2, who)
        flush(self.ws, now=later(minutes=self.minutes))
        self.orders(2, who)
        erasure.erase(self.ws, [who], by="dana", now=later(minutes=self.minutes))
        self.expected -= {one for one in self.expected if one.startswith("c")}

    def happens(self, kill: int) -> None:
        """Let one of these happen, in turns."""
        self.orders(10)
        if kill % 4 == 1:
            self.nobody_works_for_ten_minutes()
        elif kill % 4 == 2:
            self.nobody_works_for_two_days()
        elif kill % 4 == 3:
            self.somebody_is_erased(kill)


@pytest.mark.parametrize("kills", [4, HEAVY], ids=["light", "heavy"])
def test_each_event_is_reacted_to_once_and_the_erased_never(any_ws: Workspace, kills: int) -> None:
    begin(any_ws)
    story, moments, seen = Story(any_ws), random.Random(kills), set[int]()
    for kill in range(kills):
        story.happens(kill)
        kill_during(any_ws, "react", story.minutes, moments.uniform(0.0, 0.2), within=kill % 2 == 1)
        seen.add(len(thanked(any_ws)))
    assert len(seen) > 1  # some were killed in the midst of it
    advance(any_ws, now=later(minutes=story.minutes + 60))
    assert [one for one, times in Counter(thanked(any_ws)).items() if times > 1] == []
    assert set(thanked(any_ws)) == story.expected
    assert set(ids(any_ws)) == story.expected


@pytest.mark.parametrize("kills", [2, HEAVY], ids=["light", "heavy"])
def test_each_act_has_its_event_once_and_no_event_is_without_its_act(
    any_ws: Workspace, kills: int
) -> None:
    begin(any_ws)
    with any_ws.database.transaction() as connection:
        connection.execute(sa.text("CREATE TABLE done (id VARCHAR(40) NOT NULL)"))
    moments = random.Random(kills)
    for _kill in range(kills):
        kill_during(any_ws, "act", 1, moments.uniform(0.1, 0.4))
    acts.move(any_ws, now=later(minutes=2))
    with any_ws.database.reading() as connection:
        done = list(connection.execute(sa.text("SELECT id FROM done")).scalars())
    assert len(done) > kills
    assert sorted(ids(any_ws)) == sorted(done)
    flush(any_ws)
    assert sorted(ids(any_ws)) == sorted(done)
    advance(any_ws, now=later(minutes=2))
    assert sorted(thanked(any_ws)) == sorted(done)
