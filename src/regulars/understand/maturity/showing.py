"""The self-diagnosis as pictures, tables and plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from regulars.faces import charts, maps
from regulars.faces.charts import Course
from regulars.faces.language import gettext as _
from regulars.faces.language import say
from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog
from regulars.understand.maturity import service
from regulars.understand.maturity.model import (
    GRADE_TITLES,
    HORIZON_TITLES,
    MEANING,
    Answers,
    AreaGrade,
    Checked,
    Diagnosis,
    Line,
    Spending,
    by_horizon,
    spread,
    step,
)

CORNERS = 3
"""A figure takes three areas."""
TABLE = (
    Text("Area", "领域"),
    Text("Question", "问题"),
    Text("Self-assessed", "自评"),
    Text("Last time", "上次"),
    Text("Evidence grade", "证据等级"),
    Text("Evidence", "证据"),
    Text("n", "n"),
    Text("Self-assessment minus evidence", "自评减证据"),
    Text("Disagrees", "不一致"),
)
YES, NO = Text("yes", "是"), Text("no", "否")


def table(rows: list[Checked]) -> Iterator[tuple[Any, ...]]:
    """Yield one line a question under TABLE."""
    asked = service.questionnaire()
    texts = {one.key: one.text for one in asked.questions}
    for row in rows:
        shown = row.evidence
        yield (
            asked.area(row.area).title, texts[row.question], row.claim, row.before,
            shown.grade if shown else None, shown.text if shown else None,
            shown.n if shown else 0, row.gap, YES if row.disagrees else NO,
        )  # fmt: skip


def plain(found: Diagnosis, answers: list[Answers], spending: list[Spending]) -> dict[str, Any]:
    """Return claims, evidence, grades, spending and improvement points as plain JSON values."""
    rows = service.checked(found, answers)
    lines = spending[0].lines if spending else []
    told = [
        {**msgspec.to_builtins(row), "gap": row.gap, "disagrees": row.disagrees} for row in rows
    ]
    made: dict[str, Any] = msgspec.to_builtins(
        {
            "meaning": MEANING,
            "answered": answers[0].made_at if answers else None,
            "before": answers[1].made_at if len(answers) > 1 else None,
            "areas": service.areas(rows),
            "points": service.points(found, rows),
            "spread": spread(lines, found.importance),
            "horizons": {
                str(one): {"amount": amount, "share": share}
                for one, (amount, share) in by_horizon(lines).items()
            },
            "start": found.start,
            "end": found.end,
        }
    )
    return {**made, "questions": told}


def values(
    found: Diagnosis | None, answers: list[Answers], spending: list[Spending], catalog: Catalog
) -> dict[str, Any]:
    """Return what the page's template shows; nothing before it is worked out."""
    if found is None:
        return {"found": None}
    rows, asked = service.checked(found, answers), service.questionnaire()
    grades = service.areas(rows)
    lines: list[Line] = spending[0].lines if spending else []
    return {
        "found": found,
        "rows": rows,
        "grades": grades,
        "whole": grades[-1],
        "answers": answers,
        "catalog": catalog,
        "texts": {one.key: one for one in asked.questions},
        "area_title": lambda key: asked.area(key).title if key else Text("Overall", "总体"),
        "grade_title": lambda grade: GRADE_TITLES[step(grade)],
        "advice": lambda one: asked.advice_for(one.area, step(one.advised)),
        "horizon_title": lambda one: HORIZON_TITLES[one],
        "points": service.points(found, rows),
        "disagreements": [row for row in rows if row.disagrees],
        "spread": spread(lines, found.importance),
        "horizons": by_horizon(lines) if lines else {},
        "spending": spending,
        "picture": _picture(grades),
        "picture_rows": [_line(one) for one in grades],
        "meaning": MEANING,
    }


def _picture(grades: list[AreaGrade]) -> charts.Option | None:
    # an area that nobody answered and nothing shows has no grade: it must not be drawn as zero
    known = [one for one in grades if one.area and (one.claimed, one.shown) != (None, None)]
    if len(known) < CORNERS:
        return None
    asked = service.questionnaire()
    courses = [
        Course(_("Self-assessed"), [_one(one.claimed) for one in known]),
        Course(_("Evidence"), [_one(one.shown) for one in known]),
    ]
    shown = [course for course in courses if any(value is not None for value in course.values)]
    return maps.radar([say(asked.area(one.area).title) for one in known], shown, most=5)


def _one(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _line(one: AreaGrade) -> tuple[str | None, ...]:
    asked = service.questionnaire()
    name = say(asked.area(one.area).title) if one.area else _("Overall")
    cells = (one.claimed, one.shown, one.grade, one.before)
    return (name, *(None if cell is None else f"{cell:.1f}" for cell in cells))
