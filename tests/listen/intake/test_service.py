"""Events of one post, read and stored together, become what each becomes alone.

What intake remembers between events (identities, amounts, currencies) and does with many at once
(columns, known ids) changes no row, no refusal and no receipt.
"""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import msgspec
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.app import init_workspace, open_workspace
from regulars.company.keys.model import WriteKey
from regulars.kit import clock
from regulars.listen.intake import commerce, mapping, service, wire
from regulars.listen.intake.fields import Identities, Sender
from regulars.listen.intake.model import Arrival, to_table
from regulars.timeline.workspace import Workspace
from tests import sizes
from tests.listen.intake.test_odd_events import CALLS, SAID

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
USUAL = {"type": "track", "userId": "lei", "event": "Survey Answered", "messageId": "m"}
WHO = st.sampled_from(["lei", "mei", 7, "7", " lei ", "Guest", "null", "", None, "cut \ud83d"])
WHEN = st.sampled_from(
    ["2026-10-05T09:30:00.125Z", "2026-10-05 09:30", "soon", "", 1_790_000_000, 10**400, None]
)
PRICES = st.sampled_from([129.5, 129, "129.50", -1, 1e15, 10**30, "", True, None])
ORDER = st.fixed_dictionaries(
    {},
    optional={
        "total": PRICES,
        "currency": st.sampled_from(["CNY", "cny ", "yuan", "", None]),
        "products": st.lists(
            st.fixed_dictionaries({"sku": st.text(max_size=3)}, optional={"price": PRICES}),
            max_size=2,
        ),
        "price": PRICES,
        "product_id": st.text(max_size=3),
        "place_id": st.text(max_size=3),
        "store_id": st.text(max_size=3),
    },
)
EVENTS = st.builds(
    lambda call, said, order, more: {**USUAL, **more, "properties": {**said, **order}, **call},
    CALLS,
    SAID,
    ORDER,
    st.fixed_dictionaries(
        {"messageId": st.sampled_from(["a", "b", "c", None])},
        optional={"userId": WHO, "anonymousId": WHO, "timestamp": WHEN},
    ),
)


@dataclass
class Intake:
    """One workspace and what its intake remembers."""

    ws: Workspace
    identities: Identities

    def read(self, raw: msgspec.Raw) -> Arrival:
        key = WriteKey("k", "Shop", "shop", frozenset({"customer"}))
        now = clock.microseconds(NOON)
        return mapping.read(raw, Sender(key, self.identities, "CNY", 32_768, now))

    def forget(self) -> None:
        self.identities = Identities(self.ws)
        for remembered in (commerce._of_float, commerce._four_places, commerce._code):
            remembered.cache_clear()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Intake, Intake]]:
    folder = tmp_path_factory.mktemp("companies")
    init_workspace(folder / "one").close()
    shutil.copytree(folder / "one", folder / "other")  # the same secret gives the same identities
    opened = [open_workspace(folder / name) for name in ("one", "other")]
    yield Intake(opened[0], Identities(opened[0])), Intake(opened[1], Identities(opened[1]))
    for workspace in opened:
        workspace.close()


def told(arrival: Arrival) -> dict[str, Any]:
    return {name: getattr(arrival, name) for name in arrival.__struct_fields__}


@settings(
    max_examples=sizes.of(15, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(events=st.lists(EVENTS, min_size=1, max_size=6))
def test_together_and_alone_are_the_same(
    two: tuple[Intake, Intake], events: list[dict[str, Any]]
) -> None:
    shop, lone = two
    raws = wire.read_batch(wire.mend(json.dumps({"batch": events}).encode())).batch
    numbers = map(str, itertools.count())
    with mock.patch.object(mapping.uuid, "uuid4", lambda: next(numbers)):
        together = [shop.read(raw) for raw in raws]
        verdicts = service.store(shop.ws, together, NOON)
    numbers = map(str, itertools.count())
    alone, judged = [], []
    with mock.patch.object(mapping.uuid, "uuid4", lambda: next(numbers)):
        for raw in raws:
            lone.forget()
            alone.append(lone.read(msgspec.Raw(bytes(raw))))
            judged += service.store(lone.ws, alone[-1:], NOON)
    assert [told(one) for one in together] == [told(one) for one in alone]
    assert verdicts == judged
    rows = [one.row for one in together if one.row is not None]
    if rows:
        apart = pa.concat_tables([to_table([row]) for row in rows]).combine_chunks()
        assert to_table(rows).combine_chunks().equals(apart)
    for message_id in {one.message_id for one in together if one.message_id}:
        receipts = [service.receipt(one.ws, message_id) for one in two]
        assert receipts[0].status == receipts[1].status
        assert receipts[0].repeats == receipts[1].repeats
        assert len(receipts[0].refusals) == len(receipts[1].refusals)
