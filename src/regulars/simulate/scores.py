"""Scores on their scales, and who answers a survey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from regulars.simulate import words
from regulars.simulate.columns import Words
from regulars.simulate.model import DAY, MINUTE
from regulars.simulate.population import Floats, Ints
from regulars.simulate.season import shifted
from regulars.simulate.world import World
from regulars.timeline import vocabulary as names

ANSWER, DISMISS = 0.36, 0.30


@dataclass(frozen=True, slots=True)
class Scale:
    """A question: its metric, its scale, what people answer on average and how they differ."""

    metric: str
    low: float
    high: float
    usual: float
    spread: float
    kind: str = names.TRANSACTIONAL


CSAT = Scale("csat", 1, 5, 4.3, 0.75)
CES = Scale("ces", 1, 7, 5.5, 1.15)
NPS = Scale("nps", 0, 10, 8.75, 1.75, names.RELATIONSHIP)
REVIEW = Scale("review", 1, 5, 4.4, 0.85)

ORDINARY: dict[str, float] = {
    "store_visit": 0.08,
    "order": 0.05,
    "search": -0.1,
    "checkout": 0.0,
    "delivery": 0.05,
    "live_chat": -0.05,
    "return": -0.25,
    "solution": -0.1,
    "product_use": 0.0,
}
"""How touchpoints differ in a company with troubles besides the planted ones, in CSAT points."""


def drawn(world: World, scale: Scale, who: Ints, shift: float | Floats) -> Floats:
    """Return whole scores: the usual, the customer's mood, a shift, chance; cut to the scale."""
    unit = (scale.high - scale.low) / 4  # of a five-point scale
    centre = scale.usual + unit * world.people.mood[who] + shift
    noise = world.rng.normal(0, scale.spread, len(who))
    return np.clip(np.round(centre + noise), scale.low, scale.high)


def ordinary(world: World, touchpoint: str) -> float:
    """Return how a touchpoint differs by nature; nothing in a company without troubles."""
    return ORDINARY.get(touchpoint, 0.0) if world.plan.troubles else 0.0


def ask(
    world: World,
    scale: Scale,
    who: Ints,
    at: Ints,
    *,
    shift: Any = 0.0,
    touchpoint: str | Words,
    about: Ints,
    share: float,
    after_days: float = 0.02,
    **values: Any,
) -> None:
    """Show a survey to a `share` of the rows; some answer, some dismiss it, some do neither.

    `about` are the themes of the words that go with an answer, one a row. Column values may be
    Words or Numbered with one entry a row. `shift` is added to what is usual: a number or one
    a row.
    """
    chosen = np.flatnonzero(world.rng.random(len(who)) < share)
    spread = world.rng.exponential(after_days, len(chosen)) + 0.001
    shown_at = shifted(at[chosen], spread) if after_days > 0.5 else at[chosen] + _us(spread)
    fate = world.rng.random(len(chosen))
    values = {"touchpoint": touchpoint, "source": "survey", "survey_kind": scale.kind, **values}
    values |= {"metric": scale.metric, "scale_min": scale.low, "scale_max": scale.high}
    answer_at = shown_at + _us(world.rng.exponential(20 * MINUTE / DAY, len(chosen)))
    shown = {**values, "actor": "system"}
    _add(world, names.SURVEY_SHOWN, who, at=shown_at, rows=chosen, values=shown)
    away = np.flatnonzero((fate >= ANSWER) & (fate < ANSWER + DISMISS))
    _add(world, names.SURVEY_DISMISSED, who, at=answer_at[away], rows=chosen[away], values=values)
    here = np.flatnonzero(fate < ANSWER)
    shifts = np.broadcast_to(np.asarray(shift, np.float64), who.shape)[chosen[here]]
    score = drawn(world, scale, who[chosen[here]], shifts)
    said = words.say(
        world.rng, about[chosen[here]], scale_mood(scale, score), _english(world, who[chosen[here]])
    )
    values |= {"score": score, "text": said, "language": spoken(world, who[chosen[here]], said)}
    _add(world, names.SURVEY_ANSWERED, who, at=answer_at[here], rows=chosen[here], values=values)


def scale_mood(scale: Scale, score: Floats) -> Ints:
    """Return 0 for a bad score, 1 for a middling one, 2 for a good one."""
    part = (score - scale.low) / (scale.high - scale.low)
    return (part > 0.55).astype(np.int64) + (part > 0.72)


def spoken(world: World, who: Ints, said: Words) -> Words:
    """Return the language column of rows that carry words."""
    codes = np.where(said.codes < 0, -1, _english(world, who).astype(np.int64))
    return Words(codes, ["zh", "en"])


def _english(world: World, who: Ints) -> Any:
    return world.people.english[who]


def _add(
    world: World, name: str, who: Ints, *, at: Ints, rows: Ints, values: dict[str, Any]
) -> None:
    """Add events for the chosen rows: columns with one entry a row are cut to them."""
    cut = {}
    for column, value in values.items():
        full = hasattr(value, "codes") and len(value.codes) == len(who)
        if full and column not in ("text", "language"):
            cut[column] = Words(value.codes[rows], value.words)
        elif hasattr(value, "numbers"):
            cut[column] = type(value)(value.prefix, value.numbers[rows])
        else:
            cut[column] = value
    world.add(who[rows], at, name, **cut)


def _us(days: Floats) -> Ints:
    return (days * DAY).astype(np.int64)
