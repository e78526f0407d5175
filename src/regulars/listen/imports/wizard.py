"""The page of a mapping as a form: a choice for each column, answers, the day of all rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from regulars.faces.forms import Fields
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.errors import RegularsError
from regulars.listen.imports import scales, scaling
from regulars.listen.imports.choices import SINGLE, Choices
from regulars.listen.imports.export_formats import loading as export_formats
from regulars.listen.imports.guessing import ROLES, SCORES, Guess
from regulars.listen.imports.preview import Proposal

PLAIN = "plain"
"""The choice of no tool's export: columns are what they look like."""
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("when", ("occurred_at", "clock", "year", "month", "moment")),
    ("who", ("user", "email", "phone", "openid", "anonymous")),
    ("said", ("nps", "csat", "ces", "score", "text", "weight")),
    (
        "bought",
        (
            *("order_id", "amount", "currency", "product", "category", "quantity", "price"),
            *("status", "refund", "approved_at", "shipped_at", "delivered_at"),
            *("cancelled_at", "refunded_at"),
        ),
    ),
    ("where", ("touchpoint", "channel", "place", "session_id", "case_id", "event_id", "name")),
    ("rest", ("property", "number", "personal")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One column of the file as the form shows it."""

    number: int
    guess: Guess
    becomes: Any

    @property
    def scale(self) -> str:
        """The scale of a score as the form names it; empty while it is asked."""
        if self.guess.scale is None or self.guess.scales:
            return ""
        return scales.spelled(self.guess.scale)

    @property
    def kind(self) -> str:
        """How what it becomes is shown: moment, money or number; empty for nothing to show."""
        if self.becomes is None:
            return ""
        if isinstance(self.becomes, datetime):
            return "moment"
        return "money" if self.guess.kind == "decimal" else "number"

    @property
    def is_score(self) -> bool:
        """Tell whether the column needs a scale."""
        return self.guess.role in SCORES


def read(fields: Fields) -> Choices:
    """Return what the form says; raises Invalid for a role, scale, or day that is none."""
    sent = fields.raw
    names = (f"header_{number}" for number in range(len(sent)))
    headers = [sent[name] for name in names if name in sent]
    another_tool = fields.text("export_format") != fields.text("export_format_before")
    answers = {
        name.removeprefix("answer:"): value
        for name, value in sent.items()
        if name.startswith("answer:") and value.strip()
    }
    return Choices(
        roles={} if another_tool else _roles(fields, headers),
        scales={} if another_tool else _scales(fields, headers),
        answers=answers,
        happened_on=fields.text("happened_on", most=20),
        zone=fields.text("zone", most=60),
        format=_format(fields.text("export_format", most=60)),
        detect=fields.text("export_format") != PLAIN,
    )


def read_again(fields: Fields) -> Choices:
    """Return what the form says as far as it is sound, to show it again."""
    try:
        return replace(read(fields), happened_on=None)
    except RegularsError:
        return Choices()


def without_answer(choices: Choices, key: str) -> Choices:
    """Return what was chosen but for one answer, so that it is asked again."""
    answers = {one: answer for one, answer in choices.answers.items() if one != key}
    return replace(choices, answers=answers)


def _roles(fields: Fields, headers: Sequence[str]) -> dict[str, str]:
    """Return header → role; a role of one column that was just chosen leaves the column it had."""
    roles, changed = {}, set()
    for number, header in enumerate(headers):
        role = fields.choice(f"role_{number}", list(ROLES))
        if role is not None:
            roles[header] = role
            if role != fields.text(f"role_{number}_before"):
                changed.add(header)
    given_away = {roles[header] for header in changed} & SINGLE
    return {
        header: role
        for header, role in roles.items()
        if header in changed or role not in given_away
    }


def _scales(fields: Fields, headers: Sequence[str]) -> dict[str, scales.Scale]:
    """Return header → scale, of the scores whose scale is settled."""
    return {
        header: scales.parse(words)
        for number, header in enumerate(headers)
        if (words := fields.text(f"scale_{number}", most=20))
    }


def _format(name: str | None) -> export_formats.ExportFormat | None:
    return None if name in (None, PLAIN) else export_formats.get(str(name))


def settled_answers(proposal: Proposal, choices: Choices) -> list[tuple[str, str]]:
    """Return the answers that are not asked for again, so that the form keeps them.

    The scales among them stand with their columns.
    """
    asked = {one.key for one in proposal.questions}
    return [
        (key, answer)
        for key, answer in choices.answers.items()
        if key not in asked and not key.startswith(scaling.KEY)
    ]


def lines(proposal: Proposal) -> list[Line]:
    """Return the columns of the file in its order."""
    return [
        Line(number, one, proposal.becomes.get(one.header))
        for number, one in enumerate(proposal.columns)
    ]


def role_groups() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield what a column can be, by what it tells."""
    titles = {
        "when": _("When it happened"),
        "who": _("Who"),
        "said": _("What customers say"),
        "bought": _("What they bought"),
        "where": _("Place and reference"),
        "rest": _("None of these"),
    }
    for key, roles in GROUPS:
        yield titles[key], [(role, say(ROLES[role])) for role in roles]


def scale_choices(line: Line) -> list[str]:
    """Return the scales to choose from: the present one (empty while asked), then the usual."""
    return list(dict.fromkeys([line.scale, *map(scales.spelled, scales.USUAL)]))


def format_choices() -> list[tuple[str, str]]:
    """Return the tools whose exports are known."""
    known = [(name, say(one.title.text)) for name, one in export_formats.every().items()]
    return [(PLAIN, _("Any other file")), *known]
