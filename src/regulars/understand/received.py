"""What was ever received: a number whose events never came is not measured, rather than 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from regulars.kit.memo import Memo
from regulars.kit.text import Text
from regulars.timeline.vocabulary import SURVEY_ANSWERED, title

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View
    from regulars.timeline.workspace import Workspace

GUIDE = "docs/how-to/send-events.md"
"""Where it is written how events are sent and imported."""
MAX_NAMED = 4


@dataclass(frozen=True, slots=True)
class Requirement:
    """Events of which at least one must ever have been received.

    One of these names; or, where `question` is given, an answer to it, whatever its event's name.
    """

    names: frozenset[str]
    question: str | None = None

    @property
    def told(self) -> tuple[str, ...]:
        """The names of events to send, the question behind its own."""
        if self.question is not None:
            return (f"{SURVEY_ANSWERED} ({self.question})",)
        return tuple(sorted(self.names))


@dataclass(frozen=True, slots=True)
class Received:
    """The names of all events that were ever received, and the questions that have scores."""

    names: frozenset[str]
    questions: frozenset[str]

    def meets(self, need: Requirement) -> bool:
        """Whether what is needed was received."""
        if need.question is not None:
            return need.question in self.questions
        return bool(need.names & self.names)


def need(*names: str) -> Requirement:
    """Return the need of one of these events."""
    return Requirement(frozenset(names))


def answers_to(question: str) -> Requirement:
    """Return the need of answers to a question."""
    return Requirement(frozenset({SURVEY_ANSWERED}), question)


_known: Memo[Received] = Memo(16)


def received(ws: Workspace, as_of: datetime | None = None) -> Received:
    """Return what was ever received by `as_of`, of all sources and places."""
    as_of = ws.engine.settled(as_of)
    key = (str(ws.folder), ws.engine.watermark(), as_of)
    return _known.get(key, lambda: _look(ws, as_of))


def _look(ws: Workspace, as_of: datetime | None) -> Received:
    import ibis  # an engine, which no definition loads

    def build(view: View) -> ir.Table:
        events = view.events
        question = ibis.ifelse(events.score.notnull(), events.metric, ibis.null("string"))
        return events.group_by("name", question=question).agg(n=events.count())

    table = ws.engine.summed(("received",), build, by=("name", "question"), as_of=as_of)
    rows = [row for row in table.to_pylist() if row["n"]]
    questions = {row["question"] for row in rows} - {None}
    return Received(frozenset(row["name"] for row in rows), frozenset(questions))


def missing(
    ws: Workspace, needs: Iterable[Requirement], as_of: datetime | None = None
) -> tuple[Requirement, ...]:
    """Return the needs that were never met; all of them must be for a number to be measured."""
    needs = tuple(needs)
    if not needs:
        return ()
    known = received(ws, as_of)
    return tuple(one for one in needs if not known.meets(one))


def to_send(needs: Iterable[Requirement]) -> Text | None:
    """Return that something is not measured and what to send; None where nothing is missing."""
    needs = tuple(needs)
    if not needs:
        return None
    en = " and ".join(_named(one).en for one in needs)
    zh = "与".join(_named(one).zh for one in needs)
    return Text(
        f"Not measured: never received {en}. Send or import it ({GUIDE}).",
        f"未测量：从未收到{zh}。请发送或导入（{GUIDE}）。",
    )


def _named(need: Requirement) -> Text:
    names = need.told[:MAX_NAMED]
    if need.question is not None:
        return Text(f"“{names[0]}”", f"“{names[0]}”")
    titles = [title(name) for name in names]
    return Text(
        " or ".join(f"“{one}”" for one in names),
        "或".join(
            f"“{name}”" if one.zh == name else f"“{one.zh}”（{name}）"
            for name, one in zip(names, titles, strict=True)
        ),
    )
