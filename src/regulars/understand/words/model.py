"""What is read out of a text, how it is counted, and what is shown; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.understand.scope.model import EventFilter


class TextKind(StrEnum):
    """The five problem types (R23), and complaints that are none of them."""

    DIGITAL_DIVIDE = "digital_divide"
    COMMUNICATION = "communication"
    PROCESS = "process"
    WAIT = "wait"
    KNOWLEDGE = "knowledge"
    OTHER = "other"


class Mood(StrEnum):
    """How a text feels."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


KINDS = tuple(TextKind)
NAMED = KINDS[:-1]
MOODS = tuple(Mood)
"""In the order of their codes -1, 0, 1."""
LANGUAGES = ("zh", "en")

KIND_TITLES = {
    TextKind.DIGITAL_DIVIDE: Text("Digital divide", "数字化鸿沟"),
    TextKind.COMMUNICATION: Text("Poor communication", "沟通不畅"),
    TextKind.PROCESS: Text("Complex process", "流程复杂"),
    TextKind.WAIT: Text("Long wait", "等待过长"),
    TextKind.KNOWLEDGE: Text("Staff knowledge gap", "知识断层"),
    TextKind.OTHER: Text("Other complaint", "其他不满"),
}
MOOD_TITLES = {
    Mood.NEGATIVE: Text("Negative", "负面"),
    Mood.NEUTRAL: Text("Neutral", "中性"),
    Mood.POSITIVE: Text("Positive", "正面"),
}
LANGUAGE_TITLES = {
    "zh": Text("Chinese", "中文"),
    "en": Text("English", "英文"),
    "other": Text("Other language", "其他语言"),
}
MEANING = Text(
    "Each text that a customer wrote is read once, when it arrives. A problem type holds where one "
    "of its phrases stands in the text and no negation takes it back (“didn’t have to wait”); "
    "several may hold. “Other complaint” is a negative text with none of the five. Feeling is the "
    "balance of good and bad words, turned round after a negation; what people correct holds at "
    "once. Shares are of the customers who wrote, with Wilson’s 95% interval: who writes often "
    "counts once.",
    "客户写下的每条文字在到达时分析一次。文字中出现某类问题的词语且未被否定（如“不用等”）"
    "即归入该类，可同时归入多类；"
    "负面但不属于五类的归入“其他不满”。情感按褒贬词数之差判定，否定词之后反转。"
    "人工更正立即生效。占比以有留言的客户数为基数，区间为 Wilson 95% 区间；"
    "写多条的客户只计一次。",
)
DIVIDE_MEANING = Text(
    "Scores of single contacts are put on 0 to 100 and compared within each touchpoint, apart for "
    "digital and other service; digital is a digital channel in a stage where the "
    "catalog marks digital touchpoints. The gap is the group’s mean minus everybody else’s. A "
    "digital divide is a gap in digital service below the gap elsewhere: the difference of the "
    "two, with a 95% interval that takes one customer’s answers together; marks hold the "
    "false-alarm rate (Benjamini-Hochberg over all comparisons).",
    "单次接触评分换算为 0 至 100，按触点并区分数字与非数字服务比较；"
    "数字服务指触点清单中含数字触点的阶段内的数字渠道。"
    "差距为该群体均值减其余客户均值。"
    "数字化鸿沟指数字服务中的差距低于非数字服务中的差距：取两者之差，区间为 95%，"
    "同一客户的回答合并计算；标记控制误报率（对全部比较使用 Benjamini-Hochberg 方法）。",
)


def bits(kinds: list[TextKind] | tuple[TextKind, ...]) -> int:
    """Return the kinds as one number: 1 for the first, 2 for the second, 4…"""
    return sum(1 << KINDS.index(one) for one in set(kinds))


def kinds_of(number: int) -> list[TextKind]:
    """Return the kinds that `bits` wrote."""
    return [one for place, one in enumerate(KINDS) if number >> place & 1]


def mood_of(code: int) -> Mood:
    """Return the mood of a code -1, 0 or 1."""
    return MOODS[code + 1]


def code_of(mood: Mood) -> int:
    """Return -1, 0 or 1."""
    return MOODS.index(mood) - 1


@dataclass(frozen=True, slots=True)
class WordEvidence:
    """The stretch of a text that made it one of `kind`."""

    kind: TextKind
    words: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; `hit` when it is to be marked."""

    words: str
    hit: bool = False


@dataclass(frozen=True, slots=True)
class ReadText:
    """One text with what was read out of it. `corrected` when a person said so."""

    event_id: str
    person_id: str | None
    at: datetime
    text: str
    pieces: list[Piece]
    language: str
    mood: Mood
    kinds: list[TextKind]
    evidence: list[WordEvidence]
    touchpoint: str | None
    meant: str | None
    channel: str | None
    place: str | None
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A kind or mood of one touchpoint ("" for all of them): texts that hold it, and of how many.

    `marked` when its share is far above that of the other touchpoints, beyond chance.
    """

    touchpoint: str
    key: str
    texts: int
    people: int
    share: Estimate
    q: float | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Risen:
    """A word or category whose share of speakers rose; `kind` is word, type, mood or touchpoint.

    Counts are of customers (a text without a customer counts as one), before and now.
    """

    key: str
    kind: str
    before: int
    now: int
    share_before: Estimate
    share: Estimate
    p: float
    q: float
    risen: bool


@dataclass(frozen=True, slots=True)
class MonthOfTexts:
    """How many texts a month of the reporting zone holds, and how many of them are negative."""

    month: str
    texts: int
    negative: Estimate


@dataclass(frozen=True, slots=True)
class Rise:
    """What rose from one window to the next. `looked_at` words and categories were compared."""

    start: datetime
    middle: datetime
    end: datetime
    speakers_before: int
    speakers: int
    looked_at: int
    risen: list[Risen]
    closest: list[Risen] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Words:
    """What customers speak of within an extent. `unread` texts are still to be analysed."""

    texts: int
    people: int
    unread: int
    languages: dict[str, int]
    moods: list[TopicLine]
    kinds: list[TopicLine]
    touchpoints: list[TopicLine]
    cells: list[TopicLine]
    top: list[tuple[str, int, int]]
    months: list[MonthOfTexts]
    rise: Rise | None
    version: str
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said of one text."""

    event_id: str
    identity_id: str | None
    text: str
    language: str
    mood: Mood
    kinds: list[TextKind]
    touchpoint: str | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WordsParameters:
    """What a page asks: an extent, and from when the earlier window of "what rose" reaches."""

    look: EventFilter = field(default_factory=EventFilter)
    against: str | None = None

    def about(self) -> dict[str, object]:
        """Return the slice under which the finding is stored."""
        return self.look.about(against=self.against)

    @classmethod
    def of(cls, about: dict[str, Any]) -> WordsParameters:
        """Read what `about` wrote."""
        return cls(EventFilter.of(about), about.get("against"))
