"""`regulars reactions`: what was set aside is listed, and tried again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from regulars.app import build_cli
from regulars.jobs.doctor import working
from regulars.kit.errors import NotFound
from regulars.timeline import reacting
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, NOON
from tests.timeline.reacting import advance, begin, order, stones, thanked, thanks


@pytest.fixture(autouse=True)
def one_stone() -> Iterator[None]:
    """Let the reaction stumble over Ann's second order."""
    stones.add("a2")
    yield
    stones.clear()


def run(ws: Workspace, *words: str) -> str:
    """Run a command on the workspace and return what it prints."""
    answer = CliRunner().invoke(
        build_cli(), ["reactions", *words, "-w", str(ws.folder)], catch_exceptions=False
    )
    assert answer.exit_code == 0
    return answer.output


def test_what_was_set_aside_is_listed_and_tried_again(ws: Workspace) -> None:
    begin(ws)
    order(ws, ANN, 1, 2, 3)
    for minute in range(10):
        advance(ws, now=NOON + timedelta(minutes=minute))
    assert thanked(ws) == ["a1", "a3"]
    told = json.loads(run(ws, "list", "--json"))
    assert [one["set_aside"] for one in told["reactions"]] == [1]
    (aside,) = told["set_aside"]
    assert (aside["event_id"], aside["error"]) == ("a2", "ValueError: no thanks for a2")
    assert "a2" in run(ws, "list")
    (finding,) = working.reactions(ws, NOON)
    assert "1 events set aside" in finding.seen.en
    assert finding.advice is not None
    assert finding.advice.zh.endswith("regulars reactions retry test.thanks")
    stones.clear()
    assert "1 events are tried again" in run(ws, "retry", thanks.name)
    assert "0 events are tried again" in run(ws, "retry", thanks.name)
    assert reacting.advance(ws, thanks, now=NOON + timedelta(hours=1)) == 1
    assert thanked(ws) == ["a1", "a3", "a2"]


def test_a_reaction_that_is_not_there_is_named(ws: Workspace) -> None:
    with pytest.raises(NotFound, match="There is no reaction"):
        run(ws, "retry", "test.else")
