"""Which of a funnel's steps exist, and what those may have been meant to be that do not."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from regulars.company.rights.model import Scope
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog
from regulars.timeline.vocabulary import title
from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import EventScope

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

MAX_NEAR = 3
NEAR = 0.6


def refuse_unknown(ws: Workspace, asked: Sequence[str], catalog: Catalog, scope: Scope) -> None:
    """Raise Invalid for a step that is no touchpoint and no name of any event, naming near ones."""
    strange = [step for step in asked if catalog.touchpoint(step) is None]
    if not strange:
        return
    there = set(ws.query(lambda view: _names(view, scope)).column("name").to_pylist())
    for step in strange:
        if step not in there:
            near = nearest(step, [*(point.key for point in catalog.touchpoints), *sorted(there)],
                           catalog)  # fmt: skip
            raise Invalid("funnel.step", _message(step, near), field="steps", near=near)


def nearest(word: str, known: Sequence[str], catalog: Catalog) -> list[str]:
    """Return those of `known` whose name, or title in a language, is spelt much like `word`."""
    spelt: dict[str, str] = {}
    for name in known:
        point = catalog.touchpoint(name)
        titles = point.title if point else title(name)
        for words in (name, titles.en, titles.zh):
            spelt.setdefault(words.casefold(), name)
    found = get_close_matches(word.casefold(), spelt, MAX_NEAR * 2, NEAR)
    return list(dict.fromkeys(spelt[words] for words in found))[:MAX_NEAR]


def _names(view: View, scope: Scope) -> ir.Table:
    """Return the names of events, and the touchpoints that senders gave them."""
    events = EventScope(scope=scope).of(view.events)
    found = events.group_by("name", "touchpoint").agg(n=events.count())
    own = found.filter(found.touchpoint.notnull()).select(name="touchpoint")
    return found.select("name").union(own).distinct()


def _message(step: str, near: Sequence[str]) -> Text:
    if not near:
        return Text(
            f"There is no touchpoint and no event called “{step}”. `regulars show journey` lists "
            "those there are.",
            f"没有名为“{step}”的触点或事件。可用 `regulars show journey` 查看已有的。",
        )
    en, zh = (comma.join(f"“{name}”" for name in near) for comma in (", ", "、"))
    return Text(
        f"There is no touchpoint and no event called “{step}”. Did you mean {en}?",
        f"没有名为“{step}”的触点或事件。您是否想用{zh}？",
    )
