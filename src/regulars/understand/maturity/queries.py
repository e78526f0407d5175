"""The SQL of self-diagnoses, and what the timeline itself shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ibis
import msgspec
import sqlalchemy as sa

from regulars.timeline.vocabulary import FEEDBACK
from regulars.understand.maturity.model import SelfDiagnosis, Spending, SpendingLine
from regulars.understand.maturity.tables import maturity_answers, maturity_spending
from regulars.understand.scope.model import EventScope

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

Place = Callable[["ir.Table"], "ir.Table"]


def shown(view: View, extent: EventScope, place: Place, touchpoints: list[str]) -> ir.Table:
    """Return by source and place: events, of a known touchpoint, answers, with words."""
    events = place(extent.of(view.events))
    feedback = events.name.isin(sorted(FEEDBACK))
    words = feedback & events.text.notnull()

    def count(test: ir.BooleanValue) -> ir.Value:
        return ibis.ifelse(test.fill_null(False), 1, 0).sum()

    return events.group_by("source", "place").agg(
        events=events.count(),
        known=count(events.touchpoint.isin(touchpoints or [""])),
        answers=count(feedback),
        words=count(words),
    )


def answers(connection: sa.Connection) -> list[SelfDiagnosis]:
    """Return every self-diagnosis, the newest first."""
    rows = connection.execute(
        sa.select(maturity_answers).order_by(maturity_answers.c.number.desc())
    )
    return [
        SelfDiagnosis(number, at, by, msgspec.json.decode(grades, type=dict[str, int]), note)
        for number, at, by, grades, note in rows
    ]


def add_answers(connection: sa.Connection, answers: SelfDiagnosis) -> None:
    """Keep a self-diagnosis; its number must be free."""
    connection.execute(
        sa.insert(maturity_answers).values(
            number=answers.number,
            made_at=answers.made_at,
            made_by=answers.made_by,
            grades=msgspec.json.encode(answers.grades).decode(),
            note=answers.note,
        )
    )


def spending(connection: sa.Connection) -> list[Spending]:
    """Return every statement of spending, the newest first."""
    rows = connection.execute(
        sa.select(maturity_spending).order_by(maturity_spending.c.number.desc())
    )
    return [
        Spending(number, at, by, msgspec.json.decode(lines, type=list[SpendingLine]))
        for number, at, by, lines in rows
    ]


def add_spending(connection: sa.Connection, spending: Spending) -> None:
    """Keep a statement of spending; its number must be free."""
    connection.execute(
        sa.insert(maturity_spending).values(
            number=spending.number,
            made_at=spending.made_at,
            made_by=spending.made_by,
            lines=msgspec.json.encode(spending.lines).decode(),
        )
    )
