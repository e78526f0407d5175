"""What all parts of one block of customers share while it is simulated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from regulars.simulate import columns
from regulars.simulate.columns import Words
from regulars.simulate.model import DAY, SPOTS, STORES, Plan
from regulars.simulate.population import APP, STORE, Floats, Ints, Mask, People
from regulars.simulate.purchases import Orders
from regulars.simulate.season import Season

CHANNELS = ("app", "web", "store", "chat", "phone", "email")
CHANNEL = {name: code for code, name in enumerate(CHANNELS)}
PLACES = tuple(spot.id for spot in SPOTS)
PLACE = {name: code for code, name in enumerate(PLACES)}
STORE_PLACE = np.array([PLACE[spot.id] for spot in STORES])
ONLINE_PLACE = np.array([PLACE["shop-app"], PLACE["shop-web"], -1])


@dataclass(slots=True)
class World:
    """One block: its people, orders, random numbers, and the events made so far.

    `identities` holds, one after the other, the ids of the customers' accounts, of their devices
    before they signed in, of their telephones, and of visitors who never signed in.
    """

    plan: Plan
    season: Season
    rng: np.random.Generator
    people: People
    orders: Orders
    identities: pa.Array
    tables: list[pa.Table] = field(default_factory=list)
    cases: int = 0

    def add(self, who: Ints, at: Ints, name: str | Words, **values: Any) -> None:
        """Add one kind of events; `who` are positions in `identities`."""
        if len(at):
            self.tables.append(columns.block(Words(who, self.identities), at, name, **values))

    @property
    def devices(self) -> int:
        """Where the devices' identities begin."""
        return len(self.people)

    @property
    def telephones(self) -> int:
        """Where the telephones' identities begin."""
        return 2 * len(self.people)

    @property
    def strangers(self) -> int:
        """Where the visitors' identities begin."""
        return 3 * len(self.people)

    def caller(self, who: Ints) -> Ints:
        """Return under which identity customers ring: some are known by number only."""
        return np.where(self.people.phone[who], who + self.telephones, who)

    def last_seen(self) -> Ints:
        """Return each customer's last order or joining, whichever is later."""
        last = self.people.joined.copy()
        np.maximum.at(last, self.orders.who, self.orders.at)
        return last

    def active_moments(self, who: Ints, linger_days: float) -> Ints:
        """Return one random moment a row between joining and some days after the last order."""
        start = self.people.joined[who]
        end = self.last_seen()[who] + (self.rng.exponential(linger_days, len(who)) * DAY).astype(
            np.int64
        )
        return start + (self.rng.random(len(who)) * (end - start)).astype(np.int64)

    def waits(self, median: float | Floats, spread: float, count: int) -> Floats:
        """Return log-normal waits with that median."""
        return np.asarray(median * np.exp(self.rng.normal(0, spread, count)))

    def old_in_app(self, who: Ints, way: Ints) -> Mask:
        """Tell who is over 60 and uses the app."""
        return np.asarray(self.people.old[who] & (way == APP))


def channel_words(codes: Ints) -> Words:
    """Return a channel column; app, web and store have the codes of an order's way."""
    return Words(codes, CHANNELS)


def place_words(codes: Ints) -> Words:
    """Return a place column."""
    return Words(codes, PLACES)


def place_of(way: Ints, store: Ints) -> Ints:
    """Return where an order or visit belongs: the customer's store, or the online shop."""
    return np.where(way == STORE, STORE_PLACE[store], ONLINE_PLACE[np.minimum(way, STORE)])


def one_of(rng: np.random.Generator, names: tuple[str, ...], chances: list[float], n: int) -> Ints:
    """Return codes of randomly chosen channels."""
    return rng.choice([CHANNEL[name] for name in names], n, p=chances)
