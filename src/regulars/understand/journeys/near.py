"""Which of a funnel's steps exist, and what those may have been meant to be that do not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from regulars.company.rights.model import Scope
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog, Touchpoint
from regulars.timeline.vocabulary import title
from regulars.timeline.workspace import Workspace
from regulars.understand.scope.model import EventScope

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

MAX_NEAR = 3
NEAR = 0.6


def unreceived(
    ws: Workspace, wanted: Sequence[str], catalog: Catalog, scope: Scope
) -> frozenset[str]:
    """Return those of the steps `wanted` of which no event was ever received.

    Raises Invalid for a step that is no touchpoint and no name of any event, naming near ones.
    """
    if not wanted:
        return frozenset()
    there = set(ws.query(lambda view: _names(view, scope)).column("name").to_pylist())
    _refuse(wanted, there, catalog)
    points = [catalog.touchpoint(step) for step in wanted]
    return frozenset(point.key for point in points if point and not _received(point, there))


def _received(point: Touchpoint, there: Collection[str]) -> bool:
    """Tell whether events name the touchpoint, or have a name that its rules place there."""
    names = {name for rule in point.events for name in rule.names}
    anything = any(not rule.names for rule in point.events)
    return anything or not names.union([point.key], point.aliases).isdisjoint(there)


def _refuse(asked: Sequence[str], there: Collection[str], catalog: Catalog) -> None:
    for step in (one for one in asked if catalog.touchpoint(one) is None):
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
