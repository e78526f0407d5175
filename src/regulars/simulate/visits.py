"""Visits to app, web shop and stores, with what is looked at, carted, checked out and left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.simulate.columns import Numbered, Words, money
from regulars.simulate.model import DAY, MINUTE, SECOND
from regulars.simulate.population import APP, STORE, WEB, Ints
from regulars.simulate.season import shifted
from regulars.simulate.world import STORE_PLACE, World, channel_words, place_of, place_words
from regulars.timeline import vocabulary as names

STEPS: tuple[tuple[str, str, float], ...] = (
    (names.APPLICATION_OPENED, "home", 1.0),
    (names.PRODUCTS_SEARCHED, "search", 0.55),
    (names.PRODUCT_VIEWED, "product_page", 1.0),
    (names.PRODUCT_VIEWED, "product_page", 0.6),
    (names.PRODUCT_VIEWED, "product_page", 0.35),
    (names.PRODUCT_ADDED, "cart", 1.0),
    (names.CART_VIEWED, "cart", 0.8),
    (names.CHECKOUT_STARTED, "checkout", 1.0),
    (names.CHECKOUT_STEP_VIEWED, "checkout", 0.95),
    (names.CHECKOUT_STEP_COMPLETED, "checkout", 0.95),
    (names.CHECKOUT_STEP_VIEWED, "payment", 1.0),
    (names.PAYMENT_INFO_ENTERED, "payment", 1.0),
)
"""What a visit goes through: event, touchpoint, and the chance that this step is taken."""
ADDRESS, BOUGHT = 8, 11
LEAVES_AT_ADDRESS, LEAVES_AT_DELIVERY, LEAVES_AT_PAYMENT = 0.05, 0.03, 0.05
SECONDS_A_STEP = 38.0


@dataclass(frozen=True, slots=True)
class Visits:
    """Arrays with one entry a visit: identity, way, last step reached, its end, its number."""

    identity: Ints
    way: Ints
    depth: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.identity)


def visit(world: World) -> Visits:
    """Add all visits' events and return the visits of known customers."""
    online = np.flatnonzero(world.orders.way != STORE)
    bought = Visits(
        world.orders.who[online],
        world.orders.way[online],
        np.full(len(online), BOUGHT),
        world.orders.at[online],
    )
    parts = [bought, _abandoned(world, online), _browsing(world), _unknown(world)]
    everything = Visits(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("identity", "way", "depth", "end")
        )
    )
    _steps(world, everything)
    _completed(world, online)
    _in_stores(world)
    known = everything.identity < len(world.people)
    return Visits(
        everything.identity[known],
        everything.way[known],
        everything.depth[known],
        everything.end[known],
    )


def _abandoned(world: World, online: Ints) -> Visits:
    """Before each completed checkout, a geometric number of checkouts that were left."""
    way = world.orders.way[online]
    leak = world.plan.effect("checkout_leak", LEAVES_AT_PAYMENT)
    at_payment = np.where(way == APP, leak, LEAVES_AT_PAYMENT)
    stays = (1 - LEAVES_AT_ADDRESS) * (1 - LEAVES_AT_DELIVERY)
    counts = world.rng.geometric(stays * (1 - at_payment)) - 1
    which = np.repeat(np.arange(len(online)), counts)
    chances = np.stack(
        [
            np.full(len(online), LEAVES_AT_ADDRESS),
            np.full(len(online), (1 - LEAVES_AT_ADDRESS) * LEAVES_AT_DELIVERY),
            stays * at_payment,
        ],
        axis=1,
    )
    edges = np.cumsum(chances / chances.sum(axis=1, keepdims=True), axis=1)[which]
    drawn = world.rng.random(len(which))
    depth = ADDRESS + (drawn > edges[:, 0]) + (drawn > edges[:, 1])
    before = (world.rng.uniform(0.03, 5.0, len(which)) * DAY).astype(np.int64)
    end = world.orders.at[online][which] - before
    return Visits(world.orders.who[online][which], way[which], depth, end)


def _browsing(world: World) -> Visits:
    """Visits that end without a checkout; they cease some weeks after the last order."""
    ordered = np.bincount(world.orders.who, minlength=len(world.people))
    counts = world.rng.poisson(world.plan.richness * (1.6 + 1.1 * ordered))
    who = np.repeat(np.arange(len(world.people)), counts)
    way = (world.rng.random(len(who)) < 0.32).astype(np.int64) * (WEB - APP) + APP
    depth = world.rng.choice(7, len(who), p=[0.14, 0.16, 0.26, 0.14, 0.1, 0.1, 0.1])
    return Visits(who, way, depth, world.active_moments(who, 40.0))


def _unknown(world: World) -> Visits:
    """Visits before signing up from the customer's device, and of those who never signed up."""
    owners = np.flatnonzero(world.people.anonymous)
    counts = world.rng.integers(1, 4, len(owners))
    who = np.repeat(owners, counts)
    before = (world.rng.exponential(6.0, len(who)) * DAY).astype(np.int64) + 5 * MINUTE
    visitors = len(world.identities) - world.strangers
    lone = np.repeat(np.arange(visitors), world.rng.integers(1, 3, visitors))
    some = world.season.moments(world.rng.random(visitors) * world.season.length)[lone]
    drift = (world.rng.exponential(3.0, len(lone)) * DAY).astype(np.int64)
    identity = np.concatenate([who + world.devices, lone + world.strangers])
    end = np.concatenate([world.people.joined[who] - before, some + drift])
    way = np.where(world.rng.random(len(identity)) < 0.6, WEB, APP)
    return Visits(identity, way, world.rng.integers(0, 5, len(identity)), end)


def _steps(world: World, visits: Visits) -> None:
    """Add the events of each visit, timed backwards from its end."""
    count, width = len(visits), len(STEPS)
    gaps = world.rng.exponential(SECONDS_A_STEP * SECOND, (count, width)).astype(np.int64)
    before = np.cumsum(gaps[:, ::-1], axis=1)[:, ::-1]
    chances = np.array([chance for _name, _point, chance in STEPS])
    steps = np.arange(width)
    taken = (steps <= visits.depth[:, None]) & (world.rng.random((count, width)) < chances)
    taken |= steps == visits.depth[:, None]
    row, step = np.nonzero(taken)
    words = [*(name for name, _point, _chance in STEPS), names.PAGE_VIEWED]
    name = np.where((step == 0) & (visits.way[row] == WEB), width, step)
    way = visits.way[row]
    world.add(
        visits.identity[row],
        visits.end[row] - before[row, step],
        Words(name, words),
        touchpoint=Words(step, [point for _name, point, _chance in STEPS]),
        channel=channel_words(way),
        place=place_words(place_of(way, np.zeros_like(way))),
        session_id=Numbered(f"v{world.people.number[0]}-", row),
    )


def _completed(world: World, online: Ints) -> None:
    """Add the completed orders of app and web, in the sessions that led to them."""
    orders, way = world.orders, world.orders.way[online]
    world.add(
        orders.who[online],
        orders.at[online],
        names.ORDER_COMPLETED,
        touchpoint="order",
        channel=channel_words(way),
        place=place_words(place_of(way, np.zeros_like(way))),
        session_id=Numbered(f"v{world.people.number[0]}-", np.arange(len(online))),
        order_id=order_ids(world, online),
        amount=money(orders.total[online]),
        lines=orders.lines.take(online),
    )


def _in_stores(world: World) -> None:
    """Add visits to stores, with an order at the end of some."""
    orders = world.orders
    bought = np.flatnonzero(orders.way == STORE)
    taste = world.people.taste[:, STORE]
    more = world.rng.poisson(world.plan.richness * 1.1 * taste)
    idle = np.repeat(np.arange(len(world.people)), more)
    earlier = (world.rng.uniform(4, 40, len(bought)) * MINUTE).astype(np.int64)
    who = np.concatenate([orders.who[bought], idle])
    looking = shifted(world.active_moments(idle, 40.0), np.zeros(len(idle)))
    at = np.concatenate([orders.at[bought] - earlier, looking])
    spot = place_words(STORE_PLACE[world.people.store[who]])
    common = {"channel": "store", "source": "till"}
    world.add(who, at, names.STORE_VISITED, touchpoint="store_visit", place=spot, **common)
    world.add(
        orders.who[bought],
        orders.at[bought],
        names.ORDER_COMPLETED,
        touchpoint="order",
        place=place_words(STORE_PLACE[world.people.store[orders.who[bought]]]),
        order_id=order_ids(world, bought),
        amount=money(orders.total[bought]),
        lines=orders.lines.take(bought),
        **common,
    )


def order_ids(world: World, orders: Ints) -> Numbered:
    """Return the ids of orders, unique over the whole company."""
    return Numbered(f"LH{world.people.number[0]}-", orders)
