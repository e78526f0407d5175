"""What a preview asks about a file and what it tells: what a file leaves open is not guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regulars.kit.text import Text
from regulars.listen.imports import scales, scaling
from regulars.listen.imports.guessing import Guess
from regulars.listen.imports.looking import Facts
from regulars.listen.imports.mapping import Sheet, asking_key
from regulars.listen.imports.model import Note
from regulars.listen.imports.questions import Choice, Question

DAY_MONTH = "day_month"


def questions(found: Sequence[Facts], sheet: Sheet) -> Iterator[Question]:
    """Yield what only the owner of the file can settle."""
    if not sheet.of("occurred_at") and not (sheet.of("year") and sheet.of("month")):
        yield _no_time(found)
    by_header = {facts.header: facts for facts in found}
    for one in sheet.guesses:
        if one.kind == "moment" and by_header[one.header].dates.unsettled:
            yield _day_month(by_header[one.header])
    if len(sheet.of("nps")) > 1:
        yield _which_nps(sheet.of("nps"), by_header)
    yield from _scales(sheet.guesses, by_header)


def _no_time(found: Sequence[Facts]) -> Question:
    rows = max((facts.rows for facts in found), default=0)
    return Question(
        "occurred_at",
        Text(
            "No column is the time of the event: write into occurred_at of the mapping when it "
            "happened, such as moment('2026-03-01').",
            "没有事件时间列：请在字段映射的 occurred_at 中写明事件发生的时间，"
            "例如 moment('2026-03-01')。",
        ),
        rows=rows,
    )


def _day_month(facts: Facts) -> Question:
    dates = facts.dates
    shown = " · ".join(dates.either_like)
    both = bool(dates.day_first)
    told = (
        Text("The file says both.", "文件中两种写法都有。")
        if both
        else Text("Nothing in the file says which.", "文件中没有任何依据。")
    )
    return Question(
        f"{DAY_MONTH}:{facts.header}",
        Text(
            f"{facts.header}: day or month first ({shown})? {told.en}",
            f"{facts.header}：日在前还是月在前（{shown}）？{told.zh}",
        ),
        (
            Choice(
                "day",
                Text("day first: 31/12/2024", "日在前：31/12/2024"),
                _read_as(dates.month_first),
            ),
            Choice(
                "month",
                Text("month first: 12/31/2024", "月在前：12/31/2024"),
                _read_as(dates.day_first),
            ),
        ),
        facts.header,
        dates.either,
    )


def _read_as(refused: int) -> Text:
    """Say how many values an order of day and month cannot read."""
    if not refused:
        return Text("reads every value", "全部可读")
    return Text(f"cannot read {refused}", f"有 {refused} 个读不出")


def _which_nps(columns: Sequence[Guess], by_header: dict[str, Facts]) -> Question:
    names = " · ".join(one.header for one in columns)
    return Question(
        "nps",
        Text(
            f"Several columns may be the recommendation (NPS): {names}. Which one counts?",
            f"多列可能是推荐意愿（NPS）：{names}。以哪一列为准？",
        ),
        tuple(
            Choice(one.header, Text(one.header, one.header), _answers(by_header[one.header].filled))
            for one in columns
        ),
        rows=max(by_header[one.header].filled for one in columns),
    )


def _answers(count: int) -> Text:
    return Text(f"{count} answers", f"{count} 个答复")


def _scales(guesses: Sequence[Guess], by_header: dict[str, Facts]) -> Iterator[Question]:
    """Ask the scale of each score that leaves it open; once for columns that leave the same."""
    groups: dict[object, list[Guess]] = {}
    for one in guesses:
        if one.scales:
            groups.setdefault(asked_with(one), []).append(one)
    for columns in groups.values():
        first = columns[0]
        yield Question(
            asking_key(first),
            _about_scale(columns, by_header[first.header]),
            scaling.choices(map(scales.spelled, first.scales)),
            None if len(columns) > 1 else first.header,
            max(by_header[one.header].filled for one in columns),
        )


def asked_with(one: Guess) -> tuple[object, ...]:
    """Return what columns share that one answer about their scale settles."""
    return (asking_key(one), one.scales)


def _about_scale(columns: Sequence[Guess], facts: Facts) -> Text:
    first = columns[0]
    name = _name(columns)
    if first.recode:
        return scaling.words_as_scores(name, first.recode)
    seen = f"{facts.least:g}–{facts.most:g}"
    return Text(
        f"{name}: on which scale are the scores (here {seen})?",
        f"{name}：评分的量表是多少（此处为 {seen}）？",
    )


def notes(columns: Sequence[Facts], sheet: Sheet, *, zone_given: bool) -> Iterator[Note]:
    """Yield what the preview tells: the zone it reads times in, values that are no times, …"""
    if not zone_given and any(one.kind == "moment" and not one.zoned for one in sheet.guesses):
        yield _zone(sheet.zone, max((facts.rows for facts in columns), default=0))
    by_header = {facts.header: facts for facts in columns}
    for one in sheet.guesses:
        facts = by_header[one.header]
        if one.kind == "moment" and facts.dates.unread:
            yield _no_times(facts)
    yield from _no_answers(sheet, by_header)
    yield from _shared_orders(columns, sheet)
    unused = [one.header for one in sheet.guesses if one.role == "personal"]
    if unused:
        names = ", ".join(unused)
        yield Note(
            "columns_left_out",
            0,
            Text(f"Left out as personal data: {names}.", f"作为个人信息不导入：{names}。"),
            tuple(unused[:3]),
        )


def _zone(zone: str, rows: int) -> Note:
    return Note(
        "zone_assumed",
        rows,
        Text(
            f"Times in the file have no zone; they are read as of {zone} (--zone says another).",
            f"文件中的时间没有时区，按 {zone} 读取（可用 --zone 指定）。",
        ),
    )


def _no_times(facts: Facts) -> Note:
    count, shown = round((1 - facts.dates.share) * facts.filled), " · ".join(facts.dates.unread)
    return Note(
        "no_times",
        count,
        Text(
            f"{facts.header}: {count} of {facts.filled} values are no time ({shown}); their rows "
            "will be refused. Mend them, or add their format to “formats”.",
            f"{facts.header}：{facts.filled} 个值中有 {count} 个不是时间（{shown}），"
            "对应的行会被拒绝。请修改这些值，或在 formats 中补充其写法。",
        ),
        facts.dates.unread,
    )


def _no_answers(sheet: Sheet, by_header: dict[str, Facts]) -> Iterator[Note]:
    """Tell which codes beside a scale are read as “no answer”; once for those of the same codes."""
    groups: dict[object, list[Guess]] = {}
    for one in sheet.guesses:
        if one.codes and one.scale:
            groups.setdefault((one.scale, one.codes), []).append(one)
    for columns in groups.values():
        first = columns[0]
        codes, scale = ", ".join(first.codes), scales.spelled(first.scale or (0.0, 0.0))
        count = sum(
            number
            for one in columns
            for value, number in by_header[one.header].common
            if value in one.codes
        )
        name = _name(columns)
        yield Note(
            "no_answers",
            count,
            Text(
                f"{name}: the scale is {scale}; {codes} are read as “no answer” ({count} values). "
                "Change “blank” in the mapping if they are not.",
                f"{name}：量表为 {scale}；{codes} 视为“未作答”（{count} 个值）。"
                "若不是，请修改字段映射中的 blank。",
            ),
            first.codes,
        )


def _name(columns: Sequence[Guess]) -> str:
    more = f" … {columns[-1].header} ({len(columns)})"
    return columns[0].header + (more if len(columns) > 1 else "")


def _shared_orders(found: Sequence[Facts], sheet: Sheet) -> Iterator[Note]:
    by_header = {facts.header: facts for facts in found}
    for one in sheet.of("order_id"):
        facts = by_header[one.header]
        if facts.filled and facts.distinct < 0.95 * facts.filled:
            yield Note(
                "lines_of_orders",
                facts.filled,
                Text(
                    f"Several rows share an order ({facts.distinct} orders in {facts.filled} "
                    "rows): they are read as its lines.",
                    f"多行属于同一订单（{facts.filled} 行，{facts.distinct} 个订单）："
                    "按订单明细读取。",
                ),
            )
