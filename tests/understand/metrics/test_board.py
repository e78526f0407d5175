"""The board follows and then stands; a mix of surveys gives one tile a kind."""

from __future__ import annotations

from tests.understand.metrics.story import NOON, answered, tell
from tests.understand.metrics.test_pages import browser

from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service as analyses
from regulars.understand.metrics import board
from regulars.understand.metrics.analysis import ANALYSIS


def test_the_board_follows_and_then_stands_at_once(shop: Workspace) -> None:
    client = browser(shop)
    first = client.get("/metrics")
    assert "/metrics/board" in first.text and "Calculating" in first.text
    piece = client.get("/metrics/board")
    assert ">0.0 <small>n&nbsp;80" in piece.text
    assert "Calculating" not in client.get("/metrics").text


def test_a_mix_of_surveys_gives_one_tile_a_kind(shop: Workspace) -> None:
    tell(shop, [answered(f"r{i}", "nps", 9, survey_kind="relationship") for i in range(9)])
    made = board.make_board(shop, {"period": "usual"}, NOON)
    tile = next(one for one in made.tiles if one.key == "nps")
    kinds = {row.slice["survey_kind"]: row.n for row in tile.rows}
    assert kinds == {"transactional": 80, "relationship": 9}
    assert {row.slice["metric"] for row in made.questions} == {"nps"}


def test_findings_come_back_as_they_were_kept(shop: Workspace) -> None:
    kept = analyses.answered(shop, ANALYSIS, analyses.usual(ANALYSIS), now=NOON)
    again = analyses.stored(shop, ANALYSIS, analyses.usual(ANALYSIS), now=NOON)
    assert again.found is not None and again.result == kept.result
