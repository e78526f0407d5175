"""Group commit: what waits goes together, and one failure does not take others with it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from regulars.kit.errors import Unavailable
from regulars.listen.intake.committer import Committer


class Storage:
    """Stores numbers in groups; a negative one breaks the whole transaction."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.open = threading.Event()
        self.open.set()

    def keep(self, loads: Sequence[int]) -> list[str]:
        self.open.wait(5)
        if any(load < 0 for load in loads):
            raise ValueError("cannot be stored")
        self.groups.append(list(loads))
        return [f"kept {load}" for load in loads]


def started(storage: Storage) -> Committer[int, str]:
    committer: Committer[int, str] = Committer(storage.keep, list)
    committer.start()
    return committer


def test_what_waits_while_one_commits_goes_together() -> None:
    storage = Storage()
    committer = started(storage)

    async def post() -> list[str]:
        storage.open.clear()
        first = asyncio.create_task(committer.put(1, 1))
        await asyncio.sleep(0.1)
        rest = [asyncio.create_task(committer.put(number, 1)) for number in (2, 3, 4)]
        await asyncio.sleep(0.1)
        assert not first.done()  # nothing is answered before it is durable
        storage.open.set()
        return list(await asyncio.gather(first, *rest))

    assert asyncio.run(post()) == ["kept 1", "kept 2", "kept 3", "kept 4"]
    committer.stop()
    assert storage.groups == [[1], [2, 3, 4]]


def test_what_came_in_at_the_same_time_goes_together() -> None:
    storage = Storage()
    committer = started(storage)

    async def post() -> None:
        await asyncio.gather(*(committer.put(number, 1) for number in range(5)))

    asyncio.run(post())
    committer.stop()
    assert storage.groups == [[0, 1, 2, 3, 4]]


def test_a_load_that_cannot_be_stored_fails_alone() -> None:
    storage = Storage()
    committer = started(storage)

    async def post() -> list[str | BaseException]:
        storage.open.clear()
        tasks = [asyncio.create_task(committer.put(number, 1)) for number in (1, 2, -3, 4)]
        await asyncio.sleep(0.1)
        storage.open.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, second, third, fourth = asyncio.run(post())
    committer.stop()
    assert (first, second, fourth) == ("kept 1", "kept 2", "kept 4")
    assert isinstance(third, Unavailable)


def test_stopping_commits_what_waits_and_takes_nothing_more() -> None:
    storage = Storage()
    committer = started(storage)

    async def post() -> str:
        storage.open.clear()
        waiting = asyncio.create_task(committer.put(7, 1))
        await asyncio.sleep(0.05)
        stopping = asyncio.create_task(asyncio.to_thread(committer.stop))
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable):
            await committer.put(8, 1)
        storage.open.set()
        await stopping
        return await waiting

    assert asyncio.run(post()) == "kept 7"
    assert storage.groups == [[7]]


def test_a_sender_that_went_away_stops_nobody() -> None:
    storage = Storage()
    committer = started(storage)

    async def post() -> str:
        storage.open.clear()
        gone = asyncio.create_task(committer.put(1, 1))
        stays = asyncio.create_task(committer.put(2, 1))
        await asyncio.sleep(0.05)
        gone.cancel()
        storage.open.set()
        return await stays

    assert asyncio.run(post()) == "kept 2"
    committer.stop()
