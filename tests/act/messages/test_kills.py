"""`kill -9` of a delivering process: nothing arrives twice, and what is said to be sent did."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from tests.act.messages import working
from tests.act.messages.cast import message, put, states
from tests.act.messages.post_office import PostOffice, with_mail
from tests.processes import Forked

from regulars.act.messages import delivering
from regulars.act.messages.model import MessageState
from regulars.kit import clock
from regulars.store.settings import FILE, render
from regulars.timeline.workspace import Workspace

CONNECTIONS = 4


@dataclass
class Told:
    """What was received, and what the outbox says."""

    received: Counter[str]
    states: dict[str, MessageState]

    def of(self, state: MessageState) -> set[str]:
        return {one for one, found in self.states.items() if found is state}


@contextmanager
def process(ws: Workspace) -> Iterator[Forked]:
    running = Forked(working.main, str(ws.folder))
    try:
        yield running
    finally:
        running.kill()


def wait_until_more(office: PostOffice, known: int) -> None:
    patience = time.monotonic() + 90
    while len(office.mails) <= known:
        assert time.monotonic() < patience, "nothing is delivered"
        time.sleep(0.002)


def killed(ws: Workspace, office: PostOffice, *, messages: int, kills: int, longest: float) -> Told:
    """Kill the process so often while it sends, let the last one end; return what is told."""
    with_mail(ws, office.port, connections=CONNECTIONS)
    (ws.folder / FILE).write_text(render(ws.settings), "utf-8")
    office.waits = 0.05
    keys = [f"m{number}" for number in range(messages)]
    put(ws, *(message(key, f"{key}@shop.test") for key in keys), now=clock.now())
    chance = random.Random(11)
    for _kill in range(kills):
        with process(ws):
            wait_until_more(office, len(office.mails))
            time.sleep(chance.uniform(0.0, longest))
    with process(ws):
        patience = time.monotonic() + 120
        while {MessageState.QUEUED, MessageState.SENDING} & {one for one, _ in states(ws).values()}:
            assert time.monotonic() < patience, "it comes to no end"
            time.sleep(0.1)
    names = {key: delivering.message_id(ws, key) for key in keys}
    return Told(Counter(office.ids), {names[key]: state for key, (state, _) in states(ws).items()})


def check(told: Told, *, messages: int, kills: int) -> None:
    uncertain, sent = told.of(MessageState.UNCERTAIN), told.of(MessageState.SENT)
    arrived = sum(one in told.received for one in uncertain)
    print(  # noqa: T201
        f"\n{messages:,} messages, {kills} kills: {len(sent):,} sent, {len(uncertain)} uncertain "
        f"of which {arrived} had arrived, most copies {max(told.received.values())}"
    )
    assert len(told.states) == messages == len(sent | uncertain)
    assert max(told.received.values()) == 1, "a message arrived twice"
    assert sent <= set(told.received), "what is said to be sent did not arrive"
    assert 0 < len(uncertain) <= kills * CONNECTIONS


def test_killed_three_times_while_it_sends(ws: Workspace, office: PostOffice) -> None:
    told = killed(ws, office, messages=120, kills=3, longest=0.2)
    check(told, messages=120, kills=3)


@pytest.mark.heavy
def test_a_thousand_messages_and_fifty_kills(ws: Workspace, office: PostOffice) -> None:
    told = killed(ws, office, messages=1_000, kills=50, longest=0.25)
    check(told, messages=1_000, kills=50)
