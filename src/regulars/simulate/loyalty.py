"""Joining, messages of ours, the members' gift, and how customers feel about us as a whole."""

from __future__ import annotations

import numpy as np

from regulars.simulate.columns import Words
from regulars.simulate.fulfilment import Parcels
from regulars.simulate.model import DAY, HOUR
from regulars.simulate.population import Floats, Ints
from regulars.simulate.scores import CSAT, NPS, Scale, ask
from regulars.simulate.season import shifted
from regulars.simulate.words import THEME
from regulars.simulate.world import STORE_PLACE, World, place_words
from regulars.timeline import vocabulary as names

GIFTS, WAVES = 10, 4
WEARS_OFF_AFTER = 5
GIFT = Scale("csat", 1, 5, 4.65, 0.7)


def join(world: World) -> None:
    """Add the sign-ups, in stores or online, some through a recommendation."""
    people, rng = world.people, world.rng
    who = np.arange(len(people))
    edges = np.cumsum(people.taste, axis=1)
    drawn = rng.random(len(people))
    way = (drawn > edges[:, 0]).astype(np.int64) + (drawn > edges[:, 1])
    world.add(
        who,
        people.joined,
        names.SIGNED_UP,
        touchpoint="membership",
        channel=Words(way, ["app", "web", "store"]),
        place=place_words(STORE_PLACE[people.store]),
        source=Words(people.referred.astype(np.int64), ["shop", "referral"]),
    )


def write(world: World) -> None:
    """Add campaign messages of ours, and the few clicks on them."""
    rng = world.rng
    counts = rng.poisson(3.0 * world.plan.richness, len(world.people))
    who = np.repeat(np.arange(len(world.people)), counts)
    at = shifted(world.active_moments(who, 150.0), np.zeros(len(who)))
    common = {"touchpoint": "promotion", "channel": "app", "source": "campaigns"}
    world.add(who, at, names.MESSAGE_SENT, actor="system", **common)
    seen = np.flatnonzero(rng.random(len(who)) < 0.22)
    later = at[seen] + (rng.exponential(5 * HOUR, len(seen))).astype(np.int64)
    world.add(who[seen], later, names.PROMOTION_VIEWED, **common)
    clicks = rng.random(len(seen)) < 0.3
    world.add(who[seen][clicks], later[clicks] + HOUR // 60, names.PROMOTION_CLICKED, **common)


def give(world: World) -> None:
    """Add the monthly gift of members; each repetition pleases less."""
    rng, count = world.rng, len(world.people)
    members = np.flatnonzero(rng.random(count) < 0.4 * min(1.0, world.plan.richness))
    last = world.last_seen()[members] + 60 * DAY
    months = np.arange(GIFTS) * 30 * DAY
    first = world.people.joined[members] + (rng.uniform(12, 40, len(members)) * DAY).astype(int)
    sent = first[:, None] + months
    row, nth = np.nonzero(sent < last[:, None])
    who, at = members[row], shifted(sent[row, nth], np.zeros(len(row)))
    common = {"touchpoint": "member_gift", "channel": "app", "source": "membership"}
    world.add(who, at, names.GIFT_SENT, actor="system", **common)
    worn = np.minimum(nth, WEARS_OFF_AFTER)
    tired = worn if world.plan.troubles else np.zeros_like(worn)
    opened = np.flatnonzero(rng.random(len(who)) < 0.6 * np.exp(-0.25 * tired))
    later = at[opened] + (rng.exponential(9 * HOUR, len(opened))).astype(np.int64)
    world.add(who[opened], later, names.PROMOTION_CLICKED, **common)
    shift = world.plan.effect("habituated_gift") * worn
    level = GIFT if world.plan.troubles else CSAT
    about = np.full(len(who), THEME["gift"])
    ask(world, level, who, at, shift=shift, about=about, share=0.16, after_days=1.5, **common)


def relation(world: World, parcels: Parcels) -> None:
    """Ask active customers every half year whether they would recommend us."""
    rng, people = world.rng, world.people
    start = people.joined[:, None] + (np.arange(WAVES) * 180 + 45) * DAY
    start = start + (rng.uniform(0, 40, start.shape) * DAY).astype(np.int64)
    row, wave = np.nonzero(start < (world.last_seen() + 150 * DAY)[:, None])
    at = start[row, wave]
    ask(
        world,
        NPS,
        row,
        at,
        shift=_cooling(world, row, at) + _let_down(world, parcels, row, at),
        touchpoint="relationship",
        about=np.full(len(row), THEME["relation"]),
        share=0.8,
        after_days=0.8,
        channel="app",
        place=place_words(STORE_PLACE[people.store[row]]),
    )


def _cooling(world: World, who: Ints, at: Ints) -> Floats:
    """The falling audience loses its planted points evenly from the moment it begins."""
    since, end = world.plan.since("falling_audience"), world.plan.end
    gone = np.clip((at - since) / (end - since), 0, 1)
    return world.plan.effect("falling_audience") * gone * world.people.cooling[who]


def _let_down(world: World, parcels: Parcels, who: Ints, at: Ints) -> Floats:
    """Whoever had a late parcel before recommends us less by the planted points."""
    first = np.full(len(world.people), world.plan.end)
    np.minimum.at(first, parcels.who[parcels.late], parcels.at[parcels.late])
    return world.plan.effect("late_drives_nps") * (first[who] < at).astype(np.float64)
