"""Questions by chat and telephone, and what customers say about app, site and stores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from regulars.simulate import words
from regulars.simulate.columns import Numbered
from regulars.simulate.model import MINUTE, STORES, WORST_STORE
from regulars.simulate.population import APP, STORE, Floats, Ints
from regulars.simulate.scores import CES, CSAT, ask, ordinary, spoken
from regulars.simulate.season import shifted
from regulars.simulate.visits import ADDRESS, BOUGHT, Visits, order_ids
from regulars.simulate.words import THEME
from regulars.simulate.world import (
    STORE_PLACE,
    World,
    channel_words,
    place_of,
    place_words,
)
from regulars.timeline import vocabulary as names

USUAL_WAIT, CHAT_WAIT = 1.2, 0.7  # median minutes
PATIENCE = 22.0  # mean minutes until a caller hangs up
WORST = [spot.id for spot in STORES].index(WORST_STORE)


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls: who rang, when, how many minutes they waited, and whether someone answered."""

    who: Ints
    at: Ints
    minutes: Floats
    answered: Ints


def chat(world: World, visits: Visits) -> None:
    """Add chats during some visits; they became easier at a planted moment."""
    rng = world.rng
    chosen = np.flatnonzero(rng.random(len(visits)) < 0.055)
    who, start = visits.identity[chosen], visits.end[chosen] - 2 * MINUTE
    answered = start + (world.waits(CHAT_WAIT, 0.7, len(who)) * MINUTE).astype(np.int64)
    ended = answered + (rng.gamma(2.0, 2.5, len(who)) * MINUTE).astype(np.int64)
    theme = np.full(len(who), THEME["question"])
    said = words.say(rng, theme, np.ones_like(theme), world.people.english[who], 1.2)
    common: dict[str, Any] = {
        "channel": "chat",
        "place": "service-chat",
        "source": "chat",
        "session_id": Numbered(f"k{world.people.number[0]}-", np.arange(len(who))),
    }
    point = common | {"touchpoint": "live_chat"}
    world.add(who, start, names.CHAT_STARTED, **point)
    speech = {"text": said, "language": spoken(world, who, said)}
    asked = start + MINUTE // 6
    world.add(who, asked, names.ENQUIRY_MADE, touchpoint="enquiry", **speech, **common)
    world.add(who, answered, names.CHAT_MESSAGE_RECEIVED, actor="staff", **point)
    world.add(who, ended, names.CHAT_ENDED, **point)
    gain = world.plan.effect("better_chat")
    before = 1.4 * ordinary(world, "live_chat") - gain * 0.6
    shift = before + gain * (ended >= world.plan.since("better_chat"))
    about = np.full(len(who), THEME["chat"])
    ask(world, CES, who, ended, shift=shift, about=about, share=0.55, **point)


def ring(world: World) -> Calls:
    """Add calls to the hot line: the wait, who hangs up, and how callers feel."""
    rng, count = world.rng, len(world.people)
    ordered = np.bincount(world.orders.who, minlength=count)
    eager = np.where(world.people.old, 1.8, 1.0) * world.plan.richness
    who = np.repeat(np.arange(count), rng.poisson(eager * (0.12 + 0.14 * ordered)))
    at = shifted(world.active_moments(who, 50.0), np.zeros(len(who)))
    minutes = world.waits(world.plan.effect("slow_hotline", USUAL_WAIT), 0.75, len(who))
    patience = rng.exponential(PATIENCE, len(who)) + 1.0
    answered = np.flatnonzero(minutes < patience)
    calls = Calls(who, at, minutes, answered)
    _calls(world, calls, np.minimum(minutes, patience))
    return calls


def _calls(world: World, calls: Calls, held: Floats) -> None:
    who, at, minutes, answered = calls.who, calls.at, calls.minutes, calls.answered
    rng, caller = world.rng, world.caller(who)
    common: dict[str, Any] = {
        "touchpoint": "hotline",
        "channel": "phone",
        "place": "service-phone",
        "source": "call-centre",
        "session_id": Numbered(f"t{world.people.number[0]}-", np.arange(len(who))),
    }
    world.add(caller, at, names.CALL_STARTED, **common)
    up = at + (minutes * MINUTE).astype(np.int64)
    numbers = Numbered(f"t{world.people.number[0]}-", answered)
    spoke = common | {"session_id": numbers}
    world.add(caller[answered], up[answered], names.CALL_ANSWERED, actor="staff", **spoke)
    talk = (rng.gamma(2.5, 1.8, len(who)) * MINUTE).astype(np.int64)
    held_until = at + (held * MINUTE).astype(np.int64)
    was_answered = np.isin(np.arange(len(who)), answered)
    ended = np.where(was_answered, up + talk, held_until)
    world.add(caller, ended, names.CALL_ENDED, **common)
    theme = np.full(len(answered), THEME["question"])
    some = who[answered]
    said = words.say(rng, theme, np.ones_like(theme), world.people.english[some], 1.0)
    speech = {"text": said, "language": spoken(world, some, said)}
    asked = up[answered] + MINUTE // 2
    world.add(
        caller[answered], asked, names.ENQUIRY_MADE, **(spoke | {"touchpoint": "enquiry"}), **speech
    )
    shift = world.plan.effect("hotline_score") * np.ones(len(answered))
    about = np.full(len(answered), THEME["hotline"])
    ask(world, CSAT, some, ended[answered], shift=shift, about=about, share=0.6, **spoke)


def opinions(world: World, visits: Visits) -> None:
    """Ask about search, checkout and order in app and web, and about stores."""
    _online(world, visits)
    _bought(world)


def _online(world: World, visits: Visits) -> None:
    """Ask for effort after searches and checkouts; the old find the app hard."""
    divide = 1.5 * world.plan.effect("digital_divide")
    for depths, point, share in (((3, 6), "search", 0.06), ((ADDRESS, BOUGHT), "checkout", 0.16)):
        rows = np.flatnonzero((visits.depth >= depths[0]) & (visits.depth <= depths[1]))
        who, way = visits.identity[rows], visits.way[rows]
        shift = 1.4 * ordinary(world, point) + divide * world.old_in_app(who, way)
        if point == "checkout" and world.plan.troubles:
            shift = shift - 1.1 * ((visits.depth[rows] < BOUGHT) & (way == APP))
        ask(
            world,
            CES,
            who,
            visits.end[rows],
            shift=shift,
            touchpoint=point,
            about=np.full(len(rows), THEME["app"]),
            share=share,
            channel=channel_words(way),
            place=place_words(place_of(way, np.zeros_like(way))),
        )


def _bought(world: World) -> None:
    """Ask for satisfaction after orders: online about the order, in stores about the visit."""
    orders = world.orders
    for stores, point, share in ((False, "order", 0.14), (True, "store_visit", 0.45)):
        rows = np.flatnonzero((orders.way == STORE) == stores)
        who, way = orders.who[rows], orders.way[rows]
        store = world.people.store[who]
        worst = (store == WORST) & stores
        shift = ordinary(world, point) + world.plan.effect("worst_store") * worst
        divide = world.plan.effect("digital_divide") * world.old_in_app(who, way)
        place = STORE_PLACE[store] if stores else place_of(way, store)
        ask(
            world,
            CSAT,
            who,
            orders.at[rows],
            shift=shift + divide,
            touchpoint=point,
            about=np.full(len(rows), THEME["store" if stores else "app"]),
            share=share,
            channel=channel_words(way),
            place=place_words(place),
            order_id=order_ids(world, rows),
        )
