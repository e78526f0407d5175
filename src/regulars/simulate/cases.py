"""Complaints and after-sale cases, with what our staff did about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from regulars.simulate import words
from regulars.simulate.columns import Numbered, Words
from regulars.simulate.contacts import WORST, Calls
from regulars.simulate.fulfilment import Parcels
from regulars.simulate.model import DAY, HOUR, MINUTE
from regulars.simulate.population import STORE, Floats, Ints, Mask
from regulars.simulate.scores import CSAT, ask, ordinary, spoken
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

USUAL_ANSWER = 4.0  # median hours
SLOW = 24.0
_TEAM = PLACE["service-cases"]
REASONS = ("late_delivery", "hotline", "store_visit", "product_use")


@dataclass(frozen=True, slots=True)
class Case:
    """Arrays with one entry a case; `reason` is a position in REASONS, `order` -1 without one."""

    who: Ints
    at: Ints
    reason: Ints
    order: Ints
    channel: Ints
    complaint: Mask

    def __len__(self) -> int:
        return len(self.who)


def serve(world: World, parcels: Parcels, calls: Calls) -> None:
    """Add complaints and problems, the cases they open, and how these go on."""
    parts = [
        _late(world, parcels),
        _callers(world, calls),
        _stores(world),
        _problems(world, parcels, complaint=True),
        _problems(world, parcels, complaint=False),
    ]
    case = Case(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Case.__slots__)
    )
    _open(world, case)
    _work(world, case)


def _make(
    world: World, who: Ints, at: Ints, reason: str, order: Ints, *, complaint: bool = True
) -> Case:
    share = [0.45, 0.33, 0.22] if reason != "hotline" else [0.2, 0.5, 0.3]
    channel = one_of(world.rng, ("phone", "chat", "app"), share, len(who))
    code = np.full(len(who), REASONS.index(reason))
    return Case(who, at, code, order, channel, np.full(len(who), complaint))


def _late(world: World, parcels: Parcels) -> Case:
    chance = np.where(parcels.late, 0.15 if world.plan.troubles else 0.01, 0.004) * parcels.online
    rows = np.flatnonzero(world.rng.random(len(parcels.order)) < chance)
    at = shifted(parcels.at[rows], world.rng.exponential(0.8, len(rows)))
    return _make(world, parcels.who[rows], at, "late_delivery", parcels.order[rows])


def _callers(world: World, calls: Calls) -> Case:
    chance = np.where(calls.minutes > 15, 0.07, 0.004)
    rows = np.flatnonzero(world.rng.random(len(calls.who)) < chance)
    at = shifted(calls.at[rows], world.rng.exponential(0.5, len(rows)))
    return _make(world, calls.who[rows], at, "hotline", np.full(len(rows), -1))


def _stores(world: World) -> Case:
    orders = world.orders
    worst = (world.people.store[orders.who] == WORST) & world.plan.troubles
    chance = np.where(worst, 0.05, 0.006) * (orders.way == STORE)
    rows = np.flatnonzero(world.rng.random(len(orders)) < chance)
    at = shifted(orders.at[rows], world.rng.exponential(1.0, len(rows)))
    return _make(world, orders.who[rows], at, "store_visit", rows)


def _problems(world: World, parcels: Parcels, *, complaint: bool) -> Case:
    chance = 0.008 if complaint else 0.045
    rows = np.flatnonzero(world.rng.random(len(parcels.order)) < chance)
    at = shifted(parcels.at[rows], world.rng.gamma(1.5, 14.0, len(rows)))
    order = parcels.order[rows]
    return _make(world, parcels.who[rows], at, "product_use", order, complaint=complaint)


def _open(world: World, case: Case) -> None:
    """Add the complaint or the problem, each with its words, and the opening of the case."""
    theme = np.array([THEME[f"complaint_{one}"] for one in ("late", "hotline", "store", "product")])
    for complaint in (True, False):
        rows = np.flatnonzero(case.complaint == complaint)
        who = case.who[rows]
        about = theme[case.reason[rows]] if complaint else np.full(len(rows), THEME["problem"])
        mood = np.full(len(rows), 0 if complaint else 1)
        said = words.say(world.rng, about, mood, world.people.english[who], 1.2)
        speech = {"text": said, "language": spoken(world, who, said)}
        if complaint:
            point = Words(case.reason[rows], REASONS)
            world.add(
                who,
                case.at[rows],
                names.COMPLAINT_MADE,
                **_common(world, case, rows, point),
                **speech,
            )
            later = case.at[rows] + MINUTE
            world.add(
                who, later, names.CASE_OPENED, actor="system", **_common(world, case, rows, "case")
            )
        else:
            world.add(
                who,
                case.at[rows],
                names.CASE_OPENED,
                **_common(world, case, rows, "case"),
                **speech,
            )


def _common(world: World, case: Case, rows: Ints, touchpoint: str | Words) -> dict[str, Any]:
    store = STORE_PLACE[world.people.store[case.who[rows]]]
    in_store = case.reason[rows] == REASONS.index("store_visit")
    place = np.where(in_store, store, _TEAM)
    first = world.people.number[0]
    return {
        "touchpoint": touchpoint,
        "channel": channel_words(case.channel[rows]),
        "place": place_words(place),
        "source": "service-desk",
        "case_id": Numbered(f"c{first}-", rows),
        "order_id": order_ids(world, case.order[rows]),
    }


def _work(world: World, case: Case) -> None:
    """Add assignment, answers, plan, solution, reopening and closing."""
    rng, count = world.rng, len(case)
    rows = np.arange(count)
    hours = _answer_hours(world, case)
    assigned = case.at + (rng.exponential(12, count) * MINUTE).astype(np.int64)
    answered = shifted(assigned, hours / 24)
    involved = rng.random(count) < 0.3
    planned = shifted(answered, world.waits(9.0, 0.8, count) / 24)
    solving = world.waits(np.where(involved, 60.0, 7.0), 0.8, count)
    solved = shifted(answered + MINUTE, solving / 24)
    never = rng.random(count) < 0.03
    _staff(world, case, rows, assigned, names.CASE_ASSIGNED, actor="system")
    _staff(world, case, rows, answered, names.CASE_ANSWERED)
    plans = rows[involved]
    _staff(world, case, plans, np.minimum(planned, solved)[plans], names.CASE_PLAN_GIVEN)
    done = rows[~never]
    _staff(world, case, done, solved[done], names.CASE_SOLVED, touchpoint="solution")
    again = done[rng.random(len(done)) < 0.06]
    _again(world, case, again, solved[again])
    closed = solved + (rng.uniform(1, 3, count) * DAY).astype(np.int64)
    _staff(
        world, case, done, closed[done], names.CASE_CLOSED, touchpoint="solution", actor="system"
    )
    slow = np.where((hours > SLOW) & world.plan.troubles, -0.6, 0.0)
    ask(
        world,
        CSAT,
        case.who[done],
        solved[done],
        shift=ordinary(world, "solution") + slow[done],
        about=np.full(len(done), THEME["case"]),
        share=0.75,
        after_days=0.2,
        **_common(world, case, done, "solution"),
    )


def _answer_hours(world: World, case: Case) -> Floats:
    phone = case.channel == CHANNEL["phone"]
    slow = world.plan.effect("slow_cases", USUAL_ANSWER)
    return world.waits(np.where(phone, slow, USUAL_ANSWER), 0.7, len(case))


def _again(world: World, case: Case, rows: Ints, solved: Ints) -> None:
    """Add cases that customers reopen, and their second solution."""
    back = shifted(solved, world.rng.exponential(1.5, len(rows)))
    world.add(case.who[rows], back, names.CASE_REOPENED, **_common(world, case, rows, "case"))
    later = back + (world.waits(14.0, 0.6, len(rows)) * HOUR).astype(np.int64)
    _staff(world, case, rows, later, names.CASE_SOLVED, touchpoint="solution")


def _staff(
    world: World,
    case: Case,
    rows: Ints,
    at: Ints,
    name: str,
    *,
    touchpoint: str = "case",
    actor: str = "staff",
) -> None:
    common = _common(world, case, rows, touchpoint)
    world.add(case.who[rows], at, name, **(common | {"actor": actor}))
