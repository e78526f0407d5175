"""Many senders at once, some of whom send the same."""

from __future__ import annotations

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import msgspec

from regulars.company.keys import service as keys
from regulars.listen.intake import mapping, service
from regulars.listen.intake.fields import Identities, Sender
from regulars.listen.intake.model import Arrival, RefusalReason
from regulars.timeline.workspace import Workspace

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)


def arrivals(ws: Workspace, calls: list[dict[str, Any]]) -> list[Arrival]:
    key = keys.WriteKey("k", "Shop", "shop", frozenset({"customer"}))
    sender = Sender(key, Identities(ws), "CNY", 32_768, 1_791_201_600_000_000)
    return [mapping.read(msgspec.Raw(json.dumps(call).encode()), sender) for call in calls]


def view(number: int, **more: Any) -> dict[str, Any]:
    return {"type": "page", "userId": f"c{number % 7}", "messageId": f"m{number}", **more}


def test_the_same_events_from_sixteen_connections_count_once(
    ws: Workspace, address: str, write_key: str
) -> None:
    def post(start: int) -> dict[str, Any]:
        batch = [view((start * 10 + index) % 200) for index in range(40)]
        body = json.dumps({"batch": batch, "writeKey": write_key}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{address}/v1/batch", body)) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(post, range(48)))
    assert sum(one["accepted"] for one in answers) == 200
    assert sum(one["duplicates"] for one in answers) == 48 * 40 - 200
    ids = ws.query(lambda view: view.events).column("event_id").to_pylist()
    assert sorted(ids) == sorted(f"m{number}" for number in range(200))


def test_both_databases_keep_events_facts_refusals_and_repeats(any_ws: Workspace) -> None:
    calls = [
        view(1),
        view(1),
        view(2, type="identify", anonymousId="b1", traits={"email": "lei@example.cn"}),
        view(3, type="buy"),
    ]
    first = service.store(any_ws, arrivals(any_ws, calls), NOW)
    assert first[:3] == [True, False, True] and isinstance(first[3], RefusalReason)
    again = service.store(any_ws, arrivals(any_ws, calls), NOW)
    assert again[:3] == [False, False, False] and isinstance(again[3], RefusalReason)
    receipt = service.receipt(any_ws, "m1")
    assert receipt.status == "accepted" and receipt.repeats == 3
    assert len(service.receipt(any_ws, "m3").refusals) == 2
    assert any_ws.query(lambda view: view.events).num_rows == 2


def test_writers_in_two_workspaces_of_one_database_file_take_turns(ws: Workspace) -> None:
    from regulars.app import open_workspace

    other = open_workspace(ws.folder)

    def write(part: int) -> int:
        workspace = (ws, other)[part % 2]
        calls = [view(part * 50 + index) for index in range(100)]
        return service.store(workspace, arrivals(workspace, calls), NOW).count(True)

    with ThreadPoolExecutor(4) as pool:
        accepted = sum(pool.map(write, range(20)))
    other.close()
    assert accepted == ws.query(lambda view: view.events).num_rows == 19 * 50 + 100
