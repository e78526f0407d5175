"""`metrics`: every metric over one period, with its change and its last twelve months."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from regulars.faces.columns import Column
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis, Table
from regulars.understand.analyses.options import IN_PERIOD, Options
from regulars.understand.metrics.columns import COLUMNS, dimension
from regulars.understand.metrics.model import GROUP_TITLES, Board

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace
    from regulars.understand.analyses.view import View

TITLE = Text("Metrics", "指标")


def compute(ws: Workspace, options: Options, now: datetime) -> Board:
    """Measure every metric."""
    from regulars.understand.metrics import board  # an engine, which no declaration loads

    return board.make_board(ws, options.about(), now)


def _values(view: View) -> dict[str, Any]:
    from regulars.understand.metrics import showing  # names of places and touchpoints

    tiles = {tile.key: tile for tile in view.result.tiles} if view.answered else {}
    groups = groupby(view.service.definitions(), key=lambda one: one.group)
    return {
        "groups": [
            (GROUP_TITLES[group], [(one, tiles[one.key]) for one in members if one.key in tiles])
            for group, members in groups
        ],
        "names": showing.Names(view.ws),
        "showing": showing,
    }


ANALYSIS = Analysis(
    noun=__package__,
    name="metrics",
    api="/metrics/board",
    title=TITLE,
    question=Text("How are our metrics doing?", "各项指标表现如何？"),
    summary=Text("All metrics over a period", "一段时间内的全部指标"),
    meaning=Text(
        "Each number has its n and its 95% interval; changes are tested against the previous "
        "period.",
        "每个数字都附 n 与 95% 置信区间；变化与上一时间段比较并经检验。",
    ),
    result="Board",
    order=30,
    options=IN_PERIOD,
    rests_on=("value-groups", "lifetime-value"),
    usual=Text("Last 90 days of data", "数据的最近 90 天"),
    compute=compute,
    version=4,
    tables=(
        Table(
            "metrics",
            TITLE,
            (
                Column(Text("Name", "名称"),
                       lambda row, view: view.service.definition(row.metric).title),
                dimension("currency"),
                dimension("survey_kind"),
                *COLUMNS,
            ),
            lambda view: [row for tile in view.result.tiles for row in tile.rows],
            file="metrics",
        ),
    ),
    template="metrics/_board.html",
    page="metrics/board.html",
    piece="board",
    values=_values,
)  # fmt: skip
