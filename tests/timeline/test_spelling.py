"""Words that stand for others: read as what is meant, whatever signs they hold."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regulars.timeline import inbox, spelling
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ODD_WORDS = (
    "O'Brien's",
    'say "hi"',
    "a\\nb\\",
    "${name} $x",
    "[bold]tea[/bold]",
    "🦄 退款",
    "line\nbreak",
    " blank at its ends ",
    "长" * 300,
)


def tell(ws: Workspace, *places: str) -> None:
    """Put one event on the timeline for each place, in the lake and not in the inbox."""
    rows = [
        {"event_id": place, "occurred_at": NOW, "name": "Page Viewed", "place": place}
        for place in places
    ]
    inbox.accept(ws, inbox.make(rows, NOW))
    flush(ws)


def put(ws: Workspace, **meanings: str) -> None:
    """Let each place stand for another."""
    with ws.database.transaction() as connection:
        for written, meant in meanings.items():
            spelling.put(connection, "place", written, meant, by="ann", at=NOW)


def seen(ws: Workspace) -> list[str]:
    """Return the places of all events as they are read."""
    return sorted(ws.query(lambda view: view.events.select("place")).column("place").to_pylist())


@pytest.mark.parametrize("word", ODD_WORDS)
def test_any_word_may_stand_for_any(ws: Workspace, word: str) -> None:
    tell(ws, word, "shop")
    put(ws, **{word: "shop"})
    assert seen(ws) == ["shop", "shop"]
    put(ws, shop=word)
    assert seen(ws) == [word, word]


def test_case_and_width_count(ws: Workspace) -> None:
    tell(ws, "Shop", "ｓｈｏｐ", "shop")
    put(ws, Shop="store")
    assert seen(ws) == ["shop", "store", "ｓｈｏｐ"]


def test_a_spelling_of_a_spelling_means_the_last(any_ws: Workspace) -> None:
    tell(any_ws, "a", "b", "c")
    put(any_ws, a="b")
    put(any_ws, b="c")
    assert seen(any_ws) == ["c", "c", "c"]
    with any_ws.database.transaction() as connection:
        assert spelling.drop(connection, "place", "b")
        assert not spelling.drop(connection, "place", "b")
    assert seen(any_ws) == ["b", "b", "c"]


def test_no_two_words_stand_for_each_other(any_ws: Workspace) -> None:
    tell(any_ws, "a", "b")
    put(any_ws, a="b")
    put(any_ws, b="a")
    assert seen(any_ws) == ["a", "a"]
