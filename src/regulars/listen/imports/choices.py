"""What a person settles about a file's columns, put in the place of what was guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from regulars.kit.errors import Invalid
from regulars.kit.text import Text, fill_chinese
from regulars.listen.imports import asking, building, guessing, scales
from regulars.listen.imports.export_formats.loading import ExportFormat
from regulars.listen.imports.guessing import ROLES, SCORES, Guess
from regulars.listen.imports.looking import Facts
from regulars.listen.imports.mapping import asking_key
from regulars.listen.imports.model import Recipe

DAY = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?")
SINGLE = frozenset(ROLES) - {"moment", "number", "property", "personal", "text", "clock", *SCORES}
"""Roles that one column has: chosen for one, it leaves the column that was guessed to have it."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Header → role and header → scale as chosen; answers; the day when all rows happened.

    `format` is the tool that wrote the file; it is looked for unless `detect` is off.
    """

    roles: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[str, scales.Scale] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    happened_on: str | None = None
    zone: str | None = None
    format: ExportFormat | None = None
    detect: bool = True

    def __post_init__(self) -> None:
        """Raise Invalid for a day that is none."""
        if self.happened_on is not None and not DAY.fullmatch(self.happened_on):
            raise Invalid(
                "import.happened_on",
                Text("Write the day as 2026-03-31.", "请按 2026-03-31 的形式填写日期。"),
                field="happened_on",
            )


def settle(columns: Sequence[Facts], guesses: Sequence[Guess], choices: Choices) -> list[Guess]:
    """Return the guesses with what was chosen, by hand or by the tool that wrote the file."""
    scales_ = {**_answered(guesses, choices), **choices.scales}
    wanted = {one.header: _role(one, choices, scales_) for one in guesses}
    taken = {role for role in wanted.values() if role in SINGLE}
    return [
        _read(facts, one, wanted[one.header], choices, scales_.get(one.header))
        if wanted[one.header] is not None
        else (_left(one) if one.role in taken else one)
        for facts, one in zip(columns, guesses, strict=True)
    ]


def _answered(guesses: Sequence[Guess], choices: Choices) -> dict[str, scales.Scale]:
    """Return header → scale as answered; one answer holds for all columns that leave the same."""
    answered: dict[str, scales.Scale] = {}
    for key, words in choices.answers.items():
        first = next((one for one in guesses if one.scales and key == asking_key(one)), None)
        if first is not None:
            scale = scales.parse(words)
            alike = (asking.asked_with(one) == asking.asked_with(first) for one in guesses)
            answered |= {
                one.header: scale for one, same in zip(guesses, alike, strict=True) if same
            }
    return answered


def _role(guess: Guess, choices: Choices, scales_: Mapping[str, scales.Scale]) -> str | None:
    """Return the role that was chosen for a column; None where the guess stands."""
    chosen = choices.roles.get(guess.header)
    if (chosen or guess.role) == "nps" and choices.answers.get("nps", guess.header) != guess.header:
        return "number"
    if chosen is not None:
        return chosen
    if guess.header in scales_:
        return guess.role
    return choices.format.role_of(guess.header) if choices.format is not None else None


def _left(one: Guess) -> Guess:
    """Return what a column is whose role another one was given."""
    beside = {"number": "number", "decimal": "number", "whole": "number", "moment": "moment"}
    return replace(one, role=beside.get(one.kind, "property"))


def _read(
    facts: Facts, guess: Guess, role: str | None, choices: Choices, scale: scales.Scale | None
) -> Guess:
    assert role is not None
    if role == guess.role and scale in (None, guess.scale) and choices.format is None:
        return replace(guess, scales=()) if scale else guess
    read = guess if role == guess.role else guessing.read_as(facts, role)
    if role in SCORES and scale is not None:
        read = replace(read, scale=scale, scales=())
    by_hand = guess.header in choices.roles or choices.format is None
    why = guessing.CHOSEN if by_hand else _known(choices.format)
    return replace(read, confidence=1.0, why=why)


def _known(format_: ExportFormat | None) -> Text:
    title = format_.title.text if format_ else Text("", "")
    return Text(f"{title.en} calls it so.", fill_chinese("{title}的表头如此。", title=title.zh))


def complete(recipe: Recipe, choices: Choices) -> Recipe:
    """Return the mapping with the day of all rows where a time is lacking, and the answers."""
    events = recipe.events
    if choices.happened_on is not None:
        moment = f"moment('{choices.happened_on}')"
        events = tuple(
            msgspec.structs.replace(
                event,
                take={
                    word: moment
                    if word == "occurred_at" and expression.strip() == building.TO_FILL_IN
                    else expression
                    for word, expression in event.take.items()
                },
            )
            for event in events
        )
    return msgspec.structs.replace(
        recipe, events=events, answers={**recipe.answers, **choices.answers}
    )
