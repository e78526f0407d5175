"""The questionnaire and its advice, as they ship."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from regulars.kit.text import Text
from regulars.understand.maturity.model import Area, Horizon, NextStep, Question, Questionnaire


@cache
def questionnaire() -> Questionnaire:
    """Return areas, questions and advice."""
    questions, advice = _load("questionnaire.toml"), _load("advice.toml")
    return Questionnaire(
        tuple(Area(one["key"], Text(**one["title"])) for one in questions["area"]),
        tuple(
            Question(
                one["key"],
                one["area"],
                Text(**one["text"]),
                tuple(Text(**words) for words in one["grades"]),
                one["evidence"],
            )
            for one in questions["question"]
        ),
        tuple(
            NextStep(one["area"], one["grade"], Horizon(one["horizon"]), Text(**one["text"]))
            for one in advice["advice"]
        ),
    )


def _load(name: str) -> dict[str, Any]:
    file = resources.files("regulars.understand.maturity") / name
    return tomllib.loads(file.read_text("utf-8"))
