"""From order to parcel, and sometimes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.simulate import words
from regulars.simulate.columns import Words, moments, money
from regulars.simulate.model import CARRIERS, DAY, HOUR, LATE_CARRIER, LATE_REGION, REGIONS
from regulars.simulate.population import STORE, Floats, Ints, Mask
from regulars.simulate.scores import CSAT, REVIEW, ask, drawn, ordinary, scale_mood, spoken
from regulars.simulate.season import shifted
from regulars.simulate.visits import order_ids
from regulars.simulate.words import THEME
from regulars.simulate.world import (
    CHANNEL,
    PLACE,
    STORE_PLACE,
    World,
    channel_words,
    one_of,
    place_words,
)
from regulars.timeline import vocabulary as names

CANCELLED, LOST, LATE = 0.015, 0.006, 0.07
PROMISED_DAYS = 4.0
REGION_PLACE = np.array([PLACE[region] for region in REGIONS])


@dataclass(frozen=True, slots=True)
class Parcels:
    """Arrays with one entry for each order that was delivered: by a carrier, or in a store.

    `order` is the position among the orders; `at` when the customer had the goods.
    """

    order: Ints
    who: Ints
    at: Ints
    late: Mask
    online: Mask


def fulfil(world: World) -> Parcels:
    """Add confirmation, dispatch and delivery of online orders; return what customers hold."""
    orders, rng = world.orders, world.rng
    online = np.flatnonzero(orders.way != STORE)
    fate = rng.random(len(online))
    _cancel(world, online[fate < CANCELLED])
    sent = online[fate >= CANCELLED]
    parcels = _send(world, sent)
    stores = np.flatnonzero(orders.way == STORE)
    taken = Parcels(
        stores,
        orders.who[stores],
        orders.at[stores],
        np.zeros(len(stores), bool),
        np.zeros(len(stores), bool),
    )
    return Parcels(
        *(
            np.concatenate([getattr(parcels, name), getattr(taken, name)])
            for name in Parcels.__slots__
        )
    )


def _cancel(world: World, cancelled: Ints) -> None:
    orders = world.orders
    later = (world.rng.exponential(5 * HOUR, len(cancelled))).astype(np.int64)
    world.add(
        orders.who[cancelled],
        orders.at[cancelled] + later,
        names.ORDER_CANCELLED,
        touchpoint="return",
        channel=channel_words(orders.way[cancelled]),
        order_id=order_ids(world, cancelled),
        amount=money(-orders.total[cancelled]),
    )


def _send(world: World, sent: Ints) -> Parcels:
    """Add the way of the parcels; a late one arrives after the promised day."""
    orders, rng = world.orders, world.rng
    who, at = orders.who[sent], orders.at[sent]
    region = world.people.region[who]
    carrier = rng.choice(len(CARRIERS), len(sent), p=[0.4, 0.35, 0.25])
    approved = at + (world.waits(0.4, 0.9, len(sent)) * HOUR).astype(np.int64)
    shipped = shifted(approved, world.waits(0.8, 0.5, len(sent)))
    promised = np.maximum(at + int(PROMISED_DAYS * DAY), shipped + DAY)
    late = rng.random(len(sent)) < _late_share(world, carrier, region)
    early = np.maximum(
        promised - (rng.uniform(0.1, 1.9, len(sent)) * DAY).astype(np.int64), shipped + DAY // 2
    )
    behind = promised + ((0.3 + rng.exponential(2.2, len(sent))) * DAY).astype(np.int64)
    arrived = shifted(np.where(late, behind, early), np.zeros(len(sent)))
    common: dict[str, Any] = {
        "order_id": order_ids(world, sent),
        "place": place_words(REGION_PLACE[region]),
    }
    world.add(who, approved, names.ORDER_APPROVED, touchpoint="approval", actor="system", **common)
    world.add(
        who,
        shipped,
        names.ORDER_SHIPPED,
        touchpoint="dispatch",
        actor="system",
        properties=_promise(promised),
        **(common | {"source": Words(carrier, CARRIERS)}),
    )
    here = np.flatnonzero(rng.random(len(sent)) >= LOST)
    _arrive(world, sent, here, arrived=arrived, late=late, carrier=carrier)
    _whereabouts(world, sent, shipped, np.minimum(arrived, promised + 2 * DAY), late)
    return Parcels(sent[here], who[here], arrived[here], late[here], np.ones(len(here), bool))


def _late_share(world: World, carrier: Ints, region: Ints) -> Floats:
    bad = (carrier == CARRIERS.index(LATE_CARRIER)) & (region == REGIONS.index(LATE_REGION))
    return np.where(bad, world.plan.effect("late_carrier", LATE), LATE)


def _promise(promised: Ints) -> pa.Array:
    days = pc.strftime(moments(promised + 8 * HOUR), "%Y-%m-%d")
    return pc.binary_join_element_wise('{"promised_on": "', days, '"}', "")


def _arrive(
    world: World, sent: Ints, here: Ints, *, arrived: Ints, late: Mask, carrier: Ints
) -> None:
    """Add the deliveries and what customers say about them."""
    rows, who = sent[here], world.orders.who[sent[here]]
    point = Words(late[here].astype(np.int64), ["delivery", "late_delivery"])
    common: dict[str, Any] = {
        "place": place_words(REGION_PLACE[world.people.region[who]]),
        "order_id": order_ids(world, rows),
    }
    world.add(
        who,
        arrived[here],
        names.ORDER_DELIVERED,
        touchpoint=point,
        actor="partner",
        source=Words(carrier[here], CARRIERS),
        **common,
    )
    shift = ordinary(world, "delivery") + np.where(late[here], world.plan.effect("late_hurts"), 0)
    ask(
        world,
        CSAT,
        who,
        arrived[here],
        shift=shift,
        touchpoint=point,
        about=np.where(late[here], THEME["late"], THEME["delivery"]),
        share=0.34,
        after_days=0.6,
        channel="app",
        **(common | {"source": Words(carrier[here], CARRIERS)}),
    )


def _whereabouts(world: World, sent: Ints, shipped: Ints, arrived: Ints, late: Mask) -> None:
    """Add "where is my order?": rare on time, frequent when late."""
    asks = world.rng.random(len(sent)) < np.where(late, 0.5, 0.1)
    rows = np.flatnonzero(asks)
    who = world.orders.who[sent[rows]]
    span = np.maximum(arrived[rows] - shipped[rows], HOUR)
    at = shipped[rows] + (world.rng.uniform(0.4, 1.0, len(rows)) * span).astype(np.int64)
    channel = one_of(world.rng, ("app", "chat", "phone"), [0.35, 0.45, 0.2], len(rows))
    theme = np.full(len(rows), THEME["progress"])
    said = words.say(world.rng, theme, np.ones_like(theme), world.people.english[who], 1.2)
    said = Words(np.where(channel == CHANNEL["app"], -1, said.codes), said.words)
    world.add(
        who,
        at,
        names.PROGRESS_ASKED,
        touchpoint="progress",
        channel=channel_words(channel),
        order_id=order_ids(world, sent[rows]),
        text=said,
        language=spoken(world, who, said),
    )


def give_back(world: World, parcels: Parcels) -> None:
    """Add returns with their refunds: some are picked up at the door."""
    rng, orders = world.rng, world.orders
    chance = np.where(parcels.online, np.where(parcels.late, 0.11, 0.06), 0.025)
    rows = np.flatnonzero(rng.random(len(parcels.order)) < chance)
    who, order = parcels.who[rows], parcels.order[rows]
    fetched = parcels.online[rows] & (rng.random(len(rows)) < 0.45)
    at = shifted(parcels.at[rows], rng.uniform(1.0, 9.0, len(rows)))
    refunded = at + (rng.uniform(0.8, 4.5, len(rows)) * DAY).astype(np.int64)
    store = STORE_PLACE[world.people.store[who]]
    common: dict[str, Any] = {
        "touchpoint": Words(fetched.astype(np.int64), ["return", "return_pickup"]),
        "channel": Words(np.where(parcels.online[rows], 0, 1), ["app", "store"]),
        "place": place_words(np.where(parcels.online[rows], PLACE["shop-app"], store)),
        "order_id": order_ids(world, order),
    }
    world.add(who, at, names.ORDER_RETURNED, **common)
    share = np.where(rng.random(len(rows)) < 0.7, 1.0, 0.5)
    back = money(-np.round(orders.total[order] * share, 2))
    world.add(who, refunded, names.ORDER_REFUNDED, amount=back, **common)
    shift = np.where(fetched, world.plan.effect("pickup_shines"), ordinary(world, "return"))
    about = np.where(fetched, THEME["pickup"], THEME["return"])
    ask(world, CSAT, who, refunded, shift=shift, about=about, share=0.7, **common)


def use(world: World, parcels: Parcels) -> None:
    """Add reviews and recommendations of what was bought."""

    rng = world.rng
    rows = np.flatnonzero(rng.random(len(parcels.order)) < 0.17)
    who = parcels.who[rows]
    at = shifted(parcels.at[rows], rng.gamma(2.0, 6.0, len(rows)))
    score = drawn(world, REVIEW, who, ordinary(world, "product_use"))
    theme = np.full(len(rows), THEME["product"])
    said = words.say(rng, theme, scale_mood(REVIEW, score), world.people.english[who], 0.85)
    order = order_ids(world, parcels.order[rows])
    world.add(
        who,
        at,
        names.PRODUCT_REVIEWED,
        touchpoint="product_use",
        channel="app",
        order_id=order,
        metric=REVIEW.metric,
        score=score,
        scale_min=REVIEW.low,
        scale_max=REVIEW.high,
        survey_kind=REVIEW.kind,
        text=said,
        language=spoken(world, who, said),
    )
    shares = np.flatnonzero(rng.random(len(rows)) < np.where(score >= 5, 0.22, 0.03))
    later = shifted(at[shares], rng.exponential(2.0, len(shares)))
    world.add(who[shares], later, names.PRODUCT_SHARED, touchpoint="product_use", channel="app")
