"""The company block by block: bounded memory, however many customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa

from regulars.simulate import cases, columns, contacts, fulfilment, loyalty, population, visits
from regulars.simulate.columns import Numbered
from regulars.simulate.model import Plan
from regulars.simulate.population import Ints, People
from regulars.simulate.purchases import orders
from regulars.simulate.season import Season
from regulars.simulate.world import World
from regulars.timeline import identity

if TYPE_CHECKING:
    from regulars.store.workspace import Store

VISITORS = 0.25
"""Visitors who never sign up, for each customer."""


@dataclass(frozen=True, slots=True)
class Part:
    """One block of customers: events of the timeline's schema, links, and who they are.

    `links` are rows for `timeline.linking.link_many`. `accounts` holds one identity a customer.
    """

    number: int
    events: pa.Table
    links: list[dict[str, Any]]
    people: People
    accounts: pa.Array
    orders: int


def parts(plan: Plan, store: Store) -> Iterator[Part]:
    """Yield the company's parts; equal plans on one workspace give equal parts."""
    season = Season(plan)
    for number, first in enumerate(range(0, plan.customers, plan.block)):
        rng = np.random.default_rng([plan.seed, number])
        count = min(plan.block, plan.customers - first)
        who = population.people(plan, season, rng, first, count)
        ids = _identities(store, who.number, int(count * VISITORS * min(1.0, plan.richness)))
        world = World(plan, season, rng, who, orders(plan, season, rng, who), ids)
        yield _part(world, number)


def _part(world: World, number: int) -> Part:
    plan = world.plan
    loyalty.join(world)
    seen = visits.visit(world)
    parcels = fulfilment.fulfil(world)
    fulfilment.give_back(world, parcels)
    fulfilment.use(world, parcels)
    contacts.chat(world, seen)
    calls = contacts.ring(world)
    contacts.opinions(world, seen)
    cases.serve(world, parcels, calls)
    loyalty.write(world)
    loyalty.give(world)
    loyalty.relation(world, parcels)
    prefix = f"sim{plan.seed}-{number}-"
    events = columns.finish(world.tables, prefix, plan.start, plan.end)
    accounts = world.identities.slice(0, len(world.people))
    return Part(number, events, _links(world), world.people, accounts, len(world.orders))


def _identities(store: Store, numbers: Ints, visitors: int) -> pa.Array:
    """Return the ids of accounts, devices, telephones and visitors, hashed set-wise."""
    values = pa.concat_arrays(
        [
            Numbered("customer-", numbers).arrow(),
            Numbered("device-", numbers).arrow(),
            Numbered("+8613", 100_000_000 + numbers).arrow(),
            Numbered(f"visitor-{numbers[0]}-", np.arange(visitors)).arrow(),
        ]
    )
    kinds = ["user", "anonymous", "phone", "anonymous"]
    sizes = [len(numbers)] * 3 + [visitors]
    kind = pa.array(np.repeat(kinds, sizes))
    with duckdb.connect() as connection:
        identity.register(connection, store)
        connection.register("raw", pa.table({"kind": kind, "value": values}))
        hashed = connection.execute("SELECT identity_id(kind, value) AS id FROM raw").arrow()
    table = hashed.read_all() if hasattr(hashed, "read_all") else hashed
    return table["id"].combine_chunks()


def _links(world: World) -> list[dict[str, Any]]:
    """Return the facts that a device or a telephone is a customer's."""
    people, ids = world.people, world.identities
    joined = [
        datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(t)) for t in people.joined
    ]
    rows = []
    for kind, has, offset in (
        ("identify", people.anonymous, world.devices),
        ("phone", people.phone, world.telephones),
    ):
        chosen = np.flatnonzero(has & (people.joined < world.plan.end))
        left, right = ids.take(chosen).to_pylist(), ids.take(chosen + offset).to_pylist()
        rows += [
            {
                "left": account,
                "right": other,
                "link_id": f"sim-{kind}-{people.number[one]}",
                "kind": kind,
                "source": "demo",
                "at": joined[one],
            }
            for one, account, other in zip(chosen, left, right, strict=True)
        ]
    return rows
