"""Why an experience has its level, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars.kit.text import Text
from regulars.understand.levels.model import CASE_TITLES, CODES, LEVEL, Case, Experience


def told(row: Mapping[str, Any]) -> Experience:
    """Return a row of numbers as an experience that says why it has its level."""
    case = Case(row["case"])
    names = ("points", "expectation", "participation", "repetition")
    numbers: dict[str, Any] = {name: row[name] for name in names}
    others = {name: row[name] for name in ("touchpoint", "at", "impact", "gap", "depth")}
    why = sentence(case, held=row["held"], **numbers)
    level = int(LEVEL[case])
    return Experience(person=row["person_id"], level=level, case=case, why=why, **numbers, **others)


def sentence(
    case: Case,
    *,
    points: float,
    expectation: float,
    participation: float,
    repetition: int,
    held: bool = False,
) -> Text:
    """Return why an experience has its level; `held` down to what the same stimulus had before."""
    numbers = {
        "points": f"{points:.0f}",
        "expected": f"{expectation:.0f}",
        "share": f"{participation:.0%}",
        "again": repetition + 1,
    }
    how = Text(
        "Participated more than {share} of the others here and scored {points} out of 100 where "
        "{expected} was expected",
        "参与程度高于此处 {share} 的体验，评分 {points}（满分 100），期望为 {expected}",
    )
    if repetition > 0:
        how = Text(how.en + " (encounter no. {again})", how.zh + "（第 {again} 次接触）")
    end = _held(case) if held else ENDINGS[case]
    return Text(f"{how.en}: {end.en}", f"{how.zh}：{end.zh}").format(**numbers)


def _held(case: Case) -> Text:
    title = CASE_TITLES[case]
    return Text(
        f"a repeated experience never moves more than it did the first time — {title.en} "
        f"({CODES[case]}).",
        f"此前已有同样的感受，重复不会比当时更打动人——{title.zh}（{CODES[case]}）。",
    )


ENDINGS: Mapping[Case, Text] = {
    Case.NEGATIVE: Text(
        "far below it, and worse the deeper the participation — negative (L1).",
        "远低于期望，参与越深失望越强——L1 消极体验。",
    ),
    Case.NONE: Text(
        "the content did not exceed it — no experience (L2).",
        "内容没有超出预期——L2 无体验。",
    ),
    Case.LOW: Text(
        "above it, but passive and with little stimulus — low (L3).",
        "高于期望，但被动参与、刺激很小——L3 低度体验。",
    ),
    Case.MEDIUM_HELD: Text(
        "a strong stimulus, but no room to participate freely — medium (L4a).",
        "刺激很强，但未能尽情参与——L4a 中度体验。",
    ),
    Case.MEDIUM_FLAT: Text(
        "full participation, but a stimulus too small to surprise — medium (L4b).",
        "参与很深，但刺激不足以留下惊喜——L4b 中度体验。",
    ),
    Case.HIGH: Text(
        "fully immersed and surprised — delighted (L5).",
        "完全投入且感到惊喜——L5 高度体验（惊喜）。",
    ),
}
