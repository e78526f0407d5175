"""`kill -9` of the server under load: every acknowledged event is there, once."""

from __future__ import annotations

import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPException

import pytest

from regulars.timeline.workspace import Workspace
from tests.listen.intake.conftest import Victim


@dataclass
class Load:
    """Posts batches until told to stop; repeats whatever was not acknowledged, as clients do.

    With several servers a post, and its repetition, goes to any of them.
    """

    key: str
    victims: Sequence[Victim]
    stop: threading.Event = field(default_factory=threading.Event)
    acknowledged: list[str] = field(default_factory=list)

    def run(self, name: str) -> None:
        number = 0
        while not self.stop.is_set():
            ids = [f"{name}-{number}-{index}" for index in range(20)]
            while not self.post(ids) and not self.stop.is_set():
                time.sleep(0.02)
            number += 1

    def wait_for_more(self) -> None:
        """Wait until the server has acknowledged something again."""
        known, patience = len(self.acknowledged), time.monotonic() + 60
        while len(self.acknowledged) == known:
            assert time.monotonic() < patience, "the server acknowledges nothing"
            time.sleep(0.005)

    def post(self, ids: list[str]) -> bool:
        events = [
            {"type": "track", "userId": one[:4], "event": "Cart Viewed", "messageId": one}
            for one in ids
        ]
        request = urllib.request.Request(
            f"http://127.0.0.1:{random.choice(self.victims).port}/v1/batch",
            json.dumps({"batch": events, "writeKey": self.key}).encode(),
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                body = json.load(answer)
        except (OSError, HTTPException, json.JSONDecodeError):  # the server died meanwhile
            return False
        assert body["accepted"] + body["duplicates"] == len(ids)
        self.acknowledged += ids
        return True


def killed(
    ws: Workspace, write_key: str, victims: Sequence[Victim], kills: int, seed: int
) -> tuple[list[str], Counter[str]]:
    """Kill a server so often under load; return what they acknowledged, and what is kept."""
    chance = random.Random(seed)
    load = Load(write_key, victims)
    for victim in victims:
        victim.start()
    threads = [
        threading.Thread(target=load.run, args=(f"s{index}",), daemon=True) for index in range(4)
    ]
    for thread in threads:
        thread.start()
    for _kill in range(kills):
        load.wait_for_more()
        time.sleep(chance.uniform(0.0, 0.5))
        chosen = chance.choice(victims)
        chosen.kill()
        chosen.start()
    load.wait_for_more()
    load.stop.set()
    for thread in threads:
        thread.join(30)
    for victim in victims:
        victim.kill()
    kept = Counter(ws.query(lambda view: view.events).column("event_id").to_pylist())
    return load.acknowledged, kept


def test_killed_twice_under_load(ws: Workspace, write_key: str, victim: Victim) -> None:
    acknowledged, kept = killed(ws, write_key, [victim], kills=2, seed=7)
    assert len(acknowledged) >= 20 * 3
    assert set(acknowledged) <= set(kept), "an acknowledged event was lost"
    assert max(kept.values()) == 1, "an event was doubled"


def test_two_servers_of_one_database_killed_in_turn(
    ws: Workspace, write_key: str, victim: Victim, second: Victim
) -> None:
    """What one of them acknowledged, the other knows when it is sent again."""
    acknowledged, kept = killed(ws, write_key, [victim, second], kills=3, seed=3)
    assert len(acknowledged) >= 20 * 4
    assert set(acknowledged) <= set(kept), "an acknowledged event was lost"
    assert max(kept.values()) == 1, "an event was doubled"


@pytest.mark.heavy
def test_killed_at_ten_random_moments(ws: Workspace, write_key: str, victim: Victim) -> None:
    acknowledged, kept = killed(ws, write_key, [victim], kills=10, seed=11)
    assert len(acknowledged) >= 20 * 11
    assert set(acknowledged) <= set(kept), "an acknowledged event was lost"
    assert max(kept.values()) == 1, "an event was doubled"
