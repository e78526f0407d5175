"""What only the owner of a file can settle: asked with its choices, answered by key.

A question bears on rows; without its answer these are refused (`unanswered`) and nothing is
guessed. The preview and the page show the choices and what each gives; `--answer KEY=VALUE`, a
form and the API answer. Answers are part of the recipe a run is made with.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.kit.errors import Invalid
from regulars.kit.text import Text

UNANSWERED = "unanswered"
"""The reason for which rows are refused whose question has no answer."""
Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: its `value`, what it means, and what it gives for this file, if known."""

    value: str
    words: Text
    gives: Text | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `key` answers it, `field` names the column, `rows` is how many it bears on.

    Without choices any value may be the answer (a time zone, a currency).
    """

    key: str
    words: Text
    choices: tuple[Choice, ...] = ()
    field: str | None = None
    rows: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the question as plain values."""
        return {
            "key": self.key,
            "field": self.field,
            "rows": self.rows,
            **_both(self.words),
            "choices": [
                {
                    "value": one.value,
                    **_both(one.words),
                    "gives": None if one.gives is None else _both(one.gives),
                }
                for one in self.choices
            ],
            "option": f"--answer {self.key}={'|'.join(one.value for one in self.choices) or '…'}",
        }


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


def answer_to(answers: Answers, key: str, values: Collection[str]) -> str | None:
    """Return the answer to a question, if any; raises Invalid when it is none of its values."""
    answer = answers.get(key)
    return None if answer is None else checked(key, answer, values)


def checked(key: str, answer: str, values: Collection[str]) -> str:
    """Return an answer; raises Invalid when it is none of the values there are."""
    if answer not in values:
        listed = ", ".join(values)
        raise Invalid(
            "import.answer",
            Text(
                f"“{answer}” is no answer to {key}; choose one of: {listed}.",
                f"“{answer}”不是 {key} 的有效答案；请选择：{listed}。",
            ),
            field=key,
        )
    return answer


def parse(given: Iterable[str]) -> dict[str, str]:
    """Return the answers of `KEY=VALUE` words; raises Invalid for a word without either."""
    answers: dict[str, str] = {}
    for word in given:
        key, mark, value = word.partition("=")
        if not mark or not key.strip() or not value.strip():
            raise Invalid(
                "import.answer_form",
                Text(
                    f"“{word}” is no answer: write KEY=VALUE, such as currency=CNY.",
                    f"“{word}”不是答案：请写成 KEY=VALUE，例如 currency=CNY。",
                ),
                field="answer",
            )
        answers[key.strip()] = value.strip()
    return answers


def dump(questions: Sequence[Question]) -> str:
    """Return questions as JSON, as a run keeps them."""
    return json.dumps([one.as_json() for one in questions], ensure_ascii=False)


def load(words: str) -> tuple[Question, ...]:
    """Return the questions that `dump` wrote."""
    return tuple(_question(one) for one in json.loads(words))


def _question(raw: dict[str, Any]) -> Question:
    choices = tuple(
        Choice(
            part["value"],
            Text(part["en"], part["zh"]),
            Text(**part["gives"]) if part["gives"] else None,
        )
        for part in raw["choices"]
    )
    return Question(
        raw["key"],
        Text(raw["en"], raw["zh"]),
        choices,
        raw["field"],
        raw["rows"],
    )
