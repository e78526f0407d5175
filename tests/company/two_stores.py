"""Two stores with a customer each, and something of everything that an address can name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from regulars.act.alerts import queries as alerts
from regulars.act.alerts import service as rules
from regulars.act.alerts.model import Alert, AlertState, Grain
from regulars.act.messages import service as messages
from regulars.act.messages.model import Message, Purpose
from regulars.company.rights.model import SHELL
from regulars.kit.text import Text
from regulars.listen.imports import service as imports
from regulars.prove.targets import service as targets
from regulars.prove.targets.model import Target, TargetKind
from regulars.timeline import inbox, linking
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service as analyses
from regulars.understand.audiences import service as audiences
from regulars.understand.audiences.model import Draft
from regulars.understand.metrics.model import Direction
from tests.company.cast import ONE_STORE, OTHER_STORE

WORDS = {ONE_STORE: "ZQXOWN", OTHER_STORE: "ZQXOTHER"}
"""What stands in every free field of each store's events, and nowhere else."""
OTHER = WORDS[OTHER_STORE]
CUSTOMERS, ALIAS = 120, 1_000
ALERT, LINK = "a1" * 16, "b2" * 16


def identity(place: str, number: int = 0) -> str:
    """Return the id of a store's customer; the store's word does not stand in it."""
    return hashlib.sha256(f"{place} {number}".encode()).hexdigest()[:32]


def identities(place: str) -> list[str]:
    """Return the ids of all customers of a store."""
    return [identity(place, number) for number in (*range(CUSTOMERS), ALIAS)]


def event_rows(now: datetime) -> Iterator[dict[str, Any]]:
    """Yield a purchase, a score and a view of each store's customer, and its others' purchases.

    These are enough for every model of customers to have something to say.
    """
    for place, word in WORDS.items():
        for number in range(CUSTOMERS):
            for past in range(2 + number % 4):
                at = now - timedelta(days=7 + 90 * past + number % 83)
                yield {
                    "event_id": f"{word}-{number}-{past}",
                    "identity_id": identity(place, number),
                    "occurred_at": at,
                    "known_at": at,
                    "name": "Order Completed",
                    "place": place,
                    "source": "test",
                    "order_id": f"{word}-order-{number}-{past}",
                    "amount": Decimal(50 + 7 * (number % 11) + past),
                    "currency": "CNY",
                }
    for place, word in WORDS.items():
        for number, name in enumerate(("Order Completed", "Survey Answered", "Product Viewed")):
            yield {
                "event_id": f"{word}-{number}",
                "identity_id": identity(place),
                "occurred_at": now,
                "name": name,
                "touchpoint": f"{word}-touchpoint",
                "place": place,
                "source": "test",
                "order_id": f"{word}-order",
                "text": f"{word} said so",
                "metric": "nps" if number == 1 else None,
                "score": 3.0 if number == 1 else None,
                "scale_min": 0.0,
                "scale_max": 10.0,
            }


def plant_all(ws: Workspace, folder: Path, now: datetime) -> dict[tuple[str, str], str]:
    """Make what addresses name, and return (beginning of the path, parameter) → the other's id."""
    inbox.accept(ws, inbox.make(list(event_rows(now)), now))
    with ws.database.transaction() as connection:
        one, other = identity(OTHER_STORE), identity(OTHER_STORE, ALIAS)
        linking.link(ws, connection, one, other, link_id=LINK, kind="identify", source="test",
                    at=now)  # fmt: skip
        alerts.add(connection, an_alert(now))
        message = messages.put(ws, connection, a_message(), now=now)
    file = folder / f"{OTHER}.csv"
    file.write_text(f"name,occurred_at,place\nNote,{now.isoformat()},{OTHER_STORE}\n,,{OTHER}\n")
    run = imports.import_files(ws, [file], "events", now=now)
    audience = audiences.add(ws, SHELL, Draft("Buyers", "orders >= 1"), now=now)
    promise = Target("", "nps", Text("NPS", "NPS"), TargetKind.ABSOLUTE, 60.0, Direction.UP)
    target = targets.add(ws, SHELL, promise, now=now)
    return {
        ("", "identity"): identity(OTHER_STORE),
        ("", "person"): identity(OTHER_STORE),
        ("", "link_id"): LINK,
        ("", "event_id"): f"{OTHER}-1",
        ("", "message_id"): f"{OTHER}-0",
        ("", "place_id"): OTHER_STORE,
        ("", "run_id"): run.run_id,
        ("", "touchpoint"): f"{OTHER}-touchpoint",
        ("/journey", "step"): f"{OTHER}-touchpoint",
        ("", "alert"): ALERT,
        ("", "message"): str(message),
        ("", "rule"): rules.presets()[0].id,
        ("", "target_id"): target.id,
        ("", "plan"): "programme",
        ("", "version"): "1",
        ("/api/v1/catalog", "number"): "0",
        ("/catalog", "number"): "0",
        ("/catalog", "key"): "cart",
        ("/audiences", "key"): audience.key,
        ("/audiences", "number"): "1",
        ("/api/v1/audiences", "key"): audience.key,
        ("/metrics", "key"): "nps",
        ("/api/v1/metrics", "key"): "nps",
        ("/api/v1/words", "language"): "zh",
        ("/api/v1/radar", "name"): "industry",
        ("/v1", "call"): "track",
        **{(one.path, "name"): one.tables[0].name for one in analyses.every() if one.tables},
    }


def filling(fillings: Mapping[tuple[str, str], str], path: str, name: str) -> str | None:
    """Return what stands for a parameter in a path: of those that fit the most particular one."""
    fit = [start for start, known in fillings if known == name and path.startswith(start)]
    return fillings[max(fit, key=len), name] if fit else None


def a_message() -> Message:
    """Return a message about the other store; mail is not set up, so it waits."""
    words = f"About {OTHER}"
    return Message(words, Purpose.ALERT, messages.EMAIL, f"{OTHER}@shop.test", words, words,
                   timedelta(days=3))  # fmt: skip


def an_alert(now: datetime) -> Alert:
    """Return an open alert about the other store."""
    return Alert(
        id=ALERT, rule=rules.presets()[0].id, metric="nps", grain=Grain.WEEK,
        slice={"place": OTHER_STORE, "touchpoint": f"{OTHER}-touchpoint"}, start=now, end=now,
        n=50, value=1.0, low=0.5, high=1.5, unit="points", usual=9.0, usual_low=8.0,
        usual_high=10.0, p=0.001, worse=True, owner="", owner_name=f"{OTHER} desk",
        state=AlertState.OPEN, raised_at=now, seen_at=now,
    )  # fmt: skip
